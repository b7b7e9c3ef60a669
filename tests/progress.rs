//! Progress, as people see it on a terminal: how far it is, and why it waits.

use crate::harness::terminal;

/// What came up on the terminal, without what erases it again.
fn shown(options: &str, flags: &str) -> String {
    terminal(100, &format!("cbr sandbox {options} -- backups list {flags} >/dev/null"))
}

/// Each pause is longer than it takes until there is progress to see.
#[test]
fn long_runs_show_progress_or_the_reason_for_waiting() {
    let cases = [
        ("--latency 700ms", "1,000 of 3,000 backups · "),
        ("--latency 700ms", "/s "),
        ("--fault 429=2@2", " of 3,000 backups · throttled (429 APIGW.0308), again in 2 s"),
        ("--fault 503=2@2", " of 3,000 backups · 503 APIGW.0613, again in 2 s"),
        ("--fault 429=2@1", "0 backups · throttled (429 APIGW.0308), again in 2 s"),
    ];
    for (options, expected) in cases {
        let shown = shown(&format!("--backups 3000 {options}"), "--concurrency 1");
        assert!(shown.contains(expected), "{options}: {shown:?}");
        let (_, last) = shown.rsplit_once('\r').unwrap_or_default();
        assert!(last.contains("3,000 backups · 4 pages · "), "{options}: {shown:?}");
    }
}

/// Nothing is left of it, and where nobody watches there is none.
#[test]
fn short_and_quiet_runs_show_no_progress() {
    // One backup, so that a slow machine is quick enough too.
    for (options, flags) in [("--backups 1", ""), ("--backups 3000 --latency 700ms", "--quiet")] {
        let shown = shown(options, flags);
        assert!(!shown.contains(" of 3,000") && !shown.contains(" of 1 "), "{options}: {shown:?}");
    }
}
