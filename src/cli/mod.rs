//! The command line: flags to typed values. Usage errors are clap's, also those across flags.

pub(crate) mod auth;
pub(crate) mod config;
pub(crate) mod dry_run;
pub(crate) mod early;
mod examples;
mod param;
pub(crate) mod query;
pub(crate) mod reference;
pub(crate) mod scope;
pub(crate) mod vocabulary;

#[cfg(feature = "sandbox")]
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser as _};
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::output::{FormatParser, ListOutputArgs, OutputArgs, Printed, RowTableArgs};
use crate::pipeline::filter::Filter;
use crate::pipeline::group::Group;
use crate::pipeline::sort::Sort;
#[cfg(feature = "sandbox")]
use crate::sandbox::SandboxArgs;
use crate::settings::ConnectionArgs;
use crate::terminal::console::ConsoleArgs;
use crate::terminal::stdout::TerminalArgs;
use crate::text::hints;
use crate::text::number::whole;
use auth::AuthCommand;
use config::ConfigCommand;
use dry_run::DryRunArgs;
use query::Query;
use reference::{CompletionsArgs, HelpArgs, ManArgs};

/// Lists the backups of Huawei Cloud's Cloud Backup and Recovery service (CBR): every one of them,
/// or an error that says so
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
        let program = clap::Command::new("cbr")
            .version(env!("CARGO_PKG_VERSION"))
            .disable_help_subcommand(true)
            .after_help(examples::PROGRAM);
        // A missing command is an error like any other, not a page of help.
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
    /// List backups, show one, or sum them up
    #[command(subcommand, arg_required_else_help = false, after_help = examples::BACKUPS)]
    Backups(BackupsCommand),

    /// See where the settings come from, and whether they work
    #[command(subcommand, arg_required_else_help = false, after_help = examples::AUTH)]
    Auth(AuthCommand),

    /// See and change your settings: profiles, and other defaults for flags
    ///
    /// They are in one file, which cbr config path names. A profile holds region, project and
    /// credentials, or where to take those from. --profile chooses one; default_profile, or the
    /// only one there is, is used after variables and before the files of other tools.
    #[command(subcommand, arg_required_else_help = false, after_help = examples::CONFIG)]
    Config(ConfigCommand),

    /// Serve a CBR endpoint on this machine, to try commands and scripts without an account
    ///
    /// Alone, prints the environment variables that lead to it and serves until interrupted. With a
    /// command after `--`, runs `cbr` with that command against a fresh sandbox and exits with its
    /// code.
    #[command(after_help = examples::SANDBOX)]
    #[cfg(feature = "sandbox")]
    Sandbox(SandboxArgs),

    /// Print the script with which a shell completes commands, flags and values
    Completions(CompletionsArgs),

    /// Print the manual, or the page of one command: `cbr man | man -l -` shows it
    Man(ManArgs),

    /// Explain a command, or a topic such as filters or exit-codes
    Help(HelpArgs),
}

/// What to do with backups.
#[derive(Subcommand)]
pub(crate) enum BackupsCommand {
    /// List every backup that matches, newest first
    #[command(visible_alias = "ls")]
    List(Box<ListArgs>),

    /// Show one backup, whole, with its children
    Show(ShowArgs),

    /// Count the backups that match and add up their sizes, as a whole or in groups
    Summary(Box<SummaryArgs>),
}

/// What to read of the service, and how: the same for each command that reads a list.
#[derive(Args)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) query: Query,

    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Ask for this many backups in one request, 1 to 1000
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "How much", display_order = 900, default_value_t = 1000, value_parser = whole::<u64>(1..=query::LARGEST_PAGE))]
    pub(crate) page_size: u64,

    /// Ask for at most this many pages at a time, 1 to 64
    #[arg(long, value_name = "N", help_heading = "How much", display_order = 900, default_value_t = 8, value_parser = whole::<u8>(1..=64), allow_negative_numbers = true)]
    pub(crate) concurrency: u8,

    /// Exit with code 7 and print nothing if no backup matches
    #[arg(long, help_heading = "Output", display_order = 900)]
    pub(crate) fail_on_empty: bool,

    /// Write to this file what was proven, as JSON: rows, count, pages, requests, retries, hedged
    /// requests, what was repaired, complete or not, and whether reading stopped early; also when the
    /// listing fails
    #[arg(long, value_name = "FILE", help_heading = "Output", display_order = 900, value_parser = PathBufValueParser::new().try_map(receipt_file))]
    pub(crate) receipt: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) dry_run: DryRunArgs,
}

