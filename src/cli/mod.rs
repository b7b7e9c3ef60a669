//! The command line: flags to typed values. Flags that contradict each other are rejected here.

pub(crate) mod auth;
mod concurrency;
pub(crate) mod config;
pub(crate) mod coverage;
pub(crate) mod dry_run;
pub(crate) mod early;
mod examples;
mod param;
pub(crate) mod query;
pub(crate) mod reference;
pub(crate) mod scope;
pub(crate) mod selector;
pub(crate) mod vocabulary;

#[cfg(feature = "sandbox")]
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PathBufValueParser, TypedValueParser as _};
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::api::Pair;
use crate::output::{ChoiceParser, ColumnSets, FormatParser, ListOutputArgs, OutputArgs, Printed};
use crate::pipeline::filter::Filter;
use crate::pipeline::group::Group;
use crate::pipeline::sort::Sort;
use crate::pipeline::summary::{self, SUMMARY_COLUMNS};
use crate::record::column::{TARGET_COLUMNS, VAULT_NAME};
#[cfg(feature = "sandbox")]
use crate::sandbox::SandboxArgs;
use crate::settings::ConnectionArgs;
use crate::terminal::console::ConsoleArgs;
use crate::terminal::stdout::TerminalArgs;
use crate::text::headings;
use crate::text::hints;
use crate::text::number::whole;
use crate::time;
use auth::AuthCommand;
use concurrency::Concurrency;
use config::ConfigCommand;
use coverage::{CheckArgs, CoverageArgs};
use dry_run::DryRunArgs;
use query::Query;
use reference::{CompletionsArgs, HelpArgs, ManArgs};
use selector::Selector;

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
        let program = clap::Command::new("cbr")
            .version(env!("CARGO_PKG_VERSION"))
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

/// The arguments of each command that reads a list.
#[derive(Args)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) query: Query,

    /// Backups in the vault with this name or ID
    ///
    /// A name takes one more request, and the permission cbr:vaults:list.
    #[arg(
        long,
        value_name = "VAULT",
        help_heading = headings::NAMES,
        conflicts_with_all = ["vault_id", "dry_run", "print_curl"]
    )]
    pub(crate) vault: Option<String>,

    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Number of backups per request, 1 to 1000
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "How much",
        display_order = 900,
        default_value_t = 1000,
        value_parser = whole::<u64>(1..=query::LARGEST_PAGE)
    )]
    pub(crate) page_size: u64,

    /// Maximum number of parallel requests: 1 to 64, or auto
    ///
    /// Starts with 8, and rises while more are faster, up to 32 with auto.
    #[arg(
        long,
        value_name = "N",
        help_heading = "How much",
        display_order = 900,
        default_value_t = Concurrency::Auto,
        allow_negative_numbers = true
    )]
    pub(crate) concurrency: Concurrency,

    /// Exit with code 7 and print nothing if no backup matches
    #[arg(long, help_heading = "Output", display_order = 900)]
    pub(crate) fail_on_empty: bool,

    /// Write a receipt to this file, as JSON, also when the listing fails
    ///
    /// complete is true if the whole list is printed and proven, proven if that holds for the part
    /// that --limit and --offset request, and stopped_early if reading ended once there was enough.
    /// bytes and sha256 are those of what was printed. It also holds the numbers of rows, pages,
    /// requests, retries, hedged requests and repairs, the filters, the times, and the error, if
    /// any. `cbr help completeness` describes the proof.
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Output",
        display_order = 900,
        value_parser = PathBufValueParser::new().try_map(receipt_file)
    )]
    pub(crate) receipt: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) dry_run: DryRunArgs,
}

