//! The command line: flags to typed values. Flags that contradict each other are rejected here.

pub(crate) mod auth;
mod concurrency;
pub(crate) mod config;
pub(crate) mod coverage;
pub(crate) mod dry_run;
pub(crate) mod early;
mod examples;
mod list;
mod param;
mod read;
pub(crate) mod reference;
pub(crate) mod scope;
pub(crate) mod selector;
pub(crate) mod service_filters;
mod show;
mod summary;
pub(crate) mod vocabulary;

#[cfg(feature = "sandbox")]
use std::ffi::OsString;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::output::ColumnSets;
use crate::pipeline;
#[cfg(feature = "sandbox")]
use crate::sandbox::SandboxArgs;
use crate::settings::ConnectionArgs;
use crate::terminal::console::ConsoleArgs;
use crate::terminal::tty::TerminalArgs;
use auth::AuthCommand;
use config::ConfigCommand;
use coverage::{CheckArgs, CoverageArgs};
pub(crate) use list::ListArgs;
pub(crate) use read::ReadArgs;
use reference::{CompletionsArgs, HelpArgs, ManArgs};
pub(crate) use show::ShowArgs;
pub(crate) use summary::SummaryArgs;

/// List the backups of Huawei Cloud's Cloud Backup and Recovery service (CBR)
///
/// A list is complete, or the command fails and says why. cbr is read-only.
#[derive(Args)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,

    #[command(flatten)]
    pub(crate) terminal: TerminalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl CommandFactory for Cli {
    fn command() -> clap::Command {
        // Hints depend on the name, whatever the file is called.
        let program = clap::Command::new("cbr")
            .bin_name("cbr")
            .version(env!("CARGO_PKG_VERSION"))
            // For `--version`; `-V` prints one line.
            .long_version(include_str!(concat!(env!("OUT_DIR"), "/version.txt")))
            .disable_help_subcommand(true)
            .after_help(examples::PROGRAM);
        // A missing command is an error, not a page of help.
        Self::augment_args(program).arg_required_else_help(false)
    }

    fn command_for_update() -> clap::Command {
        Self::command()
    }
}

impl Parser for Cli {}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// List backups, show one, or summarize them
    #[command(subcommand, arg_required_else_help = false, after_help = examples::BACKUPS)]
    Backups(BackupsCommand),

    /// Show where the settings come from, or check that they work
    #[command(subcommand, arg_required_else_help = false, after_help = examples::AUTH)]
    Auth(AuthCommand),

    /// Show and change the configuration file: profiles, and defaults for flags
    ///
    /// `cbr config path` prints its path. A profile holds region, project and credentials, or the
    /// source of the credentials. --profile selects one. Without it, default_profile or the only
    /// profile is used, after variables and before the files of other tools.
    #[command(subcommand, arg_required_else_help = false, after_help = examples::CONFIG)]
    Config(ConfigCommand),

    /// Serve a CBR endpoint on this machine, to try commands and scripts without an account
    ///
    /// Without a command, prints the environment variables to set and serves until interrupted.
    /// With a command after `--`, runs it against a new sandbox and exits with its code.
    #[command(after_help = examples::SANDBOX)]
    #[cfg(feature = "sandbox")]
    Sandbox(Box<SandboxArgs>),

    /// Print a script for a shell to complete commands, flags and values
    Completions(CompletionsArgs),

    /// Print the manual or one of its pages; `cbr man | man -l -` displays it
    Man(ManArgs),

    /// Describe a command, or a topic such as filters or exit-codes
    Help(HelpArgs),
}

/// The commands of `cbr backups`.
#[derive(Subcommand)]
pub(crate) enum BackupsCommand {
    /// List all backups that match, newest first
    #[command(visible_alias = "ls")]
    List(Box<ListArgs>),

    /// Show backups with all fields and their children
    Show(ShowArgs),

    /// Count the backups that match and add up their sizes, in total or by group
    Summary(Box<SummaryArgs>),

    /// Print which resources have no recent usable backup
    ///
    /// A backup is usable if its status is available and it has not expired. Resources without
    /// backups come from the vaults, or with --inventory all also from the servers, volumes and
    /// other resources that could be backed up. A source that cannot be read makes what depends on
    /// it unknown, and the exit code 6.
    Coverage(Box<CoverageArgs>),

    /// Check for monitoring that every resource has a recent usable backup
    ///
    /// Prints one line for Icinga, Nagios and others, then up to 20 names. Exit codes: 0 OK, 1
    /// WARNING, 2 CRITICAL, 3 UNKNOWN. UNKNOWN is also any error: unproven lists, missing
    /// permissions, no resources, usage errors. --timeout is 50s by default.
    Check(Box<CheckArgs>),
}

impl Cli {
    /// Rejects flags that contradict each other, which clap cannot detect.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.command {
            Command::Backups(BackupsCommand::List(args)) => {
                if self.connection.targets.partial && args.output.streams() {
                    // Rows of a target that fails later could not be taken back.
                    return Err(
                        "the argument '--partial' cannot be used with '--stream'".to_owned()
                    );
                }
                args.check()
            }
            Command::Backups(BackupsCommand::Summary(args)) => {
                let columns = || pipeline::summary::columns(args.by, true);
                args.read.check().and_then(|()| args.output.check(&columns()))
            }
            Command::Backups(BackupsCommand::Coverage(args)) => args.check(),
            Command::Backups(BackupsCommand::Check(args)) => args.check(),
            Command::Backups(BackupsCommand::Show(args)) => {
                args.output.check(&ColumnSets::backups())
            }
            #[cfg(feature = "sandbox")]
            Command::Sandbox(args) => stays_in_sandbox(args),
            Command::Auth(_)
            | Command::Config(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Help(_) => Ok(()),
        }
    }
}

/// Rejects a command in the sandbox that would connect to another service. A command that cannot
/// be parsed reports that itself.
#[cfg(feature = "sandbox")]
fn stays_in_sandbox(args: &SandboxArgs) -> Result<(), String> {
    let program = OsString::from("cbr");
    let Ok(inner) = Cli::try_parse_from([&program].into_iter().chain(args.command())) else {
        return Ok(());
    };
    inner.connection.first_overriding_endpoint().map_or(Ok(()), |flag| {
        Err(format!(
            "the argument '{flag}' would lead out of the sandbox; leave it out: commands after \
             '--' connect to the sandbox only"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn plain_aliases_are_accepted() {
        for line in [
            "list -n 5",
            "list --latest 1 --by vault",
            "summary --per vault",
            "list --dedicated --kept-by-count=false --owner private --share-status pending",
            "list --min-vault-usage 80 --never-expires",
        ] {
            let words = ["cbr", "backups"].into_iter().chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
        let words = "cbr backups list --never-expires --expires-before 7d".split(' ');
        assert!(Cli::try_parse_from(words).is_err());
    }
}
