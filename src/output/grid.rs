//! A table of texts without borders: one row a line, columns aligned, two spaces between them.
//!
//! The widths are known only after the last row, so rows wait in a spool as cells that are ready
//! to be shown. The first screenful is laid out as a small table with fixed widths; what follows is
//! filled up to the same widths a line at a time, which is much faster, and looks the same. Memory
//! stays bounded. Knows nothing of backups.

use std::borrow::Cow;
use std::io::Write;

use anyhow::Context as _;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Width};
use memchr::memchr_iter;

use super::layout::{self, GAP, Heading, Layout, MORE, Shown};
use super::spool::{SPOOL_ERROR, Spool};
use super::{Style, color, time};
use crate::record::column::ColumnKind;
use crate::text::sanitize::{cells, shortened, visible_cells};

/// Lines that people look at, which are laid out together.
const SCREENFUL: usize = 60;

/// Bytes of lines that are written at once.
const CHUNK: usize = 64 << 10;

/// Stands for nothing, so that every row has the same number of words to `awk` and the eye.
const NOTHING_THERE: &str = "-";

/// Ends of cells and rows in the spool. A cell that is ready to be shown holds neither.
const CELL_END: char = '\t';
const ROW_END: char = '\n';

/// The widest column that can be laid out as a table. A longer text is printed whole and moves the
/// rest of its line, so that one such text does not pad all other lines to its length.
const WIDEST: usize = u16::MAX as usize - GAP;

/// Takes rows, then writes the table.
pub(super) struct Grid {
    headings: Vec<Heading>,
    /// The headings are printed.
    headed: bool,
    look: Style,
    /// Of the widest cell of each column so far.
    widths: Vec<usize>,
    /// The row that is being written: its memory is used again.
    row: String,
    spool: Spool,
}

impl Grid {
    pub(super) fn new(mut headings: Vec<Heading>, headed: bool, look: Style) -> Self {
        if !headed {
            headings.iter_mut().for_each(|heading| heading.text.clear());
        }
        let (widths, row, spool) = (vec![0; headings.len()], String::new(), Spool::new());
        Self { headings, headed, look, widths, row, spool }
    }

    /// Takes a row: a text for each heading.
    pub(super) fn push<'a>(
        &mut self,
        row: impl IntoIterator<Item = Cow<'a, str>>,
    ) -> anyhow::Result<()> {
        for (text, widest) in row.into_iter().zip(&mut self.widths) {
            let text = if text.is_empty() { Cow::Borrowed(NOTHING_THERE) } else { text };
            let (cell, cells) = visible_cells(&text);
            *widest = cells.min(WIDEST).max(*widest);
            self.row.push_str(&cell);
            self.row.push(CELL_END);
        }
        self.row.push(ROW_END);
        self.spool.write_all(self.row.as_bytes()).context(SPOOL_ERROR)?;
        self.row.clear();
        Ok(())
    }

    /// Writes all rows to `out`, in lines that fit the screen where that is possible.
    pub(super) fn finish(self, out: &mut dyn Write) -> anyhow::Result<()> {
        let Self { headings, headed, look, widths, spool, .. } = self;
        let layout = layout::fit(&headings, &widths, look.width, look.times.lengths());
        let mut spooled = spool.into_lines()?;
        // Where there is no heading that could say that columns gave way, each row does.
        let end = if layout.more && !headed { [MORE, "\n"].concat() } else { "\n".to_owned() };
        let head = headed.then(|| heading_cells(&headings, &layout));
        let mut text = String::new();
        if layout.columns.iter().any(|shown| shown.width >= WIDEST) {
            if let Some(head) = head {
                push_line(&mut text, head, &headings, &layout, &end);
            }
        } else {
            let mut first = Vec::with_capacity(SCREENFUL);
            while first.len() < SCREENFUL
                && let Some(row) = spooled.next()?
            {
                first.push(row.to_owned());
            }
            let rows = first.iter().map(|row| shown_cells(row, &headings, &layout, look.colored));
            let screenful: Vec<Vec<_>> =
                head.into_iter().chain(rows.map(Iterator::collect)).collect();
            text = lines(&screenful, &headings, &layout, &end);
        }
        while let Some(row) = spooled.next()? {
            let cells = shown_cells(row, &headings, &layout, look.colored);
            push_line(&mut text, cells, &headings, &layout, &end);
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

/// A text that fits its column, and the same in colour where it has one. Colour takes no room.
struct Cell<'a> {
    text: Cow<'a, str>,
    painted: Option<String>,
}

fn heading_cells<'a>(headings: &[Heading], layout: &Layout) -> Vec<Cell<'a>> {
    let last = layout.columns.len().saturating_sub(1);
    let texts = layout.columns.iter().enumerate().map(|(index, shown)| {
        let more = if layout.more && index == last { MORE } else { "" };
        [&headings[shown.position].text, more].concat()
    });
    texts.map(|text| Cell { text: text.into(), painted: None }).collect()
}

/// The cells of a spooled row that are shown.
fn shown_cells<'a>(
    spooled: &'a str,
    headings: &[Heading],
    layout: &Layout,
    colored: bool,
) -> impl Iterator<Item = Cell<'a>> {
    // Columns are shown in their order, so each cell is found behind the one before.
    let mut row = cells_of(spooled);
    let mut next = 0;
    layout.columns.iter().map(move |shown| {
        let spooled = row.nth(shown.position - next).unwrap_or_default();
        next = shown.position + 1;
        shown_cell(spooled, headings, shown, colored)
    })
}