/// The arguments of `cbr backups list`.
#[derive(Args)]
#[command(after_help = examples::LIST)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,

    /// Print at most N backups [default: all]
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "How much",
        value_parser = whole::<u64>(1..=u64::MAX)
    )]
    pub(crate) limit: Option<u64>,

    /// Skip the first N backups
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "How much",
        default_value_t = 0,
        value_parser = whole::<u64>(0..=LARGEST_OFFSET)
    )]
    pub(crate) offset: u64,

    /// Keep the newest N, of all or of each --per GROUP
    ///
    /// The newest by created_at. Filters apply first, then --latest, --sort, --offset and --limit,
    /// in this order.
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "How much",
        value_parser = whole::<u64>(1..=u64::MAX)
    )]
    latest: Option<u64>,

    /// Group for --latest: each resource, vault, type, day and so on
    ///
    /// Backups without that value are one group.
    #[arg(long, visible_alias = "by", value_name = "GROUP", value_enum, help_heading = "How much")]
    per: Option<Group>,

    /// Keep the groups of --latest whose newest backup is older than AGE, such as 26h or 7d
    ///
    /// Alone, it means --latest 1 --per resource: the newest backup of each resource, if that is
    /// old. `cbr backups coverage` also knows the resources that have no backup at all.
    #[arg(long, value_name = "AGE", help_heading = "How much", value_parser = time::age)]
    pub(crate) stale: Option<Duration>,

    /// Sort by these columns, such as name or -resource_size
    ///
    /// NAME:asc and NAME:desc set the direction; -NAME is NAME:desc. The default is ascending for
    /// text and descending for times, sizes and counts. The first column takes precedence. Rows
    /// without a value come last, equal rows newest first.
    ///
    /// The service sorts by created_at and id. For any other order, cbr reads the whole list and
    /// sorts it, since rows could move while it is read. With --limit and without filters of cbr,
    /// the service also sorts by name, protected_at, status and updated_at, so that only the
    /// printed rows are read. It then decides where rows without a value and equal rows go, and
    /// its order is not checked.
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

    /// Print only the number of backups
    ///
    /// Without filters of cbr and --latest, this is the number reported by the service, in one
    /// request. With them, with --receipt, or if the service reports none, the whole list is read
    /// and counted.
    #[arg(
        long,
        help_heading = "Output",
        display_order = 800,
        conflicts_with_all = [
            "format", "ids", "columns", "no_headers", "time", "csv_bom", "csv_safe",
            "csv_separator", "stream",
            "sort", "reverse",
        ]
    )]
    pub(crate) count: bool,

    #[command(flatten)]
    pub(crate) output: ListOutputArgs,
}

/// The arguments of `cbr backups summary`.
#[derive(Args)]
#[command(
    after_help = examples::SUMMARY,
    mut_arg("format", |arg| arg.value_parser(FormatParser(Printed::Rows))),
    mut_arg("columns", |arg| {
        arg.value_parser(ChoiceParser(SUMMARY_COLUMNS)).long_help(None)
    })
)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,

    /// Print a row per group, such as resource [default: one row for all]
    ///
    /// Days and months are sorted newest first, other groups by the number of backups, largest
    /// first. Backups without that value are one group without a name.
    #[arg(
        long,
        visible_alias = "per",
        value_name = "GROUP",
        value_enum,
        help_heading = "How much"
    )]
    pub(crate) by: Option<Group>,

    /// Print at most N groups [default: all]
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        help_heading = "How much",
        value_parser = whole::<u64>(1..=u64::MAX)
    )]
    pub(crate) limit: Option<u64>,

    /// Sort by these columns, such as newest or -count
    #[arg(
        long,
        value_name = "COLUMN,…",
        help_heading = "How much",
        allow_hyphen_values = true,
        value_parser = |text: &str| Sort::parse(SUMMARY_COLUMNS, text)
    )]
    pub(crate) sort: Option<Sort>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `offset` is an int32 in the API.
const LARGEST_OFFSET: u64 = i32::MAX as u64;

