//! `GET /v3/{project_id}/backups`: selects the page for a query.
//!
//! Where the API's documentation is silent, the sandbox is strict, to find mistakes: a parameter
//! given twice or out of range is refused. Else it takes the likelier meaning: `name` is a
//! substring, and times are inclusive bounds of `created_at`.

use std::cmp::Reverse;

use super::backup::Row;
use super::filter::OwnType;
use super::query::{InvalidParameter, LIMIT, OrderKind, Query, Sort};
use super::record::record;
use super::rows::Rows;

/// Returns the page for a query, as JSON.
///
/// # Errors
///
/// If a parameter is invalid.
pub(super) fn answer(
    pairs: &[(String, String)],
    rows: &Rows,
    misbehaviors: &[&Misbehavior],
) -> Result<Vec<u8>, InvalidParameter> {
    let requested = Query::read(pairs)?;
    let mut query = requested.clone();
    misbehaviors.iter().for_each(|misbehavior| misbehavior.alter_query(&mut query));
    let mut page = Page::select(&query, rows)?;
    misbehaviors.iter().for_each(|misbehavior| misbehavior.alter_page(&query, rows, &mut page));
    // Misbehavior does not show in the echoed limit and offset.
    Ok(page.body(&requested))
}

/// Page of a listing.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// Number of matching rows on all pages. `None` leaves out the key.
    pub(super) count: Option<i64>,
}

/// Approximate size of a record in bytes.
const RECORD: usize = 1100;

impl Page {
    fn new(rows: Vec<Row>, count: usize) -> Self {
        Self { rows, count: i64::try_from(count).ok() }
    }

    /// Selects the page for a query.
    ///
    /// # Errors
    ///
    /// If no row has the id of the marker.
    pub(super) fn select(query: &Query, rows: &Rows) -> Result<Self, InvalidParameter> {
        let order_kind = query.sort.order_kind();
        if query.filter.passes_all() && query.marker.is_none() && order_kind != OrderKind::Other {
            return Ok(Self::window(query, rows, order_kind));
        }
        let mut matches = candidates(query, rows);
        matches.retain(|row| query.filter.passes(*row));
        query.sort.apply(&mut matches);
        let count = matches.len();
        let after_marker = match query.marker {
            None => 0,
            Some(marker) => {
                matches.iter().position(|row| row.id == marker).ok_or(InvalidParameter("marker"))?
                    + 1
            }
        };
        let start = after_marker.saturating_add(query.offset);
        let rows = matches.into_iter().skip(start).take(query.limit).collect();
        Ok(Self::new(rows, count))
    }

    /// Selects a page of the unfiltered list without visiting the rows before it.
    fn window(query: &Query, rows: &Rows, order_kind: OrderKind) -> Self {
        let count = rows.len();
        let start = query.offset.min(count);
        let len = query.limit.min(count - start);
        let first = if order_kind == OrderKind::Reversed { count - start - len } else { start };
        let mut page: Vec<_> = rows.from(first).take(len).collect();
        if order_kind == OrderKind::Reversed {
            page.reverse();
        }
        Self::new(page, count)
    }

    /// Returns the body, which echoes offset and limit of `query`.
    pub(super) fn body(&self, query: &Query) -> Vec<u8> {
        let mut body = Vec::with_capacity(64 + RECORD * self.rows.len());
        body.extend_from_slice(b"{\"backups\":[");
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            record(*row, query.show_replication, &mut body);
        }
        let Query { offset, limit, .. } = query;
        let count = self.count.map(|count| format!("\"count\":{count},")).unwrap_or_default();
        let tail = format!("],{count}\"offset\":{offset},\"limit\":{limit}}}");
        body.extend_from_slice(tail.as_bytes());
        body
    }
}

/// Returns the rows that filters apply to, in natural order.
fn candidates(query: &Query, rows: &Rows) -> Vec<Row> {
    if let Some(parent) = query.filter.parent_id {
        // Volumes in a backup are listed by `parent_id` only.
        return rows.find(parent).filter(|row| row.id == parent).map_or(Vec::new(), |row| {
            let mut volumes: Vec<_> = row.volumes().collect();
            volumes.reverse();
            volumes
        });
    }
    match query.filter.own_type {
        OwnType::Private => rows.iter().collect(),
        OwnType::Shared => rows.shared().collect(),
        OwnType::AllGranted => {
            let mut all: Vec<_> = rows.iter().chain(rows.shared()).collect();
            all.sort_by_key(|row| Reverse(row.key()));
            all
        }
    }
}

