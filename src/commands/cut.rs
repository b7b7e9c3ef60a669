//! Row selection of a command, for the receipt.

use crate::pipeline::group::Group;

/// How a command sorts and cuts the matching rows.
#[derive(Default)]
pub(super) struct Cut {
    /// Requested order.
    pub(super) sort: String,
    /// Maximum number of rows.
    pub(super) limit: Option<u64>,
    /// Number of rows to skip.
    pub(super) offset: u64,
    /// Maximum number of rows per group.
    pub(super) latest: Option<u64>,
    /// Key that groups the rows.
    pub(super) per: Option<Group>,
    /// True if rows need the names of the vaults.
    pub(super) needs_vaults: bool,
    /// True if rows need their target, even if there is only one.
    pub(super) needs_target: bool,
    /// True if rows need the name of the project.
    pub(super) needs_names: bool,
}
