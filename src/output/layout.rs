//! How wide each column of a table is, and which columns there is room for.
//!
//! Pure: widths in, widths out, all in terminal cells. Where nobody is looking (no screen) nothing
//! is shortened. On a screen, in this order, until the lines fit:
//!
//! 1. the widest texts are shortened, never below their heading or what can be recognised;
//! 2. columns give way, the least important first;
//! 3. when only the essential ones are left, times are shortened to the minute or the day, and keep
//!    their zone;
//! 4. essential columns give way.
//!
//! Of those that gave way, the ones come back that still fit as they are: a narrow one may fit where a wider one
//! that matters more does not. Where even that does not help, nothing is shortened: the lines run past the
//! edge anyway.

use super::time::Lengths;
use crate::record::column::Kind;
use crate::text::sanitize::cells;

/// Between two columns.
pub(super) const GAP: usize = 2;

/// Ends the last heading where columns gave way, or each row where there are no headings.
pub(super) const MORE: &str = " …";

/// The rank of what the user asked about, by a sort or a filter.
pub(super) const ASKED_ABOUT: u8 = 1;

/// Columns up to this rank are essential.
const ESSENTIAL: u8 = 4;

/// What the layout knows of a column.
pub(super) struct Heading {
    /// Empty where no headings are shown.
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
    /// The cells behind each row that say so, where there are no headings.
    mark: usize,
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
    let up_to = |rank: u8| -> Vec<bool> { headings.iter().map(|it| it.rank <= rank).collect() };
    let Some(screen) = screen else { return Layout::unfitted(headings, widths, &up_to(highest)) };
    for rank in (0..=highest).rev() {
        let shortened = if rank > ESSENTIAL { &[] } else { times.shortened };
        // As they are, at first.
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

/// A layout with all that was kept and what else there is room for, the most important first. `None` where there is
/// no room for anything.
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
    /// The columns that are kept, each as wide as its widest cell.
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

    /// The length of a line.
    fn width(&self) -> usize {
        let gaps = self.columns.len().saturating_sub(1) * GAP;
        gaps + self.columns.iter().map(|column| column.width).sum::<usize>() + self.mark
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
            ("NAME", Kind::Text, 5),
            ("OWNER", Kind::Text, 4),
            ("SIZE", Kind::Number, 6),
            ("STATUS", Kind::Word, 2),
            ("MADE", Kind::Time, 3),
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
            // Two that matter more do not fit, and one that is narrow does.
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

    /// There is nothing else that could say that columns gave way.
    #[test]
    fn without_headings_there_is_room_for_a_mark_behind_each_row() {
        let columns = [("", Kind::Id, 0), ("", Kind::Word, 2), ("", Kind::Number, 3)];
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
