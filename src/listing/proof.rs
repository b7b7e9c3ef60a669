//! Proof that a listing is complete, and reasons why it could not be proven.

use std::fmt;

/// Statistics of a finished listing.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Records delivered.
    pub(crate) rows: u64,
    /// Last length of the list that the service reported.
    pub(crate) count: Option<u64>,
    /// Pages stitched.
    pub(crate) pages: u64,
    /// Pages without an overlap, so that a lower one had to be read first.
    pub(crate) seams_mended: u64,
    /// Rows that were received twice, other than overlaps.
    pub(crate) duplicates: u64,
    /// The service did not keep to the stable order that was requested.
    pub(crate) out_of_order: bool,
    /// Number of earlier reads that failed because the list changed.
    pub(crate) rereads: u32,
}

/// The pages do not add up to a complete list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unproven {
    pub(super) reason: Reason,
    /// True if the list changed while it was read.
    pub(super) changed: bool,
    /// Statistics up to the failure.
    pub(crate) receipt: Receipt,
}

/// Maximum number of re-reads: four reads in total.
pub(crate) const MAX_READS: u32 = 4;

impl Unproven {
    /// Returns true if another read of the list may prove it. A service that contradicts itself
    /// over an unchanged list would do so again. If it counts more than it lists, the list was read
    /// again already.
    pub(crate) fn may_pass(&self) -> bool {
        self.changed
            && !matches!(self.reason, Reason::Outrun | Reason::Ambiguous | Reason::EndsEarly)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Answers keep contradicting themselves: counted rows are missing.
    EndsEarly,
    /// Pages keep repeating known rows.
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
    /// Pages keep bringing no row that is further in the order.
    Outrun,
}

impl std::error::Error for Unproven {}

impl fmt::Display for Unproven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::EndsEarly => "the service counts more backups than it lists",
            Reason::NoProgress => "the service answers the same backups for each offset",
            Reason::Moved => {
                "the list changed while it was read, in an order that does not stay the same"
            }
            Reason::Ambiguous => "the service lists one id at two places",
            Reason::Unsorted => {
                "the service does not sort as it is asked to, so which backups come first is not \
                 known"
            }
            Reason::NoEnd => "the service does not end the list where it says that it ends",
            Reason::Misplaced => "the service answers backups from behind the end that it counts",
            Reason::Outrun => "backups are added as fast as they are read",
        };
        write!(formatter, "the listing could not be proven complete: {reason}")?;
        write!(formatter, " ({} seen", self.receipt.rows)?;
        match self.receipt.count {
            Some(count) => write!(formatter, ", {count} counted)"),
            None => write!(formatter, ", no count given)"),
        }
    }
}
