//! The arguments of each command that reads a list of backups.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser as _};

use super::concurrency::Concurrency;
use super::dry_run::DryRunArgs;
use super::service_filters::{self, ServiceFilters};
use crate::api::Pair;
use crate::pipeline::filter::LocalFilters;
use crate::text::headings;
use crate::text::number::whole;

/// The arguments of each command that reads a list.
#[derive(Args)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) service_filters: ServiceFilters,

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
    pub(crate) local_filters: LocalFilters,

    /// Number of backups per request, 1 to 1000
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "How much",
        display_order = 900,
        default_value_t = 1000,
        value_parser = whole::<u64>(1..=service_filters::LARGEST_PAGE)
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

impl Default for ReadArgs {
    /// Returns the arguments that read the whole list.
    fn default() -> Self {
        Self {
            service_filters: ServiceFilters::default(),
            vault: None,
            local_filters: LocalFilters::default(),
            page_size: service_filters::LARGEST_PAGE,
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
        let mut pairs = self.service_filters.pairs();
        let [start, end] = self.local_filters.creation_range();
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
        self.service_filters.has_until() || self.local_filters.has_older_than()
    }

    /// Rejects filters that contradict each other, which clap cannot detect.
    pub(super) fn check(&self) -> Result<(), String> {
        self.service_filters.check().and_then(|()| self.local_filters.check())
    }
}

/// Rejects `-`: stdout is for the listing.
pub(super) fn receipt_file(path: PathBuf) -> Result<PathBuf, String> {
    if path.as_os_str() == "-" {
        return Err("give a file, or /dev/stderr; stdout is for the listing".to_owned());
    }
    Ok(path)
}
