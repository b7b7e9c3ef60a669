//! The backups that the account has from the start: each from its place in the list.

use std::ops::RangeInclusive;

use super::mix;
use super::row::{Row, Style};
use super::time::{DAY, MILLISECOND, Micros, SECOND};

/// No backup is newer: 2026-11-20T00:00:00Z.
pub(super) const NEWEST: Micros = 20_777 * DAY;

/// A series of backups, newest first: `created_at` descending, then `id` descending.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) struct Series {
    /// The time between one backup and the next, on average.
    step: Micros,
}

/// Places in each run of [`TIE_PERIOD`] that hold backups of the very same moment. Chosen so that
/// three of them, 999 to 1001, lie across the end of the first thousand.
const TIED: RangeInclusive<u32> = 90..=92;
const TIE_PERIOD: u32 = 101;

impl Series {
    /// A series of that many backups: half a year's worth, but never more than two in a minute.
    pub(in crate::sandbox) fn new(count: u32) -> Self {
        Self { step: (180 * DAY / i64::from(count.max(1))).clamp(30 * SECOND, DAY) }
    }

    /// The backup at that place of the list, in constant time.
    pub(in crate::sandbox) fn row(self, index: u32) -> Row {
        let place = index % TIE_PERIOD;
        if TIED.contains(&place) {
            let rank = place - TIED.start();
            let created = self.created(index - rank);
            Row::tied(index, index - rank, rank, created - created % MILLISECOND)
        } else {
            let created = self.created(index);
            // Times sort as they are written: a style with fewer digits has no more to hide.
            let grain = match Style::of(index) {
                Style::Sparse => MILLISECOND,
                Style::Full | Style::Documented if index % 37 == 5 => SECOND,
                Style::Full | Style::Documented => 1,
            };
            Row::new(index, created - created % grain)
        }
    }

    /// Strictly falling by at least half a step.
    fn created(self, index: u32) -> Micros {
        let jitter = (mix(index.into()) >> 1) as i64 % (self.step / 2);
        NEWEST - self.step * i64::from(index) - jitter
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn order_never_rises_and_ids_are_unique() {
        for count in [1663, 100_000, 10_000_000] {
            let series = Series::new(count);
            let rows: Vec<_> = (0..100_000).map(|index| series.row(index)).collect();
            for pair in rows.windows(2) {
                assert!(pair[0].key() > pair[1].key(), "{pair:?}");
            }
            let ids: HashSet<_> = rows.iter().map(|row| row.id.text()).collect();
            assert_eq!(ids.len(), rows.len());
        }
    }

    #[test]
    fn some_neighbours_have_the_same_time_also_across_pages() {
        let series = Series::new(1663);
        assert_eq!(series.row(999).created, series.row(1001).created);
        assert!((0..10).all(|index| series.row(index).created > series.row(index + 1).created));
    }
}
