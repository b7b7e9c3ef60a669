//! Several honest services whose lists change while they are read and merged, some of which fail.
//!
//! The promise: where every list is reported as complete, each row that existed throughout is
//! delivered exactly once and in one order over all lists. If the sink stops early, this holds up
//! to the last row. A list that failed is reported, and then nothing is claimed.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use tokio::runtime::{Builder, Runtime};

use super::churn::{List, Service};
use super::{report, seeds};
use crate::listing::merge::{Ended, Input, MergeSink, Run, merge};
use crate::listing::page::{Page, PageRequest};
use crate::listing::statistics::Statistics;
use crate::listing::stitch::ListRange;
use crate::listing::{Failure, Source};

/// A service that changes its list before some answers.
struct Changing {
    service: Service,
    state: Mutex<State>,
    /// Number of requests after which every answer is a failure.
    fails_after: Option<usize>,
}

struct State {
    list: List,
    random: Rng,
    requests: usize,
}

impl Source for Changing {
    type Rows = Vec<u64>;
    type Error = &'static str;

    async fn page(&self, request: PageRequest) -> Result<Page<Vec<u64>>, &'static str> {
        // Other requests go first, so that pages are read and arrive in any order.
        let (before, after) = {
            let random = &mut self.state.lock().unwrap().random;
            (random.u8(0..4), random.u8(0..4))
        };
        for _ in 0..before {
            tokio::task::yield_now().await;
        }
        let page = {
            let State { list, random, requests } = &mut *self.state.lock().unwrap();
            if random.bool() {
                list.change(random);
            }
            *requests += 1;
            match self.fails_after {
                Some(most) if *requests > most => Err("the service fails"),
                _ => Ok(list.page(request, &self.service, random)),
            }
        };
        for _ in 0..after {
            tokio::task::yield_now().await;
        }
        page
    }

    fn bytes(rows: &Self::Rows) -> usize {
        size_of_val(rows.as_slice())
    }

    fn transient_failures(&self) -> u64 {
        0
    }
}

/// Collects list and row, and stops after `most`.
struct Collected {
    rows: Vec<(usize, u64)>,
    most: Option<usize>,
}

