//! Formats in which the text of a backup depends on no other one: jsonl and json, csv, tsv, ids, markdown.
//!
//! The texts can be made wherever the backups were read, side by side; here they come in order.

use std::io::Write as _;
use std::mem;
use std::sync::Arc;

use anyhow::Context as _;

use super::spool::{FAULT, Spool};
use super::{Output, Render};
use crate::record::row::{Row, RowFormat, RowSpan};

/// What such a format has besides the texts of the backups.
pub(super) trait Lines: RowFormat {
    /// What stands before the first backup.
    fn head(&self) -> String;

    /// What stands before the text of every backup, and in it. There is no need for it before the first one.
    fn separator(&self) -> &'static str {
        ""
    }

    /// What stands after the last backup.
    fn tail(&self) -> &'static str {
        ""
    }

    /// What stands where there are no backups.
    fn nothing(&self) -> String {
        self.head()
    }
}

/// Renders the backups in one of these formats.
pub(super) struct LineByLine {
    format: Arc<dyn Lines>,
    is_empty: bool,
    /// The text of one backup: its memory is used again.
    text: String,
    spool: Spool,
}

impl LineByLine {
    pub(super) fn new(format: impl Lines + 'static) -> Self {
        let (text, spool) = (String::new(), Spool::new());
        Self { format: Arc::new(format), is_empty: true, text, spool }
    }

    /// What makes the texts.
    pub(super) fn format(&self) -> Arc<dyn RowFormat> {
        Arc::clone(&self.format) as _
    }

    /// Takes the texts of backups, one after the other.
    pub(super) fn push_text(&mut self, text: &str) -> anyhow::Result<()> {
        let mut text = text;
        if mem::replace(&mut self.is_empty, false) {
            self.spool.write_all(self.format.head().as_bytes()).context(FAULT)?;
            text = text.get(self.format.separator().len()..).unwrap_or_default();
        }
        self.spool.write_all(text.as_bytes()).context(FAULT)
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
        let end = if self.is_empty { &self.format.nothing() } else { self.format.tail() };
        self.spool.write_all(end.as_bytes()).context(FAULT)?;
        self.drain(out)
    }
}
