//! `--sort`: decides whether the service or `cbr` sorts, and sorts locally.
//!
//! An order by keys that never change (`created_at`, `id`) can be proven complete while it is read,
//! so the service sorts. In other orders a row may move past the reader when it changes, so the
//! list is read in the safe order and sorted locally. With `--limit` and keys that the service
//! supports, the service sorts after all: this reads one page instead of everything, and the
//! listing reports a list that changed meanwhile.

use std::fmt;
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::str::FromStr;

use anyhow::Context as _;
use tempfile::SpooledTempFile;

use crate::listing::{Direction, Order};
use crate::output::temporary::TemporaryFileError;
use crate::record::backup::Backup;
use crate::record::column::{self, COLUMNS, Column, ColumnKind};
use crate::record::row::{Row, RowSink, RowSpan};
use crate::text::suggest;
use crate::time;

/// The keys of `--sort`, with their directions.
#[derive(Clone)]
pub(crate) struct Sort(Vec<(Column, Direction)>);

/// Decides who sorts.
pub(crate) enum Plan {
    /// The service sorts in this order.
    Service(Order),
    /// `cbr` sorts after everything is read.
    Local(Sorter),
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Self {
        let key = |name| COLUMNS.iter().find(|column| column.name == name).copied();
        let keys = [key("created_at"), key("id")];
        Self(keys.into_iter().flatten().map(|column| (column, Direction::Descending)).collect())
    }
}

impl Sort {
    /// Returns every column with each direction and its description, for completion.
    pub(crate) fn offered() -> impl Iterator<Item = (String, &'static str)> {
        let directions = [("asc", "ascending"), ("desc", "descending")];
        COLUMNS.iter().flat_map(move |column| {
            directions.map(|(direction, help)| (format!("{}:{direction}", column.name), help))
        })
    }

    /// Returns what sorts rows that are not a list of the service.
    pub(crate) fn sorter(&self) -> Sorter {
        Sorter::new(self.0.clone())
    }

    /// Returns the opposite order.
    pub(crate) fn reversed(&self) -> Self {
        let opposite = |direction| match direction {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        };
        Self(self.0.iter().map(|(column, direction)| (*column, opposite(*direction))).collect())
    }

    /// Returns the columns that the user sorts by.
    pub(crate) fn queried_columns(&self) -> impl Iterator<Item = &'static str> {
        // The default order was not requested by the user.
        let is_default = self.to_string() == Self::default().to_string();
        self.0.iter().filter(move |_| !is_default).map(|(column, _)| column.name)
    }

    /// Returns true if a column of this name is a key.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.0.iter().any(|(column, _)| column.name == name)
    }

    /// Returns the first key that the service fills only with `--show-replication`.
    pub(crate) fn replication_column(&self) -> Option<&'static str> {
        self.0
            .iter()
            .map(|(column, _)| column)
            .find(|column| column.is_of_replication())
            .map(|column| column.name)
    }

    /// Decides who sorts if the list must be read newest first, in whatever order it is printed.
    pub(crate) fn plan_after_newest_first(&self) -> Plan {
        let keys = self.0.iter().map(|(column, direction)| (column.name, *direction));
        match Order::new(keys) {
            Some(order) if order == Order::default() => Plan::Service(order),
            _ => Plan::Local(Sorter::new(self.0.clone())),
        }
    }

    /// Decides who sorts. `limited` means that only the first rows are wanted.
    pub(crate) fn plan(&self, limited: bool) -> Plan {
        let keys = self.0.iter().map(|(column, direction)| (column.name, *direction));
        match Order::new(keys) {
            Some(order) if order.is_stable() || limited => Plan::Service(order),
            _ => Plan::Local(Sorter::new(self.0.clone())),
        }
    }
}

impl FromStr for Sort {
    type Err = String;

    /// Parses the columns of backups.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(COLUMNS, text)
    }
}

