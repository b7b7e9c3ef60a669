//! Usage errors: rejected before a request, with the name of the flag and what would work.

use std::os::unix::fs::symlink;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{cbr, program, sandboxed};

/// Arguments of `list`, and parts of the message.
const WRONG: &[(&[&str], &[&str])] = &[
    (&["--limit", "0"], &["'0'", "--limit", "must be a whole number, 1 or more"]),
    (&["--limit", "-1"], &["'-1'", "--limit", "must be a whole number, 1 or more"]),
    (&["--limit", "ten"], &["'ten'", "--limit", "must be a whole number, 1 or more"]),
    (&["--limit", "99999999999999999999"], &["--limit", "must be a whole number, 1 or more"]),
    (&["--receipt", "-"], &["'-'", "--receipt", "give a file, or /dev/stderr"]),
    (&["--limit"], &["a value is required", "--limit"]),
    (&["--offset", "-1"], &["--offset", "must be a whole number from 0 to 2147483647"]),
    (&["--offset", "2147483648"], &["--offset", "must be a whole number from 0 to 2147483647"]),
    (&["--page-size", "0"], &["--page-size", "must be a whole number from 1 to 1000"]),
    (&["--page-size", "1001"], &["--page-size", "must be a whole number from 1 to 1000"]),
    (&["--used-percent", "0"], &["--used-percent", "must be a whole number from 1 to 100"]),
    (&["--used-percent", "101"], &["--used-percent", "must be a whole number from 1 to 100"]),
    (&["--used-percent", "50%"], &["--used-percent", "must be a whole number from 1 to 100"]),
    (&["--sort", "colour"], &["--sort", "unknown column `colour`", "'cbr help columns' lists"]),
    (
        &["--columns", "naem"],
        &["invalid value 'naem'", "exists: 'name'", "'cbr help columns' lists"],
    ),
    (&["--columns", "id,-naem"], &["exists: 'name'", "'cbr help columns' lists all"]),
    (&["--columns", "zzz"], &["'zzz' for '--columns", "'cbr help columns' lists all"]),
    (&["--sort", "creatd"], &["--sort", "did you mean `created_at`?"]),
    (&["--sort", "name:up"], &["--sort", "direction `up`: use asc or desc"]),
    (&["--sort", "name,name"], &["--sort", "`name` is listed twice"]),
    (&["--sort", "-name:asc"], &["--sort", "`-name:asc` has two directions"]),
    (&["--count", "--reverse"], &["--count", "--reverse", "cannot be used with"]),
    (&["--sort", ""], &["--sort", "unknown column ``", "'cbr help columns' lists"]),
    (&["--since", "soon"], &["'soon'", "--since", "2026-11-01"]),
    (&["--since", "7x"], &["'7x'", "--since", "a span such as 36h, 7d, 2w, 1mo or 1y"]),
    (&["--since", "30m"], &["--since", "minutes or months; write 30min or 1mo"]),
    (&["--since", "soon"], &["'soon'", "--since", "now, today, yesterday, or a span such as 36h"]),
    (&["--older-than", "2026-13-01"], &["--older-than", "not a time", "7d, 2w, 1mo or 1y"]),
    (&["--since", "2026-11-19T23:00:00[Foo/Bar]"], &["--since", "a zone `Foo/Bar`", "+01:00"]),
    (&["--expires-before", "soon"], &["'soon'", "--expires-before", "not a time"]),
    (&["--min-size", "-1"], &["'-1'", "--min-size", "must be a whole number, 0 or more"]),
    (
        &["--max-size", "10GB"],
        &["'10GB'", "--max-size", "sizes are in GB: write 10, without the unit"],
    ),
    (&["--min-size", "10 g"], &["--min-size", "write 10, without the unit"]),
    (&["--min-size", "1TB"], &["--min-size", "sizes are in GB, without the unit"]),
    (&["--min-size", "1.5"], &["--min-size", "must be a whole number, 0 or more"]),
    (&["--name-matches", ""], &["--name-matches", "empty"]),
    (&["--resource-name-matches", "/(/"], &["--resource-name-matches", "not a regular expression"]),
    (&["--automatic=maybe"], &["'maybe'", "--automatic", "[possible values: true, false]"]),
    (&["--latest", "0"], &["--latest", "must be a whole number, 1 or more"]),
    (
        &["--min-size", "2", "--max-size", "1"],
        &["--min-size 2 is more than --max-size 1, so nothing can match"],
    ),
    (&["--until", "2026-02-30"], &["--until", "not a time"]),
    (&["--since", "1969-12-31"], &["--since", "before 1970"]),
    (
        &["--since", "2026-02-01", "--until", "2026-01-01"],
        &["--since", "--until", "nothing can match"],
    ),
    (&["--incremental=yes"], &["'yes'", "--incremental", "[possible values: true, false]"]),
    (&["--dec=1"], &["--dec", "[possible values: true, false]"]),
    (&["--show-replication=TRUE"], &["--show-replication", "[possible values: true, false]"]),
    (&["--incremental", "no"], &["'no'", "--incremental", "[possible values: true, false]"]),
    (&["--colums", "id"], &["unexpected argument '--colums'", "'--columns'"]),
    (&["--stauts", "error"], &["unexpected argument '--stauts'", "'--status'"]),
    (&["--page_size", "3"], &["unexpected argument '--page_size'", "'--page-size'"]),
    (&["--vault-id", ""], &["--vault-id", "empty"]),
    (&["--checkpoint-id", ""], &["--checkpoint-id", "empty"]),
    (&["--parent-id", ""], &["--parent-id", "empty"]),
    (&["--resource-id", ""], &["--resource-id", "empty"]),
    (&["--resource-name", ""], &["--resource-name", "empty"]),
    (&["--resource-az", ""], &["--resource-az", "empty"]),
    (&["--name", ""], &["--name", "empty"]),
    (&["--enterprise-project-id", ""], &["--enterprise-project-id", "empty"]),
    (&["--resource-type", ""], &["--resource-type"]),
    (&["--status", ""], &["--status"]),
    (&["--status", " "], &["--status"]),
    (&["--status", "available,,error"], &["--status"]),
    (&["--image-type", ""], &["--image-type"]),
    (&["--own-type", ""], &["--own-type"]),
    (&["--member-status", ""], &["--member-status"]),
    (
        &["--output", "jsn"],
        &[
            "'jsn'",
            "--output",
            "table, wide, long, json, jsonl, csv, tsv, yaml, markdown, ids",
            "'json'",
        ],
    ),
    (&["-o", "xml"], &["'xml'", "--output", "table, wide, long, json, jsonl, csv"]),
    (
        &["--columns", "default,+vaul"],
        &["'vaul'", "--columns", "a similar value exists: 'vault_id'"],
    ),
    (&["--columns", "-nam"], &["'nam'", "--columns", "a similar value exists: 'name'"]),
    (&["--columns=-all"], &["--columns", "drops every column"]),
    (&["--time", "soon"], &["'soon'", "--time", "utc, local, relative, raw"]),
    (&["-o", "csv", "--time", "raw"], &["--time", "--output csv"]),
    (&["--csv-bom"], &["--csv-bom", "--output table"]),
    (&["-o", "tsv", "--csv-safe"], &["--csv-safe", "--output tsv"]),
    (&["-o", "ids", "--columns", "id"], &["--columns", "--output ids"]),
    (&["--ids", "--columns", "id"], &["--columns", "--output ids"]),
    (&["--ids", "-o", "json"], &["--ids", "--output"]),
    (&["-o", "ids", "--no-headers"], &["--no-headers", "--output ids"]),
    (&["--columns", "id,nam"], &["'nam'", "--columns", "a similar value exists: 'name'"]),
    (&["--columns", "id,id"], &["'id'", "--columns", "twice"]),
    (&["--columns", ""], &["--columns"]),
    (&["--columns", "id,"], &["--columns"]),
    (&["-o", "json", "--no-headers"], &["--no-headers", "--output json"]),
    (&["-o", "jsonl", "--no-headers"], &["--no-headers", "--output jsonl"]),
    (&["--concurrency", "0"], &["--concurrency", "must be a whole number from 1 to 64"]),
    (&["--concurrency", "65"], &["--concurrency", "must be a whole number from 1 to 64"]),
    (&["--stream"], &["--stream", "--output table", "use jsonl, csv, tsv or ids"]),
    (&["--stream", "-o", "json"], &["--stream", "--output json", "use jsonl, csv, tsv or ids"]),
    (&["--quiet", "--verbose"], &["--quiet", "--verbose", "cannot be used with"]),
    (&["--timeout", "0s"], &["--timeout", "30s"]),
    (&["--timeout", "30"], &["--timeout", "30s"]),
    (&["--timeout", "-5s"], &["--timeout", "30s"]),
    (&["--retries", "101"], &["--retries", "must be a whole number from 0 to 100"]),
    (&["--retries", "-1"], &["--retries", "must be a whole number from 0 to 100"]),
    (&["--resource-typ", "server"], &["--resource-typ", "'--resource-type'"]),
    (&["--limit", "1", "--limit", "2"], &["--limit", "cannot be used multiple times"]),
    (&["server"], &["unexpected argument 'server'"]),
];

