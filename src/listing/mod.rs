//! A listing that is proven complete: pages read by offset, overlapping by one row, stitched in
//! order.
//!
//! Knows neither HTTP nor flags nor what a row is: a [`Source`] answers one [`PageRequest`] at a
//! time, and rows leave in order through a sink. Why the result holds although the list may change
//! meanwhile is explained in [`stitch`].

mod order;
mod page;
mod proof;
mod seen;
mod stitch;
#[cfg(test)]
mod tests;
mod window;

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::task::JoinSet;

pub(crate) use order::{Created, Direction, Order};
pub(crate) use page::{Batch, Key, Page, PageRequest, Record};
pub(crate) use proof::{MAX_READS, Receipt, Unproven};
pub(crate) use stitch::ListRange;
use stitch::{Stitcher, Ticket};
#[cfg(test)]
pub(crate) use tests::{report, seeds};
use window::Window;

/// Something that answers with pages.
pub(crate) trait Source: Send + Sync + 'static {
    /// The rows of a page, which the listing does not look into.
    type Rows: Send + 'static;
    /// Error for a page that could not be read.
    type Error: Send + 'static;

    /// Returns the current rows from `request.offset` on, at most `request.limit` of them.
    fn page(
        &self,
        request: PageRequest,
    ) -> impl Future<Output = Result<Page<Self::Rows>, Self::Error>> + Send;

    /// Returns the number of failures so far that fewer requests at a time may reduce: throttling,
    /// time-outs, a failing service. A connection that breaks once is none.
    fn transient_failures(&self) -> u64;
}

/// Result of a listing, complete or not.
#[derive(Debug)]
pub(crate) struct Outcome<E> {
    /// What was read.
    pub(crate) receipt: Receipt,
    /// `Ok` if it is complete.
    pub(crate) result: Result<(), Failure<E>>,
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
    /// A fault of `cbr` itself.
    Internal(anyhow::Error),
}

/// Returns the first request, or `None` if the range is empty.
pub(crate) fn first_request(range: ListRange) -> Option<PageRequest> {
    let (_, request) = Stitcher::<()>::new(range).next_request(1)?;
    Some(request)
}

/// Reads the whole `range` and passes each record to `sink`, in order and once, with the receipt so
/// far. At most `concurrency` pages are requested or waiting at a time. Once the sink wants no more,
/// reading stops; the records that it has are proven to be the first of the list.
///
/// After a [`Failure`], records may have reached the sink already.
pub(crate) async fn list<S: Source>(
    source: Arc<S>,
    range: ListRange,
    concurrency: usize,
    sink: impl FnMut(Vec<Batch<S::Rows>>, &Receipt) -> anyhow::Result<ControlFlow<()>>,
) -> Outcome<S::Error> {
    let mut stitcher = Stitcher::new(range);
    let result = read(source, &mut stitcher, concurrency, sink).await;
    Outcome { receipt: stitcher.receipt(), result }
}

async fn read<S: Source>(
    source: Arc<S>,
    stitcher: &mut Stitcher<S::Rows>,
    concurrency: usize,
    mut sink: impl FnMut(Vec<Batch<S::Rows>>, &Receipt) -> anyhow::Result<ControlFlow<()>>,
) -> Result<(), Failure<S::Error>> {
    let mut window = Window::new(concurrency);
    // Dropping the set stops what is still under way.
    let mut under_way: JoinSet<(Ticket, Result<Page<S::Rows>, S::Error>)> = JoinSet::new();
    let mut enough = |stitcher: &mut Stitcher<S::Rows>| {
        let (ready, receipt) = (stitcher.ready(), stitcher.receipt());
        sink(ready, &receipt).map_err(Failure::Sink).map(|flow| flow.is_break())
    };
    loop {
        // If the first rows may be enough, they are delivered before more is requested.
        if stitcher.may_be_enough() && enough(stitcher)? {
            return Ok(());
        }
        while let Some((ticket, request)) = stitcher.next_request(window.size()) {
            let source = Arc::clone(&source);
            under_way.spawn(async move { (ticket, source.page(request).await) });
        }
        // Rows in order are delivered while the next pages are under way.
        if enough(stitcher)? || stitcher.is_done() {
            return Ok(());
        }
        let Some(arrived) = under_way.join_next().await else {
            let error = anyhow::anyhow!("the listing has nothing more to request");
            return Err(Failure::Internal(error));
        };
        let (ticket, page) = arrived.map_err(|error| Failure::Internal(error.into()))?;
        let page = page.map_err(Failure::Source)?;
        window.page_arrived(source.transient_failures());
        stitcher.deliver(ticket, page).map_err(Failure::Unproven)?;
    }
}
