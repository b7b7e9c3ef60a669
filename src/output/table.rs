//! table and wide: the chosen columns of each record as a row.

use super::grid::Grid;
use super::layout::{ASKED_ABOUT, Heading};
use super::selection::Chosen;
use super::time::Times;
use super::value::{self, Precision};
use super::{Output, Render, Style};
use crate::record::backup::Backup;
use crate::record::column::Column;
use crate::record::row::Row;

pub(super) struct Table {
    columns: Vec<Column>,
    times: Times,
    grid: Grid,
}

impl Table {
    /// Columns give way on a narrow screen, by their rank, but for those asked for by their names. The columns
    /// named in `asked_about` are among the last.
    pub(super) fn fitting(
        columns: &[Chosen],
        headers: bool,
        look: Style,
        asked_about: &[&str],
    ) -> Self {
        let rank = |chosen: &Chosen| match chosen.column.place.rank() {
            _ if chosen.is_named => 0,
            rank if asked_about.contains(&chosen.column.name) => rank.min(ASKED_ABOUT),
            rank => rank,
        };
        Self::new(columns.iter().map(|chosen| (chosen.column, rank(chosen))), headers, look)
    }

    /// Every column is shown on any screen.
    pub(super) fn whole(columns: Vec<Column>, headers: bool, look: Style) -> Self {
        Self::new(columns.into_iter().map(|column| (column, 0)), headers, look)
    }

    fn new(columns: impl Iterator<Item = (Column, u8)>, headers: bool, look: Style) -> Self {
        let (columns, ranks): (Vec<Column>, Vec<u8>) = columns.unzip();
        let headings = columns.iter().zip(ranks).map(|(column, rank)| Heading {
            text: look.times.heading(&column.heading(), column.kind).into_owned(),
            kind: column.kind,
            rank,
        });
        let times = look.times.clone();
        let grid = Grid::new(headings.collect(), headers, look);
        Self { columns, times, grid }
    }

    fn write(&mut self, backup: &Backup<'_>) -> anyhow::Result<()> {
        let shown = |column| value::shown(column, backup, &self.times, Precision::Second);
        self.grid.push(self.columns.iter().map(shown))
    }
}

impl Render for Table {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.write(&Backup::parse(record)?)
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.write(&row.backup())
    }

    /// Widths are known once the last row is there.
    fn drain(&mut self, _: &mut dyn Output) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        self.grid.finish(out)
    }
}
