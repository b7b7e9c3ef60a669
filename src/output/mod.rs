//! From records to bytes: the output flags, and a renderer for each format.
//!
//! A renderer takes backups one at a time and writes nothing before [`Renderer::finish`], so the
//! output is complete or empty. Rows are buffered in a [`spool::Spool`], which keeps memory
//! bounded. Knows nothing of the source of records, and of the output only its
//! [`Destination`](crate::terminal::destination::Destination).
//!
//! To add a format, add it to the table in [`format`](mod@format). A format whose rows do not
//! depend on each other implements [`Lines`](lines::Lines).

mod args;
mod color;
mod csv;
mod format;
mod format_args;
mod grid;
mod ids;
mod json;
mod layout;
mod lines;
mod long;
mod markdown;
mod prometheus;
mod selection;
mod spool;
mod table;
pub(crate) mod temporary;
mod time;
mod tsv;
mod value;
mod yaml;
mod zone;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;

pub(crate) use args::{ListOutputArgs, OutputArgs};
pub(crate) use format::{Format, FormatParser, Printed};
pub(crate) use selection::{ChoiceParser, ColumnSets, TargetColumns};

use crate::record::column::ColumnKind;
use crate::record::row::{Row, RowSink, RowSpan};
use crate::terminal::destination::Output;

use grid::Grid;
use layout::Heading;
use time::Detail;
use time::Times;

/// Layout of human-readable formats.
#[derive(Clone)]
struct Style {
    /// Maximum width of lines.
    width: Option<usize>,
    /// True to escape control characters in every format.
    is_terminal: bool,
    colored: bool,
    times: Times,
}

impl Style {
    /// Returns how much of a value a table shows.
    fn detail(&self) -> Detail {
        if self.width.is_some() { Detail::Short } else { Detail::Second }
    }
}

/// Prints a table of plain texts, with nothing shortened.
pub(crate) fn table<'a, const N: usize>(
    headings: [&str; N],
    rows: impl Iterator<Item = [&'a str; N]>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let headings =
        headings.map(|text| Heading { text: text.to_owned(), kind: ColumnKind::Text, rank: 0 });
    let style = Style { width: None, is_terminal: true, colored: false, times: Times::Utc };
    let mut grid = Grid::new(headings.into(), true, style);
    for row in rows {
        grid.push(row.map(Cow::Borrowed))?;
    }
    grid.finish(out)?;
    Ok(())
}

/// Collects backups, then writes them all.
pub(crate) struct Renderer {
    render: Box<dyn Render>,
    /// Destination of rows that may be written before the last row is known.
    stream: Option<Box<dyn Output + Send>>,
}

/// Renders backups in one format.
trait Render: Send {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()>;
    /// Writes the rows that are ready.
    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()>;
    /// Writes everything. Returns the number of hidden columns.
    fn finish(self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<usize>;
}

impl Renderer {
    fn new(render: Box<dyn Render>) -> Self {
        Self { render, stream: None }
    }

    /// Adds one backup: the JSON text of one object, exactly as the service sent it.
    ///
    /// # Errors
    ///
    /// If the text is not a JSON object, and those of [`push`](RowSink::push).
    pub(crate) fn push_record(&mut self, record: &str) -> anyhow::Result<()> {
        self.render.push(RowSpan::alone(record)?.row(record))
    }

    /// Writes everything to `out` at once and flushes it. Returns the number of columns that were
    /// hidden to fit the screen. A failed write keeps its `io::Error` in the error chain.
    pub(crate) fn finish(self, out: &mut dyn Output) -> anyhow::Result<usize> {
        self.render.finish(out)
    }
}

impl RowSink for Renderer {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        self.render.push(row)?;
        Ok(ControlFlow::Continue(()))
    }

    /// Writes the rows so far if streaming is on.
    fn page_end(&mut self) -> anyhow::Result<()> {
        match &mut self.stream {
            Some(out) => self.render.drain(&mut **out),
            None => Ok(()),
        }
    }
}
