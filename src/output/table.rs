//! table and wide: the chosen columns of each record as a row.

use std::io::Write;

use super::grid::Grid;
use super::layout::Heading;
use super::time::Times;
use super::value::{self, Precision};
use super::{Look, Render};
use crate::backup::Backup;
use crate::column::{Column, Place};

pub(super) struct Table {
    columns: Vec<Column>,
    times: Times,
    grid: Grid,
}

impl Table {
    /// Columns give way on a narrow screen, by their rank.
    pub(super) fn fitting(columns: Vec<Column>, headers: bool, look: Look) -> Self {
        Self::new(columns, headers, look, |column| match column.place {
            Place::Table(rank) => rank,
            Place::Wide | Place::Asked | Place::Nested => 0,
        })
    }

    /// Every column is shown on any screen.
    pub(super) fn whole(columns: Vec<Column>, headers: bool, look: Look) -> Self {
        Self::new(columns, headers, look, |_| 0)
    }

    fn new(columns: Vec<Column>, headers: bool, look: Look, rank: fn(&Column) -> u8) -> Self {
        let headings = columns.iter().map(|column| Heading {
            text: column.heading(),
            kind: column.kind,
            rank: rank(column),
        });
        let times = look.times.clone();
        let grid = Grid::new(headings.collect(), headers, look);
        Self { columns, times, grid }
    }
}

impl Render for Table {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        let backup = Backup::parse(record)?;
        let shown = |column| value::shown(column, &backup, &self.times, Precision::Second);
        self.grid.push(self.columns.iter().map(shown))
    }

    /// Widths are known once the last row is there.
    fn drain(&mut self, _: &mut dyn Write) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut dyn Write) -> anyhow::Result<()> {
        self.grid.finish(out)
    }
}
