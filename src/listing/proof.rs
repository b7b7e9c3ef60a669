//! What a listing proves, and what keeps it from proving anything.

use std::fmt;

/// What a listing consisted of.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Records delivered.
    pub(crate) rows: u64,
    /// The service's last word on the length of the list.
    pub(crate) count: Option<u64>,
    /// Pages stitched.
    pub(crate) pages: u64,
    /// Pages that touched nothing seen before, so that a lower one had to be read first.
    pub(crate) seams_mended: u64,
    /// Rows that came a second time, the seams themselves left out.
    pub(crate) duplicates: u64,
    /// The service did not keep to a stable order that it was asked for.
    pub(crate) out_of_order: bool,
    /// How often the list was read from its beginning before, in vain because it changed.
    pub(crate) rereads: u32,
}

/// The pages do not add up to a complete list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unproven {
    pub(super) reason: Reason,
    /// Whether the list changed while it was read.
    pub(super) changed: bool,
    /// How far the listing came.
    pub(crate) receipt: Receipt,
}

/// How often a list is read from its beginning at most: four times as a whole.
pub(crate) const MOST_READS: u32 = 4;

impl Unproven {
    /// Returns whether reading the list again may prove it. A service that contradicts itself over a list at rest
    /// would do so again, and one that counts more than it lists was read again already.
    pub(crate) fn may_pass(&self) -> bool {
        self.changed
            && !matches!(self.reason, Reason::Outrun | Reason::Ambiguous | Reason::EndsEarly)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Answer upon answer contradicts itself: rows are counted that do not come.
    EndsEarly,
    /// Page upon page holds only rows that came before.
    NoProgress,
    /// The rows have no stable order, and the list changed meanwhile.
    Moved,
    /// One id stands at two places.
    Ambiguous,
    /// The service does not sort, so which rows are the first of it cannot be told.
    Unsorted,
    /// The row that should be the last is not.
    NoEnd,
    /// Rows come from behind the end that is counted.
    Misplaced,
    /// Page upon page brings nothing further in the order.
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
                "the service does not sort as it is asked to, so which backups come first is not known"
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
