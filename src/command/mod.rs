//! The commands, each as the data flows: settings, request, listing, output.

mod list;
mod read;
mod show;
mod summary;

use std::sync::Arc;
use std::time::Instant;

use crate::api::{Client, Journal, Patience};
use crate::auth;
use crate::connection::{ConnectionArgs, Environment, Home, Resolution};
use crate::console::Console;
use crate::terminal::Stdout;

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