impl Sort {
    /// Parses `[-]COLUMN[:asc|desc]`, separated by commas.
    ///
    /// # Errors
    ///
    /// If a part is invalid; the message is for a usage error.
    pub(crate) fn parse(columns: &'static [Column], text: &str) -> Result<Self, String> {
        let mut keys: Vec<(Column, Direction)> = Vec::new();
        for part in text.split(',') {
            let (name, direction) = match (part.split_once(':'), part.strip_prefix('-')) {
                (Some(_), Some(_)) => {
                    let part = part.escape_debug();
                    return Err(format!("`{part}` has two directions; write `-` or a suffix"));
                }
                (Some((name, word)), None) => (name, Some(direction(word)?)),
                (None, Some(name)) => (name, Some(Direction::Descending)),
                (None, None) => (part, None),
            };
            let column = *column::named(columns, name).ok_or_else(|| unknown(columns, name))?;
            if keys.iter().any(|(known, _)| known.name == column.name) {
                return Err(format!("`{}` is listed twice", column.name));
            }
            keys.push((column, direction.unwrap_or(default_direction(&column))));
        }
        Ok(Self(keys))
    }
}

/// Parses a direction. Case-insensitive, like column names.
fn direction(word: &str) -> Result<Direction, String> {
    match word {
        word if word.eq_ignore_ascii_case("asc") => Ok(Direction::Ascending),
        word if word.eq_ignore_ascii_case("desc") => Ok(Direction::Descending),
        other => Err(format!("direction `{}`: use asc or desc", other.escape_debug())),
    }
}

/// Returns the direction of a column without one: text ascends, times and numbers descend.
fn default_direction(column: &Column) -> Direction {
    match column.kind {
        ColumnKind::Time | ColumnKind::Number | ColumnKind::Size | ColumnKind::Age => {
            Direction::Descending
        }
        ColumnKind::Id
        | ColumnKind::Word
        | ColumnKind::Type
        | ColumnKind::Status
        | ColumnKind::Text => Direction::Ascending,
    }
}

fn unknown(columns: &'static [Column], name: &str) -> String {
    let names = || columns.iter().map(|column| column.name);
    let question = suggest::nearest(name, names())
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    let list = match columns.len() {
        ..20 => names().collect::<Vec<_>>().join(", "),
        _ => "'cbr help columns' lists all columns".to_owned(),
    };
    format!("unknown column `{}`{question}\n\n  tip: {list}", name.escape_debug())
}

impl fmt::Display for Sort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self
            .0
            .iter()
            .map(|(column, direction)| format!("{}:{direction}", column.name))
            .collect();
        formatter.write_str(&keys.join(","))
    }
}

/// Sorts records. The records are kept in memory or, beyond [`IN_MEMORY`], in an unnamed temporary
/// file; the keys stay in memory.
pub(crate) struct Sorter {
    keys: Vec<(Column, Direction)>,
    records: BufWriter<SpooledTempFile>,
    length: u64,
    rows: Vec<SortEntry>,
}

/// Sort key and location of a record. Keys compare as bytes.
struct SortEntry {
    key: Box<[u8]>,
    start: u64,
    length: usize,
}

/// Number of bytes of records kept in memory.
const IN_MEMORY: usize = 8 << 20;

const SORT_FILE_ERROR: TemporaryFileError = TemporaryFileError::Sorting;

impl Sorter {
    fn new(keys: Vec<(Column, Direction)>) -> Self {
        let records = BufWriter::with_capacity(128 << 10, SpooledTempFile::new(IN_MEMORY));
        Self { keys, records, length: 0, rows: Vec::new() }
    }

