//! Runs `cbr` in a shell: in a pipeline, or on a terminal.

use std::env;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::cbr::program;
use super::process::{Process, describe};
use super::rules;

/// Result of a script.
pub(crate) struct Script {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// Runs a script with `sh`, with `cbr` in its path beside the usual tools, and no other variables.
pub(crate) fn script(text: &str) -> Script {
    let home = TempDir::new().unwrap();
    let beside = program().parent().unwrap().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = [beside].into_iter().chain(env::split_paths(&path));
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", text])
        .env_clear()
        .env("PATH", env::join_paths(path).unwrap())
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .env("TERM", "xterm")
        .env("CBR_ECS_METADATA", "off")
        .current_dir(home.path());
    let output = Process::start(&mut command).finish();
    let shown = describe(&output);
    let left_behind: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
    assert!(left_behind.is_empty(), "{left_behind:?} {shown}");
    let stdout = String::from_utf8(output.stdout).expect(&shown);
    let stderr = String::from_utf8(output.stderr).expect(&shown);
    assert_eq!(rules::shown_secrets(&stdout, &stderr, &[]), Vec::<String>::new(), "{shown}");
    Script { stdout, stderr, code: output.status.code() }
}

/// Runs a command on a terminal of this width (through `script`, without stdin), with no pager
/// unless it names one. Returns the text that the terminal received.
pub(crate) fn terminal(columns: usize, command: &str) -> String {
    let text = format!("stty cols {columns} rows 24; export CBR_PAGER=; {command}");
    assert!(!text.contains('\''), "{text}");
    let script = script(&format!("script --quiet --return --command '{text}' /dev/null"));
    assert_eq!((script.stderr.as_str(), script.code), ("", Some(0)), "{}", script.stdout);
    script.stdout.replace("\r\n", "\n")
}
