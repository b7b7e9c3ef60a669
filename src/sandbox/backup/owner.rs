//! Backups that another project shares: listed only if `own_type` selects them.

use super::mix;
use super::row::Row;
use super::series::NEWEST;
use super::time::{DAY, SECOND};

/// How many there are.
const SHARED: u32 = 12;

/// The number of the first; far above those of the account's own backups.
const FIRST: u32 = 0xf000_0000;

/// Status of the invitation to use a shared backup: `member_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum MemberStatus {
    Pending,
    Accepted,
    Rejected,
}

/// The shared backups, newest first.
pub(in crate::sandbox) fn shared() -> impl Iterator<Item = Row> {
    (0..SHARED).map(|index| {
        let number = FIRST + index;
        let jitter = i64::from(mix(number.into()) as u32) % DAY;
        Row::new(number, NEWEST - DAY * (2 * i64::from(index) + 1) + jitter - SECOND)
    })
}

/// Returns the status of the invitation; none for the account's own backups.
pub(super) fn member_status(number: u32) -> Option<MemberStatus> {
    let index = number.checked_sub(FIRST)?;
    Some(match index % 3 {
        0 => MemberStatus::Accepted,
        1 => MemberStatus::Pending,
        _ => MemberStatus::Rejected,
    })
}
