//! Decides whether the list is at its end.
//!
//! A service may wrongly claim an end. If another of its answers contradicts the claim, the rows
//! are requested again. If the contradiction persists, the listing gives up.

use super::guard::{CONTRADICTIONS, REPETITIONS};
use super::rows::Stitched;
use super::{Stitcher, Ticket};
use crate::listing::page::{Page, PageRequest};
use crate::listing::record::Record;
use crate::listing::unproven::{Reason, Unproven};

/// Check of a claimed end whose last row is not the furthest seen row: it is requested once more.
#[derive(Debug)]
pub(super) struct EndCheck {
    ticket: Ticket,
    /// The last row.
    last: Record,
    /// The number of rows up to the claimed end.
    end: u64,
    /// True if the count claims the end.
    is_counted: bool,
}

/// Common maximum page sizes of services.
const COMMON_PAGE_SIZES: [u64; 8] = [10, 20, 25, 50, 100, 200, 250, 500];

impl<P> Stitcher<P> {
    /// Returns true if the page is the seam alone: nothing follows the row that was the last one.
    pub(super) fn is_seam_alone(&self, request: PageRequest, stitched: &Stitched) -> bool {
        let length = stitched.keys.len() as u64;
        stitched.fresh == 0
            && self.position.is_some_and(|last| {
                request.offset >= self.seam(last) && request.offset + length == last + 1
            })
    }

    /// Decides whether a stitched page ends the list, or how to continue.
    pub(super) fn continue_after(
        &mut self,
        request: PageRequest,
        answered: u64,
        count: Option<u64>,
        first: bool,
        is_seam_alone: bool,
    ) -> Result<(), Unproven> {
        let end = request.offset + answered;
        if first && request.offset > 0 && answered > 0 && count.is_some_and(|count| count < end) {
            // Count or offset is wrong. If it is the offset, these are not the rows of the range.
            return Err(self.unproven(Reason::Misplaced));
        }
        if self.range.limit == Some(self.statistics.rows) {
            self.done = true;
            return self.check_rows();
        }
        let short = answered < request.limit;
        let more_counted = count.is_some_and(|count| count > end);
        if first && short && count == Some(answered) && COMMON_PAGE_SIZES.contains(&answered) {
            // The service may cap its pages at that size: the next page shows whether it has more.
            (self.page_size, self.evidence.capped) = (answered, true);
            return Ok(());
        }
        // The offset is past the end, or the list is empty.
        let nothing = answered == 0 && !more_counted;
        if nothing || (short && count == Some(end)) {
            return self.end_at(end, request.offset, count);
        }
        if answered == 0 {
            return self.note_contradiction();
        }
        self.check_progress()?;
        if short && more_counted && answered > 1 {
            self.page_size = answered;
            self.evidence.capped = true;
        }
        if short && is_seam_alone {
            return self.end_at_seam(request, self.last.len() as u64, count);
        }
        Ok(())
    }

    /// Ends the list at the claimed end, unless other answers contradict it.
    pub(super) fn end_at(
        &mut self,
        end: u64,
        offset: u64,
        count: Option<u64>,
    ) -> Result<(), Unproven> {
        if self.counts_more_than_seen() {
            return self.reread_list();
        }
        // The oldest rows are being deleted: a later page that brings nothing new, and ends the
        // list in front of the first claim, confirms it.
        let is_confirmed = self.end_check.take().is_some_and(|check| end < check.end);
        match self.last_record {
            Some(last) if !self.seen.is_furthest(&last) && !is_confirmed => {
                // Uses another offset than before: a service that ignores offsets would send the
                // same page.
                let row = end.saturating_sub(1);
                let offset = if row == offset { row.saturating_sub(1) } else { row };
                let is_counted = count == Some(end);
                self.check_end(
                    PageRequest { offset, limit: end - offset + 1 },
                    last,
                    end,
                    is_counted,
                );
            }
            // No rows and no count may be a transient fault.
            None if count.is_none() && self.guard.contradictions == 0 => {
                return self.note_contradiction();
            }
            _ => {
                self.done = true;
                return self.check_rows();
            }
        }
        Ok(())
    }

