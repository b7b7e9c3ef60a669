//! Order of arriving requests, and changes to the account between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::backup::Row;
use super::project::{PROJECTS, Project, ProjectKey, Target};
use super::rows::Rows;

/// One `--change`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    target: Target,
    what: What,
    /// Position in the list of all backups, newest first, at that moment.
    position: usize,
    count: usize,
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Delete,
    Insert,
}

/// Backups that changed, for the log.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) deleted: Vec<Row>,
    pub(super) inserted: Vec<Row>,
}

/// Maximum number of backups per change.
const MOST: usize = 1_000_000;

impl Change {
    /// Parses `delete=POS@WHEN`, `insert=POS+LEN@WHEN` and so on.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (target, text) = Target::split(text)?;
        let (change, when) = When::split(text)?;
        let what = change.split_once('=').and_then(|(what, place)| match what {
            "delete" => Some((What::Delete, place)),
            "insert" => Some((What::Insert, place)),
            _ => None,
        });
        let (what, place) =
            what.ok_or("a change is delete=POS@WHEN or insert=POS@WHEN; POS+LEN changes LEN")?;
        let (position, count) = place.split_once('+').unwrap_or((place, "1"));
        let number = |text: &str| {
            text.parse::<usize>().map_err(|_| format!("`{text}` is not a number of backups"))
        };
        let (position, count) = (number(position)?, number(count)?);
        if count > MOST {
            return Err(format!("no more than {MOST} backups change at once"));
        }
        Ok(Self { target, what, position, count, when })
    }

    /// Returns the projects that it applies to.
    pub(super) fn target(&self) -> Target {
        self.target
    }

    pub(super) fn is_due(&self, list: ListNumber) -> bool {
        list.is_due(self.target, self.when)
    }

    pub(super) fn apply(&self, rows: &mut Rows, changed: &mut Changed) {
        match self.what {
            What::Delete => changed.deleted.extend(rows.delete(self.position, self.count)),
            What::Insert => changed.inserted.extend(rows.insert(self.position, self.count)),
        }
    }
}

/// Random changes: `--churn`.
#[derive(Debug)]
pub(super) struct Churn(fastrand::Rng);

impl Churn {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Makes up to three changes of up to three backups each, about as many insertions as
    /// deletions.
    pub(super) fn apply(&mut self, rows: &mut Rows, changed: &mut Changed) {
        let Self(random) = self;
        for _ in 0..random.u32(0..=3) {
            let position = random.usize(0..=rows.len());
            let count = random.usize(1..=3);
            if random.bool() {
                changed.deleted.extend(rows.delete(position, count));
            } else {
                changed.inserted.extend(rows.insert(position, count));
            }
        }
    }
}

/// Range of listings, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    first: u64,
    last: u64,
}

impl When {
    pub(super) const ALWAYS: Self = Self { first: 1, last: u64::MAX };

    /// Splits `WHAT@WHEN` at the last `@`; WHAT can contain others.
    pub(super) fn split(text: &str) -> Result<(&str, Self), String> {
        let (what, when) = text.rsplit_once('@').ok_or("add @WHEN, such as @1, @2-4, @2- or @*")?;
        Ok((what, Self::parse(when)?))
    }

    /// Parses `3`, `2-4`, `2-` or `*`.
    fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = match text.split_once('-') {
            _ if text == "*" => (1, u64::MAX),
            None => {
                let only = count(text)?;
                (only, only)
            }
            Some((first, "")) => (count(first)?, u64::MAX),
            Some((first, last)) => (count(first)?, count(last)?),
        };
        if first > last {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok(Self { first, last })
    }

    pub(super) fn covers(self, list: u64) -> bool {
        (self.first..=self.last).contains(&list)
    }
}

