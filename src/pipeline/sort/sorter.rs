//! Sorts records by the values of columns.

use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use anyhow::Context as _;
use tempfile::SpooledTempFile;

use crate::listing::Direction;
use crate::output::temporary::TemporaryFileError;
use crate::record::backup::Backup;
use crate::record::column::{Column, ColumnKind};
use crate::record::row::{Row, RowSink, RowSpan};
use crate::time;

/// Sorts records. The records are kept in memory or, beyond [`IN_MEMORY`], in an unnamed temporary
/// file; the keys stay in memory.
pub(crate) struct Sorter {
    columns: Vec<(Column, Direction)>,
    records: BufWriter<SpooledTempFile>,
    length: u64,
    /// The sort keys of all rows, one after the other. Keys compare as bytes.
    keys: Vec<u8>,
    rows: Vec<SortEntry>,
}

/// Location of a record and of its sort key, in 24 bytes.
struct SortEntry {
    start: u64,
    length: u32,
    key_length: u32,
    key_start: usize,
}

/// Number of bytes of records kept in memory.
const IN_MEMORY: usize = 8 << 20;

const SORT_FILE_ERROR: TemporaryFileError = TemporaryFileError::Sorting;

impl Sorter {
    pub(super) fn new(columns: Vec<(Column, Direction)>) -> Self {
        let records = BufWriter::with_capacity(128 << 10, SpooledTempFile::new(IN_MEMORY));
        Self { columns, records, length: 0, keys: Vec::new(), rows: Vec::new() }
    }

