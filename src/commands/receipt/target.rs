//! The block of each target in a receipt.

use serde::Serialize;

use super::Failure;
use crate::commands::targets::TargetName;
use crate::listing;
use crate::settings::Skipped;

/// The list of one target.
#[derive(Serialize)]
pub(crate) struct TargetReceipt {
    #[serde(flatten)]
    name: TargetName,
    /// The whole list is read and proven.
    complete: bool,
    /// The requested part, the whole list or its first rows, is read and proven.
    proven: bool,
    /// Backups that were read from the service.
    listed: u64,
    count: Option<u64>,
    pages: u64,
    seams_mended: u64,
    duplicates: u64,
    out_of_order: bool,
    error: Option<Failure>,
}

/// A project that was not read.
#[derive(Serialize)]
pub(super) struct SkippedProject<'a> {
    project_id: &'a str,
    project_name: &'a str,
    profile: Option<&'a str>,
    reason: &'a str,
}

impl TargetReceipt {
    /// Creates the block of a target.
    pub(crate) fn new(
        name: &TargetName,
        statistics: &listing::Statistics,
        proven: bool,
        error: Option<&anyhow::Error>,
    ) -> Self {
        Self {
            name: name.clone(),
            complete: proven && statistics.count.is_none_or(|count| statistics.rows >= count),
            proven,
            listed: statistics.rows,
            count: statistics.count,
            pages: statistics.pages,
            seams_mended: statistics.seams_mended,
            duplicates: statistics.duplicates,
            out_of_order: statistics.out_of_order,
            error: error.map(Failure::of),
        }
    }
}

impl<'a> SkippedProject<'a> {
    pub(super) fn of(skipped: &'a Skipped) -> Self {
        Self {
            project_id: &skipped.project.id,
            project_name: &skipped.project.name,
            profile: skipped.profile.as_deref(),
            reason: &skipped.reason,
        }
    }
}
