//! An independent model in Python, which answers the same questions.

use serde_json::{Value, json};

use crate::harness::python;

/// Returns the answers to questions about records, or `None` if Python is missing. The script
/// defines the questions.
pub(super) fn answers(records: &Value, questions: &[Value]) -> Option<Vec<Value>> {
    let input = json!({"records": records, "questions": questions}).to_string();
    let answers = python(include_str!("model.py"), &input)?;
    let answers: Vec<Value> = serde_json::from_slice(&answers).unwrap();
    assert_eq!(answers.len(), questions.len());
    Some(answers)
}