fn count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` must be a number of listings, 1 or more")),
        Ok(number) => Ok(number),
    }
}

/// Number of a listing.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListNumber {
    pub(super) project: &'static Project,
    /// Number among all listings, from 1.
    pub(super) overall: u64,
    /// Number among the listings of the project, from 1.
    pub(super) of_project: u64,
}

impl ListNumber {
    /// Returns true if it is in a range. For certain projects, only their listings count.
    pub(super) fn is_due(self, target: Target, when: When) -> bool {
        match target.name() {
            None => when.covers(self.overall),
            Some(_) => target.covers(self.project) && when.covers(self.of_project),
        }
    }
}

/// The backups of all projects, and the requests counted so far.
pub(super) struct AccountState {
    changes: Vec<Change>,
    state: Mutex<State>,
}

struct State {
    requests: u64,
    lists: u64,
    projects: BTreeMap<ProjectKey, ProjectState>,
}

/// The backups of a project, and its listings counted so far.
struct ProjectState {
    lists: u64,
    churn: Option<Churn>,
    /// Shared with listings in progress; copied on write.
    rows: Arc<Rows>,
}

/// One request in the order of arrival.
pub(super) struct Arrival {
    /// Number of the request, from 1.
    pub(super) request: u64,
    /// Number of the listing; `None` for other requests.
    pub(super) list: Option<ListNumber>,
    /// Changes made just before.
    pub(super) changed: Changed,
    /// Backups of the project at that moment.
    pub(super) rows: Arc<Rows>,
}

impl AccountState {
    /// Creates the state of projects with these backups.
    pub(super) fn new(
        projects: impl Iterator<Item = (&'static Project, Rows)>,
        changes: &[Change],
        churn: Option<u64>,
    ) -> Self {
        let state = |(project, rows): (&Project, Rows)| {
            let seed = churn.map(|seed| seed ^ u64::from(project.key.number()) << 32);
            let state =
                ProjectState { lists: 0, churn: seed.map(Churn::new), rows: Arc::new(rows) };
            (project.key, state)
        };
        let state = State { requests: 0, lists: 0, projects: projects.map(state).collect() };
        Self { changes: changes.to_vec(), state: Mutex::new(state) }
    }

    /// Counts a request for a project; before a listing, applies the changes that are due.
    ///
    /// A request for no project, or for one without backups, counts as one for the first.
    pub(super) fn arrive(&self, project: Option<&'static Project>, is_list: bool) -> Arrival {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let mut changed = Changed::default();
        state.requests += 1;
        let known = project.filter(|project| state.projects.contains_key(&project.key));
        let project = known.unwrap_or(&PROJECTS[0]);
        let own = state.projects.entry(project.key).or_insert_with(|| ProjectState {
            lists: 0,
            churn: None,
            rows: Arc::new(Rows::new(project.key, 0, 0)),
        });
        let list = is_list.then(|| {
            state.lists += 1;
            own.lists += 1;
            ListNumber { project, overall: state.lists, of_project: own.lists }
        });
        if let Some(list) = list {
            for change in self.changes.iter().filter(|change| change.is_due(list)) {
                change.apply(Arc::make_mut(&mut own.rows), &mut changed);
            }
            // Changes before the first listing would be invisible.
            if let Some(churn) = own.churn.as_mut().filter(|_| list.of_project > 1) {
                churn.apply(Arc::make_mut(&mut own.rows), &mut changed);
            }
        }
        Arrival { request: state.requests, list, changed, rows: Arc::clone(&own.rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_parsed() {
        for (text, what, position, count) in [
            ("delete=999@2", What::Delete, 999, 1),
            ("delete=0+10@2-", What::Delete, 0, 10),
            ("insert=0@*", What::Insert, 0, 1),
            ("insert=5+3@1-9", What::Insert, 5, 3),
        ] {
            let change = Change::parse(text).unwrap();
            assert_eq!((change.what, change.position, change.count), (what, position, count));
        }
        for text in [
            "delete=1",
            "delete@1",
            "delete=@1",
            "delete=x@1",
            "update=1@1",
            "insert=1+@1",
            "insert=-1@1",
            "insert=1+2+3@1",
            "insert=0+1000001@1",
        ] {
            assert!(Change::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rows_are_deleted_and_inserted_at_their_position() {
        let mut rows = Rows::sample(100);
        let doomed = rows.from(10).next().unwrap();
        let mut changed = Changed::default();
        Change::parse("delete=10@1").unwrap().apply(&mut rows, &mut changed);
        Change::parse("insert=3+2@1").unwrap().apply(&mut rows, &mut changed);
        assert_eq!(changed.deleted, [doomed]);
        assert_eq!(changed.inserted, rows.from(3).take(2).collect::<Vec<_>>());
        assert_eq!(rows.len(), 101);
    }

    #[test]
    fn equal_seeds_give_equal_churn_of_stable_size() {
        let run = |seed| {
            let (mut rows, mut churn, mut changed) =
                (Rows::sample(500), Churn::new(seed), Changed::default());
            (0..200).for_each(|_| churn.apply(&mut rows, &mut changed));
            assert!(!changed.deleted.is_empty() && !changed.inserted.is_empty());
            rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!((300..700).contains(&run(3).len()));
    }

    #[test]
    fn ranges_of_listings_are_parsed() {
        for (text, covered) in [
            ("3", [false, false, true, false, false]),
            ("2-4", [false, true, true, true, false]),
            ("2-", [false, true, true, true, true]),
            ("1-1", [true, false, false, false, false]),
            ("*", [true; 5]),
        ] {
            let when = When::parse(text).unwrap();
            assert_eq!([1, 2, 3, 4, 5].map(|list| when.covers(list)), covered, "{text}");
        }
        for text in ["", "0", "0-3", "-3", "4-2", "a", "1-b", "**", "1,2", "1 "] {
            assert!(When::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_at_sign_separates_the_range() {
        let (what, when) = When::split("redirect=http://user@example.invalid/@2").unwrap();
        assert_eq!(what, "redirect=http://user@example.invalid/");
        assert_eq!(when, When { first: 2, last: 2 });
        assert!(When::split("reset").is_err());
    }
}
