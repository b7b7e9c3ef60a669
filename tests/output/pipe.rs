//! A reader that closes the pipe: no error, no message, exit code 0.

use crate::harness::script;

/// Runs `cbr` with a reader that reads one line, and returns that line. The exit code goes to
/// another file descriptor, since the pipe reports the reader's.
fn first_line(command: &str) -> String {
    let text = format!(
        "{{ {{ cbr {command} 2>&4; echo \"exit code $?\" >&3; }} | head -n 1; }} 3>&2 4>&2"
    );
    let script = script(&text);
    assert_eq!(script.stderr, "exit code 0\n", "{command}");
    assert_eq!(script.code, Some(0), "{command}");
    script.stdout
}

/// More than a pipe holds: the rest cannot be written after the reader exits.
#[test]
fn a_closed_pipe_is_quiet_in_every_format() {
    for (format, first) in [
        ("table", "RESOURCE  "),
        ("wide", "RESOURCE  "),
        ("json", "[\n"),
        ("jsonl", "{\""),
        ("csv", "id,name,"),
        ("tsv", "id\tname\t"),
        ("ids", ""),
        ("long", "id  "),
        ("yaml", "- "),
        ("markdown", "| resource_name | status |"),
    ] {
        let line = first_line(&format!("sandbox --epoch 2026-11-20 -- backups list -o {format}"));
        assert!(line.starts_with(first), "{format}: {line}");
    }
    for format in ["jsonl", "csv", "tsv", "ids"] {
        let command = format!(
            "sandbox --epoch 2026-11-20 -- backups list -o {format} --page-size 100 --stream"
        );
        assert!(!first_line(&command).is_empty());
    }
}

/// It makes no difference whether the reader exits before the first byte or later.
#[test]
fn a_reader_that_reads_nothing_is_not_an_error() {
    for command in [
        "sandbox --epoch 2026-11-20 -- backups list",
        "--help",
        "--version",
        "sandbox -- backups list -o json",
    ] {
        let script = script(&format!("{{ cbr {command}; echo \"exit code $?\" >&2; }} | true"));
        assert_eq!(script.stderr, "exit code 0\n", "{command}");
        assert_eq!(script.stdout, "", "{command}");
    }
}
