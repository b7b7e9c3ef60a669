//! Number of concurrent page requests, for one list or several lists of one host.
//!
//! Starts with eight. While the network is the limit, the window grows by one for each page that
//! arrives, so it doubles each round. A page shows that the network is the limit if it takes about
//! as long as the fastest one. Once pages take much longer than that, the service or this machine
//! is the limit, and each slow page shrinks the window by one, down to eight.
//!
//! The window does not grow while printing a full window takes longer than a request: more pages
//! would only fill the memory. It also has a limit in bytes.
//!
//! Halves after transient failures (throttling, a time-out, a failing service), and then grows by
//! about one each round, up to eight. Pure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Initial size. Slow pages do not shrink the window below it.
const INITIAL_SIZE: usize = 8;

/// Maximum bytes of pages requested or waiting to be stitched. Limits only a window larger than
/// [`INITIAL_SIZE`].
const MAX_BYTES: usize = 24 << 20;

/// Tolerated difference between the times of two pages, however fast both are.
const JITTER: Duration = Duration::from_millis(2);

/// A page that arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// Transient failures of the source so far.
    pub(super) transient_failures: u64,
    /// Time from the request to the whole page.
    pub(super) time: Duration,
    /// Size of the page.
    pub(super) bytes: usize,
}

/// Window size, and the measurements that it follows.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// Maximum size.
    most: usize,
    /// Grows slowly beyond this size, near which a failure occurred.
    slow_start_end: usize,
    /// Pages that arrived since the window last grew.
    arrived: usize,
    /// Failures that the window has reacted to.
    transient_failures: u64,
    /// Time of the fastest page.
    fastest: Option<Duration>,
    /// Size of the largest page.
    largest: usize,
    /// Number of pages whose rows were passed on, and the time that this took.
    passed_on: (u32, Duration),
}

/// A window that several lists share.
#[derive(Debug, Clone)]
pub(super) struct SharedWindow(Arc<Mutex<Window>>);

impl SharedWindow {
    pub(super) fn size(&self) -> usize {
        self.lock().size
    }

    /// Notes that a page arrived.
    pub(super) fn page_arrived(&self, page: Arrival) {
        self.lock().page_arrived(page);
    }

    /// Notes that the rows of some pages were passed on in this time.
    pub(super) fn passed_on(&self, pages: usize, time: Duration) {
        let passed_on = &mut self.lock().passed_on;
        passed_on.0 = passed_on.0.saturating_add(u32::try_from(pages).unwrap_or(u32::MAX));
        passed_on.1 = passed_on.1.saturating_add(time);
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        // The window is plain numbers, so it is valid even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the time of a page compares with that of the fastest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speed {
    /// About as fast: requests do not wait for each other.
    Fast,
    Middling,
    /// More than twice as long: requests wait for each other.
    Slow,
}

impl Window {
    pub(super) fn new(most: usize) -> Self {
        Self {
            size: INITIAL_SIZE.min(most),
            most,
            slow_start_end: most,
            arrived: 0,
            transient_failures: 0,
            fastest: None,
            largest: 0,
            passed_on: (0, Duration::ZERO),
        }
    }

    /// Makes the window shareable between lists.
    pub(super) fn shared(self) -> SharedWindow {
        SharedWindow(Arc::new(Mutex::new(self)))
    }

    /// Notes that a page arrived.
    fn page_arrived(&mut self, page: Arrival) {
        let speed = self.speed(page.time);
        self.largest = self.largest.max(page.bytes);
        if page.transient_failures > self.transient_failures {
            // Pages requested before the window shrank may fail for the same cause. Together they
            // shrink the window once per page that arrives.
            self.transient_failures = page.transient_failures;
            self.size = (self.size / 2).max(1);
            // More in flight would only mean more failures.
            self.most = self.most.min(INITIAL_SIZE);
            self.slow_start_end = self.size;
            self.arrived = 0;
            return;
        }
        let most = self.most();
        if self.size > most {
            self.size = most;
        } else if self.size >= INITIAL_SIZE && speed != Speed::Fast {
            self.size -= usize::from(speed == Speed::Slow && self.size > INITIAL_SIZE);
        } else if self.size < INITIAL_SIZE || !self.outlasts_a_request() {
            self.arrived += 1;
            let enough = if self.size < self.slow_start_end { 1 } else { self.size };
            if self.arrived >= enough && self.size < most {
                self.size += 1;
                self.arrived = 0;
            }
        }
    }

    /// Returns true if passing on the rows of a full window takes longer than a request.
    fn outlasts_a_request(&self) -> bool {
        let (pages, time) = self.passed_on;
        let of_page = time.checked_div(pages).unwrap_or_default();
        let of_window = of_page.saturating_mul(u32::try_from(self.size).unwrap_or(u32::MAX));
        self.fastest.is_some_and(|fastest| of_window > fastest)
    }

