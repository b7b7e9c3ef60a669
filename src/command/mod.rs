//! The commands, each as the data flows: settings, request, listing, output.

mod list;
mod read;
mod show;
mod summary;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Instant;

use terminal_size::Width;

use crate::api::{Client, Journal, Patience};
use crate::auth;
use crate::connection::{ConnectionArgs, Environment, Home, Resolution};
use crate::console::Console;
use crate::iam::{self, Cache, Means};

pub(crate) use list::list;
pub(crate) use read::NoBackups;
pub(crate) use show::show;
pub(crate) use summary::summary;

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
