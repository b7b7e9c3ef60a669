//! The two calls that `cbr` makes, `ListBackups` and `ShowBackup`, and how their bodies are read.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use super::body::Body;
use super::client::{Call, Client};
use super::clock;
use super::error::ApiError;
use super::sign;
use crate::json::Scanner;
use crate::listing::{Ask, Created, Key, Order, Page, Record, Source};
use crate::query::Pair;
use crate::row::Row;
use crate::time;

/// The backups of a project that match some filters.
pub(crate) struct Backups {
    client: Client,
    filters: Vec<Pair>,
    order: Order,
}

/// The answer to `GET /v3/{project_id}/backups`, to tell what is wrong with one that is no page.
/// `offset` and `limit` are optional in the documentation, missing in its examples, and not needed.
#[derive(Deserialize)]
struct ListAnswer {
    #[serde(rename = "backups")]
    _backups: Vec<Identified>,
}

#[derive(Deserialize)]
#[serde(expecting = "a backup")]
struct Identified {
    #[serde(rename = "id")]
    _id: String,
}

/// The answer to `GET /v3/{project_id}/backups/{backup_id}`.
#[derive(Deserialize)]
struct ShowAnswer<'a> {
    #[serde(borrow)]
    backup: &'a RawValue,
}

impl Backups {
    /// Those that match `filters`, in `order`.
    pub(crate) fn new(client: Client, filters: Vec<Pair>, order: Order) -> Self {
        Self { client, filters, order }
    }

    /// One backup by id, as the service sent it.
    ///
    /// # Errors
    ///
    /// What the request came to; `BackupService.6200` if there is no such backup.
    pub(crate) async fn show(client: &Client, id: &str) -> Result<String, ApiError> {
        let path = format!("/backups/{}", sign::encode(id));
        client
            .get(&path, &[], |body| {
                let ShowAnswer { backup } = serde_json::from_str(body.text())?;
                if !backup.get().starts_with('{') {
                    return Err(serde_json::Error::custom("the backup is not an object"));
                }
                Ok(backup.get().to_owned())
            })
            .await
    }
}

/// How many there are, which is only a hint, so that a strange one is as good as none.
#[derive(Deserialize)]
struct Counted<'a> {
    #[serde(borrow, default)]
    count: Option<&'a RawValue>,
}

/// What the cheapest of listings told.
#[derive(Debug)]
pub(crate) struct Probe {
    /// How many backups there are, if the service says so.
    pub(crate) count: Option<u64>,
    /// How many seconds this machine's clock is ahead of the service's, if it tells.
    pub(crate) clock_ahead: Option<i32>,
}

impl Probe {
    /// Asks for one backup.
    ///
    /// # Errors
    ///
    /// What the request came to.
    pub(crate) async fn send(client: &Client) -> Result<Self, ApiError> {
        let pairs = [("limit", "1".to_owned())];
        let call = Call::get("/backups", &pairs);
        client
            .ask(&call, |body, headers| {
                let ListAnswer { .. } = serde_json::from_str(body.text())?;
                let Counted { count } = serde_json::from_str(body.text())?;
                let count = count.and_then(|count| count.get().parse().ok());
                Ok(Self { count, clock_ahead: clock::ahead(headers) })
            })
            .await
    }
}

impl Source for Backups {
    type Row = Row;
    type Error = ApiError;

    async fn page(&self, ask: Ask) -> Result<Page<Row>, ApiError> {
        let mut pairs = self.filters.clone();
        pairs.push(("limit", ask.limit.to_string()));
        pairs.push(("offset", ask.offset.to_string()));
        pairs.push(("sort", self.order.to_string()));
        self.client.get("/backups", &pairs, |body| read_page(body, &self.order)).await
    }

    fn troubles(&self) -> u64 {
        self.client.troubles()
    }
}

/// Reads a page. Records stay where they are in its text, so nothing of them is lost or copied.
fn read_page(body: &Arc<Body>, order: &Order) -> Result<Page<Row>, serde_json::Error> {
    scan_page(body, order).ok_or_else(|| {
        let wrong = serde_json::from_str::<ListAnswer>(body.text()).err();
        wrong.unwrap_or_else(|| serde_json::Error::custom("not a list of backups"))
    })
}

/// The page, or nothing if this is none.
fn scan_page(body: &Arc<Body>, order: &Order) -> Option<Page<Row>> {
    let (mut records, mut count) = (None, None);
    let mut scanner = Scanner::new(body.text());
    scanner.object(|scanner, name| {
        match name {
            "backups" if records.is_some() => return None,
            "backups" => {
                let records = records.insert(Vec::new());
                scanner.array(|scanner| {
                    records.push(record(scanner, body, order)?);
                    Some(())
                })?;
            }
            "count" => count = scanner.value(),
            _ => drop(scanner.value()?),
        }
        Some(())
    })?;
    scanner.end()?;
    let count = count.and_then(|count| count.as_sent().parse().ok());
    Some(Page { records: records?, count })
}

/// One backup, which is an object with an id.
fn record(scanner: &mut Scanner<'_>, body: &Arc<Body>, order: &Order) -> Option<Record<Row>> {
    let row = Row::read(Arc::clone(body) as _, scanner)?;
    let key = Key::of(&row.id().filter(|id| id.is_string())?.text());
    let created = row.created_at().and_then(|at| {
        let text = at.text();
        let is_exact = time::is_to_the_microsecond(&text);
        Some(Created { microsecond: time::instant(&text)?, is_exact })
    });
    Some(Record { key, rank: order.rank(created, key), row })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_bodies_are_read_as_they_are() {
        let cases: [(&str, usize, Option<u64>); 7] = [
            (include_str!("../../tests/data/list_volume_backup.json"), 1, Some(1663)),
            (include_str!("../../tests/data/list_no_echo.json"), 2, Some(2)),
            (include_str!("../../tests/data/list_offset_timestamps.json"), 2, Some(2)),
            (r#"{"backups":[]}"#, 0, None),
            (r#"{"backups":[],"count":null}"#, 0, None),
            (r#"{"backups":[],"count":-1}"#, 0, None),
            (r#"{"backups":[],"count":"many"}"#, 0, None),
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

    #[test]
    fn what_is_no_page_is_an_error() {
        let cases = [
            "",
            "{}",
            "[]",
            r#"{"backups":null,"count":0}"#,
            r#"{"backups":[{}],"count":1}"#,
            r#"{"backups":[{"id":null}],"count":1}"#,
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