/// The cells of a spooled row.
fn cells_of(spooled: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr_iter(CELL_END as u8, spooled.as_bytes()).map_while(move |end| {
        let cell = spooled.get(start..end);
        start = end + 1;
        cell
    })
}

/// A spooled cell as it is shown in its column.
fn shown_cell<'a>(
    spooled: &'a str,
    headings: &[Heading],
    shown: &Shown,
    colored: bool,
) -> Cell<'a> {
    let kind = headings[shown.position].kind;
    let text = match kind {
        _ if shown.width >= WIDEST => Cow::Borrowed(spooled),
        ColumnKind::Time => time::shortened(spooled, shown.width),
        _ => shortened(spooled, shown.width),
    };
    let is_painted = colored && kind == ColumnKind::Status;
    let painted = is_painted.then(|| color::colored_status(spooled, text.clone()).into_owned());
    Cell { text, painted }
}

/// Adds the cells of a row as [`lines`] makes a line of them.
fn push_line<'a>(
    text: &mut String,
    row: impl IntoIterator<Item = Cell<'a>>,
    headings: &[Heading],
    layout: &Layout,
    end: &str,
) {
    let mut blanks = 0;
    for (cell, shown) in row.into_iter().zip(&layout.columns) {
        let free = shown.width.saturating_sub(cells(&cell.text));
        let (before, after) =
            if is_number(&headings[shown.position]) { (free, 0) } else { (0, free) };
        push_blanks(text, blanks + before);
        text.push_str(cell.painted.as_deref().unwrap_or(&cell.text));
        blanks = after + GAP;
    }
    text.truncate(text.trim_end_matches(' ').len());
    text.push_str(end);
}

/// Many at once.
fn push_blanks(text: &mut String, mut number: usize) {
    const BLANKS: &str = "                                                                ";
    while number > 0 {
        let some = number.min(BLANKS.len());
        text.push_str(&BLANKS[..some]);
        number -= some;
    }
}

