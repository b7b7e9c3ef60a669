//! List of the backups of a project, newest first, with insertions and deletions.
//!
//! A piece table, as in text editors: ranges of the initial series, with single added backups
//! between them. Takes memory per change, not per backup.

use std::ops::{Range, RangeInclusive};

use super::backup::{FIRST_SHARED, Row, Style, added, in_project};
use super::clock::{DAY, MILLISECOND, Micros, SECOND};
use super::project::ProjectKey;
use super::uuid::{Uuid, mix};

/// The backups of a project in natural order.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    series: Series,
    pieces: Vec<Piece>,
    len: usize,
    /// Number of backups ever added, including deleted ones.
    added: u32,
}

#[derive(Clone, Debug)]
enum Piece {
    /// Range of the series.
    Series(Range<u32>),
    Added(Row),
}

/// Time between backups added at either end.
const STEP: i64 = 1_000_000;

/// Time between backups added between others, if there is room.
const SMALL_STEP: i64 = 1_000;

/// Distance between ids of backups with equal times.
const ID_STEP: u128 = 1 << 60;

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Series(places) => places.len(),
            Self::Added(_) => 1,
        }
    }
}

impl Rows {
    /// Creates a list in which no backup is newer than `newest`.
    pub(super) fn new(project: ProjectKey, backups: u32, newest: Micros) -> Self {
        Self {
            series: Series::new(project, backups, newest),
            pieces: vec![Piece::Series(0..backups)],
            len: backups as usize,
            added: 0,
        }
    }

    /// Creates the list of tests, which ends at 2026-11-20T00:00:00Z.
    #[cfg(test)]
    pub(super) fn sample(backups: u32) -> Self {
        Self::of_project(ProjectKey::default(), backups)
    }

    /// Creates the list of tests for a project.
    #[cfg(test)]
    pub(super) fn of_project(project: ProjectKey, backups: u32) -> Self {
        Self::new(project, backups, 20_777 * DAY)
    }

    pub(super) fn project(&self) -> ProjectKey {
        self.series.project
    }