impl MergeSink<Vec<u64>> for Collected {
    fn take(&mut self, run: Run<'_, Vec<u64>>) -> anyhow::Result<ControlFlow<()>> {
        for index in run.indexes {
            self.rows.push((run.list, run.rows[*index]));
            if self.most == Some(self.rows.len()) {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn wait(&mut self, _: &Statistics) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Runs one case. Returns its outcome as a word, or a description of the error.
fn play(seed: u64, runtime: &Runtime) -> Result<&'static str, String> {
    let mut random = Rng::with_seed(seed);
    let most = random.bool().then(|| random.usize(1..=150));
    let page_size = random.u64(1..=9);
    let range = ListRange {
        offset: 0,
        limit: most.filter(|_| random.bool()).map(|most| most as u64),
        page_size,
        largest_page: page_size * 4,
        stable: true,
        first_rows: most.is_some(),
    };
    let sources: Vec<_> = (0..random.usize(1..=5))
        .map(|_| {
            let service = Service::random(&mut random);
            let list = List::new(&mut random);
            let fails_after = (random.u8(0..12) == 0).then(|| random.usize(0..20));
            let random = Rng::with_seed(random.u64(..));
            let state = Mutex::new(State { list, random, requests: 0 });
            Arc::new(Changing { service, state, fails_after })
        })
        .collect();
    let host = |index: usize| (index % 2).to_string();
    let inputs = sources.iter().enumerate().map(|(index, source)| Input {
        source: Arc::clone(source),
        range,
        host: host(index),
        patience: None,
    });
    let (inputs, concurrency) = (inputs.collect(), random.usize(1..=8));
    let mut sink = Collected { rows: Vec::new(), most };
    let merged = runtime.block_on(merge(inputs, concurrency, &mut sink));
    let has_enough = merged.result.map_err(|error| error.to_string())?;
    if merged.lists.len() != sources.len() {
        return Err(format!("{} of {} lists", merged.lists.len(), sources.len()));
    }
    let (mut has_failed, mut gave_up) = (false, false);
    for ((_, ended), source) in merged.lists.iter().zip(&sources) {
        match ended {
            Ended::Failed(Failure::Source(_)) if source.fails_after.is_some() => has_failed = true,
            Ended::Failed(Failure::Unproven(_)) => gave_up = true,
            // Another list had enough, or failed.
            Ended::Complete | Ended::Stopped => {}
            other => return Err(format!("{other:?}")),
        }
    }
    let is_complete = |ended: &Ended<_>| matches!(ended, Ended::Complete);
    let all_complete = merged.lists.iter().all(|(_, ended)| is_complete(ended));
    if !has_enough && !all_complete {
        return match (has_failed, gave_up) {
            (true, _) => Ok("failed"),
            (false, true) => Ok("gave up"),
            (false, false) => Err("it stopped, and nothing failed".to_owned()),
        };
    }
    check(&sources, range, has_enough, &sink.rows)?;
    Ok(if has_enough { "first rows" } else { "complete" })
}

fn check(
    sources: &[Arc<Changing>],
    range: ListRange,
    has_enough: bool,
    delivered: &[(usize, u64)],
) -> Result<(), String> {
    let distinct: HashSet<_> = delivered.iter().collect();
    if distinct.len() != delivered.len() {
        return Err(format!("twice: {delivered:?}"));
    }
    let moment = |(list, row): &(usize, u64)| sources[*list].service.moment(*row);
    // A row that was inserted meanwhile may come late.
    let lists: Vec<_> = sources.iter().map(|source| source.state.lock().unwrap()).collect();
    let stayed: Vec<_> =
        delivered.iter().filter(|(list, row)| lists[*list].list.throughout.contains(row)).collect();
    for list in 0..sources.len() {
        let of_list = stayed.iter().filter(|(of, _)| *of == list);
        if !of_list.map(|row| moment(row)).is_sorted() {
            return Err(format!("list {list} is out of order: {delivered:?}"));
        }
    }
    // The services round times differently, so only equal ones can be compared.
    let is_exact = |list: usize| sources[list].service.class == "plain";
    let exact = stayed.iter().filter(|(list, _)| is_exact(*list));
    if !exact.map(|row| moment(row)).is_sorted() {
        return Err(format!("the merge is out of order: {delivered:?}"));
    }
    for (index, source) in sources.iter().enumerate() {
        let of_list = || delivered.iter().filter(|(list, _)| *list == index).map(|(_, row)| *row);
        let is_cut = range.limit == Some(of_list().count() as u64);
        // Nothing is missing up to the last row of the list, or of all lists if the sink had
        // enough.
        let last = of_list().max().map(|row| source.service.moment(row));
        let is_due = |row: &u64| match (is_cut || has_enough, last) {
            (false, _) => true,
            (true, Some(last)) => source.service.moment(*row) < last,
            (true, None) => false,
        };
        let distinct: HashSet<u64> = of_list().collect();
        let throughout = &lists[index].list.throughout;
        if let Some(lost) = throughout.iter().find(|row| is_due(row) && !distinct.contains(row)) {
            return Err(format!("list {index} lost {lost}: {delivered:?}"));
        }
        // If the sink had enough, the next row of an exact list is after the last row of all.
        let last_of_all = delivered.iter().filter(|(list, _)| is_exact(*list)).map(moment).max();
        if has_enough && is_exact(index) {
            let next = throughout.iter().filter(|row| !distinct.contains(row)).min();
            let precedes = next.zip(last_of_all).is_some_and(|(next, last)| *next < last);
            if precedes && !is_cut {
                return Err(format!("list {index} has rows before the last: {delivered:?}"));
            }
        }
    }
    Ok(())
}

#[test]
fn merged_lists_have_every_surviving_row_once_and_in_one_order() {
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failures = Vec::new();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    for seed in seeds(4_000) {
        match play(seed, &runtime) {
            Ok(outcome) => *outcomes.entry(outcome).or_default() += 1,
            Err(what) => failures.push((seed, what)),
        }
    }
    if std::env::var_os("CBR_TEST_CASES").is_some() {
        eprintln!("merged lists: {outcomes:?}");
    }
    report(&failures);
    // Each outcome is common enough to be a test.
    if failures.is_empty() && std::env::var_os("CBR_TEST_SEED").is_none() {
        assert!(["complete", "first rows", "failed"].iter().all(|it| outcomes.contains_key(it)));
    }
}
