//! A request for a page, and the page that answers it.

use std::hash::BuildHasherDefault;

use super::record::{Rank, Record};
use super::seen::Set;

/// Range of rows to request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// Rows to skip.
    pub(crate) offset: u64,
    /// Maximum number of rows.
    pub(crate) limit: u64,
}

/// Rows of the list at one moment.
#[derive(Debug)]
pub(crate) struct Page<P> {
    /// The records, in list order.
    pub(crate) records: Vec<Record>,
    /// The rows of the source.
    pub(crate) rows: P,
    /// Length of the whole list, if the service reports it.
    pub(crate) count: Option<u64>,
}

impl Page<()> {
    /// Returns this page with `rows`.
    pub(crate) fn with<P>(self, rows: P) -> Page<P> {
        Page { records: self.records, rows, count: self.count }
    }
}

impl<P> Page<P> {
    /// Returns this page with its rows mapped.
    pub(crate) fn map<Q>(self, rows: impl FnOnce(P) -> Q) -> Page<Q> {
        Page { records: self.records, rows: rows(self.rows), count: self.count }
    }

    /// Returns true if the ranks of the rows increase. Unknown ranks are skipped.
    pub(super) fn is_in_order(&self) -> bool {
        let follows = |pair: &[Record]| match pair {
            [a, b] => a.rank.zip(b.rank).is_some_and(|(a, b)| a.may_precede(b)),
            _ => true,
        };
        self.records.windows(2).all(follows)
    }

    /// Drops rows that are listed twice on the page, and returns their number. Returns `None` if
    /// two different rows have one id.
    pub(super) fn drop_repeated(&mut self) -> Option<u64> {
        // Half a key is nearly always unique and takes half the memory.
        let mut halves = set_for(self.records.len());
        if self.records.iter().all(|record| halves.insert(record.key.half())) {
            return Some(0);
        }
        let mut keys = set_for(self.records.len());
        let mut repeated = Vec::new();
        self.records.retain(|record| {
            let new = keys.insert(record.key);
            if !new {
                repeated.push(*record);
            }
            new
        });
        let is_same = |copy: &Record| {
            self.records.iter().any(|kept| (kept.key, kept.rank) == (copy.key, copy.rank))
        };
        repeated.iter().all(is_same).then_some(repeated.len() as u64)
    }
}

fn set_for<T>(rows: usize) -> Set<T> {
    Set::with_capacity_and_hasher(rows, BuildHasherDefault::default())
}

/// Rows of one page whose position in the list is final.
#[derive(Debug)]
pub(crate) struct Batch<P> {
    /// All rows of the page.
    pub(crate) rows: P,
    /// Indexes of the delivered rows, in their order.
    pub(crate) indexes: Vec<usize>,
    /// Their ranks, if known.
    pub(crate) ranks: Vec<Option<Rank>>,
}
