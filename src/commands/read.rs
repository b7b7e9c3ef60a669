//! What each command does that reads a list: settings, warnings, the listing through the filters of
//! `cbr`, the receipt, and what is said where nothing was found.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

use super::receipt::{Counts, Digest, Digested, Outcome, Receipt};
use super::settings::client;
use super::vaults;
use crate::api::{ApiError, Backups, Client, Pair, RequestLog};
use crate::cli::{ReadArgs, query};
use crate::errors::NoBackups;
use crate::listing::{self, Failure, ListRange, Order, Unproven};
use crate::pipeline::group::Group;
use crate::record::row::RowSink;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::target::Output;
use crate::text::number::grouped;

/// How the rows that are printed come from those that match, for the receipt.
#[derive(Default)]
pub(super) struct Cut {
    /// The order that was asked for.
    pub(super) sort: String,
    /// Rows asked for at most.
    pub(super) limit: Option<u64>,
    /// Rows skipped.
    pub(super) offset: u64,
    /// Rows of each group asked for at most.
    pub(super) latest: Option<u64>,
    /// What makes rows a group.
    pub(super) per: Option<Group>,
    /// Rows need the names of the vaults.
    pub(super) needs_vaults: bool,
}

/// A list that is being read.
pub(super) struct Reading<'a> {
    args: &'a ReadArgs,
    console: &'a Arc<Console>,
    client: Arc<Client>,
    query: &'a [Pair],
    /// How far it came.
    pub(super) tally: Counts,
    /// What the receipt says of a coverage.
    note: Option<Value>,
    /// What is printed, if there is a receipt.
    digest: Option<Digest>,
}