    /// Adds a record.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be written.
    pub(crate) fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        let (record, backup) = (row.json(), row.backup());
        let key_start = self.keys.len();
        for (column, direction) in &self.columns {
            push_key(&mut self.keys, &backup, column, *direction);
        }
        self.records.write_all(record.as_bytes()).context(SORT_FILE_ERROR)?;
        self.rows.push(SortEntry {
            start: self.length,
            length: u32::try_from(record.len())?,
            key_length: u32::try_from(self.keys.len() - key_start)?,
            key_start,
        });
        self.length += record.len() as u64;
        Ok(())
    }

    /// Passes the sorted records to `sink` until it breaks. Rows with equal keys keep their order
    /// of arrival, which is newest first.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read, and the errors of `sink`.
    pub(crate) fn finish(mut self, sink: &mut impl RowSink) -> anyhow::Result<()> {
        let keys = self.keys.as_slice();
        let key =
            |row: &SortEntry| keys.get(row.key_start..row.key_start + row.key_length as usize);
        // The start orders rows with equal keys, which avoids the memory of a stable sort.
        self.rows.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(a.start.cmp(&b.start)));
        let mut records = self
            .records
            .into_inner()
            .map_err(|error| error.into_error())
            .context(SORT_FILE_ERROR)?;
        let mut record = Vec::new();
        for row in &self.rows {
            record.resize(row.length as usize, 0);
            records.seek(SeekFrom::Start(row.start)).context(SORT_FILE_ERROR)?;
            records.read_exact(&mut record).context(SORT_FILE_ERROR)?;
            let record = std::str::from_utf8(&record)?;
            if sink.push(RowSpan::alone(record)?.row(record))?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Appends bytes that compare like the values of a column: numbers and times by value, text by code
/// point. Missing values come last in both directions.
fn push_key(key: &mut Vec<u8>, backup: &Backup<'_>, column: &Column, direction: Direction) {
    let text = column.value(backup).map(|value| value.text()).filter(|text| !text.is_empty());
    let Some(text) = text else {
        key.push(1);
        return;
    };
    key.push(0);
    let start = key.len();
    match column.kind {
        ColumnKind::Time => match time::instant(&text) {
            Some(instant) => push_number(key, instant as f64),
            None => push_text(key, &text),
        },
        ColumnKind::Number | ColumnKind::Size | ColumnKind::Age => match text.parse::<f64>() {
            Ok(number) => push_number(key, number),
            Err(_) => push_text(key, &text),
        },
        ColumnKind::Id
        | ColumnKind::Word
        | ColumnKind::Type
        | ColumnKind::Status
        | ColumnKind::Text => push_text(key, &text),
    }
    if direction == Direction::Descending {
        for byte in key.iter_mut().skip(start) {
            *byte = !*byte;
        }
    }
}

/// Appends a number as eight bytes in numeric order, before any text.
fn push_number(key: &mut Vec<u8>, number: f64) {
    let bits = number.to_bits();
    let ordered = if number.is_sign_negative() { !bits } else { bits | 1 << 63 };
    key.push(0);
    key.extend_from_slice(&ordered.to_be_bytes());
}

/// Appends text with a terminator that sorts before any continuation.
fn push_text(key: &mut Vec<u8>, text: &str) {
    key.push(1);
    // UTF-8 never contains 0xff, so escaped zero bytes differ from the terminator.
    for byte in text.bytes() {
        key.push(byte);
        if byte == 0 {
            key.push(0xff);
        }
    }
    key.extend_from_slice(&[0, 0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sort::Sort;
    use crate::record::row::tests::Ids;

    fn push(sorter: &mut Sorter, record: &str) {
        sorter.push(RowSpan::alone(record).unwrap().row(record)).unwrap();
    }

    /// Returns the ids of `records`, sorted by `sort`.
    fn sorted(sort: &str, records: &[String]) -> String {
        let sort: Sort = sort.parse().unwrap();
        let mut sorter = Sorter::new(sort.0);
        for record in records {
            push(&mut sorter, record);
        }
        let mut ids = Ids::default();
        sorter.finish(&mut ids).unwrap();
        ids.0
    }

    #[test]
    fn rows_are_sorted_by_value_and_not_by_text() {
        let records = |field: &str, values: &[&str]| -> Vec<String> {
            let record = |(index, value): (usize, &&str)| {
                format!(r#"{{"id":"{}","{field}":{value}}}"#, char::from(b'a' + index as u8))
            };
            values.iter().enumerate().map(record).collect()
        };
        // The sort, its column, the values in rows a, b, c, …, and the expected order.
        let cases: [(&str, &str, &[&str], &str); 10] = [
            ("resource_size:asc", "resource_size", &["100", "9", "40"], "bca"),
            ("resource_size:desc", "resource_size", &["100", "9", "40"], "acb"),
            ("resource_size:asc", "resource_size", &["-1", "-2.5", "0", "1e3"], "bacd"),
            ("name:asc", "name", &[r#""b""#, r#""a""#, r#""ab""#, r#""中""#], "bcad"),
            ("name:desc", "name", &[r#""b""#, r#""a""#, r#""ab""#, r#""中""#], "dacb"),
            // Missing values come last in both directions.
            ("name:asc", "name", &["null", r#""b""#, r#""""#, r#""a""#], "dbac"),
            ("name:desc", "name", &["null", r#""b""#, r#""""#, r#""a""#], "bdac"),
            // Times compare as moments, not as text.
            (
                "updated_at:asc",
                "updated_at",
                &[
                    r#""2020-01-01T01:00:00+08:00""#,
                    r#""2020-01-01T00:00:00""#,
                    r#""2019-12-31T23:59:59.5""#,
                ],
                "acb",
            ),
            // Equal keys keep their order.
            ("status:asc", "status", &[r#""error""#, r#""available""#, r#""error""#], "bac"),
            ("status:desc", "status", &[r#""a\u0000b""#, r#""a""#, r#""a\u0000""#], "acb"),
        ];
        for (sort, field, values, expected) in cases {
            assert_eq!(sorted(sort, &records(field, values)), expected, "{sort} {values:?}");
        }
    }

    #[test]
    fn the_second_key_orders_rows_with_equal_first_keys() {
        let records: Vec<String> = [("a", "x", 2), ("b", "y", 1), ("c", "x", 1), ("d", "y", 2)]
            .iter()
            .map(|(id, name, size)| {
                format!(r#"{{"id":"{id}","name":"{name}","resource_size":{size}}}"#)
            })
            .collect();
        assert_eq!(sorted("name:asc,resource_size:desc", &records), "acdb");
        assert_eq!(sorted("resource_size:asc,name:desc", &records), "bcda");
    }
}
