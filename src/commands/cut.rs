//! Which rows a command prints of those that match, for the receipt.

use crate::pipeline::group::Group;

/// How the rows that are printed come from those that match, for the receipt.
#[derive(Default)]
pub(super) struct Cut {
    /// The order that was asked for.
    pub(super) sort: String,
    /// Rows asked for at most.
    pub(super) limit: Option<u64>,
    /// Rows skipped.
    pub(super) offset: u64,
    /// Rows of each group asked for at most.
    pub(super) latest: Option<u64>,
    /// What makes rows a group.
    pub(super) per: Option<Group>,
    /// Rows need the names of the vaults.
    pub(super) needs_vaults: bool,
    /// Rows need their target, even if there is one.
    pub(super) needs_target: bool,
    /// Rows need the name of the project.
    pub(super) needs_names: bool,
}