/// A kind of inconsistent response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misbehavior {
    /// Always reports this count.
    Count(i64),
    NoCount,
    /// Returns at most this many rows per page.
    Clamp(usize),
    /// Reports the rows of the page as the count.
    CountPage,
    /// Returns no rows after the first ones.
    End(usize),
    /// Leaves out the row at this offset, but counts it.
    Hide(usize),
    /// Repeats the first row at the end of the page.
    Repeat,
    IgnoreLimit,
    IgnoreOffset,
    /// Returns the first rows, as many as there are at the offset.
    WrapOffset,
    /// Sorts by id.
    IgnoreSort,
}

impl Misbehavior {
    /// Alters the query.
    pub(super) fn alter_query(&self, query: &mut Query) {
        match *self {
            Self::Clamp(most) => query.limit = query.limit.min(most),
            Self::IgnoreLimit => query.limit = LIMIT,
            Self::IgnoreOffset => query.offset = 0,
            Self::IgnoreSort => query.sort = Sort::by_id(),
            Self::Count(_)
            | Self::NoCount
            | Self::CountPage
            | Self::End(_)
            | Self::Hide(_)
            | Self::WrapOffset
            | Self::Repeat => {}
        }
    }

    /// Alters the page.
    pub(super) fn alter_page(&self, query: &Query, rows: &Rows, page: &mut Page) {
        match *self {
            Self::Count(count) => page.count = Some(count),
            Self::NoCount => page.count = None,
            Self::CountPage => page.count = i64::try_from(page.rows.len()).ok(),
            Self::Hide(row) => {
                if let Some(at) = row.checked_sub(query.offset).filter(|at| *at < page.rows.len()) {
                    page.rows.remove(at);
                }
            }
            Self::WrapOffset => {
                let first = Query { offset: 0, limit: page.rows.len(), ..query.clone() };
                page.rows = Page::select(&first, rows).map(|page| page.rows).unwrap_or_default();
            }
            Self::End(end) => page.rows.truncate(end.saturating_sub(query.offset)),
            Self::Repeat => page.rows.extend(page.rows.first().copied()),
            Self::Clamp(_) | Self::IgnoreLimit | Self::IgnoreOffset | Self::IgnoreSort => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sandbox::uuid::Uuid;

    fn select(query: &str, rows: &Rows) -> (Vec<Uuid>, usize) {
        let page = Page::select(&read(query), rows).unwrap();
        (page.rows.iter().map(|row| row.id).collect(), page.count.unwrap() as usize)
    }

    fn read(query: &str) -> Query {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Query::read(&pairs).unwrap()
    }

    fn all(rows: &Rows) -> Vec<Uuid> {
        rows.iter().map(|row| row.id).collect()
    }

    #[test]
    fn documented_requests_return_the_documented_counts() {
        let rows = Rows::sample(1663);
        let (page, count) = select("limit=100&offset=0", &rows);
        assert_eq!((page.len(), count), (100, 1663));
        let (page, count) = select("resource_type=OS::Nova::Server&limit=5&offset=0", &rows);
        assert_eq!((page.len(), count), (5, 150));
    }

    #[test]
    fn pages_are_windows_of_the_list_for_any_selection() {
        let rows = Rows::sample(1663);
        let newest = all(&rows);
        let oldest: Vec<_> = newest.iter().rev().copied().collect();
        let slow = "own_type=private&enterprise_project_id=all_granted_eps";
        for (sort, expected) in [
            ("", &newest),
            ("sort=created_at:desc,id:desc", &newest),
            ("sort=created_at:asc,id:asc", &oldest),
        ] {
            for (offset, limit) in [(0, 1), (0, 1000), (999, 3), (1600, 100), (1663, 5), (9999, 5)]
            {
                let first = offset.min(1663);
                let expected = &expected[first..(first + limit).min(1663)];
                let query = format!("{sort}&limit={limit}&offset={offset}");
                assert_eq!(select(&query, &rows), (expected.to_vec(), 1663), "{query}");
                let query = format!("{query}&{slow}");
                assert_eq!(select(&query, &rows), (expected.to_vec(), 1663), "{query}");
            }
        }
    }

    #[test]
    fn a_page_starts_after_its_marker() {
        let rows = Rows::sample(50);
        let ids = all(&rows);
        let (page, count) = select(&format!("marker={}&limit=5", ids[9].text()), &rows);
        assert_eq!((page, count), (ids[10..15].to_vec(), 50));
        let (page, _) = select(&format!("marker={}&offset=2&limit=5", ids[9].text()), &rows);
        assert_eq!(page, ids[12..17]);
        let (page, _) = select(&format!("marker={}", ids[49].text()), &rows);
        assert_eq!(page, []);
        let unknown = read("marker=00000000-0000-4000-8000-000000000000");
        assert_eq!(Page::select(&unknown, &rows).unwrap_err(), InvalidParameter("marker"));
    }

    #[test]
    fn shared_backups_are_listed_by_own_type_only() {
        const SHARED: usize = 12;
        let rows = Rows::sample(1663);
        assert_eq!(select("own_type=private", &rows).1, 1663);
        assert_eq!(select("own_type=shared", &rows).1, SHARED);
        assert_eq!(select("own_type=all_granted", &rows).1, 1663 + SHARED);
        for status in ["pending", "accepted", "rejected"] {
            assert_eq!(select(&format!("own_type=shared&member_status={status}"), &rows).1, 4);
            assert_eq!(select(&format!("member_status={status}"), &rows).1, 0);
        }
        let page = Page::select(&read("own_type=all_granted"), &rows).unwrap();
        assert!(page.rows.windows(2).all(|pair| pair[0].created >= pair[1].created));
    }

    #[test]
    fn volumes_are_listed_by_their_parent() {
        let rows = Rows::sample(1663);
        let server = rows.iter().find(|row| row.volumes().count() == 3).unwrap();
        let (page, count) = select(&format!("parent_id={}", server.id.text()), &rows);
        assert_eq!(count, 3);
        assert!(page.iter().all(|id| id.whole() == server.id && *id != server.id));
        assert_eq!(select(&format!("parent_id={}", page[0].text()), &rows).1, 0);
    }

    #[test]
    fn the_body_echoes_the_query_and_has_replication_records_on_request() {
        let rows = Rows::sample(200);
        for (query, filled) in
            [("limit=100&offset=3", false), ("limit=100&offset=3&show_replication=true", true)]
        {
            let query = read(query);
            let body = Page::select(&query, &rows).unwrap().body(&query);
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(
                (&body["count"], &body["offset"], &body["limit"]),
                (&200.into(), &3.into(), &100.into())
            );
            let backups = body["backups"].as_array().unwrap();
            assert_eq!(backups.len(), 100);
            let records = |backup: &serde_json::Value| {
                backup["replication_records"].as_array().map_or(0, Vec::len)
            };
            assert_eq!(backups.iter().any(|backup| records(backup) > 0), filled);
        }
    }

    /// Returns the ids on a page of the default account, and the rest of the body.
    fn page(query: &str, misbehaviors: &[&Misbehavior]) -> (Vec<String>, Value) {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let body = answer(&pairs, &Rows::sample(1663), misbehaviors).unwrap();
        let mut body: Value = serde_json::from_slice(&body).unwrap();
        let backups = body["backups"].take();
        let ids =
            backups.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
        (ids.collect(), body)
    }

    #[test]
    fn each_misbehavior_changes_only_its_own_part() {
        let requested = "limit=100&offset=50";
        let (truth, body) = page(requested, &[]);
        let first_page = page("limit=100&offset=0", &[]).0;
        let by_id = page("limit=100&offset=50&sort=id:asc", &[]).0;
        let repeated: Vec<_> = truth.iter().chain(truth.first()).cloned().collect();
        for (misbehavior, rows) in [
            (Misbehavior::Count(-7), truth.clone()),
            (Misbehavior::NoCount, truth.clone()),
            (Misbehavior::Clamp(30), truth[..30].to_vec()),
            (Misbehavior::Clamp(300), truth.clone()),
            (Misbehavior::CountPage, truth.clone()),
            (Misbehavior::Hide(50), truth[1..].to_vec()),
            (Misbehavior::Hide(149), truth[..99].to_vec()),
            (Misbehavior::Hide(49), truth.clone()),
            (Misbehavior::Hide(150), truth.clone()),
            (Misbehavior::WrapOffset, first_page.clone()),
            (Misbehavior::End(60), truth[..10].to_vec()),
            (Misbehavior::End(10), vec![]),
            (Misbehavior::Repeat, repeated),
            (Misbehavior::IgnoreLimit, page("offset=50", &[]).0),
            (Misbehavior::IgnoreOffset, first_page),
            (Misbehavior::IgnoreSort, by_id),
        ] {
            let (found, rest) = page(requested, &[&misbehavior]);
            assert_eq!(found, rows, "{misbehavior:?}");
            match misbehavior {
                Misbehavior::Count(count) => assert_eq!(rest["count"], count),
                Misbehavior::CountPage => assert_eq!(rest["count"], 100),
                Misbehavior::NoCount => assert!(rest.get("count").is_none()),
                _ => assert_eq!(rest, body, "{misbehavior:?}"),
            }
        }
    }
}
