//! Merges several lists into one order. Each list is read and proven on its own.
//!
//! Every list is sorted by the same order, so the next row is the first remaining row of one of
//! them. Each list is read ahead by a few pages, which bounds the memory. Lists of one host share a
//! request window.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::page::Batch;
use super::reader::Reader;
use super::record::Rank;
use super::statistics::Statistics;
use super::stitch::ListRange;
use super::window::{SharedWindow, Window};
use super::{Failure, Source};

/// Maximum bytes of requested and buffered pages, over all lists. Each list may always have one
/// page.
const MAX_BYTES: usize = 32 << 20;

/// Assumed page size before the first page arrives, in bytes: 1,000 backups.
const TYPICAL_PAGE: usize = 5 << 18;

/// A list to merge.
pub(crate) struct Input<S> {
    pub(crate) source: Arc<S>,
    pub(crate) range: ListRange,
    /// Lists of the same host share their concurrency.
    pub(crate) host: String,
    /// Maximum time that the merge waits for this list.
    pub(crate) patience: Option<Duration>,
}

/// Consecutive rows of one list.
pub(crate) struct Run<'a, R> {
    /// Index of the list.
    pub(crate) list: usize,
    pub(crate) rows: &'a R,
    /// Indexes of the rows, in their order.
    pub(crate) indexes: &'a [usize],
}

/// Takes the rows of a merge.
pub(crate) trait MergeSink<R> {
    /// Takes the next rows. `Break` means that no more are wanted.
    ///
    /// # Errors
    ///
    /// If they cannot be stored or written.
    fn take(&mut self, run: Run<'_, R>) -> anyhow::Result<ControlFlow<()>>;

    /// Called with the total statistics before more pages are awaited.
    ///
    /// # Errors
    ///
    /// If the taken rows cannot be written.
    fn wait(&mut self, total: &Statistics) -> anyhow::Result<()>;
}

/// How the reading of one list ended.
#[derive(Debug)]
pub(crate) enum Ended<E> {
    /// The whole list was read and proven.
    Complete,
    /// Reading stopped: the sink had enough rows, or another list failed.
    Stopped,
    /// The list cannot be read or proven.
    Failed(Failure<E>),
    /// The merge waited too long for it.
    TimedOut,
}

/// Result of a merge.
#[derive(Debug)]
pub(crate) struct Merged<E> {
    /// Statistics and result of each list.
    pub(crate) lists: Vec<(Statistics, Ended<E>)>,
    /// `Ok` if no list failed; true if the sink had enough rows before the end.
    pub(crate) result: Result<bool, anyhow::Error>,
}

/// A list with its buffered rows.
struct Stream<S: Source> {
    reader: Reader<S>,
    window: SharedWindow,
    host: String,
    buffered: VecDeque<Batch<S::Rows>>,
    /// Position in the first buffered batch.
    next: usize,
    /// Size of its largest page, in bytes; 0 before the first.
    largest: usize,
    /// Remaining time to wait for this list.
    patience: Option<Duration>,
    /// `None` while the list is being read.
    ended: Option<Ended<S::Error>>,
}

impl<S: Source> Stream<S> {
    /// Returns the number of pages requested or in memory.
    fn pages(&self) -> usize {
        self.reader.outstanding() + self.buffered.len()
    }

    /// Waits until rows are buffered or the list has ended.
    async fn fill(&mut self, max_pages: usize) {
        while self.ended.is_none() && self.buffered.is_empty() {
            let started = Instant::now();
            let next = self.reader.next(max_pages);
            let next = match self.patience {
                None => Ok(next.await),
                Some(patience) => timeout(patience, next).await,
            };
            if let Some(patience) = &mut self.patience {
                *patience = patience.saturating_sub(started.elapsed());
            }
            match next {
                Ok(Ok(Some(batches))) => {
                    let bytes = batches.iter().map(|batch| S::bytes(&batch.rows)).max();
                    self.largest = self.largest.max(bytes.unwrap_or_default());
                    self.buffered
                        .extend(batches.into_iter().filter(|batch| !batch.indexes.is_empty()));
                }
                Ok(Ok(None)) => self.ended = Some(Ended::Complete),
                Ok(Err(failure)) => self.ended = Some(Ended::Failed(failure)),
                Err(_) => self.ended = Some(Ended::TimedOut),
            }
        }
    }

