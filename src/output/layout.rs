//! Widths of the columns of a table, and which columns fit the screen.
//!
//! Pure: widths in, widths out, all in terminal cells. Without a screen nothing is shortened. On a
//! screen these steps are taken in order until the lines fit:
//!
//! 1. Ids are shortened to their first characters.
//! 2. The widest texts are shortened, never below their heading or a recognizable length.
//! 3. Columns are hidden, the least important first.
//!
//! Hidden columns that still fit unshortened are then restored: a narrow column may fit when a
//! wider, more important one does not. If the lines cannot fit, nothing is shortened.

use crate::record::column::ColumnKind;
use crate::text::sanitize::cells;

/// Cells between two columns.
pub(super) const GAP: usize = 2;

/// Mark for hidden columns: ends the last heading, or every row if there are no headings.
pub(super) const MORE: &str = " …";

/// The rank of columns that the user sorts or filters by.
pub(super) const QUERIED_RANK: u8 = 1;

/// Length of a shortened id: enough to distinguish backups, and for `cbr backups show`.
pub(super) const SHORT_ID: usize = 8;

/// A column, as the layout sees it.
pub(super) struct Heading {
    /// Empty if headings are not printed.
    pub(super) text: String,
    pub(super) kind: ColumnKind,
    /// Columns with a higher rank are hidden first; rank 0 is never hidden.
    pub(super) rank: u8,
}

/// The visible columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) columns: Vec<Shown>,
    /// Number of hidden columns.
    pub(super) hidden: usize,
    /// Cells that the mark takes at the end of each row, if there are no headings.
    mark: usize,
}

/// A visible column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Index among all columns.
    pub(super) position: usize,
    pub(super) width: usize,
    /// Width of the heading.
    heading: usize,
    /// Minimum width.
    floor: usize,
}

/// Fits columns into `screen` cells. `widths` are those of the widest cells, in the order of
/// `headings`.
pub(super) fn fit(headings: &[Heading], widths: &[usize], screen: Option<usize>) -> Layout {
    let highest = headings.iter().map(|heading| heading.rank).max().unwrap_or(0);
    let up_to =
        |rank: u8| -> Vec<bool> { headings.iter().map(|heading| heading.rank <= rank).collect() };
    let Some(screen) = screen else { return Layout::unfitted(headings, widths, &up_to(highest)) };
    for rank in (0..=highest).rev() {
        let unfitted = Layout::unfitted(headings, widths, &up_to(rank));
        if unfitted.width() <= screen && rank == highest {
            return unfitted;
        }
        let layout = |visible: &[bool]| {
            let mut layout = Layout::unfitted(headings, widths, visible);
            layout.shorten_ids(headings);
            layout
        };
        let mut narrowed = layout(&up_to(rank));
        if narrowed.narrow(screen) {
            let refilled = refilled(up_to(rank), headings, screen, layout);
            return refilled.unwrap_or(narrowed);
        }
    }
    Layout::unfitted(headings, widths, &up_to(0))
}

/// Returns a layout of the visible columns and all others that fit, the most important first. Returns
/// `None` if no other column fits.
fn refilled(
    mut visible: Vec<bool>,
    headings: &[Heading],
    screen: usize,
    layout: impl Fn(&[bool]) -> Layout,
) -> Option<Layout> {
    let mut rest: Vec<_> = (0..headings.len()).filter(|&position| !visible[position]).collect();
    rest.sort_by_key(|&position| headings[position].rank);
    let mut refilled = None;
    for position in rest {
        visible[position] = true;
        let candidate = layout(&visible);
        if candidate.width() <= screen {
            refilled = Some(candidate);
        } else {
            visible[position] = false;
        }
    }
    refilled
}

