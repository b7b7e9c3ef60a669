//! One request for rows, and what came back.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::Bytes;

/// Which rows to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ask {
    /// Rows to skip.
    pub(crate) offset: u64,
    /// Rows to answer with at most.
    pub(crate) limit: u64,
}

/// Rows as they stood at one moment.
#[derive(Debug)]
pub(crate) struct Page {
    /// In the order of the list.
    pub(crate) records: Vec<Record>,
    /// Rows in the whole list at that moment, as far as the service tells.
    pub(crate) count: Option<u64>,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Stands for the id.
    pub(super) key: Key,
    /// Its place in the order that was asked for, if that can be told from the record.
    pub(super) rank: Option<Rank>,
    /// The record as the service sent it: JSON text in UTF-8.
    json: Bytes,
}

impl Record {
    /// A row with this id. `json` must be UTF-8; a slice of the page's body will do.
    pub(crate) fn new(id: &str, rank: Option<Rank>, json: Bytes) -> Self {
        Self { key: Key::of(id), rank, json }
    }

    /// The record as the service sent it.
    ///
    /// # Errors
    ///
    /// If it is not UTF-8.
    pub(crate) fn json(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.json)
    }
}

/// An id in 16 bytes, so that the ids of a million rows fit into memory: a UUID is kept as it is,
/// any other text as a 128-bit hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(u128);

impl Key {
    /// Half of it, which tells rows apart almost always.
    pub(super) fn half(self) -> u64 {
        (self.0 ^ (self.0 >> 64)) as u64
    }

    fn of(id: &str) -> Self {
        Self(uuid(id).unwrap_or_else(|| {
            let half = |salt: u8| {
                let mut hasher = DefaultHasher::new();
                (salt, id).hash(&mut hasher);
                u128::from(hasher.finish())
            };
            half(0) << 64 | half(1)
        }))
    }
}

/// A place in an order: it grows from row to row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(pub(crate) i64, pub(crate) u128);

/// The number that a UUID in its usual lower-case form stands for. Other spellings are other ids.
pub(crate) fn uuid(id: &str) -> Option<u128> {
    let bytes = id.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut number = 0;
    for (index, byte) in bytes.iter().enumerate() {
        match (index, byte) {
            (8 | 13 | 18 | 23, b'-') => {}
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => number = number << 4 | u128::from(byte - b'0'),
            (_, b'a'..=b'f') => number = number << 4 | u128::from(byte - b'a' + 10),
            _ => return None,
        }
    }
    Some(number)
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
        let mut keys: Vec<_> = ids.iter().map(|id| Key::of(id).0).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ids.len());
        assert_eq!(
            uuid("6df2b54c-dd62-4059-a07c-1b8f24f2725d"),
            Some(0x6df2b54cdd624059a07c1b8f24f2725d)
        );
    }
}
