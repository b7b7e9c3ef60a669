//! Which rows were seen before, in eight bytes a row, so that a million of them fit beside the pages.
//!
//! A row that lies further in the order than all others is new, and a seam is among the last, so rows are only noted.
//! They become a set once it is asked for a row that lies elsewhere, which takes a change of the list.
//!
//! Keeps 64 of the 128 bits of a key. Two ids may agree in those (once in fifty million listings of a
//! million rows). It shows: two rows that lie apart seem to be one. The listing is given up then, as it is
//! when a service lists one id at two places. Where there is no order to rely on, the second row counts as a
//! duplicate, which gives the listing up as well.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;

use super::page::{Rank, Record};

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

/// How a page overlaps the rows that were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// With a row behind which nothing was missed.
    Certain,
    /// With rows of the last moment alone, which may have changed places with others of it.
    Uncertain,
}

/// Rows at the end that are looked through one by one: where a page begins earlier than was planned, it and the one
/// after it share almost all of their rows.
const RECENT: usize = 2048;

/// The rows seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: Set<u64>,
    /// Keys that are not in the set yet, as they came.
    noted: Vec<u64>,
    /// The furthest place in the order, and half of the key of the row there.
    furthest: Option<(Rank, u64)>,
    /// How many rows are of the same moment as that, as far as they were new when they came.
    of_last_moment: usize,
    /// Whether the moment of some row was all that is told of its place.
    has_ties: bool,
    /// Whether there is a key of two rows that lie apart.
    ambiguous: bool,
}

impl Seen {
    /// Makes room for this many rows at once, which takes less than growing does.
    pub(super) fn expect(&mut self, count: u64) {
        self.noted.reserve(count.min(MOST_EXPECTED) as usize);
    }

    /// Whether this row was seen before.
    pub(super) fn contains(&mut self, record: &Record) -> bool {
        if self.is_beyond(record) {
            return false;
        }
        let half = record.key.half();
        if record.rank.is_none() {
            return self.set().contains(&half);
        }
        let recent = &self.noted[self.noted.len().saturating_sub(RECENT)..];
        if recent.contains(&half) {
            return true;
        }
        let moments = record.rank.zip(self.furthest()).map(|(rank, furthest)| (rank.0, furthest.0));
        let is_of_last_moment = moments.is_some_and(|(moment, last)| moment == last);
        if is_of_last_moment && self.of_last_moment <= recent.len() {
            return self.keys.contains(&half);
        }
        self.set().contains(&half)
    }

    /// Notes a row; whether it is new.
    pub(super) fn insert(&mut self, record: &Record) -> bool {
        let new = !self.contains(record);
        let half = record.key.half();
        if new {
            self.noted.push(half);
        }
        let Some(rank) = record.rank else { return new };
        self.has_ties |= rank.1 == 0;
        match self.furthest {
            Some((furthest, _)) if furthest.0 > rank.0 => return new,
            Some((furthest, _)) if furthest.0 == rank.0 => self.of_last_moment += usize::from(new),
            _ => self.of_last_moment = 1,
        }
        self.furthest = Some(match self.furthest {
            // Where the order within a moment is not told of one row, the other's tells nothing.
            Some((Rank(moment, rest), _)) if moment == rank.0 && (rest == 0 || rank.1 == 0) => {
                (Rank(moment, 0), half)
            }
            Some(furthest) if furthest.0 > rank => furthest,
            _ => (rank, half),
        });
        new
    }

    /// All rows.
    fn set(&mut self) -> &mut Set<u64> {
        self.keys.reserve(self.noted.len());
        for half in mem::take(&mut self.noted) {
            self.ambiguous |= !self.keys.insert(half);
        }
        &mut self.keys
    }

    /// The furthest place in the order that was seen.
    pub(super) fn furthest(&self) -> Option<Rank> {
        self.furthest.map(|(rank, _)| rank)
    }

    /// Returns whether no row was seen that is further than this one. Rows that share its moment, and whose order
    /// is unknown, are as far.
    pub(super) fn is_furthest(&self, last: &Record) -> bool {
        self.furthest.is_none_or(|(furthest, half)| {
            half == last.key.half()
                || (furthest.1 == 0 && last.rank.is_some_and(|rank| rank.0 == furthest.0))
        })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
        (self.keys.len() + self.noted.len()) as u64
    }

