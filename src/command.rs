//! The commands, each as the data flows: settings, request, listing, output.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use terminal_size::Width;
use tokio::task::JoinHandle;

use crate::api::{ApiError, Backups, Client, Journal, Patience};
use crate::auth;
use crate::cli::{ListArgs, ShowArgs};
use crate::connection::{ConnectionArgs, Environment, Home, Resolution};
use crate::console::Console;
use crate::iam::{self, Cache, Means};
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
    let result = match client(connection, console, &journal).await {
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

/// `cbr backups show ID`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let client = client(connection, console, &journal).await?;
    let backup = Backups::show(&client, &args.id).await?;
    args.output.show(&backup, screen(), &mut Stdout)
}

/// `cbr auth show`.
pub(crate) fn show_settings(
    args: &auth::ShowArgs,
    connection: &ConnectionArgs,
    console: &Console,
) -> anyhow::Result<()> {
    let resolution = settings(connection, console);
    auth::show(args, &resolution, &mut Stdout)
}

/// `cbr auth check`.
pub(crate) async fn check_settings(
    args: &auth::CheckArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let resolution = settings(connection, console);
    auth::check(args, resolution, &means(connection, &journal), &mut Stdout).await
}

/// The settings of this run, with a word about what may surprise in them.
fn settings(args: &ConnectionArgs, console: &Console) -> Resolution {
    let resolution = Resolution::new(args, &Environment::of_process(), Home::of_process);
    for warning in &resolution.warnings {
        console.warn(warning);
    }
    resolution
}

async fn client(
    args: &ConnectionArgs,
    console: &Console,
    journal: &Arc<Journal>,
) -> anyhow::Result<Client> {
    let resolution = settings(args, console);
    iam::connect(resolution, Cache::of_process(), &means(args, journal)).await
}

/// How to make requests.
fn means(args: &ConnectionArgs, journal: &Arc<Journal>) -> Means {
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let patience = Patience { retries: args.retries, deadline };
    Means { patience, journal: Arc::clone(journal) }
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

/// Stdout, whose faults say that they are its own.
struct Stdout;

impl Stdout {
    fn fault(error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("cannot write to stdout: {error}"))
    }
}

impl io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().lock().write(bytes).map_err(Self::fault)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush().map_err(Self::fault)
    }
}

/// The width of the terminal that stdout is, in cells.
fn screen() -> Option<usize> {
    let stdout = io::stdout();
    let (Width(width), _) =
        stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout))??;
    Some(usize::from(width))
}
