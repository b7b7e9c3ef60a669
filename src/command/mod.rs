//! The commands, each as the data flows: settings, request, listing, output.

mod list;
mod read;
mod rehearse;
mod show;
mod summary;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Instant;

use terminal_size::Width;

use crate::api::{Client, Journal, Patience};
use crate::auth;
use crate::connection::{ConnectionArgs, Environment, Home, Resolution, Trust};
use crate::console::Console;

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

/// The settings of this run, with a word about what may surprise in them.
fn settings(args: &ConnectionArgs, console: &Console) -> Resolution {
    let resolution = Resolution::new(args, &Environment::of_process(), Home::of_process);
    for warning in &resolution.warnings {
        console.warn(warning);
    }
    if resolution.trust == Trust::Unchecked {
        console.alarm("--insecure: certificates are not checked; whoever is on the way can read and change everything");
    }
    resolution
}

fn client(
    args: &ConnectionArgs,
    console: &Console,
    journal: &Arc<Journal>,
) -> anyhow::Result<Client> {
    let connection = settings(args, console).connection()?;
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let patience = Patience { retries: args.retries, deadline };
    Ok(Client::new(connection, patience, Arc::clone(journal))?)
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
