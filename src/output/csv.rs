//! csv: a header and a row for each record, for spreadsheets, databases and scripts.
//!
//! RFC 4180, except that a row ends with a plain line feed: the shell's tools would take a carriage
//! return for a part of the last field, while every reader of CSV takes both. Times are RFC 3339
//! with `Z`, what is null or missing is empty, lists and objects are compact JSON.

use std::io::Write;
use std::mem;

use anyhow::Context as _;

use super::Render;
use super::screen_text;
use super::spool::{FAULT, Spool};
use super::value;
use crate::backup::Backup;
use crate::column::Column;
use crate::row::Row;

pub(super) struct Csv {
    columns: Vec<Column>,
    headers: bool,
    /// Characters that could act on a terminal are shown escaped there; elsewhere the text is exact.
    terminal: bool,
    writer: csv::Writer<Spool>,
}

impl Csv {
    pub(super) fn new(columns: Vec<Column>, headers: bool, terminal: bool) -> Self {
        Self { columns, headers, terminal, writer: csv::Writer::from_writer(Spool::new()) }
    }

    /// Before the first row, also when none follows.
    fn write_headers(&mut self) -> anyhow::Result<()> {
        if mem::take(&mut self.headers) {
            let names = self.columns.iter().map(|column| column.name);
            self.writer.write_record(names).context(FAULT)?;
        }
        Ok(())
    }

    fn write(&mut self, backup: &Backup<'_>) -> anyhow::Result<()> {
        self.write_headers()?;
        for column in &self.columns {
            let value = value::exact(column, backup);
            let written = if self.terminal {
                self.writer.write_field(&*screen_text::visible(&value))
            } else {
                self.writer.write_field(&*value)
            };
            written.context(FAULT)?;
        }
        self.writer.write_record(None::<&[u8]>).context(FAULT)
    }
}

impl Render for Csv {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.write(&Backup::parse(record)?)
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.write(&row.backup())
    }
    fn drain(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        self.write_headers()?;
        let rows = mem::replace(&mut self.writer, csv::Writer::from_writer(Spool::new()));
        rows.into_inner().map_err(|error| error.into_error()).context(FAULT)?.copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Write) -> anyhow::Result<()> {
        self.drain(out)
    }
}
