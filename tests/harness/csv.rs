//! Reads CSV with a reader that is not ours: Python's.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

const READER: &str = "import csv, io, json, sys; \
    json.dump(list(csv.reader(io.TextIOWrapper(sys.stdin.buffer, 'utf-8', newline=''), strict=True)), sys.stdout)";

/// The rows of a CSV file, its header among them.
pub(crate) fn read(text: &str) -> Vec<Vec<String>> {
    serde_json::from_slice(&python(READER, text)).unwrap()
}

/// What a Python script makes of a text.
pub(super) fn python(script: &str, text: &str) -> Vec<u8> {
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut stdin = python.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}
