//! Model of an honest service whose list changes while it is read.
//!
//! Rows are created and deleted, one by one and in bulk. Pages are read and arrive in any order,
//! are capped or vary in length, and give a count always, sometimes or never. Times tie in groups
//! as on clouds that round to milliseconds or seconds. The promise: every row that existed
//! throughout is delivered exactly once, or the listing gives up, which it does rarely.

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::num::NonZero;

use fastrand::Rng;

use super::{report, seeds};
use crate::listing::page::{Batch, Page, PageRequest};
use crate::listing::record::{Key, Rank, Record};
use crate::listing::stitch::{ListRange, Stitcher, Ticket};
use crate::listing::unproven::MAX_READS;

/// Number of requests after which a case counts as endless. The lists have about a hundred rows.
const ENDLESS: usize = 3_000;

/// Length of the pages of the service.
#[derive(Debug, Clone, Copy)]
pub(super) enum PageLength {
    /// As requested.
    AsRequested,
    /// At most this many rows.
    Capped(u64),
    /// At most a number of rows that differs from answer to answer.
    Varying(u64, u64),
}

/// Answers with a count, which is correct at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Always,
    Sometimes,
    Never,
}

/// A service. The name of the class groups cases in the report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub(super) class: &'static str,
    page_length: PageLength,
    counted: Counted,
    /// Rows whose numbers agree in all but this many bits share a moment, and no more is known of
    /// their order.
    tie_bits: Option<u32>,
    /// Rows of one moment are in another order in each answer.
    shuffled: bool,
}

impl Service {
    pub(super) fn random(random: &mut Rng) -> Self {
        let plain = Self {
            class: "plain",
            page_length: PageLength::AsRequested,
            counted: Counted::Always,
            tie_bits: None,
            shuffled: false,
        };
        let cap = random.u64(2..=9);
        match random.u8(0..12) {
            0 | 1 => plain,
            2 => Self { class: "no count", counted: Counted::Never, ..plain },
            3 => Self { class: "count in some answers", counted: Counted::Sometimes, ..plain },
            4 => Self { class: "capped", page_length: PageLength::Capped(cap), ..plain },
            5 => Self {
                class: "capped, no count",
                page_length: PageLength::Capped(cap),
                counted: Counted::Never,
                ..plain
            },
            6 => Self {
                class: "capped, count in some answers",
                page_length: PageLength::Capped(cap),
                counted: Counted::Sometimes,
                ..plain
            },
            7 => Self {
                class: "varying pages",
                page_length: PageLength::Varying(cap, cap + random.u64(1..=3)),
                ..plain
            },
            8 => Self { class: "milliseconds", tie_bits: Some(random.u32(32..34)), ..plain },
            9 => Self {
                class: "milliseconds, shuffled",
                tie_bits: Some(random.u32(32..34)),
                shuffled: true,
                ..plain
            },
            10 => Self { class: "seconds", tie_bits: Some(random.u32(34..37)), ..plain },
            _ => Self {
                class: "seconds, shuffled",
                tie_bits: Some(random.u32(34..37)),
                shuffled: true,
                ..plain
            },
        }
    }

    pub(super) fn moment(&self, row: u64) -> u64 {
        row >> self.tie_bits.unwrap_or(0)
    }
}

/// The rows in their order, which is that of their numbers.
pub(super) struct List {
    pub(super) rows: Vec<u64>,
    /// Rows that have existed at all times.
    pub(super) throughout: HashSet<u64>,
    changes_left: u32,
}

impl List {
    pub(super) fn new(random: &mut Rng) -> Self {
        let length = random.u64(0..=120);
        // Numbers far apart leave room for insertions in between.
        let rows: Vec<u64> = (1000..1000 + length).map(|number| number << 32).collect();
        Self { throughout: rows.iter().copied().collect(), rows, changes_left: random.u32(0..=30) }
    }

    /// Creates or deletes rows, if changes are left.
    pub(super) fn change(&mut self, random: &mut Rng) {
        if self.changes_left == 0 {
            return;
        }
        self.changes_left -= 1;
        let length = self.rows.len();
        match random.u8(0..16) {
            // A clean-up of the oldest rows, of the newest, or of all but the oldest or the newest.
            0 => self.delete(random.usize(0..=length), length),
            1 => self.delete(0, random.usize(0..=length)),
            2 => self.delete(0, length.saturating_sub(random.usize(0..=20))),
            // The oldest rows expire one after the other.
            3..=5 => self.delete(length.saturating_sub(random.usize(1..=2)), length),
            // Backups are created, which are the newest.
            6 => self.insert(0, random.usize(1..=40)),
            7..=9 => self.insert(0, random.usize(1..=2)),
            10 => self.insert(length, random.usize(1..=2)),
            11 | 12 => self.insert(random.usize(0..=length), random.usize(1..=12)),
            _ => {
                let position = random.usize(0..=length);
                self.delete(position, (position + random.usize(1..=2)).min(length));
            }
        }
    }

