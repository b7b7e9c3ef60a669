//! Backups are created and deleted during a listing: each one that exists throughout is printed
//! once, in order.

use std::collections::HashSet;

use crate::harness::{Run, sandboxed};

fn list(options: &str, flags: &str) -> Run {
    sandboxed(options, &format!("backups list -o jsonl --columns id {flags}")).run()
}

/// Returns the ids that a run printed, and asserts that they differ.
fn ids(run: &Run) -> Vec<&str> {
    let ids: Vec<_> = run.lines().into_iter().map(|line| line.split('"').nth(3).unwrap()).collect();
    let distinct: HashSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "some are printed twice");
    ids
}

/// Asserts that backups that existed throughout are printed in order, and that no other ids appear,
/// whatever changed meanwhile.
fn check(expected: &str, before: &[&str], run: &Run) {
    let printed = ids(run);
    let changed = |ids: fn(&crate::harness::Request) -> &Vec<String>| -> HashSet<&str> {
        run.requests.iter().flat_map(|request| ids(request).iter().map(String::as_str)).collect()
    };
    let deleted = changed(|request| &request.deleted);
    let inserted = changed(|request| &request.inserted);
    assert!(!deleted.is_empty() || !inserted.is_empty(), "{expected}: nothing changed");
    let stayed: Vec<_> = before.iter().copied().filter(|id| !deleted.contains(id)).collect();
    let staying: HashSet<_> = stayed.iter().copied().collect();
    let kept: Vec<_> = printed.iter().copied().filter(|id| staying.contains(id)).collect();
    assert_eq!(kept, stayed, "{expected}: {:?}", run.windows());
    let mut others = printed.iter().filter(|id| !staying.contains(*id));
    assert!(others.all(|id| deleted.contains(id) || inserted.contains(id)), "{expected}");
}

/// Changes between the two requests for the documented account, and the resulting requests.
/// Deletions in front of the seam need one more request, to find the new position.
const CHANGES: &[(&str, &[(u64, u64)])] = &[
    ("delete=0@2", &MENDED),
    ("delete=500@2", &MENDED),
    ("delete=999@2", &MENDED),
    ("delete=998+2@2", &MENDED),
    ("delete=999+3@2", &MENDED),
    ("delete=0+999@2", &[(0, 1000), (0, 1000), (998, 1000), (999, 1000)]),
    ("delete=0+1000@2", &[(0, 1000), (0, 1000), (998, 1000), (999, 1000)]),
    ("delete=1000@2", &PLAIN),
    ("delete=1662@2", &PLAIN),
    ("delete=1000+663@2", &PLAIN),
    ("insert=0@2", &PLAIN),
    ("insert=998@2", &PLAIN),
    ("insert=999@2", &PLAIN),
    ("insert=1000@2", &PLAIN),
    ("insert=1663@2", &PLAIN),
    ("insert=0+999@2", &[(0, 1000), (999, 1000), (1998, 1000)]),
    // As many are created as deleted: the count shows nothing.
    ("delete=0@2 --change insert=0@2", &PLAIN),
    ("delete=999@2 --change insert=0@2", &PLAIN),
    ("delete=0@2 --change insert=1662@2", &MENDED),
    // Another change, while the missing rows are searched.
    ("delete=0@2-3", &MENDED),
    ("delete=0+100@2-9", &MENDED),
    ("insert=0+10@2-9", &PLAIN),
];

/// The requests of a list at rest.
const PLAIN: [(u64, u64); 2] = [(0, 1000), (999, 1000)];
/// The requests of a list with one page more, at the beginning.
const MENDED: [(u64, u64); 3] = [(0, 1000), (0, 1000), (999, 1000)];

#[test]
fn the_documented_account_changes_between_its_two_pages() {
    let before = list("", "");
    let before = ids(&before);
    assert_eq!(before.len(), 1663);
    for (change, windows) in CHANGES {
        let run = list(&format!("--change {change}"), "");
        check(change, &before, &run);
        assert_eq!(run.windows(), *windows, "{change}");
    }
}

/// A tool without an overlap loses this row: the first of the second page.
#[test]
fn a_deletion_between_pages_loses_no_other_row() {
    let before = list("", "");
    let run = list("--change delete=0@2", "");
    assert!(ids(&run).contains(&ids(&before)[1000]));
    // The deleted backup still existed when the first page was read.
    assert_eq!(ids(&run), ids(&before));
}

#[test]
fn every_format_prints_the_same_rows_during_changes() {
    let plain = sandboxed("", "backups list -o csv --columns id").run().stdout;
    for format in ["table", "wide", "csv"] {
        let command = format!("backups list -o {format} --columns id --no-headers");
        let run = sandboxed("--change delete=7@2", &command).run();
        assert_eq!(format!("id\n{}", run.stdout), plain, "{format}");
    }
}

