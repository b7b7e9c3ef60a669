//! Number of concurrent page requests, of one list or of several at one host.
//!
//! Grows by one for each page that arrives, so it doubles each round. Halves after transient
//! failures (throttling, a time-out, a failing service), and then grows by about one each round.
//! Pure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Initial size, until the service has shown that it keeps up.
const FIRST: usize = 8;

/// Window size, and the failures it has reacted to.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// Maximum size.
    most: usize,
    /// Grows slowly beyond this size, near which a failure occurred.
    cautious_from: usize,
    /// Pages that arrived since the window last grew.
    arrived: usize,
    /// Failures that the window has reacted to.
    transient_failures: u64,
}

/// A window that several lists share.
#[derive(Debug, Clone)]
pub(super) struct SharedWindow(Arc<Mutex<Window>>);

impl SharedWindow {
    pub(super) fn size(&self) -> usize {
        self.lock().size
    }

    /// Notes that a page arrived, and how many transient failures there were so far.
    pub(super) fn page_arrived(&self, transient_failures: u64) {
        self.lock().page_arrived(transient_failures);
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        // The window is plain numbers, good at any moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    pub(super) fn new(most: usize) -> Self {
        let size = FIRST.min(most);
        Self { size, most, cautious_from: most, arrived: 0, transient_failures: 0 }
    }

    /// Returns it for several lists.
    pub(super) fn shared(self) -> SharedWindow {
        SharedWindow(Arc::new(Mutex::new(self)))
    }

    /// Notes that a page arrived, and how many transient failures there were so far.
    fn page_arrived(&mut self, transient_failures: u64) {
        if transient_failures > self.transient_failures {
            // Pages requested before the window shrank may fail for the same cause. They are one
            // reason to shrink, and one failure is forgiven per page that arrives.
            self.transient_failures = transient_failures;
            self.size = (self.size / 2).max(1);
            self.cautious_from = self.size;
            self.arrived = 0;
            return;
        }
        self.arrived += 1;
        let enough = if self.size < self.cautious_from { 1 } else { self.size };
        if self.arrived >= enough && self.size < self.most {
            self.size += 1;
            self.arrived = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size after each page, given the troubles counted by then.
    fn sizes(most: usize, transient_failures: &[u64]) -> Vec<usize> {
        let mut window = Window::new(most);
        let after = transient_failures.iter().map(|count| {
            window.page_arrived(*count);
            window.size
        });
        after.collect()
    }

    #[test]
    fn the_window_grows_on_success_and_shrinks_on_failures() {
        let cases: [(usize, &[u64], &[usize]); 5] = [
            (16, &[0, 0, 0, 0], &[9, 10, 11, 12]),
            (10, &[0, 0, 0, 0], &[9, 10, 10, 10]),
            (1, &[0, 0, 1, 1], &[1, 1, 1, 1]),
            // Shrinks once, then grows by one in each round.
            (8, &[0, 0, 1, 1, 1, 1, 1, 1, 1], &[8, 8, 4, 4, 4, 4, 5, 5, 5]),
            (16, &[1, 2, 3, 4, 4], &[4, 2, 1, 1, 2]),
        ];
        for (most, transient_failures, expected) in cases {
            assert_eq!(sizes(most, transient_failures), expected, "{most} {transient_failures:?}");
        }
    }
}
