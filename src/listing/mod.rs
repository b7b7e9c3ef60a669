//! A listing that is proven complete: pages read by offset, overlapping by one row, stitched in
//! order.
//!
//! Knows neither HTTP nor flags nor what a row is: a [`Source`] answers one [`PageRequest`] at a
//! time, and rows leave in order through a sink. Why the result holds although the list may change
//! meanwhile is explained in [`stitch`].

mod merge;
mod order;
mod page;
mod reader;
mod record;
mod seen;
mod statistics;
mod stitch;
#[cfg(test)]
mod tests;
mod unproven;
mod window;

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

pub(crate) use merge::{Ended, Input, MergeSink, Run, merge, total};
pub(crate) use order::{Created, Direction, Order};
pub(crate) use page::{Batch, Page, PageRequest};
use reader::Reader;
pub(crate) use record::{Key, Record};
pub(crate) use statistics::Statistics;
pub(crate) use stitch::ListRange;
use stitch::Stitcher;
#[cfg(test)]
pub(crate) use tests::{report, seeds};
pub(crate) use unproven::{MAX_READS, Unproven};
use window::Window;

/// Source of pages.
pub(crate) trait Source: Send + Sync + 'static {
    /// The rows of a page; opaque to the listing.
    type Rows: Send + 'static;
    /// Error for a page that could not be read.
    type Error: Send + 'static;

    /// Returns the current rows from `request.offset` on, at most `request.limit` of them.
    fn page(
        &self,
        request: PageRequest,
    ) -> impl Future<Output = Result<Page<Self::Rows>, Self::Error>> + Send;

    /// Returns the number of transient failures so far: throttling, time-outs, server errors. Fewer
    /// concurrent requests may reduce them. A connection that breaks once does not count.
    fn transient_failures(&self) -> u64;

    /// Returns the approximate size of a page's rows in memory, in bytes.
    fn bytes(rows: &Self::Rows) -> usize;
}

/// Reason why a listing is not complete.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// A page could not be read.
    Source(E),
    /// The pages do not prove a complete list.
    Unproven(Unproven),
    /// The sink could not take a record.
    Sink(anyhow::Error),
    /// A bug in `cbr`.
    Internal(anyhow::Error),
}

/// Returns the first request, or `None` if the range is empty.
pub(crate) fn first_request(range: ListRange) -> Option<PageRequest> {
    let (_, request) = Stitcher::<()>::new(range).next_request(1)?;
    Some(request)
}

/// Reads the whole `range` and passes each record to `sink` once, in order, with the statistics so
/// far. At most `concurrency` pages are requested or buffered at a time. If the sink breaks,
/// reading stops; the records it received are proven to be the first of the list.
///
/// After a [`Failure`], records may have reached the sink already.
pub(crate) async fn list<S: Source>(
    source: Arc<S>,
    range: ListRange,
    concurrency: usize,
    mut sink: impl FnMut(Vec<Batch<S::Rows>>, &Statistics) -> anyhow::Result<ControlFlow<()>>,
) -> Result<(), Failure<S::Error>> {
    let window = Window::new(concurrency).shared();
    let mut reader = Reader::new(source, range, window.clone());
    while let Some(batches) = reader.next(usize::MAX).await? {
        let (pages, started) = (batches.len(), Instant::now());
        if sink(batches, &reader.statistics()).map_err(Failure::Sink)?.is_break() {
            break;
        }
        window.passed_on(pages, started.elapsed());
    }
    Ok(())
}
