//! A table of texts without borders: one row a line, columns aligned, two spaces between them.
//!
//! The widths are known only after the last row, so a spool keeps the formatted cells, and memory
//! stays bounded. comfy-table draws the first lines with fixed widths. The rest is padded to the
//! same widths line by line: comfy-table takes 6 µs per row, which would more than double the time
//! of a table of 100,000 rows. Knows nothing of backups.

use std::borrow::Cow;
use std::io::Write;

use anyhow::Context as _;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Width};
use memchr::memchr_iter;

use super::layout::{self, GAP, Heading, Layout, MORE, SHORT_ID, Shown};
use super::spool::{SPOOL_ERROR, Spool};
use super::{Style, color};
use crate::record::column::ColumnKind;
use crate::text::sanitize::{cells, shortened, visible_cells};

/// Number of rows that comfy-table draws.
const DRAWN_ROWS: usize = 60;

/// Number of bytes that are written at once.
const CHUNK: usize = 64 << 10;

/// Placeholder for an empty value, so that every row has the same number of words for `awk`.
const EMPTY_VALUE: &str = "-";

/// Ends of cells and rows in the spool. A formatted cell contains neither.
const CELL_END: char = '\t';
const ROW_END: char = '\n';

/// Maximum width of a column. A longer text is printed whole and shifts the rest of its line, so
/// all other lines need no padding to its length.
const MAX_WIDTH: usize = u16::MAX as usize - GAP;

/// Maximum width of a text column if nothing is shortened: few names are longer.
const MAX_TEXT_WIDTH_IN_PIPE: usize = 60;

/// Collects rows, then writes the table.
pub(super) struct Grid {
    headings: Vec<Heading>,
    /// Print the headings.
    headed: bool,
    style: Style,
    /// Width of the widest cell of each column so far.
    widths: Vec<usize>,
    /// Buffer for one row, reused.
    row: String,
    spool: Spool,
}

impl Grid {
    pub(super) fn new(mut headings: Vec<Heading>, headed: bool, style: Style) -> Self {
        if !headed {
            headings.iter_mut().for_each(|heading| heading.text.clear());
        }
        let (widths, row, spool) = (vec![0; headings.len()], String::new(), Spool::new());
        Self { headings, headed, style, widths, row, spool }
    }

    /// Adds a row: a text for each heading.
    pub(super) fn push<'a>(
        &mut self,
        row: impl IntoIterator<Item = Cow<'a, str>>,
    ) -> anyhow::Result<()> {
        for ((text, widest), heading) in row.into_iter().zip(&mut self.widths).zip(&self.headings) {
            let text = if text.is_empty() { Cow::Borrowed(EMPTY_VALUE) } else { text };
            let (cell, cells) = visible_cells(&text);
            let limit = match heading.kind {
                ColumnKind::Text if self.style.width.is_none() => MAX_TEXT_WIDTH_IN_PIPE,
                _ => MAX_WIDTH,
            };
            *widest = cells.min(limit).max(*widest);
            self.row.push_str(&cell);
            self.row.push(CELL_END);
        }
        self.row.push(ROW_END);
        self.spool.write_all(self.row.as_bytes()).context(SPOOL_ERROR)?;
        self.row.clear();
        Ok(())
    }

    /// Writes all rows to `out`, in lines that fit the screen if possible. Returns the number of
    /// hidden columns.
    pub(super) fn finish(self, out: &mut dyn Write) -> anyhow::Result<usize> {
        let Self { headings, headed, style, widths, spool, .. } = self;
        let layout = layout::fit(&headings, &widths, style.width);
        let mut spooled = spool.into_lines()?;
        // Without headings, each row shows that columns are hidden.
        let end =
            if layout.hidden > 0 && !headed { [MORE, "\n"].concat() } else { "\n".to_owned() };
        let mut first = Vec::with_capacity(DRAWN_ROWS);
        while first.len() < DRAWN_ROWS
            && let Some(row) = spooled.next()?
        {
            first.push(row.to_owned());
        }
        let head = headed.then(|| heading_cells(&headings, &layout));
        let rows = first.iter().map(|row| shown_cells(row, &headings, &layout, &style));
        let rows: Vec<Vec<_>> = head.into_iter().chain(rows.map(Iterator::collect)).collect();
        let mut text = lines(&rows, &headings, &layout, &end);
        while let Some(row) = spooled.next()? {
            let cells = shown_cells(row, &headings, &layout, &style);
            push_line(&mut text, cells, &headings, &layout, &end);
            if text.len() >= CHUNK {
                out.write_all(text.as_bytes())?;
                text.clear();
            }
        }
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(layout.hidden)
    }
}

/// A cell as it is drawn.
struct Cell<'a> {
    /// Text that fits its column.
    text: Cow<'a, str>,
    /// Text that replaces it after drawing: with colors, which have no width, or longer than the
    /// column.
    replacement: Option<Cow<'a, str>>,
}

fn heading_cells<'a>(headings: &[Heading], layout: &Layout) -> Vec<Cell<'a>> {
    let last = layout.columns.len().saturating_sub(1);
    let texts = layout.columns.iter().enumerate().map(|(index, shown)| {
        let more = if layout.hidden > 0 && index == last { MORE } else { "" };
        [&headings[shown.position].text, more].concat()
    });
    texts.map(|text| Cell { text: text.into(), replacement: None }).collect()
}

