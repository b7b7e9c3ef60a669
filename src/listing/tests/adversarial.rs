//! A model of services that break their documentation, with a list that does not change. A list
//! that is reported complete is complete, for any page size, window and order of arrival.

use std::collections::HashSet;
use std::num::NonZero;

use fastrand::Rng;

use super::{report, seeds};
use crate::listing::page::{Batch, Page, PageRequest};
use crate::listing::record::{Key, Rank, Record};
use crate::listing::stitch::{ListRange, Stitcher, Ticket};

/// How the answers are wrong.
#[derive(Debug, Clone, Copy)]
enum Misbehavior {
    /// One row is counted and never sent.
    Hide(u64),
    /// The first rows for any offset.
    IgnoreOffset,
    /// The first rows for any offset, as many as there would be at that offset.
    WrapOffset,
    /// The same rows again for every offset from this one.
    RepeatTail(u64),
    /// No rows from this row on, and no count after the first answer.
    End(u64),
    /// Pages of another size, and a count of their rows only.
    CountPage(u64),
    /// Pages of another size.
    Clamp(u64),
    /// Rows of one moment in another order in each answer.
    ShuffleMoments,
    /// Pages of another order, sorted page by page.
    SortPages,
    /// Another count.
    Count(u64),
    NoCount,
    /// No misbehavior.
    Nothing,
}

/// Position of a row in the order, and its reported moment.
type Row = (u64, i64);

struct Service {
    rows: Vec<Row>,
    /// The same rows, shuffled.
    shuffled: Vec<Row>,
    /// Only the moment of a row is known, not its order within it.
    has_ties: bool,
    misbehavior: Misbehavior,
    /// One in this many answers is correct.
    correct: u8,
    answers: u64,
}

impl Service {
    fn new(random: &mut Rng) -> Self {
        let length = random.u64(0..=60);
        let has_ties = random.bool();
        let rows_per_moment = match random.u8(0..3) {
            _ if !has_ties => 1,
            // A page or more of one moment.
            0 => random.u64(5..=60),
            _ => random.u64(1..=4),
        };
        let moment = |row| i64::try_from(row / rows_per_moment).unwrap();
        let rows: Vec<Row> = (0..length).map(|row| (row, moment(row))).collect();
        let mut shuffled = rows.clone();
        random.shuffle(&mut shuffled);
        let row = random.u64(0..=length);
        let misbehavior = match random.u8(0..13) {
            0 => Misbehavior::Hide(row),
            1 => Misbehavior::IgnoreOffset,
            2 => Misbehavior::WrapOffset,
            3 => Misbehavior::RepeatTail(row),
            4 => Misbehavior::End(row),
            5 => Misbehavior::CountPage([10, 20, 25][random.usize(0..3)]),
            6 => Misbehavior::Clamp(random.u64(1..=25)),
            7 => Misbehavior::ShuffleMoments,
            8 => Misbehavior::SortPages,
            9 => Misbehavior::Count(random.u64(0..=70)),
            10 => Misbehavior::NoCount,
            _ => Misbehavior::Nothing,
        };
        let correct = if random.bool() { 0 } else { random.u8(2..=5) };
        Self { rows, shuffled, has_ties, misbehavior, correct, answers: 0 }
    }

