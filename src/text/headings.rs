//! Headings of the filters in the help: by subject, since who applies a filter matters to few.

/// The beginning of each of these headings.
pub(crate) const FILTERS: &str = "Filters";

/// Which names, resources and vaults.
pub(crate) const NAMES: &str = "Filters: name, resource, vault";

/// When a backup was created, and when it expires.
pub(crate) const TIMES: &str = "Filters: time";

/// Status, and how the backup was created.
pub(crate) const KINDS: &str = "Filters: status and kind";

/// All others.
pub(crate) const OTHERS: &str = "Filters: other";