/// What to list.
#[derive(Args)]
#[command(after_help = examples::LIST)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,

    /// Print at most N backups [default: all]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "How much", value_parser = whole::<u64>(1..=u64::MAX))]
    pub(crate) limit: Option<u64>,

    /// Skip this many backups first
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "How much", default_value_t = 0, value_parser = whole::<u64>(0..=LARGEST_OFFSET))]
    pub(crate) offset: u64,

    /// Keep the newest N, of all or of each --per GROUP
    ///
    /// The newest by created_at. The order of things: the filters; then --sort; then, in whatever
    /// order the rows are, the newest N of each group stay; then --offset and --limit count what is
    /// left.
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "How much", value_parser = whole::<u64>(1..=u64::MAX))]
    pub(crate) latest: Option<u64>,

    /// What --latest takes the newest of: each resource, vault, type, day and so on. Backups
    /// without that value are one group
    #[arg(long, value_name = "GROUP", value_enum, requires = "latest", help_heading = "How much")]
    pub(crate) per: Option<Group>,

    /// Sort by these columns, such as name or -resource_size
    ///
    /// NAME:asc and NAME:desc set the direction; -NAME is NAME:desc. The default is ascending for
    /// text and descending for times, sizes and counts. The first column takes precedence. Rows
    /// without a value come last, equal rows newest first.
    ///
    /// The service sorts by created_at and id. cbr sorts in any other order, after the whole list is
    /// read, since rows could move while it is read. With --limit and without filters of cbr, the
    /// service also sorts by name, protected_at, status and updated_at, so that no more is read than
    /// printed. It then decides where rows without a value and equal rows go, and its order is not
    /// checked.
    #[arg(
        long,
        value_name = "COLUMN,…",
        help_heading = "How much",
        allow_hyphen_values = true,
        default_value_t,
        add = hints::list_of(Sort::offered)
    )]
    sort: Sort,

    /// Reverse the order
    #[arg(long, help_heading = "How much")]
    reverse: bool,

    /// Print only how many backups there are
    ///
    /// Without a filter of cbr's own and without --latest this is the service's word, in one
    /// request. With them, with --receipt, or where the service gives no number, everything is read
    /// and counted.
    #[arg(long, help_heading = "Output", display_order = 800, conflicts_with_all = ["format", "ids", "columns", "no_headers", "time", "csv_bom", "csv_safe", "stream", "sort", "reverse"])]
    pub(crate) count: bool,

    #[command(flatten)]
    pub(crate) output: ListOutputArgs,
}

/// What to sum up.
#[derive(Args)]
#[command(after_help = examples::SUMMARY)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,

    /// A row for each resource, vault, type, status, day and so on [default: one row for all]
    ///
    /// Days and months come newest first, other groups with the most backups first. Backups without
    /// that value are one group, without a name.
    #[arg(long, value_name = "GROUP", value_enum, help_heading = "How much")]
    pub(crate) by: Option<Group>,

    #[command(flatten)]
    pub(crate) output: RowTableArgs,
}

/// `offset` is an int32 in the API.
const LARGEST_OFFSET: u64 = i32::MAX as u64;

/// What to show.
#[derive(Args)]
// One backup is shown whole.
#[command(
    after_help = examples::SHOW,
    mut_arg("format", |arg| {
        arg.default_value("long").value_parser(FormatParser(Printed::OneBackup))
    })
)]
pub(crate) struct ShowArgs {
    /// Id of the backup
    #[arg(value_parser = backup_id)]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) dry_run: DryRunArgs,
}

/// An id becomes a segment of the path, where a dot or a slash would ask for something else.
fn backup_id(text: &str) -> Result<String, String> {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(is_id) {
        return Ok(text.to_owned());
    }
    Err("not the id of a backup, which looks like 6df2b54c-dd62-4059-a07c-1b8f24f2725d".to_owned())
}

/// Stdout is for the listing, so the word that other programs have for it is no file's name either.
fn receipt_file(path: PathBuf) -> Result<PathBuf, String> {
    if path.as_os_str() == "-" {
        return Err("give a file, or /dev/stderr; stdout is for the listing".to_owned());
    }
    Ok(path)
}

impl ListArgs {
    /// Returns the order of the rows.
    pub(crate) fn sort(&self) -> Sort {
        if self.reverse { self.sort.reversed() } else { self.sort.clone() }
    }
}

impl ReadArgs {
    /// What clap cannot see: filters that contradict each other.
    fn check(&self) -> Result<(), String> {
        self.query.check().and_then(|()| self.filter.check())
    }
}

impl Cli {
    /// What clap cannot see: flags that are fine each, and make no sense together.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.command {
            Command::Backups(BackupsCommand::List(args)) => {
                args.read.check().and_then(|()| args.output.check())
            }
            Command::Backups(BackupsCommand::Summary(args)) => {
                args.read.check().and_then(|()| args.output.check())
            }
            Command::Backups(BackupsCommand::Show(args)) => args.output.check(),
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

/// Whether the command inside goes to the sandbox, and not with its keys somewhere else. What
/// cannot be read is for the command itself to tell.
#[cfg(feature = "sandbox")]
fn stays_in_sandbox(args: &SandboxArgs) -> Result<(), String> {
    let program = OsString::from("cbr");
    let Ok(inner) = Cli::try_parse_from([&program].into_iter().chain(args.command())) else {
        return Ok(());
    };
    inner.connection.leads_elsewhere().map_or(Ok(()), |flag| {
        Err(format!(
            "the argument '{flag}' would lead out of the sandbox; leave it out: what runs after `--` asks \
             the sandbox only"
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
}
