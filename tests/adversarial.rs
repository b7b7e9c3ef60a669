//! Services that break their own documentation: the list is complete, or the run fails.

use crate::harness::{Answer, Cbr, Run, Service, sandboxed};

/// Thirty rows in pages of ten.
fn list(faults: &str) -> Cbr {
    let command = "backups list --page-size 10 -o jsonl --columns id";
    sandboxed(&format!("--backups 30 {faults}"), command)
}

/// Asserts that a run printed all thirty rows, once each and in order.
fn assert_whole(run: &Run, expected: &str) {
    let whole = list("").run();
    assert_eq!(whole.lines().len(), 30);
    assert_eq!(run.stdout, whole.stdout, "{expected}");
}

/// Faults of every answer, and the requests that still prove the list complete.
const HARMLESS: &[(&str, &[(u64, u64)])] = &[
    // No count, or one that is too low: the last row is requested again, alone.
    ("--fault no-count@*", &TO_THE_END),
    ("--fault count=-1@*", &TO_THE_END),
    ("--fault count=0@*", &TO_THE_END),
    ("--fault count=5@*", &TO_THE_END),
    ("--fault count=15@*", &TO_THE_END),
    ("--fault count=29@*", &TO_THE_END),
    // Fewer rows than requested, with a count that announces more.
    ("--fault clamp=7@*", &[(0, 10), (6, 7), (12, 7), (18, 7), (24, 7)]),
    (
        "--fault clamp=7@* --fault no-count@*",
        &[(0, 10), (6, 10), (12, 10), (18, 10), (24, 10), (29, 10)],
    ),
    // More rows than requested.
    ("--fault ignore-limit@*", &[(0, 10), (29, 10)]),
];

const TO_THE_END: [(u64, u64); 5] = [(0, 10), (9, 10), (18, 10), (27, 10), (29, 10)];

#[test]
fn wrong_counts_and_pages_lose_no_row() {
    for (faults, windows) in HARMLESS {
        let run = list(faults).run();
        assert_whole(&run, faults);
        assert_eq!(run.windows(), *windows, "{faults}");
    }
}

/// Faults of one answer only: the other answers outweigh it.
#[test]
fn transient_inconsistencies_lose_no_row() {
    for lie in [
        "count=0", "count=9", "count=31", "count=99", "no-count", "end=0", "end=12", "clamp=1",
        "repeat",
    ] {
        for when in ["1", "2", "3", "4"] {
            let faults = format!("--fault {lie}@{when}");
            assert_whole(&list(&faults).run(), &faults);
        }
    }
}

#[test]
fn a_row_that_is_repeated_on_every_page_is_printed_once() {
    assert_whole(&list("--fault repeat@*").run(), "repeat");
}

/// Faults that look the same as a list that lost rows.
const UNPROVEN: &[(&str, &str)] = &[
    ("--fault count=31@*", "the service counts more backups than it lists (30 seen, 31 counted)"),
    ("--fault count=99@*", "the service counts more backups than it lists (30 seen, 99 counted)"),
    ("--fault end=15@*", "the service counts more backups than it lists (15 seen, 30 counted)"),
    ("--fault end=0@*", "the service counts more backups than it lists (0 seen, 30 counted)"),
    (
        "--fault end=15@2- --fault no-count@2-",
        "the service counts more backups than it lists (15 seen, 30 counted)",
    ),
    (
        "--fault end=0@2- --fault no-count@2-",
        "the service counts more backups than it lists (10 seen, 30 counted)",
    ),
    ("--fault hide=4@*", "the service counts more backups than it lists (29 seen, 30 counted)"),
    ("--fault hide=29@*", "the service counts more backups than it lists (29 seen, 30 counted)"),
    (
        "--fault hide=12@* --fault no-count@2-",
        "the service counts more backups than it lists (29 seen, 30 counted)",
    ),
    (
        "--fault wrap-offset@*",
        "the service counts more backups than it lists (10 seen, 30 counted)",
    ),
    ("--fault end=0@2-", "the service counts more backups than it lists (10 seen, 30 counted)"),
    (
        "--fault ignore-offset@*",
        "the service returns the same backups for every offset (10 seen, 30 counted)",
    ),
    (
        "--fault clamp=1@*",
        "the service returns the same backups for every offset (1 seen, 30 counted)",
    ),
];

