//! Headings of the filters in the help, by subject. Whether the service or `cbr` applies a filter
//! matters to few users.

/// Prefix of all filter headings.
pub(crate) const FILTERS: &str = "Filters";

/// Filters by name, resource and vault.
pub(crate) const NAMES: &str = "Filters: name, resource, vault";

/// Filters by creation and expiry.
pub(crate) const TIMES: &str = "Filters: time";

/// Filters by status and kind of backup.
pub(crate) const KINDS: &str = "Filters: status and kind";

/// All other filters.
pub(crate) const OTHERS: &str = "Filters: other";
