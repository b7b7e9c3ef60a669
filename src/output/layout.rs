//! Widths of the columns of a table, and which columns fit the screen.
//!
//! Pure: widths in, widths out, all in terminal cells. Without a screen nothing is shortened. On a
//! screen these steps are taken in order until the lines fit:
//!
//! 1. The widest texts are shortened, never below their heading or a recognizable length.
//! 2. Columns are hidden, the least important first.
//! 3. When only essential columns are left, times are shortened to the minute or the day, and keep
//!    their zone.
//! 4. Essential columns are hidden.
//!
//! Hidden columns that still fit unshortened are then restored: a narrow column may fit where a
//! wider, more important one does not. If even that does not help, nothing is shortened, and the
//! lines exceed the screen.

use super::time::Lengths;
use crate::record::column::ColumnKind;
use crate::text::sanitize::cells;

/// Cells between two columns.
pub(super) const GAP: usize = 2;

/// Mark for hidden columns: ends the last heading, or every row if there are no headings.
pub(super) const MORE: &str = " …";

/// The rank of columns that the user sorts or filters by.
pub(super) const QUERIED_RANK: u8 = 1;

/// Columns up to this rank are essential.
const ESSENTIAL_RANK: u8 = 4;

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
    /// Some columns are hidden.
    pub(super) more: bool,
    /// Cells that the mark takes at the end of each row, if there are no headings.
    mark: usize,
}

/// A visible column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Index among all columns.
    pub(super) position: usize,
    pub(super) width: usize,
    /// Minimum width.
    floor: usize,
}

/// Fits columns into `screen` cells. `widths` are those of the widest cells, in the order of
/// `headings`. `times` are the lengths that times may be shortened to.
pub(super) fn fit(
    headings: &[Heading],
    widths: &[usize],
    screen: Option<usize>,
    times: Lengths,
) -> Layout {
    let highest = headings.iter().map(|heading| heading.rank).max().unwrap_or(0);
    let up_to = |rank: u8| -> Vec<bool> { headings.iter().map(|it| it.rank <= rank).collect() };
    let Some(screen) = screen else { return Layout::unfitted(headings, widths, &up_to(highest)) };
    for rank in (0..=highest).rev() {
        let shortened = if rank > ESSENTIAL_RANK { &[] } else { times.shortened };
        // Unshortened first.
        let lengths = [usize::MAX].iter().chain(times.whole).chain(shortened);
        for &time_length in lengths {
            let layout = |kept: &[bool]| {
                let mut layout = Layout::unfitted(headings, widths, kept);
                layout.shorten_times(headings, time_length);
                layout
            };
            let mut narrowed = layout(&up_to(rank));
            if narrowed.narrow(screen) {
                let refilled = refilled(up_to(rank), headings, screen, layout);
                return refilled.unwrap_or(narrowed);
            }
        }
    }
    Layout::unfitted(headings, widths, &up_to(0))
}

/// Returns a layout of the kept columns and all others that fit, the most important first. Returns
/// `None` if no other column fits.
fn refilled(
    mut kept: Vec<bool>,
    headings: &[Heading],
    screen: usize,
    layout: impl Fn(&[bool]) -> Layout,
) -> Option<Layout> {
    let mut rest: Vec<_> = (0..headings.len()).filter(|&position| !kept[position]).collect();
    rest.sort_by_key(|&position| headings[position].rank);
    let mut refilled = None;
    for position in rest {
        kept[position] = true;
        let with_it = layout(&kept);
        if with_it.width() <= screen {
            refilled = Some(with_it);
        } else {
            kept[position] = false;
        }
    }
    refilled
}

impl Layout {
    /// Returns a layout of the kept columns, each as wide as its widest cell.
    fn unfitted(headings: &[Heading], widths: &[usize], kept: &[bool]) -> Self {
        let mut columns: Vec<_> = (headings.iter().zip(widths).enumerate())
            .filter(|(position, _)| kept[*position])
            .map(|(position, (heading, &width))| Shown::new(position, heading, width, ""))
            .collect();
        let more = columns.len() < headings.len();
        let mut mark = 0;
        if more && let Some(last) = columns.last_mut() {
            let position = last.position;
            if headings[position].text.is_empty() {
                mark = cells(MORE);
            } else {
                *last = Shown::new(position, &headings[position], widths[position], MORE);
            }
        }
        Self { columns, more, mark }
    }

    /// Returns the width of a line.
    fn width(&self) -> usize {
        let gaps = self.columns.len().saturating_sub(1) * GAP;
        gaps + self.columns.iter().map(|column| column.width).sum::<usize>() + self.mark
    }

