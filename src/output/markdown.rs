//! markdown: a table in GitHub Flavored Markdown (section 4.10).
//!
//! Values are untrusted text, so everything with a meaning in Markdown is escaped: markup, HTML,
//! entities, `|`. A line break becomes `<br>`. A leading or trailing blank becomes `&#32;`, since a
//! renderer would trim it. Cells are not padded, so rows do not depend on each other.

use std::borrow::Cow;

use super::Style;
use super::lines::Lines;
use super::time::Detail;
use super::time::Times;
use super::value;
use crate::record::column::{Column, ColumnKind};
use crate::record::row::Row;
use crate::text::sanitize::visible;

pub(super) struct Markdown {
    columns: Vec<Column>,
    times: Times,
}

impl Markdown {
    pub(super) fn new(columns: Vec<Column>, style: Style) -> Self {
        Self { columns, times: style.times }
    }
}

impl Lines for Markdown {
    fn push(&self, backup: Row<'_>, text: &mut String) {
        let backup = backup.backup();
        let shown = |column| value::shown(column, &backup, &self.times, Detail::Second);
        text.push_str(&row(self.columns.iter().map(shown)));
    }

    fn head(&self) -> String {
        let columns = self.columns.iter();
        head(columns.map(|column| {
            (self.times.heading(column.name, column.kind, Detail::Full), column.kind)
        }))
    }
}

/// Returns the header line of a table and the delimiter line below it.
pub(super) fn head<'a>(columns: impl Iterator<Item = (Cow<'a, str>, ColumnKind)>) -> String {
    let (names, rules): (Vec<_>, Vec<_>) = columns
        .map(|(name, kind)| match kind {
            ColumnKind::Number | ColumnKind::Size => (name, Cow::Borrowed("---:")),
            _ => (name, "---".into()),
        })
        .unzip();
    line(names.into_iter()) + &line(rules.into_iter())
}

/// Returns a row with these values, escaped.
pub(super) fn row<'a>(values: impl Iterator<Item = Cow<'a, str>>) -> String {
    line(values.map(|value| Cow::Owned(escaped(&value))))
}

/// Returns a line of a table.
fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> String {
    let mut line = "|".to_owned();
    for cell in cells {
        line.push(' ');
        line.push_str(&cell);
        line.push_str(if cell.is_empty() { "|" } else { " |" });
    }
    line.push('\n');
    line
}

/// Escapes a value so that it renders as itself.
fn escaped(value: &str) -> String {
    let lines = value.split("\r\n").flat_map(|line| line.split('\n'));
    let lines: Vec<_> = lines.map(|line| escaped_line(&visible(line))).collect();
    lines.join("<br>")
}

/// Escapes one line of visible characters.
fn escaped_line(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 8);
    let trimmed = line.trim_matches(' ');
    let before = line.len() - line.trim_start_matches(' ').len();
    let after = line.len() - before - trimmed.len();
    text.push_str(&"&#32;".repeat(before));
    let mut previous = ' ';
    let mut chars = trimmed.chars().peekable();
    while let Some(char) = chars.next() {
        let is_markup = match char {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' => true,
            // Inside a word an underscore is literal.
            '_' => {
                !(previous.is_alphanumeric()
                    && chars.peek().is_some_and(|next| next.is_alphanumeric()))
            }
            _ => false,
        };
        if is_markup {
            text.push('\\');
        }
        text.push(char);
        previous = char;
    }
    text.push_str(&"&#32;".repeat(after));
    text
}
