//! Accepts the rows of a stitched page, and notes which changes they show.

use super::Stitcher;
use crate::listing::page::{Batch, Page, PageRequest};
use crate::listing::record::{Key, Rank, Record};

/// Summary of a stitched page.
pub(super) struct Stitched {
    /// All of its rows.
    pub(super) keys: Vec<Key>,
    /// Number of rows that were not seen before.
    pub(super) fresh: u64,
    /// A new row may be before the range.
    pub(super) uncertain: bool,
    /// A row is further in the order than all seen rows.
    pub(super) is_further: bool,
    /// Number of rows at its end that share a moment.
    pub(super) of_last_moment: u64,
}

/// Position of a row relative to the first row of the range.
#[derive(Debug, PartialEq, Eq)]
enum Side {
    /// The offset skips it.
    Before,
    /// It is in the range.
    After,
    /// Unknown: the two share a moment, or have none.
    Unknown,
}

impl<P> Stitcher<P> {
    /// Accepts the rows of a page and makes the new ones ready.
    pub(super) fn take(&mut self, request: PageRequest, page: Page<P>, first: bool) -> Stitched {
        let keys: Vec<Key> = page.records.iter().map(|record| record.key).collect();
        let count_before = self.statistics.count;
        self.statistics.count = page.count.or(count_before);
        self.last_record = page.records.last().copied();
        if first {
            let rows = page.count.unwrap_or(0).saturating_sub(request.offset);
            self.seen.expect(self.range.limit.map_or(rows, |limit| rows.min(limit)));
            self.start = page.records.first().map(|record| (record.key, record.rank));
        }
        let moments = page.records.iter().rev().map(|record| record.rank.map(|rank| rank.moment));
        let last_moment = moments.clone().next();
        let of_last_moment =
            moments.take_while(|moment| Some(*moment) == last_moment).count() as u64;
        let furthest = self.seen.furthest();
        let (mut known, mut fresh, mut uncertain): (u64, u64, bool) = (0, 0, false);
        let mut indexes = Vec::with_capacity(page.records.len());
        let mut ranks = Vec::with_capacity(page.records.len());
        for record in page.records {
            if self.range.limit.is_some_and(|limit| self.statistics.rows == limit) {
                break;
            }
            if !self.seen.insert(&record) {
                known += 1;
                continue;
            }
            fresh += 1;
            match self.side(&record) {
                Side::Before => continue,
                Side::Unknown => uncertain = true,
                Side::After => {}
            }
            self.statistics.rows += 1;
            indexes.push(record.index);
            ranks.push(record.rank);
            let precedes =
                |(rank, furthest): (Rank, Rank)| rank != furthest && !furthest.may_precede(rank);
            self.evidence.stragglers |= record.rank.zip(furthest).is_some_and(precedes);
        }
        self.ready.push(Batch { rows: page.rows, indexes, ranks });
        self.statistics.pages += 1;
        let recounted = page.count.zip(count_before).is_some_and(|(now, before)| now != before);
        self.evidence.recounted |= recounted;
        let seam = keys.get(..known as usize).unwrap_or_default();
        let expected =
            self.position.map_or(0, |position| (position + 1).saturating_sub(request.offset));
        let is_seamed = known > 0 && known == expected && self.last.ends_with(seam);
        self.evidence.disturbed |= recounted || !(first || is_seamed);
        self.statistics.duplicates += if is_seamed { 0 } else { known.saturating_sub(1) };
        let is_further = self.seen.furthest() > furthest;
        Stitched { keys, fresh, uncertain, is_further, of_last_moment }
    }

    /// Returns the position of a row relative to the first row of the range.
    fn side(&self, record: &Record) -> Side {
        if self.range.offset == 0 {
            return Side::After;
        }
        match self.start.and_then(|(_, start)| start).zip(record.rank) {
            Some((start, rank)) if start == rank && rank.tie.is_some() => Side::After,
            Some((start, rank)) => match (start.may_precede(rank), rank.may_precede(start)) {
                (true, false) => Side::After,
                (false, true) => Side::Before,
                _ => Side::Unknown,
            },
            None => Side::Unknown,
        }
    }
}
