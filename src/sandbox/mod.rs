//! `cbr sandbox`: the documented CBR API on loopback, to try commands and scripts without an
//! account.
//!
//! Serves what the real service documents, nothing of its own. The client treats it like any other
//! endpoint, and no code outside this folder knows about it. The files, from the socket inwards:
//!
//! | file | content |
//! |---|---|
//! | [`args`] | the flags |
//! | [`server`] | socket, connections, start and end of a run |
//! | [`service`] | one request, from its arrival to its response |
//! | [`request`], [`response`] | what arrives and is logged; what is sent, and how |
//! | [`cloud`], [`account`], [`project`] | the served regions, accounts and projects |
//! | [`announcement`] | the settings of a client, as an environment and as printed lines |
//! | [`auth`], [`signature`] | checks of tokens and signatures |
//! | [`iam`], [`login`], [`tokens`] | logins, tokens and the projects of an account |
//! | [`metadata`] | the keys of a cloud server |
//! | [`throttle`] | the rate limit |
//! | [`faults`], [`faulty_response`] | deliberate failures |
//! | [`changes`] | the order of requests, and changes to the account between them |
//! | [`listing`], [`query`], [`filter`] | a list request and the page that answers it |
//! | [`inventory`] | vaults, policies, protectable resources and tasks |
//! | [`rows`] | which backups exist, in order |
//! | [`backup`], [`resource`], [`awkward`] | the fields of a backup, derived from its number |
//! | [`record`], [`json`] | a backup as JSON |
//! | [`clock`], [`uuid`] | times and ids |
//!
//! No two files depend on each other.

mod account;
mod announcement;
mod args;
mod auth;
mod awkward;
mod backup;
mod changes;
mod clock;
mod cloud;
mod faults;
mod faulty_response;
mod filter;
mod iam;
mod inventory;
mod json;
mod listing;
mod login;
mod metadata;
mod project;
mod query;
mod record;
mod request;
mod resource;
mod response;
mod rows;
mod server;
mod service;
mod signature;
mod throttle;
mod tokens;
mod uuid;

use std::process::ExitCode;

use anyhow::Context as _;

pub(crate) use args::SandboxArgs;

/// Serves until interrupted, or runs a command or shell in the sandbox and returns its exit code.
///
/// # Errors
///
/// If a flag is for a project that is not served, the port is taken, the log cannot be opened,
/// standard output is closed, or the program cannot be started.
pub(crate) async fn run(args: SandboxArgs) -> anyhow::Result<ExitCode> {
    args.check()?;
    let server = server::Server::bind(&args).await?;
    if args.shell {
        return server::run_shell(server, args.backups).await;
    }
    if !args.command.is_empty() {
        return server::run_command(server, &args.command).await;
    }
    // Listens first: a reader of the announcement can stop the sandbox at once.
    let signals = server::Signals::listen()?;
    announcement::announce(server.address(), server.cloud(), args.backups)
        .context("cannot write to stdout")?;
    Ok(server::serve_until_interrupted(server, signals).await)
}

#[cfg(test)]
mod tests;
