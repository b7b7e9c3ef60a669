//! Formats whose rows do not depend on each other: jsonl and json, csv, tsv, ids, markdown.

use std::io::Write as _;
use std::mem;

use anyhow::Context as _;

use super::spool::{SPOOL_ERROR, Spool};
use super::{Output, Render};
use crate::record::row::Row;

/// Number of bytes that are collected before they go to the spool.
const CHUNK: usize = 64 << 10;

/// A row, and the text around the rows.
pub(super) trait Lines: Send {
    /// Appends the formatted backup to `text`.
    fn push(&self, row: Row<'_>, text: &mut String);

    /// Returns the text before the first backup.
    fn head(&self) -> String;

    /// Returns the text between two backups.
    fn separator(&self) -> &'static str {
        ""
    }

    /// Returns the text after the last backup.
    fn tail(&self) -> &'static str {
        ""
    }

    /// Returns the whole output if there are no backups.
    fn when_empty(&self) -> String {
        self.head()
    }
}

/// Renders the backups in one of these formats.
pub(super) struct LineByLine<F> {
    format: F,
    is_empty: bool,
    /// Text that has not reached the spool.
    text: String,
    spool: Spool,
}

impl<F: Lines> LineByLine<F> {
    pub(super) fn new(format: F) -> Self {
        Self { format, is_empty: true, text: String::new(), spool: Spool::new() }
    }

    fn write_text(&mut self) -> anyhow::Result<()> {
        self.spool.write_all(self.text.as_bytes()).context(SPOOL_ERROR)?;
        self.text.clear();
        Ok(())
    }
}

impl<F: Lines> Render for LineByLine<F> {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        if mem::replace(&mut self.is_empty, false) {
            self.text.push_str(&self.format.head());
        } else {
            self.text.push_str(self.format.separator());
        }
        self.format.push(row, &mut self.text);
        if self.text.len() >= CHUNK { self.write_text() } else { Ok(()) }
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        self.write_text()?;
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<usize> {
        let end = if self.is_empty { &self.format.when_empty() } else { self.format.tail() };
        self.text.push_str(end);
        self.drain(out)?;
        Ok(0)
    }
}