    fn delete(&mut self, from: usize, to: usize) {
        for row in self.rows.drain(from..to) {
            self.throughout.remove(&row);
        }
    }

    fn insert(&mut self, position: usize, many: usize) {
        for _ in 0..many {
            let below = if position == 0 { 0 } else { self.rows[position - 1] };
            let above = self.rows.get(position).copied().unwrap_or(below + (2 << 32));
            let row = if position == 0 {
                // Most are newer by as much as others are apart.
                above.saturating_sub(1 << 32).max(above / 2)
            } else {
                below + (above - below) / 2
            };
            if row > below && row < above {
                self.rows.insert(position, row);
            }
        }
    }

    pub(super) fn page(
        &self,
        request: PageRequest,
        service: &Service,
        random: &mut Rng,
    ) -> Page<Vec<u64>> {
        let mut rows = self.rows.clone();
        if service.shuffled {
            random.shuffle(&mut rows);
            rows.sort_by_key(|row| service.moment(*row));
        }
        let most = match service.page_length {
            PageLength::AsRequested => u64::MAX,
            PageLength::Capped(most) => most,
            PageLength::Varying(least, most) => random.u64(least..=most),
        };
        let limit = request.limit.min(most);
        let rows: Vec<u64> =
            rows.into_iter().skip(request.offset as usize).take(limit as usize).collect();
        let records = rows.iter().enumerate().map(|(index, row)| {
            let moment = i64::try_from(service.moment(*row)).unwrap();
            let tie = NonZero::new(u128::from(service.tie_bits.is_none()));
            let rank = Some(Rank { moment, tie });
            Record { key: Key::of(&row.to_string()), rank, index }
        });
        let counted = match service.counted {
            Counted::Always => true,
            Counted::Sometimes => random.bool(),
            Counted::Never => false,
        };
        let records = records.collect();
        Page { records, rows, count: counted.then_some(self.rows.len() as u64) }
    }
}

/// Rows of the list at the moment of the first page, by their relation to the range.
#[derive(Default)]
struct Range {
    /// Rows that `offset` skips.
    skipped: HashSet<u64>,
    /// Rows to deliver. Rows that share the moment of the first one and change places may be in
    /// neither set.
    due: HashSet<u64>,
}

impl Range {
    fn beginning(first: &Page<Vec<u64>>, list: &List, service: &Service, offset: u64) -> Self {
        let Some(first) = first.rows.first().copied().filter(|_| offset > 0) else {
            let due = if offset == 0 { list.throughout.clone() } else { HashSet::new() };
            return Self { skipped: HashSet::new(), due };
        };
        let mut range = Self::default();
        for row in list.rows.iter().copied() {
            let ties = service.moment(row) == service.moment(first) && service.shuffled;
            if row < first && !ties {
                range.skipped.insert(row);
            } else if row >= first && !ties {
                range.due.insert(row);
            }
        }
        range
    }
}

/// Result of a case.
enum Outcome {
    Complete,
    /// The listing gave up, for this reason.
    GaveUp(String),
    Wrong(String),
}

