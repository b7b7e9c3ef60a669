//! The arguments of `cbr backups coverage` and `cbr backups check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser as _};

use super::concurrency::Concurrency;
use super::read::{ReadArgs, receipt_file};
use super::vocabulary::RESOURCE_TYPES;
use crate::output::{ChoiceParser, ColumnSets, Format, FormatParser, OutputArgs, Printed};
use crate::pipeline::coverage::{self, Assessment, Inventory, NAMED_COLUMNS, State};
use crate::pipeline::filter::pattern::Pattern;
use crate::pipeline::sort::Sort;
use crate::text::number::whole;
use crate::time::{self, Moment};

/// Which resources are judged, and how.
#[derive(Args)]
#[command(next_help_heading = "Resources")]
pub(crate) struct ResourceArgs {
    /// Only these resources, by ID
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    resource_id: Vec<String>,

    /// Only resources whose name matches a glob, or a regular expression: /…/
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    resource_name_matches: Vec<Pattern>,

    /// Only resources of these types, such as server
    #[arg(
        long,
        value_name = "TYPE,…",
        value_delimiter = ',',
        value_parser = RESOURCE_TYPES.parser()
    )]
    resource_type: Vec<String>,

    /// Only resources in these vaults, by ID or name
    #[arg(long, value_name = "VAULT,…", value_delimiter = ',', visible_alias = "vault-id")]
    vault: Vec<String>,

    /// Where resources without backups come from
    #[arg(long, value_enum, value_name = "SOURCE", default_value = "vaults")]
    pub(crate) inventory: Inventory,

    /// Count replicas from other regions as usable backups
    #[arg(long)]
    pub(crate) include_replicas: bool,
}

/// Flags for reading the lists.
#[derive(Args)]
pub(crate) struct ReadingArgs {
    /// Number of backups per request, 1 to 1000
    #[arg(
        long,
        hide_short_help = true,
        value_name = "N",
        help_heading = "How much",
        default_value_t = 1000,
        value_parser = whole::<u64>(1..=1000)
    )]
    page_size: u64,

    /// Maximum number of parallel requests: 1 to 64, or auto
    ///
    /// Starts with 8, and rises while more are faster, up to 32 with auto.
    #[arg(
        long,
        hide_short_help = true,
        value_name = "N",
        help_heading = "How much",
        default_value_t = Concurrency::Auto
    )]
    concurrency: Concurrency,

    /// Write a receipt to this file, as JSON, also when a listing fails
    #[arg(
        long,
        hide_short_help = true,
        value_name = "FILE",
        help_heading = "Output",
        value_parser = PathBufValueParser::new().try_map(receipt_file)
    )]
    receipt: Option<PathBuf>,
}

/// The arguments of `cbr backups coverage`.
#[derive(Args)]
#[command(
    after_help = super::examples::COVERAGE,
    mut_arg("format", |arg| arg.value_parser(FormatParser(Printed::Coverage))),
    mut_arg("columns", |arg| {
        arg.value_parser(ChoiceParser(NAMED_COLUMNS)).long_help(None)
    })
)]
pub(crate) struct CoverageArgs {
    /// Age from which the newest usable backup is stale, such as 26h or 7d [default: the longest
    /// gap that the policy of the vault plans, or 26h]
    #[arg(long, value_name = "AGE", value_parser = time::age, help_heading = "Resources")]
    pub(crate) max_age: Option<Duration>,

    #[command(flatten)]
    pub(crate) resources: ResourceArgs,

    /// Print the gaps between usable backups that are at least this long, such as 26h
    ///
    /// A row is a gap, with the times of the usable backups before and after it, or the time of
    /// the run. Backups that were deleted or have expired are not known, so a gap may be where one
    /// was.
    #[arg(
        long,
        value_name = "AGE",
        value_parser = time::age,
        help_heading = "Gaps",
        conflicts_with_all = ["max_age", "only", "fail_on", "why"]
    )]
    pub(crate) gaps: Option<Duration>,

    /// Leave out gaps that ended before this date, time or age
    #[arg(
        long,
        value_name = "TIME",
        help_heading = "Gaps",
        allow_hyphen_values = true,
        requires = "gaps"
    )]
    since: Option<Moment>,

    /// Print only resources in these states
    #[arg(
        long,
        value_enum,
        value_name = "STATE,…",
        value_delimiter = ',',
        help_heading = "Resources"
    )]
    only: Vec<State>,

    /// Exit with code 7 if a resource is in one of these states
    #[arg(
        long,
        value_enum,
        value_name = "STATE,…",
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub(crate) fail_on: Vec<State>,

    /// Add the last failed, skipped or timed-out task of each resource
    ///
    /// Reads the tasks of the last 7 days, which needs the permission cbr:tasks:list.
    #[arg(long, help_heading = "Output")]
    pub(crate) why: bool,

    /// Print at most N resources [default: all]
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        help_heading = "How much",
        value_parser = whole::<u64>(1..=u64::MAX)
    )]
    pub(crate) limit: Option<u64>,

    /// Sort by these columns, such as age or -count [default: the worst first]
    #[arg(
        long,
        value_name = "COLUMN,…",
        help_heading = "How much",
        allow_hyphen_values = true,
        value_parser = |text: &str| Sort::parse(NAMED_COLUMNS, text)
    )]
    pub(crate) sort: Option<Sort>,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The arguments of `cbr backups check`.
