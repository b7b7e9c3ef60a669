//! Which rows to ask for: where the next page begins, and how many rows it has.

use super::{Slot, State, Stitcher, Ticket};
use crate::listing::page::Ask;

impl<P> Stitcher<P> {
    /// The ask after those that are planned already: what comes next for certain if there are none, or
    /// else what the count says will come.
    pub(super) fn plan(&self, window: usize) -> Option<Ask> {
        let offset = match (self.slots.back(), self.position) {
            (None, None) => self.extent.offset,
            (None, Some(position)) => self.seam(position),
            (Some(_), None) => return None,
            (Some(slot), Some(_)) => slot.ask.offset + self.step(),
        };
        let limit = self.limit_at(offset)?;
        let expected = self.receipt.count.is_some_and(|count| offset + 1 < count);
        let certain = self.slots.is_empty();
        (certain || (self.slots.len() < window && expected)).then_some(Ask { offset, limit })
    }

    /// Pages follow each other at this distance: all of a page but the seam. Which rows will stand at a seam is not
    /// known yet, so it is as wide as any may have to be.
    pub(super) fn step(&self) -> u64 {
        let overlap = if self.seen.has_vague() { 2 } else { 1 };
        self.page_size.max(overlap + 1) - overlap
    }

    /// Where the page begins whose last row stands at `offset`.
    pub(super) fn below(&self, offset: u64) -> u64 {
        offset.saturating_sub(self.overlapping_size() - 1)
    }

    /// A page of fewer rows could not both overlap and go on.
    pub(super) fn overlapping_size(&self) -> u64 {
        self.page_size.max(self.least_overlap() + 1)
    }

    /// The rows of a seam: one, or, where rows of one moment may change places, one of an earlier moment too.
    pub(super) fn least_overlap(&self) -> u64 {
        if self.seen.is_vague() { 2 } else { 1 }
    }

    /// Where the page begins that follows the one whose last row stands at `position`.
    pub(super) fn seam(&self, position: u64) -> u64 {
        let overlap = if self.seen.is_vague() { self.of_last_moment + 1 } else { 1 };
        let seam = (position + 1).saturating_sub(overlap.min(self.overlapping_size() - 1));
        seam.max(self.extent.offset)
    }

    /// How many rows to ask for at an offset: what is still needed, up to a page. `None` if nothing is
    /// needed from there.
    pub(super) fn limit_at(&self, offset: u64) -> Option<u64> {
        let (start, page, least) = match self.position {
            None => (self.extent.offset, self.page_size, 1),
            Some(position) => {
                let overlap =
                    self.least_overlap().min((position + 1).saturating_sub(self.extent.offset));
                (position + 1, self.overlapping_size(), overlap + 1)
            }
        };
        let needed = self.extent.limit.map(|limit| limit - self.receipt.rows);
        let end = needed.map_or(u64::MAX, |needed| start.saturating_add(needed));
        Some(page.min(end.saturating_sub(offset))).filter(|limit| *limit >= least)
    }

    pub(super) fn slot(&mut self, ask: Ask) -> Slot<P> {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        Slot { ticket, ask, state: State::Planned, set_aside: false }
    }

    /// Plans an ask that has to be answered before everything else.
    pub(super) fn ask_first(&mut self, offset: u64) {
        let limit = self.limit_at(offset).unwrap_or(self.overlapping_size());
        let slot = self.slot(Ask { offset, limit });
        self.slots.push_front(slot);
    }
}
