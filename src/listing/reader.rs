//! Reads one list page by page, and returns rows in order as they become certain.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::page::{Batch, Page};
use super::statistics::Statistics;
use super::stitch::{ListRange, Stitcher, Ticket};
use super::window::{Arrival, SharedWindow};
use super::{Failure, Source};

/// A list that is being read.
pub(super) struct Reader<S: Source> {
    source: Arc<S>,
    stitcher: Stitcher<S::Rows>,
    window: SharedWindow,
    /// Dropping the set stops the requests.
    requests: JoinSet<Answer<S>>,
}

/// An answer and its duration.
struct Answer<S: Source> {
    ticket: Ticket,
    page: Result<Page<S::Rows>, S::Error>,
    time: Duration,
}

impl<S: Source> Reader<S> {
    /// Creates a reader. [`next`](Self::next) sends the first request.
    pub(super) fn new(source: Arc<S>, range: ListRange, window: SharedWindow) -> Self {
        Self { source, stitcher: Stitcher::new(range), window, requests: JoinSet::new() }
    }

    /// Returns the statistics so far.
    pub(super) fn statistics(&self) -> Statistics {
        self.stitcher.statistics()
    }

    /// Returns the number of pages that are requested, or arrived but not yet returned.
    pub(super) fn outstanding(&self) -> usize {
        self.stitcher.outstanding()
    }

    /// Returns the next rows, or `None` once the whole range was returned and is proven. Keeps up
    /// to `max_pages` pages requested, within the window. Requests continue between calls.
    pub(super) async fn next(
        &mut self,
        max_pages: usize,
    ) -> Result<Option<Vec<Batch<S::Rows>>>, Failure<S::Error>> {
        loop {
            // If the first rows may be enough, they are delivered before more is requested.
            if self.stitcher.may_be_enough() {
                let ready = self.stitcher.ready();
                if !ready.is_empty() {
                    return Ok(Some(ready));
                }
            }
            let max_pages = self.window.size().min(max_pages);
            while let Some((ticket, request)) = self.stitcher.next_request(max_pages) {
                let source = Arc::clone(&self.source);
                self.requests.spawn(async move {
                    let sent = Instant::now();
                    let page = source.page(request).await;
                    Answer { ticket, page, time: sent.elapsed() }
                });
            }
            // Rows in order are delivered while the next pages are in flight.
            let ready = self.stitcher.ready();
            if !ready.is_empty() {
                return Ok(Some(ready));
            }
            if self.stitcher.is_done() {
                return Ok(None);
            }
            let Some(arrived) = self.requests.join_next().await else {
                let error = anyhow::anyhow!("the listing has nothing more to request");
                return Err(Failure::Internal(error));
            };
            let Answer { ticket, page, time } =
                arrived.map_err(|error| Failure::Internal(error.into()))?;
            let page = page.map_err(Failure::Source)?;
            let transient_failures = self.source.transient_failures();
            let bytes = S::bytes(&page.rows);
            self.window.page_arrived(Arrival { transient_failures, time, bytes });
            self.stitcher.deliver(ticket, page).map_err(Failure::Unproven)?;
        }
    }
}
