//! The rows seen so far, in 8 bytes per row, so that a million of them fit into memory.
//!
//! Overlaps are recent, so keys go to a `Vec`. A set is built only when the list changed, for a row
//! elsewhere in the order.
//!
//! Keeps 64 of the 128 bits of a key. Two ids may collide (once in fifty million listings of a
//! million rows). A collision is detected: two rows far apart seem to be one, and the listing
//! fails, as for an id that is listed twice. Without a reliable order, the second row counts as a
//! duplicate, which fails the listing as well.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;

use super::record::{Rank, Record};

/// Maximum number of rows for which memory is reserved by the reported count.
const MAX_RESERVED: u64 = 4_000_000;

/// A set of keys or half keys.
pub(super) type Set<T> = HashSet<T, BuildHasherDefault<KeyHasher>>;

/// Hashes half of a key. Ids are random or hashed already, so one multiplication suffices. A
/// service with colliding ids only slows down its own listing.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
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

/// How a page overlaps the seen rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// Shares a row up to which nothing was missed.
    Certain,
    /// Shares only rows of the last moment, whose order may have changed.
    Uncertain,
}

/// Number of latest rows to compare one by one. A page that begins earlier than planned shares
/// almost all rows with the next one.
const RECENT: usize = 2048;

/// The rows seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: Set<u64>,
    /// Keys not yet in the set, in order of arrival.
    recent_keys: Vec<u64>,
    /// Furthest rank, and half of the key of its row.
    furthest: Option<(Rank, u64)>,
    /// Number of new rows of the furthest moment.
    of_last_moment: usize,
    /// True if the order of some row within its moment is unknown.
    has_ties: bool,
    /// True if two rows far apart share a key.
    ambiguous: bool,
}

impl Seen {
    /// Reserves memory for this many rows, which is faster than growing.
    pub(super) fn expect(&mut self, count: u64) {
        self.recent_keys.reserve(count.min(MAX_RESERVED) as usize);
    }

    /// Returns true if this row was seen before.
    pub(super) fn contains(&mut self, record: &Record) -> bool {
        if self.is_beyond(record) {
            return false;
        }
        let half = record.key.half();
        if record.rank.is_none() {
            return self.set().contains(&half);
        }
        let recent = &self.recent_keys[self.recent_keys.len().saturating_sub(RECENT)..];
        if recent.contains(&half) {
            return true;
        }
        let ranks = record.rank.zip(self.furthest());
        let is_of_last_moment = ranks.is_some_and(|(rank, last)| rank.moment == last.moment);
        if is_of_last_moment && self.of_last_moment <= recent.len() {
            return self.keys.contains(&half);
        }
        self.set().contains(&half)
    }

    /// Adds a row, and returns true if it is new.
    pub(super) fn insert(&mut self, record: &Record) -> bool {
        let new = !self.contains(record);
        let half = record.key.half();
        if new {
            self.recent_keys.push(half);
        }
        let Some(rank) = record.rank else { return new };
        self.has_ties |= rank.tie.is_none();
        match self.furthest.map(|(furthest, _)| furthest.moment.cmp(&rank.moment)) {
            Some(Ordering::Greater) => return new,
            Some(Ordering::Equal) => self.of_last_moment += usize::from(new),
            Some(Ordering::Less) | None => self.of_last_moment = 1,
        }
        self.furthest = Some(match self.furthest {
            // If the order within a moment is unknown for one row, it is unknown for both.
            Some((furthest, _)) if furthest.is_tied_with(rank) => {
                (Rank { tie: None, ..furthest }, half)
            }
            Some(furthest) if furthest.0 > rank => furthest,
            _ => (rank, half),
        });
        new
    }

    /// Returns the set of all rows.
    fn set(&mut self) -> &mut Set<u64> {
        self.keys.reserve(self.recent_keys.len());
        for half in mem::take(&mut self.recent_keys) {
            self.ambiguous |= !self.keys.insert(half);
        }
        &mut self.keys
    }

