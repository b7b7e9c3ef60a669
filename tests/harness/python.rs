//! Runs a Python script over a text.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use crate::host;

/// Returns what the script prints, or `None` if Python is missing and the test is to be skipped.
pub(crate) fn python(script: &str, text: &str) -> Option<Vec<u8>> {
    let mut python = Command::new(host::find("python3")?)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut stdin = python.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(output.stdout)
}

/// Returns whether Python has a module, or notes that the test is skipped.
pub(crate) fn has_module(name: &str) -> bool {
    let script =
        format!("import importlib.util; print(importlib.util.find_spec('{name}') is not None)");
    let Some(answer) = python(&script, "") else { return false };
    let found = answer.starts_with(b"True");
    if !found {
        host::skip(&format!("{name} for python3"), "is not installed");
    }
    found
}
