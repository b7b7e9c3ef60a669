//! What is in each backup of the account.
//!
//! A [`Row`] is small and says which backup it is; everything else about it is drawn from its
//! number when it is asked for, so an account of any size takes no memory and the same options
//! always give the same bytes. No clock and no randomness.

mod awkward;
mod json;
mod kind;
mod owner;
mod record;
mod resource;
mod row;
mod series;
mod time;
mod uuid;
mod vault;

pub(super) use owner::{MemberStatus, shared};
pub(super) use record::{record, record_with_children};
pub(super) use row::{ImageType, Row, added};
pub(super) use series::Series;
pub(super) use time::{Micros, parse as parse_time};
pub(super) use uuid::Uuid;

/// Scrambles 64 bits: the finalizer of SplitMix64, a bijection.
fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