    /// Returns the time after which no initial backup was created.
    pub(super) fn newest(&self) -> Micros {
        self.series.newest
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Iterates from a position, without visiting the backups before it.
    pub(super) fn from(&self, position: usize) -> impl Iterator<Item = Row> {
        let mut skip = position;
        self.pieces.iter().flat_map(move |piece| {
            let skipped = skip.min(piece.len());
            skip -= skipped;
            let (places, added) = match piece {
                Piece::Series(places) => (places.start + skipped as u32..places.end, None),
                Piece::Added(row) => (0..0, (skipped == 0).then_some(*row)),
            };
            places.map(|index| self.series.row(index)).chain(added)
        })
    }

    /// Iterates over the backups that another project shares with the first, newest first.
    pub(super) fn shared(&self) -> impl Iterator<Item = Row> {
        let Series { project, newest, .. } = self.series;
        let shared = if project == ProjectKey::default() { SHARED } else { 0 };
        (0..shared).map(move |index| {
            let number = FIRST_SHARED + index;
            let jitter = i64::from(mix(number.into()) as u32) % DAY;
            Row::new(project, number, newest - DAY * (2 * i64::from(index) + 1) + jitter - SECOND)
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Row> {
        self.from(0)
    }

    /// Returns the backup with this id, or with a volume of this id.
    pub(super) fn find(&self, id: Uuid) -> Option<Row> {
        self.iter().find(|row| row.id == id.whole())
    }

    /// Deletes up to `count` backups from a position, and returns them.
    pub(super) fn delete(&mut self, position: usize, count: usize) -> Vec<Row> {
        let position = position.min(self.len);
        let deleted: Vec<_> = self.from(position).take(count).collect();
        let first = self.split(position);
        let end = self.split(position + deleted.len());
        self.pieces.drain(first..end);
        self.len -= deleted.len();
        deleted
    }

    /// Inserts `count` backups at a position, and returns them.
    pub(super) fn insert(&mut self, position: usize, count: usize) -> Vec<Row> {
        let position = position.min(self.len);
        let mut newer = position.checked_sub(1).and_then(|before| self.from(before).next());
        let older = self.from(position).next();
        let mut inserted = Vec::new();
        for left in (1..=count).rev() {
            let row = self.between(newer, older, left);
            inserted.push(row);
            newer = Some(row);
        }
        let at = self.split(position);
        self.pieces.splice(at..at, inserted.iter().copied().map(Piece::Added));
        self.len += inserted.len();
        inserted
    }

    /// Creates a backup that sorts between two others, with room for `left - 1` more after it.
    ///
    /// It is close to the older one: the next insertion is most often at the same position, between
    /// the newer one and this.
    fn between(&mut self, newer: Option<Row>, older: Option<Row>, left: usize) -> Row {
        let (project, serial) = (self.project(), self.added);
        self.added += 1;
        let left = left as i64;
        let (newer, older) = match (newer, older) {
            (Some(newer), Some(older)) => (newer, older),
            (Some(newer), None) => return added(project, serial, newer.created - STEP, None),
            (None, Some(older)) => {
                return added(project, serial, older.created + STEP * left, None);
            }
            (None, None) => return added(project, serial, STEP * left, None),
        };
        let share = (newer.created - older.created) / (left + 1);
        if share > 0 {
            return added(project, serial, older.created + left * share.min(SMALL_STEP), None);
        }
        // No time is left between the two: take the newer one's, and a smaller id.
        let floor = if newer.created == older.created { older.id.rank() } else { 0 };
        let left = u128::from(left.unsigned_abs());
        let share = ((newer.id.rank() - floor) / (left + 1)).min(ID_STEP);
        // A later backup at the same position must have another id.
        let own = u128::from(serial) % share.max(1);
        let id = Uuid::at_rank(floor + left * share + own);
        added(project, serial, newer.created, Some(id))
    }

    /// Makes a piece begin at a position, and returns the index of the piece.
    fn split(&mut self, position: usize) -> usize {
        let mut start = 0;
        for (index, piece) in self.pieces.iter_mut().enumerate() {
            if position == start {
                return index;
            }
            let end = start + piece.len();
            if let Piece::Series(places) = piece
                && position < end
            {
                let middle = places.start + (position - start) as u32;
                let rest = middle..places.end;
                places.end = middle;
                self.pieces.insert(index + 1, Piece::Series(rest));
                return index + 1;
            }
            start = end;
        }
        self.pieces.len()
    }
}

/// The initial backups, each derived from its index: `created_at` descending, then `id`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series {
    project: ProjectKey,
    /// Average time between two backups.
    step: Micros,
    /// No backup is newer.
    newest: Micros,
}

/// Indices in each period of [`TIE_PERIOD`] whose backups have the same time. One group, 999 to
/// 1001, spans the end of the first page of 1000.
const TIED: RangeInclusive<u32> = 90..=92;
const TIE_PERIOD: u32 = 101;

impl Series {
    /// Creates a series over half a year, with at most two backups per minute.
    pub(super) fn new(project: ProjectKey, count: u32, newest: Micros) -> Self {
        let step = (180 * DAY / i64::from(count.max(1))).clamp(30 * SECOND, DAY);
        Self { project, step, newest }
    }

    /// Returns the backup at an index, in constant time.
    pub(super) fn row(self, index: u32) -> Row {
        let place = index % TIE_PERIOD;
        if TIED.contains(&place) {
            let rank = place - TIED.start();
            let created = self.created(index - rank);
            Row::tied(self.project, index, index - rank, rank, created - created % MILLISECOND)
        } else {
            let created = self.created(index);
            // Rows must sort by the written time, so it has no more digits than are written.
            let grain = match Style::of(index) {
                Style::Sparse => MILLISECOND,
                Style::Full | Style::Recorded if index % 37 == 5 => SECOND,
                Style::Full | Style::Recorded => 1,
            };
            Row::new(self.project, index, created - created % grain)
        }
    }

    /// Returns a time that decreases by at least half a step per index.
    ///
    /// Tied backups have the same time in projects of the same size: so merged lists have equal
    /// times.
    fn created(self, index: u32) -> Micros {
        let is_tied = TIED.contains(&(index % TIE_PERIOD));
        let own = if is_tied { index } else { in_project(index, self.project) };
        let jitter = (mix(own.into()) >> 1) as i64 % (self.step / 2);
        self.newest - self.step * i64::from(index) - jitter
    }
}

/// Number of backups that are shared with the account.
const SHARED: u32 = 12;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::sandbox::project::PROJECTS;

    fn ids(rows: &Rows) -> Vec<Uuid> {
        rows.iter().map(|row| row.id).collect()
    }

    fn assert_ordered(rows: &Rows) {
        let all: Vec<_> = rows.iter().collect();
        assert_eq!(all.len(), rows.len());
        for pair in all.windows(2) {
            assert!(pair[0].key() > pair[1].key(), "{pair:?}");
        }
        assert_eq!(all.iter().map(|row| row.id).collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn rows_are_deleted_at_positions() {
        let before = ids(&Rows::sample(10));
        for (position, count, left) in [
            (0, 1, vec![1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (9, 1, vec![0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (3, 4, vec![0, 1, 2, 7, 8, 9]),
            (8, 5, vec![0, 1, 2, 3, 4, 5, 6, 7]),
            (0, 10, vec![]),
            (10, 1, (0..10).collect()),
            (50, 1, (0..10).collect()),
            (4, 0, (0..10).collect()),
        ] {
            let mut rows = Rows::sample(10);
            let deleted = rows.delete(position, count);
            let left: Vec<_> = left.iter().map(|place: &usize| before[*place]).collect();
            assert_eq!(ids(&rows), left, "{position}+{count}");
            assert_eq!(deleted.len(), 10 - left.len());
            assert_ordered(&rows);
        }
    }

    #[test]
    fn rows_are_inserted_at_positions() {
        for (position, count, at) in [(0, 1, 0), (5, 3, 5), (10, 2, 10), (99, 1, 10), (4, 0, 4)] {
            let mut rows = Rows::sample(10);
            let mut expected = ids(&rows);
            let inserted = rows.insert(position, count);
            expected.splice(at..at, inserted.iter().map(|row| row.id));
            assert_eq!(ids(&rows), expected, "{position}+{count}");
            assert_ordered(&rows);
        }
    }

    #[test]
    fn rows_can_always_be_inserted_between_two() {
        for position in [0, 1, 91, 92, 200] {
            let mut rows = Rows::sample(200);
            for _ in 0..2000 {
                rows.insert(position, 1);
            }
            rows.insert(position, 500);
            for deeper in 0..20 {
                rows.insert(position + 1 + deeper, 1);
            }
            assert_ordered(&rows);
        }
        let mut empty = Rows::sample(0);
        empty.insert(0, 3);
        assert_ordered(&empty);
    }

    #[test]
    fn random_changes_match_a_plain_list() {
        let random = &mut fastrand::Rng::with_seed(7);
        let mut rows = Rows::sample(500);
        let mut model = ids(&rows);
        for _ in 0..500 {
            let position = random.usize(0..model.len() + 2);
            let count = random.usize(0..4);
            let at = position.min(model.len());
            if random.bool() {
                let deleted = rows.delete(position, count);
                let end = (at + count).min(model.len());
                assert_eq!(deleted.iter().map(|row| row.id).collect::<Vec<_>>(), model[at..end]);
                model.drain(at..end);
            } else {
                let inserted = rows.insert(position, count);
                model.splice(at..at, inserted.iter().map(|row| row.id));
            }
            assert_eq!(ids(&rows), model);
            let from = random.usize(0..model.len() + 2);
            let tail: Vec<_> = rows.from(from).map(|row| row.id).collect();
            assert_eq!(tail, model[from.min(model.len())..]);
        }
        assert_ordered(&rows);
    }

    #[test]
    fn rows_are_in_descending_order_with_unique_ids() {
        for count in [1663, 100_000, 10_000_000] {
            let series = Series::new(ProjectKey::default(), count, 0);
            let rows: Vec<_> = (0..100_000).map(|index| series.row(index)).collect();
            for pair in rows.windows(2) {
                assert!(pair[0].key() > pair[1].key(), "{pair:?}");
            }
            let ids: HashSet<_> = rows.iter().map(|row| row.id.text()).collect();
            assert_eq!(ids.len(), rows.len());
        }
    }

    #[test]
    fn projects_have_backups_of_their_own_and_some_times_in_common() {
        let lists = PROJECTS.iter().map(|project| Rows::of_project(project.key, 1663));
        let lists: Vec<_> = lists.collect();
        lists.iter().for_each(assert_ordered);
        // The first eight digits, which a list shows, are unique too.
        let ids = lists.iter().flat_map(ids).map(|id| id.text());
        let short: HashSet<_> = ids.filter_map(|id| Some(id.get(..8)?.to_owned())).collect();
        let leaders = lists[0].iter().filter_map(|row| row.id.text().get(..8).map(str::to_owned));
        let leaders: HashSet<_> = leaders.collect();
        assert_eq!(short.len(), leaders.len() * PROJECTS.len());
        let times = |rows: &Rows| rows.iter().map(|row| row.created).collect::<HashSet<_>>();
        let common = times(&lists[0]).intersection(&times(&lists[2])).count();
        assert!((10..30).contains(&common), "{common}");
        let resources = |rows: &Rows| rows.iter().map(Row::resource_id).collect::<HashSet<_>>();
        let all: HashSet<_> = lists.iter().flat_map(resources).collect();
        assert_eq!(all.len(), lists.iter().map(|rows| resources(rows).len()).sum::<usize>());
    }

    #[test]
    fn some_rows_tie_across_a_page_boundary() {
        let series = Series::new(ProjectKey::default(), 1663, 0);
        assert_eq!(series.row(999).created, series.row(1001).created);
        assert!((0..10).all(|index| series.row(index).created > series.row(index + 1).created));
    }
}
