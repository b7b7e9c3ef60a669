//! Progress on a terminal: how much is read, and the reason for waiting.

use crate::harness::terminal;

/// Returns the text that the terminal received, without the sequences that erase it.
fn shown(options: &str, flags: &str) -> String {
    terminal(100, &format!("cbr sandbox {options} -- backups list {flags} >/dev/null"))
}

/// Each pause is longer than the delay before progress is shown.
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

/// The line is erased at the end, and never printed in a pipe.
#[test]
fn short_and_quiet_runs_show_no_progress() {
    // One backup, so that a slow machine is quick enough too.
    for (options, flags) in [("--backups 1", ""), ("--backups 3000 --latency 700ms", "--quiet")] {
        let shown = shown(options, flags);
        assert!(!shown.contains(" of 3,000") && !shown.contains(" of 1 "), "{options}: {shown:?}");
    }
}
