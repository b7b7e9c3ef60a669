//! The two calls that `cbr` makes, `ListBackups` and `ShowBackup`, and how their bodies are read.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::client::Client;
use super::error::ApiError;
use super::sign;
use crate::listing::{Ask, Order, Page, Record, Source};
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

/// What the listing needs of a record.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
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
    pub(crate) async fn show(client: &Client, id: &str) -> Result<Bytes, ApiError> {
        let path = format!("/v3/{}/backups/{}", client.project_id(), sign::encode(id));
        client
            .get(&path, &[], |body| {
                let answer: ShowAnswer<'_> = serde_json::from_slice(&body)?;
                Ok(body.slice_ref(answer.backup.get().as_bytes()))
            })
            .await
    }
}

impl Source for Backups {
    type Error = ApiError;

    async fn page(&self, ask: Ask) -> Result<Page, ApiError> {
        let path = format!("/v3/{}/backups", self.client.project_id());
        let mut pairs = self.filters.clone();
        pairs.push(("limit", ask.limit.to_string()));
        pairs.push(("offset", ask.offset.to_string()));
        pairs.push(("sort", self.order.to_string()));
        self.client.get(&path, &pairs, |body| read_page(body, &self.order)).await
    }

    fn troubles(&self) -> u64 {
        self.client.troubles()
    }
}

/// Reads a page. Records stay slices of the body, so nothing of them is lost or copied.
fn read_page(body: Bytes, order: &Order) -> Result<Page, serde_json::Error> {
    let answer: ListAnswer<'_> = serde_json::from_slice(&body)?;
    let records = answer.backups.iter().map(|raw| {
        let keys: Keys<'_> = serde_json::from_str(raw.get())?;
        let created_at = keys.created_at.and_then(|at| time::instant(at.get().trim_matches('"')));
        let rank = order.rank(created_at, &keys.id);
        Ok(Record::new(&keys.id, rank, body.slice_ref(raw.get().as_bytes())))
    });
    let count = answer.count.and_then(|count| count.get().parse().ok());
    Ok(Page { records: records.collect::<Result<_, serde_json::Error>>()?, count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_bodies_are_read_as_they_are() {
        let cases: [(&[u8], usize, Option<u64>); 7] = [
            (include_bytes!("../../tests/data/list_volume_backup.json"), 1, Some(1663)),
            (include_bytes!("../../tests/data/list_no_echo.json"), 2, Some(2)),
            (include_bytes!("../../tests/data/list_offset_timestamps.json"), 2, Some(2)),
            (br#"{"backups":[]}"#, 0, None),
            (br#"{"backups":[],"count":null}"#, 0, None),
            (br#"{"backups":[],"count":-1}"#, 0, None),
            (br#"{"backups":[],"count":"many"}"#, 0, None),
        ];
        for (body, rows, count) in cases {
            let page = read_page(Bytes::from_static(body), &Order::default()).unwrap();
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
            assert!(read_page(Bytes::from_static(body.as_bytes()), &order).is_err(), "{body}");
        }
        let not_utf8 = Bytes::from_static(b"{\"backups\":[{\"id\":\"a\",\"b\":\"\xff\"}]}");
        assert!(read_page(not_utf8, &order).is_err());
    }
}
