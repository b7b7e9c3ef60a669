//! The commands, each as the data flows: settings, request, listing, output.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::CommandFactory as _;
use terminal_size::Width;

use crate::api::{Backups, Client, Patience};
use crate::cli::{Cli, ListArgs, ShowArgs};
use crate::completions::CompletionsArgs;
use crate::connection::{Connection, ConnectionArgs, Environment};
use crate::exit;
use crate::listing::{self, Failure};
use crate::manual;

/// How many pages are asked for at a time.
const WINDOW: usize = 4;

/// `cbr backups list`.
pub(crate) async fn list(args: &ListArgs, connection: &ConnectionArgs) -> anyhow::Result<()> {
    for remark in args.query.remarks() {
        exit::say("warning", &remark);
    }
    let client = client(connection)?;
    let mut renderer = args.output.renderer(screen());
    let backups = Backups::new(client, args.query.pairs(), args.sort.clone());
    listing::list(Arc::new(backups), args.extent(), WINDOW, |record| renderer.push(record.json()?))
        .await
        .map_err(|failure| match failure {
            Failure::Source(error) => error.into(),
            Failure::Unproven(error) => anyhow::Error::new(error),
            Failure::Sink(error) => error,
        })?;
    renderer.finish(&mut io::stdout().lock()).context("cannot write to stdout")
}

/// `cbr backups show ID`.
pub(crate) async fn show(args: &ShowArgs, connection: &ConnectionArgs) -> anyhow::Result<()> {
    let client = client(connection)?;
    let backup = Backups::show(&client, &args.id).await?;
    let backup = std::str::from_utf8(&backup)?;
    args.output.show(backup, screen(), &mut io::stdout().lock()).context("cannot write to stdout")
}

/// `cbr completions`.
pub(crate) fn completions(args: CompletionsArgs) -> anyhow::Result<()> {
    args.write(Cli::command(), &mut io::stdout().lock()).context("cannot write to stdout")
}

/// `cbr man`.
pub(crate) fn man() -> anyhow::Result<()> {
    let page = manual::page(Cli::command());
    page.to_writer(&mut io::stdout().lock()).context("cannot write to stdout")
}

fn client(args: &ConnectionArgs) -> anyhow::Result<Client> {
    let connection = Connection::resolve(args, &Environment::of_process())?;
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    Ok(Client::new(connection, Patience { retries: args.retries, deadline })?)
}

/// The width of the terminal that stdout is, in cells.
fn screen() -> Option<usize> {
    let stdout = io::stdout();
    let (Width(width), _) =
        stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout))??;
    Some(usize::from(width))
}