    /// Returns the rank of the next row; `None` if there is no row.
    fn head(&self) -> Option<Option<Rank>> {
        let batch = self.buffered.front()?;
        batch.indexes.get(self.next)?;
        Some(batch.ranks.get(self.next).copied().flatten())
    }

    fn has_failed(&self) -> bool {
        matches!(self.ended, Some(Ended::Failed(_) | Ended::TimedOut))
    }
}

/// Rank of a list's next row, and the index of the list. A row of unknown rank directly follows its
/// predecessor, since `None` sorts first.
type Head = (Option<Rank>, usize);

/// Reads all lists and passes their rows to `sink`, merged in their order. Rows of equal rank are
/// in the order of the lists.
///
/// Stops at the first failure, once the first page of every list is known; rows may have reached
/// the sink then. Also stops when the sink breaks.
pub(crate) async fn merge<S: Source>(
    inputs: Vec<Input<S>>,
    concurrency: usize,
    sink: &mut impl MergeSink<S::Rows>,
) -> Merged<S::Error> {
    let mut streams = match heads(inputs, concurrency).await {
        Ok(streams) => streams,
        Err(error) => return Merged { lists: Vec::new(), result: Err(error) },
    };
    let result = pass_all(&mut streams, sink).await;
    let ended = |stream: Stream<S>| {
        // A list that was read to its end is complete, whatever the result of the others.
        (stream.reader.statistics(), stream.ended.unwrap_or(Ended::Stopped))
    };
    Merged { lists: streams.into_iter().map(ended).collect(), result }
}

/// Passes rows on until a list fails or all have ended. Returns true if the sink broke.
async fn pass_all<S: Source>(
    streams: &mut [Stream<S>],
    sink: &mut impl MergeSink<S::Rows>,
) -> anyhow::Result<bool> {
    loop {
        if streams.iter().any(Stream::has_failed) {
            return Ok(false);
        }
        let buffered =
            |streams: &[Stream<S>]| streams.iter().map(|stream| stream.buffered.len()).sum();
        let (pages, started): (usize, _) = (buffered(streams), Instant::now());
        let passed = pass_on(streams, sink);
        // The sink can write its rows before more pages are awaited.
        sink.wait(&total(streams.iter().map(|stream| stream.reader.statistics())))?;
        let (pages, time) = (pages - buffered(streams), started.elapsed());
        match passed {
            None => return Ok(false),
            Some(Ok(None)) => return Ok(true),
            Some(Ok(Some(emptied))) => {
                let max_pages = allowance(streams, emptied);
                if let Some(stream) = streams.get_mut(emptied) {
                    stream.window.passed_on(pages, time);
                    stream.fill(max_pages).await;
                }
            }
            Some(Err(error)) => return Err(error),
        }
    }
}

/// Passes rows on until a list has no buffered rows, and returns its index; `Ok(None)` if the sink
/// broke. Returns `None` if no list has rows.
fn pass_on<S: Source>(
    streams: &mut [Stream<S>],
    sink: &mut impl MergeSink<S::Rows>,
) -> Option<anyhow::Result<Option<usize>>> {
    let head = |(index, stream): (usize, &Stream<S>)| Some(Reverse((stream.head()?, index)));
    let mut heads: BinaryHeap<Reverse<Head>> =
        streams.iter().enumerate().filter_map(head).collect();
    loop {
        let Reverse((_, first)) = heads.pop()?;
        let second = heads.peek().map(|Reverse(head)| *head);
        let stream = streams.get_mut(first)?;
        let batch = stream.buffered.front()?;
        let precedes = |rank: &Option<Rank>| second.is_none_or(|second| (*rank, first) < second);
        let rest = batch.ranks.get(stream.next..).unwrap_or_default();
        let length = rest.iter().take_while(|rank| precedes(rank)).count().max(1);
        let indexes = batch.indexes.get(stream.next..stream.next + length).unwrap_or_default();
        match sink.take(Run { list: first, rows: &batch.rows, indexes }) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Some(Ok(None)),
            Err(error) => return Some(Err(error)),
        }
        stream.next += length;
        if stream.next >= batch.indexes.len() {
            stream.buffered.pop_front();
            stream.next = 0;
        }
        match stream.head() {
            Some(rank) => heads.push(Reverse((rank, first))),
            None => return Some(Ok(Some(first))),
        }
    }
}

