//! The commands, each as the data flows: settings, request, listing, output.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use terminal_size::Width;

use crate::api::{Backups, Client, Journal, Patience};
use crate::cli::{ListArgs, ShowArgs};
use crate::connection::{Connection, ConnectionArgs, Environment};
use crate::console::Console;
use crate::listing::{self, Failure};
use crate::receipt::{Outcome, Receipt};

/// `cbr backups list`.
pub(crate) async fn list(
    args: &ListArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    for remark in args.query.remarks() {
        console.warn(&remark);
    }
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let client = client(connection, &journal)?;
    let query = args.query.pairs();
    let receipt = Receipt::begin(args.receipt.as_deref())?;
    let mut renderer = args.output.renderer(screen());
    let backups = Backups::new(client, query.clone(), args.sort.clone());

    let ticker = tick(console);
    let listing = listing::list(
        Arc::new(backups),
        args.extent(),
        usize::from(args.concurrency),
        |record| renderer.push(record.json()?),
        |rows, count| console.progress(rows, count),
    )
    .await;
    ticker.abort();
    console.clear();

    let result = listing
        .result
        .map_err(describe)
        .and_then(|()| renderer.finish(&mut io::stdout().lock()).context("cannot write to stdout"));
    let outcome = Outcome {
        listing: listing.receipt,
        query: &query,
        sort: args.sort.to_string(),
        limit: args.limit,
        offset: args.offset,
        journal: &journal,
        error: result.as_ref().err(),
    };
    if result.is_ok() {
        if listing.receipt.out_of_order {
            console.warn(
                "the service did not sort as it was asked to; the list was at rest meanwhile",
            );
        }
        console.receipt(&receipt.line(&listing.receipt, args.limit, journal.retries()));
    }
    let written = receipt.write(&outcome);
    result.and(written)
}

/// `cbr backups show ID`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let client = client(connection, &journal)?;
    let backup = Backups::show(&client, &args.id).await?;
    let backup = std::str::from_utf8(&backup)?;
    args.output.show(backup, screen(), &mut io::stdout().lock()).context("cannot write to stdout")
}

fn client(args: &ConnectionArgs, journal: &Arc<Journal>) -> anyhow::Result<Client> {
    let connection = Connection::resolve(args, &Environment::of_process())?;
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let patience = Patience { retries: args.retries, deadline };
    Ok(Client::new(connection, patience, Arc::clone(journal))?)
}

/// The failure of a listing as one error.
fn describe(failure: Failure<crate::api::ApiError>) -> anyhow::Error {
    match failure {
        Failure::Source(error) => error.into(),
        Failure::Unproven(error) => error.into(),
        Failure::Sink(error) => error,
    }
}

/// Keeps the progress moving while nothing else happens.
fn tick(console: &Arc<Console>) -> tokio::task::JoinHandle<()> {
    let console = Arc::clone(console);
    tokio::spawn(async move {
        while console.is_watched() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            console.tick();
        }
    })
}

/// The width of the terminal that stdout is, in cells.
fn screen() -> Option<usize> {
    let stdout = io::stdout();
    let (Width(width), _) =
        stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout))??;
    Some(usize::from(width))
}
