//! yaml: a sequence of mappings, with every field as the service sent it.
//!
//! Written by hand, for what a library would lose: the records are JSON text whose numbers, order and
//! unknown fields must survive. Only what YAML 1.1 and 1.2 read alike is used: block collections, strings in
//! double quotes (so `no`, `1e3`, `~` and `2026-11-01` stay strings), and escapes that both know. Numbers with an
//! exponent get the point and the sign that YAML 1.1 asks for. Characters that are not printable are
//! always escaped, so the same bytes are fit for a terminal.
//!
//! What differs from the JSON: a key that stands twice stands once, with its last value, as every JSON reader
//! has it; half of a surrogate pair, which is no character, stays as the text of its escape.

use std::collections::HashMap;
use std::io::Write;
use std::mem;

use anyhow::Context as _;

use super::json::projected;
use super::spool::{FAULT, Spool};
use super::{Output, Render};
use crate::record::backup::Backup;
use crate::record::column::Column;
use crate::record::json::Json;
use crate::text::sanitize::is_unseen;

/// Levels of nesting; readers give up soon after.
const DEEPEST: usize = 100;

/// Longer keys are no simple keys in YAML, which ends those at 1024 characters.
const LONGEST_SIMPLE_KEY: usize = 1000;

/// Words that some reader takes for something else than a string.
const RESERVED: [&str; 11] =
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// Renders a sequence, or one mapping.
pub(super) struct Yaml {
    sequence: bool,
    /// Only these fields, in this order.
    columns: Option<Vec<Column>>,
    empty: bool,
    spool: Spool,
}

impl Yaml {
    pub(super) fn sequence(columns: Option<Vec<Column>>) -> Self {
        Self { sequence: true, columns, empty: true, spool: Spool::new() }
    }

    /// For one record.
    pub(super) fn single(columns: Option<Vec<Column>>) -> Self {
        Self { sequence: false, columns, empty: true, spool: Spool::new() }
    }
}

impl Render for Yaml {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        // Fails if it is no object.
        let backup = Backup::parse(record)?;
        let projected = self.columns.as_ref().map(|columns| projected(&backup, columns));
        let json = Json::new(projected.as_deref().unwrap_or(record));
        let mut text = String::new();
        let level = usize::from(self.sequence);
        if self.sequence {
            text.push_str("- ");
        }
        match collection(json) {
            Some(fields) => push_collection(&mut text, &fields, level)?,
            None => push_scalar(&mut text, json),
        }
        self.empty = false;
        self.spool.write_all(text.as_bytes()).context(FAULT)
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        if self.empty && self.sequence {
            self.spool.write_all(b"[]\n").context(FAULT)?;
        }
        self.drain(out)
    }
}

