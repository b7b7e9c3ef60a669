//! The run of the program: parse, run, exit.

use std::ffi::OsString;
use std::future::poll_fn;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;

use anyhow::Context as _;
use clap::error::ErrorKind;

use crate::cli::auth::AuthCommand;
use crate::cli::config::ConfigCommand;
use crate::cli::early::Early;
use crate::cli::{BackupsCommand, Cli, Command};
use crate::commands::{check, config, receipt};
use crate::errors::{Exit, UsageError};
use crate::reference::{completions, help, manual};
use crate::terminal::console::Console;
use crate::terminal::message::ErrorFormat;
use crate::terminal::tty::{self, Terminal};
use crate::terminal::{file_limit, pager};
use crate::{commands, errors, program};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match program::read(&words) {
        Ok(cli) => cli,
        Err(error) => return reject(&words, error),
    };
    tty::color_help(Some(cli.terminal.color()));
    let format = cli.console.error_format();
    run(cli).unwrap_or_else(|error| errors::report(&error, format).into())
}

/// Reports why a command line is rejected, or prints the requested help.
fn reject(words: &[OsString], error: anyhow::Error) -> ExitCode {
    // Monitoring and scripts ask for the version often, and it needs no second parse.
    let is_version = error
        .downcast_ref::<clap::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::DisplayVersion);
    if is_version {
        return errors::report(&error, ErrorFormat::default()).into();
    }
    let early = Early::parse(&program::command(), words);
    tty::color_help(early.color);
    let error = match error.downcast::<clap::Error>() {
        Ok(error) if error.use_stderr() => UsageError::from_clap(&error, &early.called()).into(),
        Ok(help) => {
            let format = early.error_format.unwrap_or_default();
            let uses_pager = !early.flags.iter().any(|flag| flag == "no_pager");
            return match help::print_error(&help, uses_pager) {
                Ok(()) => Exit::Done.into(),
                Err(error) => errors::report(&error, format).into(),
            };
        }
        Err(error) => error,
    };
    if let Some(path) = &early.receipt {
        receipt::refuse(path, &error);
    }
    // Monitoring would read any other exit code as a status.
    if early.command == ["backups", "check"] {
        return ExitCode::from(check::unknown(&error) as u8);
    }
    errors::report(&error, early.error_format.unwrap_or_default()).into()
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    check_descriptors()?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().context("cannot start")?;
    runtime.block_on(run_command(cli))
}

/// Checks that 8 file descriptors are free, six of them for tokio, which would panic without them.
///
/// # Errors
///
/// There are fewer.
#[cfg(unix)]
fn check_descriptors() -> anyhow::Result<()> {
    let pairs = std::iter::repeat_with(std::os::unix::net::UnixStream::pair).take(4);
    let pairs: std::io::Result<Vec<_>> = pairs.collect();
    pairs
        .map(drop)
        .context("cannot start: cbr needs 8 open files, more than its limit allows (see ulimit -n)")
}

#[cfg(not(unix))]
fn check_descriptors() -> anyhow::Result<()> {
    Ok(())
}

async fn run_command(cli: Cli) -> anyhow::Result<ExitCode> {
    file_limit::report();
    match cli.command {
        Command::Backups(command) => {
            let console = Arc::new(Console::new(cli.console));
            let terminal = Terminal::new(cli.terminal);
            stop_when_interrupted(Arc::clone(&console)).await;
            let result = match command {
                BackupsCommand::Coverage(args) => {
                    commands::coverage(&args, &cli.connection, &terminal, &console).await
                }
                BackupsCommand::Check(args) => {
                    let mut connection = cli.connection;
                    connection.timeout.get_or_insert(check::TIMEOUT);
                    let status = check::check(&args, &connection, &console).await;
                    console.clear();
                    return Ok(ExitCode::from(status as u8));
                }
                BackupsCommand::List(args) => {
                    commands::list(&args, &cli.connection, &terminal, &console).await
                }
                BackupsCommand::Show(args) => {
                    cli.connection.refuse_several("cbr backups show")?;
                    commands::show(&args, &cli.connection, &terminal, &console).await
                }
                BackupsCommand::Summary(args) => {
                    commands::summary(&args, &cli.connection, &terminal, &console).await
                }
            };
            console.clear();
            result?;
        }
        Command::Auth(AuthCommand::Show(args)) => {
            let console = Console::new(cli.console);
            cli.connection.refuse_several("cbr auth show")?;
            commands::auth::show_settings(
                &args,
                &cli.connection,
                &console,
                program::check_defaults,
            )?;
        }
        Command::Auth(AuthCommand::Check(args)) => {
            let console = Arc::new(Console::new(cli.console));
            stop_when_interrupted(Arc::clone(&console)).await;
            commands::auth::check_settings(&args, &cli.connection, &console).await?;
        }
        Command::Config(ConfigCommand::Init(args)) => {
            let console = Arc::new(Console::new(cli.console));
            cli.connection.refuse_several("cbr config init")?;
            config::init(&args, cli.connection, &console, program::check_defaults).await?;
        }
        Command::Config(command) => {
            config::run(command, &Console::new(cli.console), program::check_defaults)?;
        }
        Command::Completions(args) => completions::print(args, program::command())?,
        Command::Man(args) => manual::print(&args, program::command())?,
        Command::Help(args) => {
            help::print(&args, program::command(), cli.terminal.uses_pager())?;
        }
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => {
            let words: Vec<_> = [OsString::new()].iter().chain(args.command()).cloned().collect();
            let own = Early::parse(&program::command(), &words).error_format;
            let args = match (cli.console.error_format(), own) {
                (ErrorFormat::Json, None) => args.with_flag("--error-format=json"),
                _ => *args,
            };
            return crate::sandbox::run(args).await;
        }
    }
    Ok(Exit::Done.into())
}

/// Ends the program at the first Ctrl-C, unless a pager is on the screen. No partial output remains
/// to be cleaned up.
async fn stop_when_interrupted(console: Arc<Console>) {
    let mut interrupted = Box::pin(tokio::signal::ctrl_c());
    // Polled once now: it listens before the task starts.
    let polled = poll_fn(|context| Poll::Ready(interrupted.as_mut().poll(context))).await;
    if polled.is_pending() {
        tokio::spawn(async move {
            while interrupted.as_mut().await.is_ok() {
                if !pager::takes_interrupt() {
                    console.clear();
                    std::process::exit(i32::from(Exit::Interrupted.code()));
                }
                interrupted.set(tokio::signal::ctrl_c());
            }
        });
    }
}