#[test]
fn unprovable_listings_fail() {
    for (faults, reason) in UNPROVEN {
        let expected = format!(
            "cbr: error: the listing could not be proven complete: {reason}\n\
             cbr: hint: run it again; if it persists, try a smaller --page-size\n"
        );
        let run = list(faults).exit(6).stderr(expected).run();
        // It gives up in the end, without many requests.
        assert!(run.requests.len() < 100, "{faults}: {}", run.requests.len());
    }
}

/// The service does not sort as requested, so rows could move unseen: the list must not change.
#[test]
fn another_order_is_proven_if_nothing_changes() {
    let expected = "cbr: warning: the service did not sort as requested, so a change of the list may \
                be unnoticed\n";
    for fault in ["", " --fault no-count@*"] {
        let run = list(&format!("--fault ignore-sort@*{fault}")).stderr(expected).run();
        let mut ids = run.lines();
        assert!(ids.is_sorted(), "{ids:?}");
        ids.dedup();
        assert_eq!(ids.len(), 30);
    }
    let expected = ["the list changed while it was read, in an unstable sort order"];
    let run = list("--fault ignore-sort@* --change delete=3@2-40");
    run.exit(6).stderr_holds(expected).run();
}

/// A page that is shorter than requested and claims to be all is believed only if no service has
/// pages of that size.
#[test]
fn rows_after_a_short_page_are_requested() {
    let list = |backups: u64, faults: &str| {
        let options = format!("--backups {backups} {faults}");
        sandboxed(&options, "backups list -o jsonl --columns id").run()
    };
    let whole = list(250, "");
    for size in [10, 50, 100, 200] {
        let run = list(250, &format!("--fault clamp={size}@* --fault count-page@*"));
        assert_eq!(run.stdout, whole.stdout, "{size}");
    }
    assert_eq!(list(150, "").windows(), [(0, 1000)]);
    assert_eq!(list(100, "").windows(), [(0, 1000), (99, 100)]);
}

/// A page of at most ten rows that counts itself, from a service whose rows all share a moment: the
/// whole list is printed, or the run fails. If the page is as long as the list, it is the list.
#[test]
fn page_counts_are_distrusted_when_all_times_tie() {
    let row = |number: u64| {
        format!(
            r#"{{"id":"00000000-0000-4000-8000-{number:012}","created_at":"2026-11-01T02:00:00"}}"#
        )
    };
    for (rows, exit) in [(10, 0), (25, 6)] {
        let service = Service::start(move |request, _| {
            let number = |name: &str| -> u64 {
                let value = request.line.split(['?', '&']).find_map(|pair| pair.strip_prefix(name));
                value.map_or(0, |value| value.parse().unwrap())
            };
            let (offset, limit) = (number("offset="), number("limit=").min(10));
            let page: Vec<_> = (offset..rows.min(offset + limit)).map(row).collect();
            let page: Vec<_> = page.iter().map(String::as_str).collect();
            let count = if rows == 10 { rows as usize } else { page.len() };
            Answer::page(&page, &count.to_string())
        });
        let run = service.cbr("backups list -o ids").env("CBR_TOKEN", "t").exit(exit);
        let expected = ["an unstable sort order"];
        let run = if exit == 0 { run.run() } else { run.stderr_holds(expected).run() };
        let printed = if exit == 0 { rows } else { 0 };
        assert_eq!(run.stdout.lines().count() as u64, printed, "{rows}");
    }
}

/// With an offset, rows beyond the count belong to another part of the list.
#[test]
fn rows_beyond_the_count_are_an_error() {
    let expected = "cbr: error: the listing could not be proven complete: the service returns backups \
                past the end that it counts (10 seen, 30 counted)\n\
                cbr: hint: run it again; if it persists, try a smaller --page-size\n";
    let command = "backups list --limit 10 --offset 25";
    sandboxed("--backups 30 --fault ignore-offset@*", command).exit(6).stderr(expected).run();
}

/// The documented account, with all of its backups.
#[test]
fn the_default_account_is_complete_with_every_harmless_misbehavior() {
    let whole = sandboxed("", "backups list -o jsonl --columns id").run();
    for faults in [
        "--fault clamp=100@*",
        "--fault clamp=500@* --fault no-count@*",
        "--fault count=10@*",
        "--fault count=1000@*",
        "--fault no-count@*",
        "--fault clamp=500@* --change delete=0@3",
        "--fault no-count@* --change delete=0@2",
    ] {
        let run = sandboxed(faults, "backups list -o jsonl --columns id").run();
        assert_eq!(run.stdout, whole.stdout, "{faults}");
    }
}
