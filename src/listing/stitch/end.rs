//! Whether the list is at its end, or whether there is none in sight.
//!
//! A service may say that its list ends and be wrong. Where another answer of its own tells otherwise, it is asked
//! again, and if it keeps to it, the listing is given up.

use super::{REPETITIONS, Stitcher};
use crate::listing::page::Ask;
use crate::listing::proof::{Reason, Unproven};

/// How often in a row an answer may contradict itself before the listing is given up.
const CONTRADICTIONS: u32 = 3;
/// How many pages in a row may bring nothing that lies further in the order, beside eight times as many as it took to
/// come so far: a list that grows faster than it is read has no end.
const STANDSTILL: u64 = 1000;

impl<P> Stitcher<P> {
    /// A page says that it is the last one, and that the list ends there: so it does, unless other answers tell
    /// otherwise.
    pub(super) fn end_at(
        &mut self,
        end: u64,
        offset: u64,
        count: Option<u64>,
    ) -> Result<(), Unproven> {
        if self.counts_more_than_seen() {
            return self.look_for_more();
        }
        match self.last.last().copied() {
            Some(last) if self.seen.lies_behind(last) => {
                // From another offset than before: a service that ignores it would say the same again.
                let row = end.saturating_sub(1);
                let offset = if row == offset { row.saturating_sub(1) } else { row };
                let look = self.slot(Ask { offset, limit: end - offset + 1 });
                self.last_look = Some((look.ticket, last, end));
                self.slots.push_front(look);
            }
            // Nothing at all, and not even counted: that may be a passing fault.
            None if count.is_none() && self.contradictions == 0 => return self.contradicted(),
            _ => {
                self.done = true;
                return self.judge_rows();
            }
        }
        Ok(())
    }

    /// Whether rows are missing that the service counts, in the one count that it gives throughout.
    pub(super) fn counts_more_than_seen(&self) -> bool {
        let seen = self.extent.offset.saturating_add(self.receipt.rows);
        !self.recounted && self.receipt.count.is_some_and(|count| count > seen)
    }

    /// Reads all once more where as many rows may have come, to what was read already, as went elsewhere. Otherwise
    /// the service counts rows that it does not list.
    pub(super) fn look_for_more(&mut self) -> Result<(), Unproven> {
        if !self.disturbed || self.rereads == CONTRADICTIONS {
            return self.contradicted();
        }
        self.rereads += 1;
        self.slots.clear();
        self.position = Some(self.extent.offset);
        Ok(())
    }

    /// At the end. No two rows have one id: by that, rows are told to be seen. New rows that stood before seen ones
    /// were inserted, or the service sorts each page for itself; nothing was inserted where the one count of all
    /// answers is what was seen.
    pub(super) fn judge_rows(&mut self) -> Result<(), Unproven> {
        if self.seen.ends_ambiguous() {
            return Err(self.unproven(Reason::Ambiguous));
        }
        let seen = self.extent.offset.saturating_add(self.receipt.rows);
        let at_rest = !self.recounted && self.receipt.count == Some(seen);
        let is_cut = self.extent.limit == Some(self.receipt.rows) && !self.recounted;
        if self.stragglers && (at_rest || is_cut) { self.is_unsorted() } else { Ok(()) }
    }

    /// The service does not sort as it is asked to, so which rows are the first of the list cannot be told.
    pub(super) fn is_unsorted(&mut self) -> Result<(), Unproven> {
        self.receipt.out_of_order = true;
        self.unordered = true;
        if self.extent.limit.is_some() || self.extent.offset > 0 || self.extent.first_rows {
            return Err(self.unproven(Reason::Unsorted));
        }
        Ok(())
    }

    /// An empty page right behind the last row: the end, unless the answer itself counts more.
    pub(super) fn end_behind(&mut self, ask: Ask, count: Option<u64>) -> Result<(), Unproven> {
        self.receipt.count = count.or(self.receipt.count);
        if count.is_some_and(|count| count > ask.offset) {
            return self.contradicted();
        }
        if self.counts_more_than_seen() {
            return self.look_for_more();
        }
        self.done = true;
        self.judge_rows()
    }

    /// An answer that counts rows and does not bring them. It may be a passing fault, so the rows
    /// are asked for again a few times.
    pub(super) fn contradicted(&mut self) -> Result<(), Unproven> {
        self.contradictions += 1;
        if self.contradictions > CONTRADICTIONS {
            return Err(self.unproven(Reason::EndsEarly));
        }
        Ok(())
    }

    /// Rows inserted while the list is read push the seen ones further down, so some pages may bring nothing
    /// new: as many as hold the rows seen, and a few. More is a service that does not page. The `count` has no
    /// say in this, since it may be absurd.
    pub(super) fn check_progress(&self) -> Result<(), Unproven> {
        let pages = self.receipt.rows / self.step();
        if self.repetitions > REPETITIONS || self.fruitless > u64::from(REPETITIONS) + pages {
            return Err(self.unproven(Reason::NoProgress));
        }
        if self.standstill > STANDSTILL + 8 * self.stitched_before {
            return Err(self.unproven(Reason::Outrun));
        }
        Ok(())
    }
}