impl Layout {
    /// Returns a layout of the visible columns, each as wide as its widest cell.
    fn unfitted(headings: &[Heading], widths: &[usize], visible: &[bool]) -> Self {
        let mut columns: Vec<_> = (headings.iter().zip(widths).enumerate())
            .filter(|(position, _)| visible[*position])
            .map(|(position, (heading, &width))| Shown::new(position, heading, width, ""))
            .collect();
        let hidden = headings.len() - columns.len();
        let mut mark = 0;
        if hidden > 0
            && let Some(last) = columns.last_mut()
        {
            let position = last.position;
            if headings[position].text.is_empty() {
                mark = cells(MORE);
            } else {
                *last = Shown::new(position, &headings[position], widths[position], MORE);
            }
        }
        Self { columns, hidden, mark }
    }

    /// Returns the width of a line.
    fn width(&self) -> usize {
        let gaps = self.columns.len().saturating_sub(1) * GAP;
        gaps + self.columns.iter().map(|column| column.width).sum::<usize>() + self.mark
    }

    /// Shortens ids, except in columns that are never hidden, which the user named.
    fn shorten_ids(&mut self, headings: &[Heading]) {
        for column in &mut self.columns {
            let heading = &headings[column.position];
            if heading.kind == ColumnKind::Id && heading.rank > 0 {
                column.width = column.width.min(SHORT_ID.max(column.heading));
                column.floor = column.width;
            }
        }
    }

    /// Narrows the widest column, cell by cell, until the lines fit. Of two equally wide columns
    /// the later one shrinks first. Returns false if the lines cannot fit.
    fn narrow(&mut self, screen: usize) -> bool {
        for _ in screen..self.width() {
            let narrowable = self.columns.iter_mut().filter(|column| column.width > column.floor);
            match narrowable.max_by_key(|column| column.width) {
                Some(widest) => widest.width -= 1,
                None => return false,
            }
        }
        true
    }
}

impl Shown {
    fn new(position: usize, heading: &Heading, width: usize, suffix: &str) -> Self {
        let heading_width = cells(&heading.text) + cells(suffix);
        let floor = match heading.kind {
            // A shortened time would be misread. No time is longer than 26 cells.
            ColumnKind::Time => width.min(26).max(heading_width),
            kind => heading_width.max(min_width(kind)),
        };
        Self { position, width: width.max(heading_width), heading: heading_width, floor }
    }
}

