//! `--count`: the number alone, with as few requests as possible.

use crate::harness::{Run, sandboxed};

fn count(options: &str, flags: &str) -> Run {
    sandboxed(options, &format!("backups list --count {flags}")).run()
}

#[test]
fn one_request_is_enough_if_the_service_counts() {
    let cases = [
        ("", "", 1663),
        ("", "--resource-type server", 150),
        ("", "--resource-type server --page-size 7", 150),
        ("", "--limit 5", 5),
        ("", "--offset 1660", 3),
        ("", "--offset 1660 --limit 2", 2),
        ("", "--offset 5000", 0),
        ("--backups 0", "", 0),
        ("--backups 2", "", 2),
        ("--backups 1000000", "", 1_000_000),
    ];
    for (options, flags, expected) in cases {
        let run = count(options, flags);
        assert_eq!(run.stdout, format!("{expected}\n"), "{options} {flags}");
        assert_eq!(run.windows(), [(0, 1)], "{options} {flags}");
    }
}

/// If the count is not reliable, everything is read.
#[test]
fn all_rows_are_read_if_the_count_is_not_enough() {
    for fault in ["no-count", "count=0", "count=1", "count=-1"] {
        let run = count(&format!("--backups 30 --fault {fault}@*"), "--page-size 10");
        assert_eq!(run.stdout, "30\n", "{fault}");
        assert!(run.requests.len() > 3, "{fault}");
    }
    // A service that counts the rows of the page would report the same.
    let run = count("--backups 1", "");
    assert_eq!((run.stdout.as_str(), run.windows()), ("1\n", vec![(0, 1), (0, 1000)]));
}

#[test]
fn local_filters_are_counted_locally() {
    let read = [(0, 1000), (999, 1000)];
    assert_eq!(count("", "--min-size 0").windows(), read);
    assert_eq!(count("", "--latest 1 --per type").stdout, "7\n");
    assert_eq!(count("", "--latest 1 --per type").windows(), read);
    // A number with a proof.
    let run = count("--backups 30", "--page-size 20 --receipt /dev/null");
    assert_eq!((run.stdout.as_str(), run.windows()), ("30\n", vec![(0, 20), (19, 20)]));
}

#[test]
fn a_number_has_no_format() {
    for flags in ["-o json", "--ids", "--columns id", "--no-headers", "--stream", "--sort name"] {
        let run = sandboxed("--backups 3", &format!("backups list --count {flags}")).exit(2);
        let run = run.stderr_holds(["--count", "cannot be used with"]).run();
        assert!(run.requests.is_empty(), "{flags}");
    }
}
