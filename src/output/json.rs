//! json and jsonl: the records as the service sent them, one a line.
//!
//! Records are copied, not parsed and reserialized, so key order, unknown fields and the text of
//! numbers survive. Only line breaks between tokens are removed.

use std::borrow::Cow;

use super::lines::Lines;
use crate::record::backup::Backup;
use crate::record::column::Column;
use crate::record::row::Row;
use crate::text::sanitize;

/// Renders an array, or a line for each record.
pub(super) struct Json {
    array: bool,
    /// Only these fields, in this order.
    columns: Option<Vec<Column>>,
    /// The output is a terminal: control characters are written as JSON escapes. The bytes differ,
    /// the JSON value does not.
    terminal: bool,
}

impl Json {
    pub(super) fn array(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { array: true, columns, terminal }
    }

    pub(super) fn lines(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { array: false, columns, terminal }
    }
}

impl Lines for Json {
    fn push(&self, row: Row<'_>, text: &mut String) {
        let record = match &self.columns {
            Some(columns) => Cow::Owned(projected(&row.backup(), columns)),
            None => row.one_line(),
        };
        if self.terminal {
            text.push_str(&sanitize::json(&record));
        } else {
            text.push_str(&record);
        }
        if !self.array {
            text.push('\n');
        }
    }

    fn head(&self) -> String {
        if self.array { "[\n".to_owned() } else { String::new() }
    }

    fn separator(&self) -> &'static str {
        if self.array { ",\n" } else { "" }
    }

    fn tail(&self) -> &'static str {
        if self.array { "\n]\n" } else { "" }
    }

    fn when_empty(&self) -> String {
        if self.array { "[]\n".to_owned() } else { String::new() }
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