/// Returns the width below which a value is not recognizable. Only texts are longer, or
/// undocumented values.
fn min_width(kind: ColumnKind) -> usize {
    match kind {
        ColumnKind::Id => 36,
        ColumnKind::Word | ColumnKind::Type | ColumnKind::Status => 28,
        ColumnKind::Number | ColumnKind::Size | ColumnKind::Age => 20,
        ColumnKind::Text | ColumnKind::Time => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(columns: &[(&str, ColumnKind, u8)]) -> Vec<Heading> {
        let heading =
            |&(text, kind, rank): &(&str, _, _)| Heading { text: text.to_owned(), kind, rank };
        columns.iter().map(heading).collect()
    }

    /// The visible columns and their widths, then `…` if columns are hidden.
    fn fitted(
        columns: &[(&str, ColumnKind, u8)],
        widths: &[usize],
        screen: impl Into<Option<usize>>,
    ) -> String {
        let layout = fit(&headings(columns), widths, screen.into());
        let shown = layout
            .columns
            .iter()
            .map(|shown| format!("{}:{}", columns[shown.position].0, shown.width));
        let mut text = shown.collect::<Vec<_>>().join(" ");
        if layout.hidden > 0 {
            text.push_str(MORE);
        }
        text
    }

    #[test]
    fn ids_shrink_then_texts_then_columns_are_hidden() {
        let columns = [
            ("NAME", ColumnKind::Text, 0),
            ("STATUS", ColumnKind::Status, 2),
            ("MADE", ColumnKind::Time, 3),
            ("SIZE", ColumnKind::Size, 6),
            ("OWNER", ColumnKind::Text, 5),
            ("ID", ColumnKind::Id, 4),
        ];
        let widths = [30, 9, 16, 5, 20, 36];
        let cases = [
            (None, "NAME:30 STATUS:9 MADE:16 SIZE:5 OWNER:20 ID:36"),
            (Some(126), "NAME:30 STATUS:9 MADE:16 SIZE:5 OWNER:20 ID:36"),
            (Some(125), "NAME:30 STATUS:9 MADE:16 SIZE:5 OWNER:20 ID:8"),
            (Some(98), "NAME:30 STATUS:9 MADE:16 SIZE:5 OWNER:20 ID:8"),
            (Some(97), "NAME:29 STATUS:9 MADE:16 SIZE:5 OWNER:20 ID:8"),
            (Some(80), "NAME:16 STATUS:9 MADE:16 SIZE:5 OWNER:16 ID:8"),
            (Some(68), "NAME:10 STATUS:9 MADE:16 SIZE:5 OWNER:10 ID:8"),
            (Some(67), "NAME:13 STATUS:9 MADE:16 OWNER:13 ID:8 …"),
            (Some(60), "NAME:21 STATUS:9 MADE:16 ID:8 …"),
            (Some(49), "NAME:10 STATUS:9 MADE:16 ID:8 …"),
            (Some(48), "NAME:19 STATUS:9 MADE:16 …"),
            (Some(40), "NAME:11 STATUS:9 MADE:16 …"),
            (Some(20), "NAME:20 …"),
            (Some(10), "NAME:10 …"),
            (Some(5), "NAME:30 …"),
        ];
        let fitted: Vec<_> =
            cases.iter().map(|(screen, _)| fitted(&columns, &widths, *screen)).collect();
        let expected: Vec<_> = cases.iter().map(|(_, expected)| *expected).collect();
        assert_eq!(fitted, expected);
    }

    /// Without headings, only this mark shows that columns are hidden.
    #[test]
    fn without_headings_each_row_ends_with_the_mark() {
        let columns =
            [("", ColumnKind::Id, 0), ("", ColumnKind::Word, 2), ("", ColumnKind::Number, 3)];
        let widths = [36, 9, 3];
        let cases = [
            (Some(52), ":36 :9 :3"),
            (Some(51), ":36 :9 …"),
            (Some(49), ":36 :9 …"),
            (Some(48), ":36 :3 …"),
            (Some(42), ":36 …"),
            (None, ":36 :9 :3"),
        ];
        for (screen, expected) in cases {
            assert_eq!(fitted(&columns, &widths, screen), expected, "{screen:?}");
        }
    }

    #[test]
    fn columns_that_cannot_be_hidden_exceed_the_screen_unshortened() {
        let columns = [
            ("ID", ColumnKind::Id, 0),
            ("NAME", ColumnKind::Text, 0),
            ("MADE", ColumnKind::Time, 0),
        ];
        let widths = [36, 30, 16];
        let cases = [
            (86, "ID:36 NAME:30 MADE:16"),
            (66, "ID:36 NAME:10 MADE:16"),
            (65, "ID:36 NAME:30 MADE:16"),
        ];
        for (screen, expected) in cases {
            assert_eq!(fitted(&columns, &widths, screen), expected, "{screen}");
        }
    }

    #[test]
    fn a_heading_is_never_cut() {
        let columns =
            [("RESOURCE_NAME", ColumnKind::Text, 0), ("A_LONG_HEADING", ColumnKind::Text, 0)];
        assert_eq!(fitted(&columns, &[50, 20], 30), "RESOURCE_NAME:14 A_LONG_HEADING:14");
        assert_eq!(fitted(&columns, &[0, 0], 29), "RESOURCE_NAME:13 A_LONG_HEADING:14");
        assert_eq!(fitted(&columns, &[0, 0], 28), "RESOURCE_NAME:13 A_LONG_HEADING:14");
    }

    #[test]
    fn values_longer_than_documented_are_shortened() {
        let columns = [
            ("ID", ColumnKind::Id, 0),
            ("STATUS", ColumnKind::Word, 1),
            ("MADE", ColumnKind::Time, 2),
        ];
        assert_eq!(fitted(&columns, &[500, 300, 90], 94), "ID:36 STATUS:28 MADE:26");
    }

    #[test]
    fn zero_columns_are_laid_out() {
        assert_eq!(fitted(&[], &[], 80), "");
    }
}