#[test]
fn invalid_values_are_rejected_before_any_request() {
    for (args, parts) in WRONG {
        let run = sandboxed("--backups 3", "backups list").args(*args);
        let run = run.exit(2).stderr_holds(parts.iter().copied()).run();
        assert!(run.requests.is_empty(), "{args:?}");
    }
}

#[test]
fn a_name_has_at_most_255_characters() {
    let longest = "备".repeat(255);
    let run = sandboxed("--backups 3", "backups list -o json --name").arg(&longest).run();
    assert_eq!(run.requests[0].filters(), [("name", longest.as_str())]);
    let expected = ["--name", "256 characters, but a name has at most 255"];
    let run = sandboxed("--backups 3", "backups list --name").arg("备".repeat(256));
    assert!(run.exit(2).stderr_holds(expected).run().requests.is_empty());
}

#[test]
fn parser_messages_are_complete() {
    let expected = "cbr: error: invalid value '1001' for '--page-size <N>': must be a whole number \
                from 1 to 1000\n\
                cbr: hint: see 'cbr backups list --help'\n";
    cbr("backups list --page-size 1001").exit(2).stderr(expected).run();
}

#[test]
fn missing_and_unknown_commands_are_errors() {
    let cases = [
        ("", ["requires a subcommand", "backups"]),
        ("backups", ["requires a subcommand", "list"]),
        ("backup list", ["unrecognized subcommand 'backup'", "'backups'"]),
        ("backups lst", ["unrecognized subcommand 'lst'", "'list'"]),
        ("backups show", ["required arguments were not provided", "<ID>"]),
        ("list", ["unrecognized subcommand 'list'", "'backups list'"]),
        ("lst", ["unrecognized subcommand 'lst'", "'backups list'"]),
        ("ls", ["unrecognized subcommand 'ls'", "'backups list'"]),
        ("show x", ["unrecognized subcommand 'show'", "'backups show'"]),
        ("backups get x", ["unrecognized subcommand 'get'", "'backups show'"]),
        ("backups describe x", ["unrecognized subcommand 'describe'", "'backups show'"]),
        ("configure", ["unrecognized subcommand 'configure'", "'config'"]),
        ("config edit x", ["unrecognized subcommand 'edit'", "'config set'"]),
        ("config rm x", ["unrecognized subcommand 'rm'", "'config unset'"]),
        ("auth login", ["unrecognized subcommand 'login'", "'auth check'"]),
        ("completion bash", ["unrecognized subcommand 'completion'", "'completions'"]),
        ("version", ["unrecognized subcommand 'version'", "hint: use the flag: 'cbr --version'"]),
        (
            "policies list",
            ["unrecognized subcommand 'policies'\n", "cbr: hint: 'cbr help' lists the commands"],
        ),
    ];
    for (args, expected) in cases {
        cbr(args).exit(2).stderr_holds(expected).run();
    }
}

