//! Decides which rows to request next, and turns pages into one list without a gap.
//!
//! Pure: requests come out, pages go in, rows come out. Knows no clock, no network and no tasks.
//!
//! Offset paging over a list that changes loses rows: a deletion between two requests moves all
//! following rows up by one, and the row at the boundary is never seen. So each page overlaps its
//! predecessor by one row, the seam, in a total order over keys that never change. Let p be the
//! furthest row in that order that was seen. At all times, **every row up to p that existed
//! throughout was seen**:
//!
//! - The first page begins where the range begins, so it holds after that page.
//! - A page is only stitched if it overlaps: it contains a row that was seen, or begins the list.
//!   The rows of a page are all the rows of the list between its first and its last at that moment.
//!   So every row that existed throughout, between the seen row and the end of the page, is on the
//!   page and is seen now.
//! - A page that does not overlap is deferred. Earlier pages are read first until one overlaps, at
//!   the latest the first page of the list.
//!
//! The moment at which a page was read makes no difference, so pages may be requested concurrently
//! and far ahead.
//!
//! **The list ends** on one answer: a page that overlaps, is shorter than requested and ends at the
//! `count` of the same answer. Where `count` is missing, or smaller than the rows of the same
//! answer, it is a page with the seam alone, from a service that has answered with more rows than
//! that. An empty page proves nothing: unseen rows may have moved before it. Any other end is
//! reported as unproven.
//!
//! If the service rounds times, several rows share a moment, and their order within it is unknown
//! and may vary. Then p is a moment, every row of earlier moments was seen, and a page has to begin
//! before that moment to be stitched. So seams are wider, and pages grow up to
//! [`ListRange::largest_page`]. If more rows share a moment than fit on a page, there is no
//! reliable order.
//!
//! With an offset, rows before the first row of the range are never delivered, even if they appear
//! later.
//!
//! The proof assumes consistent answers, so they are cross-checked if possible. If all answers have
//! the same count, it must not exceed the seen rows. If it does and the list changed, the list is
//! read again to find the missing ones. The page that ends the list has to end with p. Otherwise p
//! was deleted or the page is not the requested one, so its last row is requested once more. A
//! first page that counts only its own rows, and has a common maximum page size, is not trusted
//! either.
//!
//! In an order over keys that change, or with a service that does not sort as requested, a row may
//! move from a part that was not read yet to one that was. Then the answers must show no change:
//! every seam is where it was expected, and the one `count` of all answers is the number of rows.

mod end;
mod guard;
mod plan;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::mem;

use super::page::{Batch, Page, PageRequest};
use super::record::{Key, Rank, Record};
use super::seen::{Overlap, Seen};
use super::statistics::Statistics;
use super::unproven::{Reason, Unproven};
use end::EndCheck;
use guard::Guard;

/// The part of the list to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListRange {
    /// Rows to skip.
    pub(crate) offset: u64,
    /// Maximum number of rows to deliver; all if `None`.
    pub(crate) limit: Option<u64>,
    /// Rows of a page, 1 to 1000.
    pub(crate) page_size: u64,
    /// Maximum rows of a page for rows that share a moment; at least `page_size`.
    pub(crate) largest_page: u64,
    /// Rows keep their positions as long as they exist.
    pub(crate) stable: bool,
    /// The caller may stop early, so the first rows must be certain, as with an offset or a limit.
    pub(crate) first_rows: bool,
}

/// Identifies a request, to match its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// A request in the order in which its page will be stitched.
#[derive(Debug)]
struct Slot<P> {
    ticket: Ticket,
    request: PageRequest,
    state: State<P>,
    /// Its page was read and waits for an earlier one.
    deferred: bool,
}

#[derive(Debug)]
enum State<P> {
    /// Not sent yet.
    Planned,
    /// Sent, not answered yet.
    Sent,
    /// Answered, not stitched yet.
    Arrived(Page<P>),
}

/// Conclusions about the list and the service from the answers.
#[derive(Debug, Default)]
struct Evidence {
    /// The order is not reliable.
    unordered: bool,
    /// The list changed.
    disturbed: bool,
    /// New rows were in front of rows that had been seen.
    stragglers: bool,
    /// Answers gave different counts.
    recounted: bool,
    /// A page at an offset above 0 was empty.
    ended: bool,
    /// The service sends fewer rows than requested although it has more.
    capped: bool,
    /// Number of rows of the longest answer.
    longest_page: u64,
}

