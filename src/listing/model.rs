//! A model of a list that changes while it is read: random changes, page sizes, windows and arrival
//! orders, and the one promise, that every row that existed throughout is delivered once, in order.

use std::collections::HashSet;
use std::env;

use fastrand::Rng;

use super::page::{Ask, Batch, Key, Page, Rank, Record};
use super::stitch::{Extent, Stitcher, Ticket};

/// The rows in their order, which is that of their numbers.
struct List {
    rows: Vec<u64>,
    /// Rows that existed at all times.
    throughout: HashSet<u64>,
    changes_left: u32,
}

impl List {
    fn new(length: u64, changes: u32) -> Self {
        // Numbers far apart leave room for insertions in between.
        let rows: Vec<u64> = (1..=length).map(|number| number << 32).collect();
        Self { throughout: rows.iter().copied().collect(), rows, changes_left: changes }
    }

    /// Deletes or inserts some rows next to each other, at the head, at the end or anywhere.
    fn change(&mut self, random: &mut Rng) {
        if self.changes_left == 0 {
            return;
        }
        self.changes_left -= 1;
        let length = self.rows.len();
        let place = match random.u8(0..4) {
            0 => 0,
            1 => length,
            _ => random.usize(0..=length),
        };
        let most = if random.u8(0..8) == 0 { 12 } else { 2 };
        let many = random.usize(1..=most);
        if random.bool() {
            for row in self.rows.drain(place..(place + many).min(length)) {
                self.throughout.remove(&row);
            }
            return;
        }
        for _ in 0..many {
            let below = if place == 0 { 0 } else { self.rows[place - 1] };
            let above = self.rows.get(place).copied().unwrap_or(below + (2 << 32));
            if above - below > 1 {
                self.rows.insert(place, below + (above - below) / 2);
            }
        }
    }

    fn page(&self, ask: Ask, counted: bool) -> Page<Vec<u64>> {
        let rows = self.rows.iter().skip(ask.offset as usize).take(ask.limit as usize);
        let rows: Vec<u64> = rows.copied().collect();
        let records = rows.iter().enumerate().map(|(index, row)| {
            let rank = Some(Rank(0, u128::from(*row)));
            Record { key: Key::of(&row.to_string()), rank, index }
        });
        let records = records.collect();
        Page { records, rows, count: counted.then_some(self.rows.len() as u64) }
    }
}

/// Plays one case through; what went wrong, if anything did.
fn play(seed: u64) -> Result<(), String> {
    let mut random = Rng::with_seed(seed);
    let page_size = random.u64(1..=9);
    let window = random.usize(1..=8);
    let counted = random.u8(0..8) > 0;
    let changes = random.u32(0..=30);
    let mut list = List::new(random.u64(0..=90), changes);
    let mut stitcher = Stitcher::new(Extent {
        offset: 0,
        limit: None,
        page_size,
        stable: true,
        first_rows: false,
    });
    let mut under_way: Vec<(Ticket, Ask, Option<Page<Vec<u64>>>)> = Vec::new();
    let mut delivered: Vec<u64> = Vec::new();
    let busy = random.u8(1..=8);
    for _ in 0..100_000 {
        if random.u8(0..busy) == 0 {
            list.change(&mut random);
        }
        if random.bool()
            && let Some((ticket, ask)) = stitcher.next_ask(window)
        {
            under_way.push((ticket, ask, None));
        }
        if let Some(index) = (!under_way.is_empty()).then(|| random.usize(0..under_way.len())) {
            // A page is read at some moment after it was asked for, and arrives at a later one.
            let (_, ask, page) = &mut under_way[index];
            if page.is_none() {
                *page = Some(list.page(*ask, counted));
            }
            if random.bool() {
                let (ticket, _, page) = under_way.swap_remove(index);
                if let Some(page) = page {
                    stitcher.deliver(ticket, page).map_err(|unproven| unproven.to_string())?;
                }
            }
        }
        for Batch { rows, indexes } in stitcher.ready() {
            delivered.extend(indexes.into_iter().map(|index| rows[index]));
        }
        if stitcher.is_done() {
            return check(&list, &delivered);
        }
    }
    Err("it does not end".to_owned())
}

fn check(list: &List, delivered: &[u64]) -> Result<(), String> {
    let distinct: HashSet<u64> = delivered.iter().copied().collect();
    if distinct.len() != delivered.len() {
        return Err(format!("twice: {delivered:?}"));
    }
    if let Some(lost) = list.throughout.iter().find(|row| !distinct.contains(row)) {
        return Err(format!("lost {lost}: {delivered:?}"));
    }
    let stayed: Vec<_> = delivered.iter().filter(|row| list.throughout.contains(row)).collect();
    if !stayed.is_sorted() {
        return Err(format!("out of order: {delivered:?}"));
    }
    Ok(())
}

/// `CBR_TEST_SEED` plays just one case again, `CBR_TEST_CASES` more or fewer of them.
#[test]
fn whatever_changes_every_row_that_stays_is_delivered_once() {
    let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let cases = number("CBR_TEST_CASES").unwrap_or(20_000);
    let seeds = number("CBR_TEST_SEED").map_or(0..cases, |seed| seed..seed + 1);
    let mut failures = Vec::new();
    for seed in seeds {
        if let Err(what) = play(seed) {
            failures.push(format!("CBR_TEST_SEED={seed}: {what}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases failed:\n{}",
        failures.len(),
        failures[..failures.len().min(5)].join("\n")
    );
}
