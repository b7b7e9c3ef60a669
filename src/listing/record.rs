//! A row as the listing sees it: the key of its id, and its rank in the order.

use std::array;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZero;

/// Key and rank of one row: all that the listing uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    /// Key of the id.
    pub(crate) key: Key,
    /// Rank in the requested order, if known.
    pub(crate) rank: Option<Rank>,
    /// Index of the row on its page.
    pub(crate) index: usize,
}

impl Record {
    /// Returns true if both may be the last row of a list: they are the same row, or share a moment
    /// of unknown order.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        self.key == other.key
            || self.rank.zip(other.rank).is_some_and(|(rank, other)| rank.is_tied_with(other))
    }
}

/// An id in 16 bytes, so that the ids of a million rows fit into memory: a UUID unchanged, any
/// other text as a 128-bit hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    bits: u128,
    is_uuid: bool,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.half());
    }
}

impl Key {
    /// Returns 64 bits, which are nearly always unique. Multiplication separates ids that count up
    /// in both halves; a plain XOR would not.
    pub(super) fn half(self) -> u64 {
        let (high, low) = ((self.bits >> 64) as u64, self.bits as u64);
        // The odd number nearest to 2^64 divided by the square root of two.
        high.wrapping_mul(0xb504_f333_f9de_6485).rotate_left(32) ^ low
    }

    /// Returns the UUID as a number, which sorts like its text.
    pub(super) fn uuid(self) -> Option<u128> {
        self.is_uuid.then_some(self.bits)
    }

    /// Creates the key of an id.
    pub(crate) fn of(id: &str) -> Self {
        if let Some(bits) = uuid(id) {
            return Self { bits, is_uuid: true };
        }
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, id).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        Self { bits: half(0) << 64 | half(1), is_uuid: false }
    }
}

/// Rank in an order: it increases from row to row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// Time of creation, negated in a descending order; 0 in an order by id alone.
    pub(crate) moment: i64,
    /// Rank within the moment, or `None` if the order of its rows is unknown.
    pub(crate) tie: Option<NonZero<u128>>,
}

impl Rank {
    /// Returns true if a row of this rank may precede one of the other. Within a moment of unknown
    /// order, each may.
    pub(super) fn may_precede(self, other: Self) -> bool {
        if self.moment != other.moment {
            return self.moment < other.moment;
        }
        self.tie.zip(other.tie).is_none_or(|(tie, other)| tie < other)
    }

    /// Returns true if both share a moment whose order is unknown.
    pub(super) fn is_tied_with(self, other: Self) -> bool {
        self.moment == other.moment && (self.tie.is_none() || other.tie.is_none())
    }
}

/// Parses a UUID in its usual lower-case form. Other spellings are other ids.
fn uuid(id: &str) -> Option<u128> {
    let bytes: &[u8; 36] = id.as_bytes().try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
        return None;
    }
    let mut digits = [0; 32];
    for (start, range) in [(0, 0..8), (8, 9..13), (12, 14..18), (16, 19..23), (20, 24..36)] {
        digits[start..start + range.len()].copy_from_slice(&bytes[range]);
    }
    // All digits at once, without a branch for each.
    let is_digit = |digit: u8| digit.is_ascii_digit() | matches!(digit, b'a'..=b'f');
    let are_digits = digits.iter().fold(true, |all, digit| all & is_digit(*digit));
    let values =
        digits.map(|digit| digit.wrapping_sub(if digit < b'a' { b'0' } else { b'a' - 10 }));
    let (pairs, _) = values.as_chunks();
    let number = array::from_fn(|at| {
        let [high, low] = pairs[at];
        high << 4 | low
    });
    are_digits.then_some(u128::from_be_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_ids_have_different_keys() {
        let ids = [
            "00000000-0000-4000-8000-000000000102",
            "00000000-0000-4000-8000-000000000103",
            "0000000000004000-8000-0000-000000000103",
            "00000000-0000-4000-8000-00000000010A",
            "00000000-0000-4000-8000-00000000010a",
            "",
            "a",
            "backup-1",
        ];
        let mut keys: Vec<_> = ids.iter().map(|id| Key::of(id).bits).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ids.len());
    }

    #[test]
    fn uuids_in_their_usual_form_are_numbers() {
        let cases = [
            ("6df2b54c-dd62-4059-a07c-1b8f24f2725d", Some(0x6df2b54cdd624059a07c1b8f24f2725d)),
            ("00000000-0000-0000-0000-000000000000", Some(0)),
            ("ffffffff-ffff-ffff-ffff-ffffffffffff", Some(u128::MAX)),
            ("6DF2B54C-dd62-4059-a07c-1b8f24f2725d", None),
            ("6df2b54c-dd62-4059-a07c-1b8f24f2725g", None),
            ("6df2b54c-dd62-4059-a07c-1b8f24f2725", None),
            ("6df2b54c-dd62-4059-a07c-1b8f24f2725dd", None),
            ("6df2b54cd-d62-4059-a07c-1b8f24f2725d", None),
            ("6df2b54c-dd62-4059-a07c01b8f24f2725d", None),
            ("6df2b54c-dd62-4059-a07c-1b8f24f272é", None),
        ];
        for (id, expected) in cases {
            assert_eq!(uuid(id), expected, "{id}");
        }
    }
}
