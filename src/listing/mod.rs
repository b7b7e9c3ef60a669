//! A listing that is proven complete: pages read by offset, overlapping by one row, stitched in order.
//!
//! Knows neither HTTP nor flags: a [`Source`] answers one [`Ask`] at a time, and records leave in order
//! through a sink. Why the result holds although the list may change meanwhile is told in [`stitch`].

#[cfg(test)]
mod model;
mod order;
mod page;
mod stitch;

use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

pub(crate) use order::Order;
pub(crate) use page::{Ask, Page, Record};
pub(crate) use stitch::{Extent, Receipt, Unproven};
use stitch::{Stitcher, Ticket};

/// Something that answers with pages.
pub(crate) trait Source: Send + Sync + 'static {
    /// Why a page could not be had.
    type Error: Send + 'static;

    /// The rows from `ask.offset` on, at most `ask.limit` of them, as they stand now.
    fn page(&self, ask: Ask) -> impl Future<Output = Result<Page, Self::Error>> + Send;
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

/// Reads the whole `extent` and hands each record to `sink`, in order and once. At most `window` pages
/// are asked for or waiting at a time.
///
/// # Errors
///
/// See [`Failure`]. Records may have reached the sink by then.
pub(crate) async fn list<S: Source>(
    source: Arc<S>,
    extent: Extent,
    window: usize,
    mut sink: impl FnMut(&Record) -> anyhow::Result<()>,
) -> Result<Receipt, Failure<S::Error>> {
    let mut stitcher = Stitcher::new(extent);
    // Dropping the set stops what is still under way.
    let mut under_way: JoinSet<(Ticket, Result<Page, S::Error>)> = JoinSet::new();
    loop {
        while let Some((ticket, ask)) = stitcher.next_ask(window) {
            let source = Arc::clone(&source);
            under_way.spawn(async move { (ticket, source.page(ask).await) });
        }
        let Some(arrived) = under_way.join_next().await else {
            return Ok(stitcher.into_receipt());
        };
        let (ticket, page) = match arrived {
            Ok(arrived) => arrived,
            Err(error) => return Err(Failure::Sink(anyhow::Error::new(error))),
        };
        let page = page.map_err(Failure::Source)?;
        stitcher.deliver(ticket, page).map_err(Failure::Unproven)?;
        for record in stitcher.ready() {
            sink(&record).map_err(Failure::Sink)?;
        }
        if stitcher.is_done() {
            return Ok(stitcher.into_receipt());
        }
    }
}