/// Turns pages into one list.
#[derive(Debug)]
pub(super) struct Stitcher<P> {
    range: ListRange,
    /// Rows per page: fewer than in `range` if the service caps pages, more if a moment needs it.
    page_size: u64,
    slots: VecDeque<Slot<P>>,
    next_ticket: u64,
    seen: Seen,
    /// Key and rank of the first row of the range.
    start: Option<(Key, Option<Rank>)>,
    /// Offset of the last row of the last stitched page.
    position: Option<u64>,
    /// The rows of the last stitched page.
    last: Vec<Key>,
    last_record: Option<Record>,
    /// Number of rows at its end that share a moment.
    of_last_moment: u64,
    ready: Vec<Batch<P>>,
    done: bool,
    end_check: Option<EndCheck>,
    evidence: Evidence,
    guard: Guard,
    statistics: Statistics,
}

impl<P> Stitcher<P> {
    pub(super) fn new(range: ListRange) -> Self {
        Self {
            range,
            page_size: range.page_size,
            slots: VecDeque::new(),
            next_ticket: 0,
            seen: Seen::default(),
            start: None,
            position: None,
            last: Vec::new(),
            last_record: None,
            of_last_moment: 0,
            ready: Vec::new(),
            done: false,
            end_check: None,
            evidence: Evidence { unordered: !range.stable, ..Evidence::default() },
            guard: Guard::default(),
            statistics: Statistics::default(),
        }
    }

    /// Returns the next request, while fewer than `window` pages are requested or deferred.
    pub(super) fn next_request(&mut self, window: usize) -> Option<(Ticket, PageRequest)> {
        if self.done {
            return None;
        }
        let planned = |slot: &Slot<P>| matches!(slot.state, State::Planned);
        if !self.slots.iter().any(planned) {
            let request = self.plan(window)?;
            let slot = self.slot(request);
            self.slots.push_back(slot);
        }
        let slot = self.slots.iter_mut().find(|slot| planned(slot))?;
        slot.state = State::Sent;
        Some((slot.ticket, slot.request))
    }

