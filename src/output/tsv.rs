//! tsv: a header and a line for each record, for `cut`, `awk`, `sort` and databases.
//!
//! Fields are separated by tabs and never quoted. A tab, a line feed, a carriage return and a backslash in a
//! value are written as `\t`, `\n`, `\r` and `\\`, so a record is one line with the same number of tabs,
//! always; a NUL, at which some tools stop, as `\0`. This is what `jq`'s `@tsv` writes, and what Miller
//! and PostgreSQL's `COPY` read. Values are those of csv.

use std::borrow::Cow;
use std::io::Write;
use std::mem;

use anyhow::Context as _;

use super::screen_text;
use super::spool::{FAULT, Spool};
use super::value;
use super::{Output, Render};
use crate::backup::Backup;
use crate::column::Column;
use crate::row::Row;

pub(super) struct Tsv {
    columns: Vec<Column>,
    sheet: Sheet,
}

/// Rows of texts.
pub(super) struct Sheet {
    /// The header, until it is written.
    names: Option<Vec<&'static str>>,
    /// Characters that could act on a terminal are shown escaped there.
    terminal: bool,
    spool: Spool,
}

impl Sheet {
    pub(super) fn new(names: Option<Vec<&'static str>>, terminal: bool) -> Self {
        Self { names, terminal, spool: Spool::new() }
    }

    /// Before the first row, also when none follows.
    fn start(&mut self) -> anyhow::Result<()> {
        match self.names.take() {
            Some(names) => writeln!(self.spool, "{}", names.join("\t")).context(FAULT),
            None => Ok(()),
        }
    }

    pub(super) fn push<'a>(
        &mut self,
        row: impl Iterator<Item = Cow<'a, str>>,
    ) -> anyhow::Result<()> {
        self.start()?;
        for (position, value) in row.enumerate() {
            if position > 0 {
                self.spool.write_all(b"\t").context(FAULT)?;
            }
            let value = escaped(&value);
            let shown = if self.terminal { screen_text::visible(&value) } else { value };
            self.spool.write_all(shown.as_bytes()).context(FAULT)?;
        }
        self.spool.write_all(b"\n").context(FAULT)
    }

    pub(super) fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        self.start()?;
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }
}

impl Tsv {
    pub(super) fn new(columns: Vec<Column>, headers: bool, terminal: bool) -> Self {
        let names = headers.then(|| columns.iter().map(|column| column.name).collect());
        Self { columns, sheet: Sheet::new(names, terminal) }
    }

    fn write(&mut self, backup: &Backup<'_>) -> anyhow::Result<()> {
        self.sheet.push(self.columns.iter().map(|column| value::exact(column, backup)))
    }
}

impl Render for Tsv {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.write(&Backup::parse(record)?)
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.write(&row.backup())
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        self.sheet.drain(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        self.sheet.drain(out)
    }
}

/// A value without the characters that separate values.
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