/// Small pages, several at a time, and changes before each of them.
#[test]
fn constant_changes_lose_no_stable_row() {
    let before = list("--backups 150", "");
    let before = ids(&before);
    for seed in 1..=15 {
        let run = list(&format!("--backups 150 --churn {seed}"), "--page-size 7");
        check(&format!("seed {seed}"), &before, &run);
        let run = list(&format!("--backups 150 --churn {seed}"), "--page-size 10 --concurrency 1");
        check(&format!("seed {seed}, one at a time"), &before, &run);
    }
}

/// The smallest pages have the most changes between them; some insert at the same position.
#[test]
fn pages_of_two_rows_print_nothing_twice() {
    let before = list("--backups 50", "");
    for seed in [2, 10, 23, 25] {
        let run = list(&format!("--backups 50 --churn {seed}"), "--page-size 2");
        check(&format!("seed {seed}"), &ids(&before), &run);
    }
}

/// In an order over keys that change, a row may move past the reader. The whole list is then read
/// in the safe order. The first rows, which the service sorts, are read again if they moved.
#[test]
fn an_unstable_order_is_proven_or_refused() {
    let rows = "--backups 60 --change delete=0@2 --change insert=9@3";
    let before = list("--backups 60", "--sort name:asc");
    check("sorted here", &ids(&before), &list(rows, "--sort name:asc --page-size 16"));
    let first = "backups list --sort name:asc --page-size 16 --concurrency 1 --limit 40";
    let run = sandboxed(rows, first).run();
    assert_eq!(run.lines().len(), 1 + 40);
    assert_eq!(run.windows()[..4], [(0, 16), (0, 16), (15, 16), (15, 16)]);
    let expected = ["the list changed while it was read, in an unstable sort order"];
    let run = sandboxed("--backups 90 --change delete=0@*", first);
    let run = run.exit(6).stderr_holds(expected).run();
    assert!((8..=12).contains(&run.requests.len()), "four reads: {:?}", run.windows());
    let at_rest = sandboxed("--backups 60", first).run();
    assert_eq!(at_rest.lines().len(), 1 + 40);
}

/// Backups are created while a page is read, and most are deleted before the next: an empty page
/// proves nothing about the remaining rows.
#[test]
fn an_empty_page_does_not_end_a_list() {
    let cases = [
        // Pages of at most 50 rows without a count: all but the oldest 99 are deleted.
        ("--fault clamp=50@* --fault no-count@*", "insert=0+49@2", "delete=0+350@3", 99),
        // Pages of 100 rows, then of 99, with the count of that moment.
        ("--fault clamp=100@1 --fault clamp=99@2-", "insert=0+99@2", "delete=0+301@3", 198),
    ];
    let before = list("--backups 400", "");
    let before = ids(&before);
    for (faults, created, deleted, survivors) in cases {
        let options = format!("--backups 400 {faults} --change {created} --change {deleted}");
        let run = list(&options, "--concurrency 1");
        check(&options, &before, &run);
        let left = &before[before.len() - survivors..];
        assert!(left.iter().all(|id| ids(&run).contains(id)), "{options}");
    }
}

/// Rows in front of the offset are deleted, so rows of the range move in front of it.
#[test]
fn a_shifted_offset_is_abandoned() {
    let cases = [
        ("--backups 400", "--offset 100 --page-size 50", "delete=0+101@2", 100..400),
        ("--backups 1663", "--offset 600 --page-size 200", "delete=0+700@2", 600..1663),
        // All rows that were read are deleted.
        ("--backups 400", "--offset 100 --page-size 50", "delete=0+160@2", 160..400),
        // Rows that the offset skipped move behind it.
        ("--backups 400", "--offset 100 --page-size 50", "insert=0+70@2", 100..400),
        ("--backups 400", "--offset 100 --page-size 50", "insert=0+300@2", 100..400),
    ];
    for (backups, flags, change, range) in cases {
        let before = list(backups, "");
        let run = list(&format!("{backups} --change {change}"), flags);
        let printed = ids(&run);
        assert_eq!(printed[printed.len() - range.len()..], ids(&before)[range], "{change}");
        assert!(run.requests.len() < 40, "{change}: {} requests", run.requests.len());
    }
}

/// The oldest backups are deleted one by one while pages are read: every survivor is listed, so the
/// listing need not give up.
#[test]
fn deletions_at_the_end_do_not_prevent_the_proof() {
    let before = list("", "");
    let before = ids(&before);
    for step in [1, 2, 3] {
        let deletions = (2..120)
            .map(|request| format!(" --change delete={}@{request}", 1662 - (request - 2) * step))
            .collect::<String>();
        let run = list(&deletions, "--page-size 50 --concurrency 4");
        check(&format!("every {step}"), &before, &run);
    }
}
