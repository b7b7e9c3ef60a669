//! What holds for every run of `cbr`, whatever it does.

/// What must never be printed: what the sandbox's account consists of, and what only a request holds.
const SECRETS: [&str; 10] = [
    "SANDBOXACCESSKEY0001",
    "SANDBOXTEMPORARY0002",
    "sandbox-secret-key",
    "sandbox-security-token",
    "sandbox-token",
    "sandbox-password",
    "Signature=",
    "SignedHeaders=",
    "Authorization",
    "X-Auth-Token:",
];

/// How a line of ours on stderr begins.
const KINDS: [&str; 4] = ["cbr: error: ", "cbr: warning: ", "cbr: hint: ", "cbr: debug: "];

/// The last line of every message of the parser of flags.
const END_OF_USAGE: &str = "For more information, try '--help'.";

const USAGE: i32 = 2;
const INTERRUPTED: i32 = 130;

/// The rules that a run has broken; `secrets` are those besides the sandbox's.
pub(crate) fn broken(exit: i32, stdout: &str, stderr: &str, secrets: &[String]) -> Vec<String> {
    let mut broken = broken_by_a_report(exit, stdout, stderr, secrets);
    if exit != 0 && !stdout.is_empty() {
        broken.push("it fails, and stdout is not empty".to_owned());
    }
    broken
}

/// The same, of a command that prints what it found out, whatever that is.
pub(crate) fn broken_by_a_report(
    exit: i32,
    stdout: &str,
    stderr: &str,
    secrets: &[String],
) -> Vec<String> {
    let mut broken = shown_secrets(stdout, stderr, secrets);
    if !stderr.is_empty() && !stderr.ends_with('\n') {
        broken.push("stderr ends in the middle of a line".to_owned());
    }
    let acts = |char: char| char.is_control() && char != '\n';
    if stderr.contains(acts) {
        broken.push("a control character is on stderr".to_owned());
    }
    let errors = stderr.lines().filter(|line| line.starts_with(KINDS[0])).count();
    let expected = usize::from(exit != 0 && exit != INTERRUPTED);
    if errors != expected {
        broken.push(format!("{errors} errors are told, with exit code {exit}"));
    }
    broken.extend(lines_out_of_shape(exit, stderr));
    broken
}

/// A rule that each secret breaks which is shown.
pub(crate) fn shown_secrets(stdout: &str, stderr: &str, secrets: &[String]) -> Vec<String> {
    let secrets = SECRETS.into_iter().chain(secrets.iter().map(String::as_str));
    let shown = secrets.filter(|secret| stdout.contains(secret) || stderr.contains(secret));
    shown.map(|secret| format!("it shows {secret}")).collect()
}

/// Each line is one message; only what the parser of flags says goes on, and up to its last line.
fn lines_out_of_shape(exit: i32, stderr: &str) -> Vec<String> {
    let is_ours = |line: &str| {
        KINDS.iter().any(|kind| line.strip_prefix(kind).is_some_and(|text| !text.trim().is_empty()))
    };
    let mut lines = stderr.lines();
    let mut out_of_shape = Vec::new();
    while let Some(line) = lines.next() {
        if !is_ours(line) {
            out_of_shape.push(format!("out of shape: {line}"));
        }
        let goes_on = exit == USAGE && line.starts_with(KINDS[0]) && is_usage(lines.clone());
        if goes_on {
            lines.by_ref().find(|line| *line == END_OF_USAGE);
        }
    }
    out_of_shape
}

/// Whether lines are the rest of a message of the parser of flags: none of ours before its last line.
fn is_usage<'a>(mut lines: impl Iterator<Item = &'a str>) -> bool {
    lines.find(|line| line.starts_with("cbr: ") || *line == END_OF_USAGE) == Some(END_OF_USAGE)
}

#[test]
fn a_run_that_keeps_the_rules() {
    let usage =
        "cbr: error: invalid value '0'\n  tip: '1'\n\nFor more information, try '--help'.\n";
    let hinted = "cbr: warning: a\ncbr: error: b\ncbr: hint: c\n";
    let cases = [
        (0, "rows\n", ""),
        (0, "rows\n", "cbr: warning: a\n"),
        (1, "", "cbr: error: a\n"),
        (2, "", usage),
        (6, "", hinted),
        (130, "", ""),
    ];
    for (exit, stdout, stderr) in cases {
        assert_eq!(broken(exit, stdout, stderr, &[]), Vec::<String>::new(), "{stderr}");
    }
}

#[test]
fn runs_that_break_a_rule() {
    let usage = "cbr: error: a\n  more\n\nFor more information, try '--help'.\n";
    let cases = [
        (0, "sandbox-secret-key-that-is-not-a-secret1", "", "it shows sandbox-secret-key"),
        (1, "", "cbr: error: hunter2\n", "it shows hunter2"),
        (1, "rows\n", "cbr: error: a\n", "it fails, and stdout is not empty"),
        (1, "", "cbr: error: a", "stderr ends in the middle of a line"),
        (1, "", "cbr: error: \u{1b}[31ma\n", "a control character is on stderr"),
        (1, "", "", "0 errors are told, with exit code 1"),
        (0, "", "cbr: error: a\n", "1 errors are told, with exit code 0"),
        (1, "", "cbr: error: a\ncbr: error: b\n", "2 errors are told, with exit code 1"),
        (0, "", "note\n", "out of shape: note"),
        (1, "", "cbr: error: a\n  more\n", "out of shape:   more"),
        (2, "", "cbr: error: a\n  more\n", "out of shape:   more"),
        (1, "", usage, "out of shape:   more"),
        (1, "", "cbr: error: a\ncbr: hint: \n", "out of shape: cbr: hint: "),
        (1, "", "error: a\n", "out of shape: error: a"),
    ];
    for (exit, stdout, stderr, expected) in cases {
        let broken = broken(exit, stdout, stderr, &["hunter2".to_owned()]);
        assert!(broken.iter().any(|rule| rule == expected), "{stderr}: {broken:?}");
    }
}
