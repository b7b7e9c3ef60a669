//! `cbr backups list`: the listing, sorted where the service does not, and printed once it is complete.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Stdout, client, screen};
use crate::api::{ApiError, Backups, Client, Journal};
use crate::cli::ListArgs;
use crate::connection::ConnectionArgs;
use crate::console::Console;
use crate::listing::{self, Extent, Failure, Order};
use crate::query::Pair;
use crate::receipt::{Outcome, Receipt};
use crate::sort::Plan;

/// `cbr backups list`.
pub(crate) async fn list(
    args: &ListArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    for remark in args.query.remarks() {
        console.warn(&remark);
    }
    let receipt = Receipt::begin(args.receipt.as_deref())?;
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let query = args.query.pairs();

    let mut listing = listing::Receipt::default();
    let result = match client(connection, console, &journal) {
        Ok(client) => read_and_print(args, client, &query, console, &mut listing).await,
        Err(error) => Err(error),
    };

    if result.is_ok() {
        if listing.out_of_order {
            console.warn(
                "the service did not sort as it was asked to; the list was at rest meanwhile",
            );
        }
        console.receipt(&receipt.line(&listing, args.limit, journal.retries()));
    }
    let written = receipt.write(&Outcome {
        listing,
        query: &query,
        sort: args.sort.to_string(),
        limit: args.limit,
        offset: args.offset,
        journal: &journal,
        error: result.as_ref().err(),
    });
    result.and(written)
}

/// Reads the listing and prints it, and leaves in `receipt` how far it came.
async fn read_and_print(
    args: &ListArgs,
    client: Client,
    query: &[Pair],
    console: &Arc<Console>,
    receipt: &mut listing::Receipt,
) -> anyhow::Result<()> {
    let mut renderer = args.output.renderer(screen());
    let (order, mut sorter) = match args.sort.plan(args.limit.is_some()) {
        Plan::Service(order) => (order, None),
        Plan::Local(sorter) => (Order::default(), Some(sorter)),
    };
    let whole = sorter.is_some();
    let extent = Extent {
        offset: if whole { 0 } else { args.offset },
        limit: if whole { None } else { args.limit },
        page_size: args.page_size,
        stable: order.is_stable(),
    };

    let ticker = tick(console);
    let listing = listing::list(
        Arc::new(Backups::new(client, query.to_vec(), order)),
        extent,
        usize::from(args.concurrency),
        |records, receipt| {
            for record in records {
                match &mut sorter {
                    Some(sorter) => sorter.push(record.json())?,
                    None => renderer.push(record.json())?,
                }
            }
            console.progress(receipt.rows, receipt.count);
            renderer.advance(&mut Stdout)
        },
    )
    .await;
    ticker.abort();
    console.clear();
    *receipt = listing.receipt;
    listing.result.map_err(describe)?;

    if let Some(sorter) = sorter {
        receipt.rows = sorter.finish(args.offset, args.limit, |record| renderer.push(record))?;
    }
    renderer.finish(&mut Stdout)
}

/// The failure of a listing as one error.
fn describe(failure: Failure<ApiError>) -> anyhow::Error {
    match failure {
        Failure::Source(error) => error.into(),
        Failure::Unproven(error) => error.into(),
        Failure::Sink(error) => error,
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
