//! Which rows to ask for next, and how pages become one list without a gap.
//!
//! Pure: asks come out, pages go in, rows come out. Knows no clock, no network and no tasks.
//!
//! Offset paging over a list that changes loses rows: a deletion between two requests moves what
//! follows up by one, and the row at the boundary is never seen. So each page overlaps its predecessor
//! by one row, the seam, in a total order over keys that never change. Let p be the furthest row in
//! that order that was seen. It holds at all times that **every row up to p that existed throughout was
//! seen**:
//!
//! - The first page begins where the listing begins, so it holds after it.
//! - A page is only stitched if it holds a row that was seen before. That row stands at or before p,
//!   and the rows of a page are all the rows of the list between its first and its last at that moment. So what
//!   existed throughout, between that row and the end of the page, is on the page, and is seen now.
//! - A page that holds no row seen before is set aside, and one that stands lower is read first, until
//!   one touches, or the list's beginning is read again.
//!
//! When a page was read does not matter, so pages may be asked for side by side and far ahead. The list
//! is at its end where a page is shorter than asked for and ends just at the `count` of the same answer.
//! Where `count` is missing or plainly too low, an empty page right behind the last row is the end.
//! Anything else that stops is reported as unproven.
//!
//! In an order over keys that change, or with a service that does not sort as it is asked to, a row may move
//! from where nothing was read yet to where everything was. Then the list must have been at rest: every seam
//! in its place, and one `count` throughout, which is the number of rows.

use std::collections::VecDeque;
use std::hash::BuildHasherDefault;
use std::mem;

use super::page::{Ask, Batch, Key, Page, Record};
use super::proof::{Reason, Receipt, Unproven};
use super::seen::{Seen, Set};

/// What part of the list to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Rows to skip.
    pub(crate) offset: u64,
    /// Rows to deliver at most; all of them if `None`.
    pub(crate) limit: Option<u64>,
    /// Rows to ask for at a time, 1 to 1000.
    pub(crate) page_size: u64,
    /// Whether rows keep their places for as long as they exist.
    pub(crate) stable: bool,
    /// Whether the first rows are what is wanted, although it is not known how many: which those are must be
    /// certain, as it must with an offset and a limit.
    pub(crate) first_rows: bool,
}

/// Stands for one ask, to tell its answer by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// An ask in the order in which its page will be stitched.
#[derive(Debug)]
struct Slot<P> {
    ticket: Ticket,
    ask: Ask,
    state: State<P>,
    /// Whether its page was set aside before, until a lower one was read.
    set_aside: bool,
}

#[derive(Debug)]
enum State<P> {
    /// Not sent yet.
    Planned,
    /// Sent, not answered yet.
    Sent,
    /// Answered, not stitched yet.
    Here(Page<P>),
}

/// How often in a row an answer may contradict itself before the listing is given up.
const CONTRADICTIONS: u32 = 3;
/// How often in a row a page may equal its predecessor, as when rows are inserted just as fast as read.
const REPETITIONS: u32 = 16;

/// Turns pages into one list.
#[derive(Debug)]
pub(super) struct Stitcher<P> {
    extent: Extent,
    /// Rows to ask for at a time: less than the extent says once the service has answered with less.
    page_size: u64,
    slots: VecDeque<Slot<P>>,
    next_ticket: u64,
    /// The ask for the rows right behind the last one, which there should not be.
    probe: Option<Ticket>,
    seen: Seen,
    /// Where the last row of the page stitched last stood at that time.
    position: Option<u64>,
    /// The rows of the page stitched last.
    last: Vec<Key>,
    ready: Vec<Batch<P>>,
    done: bool,
    contradictions: u32,
    repetitions: u32,
    /// Pages in a row that brought nothing new.
    fruitless: u64,
    /// Whether there is no order to rely on.
    unordered: bool,
    /// Whether anything told that the list changed.
    disturbed: bool,
    receipt: Receipt,
}

impl<P> Stitcher<P> {
    pub(super) fn new(extent: Extent) -> Self {
        Self {
            extent,
            page_size: extent.page_size,
            slots: VecDeque::new(),
            next_ticket: 0,
            probe: None,
            seen: Seen::default(),
            position: None,
            last: Vec::new(),
            ready: Vec::new(),
            done: false,
            contradictions: 0,
            repetitions: 0,
            fruitless: 0,
            unordered: !extent.stable,
            disturbed: false,
            receipt: Receipt::default(),
        }
    }

    /// The next rows to ask for, while fewer than `window` pages are asked for or set aside.
    pub(super) fn next_ask(&mut self, window: usize) -> Option<(Ticket, Ask)> {
        if self.done {
            return None;
        }
        let planned = |slot: &Slot<P>| matches!(slot.state, State::Planned);
        if !self.slots.iter().any(planned) {
            let ask = self.plan(window)?;
            let slot = self.slot(ask);
            self.slots.push_back(slot);
        }
        let slot = self.slots.iter_mut().find(|slot| planned(slot))?;
        slot.state = State::Sent;
        Some((slot.ticket, slot.ask))
    }