#[test]
fn flags_of_other_tools_suggest_ours() {
    let cases = [
        ("backups list --format json", "'--output'"),
        ("backups list --json", "'-o json'"),
        ("backups summary --csv", "'-o csv'"),
        ("backups show x --yaml", "'-o yaml'"),
        ("backups list --tenant x", "'--project-id'"),
        ("auth check --tenant x", "'--project-id'"),
        ("backups list --type server", "'--resource-type'"),
        ("backups list --size 5", "'--min-size'"),
        ("backups list --group-by vault", "'--latest 1 --per'"),
        ("backups summary --group-by vault", "'--by'"),
        ("backups list --order-by name", "'--sort'"),
        ("backups list -f json", "'--output'"),
        ("backups list -c id", "'--columns'"),
        ("backups list --cli-region x", "'--region'"),
        ("auth check --cli-profile x", "'--profile'"),
        ("backups list --all-regions", "'--all-projects'"),
        ("backups list --manual", "'--automatic=false'"),
        ("backups list --utc", "'--time utc'"),
        ("backups list --debug", "'--verbose'"),
    ];
    for (args, flag) in cases {
        let given = args.split(' ').find(|word| word.starts_with('-')).unwrap();
        let expected =
            format!("cbr: error: unexpected argument '{given}' found\ncbr: hint: use {flag}\n");
        cbr(args).exit(2).stderr(expected).run();
    }
    // Unneeded, meaningless and misspelled flags: none is mistaken for another.
    let cases = [
        ("backups list --all", "hint: every backup is read, unless a flag such as --limit"),
        ("backups summary --all", "hint: every backup is read"),
        ("backups list --exclude x", "hint: filters select what to list: 'cbr help filters'"),
        ("backups list --filter a=b", "hint: each filter is a flag, such as --status error"),
        ("backups list --query x", "hint: jq selects fields: cbr backups list -o json | jq"),
        ("backups summary --cli-query x", "hint: jq selects fields"),
        ("backups list --colour never", "exists: '--color'"),
        ("backups list --limt 5", "exists: '--limit'"),
    ];
    for (args, tip) in cases {
        let run = cbr(args).exit(2).stderr_holds(["unexpected argument", tip]).run();
        assert!(!run.stderr.contains("--cloud"), "{}", run.stderr);
    }
    // If the suggestion would fail as well, it is not printed.
    let run = cbr("man --format x").exit(2).stderr_holds(["unexpected argument '--format'"]).run();
    assert!(!run.stderr.contains("--output"), "{}", run.stderr);
}

