//! Decides which rows to request: the offset and the size of the next page.

use super::{Slot, State, Stitcher, Ticket};
use crate::listing::page::PageRequest;

impl<P> Stitcher<P> {
    /// Returns the next request to plan: the certain one if none is planned, otherwise the one that
    /// the count predicts.
    pub(super) fn plan(&self, window: usize) -> Option<PageRequest> {
        let offset = match (self.slots.back(), self.position) {
            (None, None) => self.range.offset,
            (None, Some(position)) => self.seam(position),
            (Some(_), None) => return None,
            (Some(slot), Some(_)) => slot.request.offset + self.step(),
        };
        let limit = self.limit_at(offset)?;
        let expected = self.statistics.count.is_some_and(|count| offset + 1 < count);
        let certain = self.slots.is_empty();
        (certain || (self.slots.len() < window && expected))
            .then_some(PageRequest { offset, limit })
    }

    /// Returns the distance between page offsets: a page without its seam. The seam has its maximum
    /// width, since its rows are not known yet.
    pub(super) fn step(&self) -> u64 {
        let overlap = if self.seen.has_ties() { 2 } else { 1 };
        self.page_size.max(overlap + 1) - overlap
    }

    /// Returns the offset of a page that ends with the row at `offset`. Begins earlier after each
    /// page that overlapped nothing.
    pub(super) fn below(&self, offset: u64) -> u64 {
        let rows =
            (self.overlapping_size() - 1) << (self.guard.unstitched.saturating_sub(1) / 2).min(32);
        offset.saturating_sub(rows)
    }

    /// Returns the page size, at least large enough to overlap and advance.
    pub(super) fn overlapping_size(&self) -> u64 {
        self.page_size.max(self.least_overlap() + 1)
    }

    /// Returns the minimum number of rows of a seam: one, or two if rows of one moment may change
    /// places.
    fn least_overlap(&self) -> u64 {
        if self.seen.is_tied() { 2 } else { 1 }
    }

    /// Returns the number of rows at the end of the last page that share a moment. If the whole
    /// page does, those of earlier pages count.
    pub(super) fn moment_rows(&self) -> u64 {
        if self.of_last_moment < self.last.len() as u64 {
            return self.of_last_moment;
        }
        self.of_last_moment.max(self.seen.moment_rows())
    }

    /// Makes pages large enough for the rows of the last moment and its neighbors. Returns `false`
    /// if no page can be.
    pub(super) fn enlarge_pages(&mut self) -> bool {
        let size = (2 * (self.moment_rows() + 1)).min(self.range.largest_page);
        if self.evidence.capped || size <= self.page_size || self.moment_rows() + 1 >= size {
            return false;
        }
        self.page_size = size;
        true
    }

    /// Returns the offset of the page that follows one whose last row is at `position`.
    pub(super) fn seam(&self, position: u64) -> u64 {
        let overlap = if self.seen.is_tied() { self.moment_rows() + 1 } else { 1 };
        let seam = (position + 1).saturating_sub(overlap.min(self.overlapping_size() - 1));
        seam.max(self.floor())
    }

    /// Returns the lowest offset to request. If the list changed, rows of the range may have moved
    /// before its offset.
    pub(super) fn floor(&self) -> u64 {
        if self.evidence.disturbed { 0 } else { self.range.offset }
    }

    /// Returns the number of rows to request at an offset: all that are still needed, up to a page.
    /// `None` if none are needed from there.
    pub(super) fn limit_at(&self, offset: u64) -> Option<u64> {
        let (start, page, least) = match self.position {
            None => (self.range.offset, self.page_size, 1),
            Some(position) => {
                let overlap = self.least_overlap().min((position + 1).saturating_sub(self.floor()));
                (position + 1, self.overlapping_size(), overlap + 1)
            }
        };
        let needed = self.range.limit.map(|limit| limit - self.statistics.rows);
        let end = needed.map_or(u64::MAX, |needed| start.saturating_add(needed));
        Some(page.min(end.saturating_sub(offset))).filter(|limit| *limit >= least)
    }

    pub(super) fn slot(&mut self, request: PageRequest) -> Slot<P> {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        Slot { ticket, request, state: State::Planned, deferred: false }
    }

    /// Plans a request that must be answered before all others.
    pub(super) fn request_first(&mut self, offset: u64) {
        let limit = self.limit_at(offset).unwrap_or(self.overlapping_size());
        let slot = self.slot(PageRequest { offset, limit });
        self.slots.push_front(slot);
    }
}
