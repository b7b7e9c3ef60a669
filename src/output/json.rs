//! json and jsonl: the records as the service sent them, one a line.
//!
//! Nothing is parsed and written anew, so key order, unknown fields and the text of numbers
//! survive. Only line breaks between tokens go, of a service that sends them.

use std::borrow::Cow;
use std::io::Write;
use std::mem;

use anyhow::Context as _;

use super::screen_text;
use super::spool::{FAULT, Spool};
use super::{Output, Render};
use crate::backup::Backup;
use crate::column::Column;
use crate::json;
use crate::row::Row;

/// Renders an array, or a line for each record.
pub(super) struct Json {
    array: bool,
    /// Only these fields, in this order.
    columns: Option<Vec<Column>>,
    /// Characters that could act on a terminal are written as JSON escapes: other bytes, but the
    /// same JSON.
    terminal: bool,
    empty: bool,
    spool: Spool,
}

impl Json {
    pub(super) fn array(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { array: true, columns, terminal, empty: true, spool: Spool::new() }
    }

    pub(super) fn lines(columns: Option<Vec<Column>>, terminal: bool) -> Self {
        Self { array: false, columns, terminal, empty: true, spool: Spool::new() }
    }

    /// What stands before the next record.
    fn separator(&self) -> &'static str {
        match (self.array, self.empty) {
            (true, true) => "[\n",
            (true, false) => ",\n",
            (false, _) => "",
        }
    }

    /// What stands after each record.
    fn terminator(&self) -> &'static str {
        if self.array { "" } else { "\n" }
    }

    /// Writes a record that is on one line.
    fn write(&mut self, record: &str) -> anyhow::Result<()> {
        let shown = self.terminal.then(|| screen_text::json(record));
        let record = shown.as_deref().unwrap_or(record);
        for text in [self.separator(), record, self.terminator()] {
            self.spool.write_all(text.as_bytes()).context(FAULT)?;
        }
        self.empty = false;
        Ok(())
    }

    /// What stands after the last record, or in place of any.
    fn end(&self) -> &'static str {
        match (self.array, self.empty) {
            (true, true) => "[]\n",
            (true, false) => "\n]\n",
            (false, _) => "",
        }
    }
}

impl Render for Json {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        match &self.columns {
            Some(columns) => self.write(&projected(&Backup::parse(record)?, columns)),
            None => self.write(&json::Json::new(record).one_line()),
        }
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        match &self.columns {
            Some(columns) => self.write(&projected(&row.backup(), columns)),
            None => self.write(&row.one_line()),
        }
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        let end = self.end();
        self.spool.write_all(end.as_bytes()).context(FAULT)?;
        self.drain(out)
    }
}

/// An object of the chosen fields. Names of columns need no escape.
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
