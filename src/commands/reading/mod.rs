//! A list that is being read, from one target or several: rows through the filters of `cbr`, reads
//! that are repeated, and the outcome of each target.
//!
//! | module | what it owns |
//! |---|---|
//! | [`source`] | the list of one target |
//! | [`sink`] | where the rows go |
//! | [`outcome`] | the outcome of each target, and why there are no rows |

mod outcome;
mod sink;
mod source;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::cut::Cut;
use super::receipt::{Counts, Digest, Digested, TargetReceipt};
use super::targets::{FailedTarget, TargetName, Targets};
use super::vaults;
use crate::api::{ApiError, Client};
use crate::cli::{ReadArgs, service_filters};
use crate::errors::NoBackups;
use crate::listing::{self, Ended, Failure, Input, ListRange, Order, Statistics, Unproven, merge};
use crate::output::TargetColumns;
use crate::record::row::RowSink;
use crate::record::target::TargetTag;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::destination::Output;
pub(super) use sink::TargetSink;
use sink::{All, Filtered};
use source::{ListSource, State};

/// A list that is being read, from one target or several.
pub(super) struct Reading<'a> {
    args: &'a ReadArgs,
    console: &'a Arc<Console>,
    pub(super) sources: Vec<ListSource>,
    /// Targets that failed.
    failed: Vec<FailedTarget>,
    pub(super) are_several: bool,
    /// True with `--partial`: complete lists are printed even if other targets fail.
    is_partial: bool,
    /// Maximum time to wait for each of several targets.
    patience: Option<Duration>,
    /// Counts so far.
    pub(super) counts: Counts,
    /// Inputs of a coverage, for the receipt.
    pub(super) note: Option<Value>,
    /// Digest of the output, if there is a receipt.
    pub(super) digest: Option<Digest>,
    /// The block of each target in the receipt, set at the end.
    pub(super) target_receipts: Vec<TargetReceipt>,
}

/// Error if targets failed. The state of each holds its error.
#[derive(Debug, thiserror::Error)]
#[error("targets failed")]
struct TargetsFailed;

impl ReadArgs {
    /// Returns the range of the whole list, whose first rows may be enough.
    pub(super) fn everything(&self, first_rows: bool) -> ListRange {
        let page_size = self.page_size;
        let largest_page = service_filters::LARGEST_PAGE;
        ListRange { offset: 0, limit: None, page_size, largest_page, stable: true, first_rows }
    }
}

impl<'a> Reading<'a> {
    /// Creates the reading of the lists of these targets.
    pub(super) fn of(
        args: &'a ReadArgs,
        targets: Targets,
        connection: &ConnectionArgs,
        console: &'a Arc<Console>,
    ) -> Self {
        let Targets { readable, failed, are_several, .. } = targets;
        let source = |target| ListSource {
            target,
            query: args.pairs(),
            tag: None,
            is_empty: false,
            statistics: Statistics::default(),
            state: State::default(),
        };
        let filtered = !args.local_filters.conditions().is_empty();
        Self {
            args,
            console,
            sources: readable.into_iter().map(source).collect(),
            failed,
            are_several,
            is_partial: connection.targets.partial,
            patience: connection.targets.target_timeout,
            counts: Counts { filtered, ..Counts::default() },
            note: None,
            digest: None,
            target_receipts: Vec::new(),
        }
    }

    /// Checks that there is something to read, and reads the vaults if they are needed.
    ///
    /// # Errors
    ///
    /// A target cannot be connected to, or the vault is not known.
    pub(super) async fn begin(&mut self, cut: &Cut) -> anyhow::Result<()> {
        if !self.failed.is_empty() && (!self.is_partial || self.sources.is_empty()) {
            return Err(TargetsFailed.into());
        }
        if self.are_several || cut.needs_target {
            for source in &mut self.sources {
                source.tag = Some(Arc::new(source.target.name.tag()));
            }
        }
        let clients: Vec<_> = self.clients().collect();
        let wanted = self.args.vault.as_deref();
        let ids = vaults::read(wanted, cut.needs_vaults, &clients, self.console).await?;
        for (source, id) in self.sources.iter_mut().zip(ids) {
            match id {
                Ok(id) => {
                    // A target without this vault has no matching rows.
                    source.is_empty = wanted.is_some() && id.is_none();
                    source.query.extend(id.map(|id| ("vault_id", id)));
                }
                Err(error) if !self.are_several => return Err(error),
                Err(error) => source.state = State::Failed(Some(error)),
            }
        }
        match self.sources.iter().any(ListSource::has_failed) {
            true => self.again(TargetsFailed.into()),
            false => Ok(()),
        }
    }

