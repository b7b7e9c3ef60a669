//! Statistics of a listing.

/// What was read of a list so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statistics {
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
