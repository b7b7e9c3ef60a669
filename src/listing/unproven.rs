//! Reasons why a listing could not be proven complete.

use std::fmt;

use super::statistics::Statistics;

/// The pages do not add up to a complete list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unproven {
    pub(super) reason: Reason,
    /// True if the list changed while it was read.
    pub(super) changed: bool,
    /// Statistics up to the failure.
    pub(crate) statistics: Statistics,
}

/// Maximum number of reads of one list, the first included.
pub(crate) const MAX_READS: u32 = 4;

impl Unproven {
    /// Returns true if another read of the list may prove it. A service that contradicts itself
    /// over an unchanged list would do so again. If it counts more than it lists, the stitcher has
    /// already re-read the list.
    pub(crate) fn may_pass(&self) -> bool {
        self.changed
            && !matches!(self.reason, Reason::Outrun | Reason::Ambiguous | Reason::EndsEarly)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Answers repeatedly miss rows that they count.
    EndsEarly,
    /// Pages repeat known rows.
    NoProgress,
    /// The rows have no stable order, and the list changed meanwhile.
    Moved,
    /// One id is listed twice.
    Ambiguous,
    /// The service does not sort, so the first rows are unknown.
    Unsorted,
    /// The row that should be the last is not.
    NoEnd,
    /// Rows exist after the counted end.
    Misplaced,
    /// Many pages in a row had no row that is further in the order.
    Outrun,
}

impl std::error::Error for Unproven {}

impl fmt::Display for Unproven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::EndsEarly => "the service counts more backups than it lists",
            Reason::NoProgress => "the service returns the same backups for every offset",
            Reason::Moved => "the list changed while it was read, in an unstable sort order",
            Reason::Ambiguous => "the service lists one id twice",
            Reason::Unsorted => {
                "the service does not sort as requested, so which backups come first is unknown"
            }
            Reason::NoEnd => "the service does not end the list where it says that it ends",
            Reason::Misplaced => "the service returns backups past the end that it counts",
            Reason::Outrun => "backups are added as fast as they are read",
        };
        write!(formatter, "the listing could not be proven complete: {reason}")?;
        write!(formatter, " ({} seen", self.statistics.rows)?;
        match self.statistics.count {
            Some(count) => write!(formatter, ", {count} counted)"),
            None => write!(formatter, ", no count given)"),
        }
    }
}
