//! A table of texts without borders: one row a line, columns aligned, two spaces between them.
//!
//! The widths are known only after the last row, so rows wait in a spool as cells that are ready
//! to be shown. The first screenful is laid out as a small table with fixed widths; what follows is
//! filled up to the same widths a line at a time, which is much faster, and looks the same. Memory
//! stays bounded. Knows nothing of backups.

use std::borrow::Cow;
use std::io::{BufRead as _, Write};
use std::iter;

use anyhow::Context as _;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row, Width};

use super::layout::{self, GAP, Heading, Layout, MORE};
use super::screen_text::{cells, shortened, visible};
use super::spool::{FAULT, Spool};
use crate::column::Kind;

/// Lines that people look at, which are laid out together.
const SCREENFUL: usize = 100;

/// Bytes of lines that are written at once.
const CHUNK: usize = 64 << 10;

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
        let mut screenful = Vec::with_capacity(SCREENFUL);
        if headed {
            screenful.push(heading_row(&headings, &layout));
        }
        let mut spooled = spool.into_reader()?;
        let mut cells = String::new();
        while screenful.len() < SCREENFUL && spooled.read_line(&mut cells).context(FAULT)? > 0 {
            screenful.push(row(&cells, &layout));
            cells.clear();
        }
        let mut text = lines(screenful, &headings, &layout);
        while spooled.read_line(&mut cells).context(FAULT)? > 0 {
            push_line(&mut text, &cells, &headings, &layout);
            cells.clear();
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

/// Adds a line as [`lines`] makes it of the row.
fn push_line(text: &mut String, spooled: &str, headings: &[Heading], layout: &Layout) {
    let row: Vec<_> = spooled.split('\t').collect();
    for (index, shown) in layout.columns.iter().enumerate() {
        let gap = if index == 0 { 0 } else { usize::from(GAP) };
        let cell = shortened(row[shown.position], shown.width);
        let free = shown.width.saturating_sub(cells(&cell));
        let is_number = headings[shown.position].kind == Kind::Number;
        let (before, after) = if is_number { (free, 0) } else { (0, free) };
        text.extend(iter::repeat_n(' ', gap + before));
        text.push_str(&cell);
        text.extend(iter::repeat_n(' ', after));
    }
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Past the screenful a line is made in another way; nobody can tell where.
    #[test]
    fn every_line_is_the_same_however_it_is_made() {
        let heading = |text: &str, kind| Heading { text: text.to_owned(), kind, rank: 0 };
        let headings = || {
            vec![
                heading("NAME", Kind::Text),
                heading("SIZE", Kind::Number),
                heading("STATUS", Kind::Word),
                heading("DESCRIPTION", Kind::Text),
            ]
        };
        let rows = [
            ["autobk_b629", "40", "available", "a description of some length"],
            ["夜间备份_核心数据库", "5000", "error", ""],
            ["🚀 release 👩‍👩‍👧", "", "waiting_protect", " blanks around "],
            ["", "0", "", "\u{1b}[31mred\t\u{202e}"],
        ];
        for screen in [None, Some(200), Some(60), Some(30)] {
            let mut grid = Grid::new(headings(), false);
            let number = SCREENFUL + 2 * rows.len();
            for row in rows.iter().cycle().take(number) {
                grid.push(row.iter().map(|text| Cow::Borrowed(*text))).unwrap();
            }
            let mut out = Vec::new();
            grid.finish(screen, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len(), number);
            for (index, line) in lines.iter().enumerate() {
                assert_eq!(*line, lines[index % rows.len()], "line {index} at {screen:?}");
            }
        }
    }
}
