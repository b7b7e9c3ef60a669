//! The arguments of `cbr backups list`.

use std::time::Duration;

use clap::Args;

use super::examples;
use super::read::ReadArgs;
use crate::output::ListOutputArgs;
use crate::pipeline::group::Group;
use crate::pipeline::sort::Sort;
use crate::record::column::{PROJECT_NAME, TARGET_COLUMNS, VAULT_NAME};
use crate::text::hints;
use crate::text::number::whole;
use crate::time;

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

/// `offset` is an int32 in the API.
const LARGEST_OFFSET: u64 = i32::MAX as u64;

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

    /// Returns true if a column or the order needs the names of the projects.
    pub(crate) fn needs_project_names(&self) -> bool {
        self.output.selects(PROJECT_NAME) || self.sort.uses(PROJECT_NAME)
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
    pub(super) fn check(&self) -> Result<(), String> {
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