/// Runs one case.
fn play(seed: u64) -> (Service, Outcome) {
    let mut random = Rng::with_seed(seed);
    let service = Service::random(&mut random);
    let window = random.usize(1..=8);
    let mut list = List::new(&mut random);
    let is_part = random.u8(0..4) == 0;
    let offset = if is_part && random.bool() { random.u64(0..=60) } else { 0 };
    let limit = (is_part && random.bool()).then(|| random.u64(1..=60));
    let page_size = random.u64(1..=9);
    let list_range = ListRange {
        offset,
        limit,
        page_size,
        largest_page: page_size * 4,
        stable: true,
        first_rows: false,
    };
    let (mut stitcher, mut reads) = (Stitcher::new(list_range), 1);
    let mut in_flight: Vec<(Ticket, PageRequest, Option<Page<Vec<u64>>>)> = Vec::new();
    let mut delivered: Vec<u64> = Vec::new();
    let (mut requests, mut steps) = (0, 0);
    let mut range: Option<Range> = None;
    let one_change_in = random.u8(1..=8);
    let outcome = loop {
        if random.u8(0..one_change_in) == 0 {
            list.change(&mut random);
        }
        if random.bool()
            && let Some((ticket, request)) = stitcher.next_request(window)
        {
            requests += 1;
            in_flight.push((ticket, request, None));
        }
        steps += 1;
        if requests > ENDLESS || steps > 20 * ENDLESS {
            break Outcome::Wrong(format!("{list_range:?}: {requests} requests in {steps} steps"));
        }
        if let Some(index) = (!in_flight.is_empty()).then(|| random.usize(0..in_flight.len())) {
            // A page is read at some moment after its request, and arrives at a later one.
            let (_, request, page) = &mut in_flight[index];
            if page.is_none() {
                let answer = list.page(*request, &service, &mut random);
                range.get_or_insert_with(|| {
                    Range::beginning(&answer, &list, &service, list_range.offset)
                });
                *page = Some(answer);
            }
            if random.bool() {
                let (ticket, _, page) = in_flight.swap_remove(index);
                let Some(page) = page else { continue };
                match stitcher.deliver(ticket, page) {
                    Ok(()) => {}
                    Err(unproven) if unproven.may_pass() && reads < MAX_READS => {
                        (stitcher, reads, range) = (Stitcher::new(list_range), reads + 1, None);
                        in_flight.clear();
                        delivered.clear();
                        list.throughout = list.rows.iter().copied().collect();
                    }
                    Err(unproven) => {
                        let text = unproven.to_string();
                        let reason = text.split(": ").last().unwrap_or_default();
                        let reason = reason.split(" (").next().unwrap_or_default();
                        break Outcome::GaveUp(reason.into());
                    }
                }
            }
        }
        for Batch { rows, indexes, .. } in stitcher.ready() {
            delivered.extend(indexes.into_iter().map(|index| rows[index]));
        }
        if stitcher.is_done() {
            let range = range.unwrap_or_default();
            break match check(&list, &service, list_range, &range, &delivered) {
                Ok(()) => Outcome::Complete,
                Err(what) => Outcome::Wrong(format!("{service:?} {list_range:?}: {what}")),
            };
        }
    };
    (service, outcome)
}

fn check(
    list: &List,
    service: &Service,
    list_range: ListRange,
    range: &Range,
    delivered: &[u64],
) -> Result<(), String> {
    let distinct: HashSet<u64> = delivered.iter().copied().collect();
    if distinct.len() != delivered.len() {
        return Err(format!("twice: {delivered:?}"));
    }
    // With a limit, the rows are the first ones of the range: nothing up to the last of them is
    // missing.
    let is_cut = list_range.limit == Some(delivered.len() as u64);
    let last = delivered.iter().copied().max();
    let is_due =
        |row: &u64| !is_cut || last.is_some_and(|last| service.moment(*row) < service.moment(last));
    let mut wanted = list.throughout.iter().filter(|row| range.due.contains(row) && is_due(row));
    if let Some(lost) = wanted.find(|row| !distinct.contains(row)) {
        return Err(format!("lost {lost}: {delivered:?}"));
    }
    if let Some(skipped) = delivered.iter().find(|row| range.skipped.contains(row)) {
        return Err(format!("{skipped} is before the offset: {delivered:?}"));
    }
    let stayed = delivered.iter().filter(|row| list.throughout.contains(row));
    if !stayed.map(|row| service.moment(*row)).is_sorted() {
        return Err(format!("out of order: {delivered:?}"));
    }
    Ok(())
}

#[test]
fn every_surviving_row_is_delivered_once_however_the_list_changes() {
    let mut classes: BTreeMap<&str, (u64, BTreeMap<String, u64>, u64)> = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in seeds(20_000) {
        let (service, outcome) = play(seed);
        let (cases, gave_up, wrong) = classes.entry(service.class).or_default();
        *cases += 1;
        match outcome {
            Outcome::Complete => {}
            Outcome::GaveUp(reason) => *gave_up.entry(reason).or_default() += 1,
            Outcome::Wrong(what) => {
                *wrong += 1;
                failures.push((seed, what));
            }
        }
    }
    if env::var_os("CBR_TEST_CASES").is_some() {
        for (class, (cases, gave_up, wrong)) in &classes {
            eprintln!("{class}: {cases} cases, {wrong} wrong, gave up: {gave_up:?}");
        }
    }
    report(&failures);
}
