//! The commands, each as the data flows: settings, request, listing, output.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use terminal_size::Width;
use tokio::task::JoinHandle;

use crate::api::{
    ApiError, Backups, Client, ExpiringKeys, Journal, Means, MetadataService, Patience, Session,
};
use crate::auth;
use crate::cli::{ListArgs, ShowArgs};
use crate::connection::{ConnectionArgs, Environment, Home, Metadata, Resolution, Trust};
use crate::console::Console;
use crate::iam::{self, Cache};
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
    let resolution = settings(connection, &Metadata::NotAsked);
    tell(&resolution, console);
    auth::show(args, &resolution, &mut Stdout)
}

/// `cbr auth check`.
pub(crate) async fn check_settings(
    args: &auth::CheckArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let (resolution, means) = settings_and_means(connection, console, &journal).await?;
    auth::check(args, resolution, &means, &mut Stdout).await
}

/// The settings of this run.
fn settings(args: &ConnectionArgs, metadata: &Metadata) -> Resolution {
    Resolution::new(args, &Environment::of_process(), Home::of_process, metadata)
}

/// Warns of what may surprise in the settings.
fn tell(resolution: &Resolution, console: &Console) {
    for warning in &resolution.warnings {
        console.warn(warning);
    }
    if resolution.trust == Trust::Unchecked {
        console.alarm(UNCHECKED);
    }
}

const UNCHECKED: &str = "--insecure: certificates are not checked; whoever is on the way can read and \
                         change everything";

/// The settings of this run, those of the server that it runs on among them where nothing else says as
/// whom to ask; and how to make requests with them.
async fn settings_and_means(
    args: &ConnectionArgs,
    console: &Console,
    journal: &Arc<Journal>,
) -> anyhow::Result<(Resolution, Means)> {
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut resolution = settings(args, &Metadata::NotAsked);
    let mut session = None;
    if let Some(address) = &resolution.to_ask {
        let service = MetadataService::new(address.clone())?;
        let metadata = match service.server().await {
            Ok((server, expires)) => {
                let credentials = server.credentials.clone();
                let keys = ExpiringKeys { credentials, expires };
                session = Some(Arc::new(Session::new(service, keys)));
                Metadata::Gave(server)
            }
            Err(why) => Metadata::Nothing(why),
        };
        resolution = settings(args, &metadata);
    }
    tell(&resolution, console);
    let means = Means {
        patience: Patience { retries: args.retries, deadline },
        journal: Arc::clone(journal),
        trust: resolution.trust.clone(),
        origin: Arc::new(resolution.origin()),
        session,
    };
    Ok((resolution, means))
}

async fn client(
    args: &ConnectionArgs,
    console: &Console,
    journal: &Arc<Journal>,
) -> anyhow::Result<Client> {
    let (resolution, means) = settings_and_means(args, console, journal).await?;
    iam::connect(resolution, Cache::of_process(), &means).await
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
