//! The two calls that `cbr` makes, `ListBackups` and `ShowBackup`, and how their bodies are read.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use super::client::{Call, Client};
use super::clock;
use super::error::ApiError;
use super::sign;
use crate::json::Json;
use crate::listing::{Ask, Created, Key, Order, Page, Record, Source};
use crate::query::Pair;
use crate::time;

/// The backups of a project that match some filters.
pub(crate) struct Backups {
    client: Client,
    filters: Vec<Pair>,
    order: Order,
}

/// The answer to `GET /v3/{project_id}/backups`. `offset` and `limit` are optional in the
/// documentation, missing in its examples, and not needed.
#[derive(Deserialize)]
struct ListAnswer<'a> {
    #[serde(borrow)]
    backups: Vec<&'a RawValue>,
    /// Only a hint, so a strange one is as good as none.
    #[serde(borrow, default)]
    count: Option<&'a RawValue>,
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
                let ShowAnswer { backup } = serde_json::from_str(body)?;
                if !backup.get().starts_with('{') {
                    return Err(serde_json::Error::custom("the backup is not an object"));
                }
                Ok(backup.get().to_owned())
            })
            .await
    }
}

/// What the cheapest of listings told.
#[derive(Debug)]
pub(crate) struct Probe {
    /// How many backups there are, if the service says so.
    pub(crate) count: Option<u64>,
    /// How far this machine's clock is ahead of the service's, if it tells.
    pub(crate) clock_ahead: Option<SignedDuration>,
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
                let ListAnswer { count, .. } = serde_json::from_str(body)?;
                let count = count.and_then(|count| count.get().parse().ok());
                Ok(Self { count, clock_ahead: clock::ahead(headers) })
            })
            .await
    }
}

impl Source for Backups {
    type Error = ApiError;

    async fn page(&self, ask: Ask) -> Result<Page, ApiError> {
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
fn read_page(body: &Arc<String>, order: &Order) -> Result<Page, serde_json::Error> {
    let answer: ListAnswer<'_> = serde_json::from_str(body)?;
    let records = answer.backups.iter().map(|raw| {
        let (mut id, mut created_at) = (None, None);
        let object = Json::new(raw.get()).fields_until(|name, value| {
            match name {
                "id" => id = Some(value),
                "created_at" => created_at = Some(value),
                _ => {}
            }
            match (id, created_at) {
                (Some(_), Some(_)) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        let id = id.filter(|id| object.is_some() && id.is_string());
        let id = id.ok_or_else(|| serde_json::Error::custom("a backup without an id"))?;
        let key = Key::of(&id.text());
        let created = created_at.and_then(|at| {
            let text = at.text();
            let is_exact = time::is_to_the_microsecond(&text);
            Some(Created { microsecond: time::instant(&text)?, is_exact })
        });
        let rank = order.rank(created, key);
        Ok(Record::new(key, rank, body, place_in(body, raw.get())))
    });
    let records = records.collect::<Result<_, serde_json::Error>>()?;
    let count = answer.count.and_then(|count| count.get().parse().ok());
    Ok(Page { records, count })
}

/// Where `part` stands in `text`, which it is a slice of.
fn place_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
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
            let page = read_page(&Arc::new(body.to_owned()), &Order::default()).unwrap();
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
            assert!(read_page(&Arc::new(body.to_owned()), &order).is_err(), "{body}");
        }
    }
}
