//! `cbr` lists the backups of Huawei Cloud's Cloud Backup and Recovery service (CBR).
//!
//! | module | what it owns |
//! |---|---|
//! | [`cli`] | flags to typed values |
//! | [`query`], [`vocabulary`], [`time`], [`sent_time`], [`number`] | what to ask for, and the words, times and numbers in it |
//! | [`config`] | the user's own file: profiles, and other defaults for flags |
//! | [`connection`], [`secret`] | where the requests go, and as whom |
//! | [`iam`] | tokens for passwords and projects for names, where the settings leave that open |
//! | [`api`] | one signed request at a time, retries, errors of the service |
//! | [`listing`] | pages stitched into one list that is proven complete |
//! | [`filter`], [`group`], [`latest`] | which of the rows that were read are wanted |
//! | [`sort`] | who sorts: the service, or `cbr` |
//! | [`summary`] | numbers about them |
//! | [`json`], [`backup`], [`row`], [`column`](mod@column), [`output`] | records to columns and formats |
//! | [`small_file`] | files that another process may have placed, without waiting and within a limit |
//! | [`temporary`] | what is said where a temporary file fails |
//! | [`dry_run`] | the request that would go out first, for people and for curl |
//! | [`auth`] | where each setting comes from and whether it works, for people and scripts |
//! | [`command`] | the commands, each as the data flows through the modules above |
//! | [`terminal`] | stdout: colours, and the pager in front of it |
//! | [`console`], [`message`], [`receipt`] | what people see on stderr, what scripts see there, and the proof that they keep |
//! | [`completions`], [`manual`], [`help`] | what shells complete, the manual page, and what `cbr help` explains |
//! | [`exit`] | failures to messages, hints and exit codes |
//! | [`sandbox`] | a CBR endpoint on this machine, which nothing above knows of |

mod api;
mod auth;
mod backup;
mod cli;
mod column;
mod command;
mod completions;
mod config;
mod connection;
mod console;
mod dry_run;
mod exit;
mod filter;
mod group;
mod help;
mod iam;
mod json;
mod latest;
mod listing;
mod manual;
mod message;
mod number;
mod output;
mod query;
#[cfg(test)]
mod readme;
mod receipt;
mod row;
#[cfg(feature = "sandbox")]
mod sandbox;
mod secret;
mod sent_time;
mod small_file;
mod sort;
mod suggest;
mod summary;
mod temporary;
mod terminal;
mod time;
mod vocabulary;

use std::future::poll_fn;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;

use anyhow::Context as _;
use cli::{AuthCommand, BackupsCommand, Cli, Command};
use console::Console;
use exit::Exit;
use message::ErrorFormat;
use terminal::Terminal;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => {
            receipt::refuse(std::env::args_os(), &error);
            let format = ErrorFormat::of_words(std::env::args_os());
            return exit::report(&error, format).into();
        }
    };
    let format = cli.console.error_format();
    run(cli).unwrap_or_else(|error| exit::report(&error, format).into())
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    check_descriptors()?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().context("cannot start")?;
    runtime.block_on(run_command(cli))
}

/// Opens as many files as are open at least while a list is read, six of them the runtime's, and closes them: it
/// panics where it gets none to hear of signals.
///
/// # Errors
///
/// There may not be that many.
#[cfg(unix)]
fn check_descriptors() -> anyhow::Result<()> {
    let pairs = std::iter::repeat_with(std::os::unix::net::UnixStream::pair).take(4);
    let pairs: std::io::Result<Vec<_>> = pairs.collect();
    pairs.map(drop).context(
        "cannot start: cbr has to open 8 files at once, and may not open as many (see ulimit -n)",
    )
}

#[cfg(not(unix))]
fn check_descriptors() -> anyhow::Result<()> {
    Ok(())
}

async fn run_command(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Backups(command) => {
            let console = Arc::new(Console::new(cli.console));
            let terminal = Terminal::new(cli.terminal);
            stop_when_interrupted(Arc::clone(&console)).await;
            let result = match command {
                BackupsCommand::List(args) => {
                    command::list(&args, &cli.connection, &terminal, &console).await
                }
                BackupsCommand::Show(args) => {
                    command::show(&args, &cli.connection, &terminal, &console).await
                }
                BackupsCommand::Summary(args) => {
                    command::summary(&args, &cli.connection, &terminal, &console).await
                }
            };
            console.clear();
            result?;
        }
        Command::Auth(AuthCommand::Show(args)) => {
            let console = Console::new(cli.console);
            command::show_settings(&args, &cli.connection, &console, Cli::check_defaults)?;
        }
        Command::Auth(AuthCommand::Check(args)) => {
            let console = Arc::new(Console::new(cli.console));
            stop_when_interrupted(Arc::clone(&console)).await;
            command::check_settings(&args, &cli.connection, &console).await?;
        }
        Command::Config(command) => {
            config::run(command, &Console::new(cli.console), Cli::check_defaults)?;
        }
        Command::Completions(args) => completions::print(args)?,
        Command::Man(args) => manual::print(&args)?,
        Command::Help(args) => help::print(&args)?,
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => {
            let args = match cli.console.error_format() {
                ErrorFormat::Json => args.with_messages_for_scripts(),
                ErrorFormat::Text => args,
            };
            return sandbox::run(args).await;
        }
    }
    Ok(Exit::Done.into())
}

/// Ends the program at the first Ctrl-C, whatever it is waiting for, unless a pager is on the screen. Nothing is
/// left behind: nothing has been written, or the writing is what is being stopped.
async fn stop_when_interrupted(console: Arc<Console>) {
    let mut interrupted = Box::pin(tokio::signal::ctrl_c());
    // Polled once here, it listens from now on, and not from when the task happens to start.
    let polled = poll_fn(|context| Poll::Ready(interrupted.as_mut().poll(context))).await;
    if polled.is_pending() {
        tokio::spawn(async move {
            while interrupted.as_mut().await.is_ok() {
                if !terminal::takes_interrupt() {
                    console.clear();
                    std::process::exit(i32::from(Exit::Interrupted.code()));
                }
                interrupted.set(tokio::signal::ctrl_c());
            }
        });
    }
}