    /// Returns the furthest rank seen.
    pub(super) fn furthest(&self) -> Option<Rank> {
        self.furthest.map(|(rank, _)| rank)
    }

    /// Returns true if no seen row is further than this one. Rows of its moment in unknown order
    /// are equally far.
    pub(super) fn is_furthest(&self, last: &Record) -> bool {
        self.furthest.is_none_or(|(furthest, half)| {
            half == last.key.half()
                || (furthest.tie.is_none()
                    && last.rank.is_some_and(|rank| rank.moment == furthest.moment))
        })
    }

    /// Returns the number of rows.
    pub(super) fn rows(&self) -> u64 {
        (self.keys.len() + self.recent_keys.len()) as u64
    }

    /// Returns the number of rows that share the furthest moment.
    pub(super) fn moment_rows(&self) -> u64 {
        self.of_last_moment as u64
    }

    /// Returns true if only the moment of the furthest row is known.
    pub(super) fn is_tied(&self) -> bool {
        self.furthest().is_some_and(|furthest| furthest.tie.is_none())
    }

    /// Returns true if that was so for any row.
    pub(super) fn has_ties(&self) -> bool {
        self.has_ties
    }

    /// Returns how a page overlaps the seen rows; `None` if it does not.
    pub(super) fn overlap(&mut self, page: &[Record]) -> Option<Overlap> {
        let furthest = self.furthest.filter(|_| self.is_tied()).map(|(rank, _)| rank);
        let mut seen = page.iter().filter(|record| self.contains(record)).peekable();
        seen.peek()?;
        let is_earlier = |record: &Record| match (furthest, record.rank) {
            (Some(furthest), Some(rank)) => rank.moment < furthest.moment,
            _ => true,
        };
        Some(if seen.any(is_earlier) { Overlap::Certain } else { Overlap::Uncertain })
    }

    /// Returns true if two rows far apart in the order share a key.
    pub(super) fn is_ambiguous(&mut self) -> bool {
        self.set();
        self.ambiguous
    }

    /// Same as [`is_ambiguous`](Self::is_ambiguous), for the end of a listing: sorting is faster
    /// than a set.
    pub(super) fn ends_ambiguous(&mut self) -> bool {
        if self.keys.is_empty() {
            let mut all = mem::take(&mut self.recent_keys);
            all.sort_unstable();
            return self.ambiguous || all.windows(2).any(|pair| pair[0] == pair[1]);
        }
        self.is_ambiguous()
    }

    /// Returns true if a row is known to be further than all seen rows.
    fn is_beyond(&self, record: &Record) -> bool {
        let Some((furthest, _)) = self.furthest else { return false };
        record.rank.is_some_and(|rank| !rank.may_precede(furthest) && rank != furthest)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;
    use crate::listing::record::Key;

    fn row(id: &str, rank: Option<Rank>) -> Record {
        Record { key: Key::of(id), rank, index: 0 }
    }

    #[test]
    fn a_row_beyond_all_others_with_a_known_key_is_neither_new_nor_old() {
        for at_end in [false, true] {
            let row = |id: &str, moment: i64| row(id, Some(Rank { moment, tie: None }));
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

    /// Rows in their order, mixed with earlier ones: of the same moment, from shortly before, from
    /// long before. Without a known order, in any order.
    #[test]
    fn seen_rows_agree_with_a_hash_set() {
        const ROWS: usize = 2 * RECENT;
        let mut rng = fastrand::Rng::with_seed(3);
        for round in 0..30 {
            let (most_of_a_moment, has_order) = (rng.i64(1..4000), rng.bool());
            let rows: Vec<_> = (0..ROWS)
                .map(|at| {
                    let tie = NonZero::new(at as u128 + 1).filter(|_| has_order);
                    let rank = Rank { moment: at as i64 / most_of_a_moment, tie };
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
