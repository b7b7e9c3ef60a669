//! Several lists in one order: each is read and proven on its own, and their rows are merged as
//! streams.
//!
//! Every list is sorted by the same order, so the next row of all is the first row of one of them.
//! A list is read ahead by a few pages, which limits the memory whatever the lists hold. Lists of
//! one host share a window of requests.

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

/// Bytes of the pages of all lists together that are requested or wait to be merged. Each list may
/// have one page in any case.
const MOST_BYTES: usize = 32 << 20;

/// Size of a page before one has arrived, in bytes: that of 1,000 backups.
const USUAL_PAGE: usize = 5 << 18;

/// One of the lists.
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

    /// Called when more has to be read, with the sum of the statistics.
    ///
    /// # Errors
    ///
    /// If what was taken cannot be written.
    fn wait(&mut self, total: &Statistics) -> anyhow::Result<()>;
}

/// How the reading of one list ended.
#[derive(Debug)]
pub(crate) enum Ended<E> {
    /// It was read and proven as a whole.
    Complete,
    /// Reading stopped: the sink had enough rows, or another list failed.
    Stopped,
    /// It cannot be read or proven.
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

/// A list with the rows that wait to be merged.
struct Stream<S: Source> {
    reader: Reader<S>,
    window: SharedWindow,
    host: String,
    waiting: VecDeque<Batch<S::Rows>>,
    /// Position in the first batch.
    next: usize,
    /// Size of its largest page, in bytes; 0 before the first.
    largest: usize,
    /// Time left to wait for it.
    patience: Option<Duration>,
    /// `None` while it is read.
    ended: Option<Ended<S::Error>>,
}

impl<S: Source> Stream<S> {
    /// Pages that are requested or in memory.
    fn pages(&self) -> usize {
        self.reader.outstanding() + self.waiting.len()
    }

    /// Waits for rows, unless there are some or the list has ended.
    async fn fill(&mut self, most: usize) {
        while self.ended.is_none() && self.waiting.is_empty() {
            let started = Instant::now();
            let next = self.reader.next(most);
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
                    self.waiting.extend(batches.into_iter().filter(|it| !it.indexes.is_empty()));
                }
                Ok(Ok(None)) => self.ended = Some(Ended::Complete),
                Ok(Err(failure)) => self.ended = Some(Ended::Failed(failure)),
                Err(_) => self.ended = Some(Ended::TimedOut),
            }
        }
    }

    /// Returns the rank of the next row; `None` if there is no row.
    fn head(&self) -> Option<Option<Rank>> {
        let batch = self.waiting.front()?;
        batch.indexes.get(self.next)?;
        Some(batch.ranks.get(self.next).copied().flatten())
    }

    fn has_failed(&self) -> bool {
        matches!(self.ended, Some(Ended::Failed(_) | Ended::TimedOut))
    }
}

/// The next row of a list: its rank, and the index of the list. A row whose rank is unknown
/// follows its predecessor at once, since `None` precedes all others.
type Head = (Option<Rank>, usize);

/// Reads all lists and passes their rows to `sink`, merged in their order. Rows of equal rank are
/// in the order of the lists.
///
/// Stops at the first failure, once the first page of every list is known; rows may have reached
/// the sink then. Stops as well when the sink wants no more.
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

/// Passes rows on until a list fails or all have ended. Returns true if the sink wants no more.
async fn pass_all<S: Source>(
    streams: &mut [Stream<S>],
    sink: &mut impl MergeSink<S::Rows>,
) -> anyhow::Result<bool> {
    loop {
        if streams.iter().any(Stream::has_failed) {
            return Ok(false);
        }
        let waiting = |streams: &[Stream<S>]| streams.iter().map(|it| it.waiting.len()).sum();
        let (pages, started): (usize, _) = (waiting(streams), Instant::now());
        let passed = pass_on(streams, sink);
        // What was passed on can be written before more is awaited.
        sink.wait(&total(streams.iter().map(|stream| stream.reader.statistics())))?;
        let (pages, time) = (pages - waiting(streams), started.elapsed());
        match passed {
            None => return Ok(false),
            Some(Ok(None)) => return Ok(true),
            Some(Ok(Some(emptied))) => {
                let most = allowance(streams, emptied);
                if let Some(stream) = streams.get_mut(emptied) {
                    stream.window.passed_on(pages, time);
                    stream.fill(most).await;
                }
            }
            Some(Err(error)) => return Err(error),
        }
    }
}

/// Passes rows on until a list has none left, and returns its index; `Ok(None)` if the sink wants
/// no more. Returns `None` if no list has rows.
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
        let batch = stream.waiting.front()?;
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
            stream.waiting.pop_front();
            stream.next = 0;
        }
        match stream.head() {
            Some(rank) => heads.push(Reverse((rank, first))),
            None => return Some(Ok(Some(first))),
        }
    }
}

/// Requests the first pages of all lists side by side.
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
        let (window, sharers) = window.context("a list has no window of requests")?;
        let share = (window.size() / sharers).min(MOST_BYTES / USUAL_PAGE / lists).max(1);
        let most = if lists == 1 { usize::MAX } else { share };
        let reader = Reader::new(source, range, window.clone());
        let mut stream = Stream {
            reader,
            window,
            host,
            waiting: VecDeque::new(),
            next: 0,
            largest: 0,
            patience,
            ended: None,
        };
        tasks.spawn(async move {
            stream.fill(most).await;
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

/// Returns how many pages a list may have requested: what the others leave of the window of its
/// host and of [`MOST_BYTES`].
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
    let of_window = stream.window.size().saturating_sub(requested);
    let largest = streams.iter().map(|stream| stream.largest).max().filter(|bytes| *bytes > 0);
    let most = MOST_BYTES / largest.unwrap_or(USUAL_PAGE);
    of_window.min(most.saturating_sub(pages)).max(1)
}

/// Adds statistics. The count is known if that of each list is.
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