/// An object or array that is not empty.
enum Collection<'a> {
    Mapping(Vec<(String, Json<'a>)>),
    Sequence(Vec<Json<'a>>),
}

fn collection(json: Json<'_>) -> Option<Collection<'_>> {
    if json.is_object() {
        let mut entries: Vec<(String, Json<'_>)> = Vec::new();
        let mut places = HashMap::new();
        json.fields(|name, value| {
            let key = key(&name);
            match places.get(&key) {
                Some(&place) => entries[place] = (key, value),
                None => {
                    places.insert(key.clone(), entries.len());
                    entries.push((key, value));
                }
            }
        })?;
        return (!entries.is_empty()).then_some(Collection::Mapping(entries));
    }
    let elements = json.elements();
    (!elements.is_empty()).then_some(Collection::Sequence(elements))
}

/// The name of a field as a key.
fn key(name: &str) -> String {
    let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if is_word && !RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word)) {
        return name.to_owned();
    }
    let mut text = String::new();
    push_string(&mut text, name);
    text
}

/// Adds the lines of a collection, each with its end. The first one goes on where `text` ends; the others
/// are indented to `level`.
fn push_collection(text: &mut String, of: &Collection<'_>, level: usize) -> anyhow::Result<()> {
    anyhow::ensure!(
        level < DEEPEST,
        "a backup in the answer is nested more deeply than YAML readers can read; use --output json"
    );
    let indent = "  ".repeat(level);
    match of {
        Collection::Mapping(entries) => {
            for (position, (key, value)) in entries.iter().enumerate() {
                if position > 0 {
                    text.push_str(&indent);
                }
                if key.len() > LONGEST_SIMPLE_KEY {
                    text.push_str(&format!("? {key}\n{indent}"));
                } else {
                    text.push_str(key);
                }
                text.push(':');
                match collection(*value) {
                    Some(inner) => {
                        text.push('\n');
                        text.push_str(&"  ".repeat(level + 1));
                        push_collection(text, &inner, level + 1)?;
                    }
                    None => {
                        text.push(' ');
                        push_scalar(text, *value);
                    }
                }
            }
        }
        Collection::Sequence(elements) => {
            for (position, value) in elements.iter().enumerate() {
                if position > 0 {
                    text.push_str(&indent);
                }
                text.push_str("- ");
                match collection(*value) {
                    Some(inner) => push_collection(text, &inner, level + 1)?,
                    None => push_scalar(text, *value),
                }
            }
        }
    }
    Ok(())
}

/// Adds what is no collection, or an empty one, and the end of the line.
fn push_scalar(text: &mut String, json: Json<'_>) {
    let sent = json.as_sent();
    match sent.as_bytes().first() {
        Some(b'"') => push_string(text, &json.text()),
        Some(b'{') => text.push_str("{}"),
        Some(b'[') => text.push_str("[]"),
        Some(b'-' | b'0'..=b'9') => push_number(text, sent),
        _ => text.push_str(sent),
    }
    text.push('\n');
}

/// `1E+2` is a string in YAML 1.1, and `1.0E+2` a number in both.
fn push_number(text: &mut String, number: &str) {
    let Some(at) = number.find(['e', 'E']) else { return text.push_str(number) };
    let (mantissa, exponent) = number.split_at(at);
    let (letter, power) = exponent.split_at(1);
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if power.starts_with(['+', '-']) { "" } else { "+" };
    text.extend([mantissa, point, letter, sign, power]);
}

/// Adds a string in double quotes.
fn push_string(text: &mut String, string: &str) {
    text.push('"');
    for char in string.chars() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            _ if char.is_control()
                || is_unseen(char)
                || matches!(char, '\u{fffe}' | '\u{ffff}') =>
            {
                let escape = match u32::from(char) {
                    code @ ..=0xff => format!("\\x{code:02x}"),
                    code @ ..=0xffff => format!("\\u{code:04x}"),
                    code => format!("\\U{code:08x}"),
                };
                text.push_str(&escape);
            }
            _ => text.push(char),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str) -> String {
        let mut yaml = Box::new(Yaml::sequence(None));
        yaml.push(json).unwrap();
        let mut out = Vec::new();
        yaml.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_could_be_taken_for_something_else_is_not() {
        let cases = [
            (r#"{"a":"no"}"#, "- a: \"no\"\n"),
            (
                r#"{"no":1,"Yes":2,"y2":3,"":4,"1":5,"~":6,"a.b-c":7}"#,
                "- \"no\": 1\n  \"Yes\": 2\n  y2: 3\n  \"\": 4\n  \"1\": 5\n  \"~\": 6\n  a.b-c: 7\n",
            ),
            (
                r#"{"a":"x: y # z\n","b":" - ","c":"\u0000\u001b\u0085\u2028\ufeff"}"#,
                "- a: \"x: y # z\\n\"\n  b: \" - \"\n  c: \"\\x00\\x1b\\x85\\u2028\\ufeff\"\n",
            ),
            (
                r#"{"a":"\ud83d\ude00 \ud83d","b":"\u4e2d\"\\\/"}"#,
                "- a: \"\\\\ud83d\\\\ude00 \\\\ud83d\"\n  b: \"中\\\"\\\\/\"\n",
            ),
            (
                r#"{"a":1e3,"b":-1.5E-2,"c":1E+2,"d":123456789012345678901234567890,"e":-0}"#,
                "- a: 1.0e+3\n  b: -1.5E-2\n  c: 1.0E+2\n  d: 123456789012345678901234567890\n  e: -0\n",
            ),
            (
                r#"{"a":[],"b":{},"c":[[1,[2]],{"d":null,"e":[true]}]}"#,
                "- a: []\n  b: {}\n  c:\n    - - 1\n      - - 2\n    - d: null\n      e:\n        - true\n",
            ),
            (r#"{"a":1,"b":2,"\u0061":3}"#, "- a: 3\n  b: 2\n"),
            ("{}", "- {}\n"),
        ];
        for (json, expected) in cases {
            assert_eq!(written(json), expected, "{json}");
        }
    }

    #[test]
    fn what_no_reader_could_read_is_refused() {
        for (levels, is_fine) in [(90, true), (101, false), (100_000, false)] {
            let json = format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
            assert_eq!(Yaml::sequence(None).push(&json).is_ok(), is_fine, "{levels}");
        }
    }
}
