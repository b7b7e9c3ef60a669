//! Formats whose rows do not depend on each other: jsonl and json, csv, tsv, ids, markdown.
//!
//! Rows can be formatted concurrently, where the backups are read. They are joined in order in this
//! module.

use std::io::Write as _;
use std::mem;
use std::sync::Arc;

use anyhow::Context as _;

use super::spool::{SPOOL_ERROR, Spool};
use super::{Output, Render};
use crate::record::row::{Row, RowFormat, RowSpan};

/// The text of a format around its rows.
pub(super) trait Lines: RowFormat {
    /// Returns the text before the first backup.
    fn head(&self) -> String;

    /// Returns the separator that each row's text begins with. It is stripped from the first row.
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
pub(super) struct LineByLine {
    format: Arc<dyn Lines>,
    is_empty: bool,
    /// Buffer for the text of one backup, reused.
    text: String,
    spool: Spool,
}

impl LineByLine {
    pub(super) fn new(format: impl Lines + 'static) -> Self {
        let (text, spool) = (String::new(), Spool::new());
        Self { format: Arc::new(format), is_empty: true, text, spool }
    }

    /// Returns the format of the rows.
    pub(super) fn format(&self) -> Arc<dyn RowFormat> {
        Arc::clone(&self.format) as _
    }

    /// Adds the formatted text of consecutive backups.
    pub(super) fn push_text(&mut self, text: &str) -> anyhow::Result<()> {
        let mut text = text;
        if mem::replace(&mut self.is_empty, false) {
            self.spool.write_all(self.format.head().as_bytes()).context(SPOOL_ERROR)?;
            text = text.get(self.format.separator().len()..).unwrap_or_default();
        }
        self.spool.write_all(text.as_bytes()).context(SPOOL_ERROR)
    }
}

impl Render for LineByLine {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.push_row(RowSpan::alone(record)?.row(record))
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        let mut text = mem::take(&mut self.text);
        text.clear();
        self.format.push(row, &mut text);
        self.push_text(&text)?;
        self.text = text;
        Ok(())
    }

    fn lines(&mut self) -> Option<&mut LineByLine> {
        Some(self)
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        let end = if self.is_empty { &self.format.when_empty() } else { self.format.tail() };
        self.spool.write_all(end.as_bytes()).context(SPOOL_ERROR)?;
        self.drain(out)
    }
}
