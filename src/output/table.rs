//! table and wide: one row for each record, with the chosen columns.

use super::grid::Grid;
use super::layout::{Heading, QUERIED_RANK};
use super::selection::ChosenColumn;
use super::value;
use super::{Output, Render, Style};
use crate::record::backup::Backup;
use crate::record::column::Column;
use crate::record::row::Row;

pub(super) struct Table {
    columns: Vec<Column>,
    style: Style,
    grid: Grid,
}

impl Table {
    /// Creates a table that hides columns on a narrow screen, by their rank. Columns selected by
    /// name are never hidden; those in `queried_columns` are hidden last.
    pub(super) fn fitting(
        columns: &[ChosenColumn],
        headers: bool,
        style: Style,
        queried_columns: &[&str],
    ) -> Self {
        let rank = |chosen: &ChosenColumn| match chosen.column.visibility.rank() {
            _ if chosen.is_named => 0,
            rank if queried_columns.contains(&chosen.column.name) => rank.min(QUERIED_RANK),
            rank => rank,
        };
        Self::new(columns.iter().map(|chosen| (chosen.column, rank(chosen))), headers, style)
    }

    /// Creates a table that shows every column on any screen.
    pub(super) fn whole(columns: Vec<Column>, headers: bool, style: Style) -> Self {
        Self::new(columns.into_iter().map(|column| (column, 0)), headers, style)
    }

    fn new(columns: impl Iterator<Item = (Column, u8)>, headers: bool, style: Style) -> Self {
        let (columns, ranks): (Vec<Column>, Vec<u8>) = columns.unzip();
        let headings = columns.iter().zip(ranks).map(|(column, rank)| Heading {
            text: style.times.heading(&column.heading(), column.kind, style.detail()).into_owned(),
            kind: column.kind,
            rank,
        });
        let grid = Grid::new(headings.collect(), headers, style.clone());
        Self { columns, style, grid }
    }

    /// Adds a row.
    pub(super) fn push_backup(&mut self, backup: &Backup<'_>) -> anyhow::Result<()> {
        let Style { times, .. } = &self.style;
        let shown = |column| value::shown(column, backup, times, self.style.detail());
        self.grid.push(self.columns.iter().map(shown))
    }
}

impl Render for Table {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.push_backup(&row.backup())
    }

    /// Writes nothing: the widths depend on the last row.
    fn drain(&mut self, _: &mut dyn Output) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<usize> {
        self.grid.finish(out)
    }
}
