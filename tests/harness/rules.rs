//! Rules for every run of `cbr`, whatever its command.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Texts that must never be printed: the secrets of the sandbox's account, parts of requests, and
/// the secrets of tests.
const SECRETS: [&str; 18] = [
    "SANDBOXACCESSKEY0001",
    "SANDBOXTEMPORARY0002",
    "SANDBOXAGENCYKEY0003",
    "SANDBOXSECONDKEY0004",
    "sandbox-secret-key",
    "sandbox-security-token",
    "sandbox-token",
    "sandbox-password",
    "Signature=",
    "SignedHeaders=",
    "Authorization",
    "X-Auth-Token:",
    "Basic ",
    "hunter2",
    "hunter3",
    // The first of these after "user:", in base64, as a proxy receives it.
    "dXNlcjpodW50ZXIy",
    "BEGIN PRIVATE KEY",
    // User data of a server, as the sandbox lists protectable resources.
    "I2Nsb3VkLWNvbmZpZwpwYXNzd2Q6",
];

/// Number of hexadecimal digits of a signature, which no other output has.
const SIGNATURE: usize = 64;

/// Beginnings of the lines that `cbr` prints to stderr.
const KINDS: [&str; 7] = [
    "cbr: error: ",
    "{\"level\":\"error\",",
    "cbr: warning: ",
    "{\"level\":\"warning\",",
    "cbr: hint: ",
    "cbr: debug: ",
    "{\"level\":\"debug\",",
];
/// Beginnings of an error.
const ERRORS: &[&str] = &[KINDS[0], KINDS[1]];

const INTERRUPTED: i32 = 130;

/// Returns the rules that a run has broken; `secrets` are those besides the sandbox's.
pub(crate) fn broken(exit: i32, stdout: &str, stderr: &str, secrets: &[String]) -> Vec<String> {
    let mut broken = broken_by_a_report(exit, stdout, stderr, secrets);
    if exit != 0 && !stdout.is_empty() {
        broken.push("it fails, and stdout is not empty".to_owned());
    }
    broken
}

/// Same as [`broken`], for a command that prints a report also if it fails.
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
    let turns = |char: char| {
        let marks = ['\u{61c}', '\u{200e}', '\u{200f}'];
        marks.contains(&char) || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let acts = |char: char| (char.is_control() && char != '\n') || turns(char);
    if stderr.contains(acts) {
        broken.push("a control character is on stderr".to_owned());
    }
    let errors =
        stderr.lines().filter(|line| ERRORS.iter().any(|kind| line.starts_with(kind))).count();
    let expected = usize::from(exit != 0 && exit != INTERRUPTED);
    if errors != expected {
        broken.push(format!("{errors} errors are reported, with exit code {exit}"));
    }
    broken.extend(lines_out_of_shape(stderr));
    broken
}

/// Returns a broken rule for each secret that is printed.
pub(crate) fn shown_secrets(stdout: &str, stderr: &str, secrets: &[String]) -> Vec<String> {
    let shown = [stdout, stderr].into_iter().flat_map(|text| secrets_in(text, secrets));
    shown.map(|secret| format!("it shows {secret}")).collect()
}

