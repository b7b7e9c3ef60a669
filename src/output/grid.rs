//! A table of texts without borders: one row a line, columns aligned, two spaces between them.
//!
//! The widths are known only after the last row, so rows wait in a spool as cells that are ready
//! to be shown. They are then laid out in blocks, each a small table with the same fixed widths,
//! so that memory stays bounded and all blocks line up. Knows nothing of backups.

use std::borrow::Cow;
use std::io::{BufRead as _, Write};

use anyhow::Context as _;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row, Width};

use super::layout::{self, GAP, Heading, Layout, MORE};
use super::screen_text::{cells, shortened, visible};
use super::spool::{FAULT, Spool};
use crate::column::Kind;

/// Rows that are laid out together.
const BLOCK: usize = 500;

/// Stands for nothing, so that every row has the same number of words to `awk` and the eye.
const NOTHING_THERE: &str = "-";

/// Ends of cells and rows in the spool. A cell that is ready to be shown holds neither.
const CELL_END: &[u8] = b"\t";
const ROW_END: &[u8] = b"\n";

/// The widest cell. Longer texts are shortened, also where nobody is looking.
const WIDEST: u16 = u16::MAX - GAP;

/// Takes rows, then writes the table.
pub(super) struct Grid {
    headings: Vec<Heading>,
    /// The headings are printed.
    headed: bool,
    /// Of the widest cell of each column so far.
    widths: Vec<usize>,
    spool: Spool,
}

impl Grid {
    /// Without headings there is nothing that could say that columns gave way, so none does.
    pub(super) fn new(mut headings: Vec<Heading>, headed: bool) -> Self {
        if !headed {
            for heading in &mut headings {
                heading.text.clear();
                heading.rank = 0;
            }
        }
        Self { widths: vec![0; headings.len()], headings, headed, spool: Spool::new() }
    }

    /// Takes a row: a text for each heading.
    pub(super) fn push<'a>(
        &mut self,
        row: impl IntoIterator<Item = Cow<'a, str>>,
    ) -> anyhow::Result<()> {
        for (text, widest) in row.into_iter().zip(&mut self.widths) {
            let text = if text.is_empty() { Cow::Borrowed(NOTHING_THERE) } else { text };
            let cell = visible(&text);
            *widest = cells(&cell).min(WIDEST.into()).max(*widest);
            self.spool.write_all(cell.as_bytes()).context(FAULT)?;
            self.spool.write_all(CELL_END).context(FAULT)?;
        }
        self.spool.write_all(ROW_END).context(FAULT)
    }

    /// Writes all rows to `out`, in lines of at most `screen` cells where that is possible.
    pub(super) fn finish(self, screen: Option<usize>, out: &mut dyn Write) -> anyhow::Result<()> {
        let Self { headings, headed, widths, spool } = self;
        let layout = layout::fit(&headings, &widths, screen);
        let mut block = Vec::with_capacity(BLOCK);
        if headed {
            block.push(heading_row(&headings, &layout));
        }
        let mut spooled = spool.into_reader()?;
        let mut cells = String::new();
        while spooled.read_line(&mut cells).context(FAULT)? > 0 {
            block.push(row(&cells, &layout));
            cells.clear();
            if block.len() == BLOCK {
                let full = std::mem::replace(&mut block, Vec::with_capacity(BLOCK));
                out.write_all(lines(full, &headings, &layout).as_bytes())?;
            }
        }
        out.write_all(lines(block, &headings, &layout).as_bytes())?;
        out.flush()?;
        Ok(())
    }
}

fn heading_row(headings: &[Heading], layout: &Layout) -> Row {
    let mut texts: Vec<_> =
        layout.columns.iter().map(|shown| headings[shown.position].text.clone()).collect();
    if layout.more
        && let Some(last) = texts.last_mut()
    {
        last.push_str(MORE);
    }
    Row::from(texts)
}

/// The cells of a spooled row that are shown.
fn row(spooled: &str, layout: &Layout) -> Row {
    let cells: Vec<_> = spooled.split('\t').collect();
    Row::from(layout.columns.iter().map(|shown| shortened(cells[shown.position], shown.width)))
}

/// Lays out rows whose cells are no wider than their columns.
fn lines(rows: Vec<Row>, headings: &[Heading], layout: &Layout) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING).add_rows(rows);
    let last = layout.columns.len().saturating_sub(1);
    for (position, (column, shown)) in table.column_iter_mut().zip(&layout.columns).enumerate() {
        let gap = if position == last { 0 } else { GAP };
        let width = u16::try_from(shown.width).unwrap_or(WIDEST).saturating_add(gap);
        column
            .set_padding((0, gap))
            .set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        if headings[shown.position].kind == Kind::Number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end_matches(' '));
        text.push('\n');
    }
    text
}
