//! How many pages are asked for at a time.
//!
//! Grows by one for each page that arrives, so it doubles from round to round while all is well; halves
//! when the source has had trouble (throttling, a time-out, a failing service), and grows again from
//! there by about one each round. Pure.

/// Where the window starts, until the service has shown that it keeps up.
const FIRST: usize = 8;

/// The window and what it has learnt.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// As large as it may become.
    most: usize,
    /// Beyond this it grows slowly, since trouble came near here.
    cautious_from: usize,
    /// Pages that arrived since the window grew last.
    arrived: usize,
    /// Troubles that have been answered for.
    transient_failures: u64,
}

impl Window {
    pub(super) fn new(most: usize) -> Self {
        let size = FIRST.min(most);
        Self { size, most, cautious_from: most, arrived: 0, transient_failures: 0 }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// A page arrived, and the source has had this many troubles so far.
    pub(super) fn page_arrived(&mut self, transient_failures: u64) {
        if transient_failures > self.transient_failures {
            // Pages asked for before the window shrank may still run into the same trouble: that is one
            // reason to shrink, not many, and it counts once for each page that arrives.
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
            window.size()
        });
        after.collect()
    }

    #[test]
    fn it_grows_while_all_is_well_and_shrinks_on_trouble() {
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