/// Returns the rules that a file of a run breaks. One that `may_hold` secrets must not be readable
/// by others if it does.
pub(crate) fn broken_by_file(path: &Path, may_hold: bool, secrets: &[String]) -> Vec<String> {
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    if may_hold && mode & 0o077 == 0 {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let held = secrets_in(&text, secrets);
    let expected = |secret| format!("{} holds {secret}, mode {mode:o}", path.display());
    held.into_iter().map(expected).collect()
}

/// Hexadecimal texts in the command of `--print-curl` that are no signature: the names of the
/// signed headers, a variable, and the hash of an empty body.
const NO_SIGNATURE: [&str; 3] = [
    "SignedHeaders=host;x-project-id;x-sdk-date",
    "Signature=$signature\n",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// Returns the secrets in a text.
fn secrets_in(text: &str, secrets: &[String]) -> Vec<String> {
    // Receipts have the hash of the output, which looks like a signature.
    let mut parts = text.split("\"sha256\": \"");
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| text + part.get(SIGNATURE..).unwrap_or(part));
    let text = &NO_SIGNATURE.iter().fold(text, |text, part| text.replace(part, ""));
    let known = SECRETS.into_iter().chain(secrets.iter().map(String::as_str));
    let known = known.filter(|secret| text.contains(secret)).map(str::to_owned);
    let words = text.split(|char: char| !char.is_ascii_hexdigit());
    let signatures = words.filter(|word| word.len() == SIGNATURE);
    known.chain(signatures.map(|_| "a signature".to_owned())).collect()
}

/// Returns the lines that are not one message.
fn lines_out_of_shape(stderr: &str) -> Vec<String> {
    let is_ours = |line: &str| {
        KINDS.iter().any(|kind| line.strip_prefix(kind).is_some_and(|text| !text.trim().is_empty()))
    };
    // The outcome of one of several targets.
    let is_outcome = |line: &str| {
        let (target, outcome) =
            line.strip_prefix("cbr: ").and_then(|line| line.split_once(": ")).unwrap_or_default();
        let outcomes = ["complete, ", "not printed, ", "failed: "];
        !target.is_empty() && outcomes.iter().any(|it| outcome.starts_with(it))
    };
    let lines = stderr.lines().filter(|line| !is_ours(line) && !is_outcome(line));
    lines.map(|line| format!("out of shape: {line}")).collect()
}

#[test]
fn a_valid_run_passes() {
    let hinted = "cbr: warning: a\ncbr: error: b\ncbr: hint: c\n";
    let cases = [
        (0, "rows\n", ""),
        (0, "rows\n", "cbr: warning: a\n"),
        (1, "", "cbr: a: complete, 1 backup\ncbr: b: failed: c\ncbr: error: d\n"),
        (1, "", "cbr: error: a\n"),
        (2, "", "cbr: error: a\ncbr: hint: b\n"),
        (6, "", hinted),
        (6, "", "{\"level\":\"error\",\"message\":\"a\"}\n"),
        (130, "", ""),
    ];
    for (exit, stdout, stderr) in cases {
        assert_eq!(broken(exit, stdout, stderr, &[]), Vec::<String>::new(), "{stderr}");
    }
}

#[test]
fn invalid_files_are_found() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("f");
    let signature = format!("x={}", "0123456789abcdef".repeat(4));
    let cases = [
        ("rows", 0o644, false, None),
        ("holds sandbox-token", 0o600, false, Some("sandbox-token")),
        ("my-own", 0o644, false, Some("my-own")),
        (signature.as_str(), 0o644, false, Some("a signature")),
        ("rows", 0o644, true, None),
        ("sandbox-token", 0o600, true, None),
        ("sandbox-token", 0o640, true, Some("sandbox-token")),
        ("sandbox-token", 0o604, true, Some("sandbox-token")),
    ];
    for (text, mode, may_hold, expected) in cases {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let broken = broken_by_file(&path, may_hold, &["my-own".to_owned()]);
        let message = |what| format!("{} holds {what}, mode {mode:o}", path.display());
        let expected: Vec<_> = expected.map(message).into_iter().collect();
        assert_eq!(broken, expected, "{text} {mode:o}");
    }
}

#[test]
fn invalid_runs_are_found() {
    let signed = format!("cbr: error: {}\n", "0123456789abcdef".repeat(4));
    let cases = [
        (0, "sandbox-secret-key-that-is-not-a-secret1", "", "it shows sandbox-secret-key"),
        (1, "", "cbr: error: my-own\n", "it shows my-own"),
        (0, "rows\n", "cbr: debug: GET / hunter2\n", "it shows hunter2"),
        (1, "", signed.as_str(), "it shows a signature"),
        (1, "rows\n", "cbr: error: a\n", "it fails, and stdout is not empty"),
        (1, "", "cbr: error: a", "stderr ends in the middle of a line"),
        (1, "", "cbr: error: \u{1b}[31ma\n", "a control character is on stderr"),
        (1, "", "cbr: error: \u{202e}a\n", "a control character is on stderr"),
        (1, "", "", "0 errors are reported, with exit code 1"),
        (0, "", "cbr: error: a\n", "1 errors are reported, with exit code 0"),
        (1, "", "cbr: error: a\ncbr: error: b\n", "2 errors are reported, with exit code 1"),
        (0, "", "note\n", "out of shape: note"),
        (0, "", "cbr: a: well\n", "out of shape: cbr: a: well"),
        (1, "", "cbr: error: a\n  more\n", "out of shape:   more"),
        (2, "", "cbr: error: a\n  more\n", "out of shape:   more"),
        (1, "", "cbr: error: a\ncbr: hint: \n", "out of shape: cbr: hint: "),
        (1, "", "error: a\n", "out of shape: error: a"),
        (
            0,
            "",
            "{\"level\":\"error\",\"message\":\"a\"}\n",
            "1 errors are reported, with exit code 0",
        ),
    ];
    for (exit, stdout, stderr, expected) in cases {
        let broken = broken(exit, stdout, stderr, &["my-own".to_owned()]);
        assert!(broken.iter().any(|rule| rule == expected), "{stderr}: {broken:?}");
    }
}
