//! A listing that is proven complete: pages read by offset, overlapping by one row, stitched in order.
//!
//! Knows neither HTTP nor flags nor what a row is: a [`Source`] answers one [`Ask`] at a time, and rows leave in
//! order through a sink. Why the result holds although the list may change meanwhile is told in [`stitch`].

#[cfg(test)]
mod model;
mod order;
mod page;
mod proof;
mod seen;
mod stitch;
mod window;

use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

pub(crate) use order::{Created, Direction, Order};
pub(crate) use page::{Ask, Key, Page, Record};
pub(crate) use proof::{Receipt, Unproven};
pub(crate) use stitch::Extent;
use stitch::{Stitcher, Ticket};
use window::Window;

/// Something that answers with pages.
pub(crate) trait Source: Send + Sync + 'static {
    /// What a row is, which makes no difference here.
    type Row: Send + 'static;
    /// Why a page could not be had.
    type Error: Send + 'static;

    /// The rows from `ask.offset` on, at most `ask.limit` of them, as they stand now.
    fn page(&self, ask: Ask) -> impl Future<Output = Result<Page<Self::Row>, Self::Error>> + Send;

    /// How often so far something stood in the way that asking less would ease: throttling, time-outs,
    /// a failing service.
    fn troubles(&self) -> u64;
}

/// What came of a listing: what it consisted of so far, and why it is not complete, if it is not.
#[derive(Debug)]
pub(crate) struct Outcome<E> {
    /// What was read.
    pub(crate) receipt: Receipt,
    /// Whether it is complete.
    pub(crate) result: Result<(), Failure<E>>,
}

/// Why there is no listing.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// A page could not be had.
    Source(E),
    /// The pages do not prove a complete list.
    Unproven(Unproven),
    /// The sink could not take a record.
    Sink(anyhow::Error),
}

/// Reads the whole `extent` and hands each record to `sink`, in order and once, with what was read so far.
/// At most `concurrency` pages are asked for or waiting at a time.
///
/// Where the result is a [`Failure`], records may have reached the sink already.
pub(crate) async fn list<S: Source>(
    source: Arc<S>,
    extent: Extent,
    concurrency: usize,
    sink: impl FnMut(Vec<S::Row>, &Receipt) -> anyhow::Result<()>,
) -> Outcome<S::Error> {
    let mut stitcher = Stitcher::new(extent);
    let result = read(source, &mut stitcher, concurrency, sink).await;
    Outcome { receipt: stitcher.receipt(), result }
}

async fn read<S: Source>(
    source: Arc<S>,
    stitcher: &mut Stitcher<S::Row>,
    concurrency: usize,
    mut sink: impl FnMut(Vec<S::Row>, &Receipt) -> anyhow::Result<()>,
) -> Result<(), Failure<S::Error>> {
    let mut window = Window::new(concurrency);
    // Dropping the set stops what is still under way.
    let mut under_way: JoinSet<(Ticket, Result<Page<S::Row>, S::Error>)> = JoinSet::new();
    loop {
        while let Some((ticket, ask)) = stitcher.next_ask(window.size()) {
            let source = Arc::clone(&source);
            under_way.spawn(async move { (ticket, source.page(ask).await) });
        }
        // What is in order goes on its way while the next pages are under way.
        sink(stitcher.ready(), &stitcher.receipt()).map_err(Failure::Sink)?;
        if stitcher.is_done() {
            return Ok(());
        }
        let Some(arrived) = under_way.join_next().await else {
            return Err(Failure::Sink(anyhow::anyhow!("the listing has nothing more to ask for")));
        };
        let (ticket, page) = arrived.map_err(|error| Failure::Sink(error.into()))?;
        let page = page.map_err(Failure::Source)?;
        window.page_arrived(source.troubles());
        stitcher.deliver(ticket, page).map_err(Failure::Unproven)?;
    }
}
