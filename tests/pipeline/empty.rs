//! Empty results: the exit code for scripts, and the message on a terminal.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{sandboxed, terminal};

#[test]
fn empty_results_fail_on_request() {
    let expected = "cbr: error: no backup matches\n";
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
        run.exit(7).stderr(expected).run();
        sandboxed(options, &format!("backups {command}")).run();
    }
    for command in ["list", "list --count", "summary"] {
        let run = sandboxed("--backups 1", &format!("backups {command} --fail-on-empty")).run();
        assert!(!run.stdout.is_empty(), "{command}");
    }
}

/// An empty list is proven like any other.
#[test]
fn empty_results_have_a_receipt() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("receipt.json");
    let command = "backups list --min-size 99999 --fail-on-empty --receipt";
    let run = sandboxed("--backups 30", command).arg(&path);
    run.exit(7).stderr("cbr: error: no backup matches\n").run();
    let receipt: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let expected = ["complete", "rows", "listed", "matched"].map(|name| receipt[name].clone());
    assert_eq!(expected, [json!(true), json!(0), json!(30), json!(0)]);
    assert_eq!(receipt["error"], json!({"exit_code": 7, "message": "no backup matches"}));
}

/// One more request at most, and only on a terminal.
#[test]
fn empty_results_are_explained_on_a_terminal() {
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
        (
            "--backups 30",
            "list --resource-type server --min-size 99999",
            "cbr's filters match none of the 3 backups that the service's filters match",
            1,
        ),
        (
            "--backups 30",
            "list --resource-name x --min-size 9",
            "the filters match none of the project's 30 backups",
            2,
        ),
        (
            "--backups 30",
            "list --latest 1 --offset 5",
            "--offset skips all that --latest 1 leaves",
            1,
        ),
        (
            "--backups 30",
            "list --latest 1 --per type --offset 9 --count",
            "--offset skips all that --latest 1 leaves",
            1,
        ),
        ("--backups 30", "list --offset 40", "--offset skips all that match: 30", 1),
        ("--backups 30", "list --offset 40 --min-size 0", "--offset skips all that match: 30", 1),
    ];
    for (options, command, expected, requests) in cases {
        let shown =
            terminal(200, &format!("cbr sandbox {options} -- -v backups {command} > /dev/null"));
        assert_eq!(shown.lines().last(), Some(expected), "{shown}");
        assert_eq!(shown.matches("cbr: debug: GET ").count(), requests, "{shown}");
    }
    let shown = terminal(
        200,
        "cbr sandbox --backups 3 -- backups list --fail-on-empty --min-size 9999 || true",
    );
    let expected = "none of 3 backups matches the filters\ncbr: error: no backup matches\n";
    assert_eq!(shown, expected);
    let shown = terminal(200, "cbr sandbox --backups 30 -- backups list --resource-name x -q");
    assert!(!shown.contains("30"), "{shown}");
    // In a pipe there is no message.
    let run = sandboxed("--backups 30", "backups list --resource-name x").run();
    assert_eq!(run.requests.len(), 1);
}
