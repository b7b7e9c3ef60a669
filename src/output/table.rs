//! table and wide: the chosen columns of each record as a row.

use std::io::Write;

use super::Render;
use super::grid::Grid;
use super::layout::Heading;
use super::value;
use crate::backup::Backup;
use crate::column::{Column, Place};

pub(super) struct Table {
    columns: Vec<Column>,
    screen: Option<usize>,
    grid: Grid,
}

impl Table {
    /// Columns give way on a narrow screen, by their rank.
    pub(super) fn fitting(columns: Vec<Column>, headers: bool, screen: Option<usize>) -> Self {
        Self::new(columns, headers, screen, |column| match column.place {
            Place::Table(rank) => rank,
            Place::Wide | Place::Asked => 0,
        })
    }

    /// Every column is shown on any screen.
    pub(super) fn whole(columns: Vec<Column>, headers: bool, screen: Option<usize>) -> Self {
        Self::new(columns, headers, screen, |_| 0)
    }

    fn new(
        columns: Vec<Column>,
        headers: bool,
        screen: Option<usize>,
        rank: fn(&Column) -> u8,
    ) -> Self {
        let headings = columns.iter().map(|column| Heading {
            text: column.heading(),
            kind: column.kind,
            rank: rank(column),
        });
        let grid = Grid::new(headings.collect(), headers);
        Self { columns, screen, grid }
    }
}

impl Render for Table {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        let backup = Backup::parse(record)?;
        self.grid.push(self.columns.iter().map(|column| value::brief(column, &backup)))
    }

    /// Widths are known once the last row is there.
    fn drain(&mut self, _: &mut dyn Write) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut dyn Write) -> anyhow::Result<()> {
        self.grid.finish(self.screen, out)
    }
}