    fn page(&mut self, request: PageRequest, random: &mut Rng) -> Page<Vec<u64>> {
        self.answers += 1;
        let cut = |rows: &[Row], offset: u64, limit: u64| -> Vec<Row> {
            rows.iter().skip(offset as usize).take(limit as usize).copied().collect()
        };
        let PageRequest { offset, limit } = request;
        let length = self.rows.len() as u64;
        let mut rows = cut(&self.rows, offset, limit);
        let mut count = Some(length);
        let is_true = self.correct > 0 && random.u8(0..self.correct) == 0;
        match self.misbehavior {
            _ if is_true => {}
            Misbehavior::Hide(row) => rows.retain(|(number, _)| *number != row),
            Misbehavior::IgnoreOffset => rows = cut(&self.rows, 0, limit),
            Misbehavior::WrapOffset => rows = cut(&self.rows, 0, rows.len() as u64),
            Misbehavior::RepeatTail(from) if offset >= from => {
                rows = cut(&self.rows, from / 2, length.saturating_sub(from).min(limit));
            }
            Misbehavior::RepeatTail(_) => {}
            Misbehavior::End(row) => {
                rows.retain(|(number, _)| *number < row);
                count = count.filter(|_| self.answers == 1);
            }
            Misbehavior::CountPage(most) => {
                rows.truncate(most as usize);
                count = Some(rows.len() as u64);
            }
            Misbehavior::Clamp(most) => rows.truncate(most as usize),
            Misbehavior::ShuffleMoments => {
                let mut all = self.rows.clone();
                random.shuffle(&mut all);
                all.sort_by_key(|(_, moment)| *moment);
                rows = cut(&all, offset, limit);
            }
            Misbehavior::SortPages => {
                rows = cut(&self.shuffled, offset, limit);
                rows.sort_unstable();
            }
            Misbehavior::Count(wrong) => count = Some(wrong),
            Misbehavior::NoCount => count = None,
            Misbehavior::Nothing => {}
        }
        let record = |(index, (number, moment)): (usize, &Row)| {
            let rest = if self.has_ties { 0 } else { u128::from(*number) + 1 };
            Record {
                key: Key::of(&number.to_string()),
                rank: Some(Rank { moment: *moment, tie: NonZero::new(rest) }),
                index,
            }
        };
        let records = rows.iter().enumerate().map(record).collect();
        Page { records, rows: rows.into_iter().map(|(number, _)| number).collect(), count }
    }
}

/// Runs one case. Returns the error, if any. `complete` counts the lists that were reported
/// complete.
fn play(seed: u64, complete: &mut u64) -> Result<(), String> {
    let mut random = Rng::with_seed(seed);
    let mut service = Service::new(&mut random);
    let (page_size, window) = (random.u64(1..=30), random.usize(1..=6));
    let mut range = ListRange {
        offset: 0,
        limit: None,
        page_size,
        largest_page: page_size,
        stable: true,
        first_rows: false,
    };
    let harms_no_piece = matches!(
        service.misbehavior,
        Misbehavior::Clamp(_) | Misbehavior::NoCount | Misbehavior::Nothing
    );
    if harms_no_piece && random.bool() {
        range.offset = random.u64(0..=40);
        range.limit = random.bool().then(|| random.u64(1..=40));
    }
    let wanted = service.rows.iter().skip(range.offset as usize);
    let wanted: Vec<_> = wanted.take(range.limit.unwrap_or(u64::MAX) as usize).copied().collect();
    let mut stitcher = Stitcher::new(range);
    let mut under_way: Vec<(Ticket, Page<Vec<u64>>)> = Vec::new();
    let mut delivered = Vec::new();
    while service.answers < 5_000 {
        if let Some((ticket, request)) = stitcher.next_request(window) {
            under_way.push((ticket, service.page(request, &mut random)));
            if random.bool() {
                continue;
            }
        }
        if under_way.is_empty() {
            return Err(format!("{:?}, {range:?}: nothing more to request", service.misbehavior));
        }
        let (ticket, page) = under_way.swap_remove(random.usize(0..under_way.len()));
        if let Err(unproven) = stitcher.deliver(ticket, page) {
            return match service.misbehavior {
                Misbehavior::Nothing => Err(format!("{range:?}: {unproven}")),
                _ => Ok(()),
            };
        }
        for Batch { rows, indexes, .. } in stitcher.ready() {
            delivered.extend(indexes.into_iter().map(|index| rows[index]));
        }
        if stitcher.is_done() {
            *complete += 1;
            let distinct: HashSet<_> = delivered.iter().collect();
            let is_whole = distinct.len() == delivered.len()
                && distinct.len() == wanted.len()
                && wanted.iter().all(|(row, _)| distinct.contains(row));
            return if is_whole {
                Ok(())
            } else {
                Err(format!("{:?}, {range:?}: {wanted:?}, {delivered:?}", service.misbehavior))
            };
        }
    }
    Err(format!("{:?}: it does not end", service.misbehavior))
}

#[test]
fn an_incomplete_list_is_never_reported_complete() {
    let (mut failures, mut complete, mut all) = (Vec::new(), 0, 0);
    for seed in seeds(20_000) {
        all += 1;
        if let Err(what) = play(seed, &mut complete) {
            failures.push((seed, what));
        }
    }
    report(&failures);
    // Some wrong answers are harmless, and some are not.
    assert!(all < 1000 || (complete > all / 4 && complete < all), "{complete} of {all}");
}
