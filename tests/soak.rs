//! Listings under random faults and random changes: slow, failing and truncated answers, and
//! throttling. Each listing must be complete in the end.
//!
//! `CBR_TEST_SOAK` sets the number of listings.

use std::collections::HashSet;
use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::harness::{Run, sandboxed};

const BACKUPS: &str = "--backups 3000";

fn list(options: &str) -> Run {
    let command = "backups list -o jsonl --columns id --page-size 300 --retries 12";
    sandboxed(&format!("{BACKUPS} {options}"), command).run()
}

/// Returns the error of the listing with this seed, if any.
fn fault(seed: u64, before: &Run) -> Option<String> {
    let run = list(&format!("--churn {seed} --chaos {seed}"));
    let rows = run.lines();
    let printed: HashSet<_> = rows.iter().copied().collect();
    if printed.len() < rows.len() {
        return Some(format!("seed {seed}: some are printed twice"));
    }
    let gone: HashSet<_> = run.requests.iter().flat_map(|request| &request.deleted).collect();
    let id = |line: &str| line.split('"').nth(3).map(str::to_owned);
    let stayed = |line: &&str| id(line).is_some_and(|id| !gone.contains(&id));
    let lost = before.lines().into_iter().filter(stayed).find(|line| !printed.contains(line));
    lost.map(|line| format!("seed {seed}: {line} is lost"))
}

#[test]
fn random_faults_and_changes_lose_no_row() {
    let listings = env::var("CBR_TEST_SOAK").map_or(8, |number| number.parse().unwrap());
    let before = list("");
    assert_eq!(before.lines().len(), 3000);
    let next = AtomicU64::new(1);
    let work = || {
        let seeds = std::iter::from_fn(|| {
            Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed <= listings)
        });
        seeds.filter_map(|seed| fault(seed, &before)).collect::<Vec<_>>()
    };
    let faults: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{} of {listings} went wrong:\n{}", faults.len(), faults.join("\n"));
}
