//! Where nothing matches: what a script can branch on, and what a person is told.

use crate::harness::{sandboxed, terminal};

#[test]
fn nothing_is_a_failure_where_the_user_asks_for_that() {
    let told = "cbr: error: no backup matches\n";
    let cases = [
        ("--backups 0", "list"),
        ("--backups 0", "list -o json"),
        ("--backups 0", "list -o csv --stream"),
        ("--backups 0", "list --count"),
        ("--backups 0", "summary"),
        ("--backups 30", "list --min-size 99999"),
        ("--backups 30", "list --min-size 99999 --count"),
        ("--backups 30", "list --offset 30 -o csv"),
        ("--backups 30", "list --sort name --offset 30"),
        ("--backups 30", "list --resource-name nothing"),
        ("--backups 30", "summary --by type --min-size 99999"),
    ];
    for (options, command) in cases {
        let run = sandboxed(options, &format!("backups {command} --fail-on-empty"));
        run.exit(4).stderr(told).run();
        sandboxed(options, &format!("backups {command}")).run();
    }
    for command in ["list", "list --count", "summary"] {
        let run = sandboxed("--backups 1", &format!("backups {command} --fail-on-empty")).run();
        assert!(!run.stdout.is_empty(), "{command}");
    }
}

/// One more request at most, and only for a person.
#[test]
fn a_person_is_told_why_there_is_nothing() {
    let cases = [
        ("--backups 0", "list", "the project has no backups", 1),
        ("--backups 0", "list --min-size 9", "the project has no backups", 1),
        ("--backups 0", "list --resource-name x", "the project has no backups", 2),
        (
            "--backups 30",
            "list --resource-name x",
            "the filters match none of the project's 30 backups",
            2,
        ),
        (
            "--backups 30",
            "summary --resource-name x",
            "the filters match none of the project's 30 backups",
            2,
        ),
        ("--backups 30", "list --min-size 99999", "none of 30 backups matches the filters", 1),
        ("--backups 30", "list --offset 40", "--offset skips all that match: 30", 1),
        ("--backups 30", "list --offset 40 --min-size 0", "--offset skips all that match: 30", 1),
    ];
    for (options, command, told, requests) in cases {
        let shown =
            terminal(200, &format!("cbr sandbox {options} -- -v backups {command} > /dev/null"));
        assert_eq!(shown.lines().last(), Some(told), "{shown}");
        assert_eq!(shown.matches("cbr: debug: GET ").count(), requests, "{shown}");
    }
    let shown = terminal(200, "cbr sandbox --backups 30 -- backups list --resource-name x -q");
    assert!(!shown.contains("30"), "{shown}");
    // In a pipe nobody is told.
    let run = sandboxed("--backups 30", "backups list --resource-name x").run();
    assert_eq!(run.requests.len(), 1);
}
