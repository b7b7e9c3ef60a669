//! tsv: a header and a line for each record, for `cut`, `awk`, `sort` and databases.
//!
//! Fields are separated by tabs and never quoted. Tabs, line feeds, carriage returns and
//! backslashes in a value are written as `\t`, `\n`, `\r` and `\\`, so a record is always one line
//! with the same number of tabs. A NUL, at which some tools stop, is `\0`. `jq`'s `@tsv` writes the
//! same; Miller and PostgreSQL's `COPY` read it. Values are those of csv.

use std::borrow::Cow;

use super::lines::Lines;
use super::time::Times;
use super::value;
use crate::record::column::Column;
use crate::record::row::Row;
use crate::text::sanitize;

pub(super) struct Tsv {
    columns: Vec<Column>,
    headers: bool,
    /// Times in this style, without a zone. `None` prints them exactly.
    times: Option<Times>,
    terminal: bool,
}

impl Tsv {
    pub(super) fn new(
        columns: Vec<Column>,
        headers: bool,
        times: Option<Times>,
        terminal: bool,
    ) -> Self {
        Self { columns, headers, times, terminal }
    }
}

impl Lines for Tsv {
    fn push(&self, row: Row<'_>, text: &mut String) {
        let backup = row.backup();
        let times = self.times.as_ref();
        let values = self.columns.iter().map(|column| value::exact(column, &backup, times));
        push_row(text, values, self.terminal);
    }

    fn head(&self) -> String {
        let names = self.columns.iter().map(|column| column.name);
        if self.headers { head(names) } else { String::new() }
    }
}

/// Returns the header.
pub(super) fn head<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join("\t") + "\n"
}

/// Adds a row of values. If the output is a terminal, control characters are escaped.
pub(super) fn push_row<'a>(
    text: &mut String,
    values: impl Iterator<Item = Cow<'a, str>>,
    terminal: bool,
) {
    for (position, value) in values.enumerate() {
        if position > 0 {
            text.push('\t');
        }
        let value = escaped(&value);
        text.push_str(&if terminal { sanitize::visible(&value) } else { value });
    }
    text.push('\n');
}

/// Escapes the characters that separate values.
fn escaped(value: &str) -> Cow<'_, str> {
    if !value.contains(['\t', '\n', '\r', '\\', '\0']) {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len() + 8);
    for char in value.chars() {
        match char {
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\\' => text.push_str("\\\\"),
            '\0' => text.push_str("\\0"),
            other => text.push(other),
        }
    }
    Cow::Owned(text)
}
