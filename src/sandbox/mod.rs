//! `cbr sandbox`: the documented CBR API on loopback, to try commands and scripts without an
//! account.
//!
//! Serves what the real service documents and nothing of its own: the real client talks to it as to
//! any other endpoint, and no code outside this folder knows that it exists. In the order in which
//! a request meets them:
//!
//! - [`args`]: the flags, and [`when`], a small grammar in them;
//! - [`server`]: sockets and connections; [`child`] and [`signals`]: how a run begins and ends;
//! - [`service`]: one request, from its [`call`] to its [`answer`], by way of [`auth`] (against the
//!   fixed [`account`]), [`throttle`], [`faults`] and [`log`];
//! - [`iam`]: logging in, and the projects of the account;
//! - [`metadata`]: the service that gives a server its keys;
//! - [`ledger`]: what arrives in which order, and the [`changes`] to the account between;
//! - [`list`]: the query of a listing and the page that answers it;
//! - [`rows`]: which backups exist, in order; [`backup`]: what is in each of them;
//! - [`payload`] and [`gzip`]: how the bytes of an answer go out.

mod account;
mod answer;
mod args;
mod auth;
mod backup;
mod call;
mod changes;
mod child;
mod faults;
mod gzip;
mod iam;
mod ledger;
mod list;
mod log;
mod metadata;
mod payload;
mod rows;
mod server;
mod service;
mod signals;
mod size;
mod throttle;
mod when;

use std::process::ExitCode;

use anyhow::Context as _;

pub(crate) use args::SandboxArgs;

/// Serves until interrupted, or runs one command against the sandbox and returns its exit code.
///
/// # Errors
///
/// When the port is taken, the log cannot be opened, standard output is closed, or the command
/// cannot be started.
pub(crate) async fn run(args: SandboxArgs) -> anyhow::Result<ExitCode> {
    let server = server::Server::bind(&args).await?;
    if args.command.is_empty() {
        // Whoever reads that it is there may end it.
        let signals = signals::Signals::listen()?;
        account::announce(server.address(), args.backups).context("cannot write to stdout")?;
        Ok(signals::serve_until_interrupted(server, signals).await)
    } else {
        child::run(server, &args.command).await
    }
}

#[cfg(test)]
mod tests;