/// Requests the first pages of all lists concurrently.
async fn heads<S: Source>(
    inputs: Vec<Input<S>>,
    concurrency: usize,
) -> anyhow::Result<Vec<Stream<S>>> {
    let mut windows: BTreeMap<String, (SharedWindow, usize)> = BTreeMap::new();
    for input in &inputs {
        let window = || (Window::new(concurrency).shared(), 0);
        windows.entry(input.host.clone()).or_insert_with(window).1 += 1;
    }
    let lists = inputs.len();
    let mut tasks = JoinSet::new();
    for (index, Input { source, range, host, patience }) in inputs.into_iter().enumerate() {
        let window = windows.get(&host).cloned();
        let (window, lists_of_host) = window.context("a list has no window of requests")?;
        let share = (window.size() / lists_of_host).min(MAX_BYTES / TYPICAL_PAGE / lists).max(1);
        let max_pages = if lists == 1 { usize::MAX } else { share };
        let reader = Reader::new(source, range, window.clone());
        let mut stream = Stream {
            reader,
            window,
            host,
            buffered: VecDeque::new(),
            next: 0,
            largest: 0,
            patience,
            ended: None,
        };
        tasks.spawn(async move {
            stream.fill(max_pages).await;
            (index, stream)
        });
    }
    let mut streams = Vec::with_capacity(lists);
    while let Some(done) = tasks.join_next().await {
        streams.push(done?);
    }
    streams.sort_unstable_by_key(|(index, _)| *index);
    Ok(streams.into_iter().map(|(_, stream)| stream).collect())
}

/// Returns how many pages a list may request: what the other lists leave of its host's window and
/// of [`MAX_BYTES`].
fn allowance<S: Source>(streams: &[Stream<S>], of: usize) -> usize {
    let Some(stream) = streams.get(of) else { return 1 };
    if streams.len() == 1 {
        // The window alone decides.
        return usize::MAX;
    }
    let others = || streams.iter().enumerate().filter(|(index, _)| *index != of);
    let pages: usize = others().map(|(_, other)| other.pages()).sum();
    let at_host = others().filter(|(_, other)| other.host == stream.host);
    let requested: usize = at_host.map(|(_, other)| other.reader.outstanding()).sum();
    let left_in_window = stream.window.size().saturating_sub(requested);
    let largest = streams.iter().map(|stream| stream.largest).max().filter(|bytes| *bytes > 0);
    let max_pages = MAX_BYTES / largest.unwrap_or(TYPICAL_PAGE);
    left_in_window.min(max_pages.saturating_sub(pages)).max(1)
}

/// Sums up statistics. The total count is known only if each list's count is.
pub(crate) fn total(statistics: impl Iterator<Item = Statistics>) -> Statistics {
    let none = Statistics { count: Some(0), ..Statistics::default() };
    statistics.fold(none, |sum, one| Statistics {
        rows: sum.rows + one.rows,
        count: sum.count.zip(one.count).map(|(sum, one)| sum + one),
        pages: sum.pages + one.pages,
        seams_mended: sum.seams_mended + one.seams_mended,
        duplicates: sum.duplicates + one.duplicates,
        out_of_order: sum.out_of_order || one.out_of_order,
        rereads: sum.rereads + one.rereads,
    })
}
