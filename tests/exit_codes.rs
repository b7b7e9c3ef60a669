//! Each exit code of the README's table, once; the other modules have the details.

use std::fs::{File, OpenOptions};
use std::process::Command;

use crate::harness::{Cbr, Sandbox, cbr, program, sandboxed};

/// Sandbox options, command, exit code.
const CODES: &[(&str, &str, i32)] = &[
    ("--backups 3", "backups list", 0),
    ("--backups 0", "backups list", 0),
    ("--backups 3", "backups list --page-size 0", 2),
    ("--backups 3", "backups list --endpoint nowhere", 2),
    ("--backups 3 --fault 401@1", "backups list", 3),
    ("--backups 3 --fault 403@1", "backups list", 3),
    ("--backups 3 --fault auth500@1", "backups list", 3),
    ("--backups 3 --fault 400@1", "backups list", 4),
    ("--backups 3", "backups show 6df2b54c-dd62-4059-a07c-1b8f24f2725d", 4),
    ("--backups 0", "backups list --fail-on-empty", 7),
    ("--backups 3 --fault 429=0@*", "backups list --retries 0", 5),
    ("--backups 3 --fault 503=0@*", "backups list --retries 1", 5),
    ("--backups 3 --fault reset@*", "backups list --retries 0", 5),
    ("--backups 3 --fault hang@*", "backups list --timeout 200ms", 5),
    ("--backups 3 --fault html@*", "backups list", 5),
    ("--backups 3 --fault end=1@*", "backups list", 6),
];

#[test]
fn exit_codes_match_the_table() {
    for &(options, command, code) in CODES {
        sandboxed(options, command).exit(code).stderr_holds([]).run();
    }
}

/// Runs it with a full disk as stdout, and asserts the error.
fn assert_full_disk_is_reported(run: Cbr) {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = run.start_with_stdout(full).finish();
    let expected = "cbr: error: cannot write to stdout: No space left on device (os error 28)\n";
    run.exit(1).stderr(expected).check(&output);
}

#[test]
fn a_full_disk_is_a_local_failure() {
    let list = |flags: &str| sandboxed("--backups 3", &format!("backups list -o {flags}"));
    for flags in ["table", "wide", "json", "jsonl", "csv", "jsonl --stream", "csv --stream"] {
        assert_full_disk_is_reported(list(flags));
    }
    for command in ["list --count", "summary", "summary -o csv", "summary -o json"] {
        assert_full_disk_is_reported(sandboxed("--backups 3", &format!("backups {command}")));
    }
    let show = "backups show 7b2bf477-f888-4a0e-a706-dd2f4d197e00";
    for format in ["table", "json", "jsonl", "csv"] {
        assert_full_disk_is_reported(sandboxed("--backups 3", &format!("{show} -o {format}")));
    }
    for args in ["--help", "--version", "backups list --help", "sandbox"] {
        assert_full_disk_is_reported(cbr(args));
    }
}

/// A write beyond the file size limit is an error, and does not end the run by a signal. The limit
/// also applies to rows in a temporary file.
#[test]
fn a_file_that_is_not_allowed_to_grow_is_an_error() {
    let sandbox = Sandbox::start("--backups 5000");
    for (blocks, flags, what) in [
        (8, "-o jsonl", "cannot keep the rows in a temporary file in "),
        (8, "-o csv --limit 500", "cannot write to stdout"),
        (8, "-o json --limit 500", "cannot write to stdout"),
        (8, "-o csv --stream", "cannot write to stdout"),
        (8, "-o json --limit 500 --sort name", "cannot write to stdout"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let run = sandbox.cbr(&format!("backups list {flags}")).with_key();
        let limited = format!("ulimit -f {blocks} && exec \"$0\" \"$@\"");
        let command = run.command();
        let mut shell = Command::new("sh");
        shell.args(["-c", &limited]).arg(program()).args(command.get_args()).env_clear();
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.stdout(File::create(&path).unwrap()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{flags}: {:?} {stderr}", output.status);
        assert!(stderr.starts_with(&format!("cbr: error: {what}")), "{flags}: {stderr}");
        let expected = "File too large (os error 27)\n\
                    cbr: hint: raise the limit on the size of files (ulimit -f)\n";
        assert!(stderr.ends_with(expected), "{flags}: {stderr}");
    }
}

/// Too few file descriptors for a connection is not an error of the service.
#[test]
fn too_few_file_descriptors_are_reported() {
    let sandbox = Sandbox::start("--backups 3");
    let list = |files: u8| {
        let run = sandbox.cbr("backups list -o ids --limit 1").with_key();
        let limited = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        let command = run.command();
        let mut shell = Command::new("sh");
        shell.args(["-c", &limited]).arg(program()).args(command.get_args()).env_clear();
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.output().unwrap();
        (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };
    for files in 4..=10 {
        let (code, stdout, stderr) = list(files);
        assert_eq!((code, stdout.as_slice()), (Some(1), &b""[..]), "{files}: {stderr}");
        let expected = "cbr: error: cannot start: cbr needs 8 open files, more than its limit allows \
                    (see ulimit -n): Too many open files (os error 24)\n";
        assert_eq!(stderr, expected, "{files}");
    }
    // More than the parent of the tests leaves open.
    let (code, _, stderr) = list(64);
    assert_eq!(code, Some(0), "{stderr}");
}
