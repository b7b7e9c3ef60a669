//! json and jsonl: the records as the service sent them, one a line.
//!
//! Records are copied, not parsed and reserialized, so key order, unknown fields and the text of
//! numbers survive. Only line breaks between tokens are removed.

use std::borrow::Cow;

use super::lines::Lines;
use super::zone::{string_length, with_zones};
use crate::record::backup::Backup;
use crate::record::column::Column;
use crate::record::row::Row;
use crate::text::sanitize;

/// Indentation of one level.
const INDENT: &str = "  ";

/// Renders an array, or a line for each record.
pub(super) struct Json {
    layout: Layout,
    /// The fields to print, in this order. `None` prints whole records.
    columns: Option<Vec<Column>>,
    /// The output is a terminal: control characters are written as JSON escapes, and records are
    /// indented. The bytes differ, the JSON value does not.
    terminal: bool,
    /// True to add `Z` to times.
    zones: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// An array of records.
    Array,
    /// A line for each record.
    Lines,
    /// A single record.
    Single,
}

impl Json {
    pub(super) fn array(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { layout: Layout::Array, columns, terminal, zones: false }
    }

    pub(super) fn lines(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { layout: Layout::Lines, columns, terminal, zones: false }
    }

    pub(super) fn single(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { layout: Layout::Single, columns, terminal, zones: false }
    }

    /// Prints times in RFC 3339 with `Z` if `zones`.
    pub(super) fn with_zones(self, zones: bool) -> Self {
        Self { zones, ..self }
    }

    fn is_array(&self) -> bool {
        self.layout == Layout::Array
    }
}

impl Lines for Json {
    fn push(&self, row: Row<'_>, text: &mut String) {
        let record = match &self.columns {
            Some(columns) => Cow::Owned(projected(&row.backup(), columns)),
            None => row.one_line(),
        };
        let record = match self.zones {
            true => Cow::Owned(with_zones(&record).into_owned()),
            false => record,
        };
        match (self.terminal, self.layout) {
            (false, _) => text.push_str(&record),
            (true, Layout::Lines) => text.push_str(&sanitize::json(&record)),
            (true, layout) => {
                let level = usize::from(layout == Layout::Array);
                text.push_str(&INDENT.repeat(level));
                push_indented(text, &sanitize::json(&record), level);
            }
        }
        if !self.is_array() {
            text.push('\n');
        }
    }

    fn head(&self) -> String {
        if self.is_array() { "[\n".to_owned() } else { String::new() }
    }

    fn separator(&self) -> &'static str {
        if self.is_array() { ",\n" } else { "" }
    }

    fn tail(&self) -> &'static str {
        if self.is_array() { "\n]\n" } else { "" }
    }

    fn when_empty(&self) -> String {
        if self.is_array() { "[]\n".to_owned() } else { String::new() }
    }
}

/// Returns an object of the chosen fields. Column names need no escaping.
pub(super) fn projected(backup: &Backup<'_>, columns: &[Column]) -> String {
    let mut object = String::from("{");
    for (position, column) in columns.iter().enumerate() {
        let value = column.value(backup).map_or(Cow::Borrowed("null"), |value| value.json());
        let comma = if position == 0 { "" } else { "," };
        object.extend([comma, "\"", column.name, "\":", &value]);
    }
    object.push('}');
    object
}

/// Appends JSON text with a line for each member. The text of names and values is unchanged.
fn push_indented(text: &mut String, json: &str, level: usize) {
    let mut level = level;
    let mut rest = json;
    let break_line = |text: &mut String, level: usize| {
        text.push('\n');
        text.push_str(&INDENT.repeat(level));
    };
    while let Some(char) = rest.chars().next() {
        let mut token = &rest[..char.len_utf8()];
        match char {
            '"' => {
                token = &rest[..string_length(rest)];
                text.push_str(token);
            }
            '{' | '[' => {
                text.push(char);
                let inner = rest[1..].trim_start();
                if inner.starts_with(['}', ']']) {
                    token = &rest[..=rest.len() - inner.len()];
                    text.push_str(&inner[..1]);
                } else {
                    level += 1;
                    break_line(text, level);
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                break_line(text, level);
                text.push(char);
            }
            ',' => {
                text.push(char);
                break_line(text, level);
            }
            ':' => text.push_str(": "),
            ' ' | '\t' | '\n' | '\r' => {}
            _ => text.push(char),
        }
        rest = &rest[token.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_json_has_a_line_for_each_member() {
        let cases = [
            ("{}", "{}"),
            ("{ }", "{}"),
            ("[ ]", "[]"),
            ("7", "7"),
            (r#"{"a":1}"#, "{\n  \"a\": 1\n}"),
            (
                r#"{"a" :[1, 2.50],"b":{"c":{}},"d":"x, {\"y\\\":[] }"}"#,
                "{\n  \"a\": [\n    1,\n    2.50\n  ],\n  \"b\": {\n    \"c\": {}\n  },\n  \"d\": \"x, {\\\"y\\\\\\\":[] }\"\n}",
            ),
            ("{\n\"a\":\r\n null}", "{\n  \"a\": null\n}"),
        ];
        for (json, expected) in cases {
            let mut text = String::new();
            push_indented(&mut text, json, 0);
            assert_eq!(text, expected, "{json}");
        }
    }
}