    /// Ends the list at a page with the seam alone, without a `count` that confirms it.
    ///
    /// A service that has sent longer pages would send more rows if it had them.
    pub(super) fn end_at_seam(
        &mut self,
        request: PageRequest,
        answered: u64,
        count: Option<u64>,
    ) -> Result<(), Unproven> {
        let end = request.offset + answered;
        let answers_more = self.evidence.longest_page > answered;
        if count.is_some_and(|count| count > end) {
            return if answers_more { self.note_contradiction() } else { Ok(()) };
        }
        if self.counts_more_than_seen() {
            return self.reread_list();
        }
        if answered > 1
            && let Some(last) = self.last_record
        {
            // The service may cap its pages at a wide seam, but not at the last row alone.
            let check = PageRequest { offset: end - 1, limit: self.overlapping_size() };
            self.check_end(check, last, end, false);
            return Ok(());
        }
        if answers_more || self.evidence.ended {
            return self.end_at(end, request.offset, count);
        }
        // All pages had one row: the service may have more rows and send one at a time.
        let probe = self.slot(PageRequest { offset: end, limit: self.overlapping_size() });
        self.slots.push_front(probe);
        Ok(())
    }

    /// Requests the last row once more.
    fn check_end(&mut self, request: PageRequest, last: Record, end: u64, is_counted: bool) {
        let slot = self.slot(request);
        self.end_check = Some(EndCheck { ticket: slot.ticket, last, end, is_counted });
        self.slots.push_front(slot);
    }

    /// Returns true if a page confirms the claimed end: it ends with the same row at the same
    /// offset.
    ///
    /// # Errors
    ///
    /// If too many checks in a row did not confirm it.
    pub(super) fn passes_end_check(
        &mut self,
        ticket: Ticket,
        request: PageRequest,
        page: &Page<P>,
    ) -> Result<bool, Unproven> {
        let Some(check) = self.end_check.as_ref().filter(|check| check.ticket == ticket) else {
            return Ok(false);
        };
        let end = request.offset + page.records.len() as u64;
        let agrees = |count| if check.is_counted { count == end } else { count <= end };
        let ends_there = end == check.end && page.count.is_none_or(agrees);
        if ends_there && page.records.last().is_some_and(|last| last.may_be(&check.last)) {
            return Ok(true);
        }
        self.guard.end_checks += 1;
        if self.guard.end_checks > REPETITIONS {
            return Err(self.unproven(Reason::NoEnd));
        }
        Ok(false)
    }

    /// Returns true if the service counts more rows than were seen, and its count never changed.
    fn counts_more_than_seen(&self) -> bool {
        let seen = self.range.offset.saturating_add(self.statistics.rows);
        !self.evidence.recounted && self.statistics.count.is_some_and(|count| count > seen)
    }

    /// Reads the whole list again if rows may have been created in the part already read, while as
    /// many were deleted elsewhere. Otherwise the service counts rows that it does not list.
    fn reread_list(&mut self) -> Result<(), Unproven> {
        if !self.evidence.disturbed || self.guard.rereads == CONTRADICTIONS {
            return self.note_contradiction();
        }
        self.guard.rereads += 1;
        self.slots.clear();
        self.position = Some(self.range.offset);
        Ok(())
    }

    /// Checks the rows at the end: ids are unique, and the service sorted the rows. A new row
    /// before seen ones was created meanwhile, or the service sorts each page separately. If the
    /// count never changed and equals the number of rows, none was created.
    pub(super) fn check_rows(&mut self) -> Result<(), Unproven> {
        if self.seen.ends_ambiguous() {
            return Err(self.unproven(Reason::Ambiguous));
        }
        let seen = self.range.offset.saturating_add(self.statistics.rows);
        let recounted = self.evidence.recounted;
        let at_rest = !recounted && self.statistics.count == Some(seen);
        let is_cut = self.range.limit == Some(self.statistics.rows) && !recounted;
        if self.evidence.stragglers && (at_rest || is_cut) { self.note_unsorted() } else { Ok(()) }
    }

    /// Handles a service that does not sort as requested, so that the first rows of the list are
    /// unknown.
    pub(super) fn note_unsorted(&mut self) -> Result<(), Unproven> {
        self.statistics.out_of_order = true;
        self.evidence.unordered = true;
        if self.range.limit.is_some() || self.range.offset > 0 || self.range.first_rows {
            return Err(self.unproven(Reason::Unsorted));
        }
        Ok(())
    }

    /// Notes an answer that counts rows but does not contain them. It may be a transient fault, so
    /// the rows are requested again a few times.
    pub(super) fn note_contradiction(&mut self) -> Result<(), Unproven> {
        self.guard.contradictions += 1;
        if self.guard.contradictions > CONTRADICTIONS {
            return Err(self.unproven(Reason::EndsEarly));
        }
        Ok(())
    }
}
