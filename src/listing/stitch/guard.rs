//! Limits of every loop of a listing. Progress resets them.

use super::Stitcher;
use crate::listing::unproven::{Reason, Unproven};

/// Maximum number of times in a row that a page may equal its predecessor, as when rows are created
/// just as fast as read.
pub(super) const REPETITIONS: u32 = 16;
/// Maximum number of times in a row that an answer may contradict itself before the listing gives
/// up.
pub(super) const CONTRADICTIONS: u32 = 3;
/// Maximum number of pages in a row without a further row, in addition to eight times the pages
/// needed so far. A list that grows faster than it is read has no end.
const STANDSTILL: u64 = 1000;
/// Maximum number of pages in a row that overlap nothing. Each begins earlier than the one before,
/// in doubling steps, so twenty reach from the end of the largest list to its beginning.
const UNSTITCHED: u32 = 64;

/// Counters of pages and answers that did not advance the listing.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Answers in a row that contradict themselves.
    pub(super) contradictions: u32,
    /// Checks in a row that did not confirm the end.
    pub(super) end_checks: u32,
    /// Number of re-reads of the whole list.
    pub(super) rereads: u32,
    /// Pages since the last new row that overlap nothing.
    pub(super) unstitched: u32,
    /// Pages in a row that equal their predecessor.
    repetitions: u32,
    /// Pages in a row without a new row.
    fruitless: u64,
    /// Pages in a row without a further row.
    standstill: u64,
    /// Pages stitched before the standstill.
    stitched_before: u64,
}

impl Guard {
    /// Counts a stitched page, the `pages`th one.
    pub(super) fn stitched(
        &mut self,
        is_fruitful: bool,
        is_further: bool,
        is_repeated: bool,
        pages: u64,
    ) {
        if is_fruitful {
            self.contradictions = 0;
            self.end_checks = 0;
            self.unstitched = 0;
            self.fruitless = 0;
        } else {
            self.fruitless += 1;
        }
        if is_further {
            self.standstill = 0;
            self.stitched_before = pages;
        } else {
            self.standstill += 1;
        }
        self.repetitions = if is_repeated { self.repetitions + 1 } else { 0 };
    }
}

impl<P> Stitcher<P> {
    /// Fails if too many pages in a row made no progress.
    ///
    /// Rows created meanwhile move the seen ones down, so some pages may have nothing new: as many
    /// as hold the seen rows, and a few. With more of them, the service does not page. `count` is
    /// not used, since it may be absurd.
    pub(super) fn check_progress(&self) -> Result<(), Unproven> {
        let Guard { repetitions, fruitless, standstill, stitched_before, unstitched, .. } =
            self.guard;
        let pages = self.seen.rows() / self.step();
        if repetitions > REPETITIONS
            || fruitless > u64::from(REPETITIONS) + pages
            || unstitched > UNSTITCHED
        {
            return Err(self.unproven(Reason::NoProgress));
        }
        if standstill > STANDSTILL + 8 * stitched_before {
            return Err(self.unproven(Reason::Outrun));
        }
        Ok(())
    }
}
