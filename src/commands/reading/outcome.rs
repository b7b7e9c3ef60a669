//! Reports the outcome of each target, and why there are no rows.

use super::{ListSource, Reading, State, TargetsFailed};
use crate::commands::cut::Cut;
use crate::commands::receipt::{Counts, TargetReceipt};
use crate::commands::targets::{self, FailedTarget};
use crate::errors::{self, PartialList};
use crate::listing::{Order, Statistics};
use crate::text::number::{counted, grouped};

impl Reading<'_> {
    /// If a target failed, reports the outcome of each. Returns the error of the run: the worst
    /// failure, or that the output lacks targets.
    pub(in crate::commands) fn conclude(
        &mut self,
        result: anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let is_failure = result.as_ref().is_err_and(|error| error.is::<TargetsFailed>());
        // A verdict on the other targets may not apply to the failed ones.
        let is_final = result.as_ref().is_err_and(|error| !errors::is_verdict(error));
        if !is_failure && (self.failed.is_empty() || is_final) {
            self.target_receipts = self.to_target_receipts();
            return result;
        }
        for source in &self.sources {
            let label = source.target.name.label();
            let Statistics { rows, count, pages, .. } = source.statistics;
            // A count reads no rows.
            let rows = if pages == 0 { count.unwrap_or(rows) } else { rows };
            let read = counted(rows, "backup");
            match &source.state {
                State::Complete if count.is_some_and(|count| rows < count) => {
                    self.console.info(&format!("{label}: complete, the first {read}"));
                }
                State::Complete => self.console.info(&format!("{label}: complete, {read}")),
                State::Stopped => self.console.info(&format!("{label}: not printed, {read} read")),
                State::Failed(_) => {}
            }
        }
        for source in &mut self.sources {
            if let State::Failed(error) = &mut source.state
                && let Some(error) = error.take()
            {
                let name = source.target.name.clone();
                self.failed.push(FailedTarget { name, error });
            }
        }
        for FailedTarget { name, error } in &self.failed {
            self.console.info(&format!("{}: failed: {}", name.label(), errors::message(error)));
        }
        self.target_receipts = self.to_target_receipts();
        let all = self.failed.len() + self.sources.iter().filter(|it| !it.has_failed()).count();
        match is_failure {
            true => Err(targets::worst(&mut self.failed, all).unwrap_or(TargetsFailed.into())),
            false => Err(PartialList(targets::named(&self.failed, all)).into()),
        }
    }

    /// Returns the receipt of each target.
    fn to_target_receipts(&self) -> Vec<TargetReceipt> {
        // The failure of the only target is that of the run.
        let is_read = |source: &&ListSource| !source.has_failed() || !self.are_several;
        let read = self.sources.iter().filter(is_read).map(|source| {
            let is_proven = matches!(source.state, State::Complete) || source.is_empty;
            TargetReceipt::new(&source.target.name, &source.statistics, is_proven, None)
        });
        let failed = self.failed.iter().map(|FailedTarget { name, error }| {
            TargetReceipt::new(name, &Statistics::default(), false, Some(error))
        });
        read.chain(failed).collect()
    }

    /// Returns why there are no rows, as text: there are no backups at all, or a flag excludes
    /// them. Sends one request if needed.
    pub(in crate::commands) async fn why_nothing(&self, cut: &Cut) -> String {
        let Counts { listing, matched, .. } = self.counts;
        let narrows = self.args.narrows();
        let available = if self.counts.filtered { matched } else { listing.count.unwrap_or(0) };
        if cut.offset > 0 && available > 0 {
            return match cut.latest {
                Some(latest) => format!("--offset skips all that --latest {latest} leaves"),
                None => format!("--offset skips all that match: {}", grouped(available)),
            };
        }
        if listing.rows > 0 {
            let read = grouped(listing.rows);
            return match narrows {
                true => format!(
                    "cbr's filters match none of the {read} backups that the service's filters \
                     match"
                ),
                false => format!("none of {read} backups matches the filters"),
            };
        }
        let [source] = self.sources.as_slice() else {
            let count = grouped(self.sources.len() as u64);
            return match narrows {
                true => format!("no backup of the {count} projects matches the filters"),
                false => format!("the {count} projects have no backups"),
            };
        };
        if !narrows {
            return "the project has no backups".to_owned();
        }
        match source.backups(&[], Order::default()).count().await {
            Ok(Some(0)) => "the project has no backups".to_owned(),
            Ok(Some(count)) => {
                format!("the filters match none of the project's {} backups", grouped(count))
            }
            Ok(None) | Err(_) => "no backup matches the filters".to_owned(),
        }
    }
}