    /// Number of rows that share the furthest moment.
    pub(super) fn moment_rows(&self) -> u64 {
        self.of_last_moment as u64
    }

    /// Whether the moment of the furthest row is all that is told of its place.
    pub(super) fn is_tied(&self) -> bool {
        matches!(self.furthest, Some((Rank(_, 0), _)))
    }

    /// Whether that was so of any row.
    pub(super) fn has_ties(&self) -> bool {
        self.has_ties
    }

    /// Returns how a page overlaps the rows that were seen; `None` if it contains none of them.
    pub(super) fn overlap(&mut self, page: &[Record]) -> Option<Overlap> {
        let furthest = self.furthest.filter(|_| self.is_tied()).map(|(rank, _)| rank);
        let mut seen = page.iter().filter(|record| self.contains(record)).peekable();
        seen.peek()?;
        let is_earlier = |record: &Record| match (furthest, record.rank) {
            (Some(furthest), Some(rank)) => rank.0 < furthest.0,
            _ => true,
        };
        Some(if seen.any(is_earlier) { Overlap::Certain } else { Overlap::Uncertain })
    }

    /// Whether two rows cannot be told from each other, although they lie apart in the order.
    pub(super) fn is_ambiguous(&mut self) -> bool {
        self.set();
        self.ambiguous
    }

    /// The same at the end, where sorting takes less than a set does.
    pub(super) fn ends_ambiguous(&mut self) -> bool {
        if self.keys.is_empty() {
            let mut all = mem::take(&mut self.noted);
            all.sort_unstable();
            return self.ambiguous || all.windows(2).any(|pair| pair[0] == pair[1]);
        }
        self.is_ambiguous()
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
    use crate::listing::page::Key;

    fn row(id: &str, rank: Option<Rank>) -> Record {
        Record { key: Key::of(id), rank, index: 0 }
    }

    #[test]
    fn a_row_beyond_all_others_with_a_known_key_is_neither_new_nor_old() {
        for at_end in [false, true] {
            let row = |id: &str, rank: i64| row(id, Some(Rank(rank, 0)));
            let mut seen = Seen::default();
            let is_ambiguous =
                |seen: &mut Seen| if at_end { seen.ends_ambiguous() } else { seen.is_ambiguous() };
            assert!(seen.insert(&row("a", 1)));
            assert!(seen.contains(&row("a", 1)));
            assert!(!seen.insert(&row("a", 1)));
            assert!(!seen.contains(&row("b", 1)));
            assert!(seen.insert(&row("b", 3)));
            assert!(!seen.insert(&row("b", 3)));
            assert!(at_end || !is_ambiguous(&mut seen));
            assert!(!seen.contains(&row("a", 4)));
            seen.insert(&row("a", 4));
            assert!(is_ambiguous(&mut seen), "{at_end}");
        }
    }

    /// Rows that come in their order, with some that came before: of the same moment, from right before, from long
    /// before. Where no order is told, in any.
    #[test]
    fn what_was_seen_is_what_a_set_says() {
        const ROWS: usize = 2 * RECENT;
        let mut rng = fastrand::Rng::with_seed(3);
        for round in 0..30 {
            let (most_of_a_moment, told) = (rng.i64(1..4000), rng.bool());
            let rows: Vec<_> = (0..ROWS)
                .map(|at| {
                    let place = if told { at as u128 + 1 } else { 0 };
                    let rank = Rank(at as i64 / most_of_a_moment, place);
                    row(&format!("{at}"), (round % 3 > 0).then_some(rank))
                })
                .collect();
            let (mut seen, mut known) = (Seen::default(), std::collections::BTreeSet::new());
            let mut next = 0;
            while next < rows.len() {
                let back = [0, 1, rng.usize(..70), rng.usize(..ROWS)][rng.usize(..4)];
                let at = if rng.u8(..4) > 0 { next } else { next.saturating_sub(back) };
                next = next.max(at + 1);
                assert_eq!(seen.contains(&rows[at]), known.contains(&at), "{round} {at}");
                assert_eq!(seen.insert(&rows[at]), known.insert(at), "{round} {at}");
            }
            assert!(if rng.bool() { !seen.is_ambiguous() } else { !seen.ends_ambiguous() });
        }
    }
}