/// Runs `work` on a list, and reports the result on stderr and in the receipt.
pub(super) async fn read(
    args: &ReadArgs,
    cut: Cut,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
    work: impl AsyncFnOnce(&mut Reading<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for remark in args.query.remarks() {
        console.warn(&remark);
    }
    let receipt = Receipt::begin(args.receipt.as_deref())?;
    let journal = Arc::new(RequestLog::new(Arc::clone(console)));
    let mut query = args.pairs();

    let mut tally = Counts { filtered: !args.filter.conditions().is_empty(), ..Counts::default() };
    let (mut nothing, mut note) = (None, None);
    let digest = Digest::default();
    let result = match client(connection, console, &journal).await {
        Ok(client) => {
            let client = Arc::new(client);
            let vault = vaults::read(args.vault.as_deref(), cut.needs_vaults, &client, console);
            let vault = vault.await;
            query.extend(vault.as_ref().ok().cloned().flatten().map(|id| ("vault_id", id)));
            let mut reading = Reading {
                args,
                console,
                client,
                query: &query,
                tally,
                note: None,
                digest: args.receipt.is_some().then(|| digest.clone()),
            };
            let result = match vault {
                Ok(_) => work(&mut reading).await,
                Err(error) => Err(error),
            };
            let is_proven = result.as_ref().err().is_none_or(|error| error.is::<NoBackups>());
            let lists_backups = reading.note.is_none();
            if is_proven && lists_backups && reading.tally.rows == 0 && console.is_watched() {
                nothing = Some(reading.why_nothing(&cut).await);
            }
            tally = reading.tally;
            note = reading.note;
            result
        }
        Err(error) => Err(error),
    };

    if result.is_ok() {
        if tally.listing.out_of_order {
            console.warn(
                "the service did not sort as requested, so a change of the list may be unnoticed",
            );
        }
        // The rows of a coverage are resources; the line is about the backups that were read.
        let line_of = match &note {
            Some(_) => Counts { rows: tally.matched, ..tally },
            None => tally,
        };
        if let Some(line) = receipt.line(&line_of, cut.limit, (journal.retries(), journal.hedged()))
        {
            console.receipt(&line);
        }
    }
    if let Some(nothing) = nothing {
        console.receipt(&nothing);
    }
    let written = receipt.write(&Outcome {
        tally,
        query: &query,
        filter: args.filter.conditions().to_pairs(),
        sort: cut.sort,
        limit: cut.limit,
        offset: cut.offset,
        latest: cut.latest,
        per: cut.per.map(Group::column),
        journal: &journal,
        digest: &digest,
        coverage: note,
        error: result.as_ref().err(),
    });
    result.and(written)
}

impl ReadArgs {
    /// The whole list, whose first rows may be enough.
    pub(super) fn everything(&self, first_rows: bool) -> ListRange {
        let page_size = self.page_size;
        let largest_page = query::LARGEST_PAGE;
        ListRange { offset: 0, limit: None, page_size, largest_page, stable: true, first_rows }
    }
}

impl Reading<'_> {
    /// How many backups the service says there are: `None` where it does not, or where its word is
    /// not enough.
    ///
    /// # Errors
    ///
    /// Those of the request.
    pub(super) async fn count(&mut self) -> anyhow::Result<Option<u64>> {
        if self.tally.filtered || self.args.receipt.is_some() {
            return Ok(None);
        }
        let count = self.backups(self.query, Order::default()).count().await?;
        if count.is_none() {
            self.console
                .detail(|| "the service's count cannot be relied on: all is read".to_owned());
        }
        Ok(count)
    }

    /// Reads this part of the list and passes the rows that match the filters of `cbr` to `sink`.
    ///
    /// # Errors
    ///
    /// If the list cannot be read or proven complete, and those of the sink.
    pub(super) async fn rows(
        &mut self,
        order: Order,
        extent: ListRange,
        sink: &mut impl RowSink,
    ) -> anyhow::Result<()> {
        let source = self.backups(self.query, order);
        let Self { args, console, tally, .. } = self;
        let conditions = args.filter.conditions();
        let ticker = tick(console);
        let concurrency = usize::from(args.concurrency);
        let listing = listing::list(Arc::new(source), extent, concurrency, |batches, receipt| {
            console.progress(receipt.rows, receipt.count);
            let rows = batches.iter().flat_map(|batch| batch.rows.at(&batch.indexes));
            for row in rows.filter(|row| conditions.pass(&row.backup())) {
                tally.matched += 1;
                if sink.push(row)?.is_break() {
                    tally.stopped = true;
                    sink.page_end()?;
                    return Ok(ControlFlow::Break(()));
                }
            }
            sink.page_end()?;
            Ok(ControlFlow::Continue(()))
        })
        .await;
        ticker.abort();
        self.console.clear();
        let rereads = self.tally.listing.rereads;
        self.tally.listing = listing::Receipt { rereads, ..listing.receipt };
        listing.result.map_err(describe)
    }

    /// Returns the client.
    pub(super) fn client(&self) -> Arc<Client> {
        Arc::clone(&self.client)
    }

    /// Returns the range of the whole list.
    pub(super) fn whole_list(&self) -> ListRange {
        self.args.everything(false)
    }

    /// Returns the output with its bytes counted, if there is a receipt.
    pub(super) fn digested<O: Output>(&self, output: O) -> Digested<O> {
        Digested::new(output, self.digest.clone())
    }

    /// Adds what the receipt says of a coverage.
    pub(super) fn note(&mut self, note: Value) {
        self.note = Some(note);
    }

    /// Prepares to read the list again from its beginning, if `error` means that it changed too
    /// much while it was read. What the sink received is void then.
    ///
    /// # Errors
    ///
    /// `error` itself, if reading again would not help or was tried often enough.
    pub(super) fn again(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        let rereads = self.tally.listing.rereads + 1;
        let passes = error.downcast_ref::<Unproven>().is_some_and(Unproven::may_pass);
        if !passes || rereads == listing::MAX_READS {
            return Err(error);
        }
        self.console.detail(|| format!("{error:#}: reading it again, {rereads}"));
        let listing = listing::Receipt { rereads, ..listing::Receipt::default() };
        self.tally = Counts { listing, filtered: self.tally.filtered, ..Counts::default() };
        Ok(())
    }

    /// Nothing is printed if there is nothing and the user asked for that to be a failure.
    ///
    /// # Errors
    ///
    /// [`NoBackups`].
    pub(super) fn refuse_nothing(&self) -> Result<(), NoBackups> {
        match self.tally.rows {
            0 if self.args.fail_on_empty => Err(NoBackups),
            _ => Ok(()),
        }
    }

    /// Why there are no rows, for a person: whether there are no backups at all, or which of the
    /// flags is to blame. Sends one request where only that can tell.
    async fn why_nothing(&self, cut: &Cut) -> String {
        let Counts { listing, matched, .. } = self.tally;
        let narrows = self.args.narrows();
        let available = if self.tally.filtered { matched } else { listing.count.unwrap_or(0) };
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
        if !narrows {
            return "the project has no backups".to_owned();
        }
        match self.backups(&[], Order::default()).count().await {
            Ok(Some(0)) => "the project has no backups".to_owned(),
            Ok(Some(count)) => {
                format!("the filters match none of the project's {} backups", grouped(count))
            }
            Ok(None) | Err(_) => "no backup matches the filters".to_owned(),
        }
    }

    fn backups(&self, query: &[Pair], order: Order) -> Backups {
        Backups::new(Arc::clone(&self.client), query.to_vec(), order)
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
