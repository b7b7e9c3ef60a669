//! The page that answers a query.

use std::cmp::Reverse;

use super::filter::OwnType;
use super::query::{Invalid, Query};
use super::sort::Course;
use crate::sandbox::backup::{Row, record, shared};
use crate::sandbox::rows::Rows;

/// Some rows of a listing.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// How many rows match, on this page and elsewhere. None leaves the key out.
    pub(super) count: Option<i64>,
}

/// What one record takes, about, in bytes.
const RECORD: usize = 1100;

impl Page {
    fn new(rows: Vec<Row>, count: usize) -> Self {
        Self { rows, count: i64::try_from(count).ok() }
    }

    /// Looks up what was asked for.
    ///
    /// # Errors
    ///
    /// When no row has the id of the marker.
    pub(super) fn select(query: &Query, rows: &Rows) -> Result<Self, Invalid> {
        let course = query.sort.course();
        if query.filter.passes_all() && query.marker.is_none() && course != Course::Other {
            return Ok(Self::window(query, rows, course));
        }
        let mut matches = candidates(query, rows);
        matches.retain(|row| query.filter.passes(*row));
        query.sort.apply(&mut matches);
        let count = matches.len();
        let after_marker = match query.marker {
            None => 0,
            Some(marker) => {
                matches.iter().position(|row| row.id == marker).ok_or(Invalid("marker"))? + 1
            }
        };
        let start = after_marker.saturating_add(query.offset);
        let rows = matches.into_iter().skip(start).take(query.limit).collect();
        Ok(Self::new(rows, count))
    }

    /// A page of all of the account's backups, without looking at any other.
    fn window(query: &Query, rows: &Rows, course: Course) -> Self {
        let count = rows.len();
        let start = query.offset.min(count);
        let len = query.limit.min(count - start);
        let first = if course == Course::Backwards { count - start - len } else { start };
        let mut page: Vec<_> = rows.from(first).take(len).collect();
        if course == Course::Backwards {
            page.reverse();
        }
        Self::new(page, count)
    }

    /// The body of the answer, which repeats offset and limit of that query.
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

/// The rows that filters choose from, in their natural order.
fn candidates(query: &Query, rows: &Rows) -> Vec<Row> {
    if let Some(parent) = query.filter.parent_id {
        // The volumes in a backup are rows only for those who ask for them.
        return rows.find(parent).filter(|row| row.id == parent).map_or(Vec::new(), |row| {
            let mut volumes: Vec<_> = row.volumes().collect();
            volumes.reverse();
            volumes
        });
    }
    match query.filter.own_type {
        OwnType::Private => rows.iter().collect(),
        OwnType::Shared => shared().collect(),
        OwnType::AllGranted => {
            let mut all: Vec<_> = rows.iter().chain(shared()).collect();
            all.sort_by_key(|row| Reverse(row.key()));
            all
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::backup::Uuid;

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
    fn the_documented_requests() {
        let rows = Rows::new(1663);
        let (page, count) = select("limit=100&offset=0", &rows);
        assert_eq!((page.len(), count), (100, 1663));
        let (page, count) = select("resource_type=OS::Nova::Server&limit=5&offset=0", &rows);
        assert_eq!((page.len(), count), (5, 150));
    }

    #[test]
    fn pages_are_windows_of_the_whole_whatever_the_way_they_are_found() {
        let rows = Rows::new(1663);
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
    fn a_marker_is_the_last_row_that_was_seen() {
        let rows = Rows::new(50);
        let ids = all(&rows);
        let (page, count) = select(&format!("marker={}&limit=5", ids[9].text()), &rows);
        assert_eq!((page, count), (ids[10..15].to_vec(), 50));
        let (page, _) = select(&format!("marker={}&offset=2&limit=5", ids[9].text()), &rows);
        assert_eq!(page, ids[12..17]);
        let (page, _) = select(&format!("marker={}", ids[49].text()), &rows);
        assert_eq!(page, []);
        let unknown = read("marker=00000000-0000-4000-8000-000000000000");
        assert_eq!(Page::select(&unknown, &rows).unwrap_err(), Invalid("marker"));
    }

    #[test]
    fn shared_backups_are_seen_only_when_asked_for() {
        const SHARED: usize = 12;
        let rows = Rows::new(1663);
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
        let rows = Rows::new(1663);
        let server = rows.iter().find(|row| row.volumes().count() == 3).unwrap();
        let (page, count) = select(&format!("parent_id={}", server.id.text()), &rows);
        assert_eq!(count, 3);
        assert!(page.iter().all(|id| id.whole() == server.id && *id != server.id));
        assert_eq!(select(&format!("parent_id={}", page[0].text()), &rows).1, 0);
    }

    #[test]
    fn the_body_echoes_the_query_and_fills_replication_records_when_asked() {
        let rows = Rows::new(200);
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
}
