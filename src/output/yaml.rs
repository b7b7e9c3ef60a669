//! yaml: a sequence of mappings, with every field as the service sent it.
//!
//! Written without a library, since numbers, order and unknown fields of the JSON text must
//! survive. Uses only what YAML 1.1 and 1.2 read alike: block collections, double-quoted strings
//! (so `no`, `1e3`, `~` and `2026-11-01` stay strings), and escapes that both define. Numbers with
//! an exponent get the point and the sign that YAML 1.1 requires. Characters that are not printable
//! are always escaped, so the same bytes are safe on a terminal.
//!
//! Two differences from the JSON: a duplicate key is printed once, with its last value, as JSON
//! readers do. Half of a surrogate pair is printed as the text of its escape.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::mem;

use anyhow::Context as _;

use super::json::projected;
use super::spool::{SPOOL_ERROR, Spool};
use super::zone::with_zones;
use super::{Output, Render};
use crate::record::column::Column;
use crate::record::json::Json;
use crate::record::row::Row;
use crate::text::sanitize::is_unseen;

/// Maximum levels of nesting; readers fail soon after.
const MAX_DEPTH: usize = 100;

/// Maximum length of a simple key. YAML ends those at 1024 characters.
const MAX_SIMPLE_KEY: usize = 1000;

/// Words that some YAML readers do not read as strings.
const RESERVED: [&str; 11] =
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// Renders a sequence, or a single mapping.
pub(super) struct Yaml {
    sequence: bool,
    /// The fields to print, in this order. `None` prints whole records.
    columns: Option<Vec<Column>>,
    /// True to add `Z` to times.
    zones: bool,
    empty: bool,
    spool: Spool,
}

impl Yaml {
    pub(super) fn sequence(columns: Option<Vec<Column>>) -> Self {
        Self { sequence: true, columns, zones: false, empty: true, spool: Spool::new() }
    }

    /// Renders a single record as a mapping.
    pub(super) fn single(columns: Option<Vec<Column>>) -> Self {
        Self { sequence: false, columns, zones: false, empty: true, spool: Spool::new() }
    }

    /// Prints times in RFC 3339 with `Z` if `zones`.
    pub(super) fn with_zones(self, zones: bool) -> Self {
        Self { zones, ..self }
    }

    /// Adds the JSON text of an object.
    ///
    /// # Errors
    ///
    /// If it is nested too deeply, or the spool cannot be written.
    pub(super) fn push_object(&mut self, object: &str) -> anyhow::Result<()> {
        let object = if self.zones { with_zones(object) } else { Cow::Borrowed(object) };
        let json = Json::new(&object);
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
        self.spool.write_all(text.as_bytes()).context(SPOOL_ERROR)
    }
}

impl Render for Yaml {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        match &self.columns {
            Some(columns) => self.push_object(&projected(&row.backup(), columns)),
            None => self.push_object(row.json()),
        }
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<usize> {
        if self.empty && self.sequence {
            self.spool.write_all(b"[]\n").context(SPOOL_ERROR)?;
        }
        self.drain(out)?;
        Ok(0)
    }
}

/// A non-empty object or array.
enum Collection<'a> {
    Mapping(Vec<(String, Json<'a>)>),
    Sequence(Vec<Json<'a>>),
}

fn collection(json: Json<'_>) -> Option<Collection<'_>> {
    if json.is_object() {
        let mut entries: Vec<(String, Json<'_>)> = Vec::new();
        let mut positions = HashMap::new();
        json.fields(|name, value| {
            let key = key(&name);
            match positions.get(&key) {
                Some(&position) => entries[position] = (key, value),
                None => {
                    positions.insert(key.clone(), entries.len());
                    entries.push((key, value));
                }
            }
        })?;
        return (!entries.is_empty()).then_some(Collection::Mapping(entries));
    }
    let elements = json.elements();
    (!elements.is_empty()).then_some(Collection::Sequence(elements))
}

/// Returns the name of a field as a YAML key.
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

/// Adds the lines of a collection. The first one continues the current line; the others are
/// indented to `level`.
fn push_collection(text: &mut String, of: &Collection<'_>, level: usize) -> anyhow::Result<()> {
    anyhow::ensure!(
        level < MAX_DEPTH,
        "a backup in the answer is nested more deeply than YAML readers can read; use --output json"
    );
    let indent = "  ".repeat(level);
    match of {
        Collection::Mapping(entries) => {
            for (position, (key, value)) in entries.iter().enumerate() {
                if position > 0 {
                    text.push_str(&indent);
                }
                if key.len() > MAX_SIMPLE_KEY {
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

/// Adds a scalar or an empty collection, and ends the line.
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

/// Adds a number. YAML 1.1 reads `1E+2` as a string, and both versions read `1.0E+2` as a number.
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
        yaml.push_object(json).unwrap();
        let mut out = Vec::new();
        yaml.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ambiguous_scalars_are_quoted_or_rewritten() {
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
    fn too_deep_nesting_is_rejected() {
        for (levels, is_fine) in [(90, true), (101, false), (100_000, false)] {
            let json = format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
            assert_eq!(Yaml::sequence(None).push_object(&json).is_ok(), is_fine, "{levels}");
        }
    }
}