    /// Returns the maximum size within the byte limit.
    fn most(&self) -> usize {
        let within = MAX_BYTES.checked_div(self.largest).unwrap_or(self.most);
        self.most.min(within.max(INITIAL_SIZE))
    }

    /// Compares a time with the shortest one so far.
    fn speed(&mut self, time: Duration) -> Speed {
        let fastest = self.fastest.map_or(time, |fastest| fastest.min(time));
        self.fastest = Some(fastest);
        if time <= fastest.mul_f64(1.5) + JITTER {
            Speed::Fast
        } else if time <= 2 * fastest + JITTER {
            Speed::Middling
        } else {
            Speed::Slow
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes after pages, each with the failures counted by then, its milliseconds and its KiB.
    fn sizes(most: usize, pages: &[(u64, u64, usize)]) -> Vec<usize> {
        let mut window = Window::new(most);
        let after = pages.iter().map(|(transient_failures, millis, kib)| {
            window.page_arrived(Arrival {
                transient_failures: *transient_failures,
                time: Duration::from_millis(*millis),
                bytes: kib << 10,
            });
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
            let pages: Vec<_> = transient_failures.iter().map(|count| (*count, 50, 1)).collect();
            assert_eq!(sizes(most, &pages), expected, "{most} {transient_failures:?}");
        }
    }

    #[test]
    fn the_window_grows_only_while_pages_are_as_fast_as_the_fastest() {
        let cases: [(usize, &[u64], &[usize]); 7] = [
            (32, &[50, 60, 77], &[9, 10, 11]),
            // Neither fast nor slow.
            (32, &[50, 78, 102], &[9, 9, 9]),
            (32, &[50, 50, 50, 103, 200, 200, 200], &[9, 10, 11, 10, 9, 8, 8]),
            // The first page of a fast service comes alone, and the others share this machine.
            (32, &[3, 12, 12, 12], &[9, 8, 8, 8]),
            // Jitter of a fast service means nothing.
            (32, &[0, 2, 1, 2], &[9, 10, 11, 12]),
            // A fast page makes slow ones of its predecessors.
            (32, &[100, 40, 100], &[9, 10, 9]),
            // Slow pages neither grow nor shrink a window below the first size.
            (4, &[50, 500, 500], &[4, 4, 4]),
        ];
        for (most, millis, expected) in cases {
            let pages: Vec<_> = millis.iter().map(|millis| (0, *millis, 1)).collect();
            assert_eq!(sizes(most, &pages), expected, "{most} {millis:?}");
        }
    }

    #[test]
    fn the_window_grows_until_its_pages_take_longer_to_pass_on_than_to_request() {
        // Milliseconds to pass on each page, and the size after many pages of 50 ms.
        let cases = [(0, 32), (1, 32), (2, 26), (5, 11), (6, 9), (7, 8), (100, 8)];
        for (millis, expected) in cases {
            let window = Window::new(32).shared();
            for _ in 0..100 {
                let time = Duration::from_millis(50);
                window.passed_on(1, Duration::from_millis(millis));
                window.page_arrived(Arrival { transient_failures: 0, time, bytes: 1 });
            }
            assert_eq!(window.size(), expected, "{millis}");
        }
        // After a failure it grows back in any case.
        let window = Window::new(32).shared();
        for transient_failures in [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] {
            let time = Duration::from_millis(50);
            window.passed_on(1, time);
            window.page_arrived(Arrival { transient_failures, time, bytes: 1 });
        }
        assert_eq!(window.size(), 6);
    }

    #[test]
    fn a_window_that_failures_shrank_grows_back_however_slow_pages_are() {
        let slow = [(0, 50, 1), (1, 500, 1), (1, 500, 1), (1, 500, 1), (1, 500, 1), (1, 500, 1)];
        assert_eq!(sizes(32, &slow), [9, 4, 4, 4, 4, 5]);
    }

    #[test]
    fn bytes_bound_the_window_above_its_first_size() {
        let cases: [(&[usize], &[usize]); 3] = [
            (&[2048, 2048, 2048, 2048, 2048, 2048], &[9, 10, 11, 12, 12, 12]),
            (&[100_000, 100_000], &[8, 8]),
            // A larger page lowers the bound at once.
            (&[1, 1, 1, 1, 2458, 4096], &[9, 10, 11, 12, 9, 8]),
        ];
        for (kib, expected) in cases {
            let pages: Vec<_> = kib.iter().map(|kib| (0, 50, *kib)).collect();
            assert_eq!(sizes(64, &pages), expected, "{kib:?}");
        }
    }
}
