//! `cbr backups list`: the listing, sorted where the service does not, and printed once it is complete.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Stdout, client, screen, settings};
use crate::api::{ApiError, Backups, Client, Journal};
use crate::cli::ListArgs;
use crate::connection::ConnectionArgs;
use crate::console::Console;
use crate::dry_run;
use crate::listing::{self, Ask, Extent, Failure, Order};
use crate::query::Pair;
use crate::receipt::{Outcome, Receipt};
use crate::sort::{Plan, Sorter};

/// `cbr backups list`.
pub(crate) async fn list(
    args: &ListArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    for remark in args.query.remarks() {
        console.warn(&remark);
    }
    if let Some(form) = args.dry_run.form() {
        return rehearse(form, args, connection, console);
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
    let (order, extent, mut sorter) = plan(args);

    let ticker = tick(console);
    let listing = listing::list(
        Arc::new(Backups::new(client, query.to_vec(), order)),
        extent,
        usize::from(args.concurrency),
        |rows, receipt| {
            for row in rows {
                match &mut sorter {
                    Some(sorter) => sorter.push(row.json())?,
                    None => renderer.push_row(&row)?,
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

/// What to ask the service for, and what sorts where the service does not.
fn plan(args: &ListArgs) -> (Order, Extent, Option<Sorter>) {
    let (order, sorter) = match args.sort.plan(args.limit.is_some()) {
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
    (order, extent, sorter)
}

/// `--dry-run` and `--print-curl`.
fn rehearse(
    form: dry_run::Form,
    args: &ListArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let (order, extent, _) = plan(args);
    let first = Ask { offset: extent.offset, limit: extent.page_size };
    let first = listing::first_ask(extent).unwrap_or(first);
    let then = if extent.limit.is_some_and(|limit| limit <= first.limit) {
        "\n# There is no other page: this one has all that --limit asks for.\n".to_owned()
    } else {
        let size = extent.page_size.max(2);
        let offsets: Vec<_> =
            (1..=3).map(|page| (extent.offset + page * (size - 1)).to_string()).collect();
        format!(
            "\n# Pages after it have limit={size} and offset={}, … up to {} at a time: each begins with the \
             last row of the one before it.\n",
            offsets.join(", "),
            args.concurrency
        )
    };
    let filters = args.query.pairs();
    let request = |client: &Client| Backups::page_request(client, &filters, &order, first);
    dry_run::print(form, settings(connection, console), console, request, &then, &mut Stdout)
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