    /// Accepts the answer to a request.
    pub(super) fn deliver(&mut self, ticket: Ticket, page: Page<P>) -> Result<(), Unproven> {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.ticket == ticket) {
            slot.state = State::Arrived(page);
        }
        while !self.done {
            match self.slots.pop_front() {
                Some(Slot { ticket, request, state: State::Arrived(page), deferred }) => {
                    self.consider(ticket, request, page, deferred)?;
                }
                Some(slot) => {
                    self.slots.push_front(slot);
                    break;
                }
                None => break,
            }
        }
        Ok(())
    }

    /// Returns the rows that are in order now.
    pub(super) fn ready(&mut self) -> Vec<Batch<P>> {
        mem::take(&mut self.ready)
    }

    /// Returns true if the rows so far may be enough for the caller.
    pub(super) fn may_be_enough(&self) -> bool {
        self.range.first_rows
    }

    /// Returns the number of pages that are requested, or arrived but not yet stitched.
    pub(super) fn outstanding(&self) -> usize {
        self.slots.iter().filter(|slot| !matches!(slot.state, State::Planned)).count()
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Stitches a page, or plans the requests that it needs first.
    fn consider(
        &mut self,
        ticket: Ticket,
        request: PageRequest,
        mut page: Page<P>,
        deferred: bool,
    ) -> Result<(), Unproven> {
        let answered = page.records.len() as u64;
        self.evidence.longest_page = self.evidence.longest_page.max(answered);
        self.evidence.ended |= answered == 0 && request.offset > 0;
        match page.drop_repeated() {
            Some(repeated) => self.statistics.duplicates += repeated,
            None => return Err(self.unproven(Reason::Ambiguous)),
        }
        if self.passes_end_check(ticket, request, &page)? {
            self.done = true;
            return self.check_rows();
        }
        let Some(position) = self.position else {
            return self.stitch(request, answered, page);
        };
        let overlap = self.seen.overlap(&page.records);
        let first = page.records.first().map(|record| record.key);
        let begins_range = self.range.offset > 0
            && first.is_some_and(|first| self.start.is_some_and(|(start, _)| first == start));
        if request.offset == 0
            || begins_range
            || overlap == Some(Overlap::Certain)
            || (overlap.is_some() && self.evidence.unordered)
        {
            return self.stitch(request, answered, page);
        }
        if !deferred {
            self.guard.unstitched += 1;
            self.check_progress()?;
        }
        if overlap.is_some() {
            return self.read_whole_moment(ticket, request, page, deferred);
        }
        if deferred && request.offset <= position {
            // The page is outdated. Its rows are requested again.
            return Ok(());
        }
        self.read_lower(ticket, request, page, position);
        Ok(())
    }

    /// Handles a page that does not overlap: an earlier one is read first.
    fn read_lower(&mut self, ticket: Ticket, request: PageRequest, page: Page<P>, position: u64) {
        self.statistics.seams_mended += 1;
        self.evidence.disturbed = true;
        // After a gap, the next row is requested. If the page was at the next row, rows before it
        // were deleted, so an earlier page shows where it is now.
        let lower = if request.offset > position {
            self.seam(position)
        } else {
            let end = page.count.map_or(request.offset, |count| count.min(request.offset));
            self.below(end.saturating_sub(u64::from(end < request.offset)))
        };
        if !page.records.is_empty() {
            self.defer(ticket, request, page);
        }
        self.request_first(lower);
    }

    /// Handles a page that begins within the last seen moment, of which rows may be missing. A page
    /// that begins before the moment is read first, enlarged if needed. If no page can be that
    /// large, the order is unreliable.
    fn read_whole_moment(
        &mut self,
        ticket: Ticket,
        request: PageRequest,
        page: Page<P>,
        deferred: bool,
    ) -> Result<(), Unproven> {
        if self.moment_rows() + 1 >= self.overlapping_size() && !self.enlarge_pages() {
            self.evidence.unordered = true;
            let answered = page.records.len() as u64;
            return self.stitch(request, answered, page);
        }
        let seam = self.position.map_or(0, |position| self.seam(position));
        let lower =
            if request.offset > seam { seam } else { self.below(request.offset).max(self.floor()) };
        if !deferred {
            self.defer(ticket, request, page);
            self.request_first(lower);
        }
        Ok(())
    }

    /// Keeps a page until earlier ones are stitched.
    fn defer(&mut self, ticket: Ticket, request: PageRequest, page: Page<P>) {
        self.slots.push_front(Slot {
            ticket,
            request,
            state: State::Arrived(page),
            deferred: true,
        });
    }

    /// Delivers the new rows of a page that overlaps, and decides how to continue.
    fn stitch(
        &mut self,
        request: PageRequest,
        answered: u64,
        page: Page<P>,
    ) -> Result<(), Unproven> {
        let (first, count) = (self.position.is_none(), page.count);
        let is_in_order = page.is_in_order();
        let stitched = self.take(request, page, first);
        if stitched.uncertain && self.evidence.disturbed && self.range.offset > 0 {
            return Err(self.unproven(Reason::Moved));
        }
        self.guard.stitched(
            stitched.fresh > 0,
            stitched.is_further,
            stitched.keys == self.last,
            self.statistics.pages,
        );
        if stitched.fresh > 0 {
            self.end_check = None;
        }
        let is_seam_alone = self.is_seam_alone(request, &stitched);
        if let Some(last) = (stitched.keys.len() as u64).checked_sub(1) {
            self.position = Some(request.offset + last);
            self.of_last_moment = stitched.of_last_moment;
        }
        self.last = stitched.keys;
        if self.range.stable && !is_in_order {
            self.note_unsorted()?;
        }
        // The caller may stop after the first rows.
        if self.range.first_rows && self.seen.is_ambiguous() {
            return Err(self.unproven(Reason::Ambiguous));
        }
        if self.evidence.unordered && self.evidence.disturbed {
            return Err(self.unproven(Reason::Moved));
        }
        self.continue_after(request, answered, count, first, is_seam_alone)
    }
    fn unproven(&self, reason: Reason) -> Unproven {
        Unproven { reason, changed: self.evidence.disturbed, statistics: self.statistics }
    }
}
