//! How wide each column of a table is, and which columns there is room for.
//!
//! Pure: widths in, widths out, all in terminal cells. Where nobody is looking (no screen) nothing
//! is shortened. On a screen, in this order, until the lines fit:
//!
//! 1. the widest texts are shortened, never below their heading or what can be recognised;
//! 2. columns give way, the least important first;
//! 3. when only the essential ones are left, times are shortened to the minute, hour or day, and keep
//!    their zone;
//! 4. essential columns give way.
//!
//! Where even that does not help, nothing is shortened: the lines run past the edge anyway.

use super::screen_text::cells;
use super::time::Lengths;
use crate::column::Kind;

/// Between two columns.
pub(super) const GAP: usize = 2;

/// Ends the last heading where columns gave way.
pub(super) const MORE: &str = " …";

/// Columns up to this rank are essential.
const ESSENTIAL: u8 = 3;

/// What the layout knows of a column.
pub(super) struct Heading {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// The higher, the earlier it gives way; 0 stays.
    pub(super) rank: u8,
}

/// The columns that are shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) columns: Vec<Shown>,
    /// Columns gave way.
    pub(super) more: bool,
}

/// A column that is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Among all columns.
    pub(super) position: usize,
    pub(super) width: usize,
    /// It is never narrower.
    floor: usize,
}

/// Fits columns into `screen` cells; `widths` are those of their widest cells, in the order of
/// `headings`; `times` are the lengths that times may be shortened to.
pub(super) fn fit(
    headings: &[Heading],
    widths: &[usize],
    screen: Option<usize>,
    times: Lengths,
) -> Layout {
    let highest = headings.iter().map(|heading| heading.rank).max().unwrap_or(0);
    let Some(screen) = screen else { return Layout::unfitted(headings, widths, highest) };
    for rank in (0..=highest).rev() {
        let shortened = if rank > ESSENTIAL { &[] } else { times.shortened };
        // As they are, at first.
        let lengths = [usize::MAX].iter().chain(times.whole).chain(shortened);
        for &time_length in lengths {
            let mut layout = Layout::unfitted(headings, widths, rank);
            layout.shorten_times(headings, time_length);
            if layout.narrow(screen) {
                return layout;
            }
        }
    }
    Layout::unfitted(headings, widths, 0)
}

impl Layout {
    /// The columns up to a rank, each as wide as its widest cell.
    fn unfitted(headings: &[Heading], widths: &[usize], rank: u8) -> Self {
        let mut columns: Vec<_> = (headings.iter().zip(widths).enumerate())
            .filter(|(_, (heading, _))| heading.rank <= rank)
            .map(|(position, (heading, &width))| Shown::new(position, heading, width, ""))
            .collect();
        let more = columns.len() < headings.len();
        if more && let Some(last) = columns.last_mut() {
            let position = last.position;
            *last = Shown::new(position, &headings[position], widths[position], MORE);
        }
        Self { columns, more }
    }

    /// The length of a line.
    fn width(&self) -> usize {
        let gaps = self.columns.len().saturating_sub(1) * GAP;
        gaps + self.columns.iter().map(|column| column.width).sum::<usize>()
    }

    /// The same for all times, so that they stay comparable.
    fn shorten_times(&mut self, headings: &[Heading], length: usize) {
        for column in &mut self.columns {
            if headings[column.position].kind == Kind::Time {
                column.width = column.width.min(length.max(column.floor));
                column.floor = column.width;
            }
        }
    }

    /// Takes from the widest column, cell by cell, until the lines fit. Of two columns of the same
    /// width the later one is the first to lose.
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
        let floor = heading_width.max(recognisable(heading.kind));
        Self { position, width: width.max(heading_width), floor }
    }
}

/// The cells that a value needs to be of use. What the API documents is never longer, but for
/// texts.
fn recognisable(kind: Kind) -> usize {
    match kind {
        Kind::Id => 36,
        Kind::Word | Kind::Status => 28,
        Kind::Number | Kind::Size => 20,
        Kind::Text | Kind::Time => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::Times;
    use super::*;

    fn headings(columns: &[(&str, Kind, u8)]) -> Vec<Heading> {
        let heading =
            |&(text, kind, rank): &(&str, _, _)| Heading { text: text.to_owned(), kind, rank };
        columns.iter().map(heading).collect()
    }

    /// The shown columns and their widths, then `…` if columns gave way.
    fn fitted(
        columns: &[(&str, Kind, u8)],
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
    fn texts_shrink_then_columns_give_way_then_times_shrink() {
        let columns = [
            ("ID", Kind::Id, 0),
            ("NAME", Kind::Text, 4),
            ("OWNER", Kind::Text, 3),
            ("SIZE", Kind::Number, 5),
            ("STATUS", Kind::Word, 1),
            ("MADE", Kind::Time, 2),
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
            (Some(71), "ID:36 STATUS:9 MADE:20 …"),
            (Some(60), "ID:36 STATUS:9 MADE:11 …"),
            (Some(50), "ID:36 STATUS:9 …"),
            (Some(40), "ID:36 …"),
            (Some(5), "ID:36 …"),
        ];
        for (screen, expected) in cases {
            assert_eq!(fitted(&columns, &widths, screen), expected, "{screen:?}");
        }
    }

    #[test]
    fn columns_that_stay_run_past_the_edge_whole() {
        let columns = [("ID", Kind::Id, 0), ("NAME", Kind::Text, 0), ("MADE", Kind::Time, 0)];
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
        let columns = [("RESOURCE_NAME", Kind::Text, 0), ("EXPIRED_AT_LAST", Kind::Time, 0)];
        assert_eq!(fitted(&columns, &[50, 20], 30), "RESOURCE_NAME:13 EXPIRED_AT_LAST:15");
        assert_eq!(fitted(&columns, &[0, 0], 29), "RESOURCE_NAME:13 EXPIRED_AT_LAST:15");
    }

    #[test]
    fn longer_than_documented_gives_way_to_the_screen() {
        let columns = [("ID", Kind::Id, 0), ("STATUS", Kind::Word, 1), ("MADE", Kind::Time, 2)];
        assert_eq!(fitted(&columns, &[500, 300, 90], 88), "ID:36 STATUS:28 MADE:20");
    }

    #[test]
    fn no_columns_at_all() {
        assert_eq!(fitted(&[], &[], 80), "");
    }
}
