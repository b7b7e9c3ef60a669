//! Frame of each command that reads a list: connects, warns, reads, and reports on stderr and in
//! the receipt.

use std::mem;
use std::sync::Arc;

use serde_json::Value;

use super::cut::Cut;
use super::reading::Reading;
use super::receipt::{Counts, Digest, Outcome, Receipt, TargetReceipt};
use super::targets;
use crate::api::{Pair, RequestLog};
use crate::cli::ReadArgs;
use crate::errors::NoBackups;
use crate::pipeline::group::Group;
use crate::settings::{ConnectionArgs, Skipped};
use crate::terminal::console::Console;

/// Runs `work` on a list, and reports the result on stderr and in the receipt.
pub(super) async fn read(
    args: &ReadArgs,
    cut: Cut,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
    work: impl AsyncFnOnce(&mut Reading<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for remark in args.service_filters.remarks() {
        console.warn(&remark);
    }
    let receipt = Receipt::begin(args.receipt.as_deref())?;
    let log = Arc::new(RequestLog::new(Arc::clone(console)));
    let digest = Digest::default();
    let mut done = Done::new(args);
    let targets = targets::connect(connection, cut.needs_names, console, &log).await;
    let result = match targets {
        Ok(mut targets) => {
            done.skipped = mem::take(&mut targets.skipped);
            let mut reading = Reading::of(args, targets, connection, console);
            reading.digest = args.receipt.is_some().then(|| digest.clone());
            let result = match reading.begin(&cut).await {
                Ok(()) => work(&mut reading).await,
                Err(error) => Err(error),
            };
            let result = reading.conclude(result);
            let is_proven = result.as_ref().err().is_none_or(|error| error.is::<NoBackups>());
            let lists_backups = reading.note.is_none();
            if is_proven && lists_backups && reading.counts.rows == 0 && console.is_watched() {
                done.nothing = Some(reading.why_nothing(&cut).await);
            }
            done.take(reading);
            result
        }
        Err(error) => Err(error),
    };

    if result.is_ok() {
        if done.counts.listing.out_of_order {
            console.warn(
                "the service did not sort as requested, so a change of the list may be unnoticed",
            );
        }
        // The rows of a coverage are resources; the line is about the backups that were read.
        let line_of = match &done.note {
            Some(_) => Counts { rows: done.counts.matched, ..done.counts },
            None => done.counts,
        };
        let sent = (log.retries(), log.hedged());
        if let Some(line) = receipt.line(&line_of, cut.limit, sent) {
            console.receipt(&line);
        }
    }
    if let Some(nothing) = &done.nothing {
        console.receipt(nothing);
    }
    let written = receipt.write(&Outcome {
        counts: done.counts,
        query: &done.query,
        filter: args.local_filters.conditions().to_pairs(),
        sort: cut.sort,
        limit: cut.limit,
        offset: cut.offset,
        latest: cut.latest,
        per: cut.per.map(Group::column),
        log: &log,
        digest: &digest,
        targets: &done.targets,
        skipped: &done.skipped,
        coverage: done.note,
        error: result.as_ref().err(),
    });
    result.and(written)
}

/// Results of a reading, for messages and receipt.
#[derive(Default)]
struct Done {
    counts: Counts,
    query: Vec<Pair>,
    note: Option<Value>,
    nothing: Option<String>,
    targets: Vec<TargetReceipt>,
    skipped: Vec<Skipped>,
}

impl Done {
    fn new(args: &ReadArgs) -> Self {
        let filtered = !args.local_filters.conditions().is_empty();
        let counts = Counts { filtered, ..Counts::default() };
        Self { counts, query: args.pairs(), ..Self::default() }
    }

    fn take(&mut self, reading: Reading<'_>) {
        self.targets = reading.target_receipts;
        self.counts = reading.counts;
        self.note = reading.note;
        if let [source] = reading.sources.as_slice() {
            self.query.clone_from(&source.query);
        }
    }
}
