//! A table of texts without borders: one row a line, columns aligned, two spaces between them.
//!
//! The widths are known only after the last row, so rows wait in a spool as cells that are ready
//! to be shown. Memory stays bounded. Knows nothing of backups.

use std::borrow::Cow;
use std::io::{BufRead as _, Write};
use std::iter;

use anyhow::Context as _;

use super::layout::{self, GAP, Heading, Layout, MORE};
use super::screen_text::{cells, shortened, visible};
use super::spool::{FAULT, Spool};
use super::{Look, color, time};
use crate::column::Kind;

/// Bytes of lines that are written at once.
const CHUNK: usize = 64 << 10;

/// Stands for nothing, so that every row has the same number of words to `awk` and the eye.
const NOTHING_THERE: &str = "-";

/// Ends of cells and rows in the spool. A cell that is ready to be shown holds neither.
const CELL_END: &[u8] = b"\t";
const ROW_END: &[u8] = b"\n";

/// The widest cell. Longer texts are shortened, also where nobody is looking.
const WIDEST: usize = 65_533;

/// Takes rows, then writes the table.
pub(super) struct Grid {
    headings: Vec<Heading>,
    /// The headings are printed.
    headed: bool,
    look: Look,
    /// Of the widest cell of each column so far.
    widths: Vec<usize>,
    spool: Spool,
}

impl Grid {
    /// Without headings there is nothing that could say that columns gave way, so none does.
    pub(super) fn new(mut headings: Vec<Heading>, headed: bool, look: Look) -> Self {
        if !headed {
            for heading in &mut headings {
                heading.text.clear();
                heading.rank = 0;
            }
        }
        Self { widths: vec![0; headings.len()], headings, headed, look, spool: Spool::new() }
    }

    /// Takes a row: a text for each heading.
    pub(super) fn push<'a>(
        &mut self,
        row: impl IntoIterator<Item = Cow<'a, str>>,
    ) -> anyhow::Result<()> {
        for (text, widest) in row.into_iter().zip(&mut self.widths) {
            let text = if text.is_empty() { Cow::Borrowed(NOTHING_THERE) } else { text };
            let cell = visible(&text);
            *widest = cells(&cell).min(WIDEST).max(*widest);
            self.spool.write_all(cell.as_bytes()).context(FAULT)?;
            self.spool.write_all(CELL_END).context(FAULT)?;
        }
        self.spool.write_all(ROW_END).context(FAULT)
    }

    /// Writes all rows to `out`, in lines that fit the screen where that is possible.
    pub(super) fn finish(self, out: &mut dyn Write) -> anyhow::Result<()> {
        let Self { headings, headed, look, widths, spool } = self;
        let layout = layout::fit(&headings, &widths, look.width, look.times.lengths());
        let mut text = String::new();
        if headed {
            push_headings(&mut text, &headings, &layout);
        }
        let mut spooled = spool.into_reader()?;
        let mut row = String::new();
        while spooled.read_line(&mut row).context(FAULT)? > 0 {
            push_row(&mut text, &row, &headings, &layout, look.colored);
            row.clear();
            if text.len() >= CHUNK {
                out.write_all(text.as_bytes())?;
                text.clear();
            }
        }
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }
}

fn push_headings(text: &mut String, headings: &[Heading], layout: &Layout) {
    let last = layout.columns.len().saturating_sub(1);
    for (index, shown) in layout.columns.iter().enumerate() {
        let Heading { text: heading, kind, .. } = &headings[shown.position];
        let more = if layout.more && index == last { MORE } else { "" };
        let heading = [heading, more].concat();
        let free = shown.width.saturating_sub(cells(&heading));
        push_cell(text, index, &heading, free, *kind);
    }
    end_line(text);
}

/// Adds the cells of a spooled row that are shown. Colour takes no room.
fn push_row(
    text: &mut String,
    spooled: &str,
    headings: &[Heading],
    layout: &Layout,
    colored: bool,
) {
    let row: Vec<_> = spooled.split('\t').collect();
    for (index, shown) in layout.columns.iter().enumerate() {
        let kind = headings[shown.position].kind;
        let cell = match kind {
            Kind::Time => time::shortened(row[shown.position], shown.width),
            _ => shortened(row[shown.position], shown.width),
        };
        let free = shown.width.saturating_sub(cells(&cell));
        let cell = match kind {
            Kind::Status if colored => color::painted(row[shown.position], cell),
            _ => cell,
        };
        push_cell(text, index, &cell, free, kind);
    }
    end_line(text);
}

/// Adds a cell with the space around it.
fn push_cell(text: &mut String, index: usize, cell: &str, free: usize, kind: Kind) {
    let gap = if index == 0 { 0 } else { GAP };
    let is_number = matches!(kind, Kind::Number | Kind::Size);
    let (before, after) = if is_number { (free, 0) } else { (0, free) };
    text.extend(iter::repeat_n(' ', gap + before));
    text.push_str(cell);
    text.extend(iter::repeat_n(' ', after));
}

fn end_line(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}