    /// Adds a record.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be written.
    pub(crate) fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        let (record, backup) = (row.json(), row.backup());
        let mut key = Vec::new();
        for (column, direction) in &self.keys {
            push_key(&mut key, &backup, column, *direction);
        }
        self.records.write_all(record.as_bytes()).context(SORT_FILE_ERROR)?;
        self.rows.push(SortEntry { key: key.into(), start: self.length, length: record.len() });
        self.length += record.len() as u64;
        Ok(())
    }

    /// Passes the sorted records to `sink` until it wants no more. Rows with equal keys keep their
    /// order of arrival, which is newest first.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read, and the errors of `sink`.
    pub(crate) fn finish(mut self, sink: &mut impl RowSink) -> anyhow::Result<()> {
        self.rows.sort_by(|a, b| a.key.cmp(&b.key));
        let mut records = self
            .records
            .into_inner()
            .map_err(|error| error.into_error())
            .context(SORT_FILE_ERROR)?;
        let mut record = Vec::new();
        for row in &self.rows {
            record.resize(row.length, 0);
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

/// Appends bytes that compare as the values of a column: numbers and times by value, text by code
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
    fn the_second_key_decides_where_the_first_does_not() {
        let records: Vec<String> = [("a", "x", 2), ("b", "y", 1), ("c", "x", 1), ("d", "y", 2)]
            .iter()
            .map(|(id, name, size)| {
                format!(r#"{{"id":"{id}","name":"{name}","resource_size":{size}}}"#)
            })
            .collect();
        assert_eq!(sorted("name:asc,resource_size:desc", &records), "acdb");
        assert_eq!(sorted("resource_size:asc,name:desc", &records), "bcda");
    }

    #[test]
    fn the_service_sorts_if_that_is_safe_or_much_cheaper() {
        let service = |sort: &str, limited| match sort.parse::<Sort>().unwrap().plan(limited) {
            Plan::Service(order) => Some(order.to_string()),
            Plan::Local(_) => None,
        };
        let cases = [
            ("created_at:asc", false, Some("created_at:asc,id:asc")),
            ("id", true, Some("id:asc")),
            ("-id", true, Some("id:desc")),
            ("name", false, None),
            ("name:asc", true, Some("name:asc,id:asc")),
            ("protected_at,created_at", true, Some("protected_at:desc,created_at:desc,id:desc")),
            ("resource_size", false, None),
            ("resource_size", true, None),
            ("name,resource_size", true, None),
        ];
        for (sort, limited, expected) in cases {
            assert_eq!(service(sort, limited).as_deref(), expected, "{sort} {limited}");
        }
        assert_eq!(Sort::default().to_string(), "created_at:desc,id:desc");
    }

    #[test]
    fn newest_first_is_the_only_order_that_needs_no_sorting() {
        let cases = [
            ("created_at", true),
            ("created_at,-id", true),
            ("created_at:desc,id:desc", true),
            ("created_at,id", false),
            ("created_at:asc", false),
            ("id", false),
            ("name", false),
            ("resource_size", false),
        ];
        for (sort, service) in cases {
            let plan = sort.parse::<Sort>().unwrap().plan_after_newest_first();
            assert_eq!(matches!(plan, Plan::Service(_)), service, "{sort}");
        }
    }

    #[test]
    fn text_ascends_and_times_and_numbers_descend_by_default() {
        let cases = [
            ("name,created_at", "name:asc,created_at:desc", "name:desc,created_at:asc"),
            ("status,id", "status:asc,id:asc", "status:desc,id:desc"),
            ("resource_size", "resource_size:desc", "resource_size:asc"),
            ("children.count", "children.count:desc", "children.count:asc"),
            ("-name,-created_at", "name:desc,created_at:desc", "name:asc,created_at:asc"),
            ("NAME:DESC,created_at:asc", "name:desc,created_at:asc", "name:asc,created_at:desc"),
        ];
        for (given, expected, reversed) in cases {
            let sort = given.parse::<Sort>().unwrap();
            assert_eq!(sort.to_string(), expected, "{given}");
            assert_eq!(sort.reversed().to_string(), reversed, "{given}");
        }
    }

    #[test]
    fn invalid_sort_keys_are_rejected_with_a_hint() {
        let cases = [
            ("", "unknown column ``"),
            ("creatd", "did you mean `created_at`?"),
            ("created_at:down", "direction `down`: use asc or desc"),
            ("name,", "unknown column ``"),
            ("name,-name", "`name` is listed twice"),
            ("-name:asc", "`-name:asc` has two directions"),
            ("+name", "unknown column `+name`"),
            ("colour", "tip: 'cbr help columns' lists all columns"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Sort>().err().unwrap();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
