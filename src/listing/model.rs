//! A model of a list that changes while it is read: random changes, page sizes, windows and arrival
//! orders, and the one promise, that every row that existed throughout is delivered once, in order. Where the
//! service tells moments that several rows share, and orders those as it likes, the list may be given up.

use std::collections::HashSet;
use std::env;
use std::ops::Range;

use fastrand::Rng;

use super::page::{Ask, Batch, Key, Page, Rank, Record};
use super::stitch::{Extent, Stitcher, Ticket};

/// The rows in their order, which is that of their numbers.
struct List {
    rows: Vec<u64>,
    /// Rows that existed at all times.
    throughout: HashSet<u64>,
    changes_left: u32,
    /// Rows whose numbers agree in all bits but so many are of one moment, if that is all that is told of them.
    vague: Option<u32>,
    /// Those stand in another order each time.
    shuffled: bool,
}

impl List {
    fn new(random: &mut Rng) -> Self {
        let length = random.u64(0..=90);
        // Numbers far apart leave room for insertions in between.
        let rows: Vec<u64> = (1..=length).map(|number| number << 32).collect();
        let vague = (random.u8(0..4) == 0).then(|| random.u32(32..36));
        Self {
            throughout: rows.iter().copied().collect(),
            rows,
            changes_left: random.u32(0..=30),
            vague,
            shuffled: vague.is_some() && random.bool(),
        }
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

    fn moment(&self, row: u64) -> u64 {
        row >> self.vague.unwrap_or(0)
    }

    fn page(&self, ask: Ask, counted: bool, random: &mut Rng) -> Page<Vec<u64>> {
        let mut rows = self.rows.clone();
        if self.shuffled {
            random.shuffle(&mut rows);
            rows.sort_by_key(|row| self.moment(*row));
        }
        let rows: Vec<u64> =
            rows.into_iter().skip(ask.offset as usize).take(ask.limit as usize).collect();
        let records = rows.iter().enumerate().map(|(index, row)| {
            let moment = i64::try_from(self.moment(*row)).unwrap();
            Record {
                key: Key::of(&row.to_string()),
                rank: Some(Rank(moment, u128::from(self.vague.is_none()))),
                index,
            }
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
    let mut list = List::new(&mut random);
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
                *page = Some(list.page(*ask, counted, &mut random));
            }
            if random.bool() {
                let (ticket, _, page) = under_way.swap_remove(index);
                if let Some(page) = page {
                    match stitcher.deliver(ticket, page) {
                        Err(_) if list.vague.is_some() => return Ok(()),
                        delivered => delivered.map_err(|unproven| unproven.to_string())?,
                    }
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
    let stayed = delivered.iter().filter(|row| list.throughout.contains(row));
    if !stayed.map(|row| list.moment(*row)).is_sorted() {
        return Err(format!("out of order: {delivered:?}"));
    }
    Ok(())
}

/// The seeds to play: `CBR_TEST_SEED` is just one case again, `CBR_TEST_CASES` more or fewer of them.
pub(crate) fn cases(usual: u64) -> Range<u64> {
    let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let cases = number("CBR_TEST_CASES").unwrap_or(usual);
    number("CBR_TEST_SEED").map_or(0..cases, |seed| seed..seed + 1)
}

/// Fails with the seeds of the cases that failed, if any did.
#[track_caller]
pub(crate) fn report(failures: &[(u64, String)]) {
    let told: Vec<_> = failures
        .iter()
        .take(5)
        .map(|(seed, what)| format!("CBR_TEST_SEED={seed}: {what}"))
        .collect();
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), told.join("\n"));
}

#[test]
fn whatever_changes_every_row_that_stays_is_delivered_once() {
    let play = |seed| Some((seed, play(seed).err()?));
    report(&cases(20_000).filter_map(play).collect::<Vec<_>>());
}
