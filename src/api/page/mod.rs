//! Parses a page of `GET /v3/{project_id}/backups` into its backups, with the key and time of each.
//!
//! A page is one JSON object, and `serde_json` decides what is JSON: a page is accepted if
//! `RawValue` accepts each member. Records are printed unchanged, so values that few readers
//! support are accepted: a number of any size, half of a surrogate pair, any depth. Beyond that:
//!
//! - `backups` is an array of objects. It occurs once, since one of two lists would be lost.
//! - `count` occurs at most once, since two counts prove nothing. A `count` that is not a whole
//!   number is ignored.
//! - Each backup has an `id`, which is a string of Unicode text.
//! - Of fields with the same name, the last one counts, as in `serde_json::Value` and most other
//!   readers.
//! - Names may be written with escapes. All other members are ignored.
//!
//! Knows nothing of requests.

#[cfg(test)]
mod differential;

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};

use super::body::Body;
use crate::listing::{Created, Key, Order, Page, Record};
use crate::record::json::Scanner;
use crate::record::row::{Row, RowSpan, Rows};
use crate::time;

/// A page for `serde`, to describe the fault of an invalid page. `offset` and `limit` are optional
/// in the documentation, missing in its examples, and not needed.
#[derive(Deserialize)]
#[serde(expecting = "a list of backups")]
struct ListAnswer {
    #[serde(rename = "backups")]
    _backups: Vec<Identified>,
    #[serde(rename = "count", default)]
    _count: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(expecting = "a backup")]
struct Identified {
    #[serde(rename = "id")]
    _id: String,
}

/// Parses a page. Records stay in its text, so nothing is lost or copied.
pub(super) fn read_page(body: &Arc<Body>, order: &Order) -> Result<Page<Rows>, serde_json::Error> {
    let mut spans = Vec::with_capacity(estimated_rows(body.text()));
    let page = scan(body, order, |backup| spans.push(backup))?;
    Ok(page.with(Rows::new(Arc::clone(body) as _, spans)))
}

/// Estimates the number of backups on a page. Most are longer than 900 bytes.
fn estimated_rows(page: &str) -> usize {
    page.len() / 900
}

/// Scans a page, and describes the fault of an invalid one.
fn scan(
    body: &Body,
    order: &Order,
    take: impl FnMut(RowSpan),
) -> Result<Page<()>, serde_json::Error> {
    scan_text(body.text(), order, take).ok_or_else(|| {
        let error = serde_json::from_str::<ListAnswer>(body.text()).err();
        error.unwrap_or_else(|| serde_json::Error::custom("not a list of backups"))
    })
}

fn scan_text(text: &str, order: &Order, mut take: impl FnMut(RowSpan)) -> Option<Page<()>> {
    let (mut keys, mut count) = (None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|scanner, name| {
        match &*name {
            "backups" if keys.is_some() => return None,
            "backups" => {
                let keys = keys.insert(Vec::with_capacity(estimated_rows(text)));
                scanner.array(|scanner| {
                    let backup = RowSpan::read(scanner)?;
                    keys.push(RowKey::by(backup.row(text))?);
                    take(backup);
                    Some(())
                })?;
            }
            "count" if count.is_some() => return None,
            "count" => count = Some(scanner.value()?),
            _ => drop(scanner.value()?),
        }
        Some(())
    })?;
    scanner.end()?;
    let count = count.and_then(|count| count.as_sent().parse().ok());
    Some(Page { records: records(&keys?, order), rows: (), count })
}

/// Sort key and id of a backup.
struct RowKey {
    id: Key,
    /// Creation time in microseconds, and the number of fractional digits.
    created: Option<(i64, usize)>,
}

impl RowKey {
    /// Returns `None` if the id is not Unicode text. Most formats could not distinguish ids with
    /// halves of surrogate pairs, and no request could name them.
    fn by(backup: Row<'_>) -> Option<Self> {
        let id = Key::of(&backup.id()?.string()?);
        let created = backup.created_at().and_then(|at| time::instant_and_digits(&at.text()));
        Some(Self { id, created })
    }
}

/// Returns a listing record for each backup. Next to times with microseconds, a time without a
/// fraction is exact too: the service omits a zero fraction, as Python's `isoformat` does.
fn records(keys: &[RowKey], order: &Order) -> Vec<Record> {
    let created = keys.iter().filter_map(|key| key.created);
    let has_microseconds = created.map(|(_, digits)| digits).any(|digits| digits >= MICROSECONDS);
    let record = |(index, key): (usize, &RowKey)| {
        let created = key.created.map(|(microsecond, digits)| {
            let is_exact = digits >= MICROSECONDS || has_microseconds && digits == 0;
            Created { microsecond, is_exact }
        });
        Record { key: key.id, rank: order.rank(created, key.id), index }
    };
    keys.iter().enumerate().map(record).collect()
}

