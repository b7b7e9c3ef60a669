//! The requests of a listing: their number, offsets and sizes, and no others.

use crate::harness::{Run, sandboxed};

/// Rows in the account, flags, printed rows, and offset and limit of each request. Pages overlap by
/// one row, so a gap is detected.
const LISTINGS: &[(u32, &str, u64, &[(u64, u64)])] = &[
    (0, "", 0, &[(0, 1000)]),
    (1, "", 1, &[(0, 1000)]),
    (999, "", 999, &[(0, 1000)]),
    // A full page may have a successor.
    (1000, "", 1000, &[(0, 1000), (999, 1000)]),
    (1001, "", 1001, &[(0, 1000), (999, 1000)]),
    // Pages that are requested ahead begin a row earlier, since some rows of the account have no
    // microseconds.
    (3000, "", 3000, &[(0, 1000), (999, 1000), (1997, 1000), (2995, 1000)]),
    (25, "--page-size 10", 25, &[(0, 10), (9, 10), (18, 10)]),
    (3, "--page-size 1", 3, &[(0, 1), (0, 2), (1, 2), (2, 2)]),
    (25, "--limit 1", 1, &[(0, 1)]),
    (25, "--limit 5", 5, &[(0, 5)]),
    (25, "--limit 25", 25, &[(0, 25)]),
    (24, "--limit 26", 24, &[(0, 26)]),
    (24, "--limit 5000", 24, &[(0, 1000)]),
    // Some services have pages of that size, so there may be more.
    (25, "--limit 26", 25, &[(0, 26), (24, 2)]),
    (25, "--limit 5000", 25, &[(0, 1000), (24, 25)]),
    (25, "--limit 10 --page-size 10", 10, &[(0, 10)]),
    (25, "--limit 12 --page-size 10", 12, &[(0, 10), (9, 3)]),
    (25, "--limit 19 --page-size 10", 19, &[(0, 10), (9, 10)]),
    (25, "--limit 20 --page-size 10", 20, &[(0, 10), (9, 10), (18, 2)]),
    (2500, "--limit 1500", 1500, &[(0, 1000), (999, 501)]),
    (25, "--offset 20", 5, &[(20, 1000)]),
    (25, "--offset 24 --limit 1", 1, &[(24, 1)]),
    (25, "--offset 25", 0, &[(25, 1000)]),
    (25, "--offset 2147483647", 0, &[(2_147_483_647, 1000)]),
    (25, "--offset 20 --limit 18446744073709551615", 5, &[(20, 1000)]),
    (25, "--offset 5 --limit 11 --page-size 10", 11, &[(5, 10), (14, 2)]),
    (25, "--offset 5 --page-size 10", 20, &[(5, 10), (14, 10), (23, 10)]),
];

fn list(backups: u32, flags: &str) -> Run {
    let command = format!("backups list -o jsonl --columns id {flags}");
    sandboxed(&format!("--backups {backups}"), &command).run()
}

#[test]
fn listings_use_the_minimum_of_requests() {
    for &(backups, flags, rows, windows) in LISTINGS {
        let run = list(backups, flags);
        assert_eq!(run.lines().len() as u64, rows, "{backups} {flags}");
        assert_eq!(run.windows(), windows, "{backups} {flags}");
        assert!(run.requests.iter().all(|request| request.status == Some(200)));
    }
}

#[test]
fn limit_and_offset_select_a_range_of_the_list() {
    let whole = list(25, "");
    let whole = whole.lines();
    for (flags, piece) in [
        ("--limit 7", 0..7),
        ("--offset 7", 7..25),
        ("--offset 3 --limit 19 --page-size 5", 3..22),
        ("--page-size 1 --limit 4 --offset 20", 20..24),
        ("--page-size 3", 0..25),
        // Some need one row more, since the order of earlier rows is unknown.
        ("--page-size 2", 0..25),
    ] {
        assert_eq!(list(25, flags).lines(), whole[piece], "{flags}");
    }
}

#[test]
fn each_page_has_the_same_filters_and_order() {
    let flags = "--page-size 5 --status available --name b --sort created_at:asc";
    let run = list(60, flags);
    assert!(run.requests.len() > 3, "{:?}", run.requests);
    for request in &run.requests {
        assert_eq!(request.filters(), [("name", "b"), ("status", "available")]);
        assert_eq!(request.value("sort"), Some("created_at:asc,id:asc"));
    }
}
