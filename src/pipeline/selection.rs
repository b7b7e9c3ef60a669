//! Selects the printed rows among the matching ones: the newest of each group, sorted, then cut to
//! an offset and a limit.

use std::ops::ControlFlow;

use super::latest::Latest;
use super::sort::Sorter;
use crate::record::row::{Row, RowSink};

/// Passes the selected rows on to another sink.
pub(crate) struct Selection<S> {
    latest: Option<Latest>,
    sorter: Option<Sorter>,
    cut: Cut<S>,
}

/// Passes on the rows after the first `skip`, at most `limit`.
struct Cut<S> {
    skip: u64,
    limit: Option<u64>,
    passed: u64,
    sink: S,
}

/// Sink that discards rows, to count them.
pub(crate) struct Discard;

impl<S: RowSink> Selection<S> {
    /// Creates a selection. A `sorter` holds rows back until [`finish`](Self::finish).
    pub(crate) fn new(
        latest: Option<Latest>,
        sorter: Option<Sorter>,
        (skip, limit): (u64, Option<u64>),
        sink: S,
    ) -> Self {
        Self { latest, sorter, cut: Cut { skip, limit, passed: 0, sink } }
    }

    /// Returns the number of rows that were passed on so far.
    pub(crate) fn passed(&self) -> u64 {
        self.cut.passed
    }

    /// Passes on the rows that were held back for sorting, and returns the sink.
    ///
    /// # Errors
    ///
    /// Those of the sorter and of the sink.
    pub(crate) fn finish(mut self) -> anyhow::Result<(S, u64)> {
        if let Some(sorter) = self.sorter.take() {
            sorter.finish(&mut self.cut)?;
        }
        Ok((self.cut.sink, self.cut.passed))
    }
}

impl<S: RowSink> RowSink for Selection<S> {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        let mut is_last = false;
        if let Some(latest) = &mut self.latest {
            if !latest.admits(&row.backup()) {
                return Ok(ControlFlow::Continue(()));
            }
            is_last = latest.is_full();
        }
        let flow = match &mut self.sorter {
            Some(sorter) => {
                sorter.push(row)?;
                ControlFlow::Continue(())
            }
            None => self.cut.push(row)?,
        };
        Ok(if is_last { ControlFlow::Break(()) } else { flow })
    }

    fn page_end(&mut self) -> anyhow::Result<()> {
        self.cut.sink.page_end()
    }
}

impl<S: RowSink> RowSink for Cut<S> {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        let flow = self.sink.push(row)?;
        self.passed += 1;
        let is_full = self.limit == Some(self.passed);
        Ok(if is_full { ControlFlow::Break(()) } else { flow })
    }
}

impl RowSink for Discard {
    fn push(&mut self, _: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;
    use crate::pipeline::sort::{Plan, Sort};
    use crate::record::row::{RowSpan, tests::Ids};

    #[test]
    fn rows_are_grouped_then_sorted_then_cut() {
        // Newest first: the rows are named a to f, with these names.
        let names = ["b", "a", "b", "c", "a", "c"];
        // Newest of each group, sort, offset and limit; the rows, and the number of rows read.
        let cases: [(Option<u64>, Option<&str>, u64, Option<u64>, &str, usize); 8] = [
            (None, None, 0, None, "abcdef", 6),
            (None, None, 1, Some(2), "bc", 3),
            (None, None, 5, Some(9), "f", 6),
            (None, None, 9, None, "", 6),
            (Some(2), None, 0, None, "ab", 2),
            (None, Some("name:asc"), 0, None, "beacdf", 6),
            (None, Some("name:asc"), 1, Some(2), "ea", 6),
            (Some(3), Some("name:desc"), 1, Some(1), "c", 3),
        ];
        for (latest, sort, skip, limit, expected, read) in cases {
            let sorter = sort.map(|sort| match Sort::from_str(sort).unwrap().plan(false) {
                Plan::Local(sorter) => sorter,
                Plan::Service(order) => panic!("the service sorts by {order}"),
            });
            let latest = latest.map(|most| Latest::new(most, None));
            let mut rows = Selection::new(latest, sorter, (skip, limit), Ids::default());
            let mut pushed = 0;
            for (id, name) in ('a'..).zip(names) {
                let record = format!(r#"{{"id":"{id}","name":"{name}"}}"#);
                pushed += 1;
                if rows.push(RowSpan::alone(&record).unwrap().row(&record)).unwrap().is_break() {
                    break;
                }
            }
            let (ids, passed) = rows.finish().unwrap();
            assert_eq!(ids.0, expected, "{sort:?} {skip} {limit:?}");
            assert_eq!(
                (passed, pushed),
                (expected.len() as u64, read),
                "{sort:?} {skip} {limit:?}"
            );
        }
    }
}
