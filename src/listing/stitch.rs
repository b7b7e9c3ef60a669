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
//! Where the service tells moments that several rows share, and not their order within one, those rows may stand
//! in another order each time. Then p is a moment, every row of earlier moments was seen, and a page has to begin
//! before that moment to be stitched, so seams are wider. Where more rows share a moment than a page holds, it is
//! as with the orders below.
//!
//! All of this takes the service at its word, so its word is checked where it can be. Where all answers give one
//! count, no more rows may be counted than were seen; if the list moved meanwhile, it is read again to find
//! them. The page that ends the list has to end with p;
//! where it does not, p was deleted or the page is not what was asked for, and its last row alone is asked for
//! once more. A first page that is as short as the pages of many services and claims to be all is not believed
//! either.
//!
//! In an order over keys that change, or with a service that does not sort as it is asked to, a row may move
//! from where nothing was read yet to where everything was. Then nothing may show that the list changed: every seam in its place, and one
//! `count` throughout, which is the number of rows.

mod end;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::mem;

use super::page::{Ask, Batch, Key, Page, Rank};
use super::proof::{Reason, Receipt, Unproven};
use super::seen::{Seen, Touch};

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

/// How often in a row a page may equal its predecessor, as when rows are inserted just as fast as read.
const REPETITIONS: u32 = 16;
/// The rows of a page that services are known to answer with where they are asked for more.
const USUAL_PAGES: [u64; 8] = [10, 20, 25, 50, 100, 200, 250, 500];

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
    /// The ask for the last row, and where the list should end.
    last_look: Option<(Ticket, Key, u64)>,
    /// How often in a row it was not there.
    looks: u32,
    seen: Seen,
    /// Where the last row of the page stitched last stood at that time.
    position: Option<u64>,
    /// The rows of the page stitched last.
    last: Vec<Key>,
    /// How many of them, at its end, are of one moment.
    of_last_moment: u64,
    ready: Vec<Batch<P>>,
    done: bool,
    contradictions: u32,
    repetitions: u32,
    /// Pages in a row that brought nothing new.
    fruitless: u64,
    /// Pages in a row that brought nothing further in the order, and how many had been stitched before them.
    standstill: u64,
    stitched_before: u64,
    /// Whether there is no order to rely on.
    unordered: bool,
    /// Whether anything told that the list changed.
    disturbed: bool,
    /// Whether new rows stood before some that were seen already.
    stragglers: bool,
    /// Whether answers counted differently.
    recounted: bool,
    /// How often all was read once more.
    rereads: u32,
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
            last_look: None,
            looks: 0,
            seen: Seen::default(),
            position: None,
            last: Vec::new(),
            of_last_moment: 0,
            ready: Vec::new(),
            done: false,
            contradictions: 0,
            repetitions: 0,
            fruitless: 0,
            standstill: 0,
            stitched_before: 0,
            unordered: !extent.stable,
            disturbed: false,
            stragglers: false,
            recounted: false,
            rereads: 0,
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

    /// Stitches a page, or plans what has to be read before it can be.
    fn consider(
        &mut self,
        ticket: Ticket,
        ask: Ask,
        mut page: Page<P>,
        set_aside: bool,
    ) -> Result<(), Unproven> {
        let answered = page.records.len() as u64;
        match page.drop_repeated() {
            Some(repeated) => self.receipt.duplicates += repeated,
            None => return Err(self.unproven(Reason::Ambiguous)),
        }
        if let Some((_, last, end)) = self.last_look.take_if(|(look, ..)| *look == ticket) {
            let ends_so =
                ask.offset + answered == end && page.count.is_none_or(|count| count == end);
            if ends_so && page.records.last().is_some_and(|record| record.key == last) {
                self.done = true;
                return self.judge_rows();
            }
            self.looks += 1;
            if self.looks > REPETITIONS {
                return Err(self.unproven(Reason::NoEnd));
            }
        }
        let Some(position) = self.position else {
            return self.stitch(ask, answered, page);
        };
        let touch = self.seen.touch(&page.records);
        let is_head = ask.offset == self.extent.offset && (ask.offset == 0 || touch.is_some());
        if is_head || touch == Some(Touch::Firm) || (touch.is_some() && self.unordered) {
            return self.stitch(ask, answered, page);
        }
        if touch.is_some() {
            return self.firm_up(ticket, ask, page, set_aside);
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
        let lower =
            if ask.offset > position { self.seam(position) } else { self.below(ask.offset) };
        self.ask_first(lower);
        Ok(())
    }

    /// A page begins among the rows of the last moment that was seen, so it may not have all of them. One that
    /// begins before them is read first. Where there can be none, rows must not change places.
    fn firm_up(
        &mut self,
        ticket: Ticket,
        ask: Ask,
        page: Page<P>,
        set_aside: bool,
    ) -> Result<(), Unproven> {
        let seam = self.position.map_or(0, |position| self.seam(position));
        let below = self.below(ask.offset).max(self.extent.offset);
        let lower = if ask.offset > seam { seam } else { below };
        if self.of_last_moment + 1 >= self.overlapping_size() {
            self.unordered = true;
            let answered = page.records.len() as u64;
            return self.stitch(ask, answered, page);
        }
        if !set_aside {
            self.slots.push_front(Slot { ticket, ask, state: State::Here(page), set_aside: true });
            self.ask_first(lower);
        }
        Ok(())
    }

    /// Delivers what is new on a page that touches, and decides how to go on.
    fn stitch(&mut self, ask: Ask, answered: u64, page: Page<P>) -> Result<(), Unproven> {
        let first = self.position.is_none();
        let keys: Vec<Key> = page.records.iter().map(|record| record.key).collect();
        let count_before = self.receipt.count;
        self.receipt.count = page.count.or(count_before);
        let is_in_order = page.is_in_order();
        if first {
            let rows = page.count.unwrap_or(0).saturating_sub(ask.offset);
            self.seen.expect(self.extent.limit.map_or(rows, |limit| rows.min(limit)));
        }
        let moments = page.records.iter().rev().map(|record| record.rank.map(|rank| rank.0));
        let of_last_moment =
            moments.clone().take_while(|moment| Some(*moment) == moments.clone().next()).count()
                as u64;
        let rows_before = self.receipt.rows;
        let furthest = self.seen.furthest();
        let mut known: usize = 0;
        let mut indexes = Vec::with_capacity(page.records.len());
        for record in page.records {
            if self.extent.limit.is_some_and(|limit| self.receipt.rows == limit) {
                break;
            }
            if self.seen.insert(&record) {
                self.receipt.rows += 1;
                indexes.push(record.index);
                let precedes = |(rank, furthest): (Rank, Rank)| {
                    rank != furthest && !furthest.may_precede(rank)
                };
                self.stragglers |= record.rank.zip(furthest).is_some_and(precedes);
            } else {
                known += 1;
            }
        }
        self.ready.push(Batch { rows: page.rows, indexes });
        self.receipt.pages += 1;
        let recounted = page.count.zip(count_before).is_some_and(|(now, before)| now != before);
        self.recounted |= recounted;
        let seam = keys.get(..known).unwrap_or_default();
        let overlap = self.position.map_or(0, |position| (position + 1).saturating_sub(ask.offset));
        let is_seamed = known > 0 && known as u64 == overlap && self.last.ends_with(seam);
        self.disturbed |= recounted || !(first || is_seamed);
        self.receipt.duplicates += if is_seamed { 0 } else { known.saturating_sub(1) as u64 };
        let fruitful = self.receipt.rows > rows_before;
        if fruitful {
            self.contradictions = 0;
            self.fruitless = 0;
            self.looks = 0;
        } else {
            self.fruitless += 1;
        }
        if self.seen.furthest() > furthest {
            self.standstill = 0;
            self.stitched_before = self.receipt.pages;
        } else {
            self.standstill += 1;
        }
        self.repetitions = if keys == self.last { self.repetitions + 1 } else { 0 };
        if let Some(last) = (keys.len() as u64).checked_sub(1) {
            self.position = Some(ask.offset + last);
            self.of_last_moment = of_last_moment;
        }
        self.last = keys;
        if self.extent.stable && !is_in_order {
            self.is_unsorted()?;
        }
        // The first rows may be enough, and then this is the end.
        if self.extent.first_rows && self.seen.is_ambiguous() {
            return Err(self.unproven(Reason::Ambiguous));
        }
        if self.unordered && self.disturbed {
            return Err(self.unproven(Reason::Moved));
        }

        let end = ask.offset + answered;
        if first && ask.offset > 0 && answered > 0 && page.count.is_some_and(|count| count < end) {
            // One of the two is wrong, and if it is the offset, these are not the rows that are wanted.
            return Err(self.unproven(Reason::Misplaced));
        }
        let short = answered < ask.limit;
        let more_counted = page.count.is_some_and(|count| count > end);
        if self.extent.limit == Some(self.receipt.rows) {
            self.done = true;
            return self.judge_rows();
        }
        if first && short && page.count == Some(answered) && USUAL_PAGES.contains(&answered) {
            return Ok(());
        }
        // The offset lies behind the end, or the list is empty.
        let nothing = answered == 0 && !more_counted;
        if nothing || (short && page.count == Some(end)) {
            return self.end_at(end, ask.offset, page.count);
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

    fn unproven(&self, reason: Reason) -> Unproven {
        Unproven { reason, receipt: self.receipt }
    }
}