#[derive(Args)]
#[command(after_help = super::examples::CHECK, after_long_help = super::examples::CHECK_LONG)]
pub(crate) struct CheckArgs {
    /// Age from which the newest usable backup is a warning, such as 26h [default: as for coverage]
    #[arg(long, short, value_name = "AGE", value_parser = time::age, help_heading = "Resources")]
    pub(crate) warning: Option<Duration>,

    /// Age from which it is critical, such as 52h [default: twice the age of the warning]
    #[arg(long, short, value_name = "AGE", value_parser = time::age, help_heading = "Resources")]
    pub(crate) critical: Option<Duration>,

    #[command(flatten)]
    pub(crate) resources: ResourceArgs,

    #[command(flatten)]
    reading: ReadingArgs,
}

impl ResourceArgs {
    /// Returns true if the resource is selected.
    pub(crate) fn selects(&self, it: &Assessment) -> bool {
        let is = |wanted: &[String], value: Option<&str>| {
            value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
        };
        let (vault_id, vault_name) = (it.vault_id.as_deref(), it.vault_name.as_deref());
        let name = it.name.as_deref().unwrap_or_default();
        let patterns = &self.resource_name_matches;
        (self.resource_id.is_empty() || is(&self.resource_id, Some(&it.resource_id)))
            && (self.resource_type.is_empty()
                || is(&self.resource_type, it.resource_type.as_deref()))
            && (self.vault.is_empty() || is(&self.vault, vault_id) || is(&self.vault, vault_name))
            && (patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name)))
    }

    /// Returns true if some resources may be left out.
    pub(crate) fn narrows(&self) -> bool {
        let lists = [&self.resource_id, &self.resource_type, &self.vault];
        lists.into_iter().any(|list| !list.is_empty()) || !self.resource_name_matches.is_empty()
    }
}

impl ReadingArgs {
    /// Returns the arguments that read all backups. A filter would make protected resources look
    /// unprotected.
    fn whole_list(&self) -> ReadArgs {
        ReadArgs {
            page_size: self.page_size,
            concurrency: self.concurrency,
            receipt: self.receipt.clone(),
            ..ReadArgs::default()
        }
    }
}

impl CoverageArgs {
    /// Returns the arguments that read all backups.
    pub(crate) fn read(&self) -> ReadArgs {
        self.reading.whole_list()
    }

    /// Returns true if a resource in this state is printed.
    pub(crate) fn prints(&self, state: State) -> bool {
        self.only.is_empty() || self.only.contains(&state)
    }

    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        let columns = self.columns();
        let (what, other) = match self.gaps {
            Some(_) => ("with '--gaps'", "without it"),
            None => ("without '--gaps'", "with it"),
        };
        if self.gaps.is_some() && self.output.format() == Format::Prometheus {
            return Err("'--output prometheus' has no metrics of '--gaps'".to_owned());
        }
        let named = self.output.named_columns().map(|name| ("--columns", name));
        let sorted = self.sort.iter().flat_map(Sort::queried_columns).map(|name| ("--sort", name));
        for (flag, name) in named.chain(sorted) {
            if !columns.names().any(|known| known == name) {
                return Err(format!(
                    "'{flag}': there is no column '{name}' {what}, only {other}; use one of {}",
                    columns.names().collect::<Vec<_>>().join(", ")
                ));
            }
        }
        self.output.check(&columns)
    }

    /// Returns the columns of the rows.
    pub(crate) fn columns(&self) -> ColumnSets {
        match self.gaps {
            Some(_) => coverage::gap_columns(),
            None => coverage::columns(self.why),
        }
    }

    /// Returns the value of `--since` in microseconds since 1970.
    pub(crate) fn since(&self) -> Option<i64> {
        self.since.as_ref().map(Moment::microsecond)
    }
}

impl CheckArgs {
    /// Returns the arguments that read all backups.
    pub(crate) fn read(&self) -> ReadArgs {
        self.reading.whole_list()
    }

    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (self.warning, self.critical) {
            (Some(warning), Some(critical)) if warning > critical => {
                Err("--warning is more than --critical, so nothing can be a warning".to_owned())
            }
            _ => Ok(()),
        }
    }
}
