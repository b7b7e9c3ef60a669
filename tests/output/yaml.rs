//! yaml, read back by two other implementations, as YAML 1.1 and as YAML 1.2.

use serde_json::Value;

use crate::harness::{Answer, Service, read_yaml, sandboxed};

/// Rounds numbers to floats, as every reader without larger numbers does. Only some readers
/// distinguish -0 from 0.
fn as_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.as_f64() == Some(0.0) => 0.into(),
        Value::Number(number) if !number.is_i64() => number.as_f64().into(),
        Value::Array(values) => values.iter().map(as_floats).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), as_floats(value))).collect()
        }
        other => other.clone(),
    }
}

/// Includes all awkward names, duplicate keys, and numbers that no float holds.
#[test]
fn two_parsers_read_the_original_values() {
    let list = |flags: &str| sandboxed("--backups 300", &format!("backups list {flags}")).run();
    let sent = list("-o json").json();
    assert_eq!(as_floats(&read_yaml(&list("-o yaml").stdout)), as_floats(&sent));
    let flags = "--columns id,name,extend_info.auto_trigger,children.count";
    let sent = list(&format!("-o json {flags}")).json();
    assert_eq!(read_yaml(&list(&format!("-o yaml {flags}")).stdout), sent);
}

/// Texts that YAML readers often misread as another type.
#[test]
fn strings_and_numbers_keep_their_type() {
    let texts = [
        "no",
        "Off",
        "y",
        "null",
        "~",
        "",
        " ",
        "1e3",
        "0x1f",
        "0o17",
        "017",
        "1_000",
        "12:30:45",
        "+1",
        "-",
        "- a",
        "? a",
        "a: b",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        "'a'",
        "\"a\"",
        "2026-11-01",
        "2026-11-01T06:00:45Z",
        ".inf",
        ".NaN",
        "=",
        "<<",
        "---",
        "...",
        " leading",
        "trailing ",
        "two\nlines\n",
        "\n",
        "tab\tend",
        "cr\rlf\r\n",
        "\\",
        "\\n",
        "\u{0}\u{1}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}",
        "中文，日本語",
        "👨\u{200d}👩\u{200d}👧",
        "\u{1f600}",
        "\u{fffe}\u{ffff}",
        "e\u{301}",
        "נ\u{202e}x",
    ];
    let mut fields: Vec<(String, Value)> = vec![("id".to_owned(), "a".into())];
    for (position, text) in texts.iter().enumerate() {
        fields.push((format!("field {position}"), (*text).into()));
        // As a key too.
        fields.push((format!("{text}{position}"), position.into()));
        fields.push(((*text).to_owned(), true.into()));
    }
    fields.push(("long ".repeat(500), Value::Array(vec![Value::Null, "x".into()])));
    let mut record: Value = fields.into_iter().collect();
    record["deep"] = serde_json::json!([[[], {}], [{"a": [{"b": [1, [2, [3]]]}]}]]);
    for number in ["0", "-0.0", "1.5", "1e3", "-1.25E-7", "1E+2", "9007199254740993"] {
        record[format!("number {number}")] = serde_json::from_str(number).unwrap();
    }
    let service = Service::answering([Answer::page(&[&record.to_string()], "1")]);
    let run = service.cbr("backups list -o yaml").with_key().run();
    assert_eq!(read_yaml(&run.stdout), Value::Array(vec![record]));
}

/// The text of a number is kept, except for the point and the sign that YAML 1.1 requires.
#[test]
fn numbers_are_valid_in_yaml_1_1() {
    let record = r#"{"id":"a","numbers":[1e5,1E-5,-2.50e+3,123456789012345678901234567890]}"#;
    let service = Service::answering([Answer::page(&[record], "1")]);
    let run = service.cbr("backups list -o yaml").with_key().run();
    let expected = "- id: \"a\"\n  numbers:\n    - 1.0e+5\n    - 1.0E-5\n    - -2.50e+3\n    \
                    - 123456789012345678901234567890\n";
    assert_eq!(run.stdout, expected);
}

#[test]
fn lone_surrogates_are_written_as_escapes() {
    let service = Service::answering([Answer::page(&[r#"{"id":"a","name":"half \ud83d"}"#], "1")]);
    let run = service.cbr("backups list -o yaml").with_key().run();
    assert_eq!(read_yaml(&run.stdout)[0]["name"], "half \\ud83d");
}

#[test]
fn an_empty_list_is_an_empty_sequence() {
    let run = sandboxed("--backups 0", "backups list -o yaml").run();
    assert_eq!(run.stdout, "[]\n");
    assert_eq!(read_yaml(&run.stdout), Value::Array(Vec::new()));
}
