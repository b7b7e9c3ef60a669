//! Statistics of a listing.

/// Progress of a listing.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statistics {
    /// Records delivered.
    pub(crate) rows: u64,
    /// Latest list length reported by the service.
    pub(crate) count: Option<u64>,
    /// Pages stitched.
    pub(crate) pages: u64,
    /// Pages without an overlap, for which an earlier page was read first.
    pub(crate) seams_mended: u64,
    /// Rows that were received twice, other than overlaps.
    pub(crate) duplicates: u64,
    /// True if the service did not keep the requested stable order.
    pub(crate) out_of_order: bool,
    /// Number of earlier reads that failed because the list changed.
    pub(crate) rereads: u32,
}