/// Fractional digits of an exact time.
const MICROSECONDS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_bodies_are_read_as_they_are() {
        let cases: [(&str, usize, Option<u64>); 10] = [
            (include_str!("../../../tests/data/list_volume_backup.json"), 1, Some(1663)),
            (include_str!("../../../tests/data/list_no_echo.json"), 2, Some(2)),
            (include_str!("../../../tests/data/list_offset_timestamps.json"), 2, Some(2)),
            (r#"{"backups":[]}"#, 0, None),
            (r#"{"backups":[],"count":null}"#, 0, None),
            (r#"{"backups":[],"count":-1}"#, 0, None),
            (r#"{"backups":[],"count":"many"}"#, 0, None),
            (r#"{"\u0062ackups":[{"\u0069d":"a"}],"c\u006funt":3}"#, 1, Some(3)),
            (r#"{"backups":[{"id":"a","id":"b"}],"limit":1,"limit":2}"#, 1, None),
            (r#"{"backups":[{"id":"a","\ud800":"\ud800"}],"\udc00":1}"#, 1, None),
        ];
        for (body, rows, count) in cases {
            let page = read_page(
                &Arc::new(Body::new(body.to_owned(), &Arc::default())),
                &Order::default(),
            )
            .unwrap();
            assert_eq!((page.records.len(), page.count), (rows, count));
        }
    }

    /// A service may break lines anywhere, or only in one backup.
    #[test]
    fn each_backup_is_one_line_however_it_was_sent() {
        let broken = "{\n \"id\": \"b\",\r\n \"extend_info\": {\n\"x\" :[\n1 ] }\n}";
        let whole = r#"{"id": "a","extend_info": {"x" :[1 ]}}"#;
        let compact = r#"{"id":"b","extend_info":{"x":[1]}}"#;
        for (rows, expected) in [
            ([whole, whole, whole], [whole, whole, whole]),
            ([broken, broken, broken], [compact, compact, compact]),
            ([whole, broken, broken], [whole, compact, compact]),
            ([whole, whole, broken], [whole, whole, compact]),
        ] {
            let text = format!("{{\"backups\":[{}]}}\n", rows.join(","));
            let body = Arc::new(Body::new(text, &Arc::default()));
            let page = read_page(&body, &Order::default()).unwrap();
            let lines = |indexes: &[usize]| {
                page.rows.at(indexes).map(|row| row.one_line().into_owned()).collect::<Vec<_>>()
            };
            assert_eq!(lines(&[0, 1, 2]), expected);
            assert_eq!(lines(&[2, 0]), [expected[2], expected[0]]);
        }
    }

    /// The order within a moment is known or not.
    #[test]
    fn a_time_without_a_fraction_is_as_exact_as_its_neighbours() {
        let (exact, thousandths, whole) =
            ("2026-11-01T02:00:00.120001", "2026-11-01T02:00:00.120", "2026-11-01T01:00:00");
        for (times, expected) in [
            ([exact, whole], [true, true]),
            ([exact, thousandths], [true, false]),
            ([thousandths, whole], [false, false]),
            ([whole, whole], [false, false]),
        ] {
            let backups = times.map(|at| {
                format!(r#"{{"id":"00000000-0000-4000-8000-00000000000a","created_at":"{at}"}}"#)
            });
            let text = format!(r#"{{"backups":[{}]}}"#, backups.join(","));
            let body = Arc::new(Body::new(text, &Arc::default()));
            let page = read_page(&body, &Order::default()).unwrap();
            let are_exact: Vec<_> =
                page.records.iter().map(|record| record.rank.unwrap().tie.is_some()).collect();
            assert_eq!(are_exact, expected, "{times:?}");
        }
    }

    #[test]
    fn invalid_pages_are_rejected() {
        let cases = [
            "",
            "{}",
            "[]",
            r#"{"backups":null,"count":0}"#,
            r#"{"backups":[{}],"count":1}"#,
            r#"{"backups":[{"id":null}],"count":1}"#,
            r#"{"backups":[{"id":"\ud800"}],"count":1}"#,
            r#"{"backups":[{"id":"a","\u0069d":7}],"count":1}"#,
            r#"{"backups":[],"backups":[]}"#,
            r#"{"backups":[],"b\u0061ckups":[]}"#,
            r#"{"backups":[],"count":0,"count":0}"#,
            r#"{"count":null,"backups":[],"c\u006funt":0}"#,
            r#"{"backups":[{"id":"a"}],"count":1} x"#,
            r#"{"backups":[{"id":"a"}"#,
        ];
        let order = Order::default();
        for body in cases {
            assert!(
                read_page(&Arc::new(Body::new(body.to_owned(), &Arc::default())), &order).is_err(),
                "{body}"
            );
        }
    }
}