/// The arguments of `cbr backups show`.
#[derive(Args)]
// One backup is printed with all fields.
#[command(
    after_help = examples::SHOW,
    mut_arg("format", |arg| {
        arg.default_value("long").value_parser(FormatParser(Printed::OneBackup))
    })
)]
pub(crate) struct ShowArgs {
    /// Backups: ids, 8 or more of their first characters, or names
    ///
    /// A prefix or a name must match one backup only. For a name, cbr requests the backups whose
    /// name contains it; for a prefix, the whole list. json of several is an array.
    #[arg(value_name = "ID", required = true, value_parser = Selector::parse)]
    pub(crate) id: Vec<Selector>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) dry_run: DryRunArgs,
}

/// Rejects `-`: stdout is for the listing.
fn receipt_file(path: PathBuf) -> Result<PathBuf, String> {
    if path.as_os_str() == "-" {
        return Err("give a file, or /dev/stderr; stdout is for the listing".to_owned());
    }
    Ok(path)
}

impl ListArgs {
    /// Returns true if a column or the order needs the names of the vaults.
    pub(crate) fn needs_vaults(&self) -> bool {
        self.output.selects(VAULT_NAME) || self.sort.uses(VAULT_NAME)
    }

    /// Returns true if a column, the order or the group needs the target.
    pub(crate) fn needs_target(&self) -> bool {
        let is_used = |name: &&str| self.output.selects(name) || self.sort.uses(name);
        TARGET_COLUMNS.iter().any(is_used) || self.per.is_some_and(Group::is_of_target)
    }

    /// Returns how many of the newest backups of each group are kept, if not all.
    pub(crate) fn latest(&self) -> Option<u64> {
        self.latest.or(self.stale.map(|_| 1))
    }

    /// Returns the group of `--latest`.
    pub(crate) fn per(&self) -> Option<Group> {
        self.per.or_else(|| self.stale.filter(|_| self.latest.is_none()).map(|_| Group::Resource))
    }

    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    fn check(&self) -> Result<(), String> {
        if self.per.is_some() && self.latest.is_none() && self.stale.is_none() {
            return Err("'--per' is for '--latest N' or '--stale AGE'".to_owned());
        }
        self.read.check().and_then(|()| self.output.check())
    }

    /// Returns the order of the rows.
    pub(crate) fn sort(&self) -> Sort {
        if self.reverse { self.sort.reversed() } else { self.sort.clone() }
    }
}

impl Default for ReadArgs {
    /// Returns the arguments that read the whole list.
    fn default() -> Self {
        Self {
            query: Query::default(),
            vault: None,
            filter: Filter::default(),
            page_size: query::LARGEST_PAGE,
            concurrency: Concurrency::Auto,
            fail_on_empty: false,
            receipt: None,
            dry_run: DryRunArgs::default(),
        }
    }
}

impl ReadArgs {
    /// Returns the pairs to send. The service also gets the time range of the filters of cbr, so
    /// that it sends less, unless another flag sets that end of the range.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        let mut pairs = self.query.pairs();
        let [start, end] = self.filter.creation_range();
        let range = [
            ("start_time", start.map(|start| start.at_or_after())),
            ("end_time", end.map(|end| end.at_or_before())),
        ];
        for (name, time) in range {
            let is_set = pairs.iter().any(|(set, _)| *set == name);
            pairs.extend(time.filter(|_| !is_set).map(|time| (name, time)));
        }
        pairs
    }

    /// Returns true if the service may leave out backups of the project.
    pub(crate) fn narrows(&self) -> bool {
        self.pairs().iter().any(|(name, _)| *name != "show_replication")
    }

    /// Returns true if new backups are filtered out.
    pub(crate) fn filters_by_age(&self) -> bool {
        self.query.has_until() || self.filter.has_older_than()
    }

    /// Rejects filters that contradict each other, which clap cannot detect.
    fn check(&self) -> Result<(), String> {
        self.query.check().and_then(|()| self.filter.check())
    }
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
                let columns = || summary::columns(args.by, true);
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
    inner.connection.leads_elsewhere().map_or(Ok(()), |flag| {
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