    /// Returns the number of backups that the services report. `None` if one reports none, or if
    /// rows must be read anyway.
    ///
    /// # Errors
    ///
    /// Those of the requests.
    pub(super) async fn count(&mut self) -> anyhow::Result<Option<u64>> {
        if self.counts.filtered || self.args.receipt.is_some() {
            return Ok(None);
        }
        let patience = self.patience.filter(|_| self.are_several);
        let requests = self.sources.iter_mut().filter(|it| !it.is_empty).map(async |source| {
            let backups = source.backups(&source.query, Order::default());
            let count = match patience {
                Some(patience) => timeout(patience, backups.count()).await,
                None => Ok(backups.count().await),
            };
            (source, count.unwrap_or(Err(ApiError::TimedOut)))
        });
        let (mut sum, mut has_failed) = (Some(0), false);
        for (source, count) in join_all(requests).await {
            match count {
                Ok(count) => {
                    source.statistics.count = count;
                    source.state = State::Complete;
                    sum = sum.zip(count).map(|(sum, count)| sum + count);
                }
                Err(error) if !self.are_several => return Err(error.into()),
                Err(error) => {
                    source.state = State::Failed(Some(error.into()));
                    has_failed = true;
                }
            }
        }
        if has_failed {
            return Err(TargetsFailed.into());
        }
        if sum.is_none() {
            self.console
                .detail(|| "the service's count cannot be relied on: all is read".to_owned());
        }
        Ok(sum)
    }

    /// Reads this part of the lists and passes the rows that match the filters of `cbr` to `sink`,
    /// in one order.
    ///
    /// # Errors
    ///
    /// If a list cannot be read or proven complete, and those of the sink.
    pub(super) async fn rows(
        &mut self,
        order: Order,
        extent: ListRange,
        sink: &mut impl RowSink,
    ) -> anyhow::Result<()> {
        self.rows_by_target(order, extent, All(sink)).await
    }

    /// Same as [`rows`](Self::rows), for a sink that distinguishes the targets.
    ///
    /// # Errors
    ///
    /// If a list cannot be read or proven complete, and those of the sink.
    pub(super) async fn rows_by_target(
        &mut self,
        order: Order,
        extent: ListRange,
        sink: impl TargetSink,
    ) -> anyhow::Result<()> {
        let mut inputs = Vec::with_capacity(self.sources.len());
        let mut targets = Vec::with_capacity(self.sources.len());
        let patience = self.patience.filter(|_| self.are_several);
        for (index, source) in self.sources.iter().enumerate().filter(|(_, it)| !it.is_empty) {
            let backups = Arc::new(source.backups(&source.query, order.clone()));
            let host = source.target.host();
            inputs.push(Input { source: backups, range: extent, host, patience });
            targets.push(index);
        }
        let ticker = tick(self.console);
        let mut filtered = Filtered {
            conditions: self.args.local_filters.conditions(),
            console: self.console,
            counts: &mut self.counts,
            targets: targets.clone(),
            sink,
        };
        let merged = merge(inputs, usize::from(self.args.concurrency.most()), &mut filtered).await;
        ticker.abort();
        self.console.clear();
        let rereads = self.counts.listing.rereads;
        let statistics = merged.lists.iter().map(|(statistics, _)| *statistics);
        self.counts.listing = Statistics { rereads, ..listing::total(statistics) };
        let has_enough = merged.result?;
        let mut failure = None;
        for (index, (statistics, ended)) in targets.into_iter().zip(merged.lists) {
            let Some(source) = self.sources.get_mut(index) else { continue };
            source.statistics = statistics;
            source.state = match ended {
                Ended::Complete => State::Complete,
                Ended::Stopped if has_enough => State::Complete,
                Ended::Stopped => State::Stopped,
                Ended::Failed(error) if self.are_several => State::Failed(Some(describe(error))),
                Ended::TimedOut => State::Failed(Some(ApiError::TimedOut.into())),
                Ended::Failed(error) => {
                    failure = Some(describe(error));
                    State::Failed(None)
                }
            };
        }
        let is_stopped =
            |source: &ListSource| matches!(source.state, State::Stopped) && !source.is_empty;
        match failure {
            Some(error) => Err(error),
            None if self.sources.iter().any(ListSource::has_failed) => Err(TargetsFailed.into()),
            // Without a failure, a list is stopped only if there are enough rows.
            None if self.sources.iter().any(is_stopped) => {
                Err(anyhow::anyhow!("a list was not read to its end; please report this bug"))
            }
            None => Ok(()),
        }
    }

