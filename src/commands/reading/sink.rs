//! Sinks of the rows of several targets: as one list, or each target on its own.

use std::ops::ControlFlow;

use crate::commands::receipt::Counts;
use crate::listing::{MergeSink, Run, Statistics};
use crate::pipeline::filter::Conditions;
use crate::record::row::{Row, RowSink, Rows};
use crate::terminal::console::Console;

/// Receives the rows of each target.
pub(in crate::commands) trait TargetSink {
    /// Receives a row of the target with this index. `Break` means that no more are wanted.
    ///
    /// # Errors
    ///
    /// If it cannot be stored or written.
    fn push(&mut self, target: usize, row: Row<'_>) -> anyhow::Result<ControlFlow<()>>;

    /// Called before more is read.
    ///
    /// # Errors
    ///
    /// If received rows cannot be written.
    fn page_end(&mut self) -> anyhow::Result<()>;
}

/// Merges the rows of all targets into one list.
pub(super) struct All<'a, S>(pub(super) &'a mut S);

impl<S: RowSink> TargetSink for All<'_, S> {
    fn push(&mut self, _: usize, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        self.0.push(row)
    }

    fn page_end(&mut self) -> anyhow::Result<()> {
        self.0.page_end()
    }
}

/// Each target has a sink of its own.
impl<S: RowSink> TargetSink for &mut Vec<S> {
    fn push(&mut self, target: usize, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        self.get_mut(target).map_or(Ok(ControlFlow::Continue(())), |sink| sink.push(row))
    }

    fn page_end(&mut self) -> anyhow::Result<()> {
        self.iter_mut().try_for_each(RowSink::page_end)
    }
}

/// Passes on the rows that match the filters of `cbr`.
pub(super) struct Filtered<'a, S> {
    pub(super) conditions: Conditions<'a>,
    pub(super) console: &'a Console,
    pub(super) counts: &'a mut Counts,
    /// Index of the target of each list.
    pub(super) targets: Vec<usize>,
    pub(super) sink: S,
}

impl<S: TargetSink> MergeSink<Rows> for Filtered<'_, S> {
    fn take(&mut self, run: Run<'_, Rows>) -> anyhow::Result<ControlFlow<()>> {
        let target = self.targets.get(run.list).copied().unwrap_or_default();
        for row in run.rows.at(run.indexes).filter(|row| self.conditions.pass(&row.backup())) {
            self.counts.matched += 1;
            if self.sink.push(target, row)?.is_break() {
                self.counts.stopped = true;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn wait(&mut self, total: &Statistics) -> anyhow::Result<()> {
        self.console.progress(total.rows, total.count);
        self.sink.page_end()
    }
}