/// The file of the program may have another name, such as one with a version.
#[test]
fn hints_do_not_depend_on_the_name_of_the_file() {
    let directory = TempDir::new().unwrap();
    let renamed = directory.path().join("cbr-0.1");
    symlink(program(), &renamed).unwrap();
    let output =
        Command::new(&renamed).args(["backups", "list", "--filter", "x"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("hint: each filter is a flag"), "{stderr}");
}

#[test]
fn a_summary_has_no_ids() {
    let expected = ["a summary has no ids", "'--output ids'"];
    let run = cbr("backups summary -o ids").exit(2).stderr_holds(expected).run();
    assert!(!run.stderr.contains("--by"), "{}", run.stderr);
}

#[test]
fn misplaced_arguments_get_a_hint() {
    let cases = [
        ("-o json backups list", "hint: '-o' is a flag of 'cbr backups list': put it after that"),
        ("--limit 5 backups list", "hint: '--limit' is a flag of 'cbr backups list': put it after"),
        ("--start-time 7d backups list", "'--start-time' is a flag of 'cbr backups list'"),
        ("backups --limit 5 list", "'--limit' is a flag of 'cbr backups list'"),
        ("sandbox backups list", "hint: put the command after '--': cbr sandbox -- backups"),
        ("backups list server", "hint: filters are flags: 'cbr help filters' describes them"),
    ];
    for (args, tip) in cases {
        cbr(args).exit(2).stderr_holds(["unexpected argument", tip]).run();
    }
}

/// Also if the program finds the error, and not the parser.
#[test]
fn the_hint_names_the_help_of_the_command() {
    let cases = [
        ("backups list -o json --no-headers", "see 'cbr backups list --help'"),
        ("backups list --since 2026-02-01 --until 2026-01-01", "see 'cbr backups list --help'"),
        ("backups ls --limit 0", "see 'cbr backups list --help'"),
        ("backups show x -o json --no-headers", "see 'cbr backups show --help'"),
        ("backups", "see 'cbr backups --help'"),
        ("", "see 'cbr --help'"),
    ];
    for (args, hint) in cases {
        let hint = format!("\ncbr: hint: {hint}\n");
        let run = cbr(args).exit(2).stderr_holds([hint.as_str()]).run();
        assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    }
}

#[test]
fn commands_that_change_something_are_answered_with_read_only() {
    for word in ["create", "delete", "restore", "rm", "copy", "update", "share"] {
        for args in [format!("backups {word} x"), format!("{word} x")] {
            let expected = format!(
                "cbr: error: unrecognized subcommand '{word}'\n\
                 cbr: hint: cbr is read-only: it never creates, changes, restores or deletes \
                 backups\n"
            );
            cbr(&args).exit(2).stderr(expected).run();
        }
    }
}

/// The global flags, each with a valid value, and whether only requests depend on it.
const GLOBAL: [(&str, bool); 18] = [
    ("--region eu-de", true),
    ("--project-id p", true),
    ("--endpoint http://127.0.0.1:1", true),
    ("--profile p", true),
    ("--cloud c", true),
    ("--access-key AK", true),
    ("--secret-key-file f", true),
    ("--security-token-file f", true),
    ("--token-file f", true),
    ("--ca-file f", true),
    ("--insecure", true),
    ("--timeout 5s", true),
    ("--retries 3", true),
    ("--verbose", true),
    ("--quiet", false),
    ("--error-format text", false),
    ("--color never", false),
    ("--no-pager", false),
];

#[test]
fn global_flags_are_rejected_by_commands_that_would_ignore_them() {
    let commands =
        ["config path", "config show", "man", "help", "help filters", "completions bash"];
    for command in commands {
        for (flag, for_requests) in GLOBAL {
            for line in [format!("{command} {flag}"), format!("{flag} {command}")] {
                if !for_requests {
                    cbr(&line).stderr_holds([]).run();
                    continue;
                }
                let name = flag.split(' ').next().unwrap();
                let called = command.trim_end_matches(" filters").trim_end_matches(" bash");
                let expected = format!(
                    "cbr: error: the argument '{name}' has no effect on 'cbr {called}'\ncbr: hint: \
                     '{name}' is for commands that send requests: 'cbr backups' and 'cbr auth'\n"
                );
                cbr(&line).exit(2).stderr(expected).run();
            }
        }
    }
}

#[test]
fn the_sandbox_rejects_the_flags_of_the_command_in_it() {
    for (flag, _) in GLOBAL {
        let name = flag.split(' ').next().unwrap();
        let line = format!("sandbox {flag} -- backups list --count");
        if name == "--error-format" {
            cbr(&line).run();
            continue;
        }
        let expected = [
            format!("cbr: error: the argument '{name}' has no effect on 'cbr sandbox'\n"),
            format!(
                "cbr: hint: give it to the command after '--': cbr sandbox -- COMMAND {name}\n"
            ),
        ];
        cbr(&line).exit(2).stderr_holds(expected.iter().map(String::as_str)).run();
    }
}

#[test]
fn optional_values_can_follow_a_space() {
    let sent = |flags: &str| {
        let run = sandboxed("--backups 3", &format!("backups list {flags} -o jsonl")).run();
        run.requests[0].filters().first().map(|(_, value)| value.to_string())
    };
    for (flags, value) in [
        ("--incremental false", "false"),
        ("--incremental=false", "false"),
        ("--incremental", "true"),
        ("--incremental --page-size 10", "true"),
    ] {
        assert_eq!(sent(flags).as_deref(), Some(value), "{flags}");
    }
}

#[test]
fn help_goes_to_stdout() {
    for args in ["--help", "-h", "backups --help", "backups list --help", "backups show -h"] {
        let help = cbr(args).run().stdout;
        assert!(help.contains("Usage: cbr"), "{args}: {help}");
        assert!(help.contains("cbr help connection"), "{args}: {help}");
    }
    assert!(cbr("help connection").run().stdout.contains("CBR_PROJECT_ID"));
}