/// Returns the shown cells of a spooled row.
fn shown_cells<'a>(
    spooled: &'a str,
    headings: &[Heading],
    layout: &Layout,
    style: &Style,
) -> impl Iterator<Item = Cell<'a>> {
    // Columns keep their order, so each cell follows the previous one.
    let mut row = cells_of(spooled);
    let mut next = 0;
    layout.columns.iter().map(move |shown| {
        let spooled = row.nth(shown.position - next).unwrap_or_default();
        next = shown.position + 1;
        shown_cell(spooled, headings[shown.position].kind, shown, style)
    })
}

/// Iterates over the cells of a spooled row.
fn cells_of(spooled: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr_iter(CELL_END as u8, spooled.as_bytes()).map_while(move |end| {
        let cell = spooled.get(start..end);
        start = end + 1;
        cell
    })
}

/// Fits a spooled cell to its column.
fn shown_cell<'a>(spooled: &'a str, kind: ColumnKind, shown: &Shown, style: &Style) -> Cell<'a> {
    let fitted = style.width.is_some();
    let text = match kind {
        ColumnKind::Id if shown.width < cells(spooled) && fitted => {
            Cow::Borrowed(spooled.get(..SHORT_ID).unwrap_or(spooled))
        }
        _ => shortened(spooled, shown.width),
    };
    let text = if fitted || text == spooled { text } else { filled(text, shown.width) };
    let replacement = if !fitted && text != spooled {
        Some(Cow::Borrowed(spooled))
    } else if style.colored && kind == ColumnKind::Status {
        Some(color::colored_status(spooled, text.clone()))
    } else {
        None
    };
    Cell { text, replacement }
}

/// Fills a shortened text to its column, since a wide character may leave a cell free. Otherwise
/// padding would follow the whole text that replaces it.
fn filled(text: Cow<'_, str>, width: usize) -> Cow<'_, str> {
    match width.saturating_sub(cells(&text)) {
        0 => text,
        free => Cow::Owned([text.as_ref(), &"…".repeat(free)].concat()),
    }
}

/// Appends a line as [`lines`] draws it.
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
        text.push_str(cell.replacement.as_deref().unwrap_or(&cell.text));
        blanks = after + GAP;
    }
    text.truncate(text.trim_end_matches(' ').len());
    text.push_str(end);
}

/// Appends blanks, many at once.
fn push_blanks(text: &mut String, mut number: usize) {
    const BLANKS: &str = "                                                                ";
    while number > 0 {
        let some = number.min(BLANKS.len());
        text.push_str(&BLANKS[..some]);
        number -= some;
    }
}

/// Draws rows whose cells are no wider than their columns.
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
        push_replaced(&mut text, line.trim_end_matches(' '), row, layout);
        text.push_str(end);
    }
    text
}

/// Appends a drawn line with the replacements of its cells. The position of a cell follows from the
/// widths of the cells before it.
fn push_replaced(text: &mut String, line: &str, row: &[Cell<'_>], layout: &Layout) {
    let (mut done, mut start) = (0, 0);
    for (cell, shown) in row.iter().zip(&layout.columns) {
        let end = start + cell.text.len();
        if let Some(replacement) = &cell.replacement
            && line.get(start..end) == Some(&*cell.text)
        {
            text.push_str(&line[done..start]);
            text.push_str(replacement);
            done = end;
        }
        start = end + shown.width.saturating_sub(cells(&cell.text)) + GAP;
    }
    text.push_str(&line[done..]);
}

fn is_number(heading: &Heading) -> bool {
    matches!(heading.kind, ColumnKind::Number | ColumnKind::Size | ColumnKind::Age)
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::super::time::Times;
    use super::*;

    /// The other cells keep their positions.
    #[test]
    fn no_text_is_too_long_for_a_pipe() {
        let heading = |text: &str, kind| Heading { text: text.to_owned(), kind, rank: 0 };
        let style = Style { width: None, is_terminal: false, colored: true, times: Times::Utc };
        for length in [MAX_TEXT_WIDTH_IN_PIPE, MAX_TEXT_WIDTH_IN_PIPE + 1, 1000] {
            let headings = vec![
                heading("ID", ColumnKind::Id),
                heading("NAME", ColumnKind::Text),
                heading("STATUS", ColumnKind::Status),
            ];
            let (long, width) = ("x".repeat(length), length.min(MAX_TEXT_WIDTH_IN_PIPE));
            let mut grid = Grid::new(headings, true, style.clone());
            let number = DRAWN_ROWS + 3;
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

    #[test]
    fn later_lines_are_drawn_like_the_first_ones() {
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
        let number = DRAWN_ROWS + 2 * rows.len();
        let text = |style| {
            let mut grid = Grid::new(headings(), false, style);
            for row in rows.iter().cycle().take(number) {
                grid.push(row.iter().map(|text| Cow::Borrowed(*text))).unwrap();
            }
            let mut out = Vec::new();
            grid.finish(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        for width in [None, Some(200), Some(100), Some(70), Some(30)] {
            let [plain, painted] = [false, true].map(|colored| {
                text(Style { width, is_terminal: true, colored, times: Times::Utc })
            });
            for text in [&plain, &painted] {
                let lines: Vec<_> = text.lines().collect();
                assert_eq!(lines.len(), number);
                for (index, line) in lines.iter().enumerate() {
                    assert_eq!(*line, lines[index % rows.len()], "line {index} at {width:?}");
                }
            }
            // Only color distinguishes them: of two statuses in two rows of four, and of one
            // in a third.
            assert_eq!(strip_str(&painted).to_string(), plain, "{width:?}");
            assert_eq!(painted.matches("\u{1b}[0m").count(), number / 4 * 5, "{width:?}");
        }
    }
}
