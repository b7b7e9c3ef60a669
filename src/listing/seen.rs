//! Which rows were seen before, in nine bytes a row, so that a million of them fit beside the pages.
//!
//! Keeps 64 of the 128 bits of a key. Two ids may agree in those (once in fifty million listings of a
//! million rows). It shows: such a row seems to be an old one, and yet stands further in the order than any
//! that was seen. The listing is given up then, as it is when a service lists one id at two places. Where
//! there is no order to rely on, the row counts as a duplicate, which gives the listing up as well.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::page::{Key, Rank, Record};

/// No more rows than this are expected on the word of the service.
const MOST_EXPECTED: u64 = 4_000_000;

/// A set of keys or of halves of them.
pub(super) type Set<T> = HashSet<T, BuildHasherDefault<Spread>>;

/// Hashes half of a key. Ids are random or hashed already, so one multiplication spreads them well enough;
/// a service that chose its ids to collide would only slow down its own listing.
#[derive(Debug, Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn write_u64(&mut self, number: u64) {
        // The odd number nearest to 2^64 divided by the golden ratio.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// How a page holds on to what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// By a row behind which nothing was missed.
    Firm,
    /// By rows of the last moment alone, which may have changed places with others of it.
    Loose,
}

/// The rows seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: Set<u64>,
    /// The furthest place in the order, and half of the key of the row there.
    furthest: Option<(Rank, u64)>,
    /// Whether the moment of some row was all that is told of its place.
    has_vague: bool,
    /// Whether a row was noted that cannot be told from one that stands elsewhere.
    ambiguous: bool,
}

impl Seen {
    /// Makes room for this many rows at once, which takes less than growing does.
    pub(super) fn expect(&mut self, count: u64) {
        let more = count.min(MOST_EXPECTED).saturating_sub(self.keys.len() as u64);
        self.keys.reserve(more as usize);
    }

    /// Whether this row was seen before.
    pub(super) fn contains(&self, record: &Record) -> bool {
        !self.is_beyond(record) && self.keys.contains(&record.key.half())
    }

    /// Notes a row; whether it is new.
    pub(super) fn insert(&mut self, record: &Record) -> bool {
        let beyond = self.is_beyond(record);
        let half = record.key.half();
        if let Some(rank) = record.rank {
            self.has_vague |= rank.1 == 0;
            self.furthest = Some(match self.furthest {
                // Where the order within a moment is not told of one row, the other's tells nothing.
                Some((Rank(moment, rest), _)) if moment == rank.0 && (rest == 0 || rank.1 == 0) => {
                    (Rank(moment, 0), half)
                }
                Some(furthest) if furthest.0 > rank => furthest,
                _ => (rank, half),
            });
        }
        let new = self.keys.insert(half);
        self.ambiguous |= beyond && !new;
        new
    }

    /// The furthest place in the order that was seen.
    pub(super) fn furthest(&self) -> Option<Rank> {
        self.furthest.map(|(rank, _)| rank)
    }

    /// Whether some row was seen that lies behind this one, which was noted last.
    pub(super) fn lies_behind(&self, last: Key) -> bool {
        self.furthest.is_some_and(|(_, half)| half != last.half())
    }

    /// Whether the moment of the furthest row is all that is told of its place.
    pub(super) fn is_vague(&self) -> bool {
        matches!(self.furthest, Some((Rank(_, 0), _)))
    }

    /// Whether that was so of any row.
    pub(super) fn has_vague(&self) -> bool {
        self.has_vague
    }

    /// Whether a page holds a row that was seen.
    pub(super) fn touch(&self, page: &[Record]) -> Option<Touch> {
        let furthest = self.furthest.filter(|_| self.is_vague()).map(|(rank, _)| rank);
        let mut seen = page.iter().filter(|record| self.contains(record)).peekable();
        seen.peek()?;
        let is_earlier = |record: &Record| match (furthest, record.rank) {
            (Some(furthest), Some(rank)) => rank.0 < furthest.0,
            _ => true,
        };
        Some(if seen.any(is_earlier) { Touch::Firm } else { Touch::Loose })
    }

    /// Whether a row was noted that cannot be told from one that stands elsewhere in the order.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// Whether it stands further than all that were seen, as far as its place is told.
    fn is_beyond(&self, record: &Record) -> bool {
        let Some((furthest, _)) = self.furthest else { return false };
        record.rank.is_some_and(|rank| !rank.may_precede(furthest) && rank != furthest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_beyond_all_others_with_a_known_key_is_neither_new_nor_old() {
        let row =
            |id: &str, rank: i64| Record { key: Key::of(id), rank: Some(Rank(rank, 0)), index: 0 };
        let mut seen = Seen::default();
        assert!(seen.insert(&row("a", 1)));
        assert!(seen.contains(&row("a", 1)));
        assert!(!seen.insert(&row("a", 1)));
        assert!(!seen.contains(&row("b", 1)));
        assert!(seen.insert(&row("b", 3)));
        assert!(!seen.insert(&row("b", 3)));
        assert!(!seen.is_ambiguous());
        assert!(!seen.contains(&row("a", 4)));
        seen.insert(&row("a", 4));
        assert!(seen.is_ambiguous());
    }
}
