//! The same questions, answered by another program: Python.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

/// The answers to questions about records. What a question is, the program says.
pub(super) fn answers(records: &Value, questions: &[Value]) -> Vec<Value> {
    let mut python = Command::new("python3")
        .args(["-c", include_str!("model.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut stdin = python.stdin.take().unwrap();
    let asked = json!({"records": records, "questions": questions}).to_string();
    let writer = thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), questions.len());
    answers
}