/// Lays out rows whose cells are no wider than their columns.
fn lines(rows: &[Vec<Cell<'_>>], headings: &[Heading], layout: &Layout, end: &str) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING);
    table.add_rows(rows.iter().map(|row| row.iter().map(|cell| &*cell.text)));
    let last = layout.columns.len().saturating_sub(1);
    for (index, (column, shown)) in table.column_iter_mut().zip(&layout.columns).enumerate() {
        let gap = if index == last { 0 } else { u16::try_from(GAP).unwrap_or_default() };
        let width = u16::try_from(shown.width).unwrap_or(u16::MAX).saturating_add(gap);
        column
            .set_padding((0, gap))
            .set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        if is_number(&headings[shown.position]) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = String::new();
    for (line, row) in table.lines().zip(rows) {
        push_painted(&mut text, line.trim_end_matches(' '), row, layout);
        text.push_str(end);
    }
    text
}

/// Adds a line with its colours, which the table would count as characters. A cell that has one
/// begins where those before it end.
fn push_painted(text: &mut String, line: &str, row: &[Cell<'_>], layout: &Layout) {
    let (mut done, mut start) = (0, 0);
    for (cell, shown) in row.iter().zip(&layout.columns) {
        let end = start + cell.text.len();
        if let Some(painted) = &cell.painted
            && line.get(start..end) == Some(&*cell.text)
        {
            text.push_str(&line[done..start]);
            text.push_str(painted);
            done = end;
        }
        start = end + shown.width.saturating_sub(cells(&cell.text)) + GAP;
    }
    text.push_str(&line[done..]);
}

fn is_number(heading: &Heading) -> bool {
    matches!(heading.kind, ColumnKind::Number | ColumnKind::Size)
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::time::Times;
    use super::*;

    /// Ahead of a text that is longer than any column, and behind it, cells are where they would be
    /// without it.
    #[test]
    fn no_text_is_too_long_for_a_pipe() {
        let heading = |text: &str, kind| Heading { text: text.to_owned(), kind, rank: 0 };
        let look = Style { width: None, colored: true, times: Times::Utc };
        for length in [WIDEST - 1, WIDEST, WIDEST + 1, 3 * WIDEST] {
            let headings = vec![
                heading("ID", ColumnKind::Id),
                heading("NAME", ColumnKind::Text),
                heading("STATUS", ColumnKind::Status),
            ];
            let (long, width) = ("x".repeat(length), length.min(WIDEST));
            let mut grid = Grid::new(headings, true, look.clone());
            let number = SCREENFUL + 3;
            for row in 0..number {
                let name = if row % 2 == 0 { "short" } else { &long };
                grid.push(["id", name, "error"].map(Cow::Borrowed)).unwrap();
            }
            let mut out = Vec::new();
            grid.finish(&mut out).unwrap();
            let text = strip_str(str::from_utf8(&out).unwrap()).to_string();
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len(), 1 + number);
            assert!(lines[0] == format!("ID  {:width$}  STATUS", "NAME"), "{length}");
            assert!(
                lines[1..]
                    .iter()
                    .step_by(2)
                    .all(|line| *line == format!("id  {:width$}  error", "short"))
            );
            assert!(lines[2..].iter().step_by(2).all(|line| *line == format!("id  {long}  error")));
        }
    }

    /// Past the screenful a line is made in another way; nobody can tell where.
    #[test]
    fn every_line_is_the_same_however_it_is_made() {
        let heading = |text: &str, kind| Heading { text: text.to_owned(), kind, rank: 0 };
        let headings = || {
            vec![
                heading("NAME", ColumnKind::Text),
                heading("SIZE", ColumnKind::Number),
                heading("STATUS", ColumnKind::Status),
                heading("DESCRIPTION", ColumnKind::Text),
                heading("STATUS", ColumnKind::Status),
            ]
        };
        let rows = [
            ["autobk_b629", "40", "available", "a description of some length", "error"],
            ["夜间备份_核心数据库", "5000", "error", "", "available"],
            ["🚀 release 👩‍👩‍👧", "", "waiting_protect", " blanks around ", "é"],
            ["", "0", "", "\u{1b}[31mred\t\u{202e}", ""],
        ];
        let number = SCREENFUL + 2 * rows.len();
        let text = |look| {
            let mut grid = Grid::new(headings(), false, look);
            for row in rows.iter().cycle().take(number) {
                grid.push(row.iter().map(|text| Cow::Borrowed(*text))).unwrap();
            }
            let mut out = Vec::new();
            grid.finish(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        for width in [None, Some(200), Some(100), Some(70), Some(30)] {
            let [plain, painted] =
                [false, true].map(|colored| text(Style { width, colored, times: Times::Utc }));
            for text in [&plain, &painted] {
                let lines: Vec<_> = text.lines().collect();
                assert_eq!(lines.len(), number);
                for (index, line) in lines.iter().enumerate() {
                    assert_eq!(*line, lines[index % rows.len()], "line {index} at {width:?}");
                }
            }
            // Colour is all that tells them apart: of two statuses in two rows of four, and of one
            // in a third.
            assert_eq!(strip_str(&painted).to_string(), plain, "{width:?}");
            assert_eq!(painted.matches("\u{1b}[0m").count(), number / 4 * 5, "{width:?}");
        }
    }
}