    /// Takes in the answer to an ask.
    pub(super) fn deliver(&mut self, ticket: Ticket, page: Page<P>) -> Result<(), Unproven> {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.ticket == ticket) {
            slot.state = State::Here(page);
        }
        while !self.done {
            match self.slots.pop_front() {
                Some(Slot { ticket, ask, state: State::Here(page), set_aside }) => {
                    self.consider(ticket, ask, page, set_aside)?;
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

    /// The rows that are in order now.
    pub(super) fn ready(&mut self) -> Vec<Batch<P>> {
        mem::take(&mut self.ready)
    }

    /// Whether the rows so far may be all that is wanted.
    pub(super) fn may_be_enough(&self) -> bool {
        self.extent.first_rows
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn receipt(&self) -> Receipt {
        self.receipt
    }

    /// The ask after those that are planned already: what comes next for certain if there are none, or
    /// else what the count says will come.
    fn plan(&self, window: usize) -> Option<Ask> {
        let offset = match (self.slots.back(), self.position) {
            (None, position) => position.unwrap_or(self.extent.offset),
            (Some(_), None) => return None,
            (Some(slot), Some(_)) => slot.ask.offset + self.step(),
        };
        let limit = self.limit_at(offset)?;
        let expected = self.receipt.count.is_some_and(|count| offset + 1 < count);
        let certain = self.slots.is_empty();
        (certain || (self.slots.len() < window && expected)).then_some(Ask { offset, limit })
    }

    /// Pages follow each other at this distance: all of a page but the seam.
    fn step(&self) -> u64 {
        self.overlapping_size() - 1
    }

    /// A page of one row could not both overlap and go on.
    fn overlapping_size(&self) -> u64 {
        self.page_size.max(2)
    }

    /// How many rows to ask for at an offset: what is still needed, up to a page. `None` if nothing is
    /// needed from there.
    fn limit_at(&self, offset: u64) -> Option<u64> {
        let (start, page, least) = match self.position {
            None => (self.extent.offset, self.page_size, 1),
            Some(position) => (position + 1, self.overlapping_size(), 2),
        };
        let needed = self.extent.limit.map(|limit| limit - self.receipt.rows);
        let limit = needed
            .map_or(page, |needed| page.min(start.saturating_add(needed).saturating_sub(offset)));
        (limit >= least).then_some(limit)
    }

    fn slot(&mut self, ask: Ask) -> Slot<P> {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        Slot { ticket, ask, state: State::Planned, set_aside: false }
    }

    /// Plans an ask that has to be answered before everything else.
    fn ask_first(&mut self, offset: u64) {
        if let Some(limit) = self.limit_at(offset) {
            let slot = self.slot(Ask { offset, limit });
            self.slots.push_front(slot);
        }
    }

    /// Stitches a page, or plans what has to be read before it can be.
    fn consider(
        &mut self,
        ticket: Ticket,
        ask: Ask,
        mut page: Page<P>,
        set_aside: bool,
    ) -> Result<(), Unproven> {
        let answered = page.records.len() as u64;
        self.receipt.duplicates += drop_repeated(&mut page.records);
        let Some(position) = self.position else {
            return self.stitch(ask, answered, page);
        };
        let touches = page.records.iter().any(|record| self.seen.contains(record));
        if touches || (ask.offset == 0 && self.extent.offset == 0) {
            return self.stitch(ask, answered, page);
        }
        if page.records.is_empty() && self.probe == Some(ticket) {
            return self.end_behind(ask, page.count);
        }
        if ask.offset == 0 {
            return Err(self.unproven(Reason::AllGone));
        }
        if set_aside && ask.offset <= position {
            // The list has moved on since it was read. What it held is asked for anew.
            return Ok(());
        }
        self.receipt.seams_mended += 1;
        self.disturbed = true;
        self.check_progress()?;
        if !page.records.is_empty() {
            self.slots.push_front(Slot { ticket, ask, state: State::Here(page), set_aside: true });
        }
        // Behind a gap, the next row is asked for. Where the next row should have been, rows were deleted
        // before it, so a lower page tells where it is now.
        let step = self.step();
        let lower = if ask.offset > position { position } else { ask.offset.saturating_sub(step) };
        self.ask_first(lower);
        Ok(())
    }

    /// Delivers what is new on a page that touches, and decides how to go on.
    fn stitch(&mut self, ask: Ask, answered: u64, page: Page<P>) -> Result<(), Unproven> {
        let first = self.position.is_none();
        let keys: Vec<Key> = page.records.iter().map(|record| record.key).collect();
        if self.extent.stable && !is_in_order(&page.records) {
            self.receipt.out_of_order = true;
            self.unordered = true;
            if self.extent.limit.is_some() || self.extent.offset > 0 || self.extent.first_rows {
                return Err(self.unproven(Reason::Unsorted));
            }
        }
        if first {
            let rows = page.count.unwrap_or(0).saturating_sub(ask.offset);
            self.seen.expect(self.extent.limit.map_or(rows, |limit| rows.min(limit)));
        }
        let rows_before = self.receipt.rows;
        let mut known: u64 = 0;
        let mut indexes = Vec::with_capacity(page.records.len());
        for record in page.records {
            if self.extent.limit.is_some_and(|limit| self.receipt.rows == limit) {
                break;
            }
            if self.seen.insert(&record) {
                self.receipt.rows += 1;
                indexes.push(record.index);
            } else {
                known += 1;
            }
        }
        self.ready.push(Batch { rows: page.rows, indexes });
        self.receipt.pages += 1;
        self.receipt.duplicates += known.saturating_sub(1);
        self.disturbed |= !first && (known != 1 || page.count != self.receipt.count);
        self.receipt.count = page.count.or(self.receipt.count);
        let fruitful = self.receipt.rows > rows_before;
        if fruitful {
            self.contradictions = 0;
            self.fruitless = 0;
        } else {
            self.fruitless += 1;
        }
        self.repetitions = if keys == self.last { self.repetitions + 1 } else { 0 };
        if let Some(last) = (keys.len() as u64).checked_sub(1) {
            self.position = Some(ask.offset + last);
        }
        self.last = keys;

        let end = ask.offset + answered;
        let short = answered < ask.limit;
        let more_counted = page.count.is_some_and(|count| count > end);
        self.done = self.extent.limit == Some(self.receipt.rows)
            || (short && page.count == Some(end))
            // The offset lies behind the end, or the list is empty.
            || (answered == 0 && !more_counted);
        if self.seen.is_ambiguous() {
            return Err(self.unproven(Reason::Ambiguous));
        }
        if self.unordered && self.disturbed {
            return Err(self.unproven(Reason::Moved));
        }
        if self.done {
            return Ok(());
        }
        if answered == 0 {
            return self.contradicted();
        }
        self.check_progress()?;
        if short && more_counted && answered > 1 {
            // The service answers with less than it is asked for.
            self.page_size = answered;
        }
        if short && !fruitful && !first {
            // Nothing follows, and the count does not agree.
            let limit = self.overlapping_size();
            let probe = self.slot(Ask { offset: end, limit });
            self.probe = Some(probe.ticket);
            self.slots.push_front(probe);
        }
        Ok(())
    }

    /// An empty page right behind the last row: the end, unless the answer itself counts more.
    fn end_behind(&mut self, ask: Ask, count: Option<u64>) -> Result<(), Unproven> {
        self.receipt.count = count.or(self.receipt.count);
        if count.is_some_and(|count| count > ask.offset) {
            return self.contradicted();
        }
        self.done = true;
        Ok(())
    }

    /// An answer that counts rows and does not bring them. It may be a passing fault, so the rows
    /// are asked for again a few times.
    fn contradicted(&mut self) -> Result<(), Unproven> {
        self.contradictions += 1;
        if self.contradictions > CONTRADICTIONS {
            return Err(self.unproven(Reason::EndsEarly));
        }
        Ok(())
    }

    /// Rows inserted while the list is read push the seen ones further down, so some pages may bring nothing
    /// new: as many as hold the rows seen, and a few. More is a service that does not page. The `count` has no
    /// say in this, since it may be absurd.
    fn check_progress(&self) -> Result<(), Unproven> {
        let pages = self.receipt.rows / self.step();
        if self.repetitions > REPETITIONS || self.fruitless > u64::from(REPETITIONS) + pages {
            return Err(self.unproven(Reason::NoProgress));
        }
        Ok(())
    }

    fn unproven(&self, reason: Reason) -> Unproven {
        Unproven { reason, receipt: self.receipt }
    }
}

/// Whether the ranks of the rows grow. A row whose rank cannot be told proves nothing.
fn is_in_order(records: &[Record]) -> bool {
    let follows = |pair: &[Record]| match pair {
        [a, b] => a.rank.zip(b.rank).is_some_and(|(a, b)| a.may_precede(b)),
        _ => true,
    };
    records.windows(2).all(follows)
}

/// Drops rows that stand on one page twice, and says how many.
fn drop_repeated(records: &mut Vec<Record>) -> u64 {
    let before = records.len();
    let mut keys = Set::with_capacity_and_hasher(before, BuildHasherDefault::default());
    records.retain(|record| keys.insert(record.key));
    (before - records.len()) as u64
}

#[cfg(test)]
mod tests;