    /// Shortens all times to the same length, so that they stay comparable.
    fn shorten_times(&mut self, headings: &[Heading], length: usize) {
        for column in &mut self.columns {
            if headings[column.position].kind == ColumnKind::Time {
                column.width = column.width.min(length.max(column.floor));
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
        let floor = heading_width.max(min_width(heading.kind));
        Self { position, width: width.max(heading_width), floor }
    }
}

/// Returns the width below which a value is not recognizable. Documented values are never longer,
/// except texts.
fn min_width(kind: ColumnKind) -> usize {
    match kind {
        ColumnKind::Id => 36,
        ColumnKind::Word | ColumnKind::Status => 28,
        ColumnKind::Number | ColumnKind::Size => 20,
        ColumnKind::Text | ColumnKind::Time => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::Times;
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
        let layout = fit(&headings(columns), widths, screen.into(), Times::Utc.lengths());
        let shown = layout
            .columns
            .iter()
            .map(|shown| format!("{}:{}", columns[shown.position].0, shown.width));
        let mut text = shown.collect::<Vec<_>>().join(" ");
        if layout.more {
            text.push_str(MORE);
        }
        text
    }

    #[test]
    fn texts_shrink_then_columns_are_hidden_then_times_shrink() {
        let columns = [
            ("ID", ColumnKind::Id, 0),
            ("NAME", ColumnKind::Text, 5),
            ("OWNER", ColumnKind::Text, 4),
            ("SIZE", ColumnKind::Number, 6),
            ("STATUS", ColumnKind::Word, 2),
            ("MADE", ColumnKind::Time, 3),
        ];
        let widths = [36, 30, 20, 3, 9, 20];
        let cases = [
            (None, "ID:36 NAME:30 OWNER:20 SIZE:4 STATUS:9 MADE:20"),
            (Some(129), "ID:36 NAME:30 OWNER:20 SIZE:4 STATUS:9 MADE:20"),
            (Some(128), "ID:36 NAME:29 OWNER:20 SIZE:4 STATUS:9 MADE:20"),
            (Some(118), "ID:36 NAME:20 OWNER:19 SIZE:4 STATUS:9 MADE:20"),
            (Some(99), "ID:36 NAME:10 OWNER:10 SIZE:4 STATUS:9 MADE:20"),
            (Some(98), "ID:36 NAME:13 OWNER:12 STATUS:9 MADE:20 …"),
            (Some(92), "ID:36 OWNER:20 STATUS:9 MADE:20 …"),
            (Some(81), "ID:36 OWNER:10 STATUS:9 MADE:20 …"),
            (Some(80), "ID:36 OWNER:12 STATUS:9 MADE:17 …"),
            (Some(72), "ID:36 OWNER:10 STATUS:9 MADE:11 …"),
            (Some(77), "ID:36 OWNER:15 STATUS:9 MADE:11 …"),
            (Some(71), "ID:36 STATUS:9 MADE:20 …"),
            (Some(60), "ID:36 STATUS:9 MADE:11 …"),
            // Two more important columns do not fit, and a narrow one does.
            (Some(58), "ID:36 SIZE:4 STATUS:9 …"),
            (Some(50), "ID:36 STATUS:9 …"),
            (Some(45), "ID:36 SIZE:6 …"),
            (Some(40), "ID:36 …"),
            (Some(5), "ID:36 …"),
        ];
        for (screen, expected) in cases {
            assert_eq!(fitted(&columns, &widths, screen), expected, "{screen:?}");
        }
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
        let widths = [36, 30, 20];
        let cases = [
            (90, "ID:36 NAME:30 MADE:20"),
            (70, "ID:36 NAME:10 MADE:20"),
            (69, "ID:36 NAME:12 MADE:17"),
            (61, "ID:36 NAME:10 MADE:11"),
            (60, "ID:36 NAME:30 MADE:20"),
        ];
        for (screen, expected) in cases {
            assert_eq!(fitted(&columns, &widths, screen), expected, "{screen}");
        }
    }

    #[test]
    fn a_heading_is_never_cut() {
        let columns =
            [("RESOURCE_NAME", ColumnKind::Text, 0), ("EXPIRED_AT_LAST", ColumnKind::Time, 0)];
        assert_eq!(fitted(&columns, &[50, 20], 30), "RESOURCE_NAME:13 EXPIRED_AT_LAST:15");
        assert_eq!(fitted(&columns, &[0, 0], 29), "RESOURCE_NAME:13 EXPIRED_AT_LAST:15");
    }

    #[test]
    fn values_longer_than_documented_are_shortened() {
        let columns = [
            ("ID", ColumnKind::Id, 0),
            ("STATUS", ColumnKind::Word, 1),
            ("MADE", ColumnKind::Time, 2),
        ];
        assert_eq!(fitted(&columns, &[500, 300, 90], 88), "ID:36 STATUS:28 MADE:20");
    }

    #[test]
    fn zero_columns_are_laid_out() {
        assert_eq!(fitted(&[], &[], 80), "");
    }
}