    /// Returns the clients, in the order of the targets.
    pub(super) fn clients(&self) -> impl Iterator<Item = Arc<Client>> {
        self.sources.iter().map(|source| Arc::clone(&source.target.client))
    }

    /// Returns the columns that show the target of a row, where there are several: those that
    /// differ in human-readable formats, all in others.
    pub(super) fn target_columns(&self) -> TargetColumns {
        if !self.are_several {
            return TargetColumns::default();
        }
        let failed = || self.failed.iter().map(|failed| &failed.name);
        let names = || self.sources.iter().map(|source| &source.target.name).chain(failed());
        let differs = |value: fn(&TargetName) -> &Option<String>| {
            let mut values = names().map(value);
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        // The main project of a region has its name.
        let has_others = names().any(|name| name.project_name != name.region);
        TargetColumns {
            region: differs(|name| &name.region),
            project_name: has_others && differs(|name| &name.project_name),
            profile: differs(|name| &name.profile),
            are_several: true,
        }
    }

    /// Returns name and tag of each target.
    pub(super) fn targets(&self) -> impl Iterator<Item = (&TargetName, Option<Arc<TargetTag>>)> {
        self.sources.iter().map(|source| (&source.target.name, source.tag.clone()))
    }

    /// Returns label and tag of each of several targets.
    pub(super) fn tags(&self) -> Vec<Option<(String, Arc<TargetTag>)>> {
        let tag = |source: &ListSource| {
            let tag = source.tag.clone().filter(|_| self.are_several)?;
            Some((source.target.name.label(), tag))
        };
        self.sources.iter().map(tag).collect()
    }

    /// Returns the range of the whole list.
    pub(super) fn whole_list(&self) -> ListRange {
        self.args.everything(false)
    }

    /// Returns the output with its bytes counted, if there is a receipt.
    pub(super) fn digested<O: Output>(&self, output: O) -> Digested<O> {
        Digested::new(output, self.digest.clone())
    }

    /// Prepares to read the lists again: because they changed too much, or, with `--partial`,
    /// without the failed targets. The caller discards the rows in the sink.
    ///
    /// # Errors
    ///
    /// `error` itself, if reading again would not help or the limit is reached.
    pub(super) fn again(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        let rereads = self.counts.listing.rereads + 1;
        let may_pass = |error: &anyhow::Error| error.downcast_ref().is_some_and(Unproven::may_pass);
        let passes = match error.is::<TargetsFailed>() {
            true => self.sources.iter().all(|it| it.failure().is_none_or(may_pass)),
            false => may_pass(&error),
        };
        if passes && rereads < listing::MAX_READS {
            self.console.detail(|| format!("{error:#}: reading it again, {rereads}"));
            self.forget(rereads);
            return Ok(());
        }
        let has_others = self.sources.iter().any(|source| !source.has_failed());
        if !(error.is::<TargetsFailed>() && self.is_partial && has_others) {
            return Err(error);
        }
        let (failed, others) = std::mem::take(&mut self.sources)
            .into_iter()
            .partition::<Vec<_>, _>(ListSource::has_failed);
        self.sources = others;
        self.failed.extend(failed.into_iter().filter_map(ListSource::into_failed));
        self.forget(rereads - 1);
        Ok(())
    }

    /// Resets counts, statistics and states.
    fn forget(&mut self, rereads: u32) {
        let listing = Statistics { rereads, ..Statistics::default() };
        self.counts = Counts { listing, filtered: self.counts.filtered, ..Counts::default() };
        for source in &mut self.sources {
            (source.statistics, source.state) = (Statistics::default(), State::default());
        }
    }

    /// Fails if there are no rows and `--fail-on-empty` is set.
    ///
    /// # Errors
    ///
    /// [`NoBackups`].
    pub(super) fn refuse_nothing(&self) -> Result<(), NoBackups> {
        match self.counts.rows {
            0 if self.args.fail_on_empty => Err(NoBackups),
            _ => Ok(()),
        }
    }
}

/// Returns the failure of a listing as one error.
pub(super) fn describe(failure: Failure<ApiError>) -> anyhow::Error {
    match failure {
        Failure::Source(error) => error.into(),
        Failure::Unproven(error) => error.into(),
        Failure::Sink(error) | Failure::Internal(error) => error,
    }
}

/// Keeps the progress moving while nothing else happens.
fn tick(console: &Arc<Console>) -> JoinHandle<()> {
    let console = Arc::clone(console);
    tokio::spawn(async move {
        while console.is_watched() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            console.tick();
        }
    })
}
