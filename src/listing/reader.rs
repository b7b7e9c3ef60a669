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

/// An answer, with the time that it took.
struct Answer<S: Source> {
    ticket: Ticket,
    page: Result<Page<S::Rows>, S::Error>,
    time: Duration,
}

impl<S: Source> Reader<S> {
    /// Creates a reader. Nothing is requested before [`next`](Self::next).
    pub(super) fn new(source: Arc<S>, range: ListRange, window: SharedWindow) -> Self {
        Self { source, stitcher: Stitcher::new(range), window, requests: JoinSet::new() }
    }

    /// Returns what was read so far.
    pub(super) fn statistics(&self) -> Statistics {
        self.stitcher.statistics()
    }

    /// Returns the number of pages that are requested, or arrived and not returned yet.
    pub(super) fn outstanding(&self) -> usize {
        self.stitcher.outstanding()
    }

    /// Returns the next rows, or `None` once the whole range was returned and is proven. Keeps up
    /// to `most` pages requested, and no more than the window allows. Further requests stay under
    /// way between calls.
    pub(super) async fn next(
        &mut self,
        most: usize,
    ) -> Result<Option<Vec<Batch<S::Rows>>>, Failure<S::Error>> {
        loop {
            // If the first rows may be enough, they are delivered before more is requested.
            if self.stitcher.may_be_enough() {
                let ready = self.stitcher.ready();
                if !ready.is_empty() {
                    return Ok(Some(ready));
                }
            }
            let most = self.window.size().min(most);
            while let Some((ticket, request)) = self.stitcher.next_request(most) {
                let source = Arc::clone(&self.source);
                self.requests.spawn(async move {
                    let sent = Instant::now();
                    let page = source.page(request).await;
                    Answer { ticket, page, time: sent.elapsed() }
                });
            }
            // Rows in order are delivered while the next pages are under way.
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
