//! Inconsistent answers: well-formed pages that do not match the request.

use super::page::Page;
use super::query::{LIMIT, Query};
use super::sort::Sort;
use crate::sandbox::rows::Rows;

/// One kind of inconsistent answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Misbehavior {
    /// Always reports this count.
    Count(i64),
    NoCount,
    /// Never more rows on a page than that.
    Clamp(usize),
    /// As many as are on the page.
    CountPage,
    /// Nothing after that many rows, whatever the count.
    End(usize),
    /// The row at that offset is counted, and never there.
    Hide(usize),
    /// The first row of each page once more at its end.
    Repeat,
    IgnoreLimit,
    IgnoreOffset,
    /// Rows from the first one on, as many as there would be at the offset.
    WrapOffset,
    /// Sorts by id, whatever was requested.
    IgnoreSort,
}

impl Misbehavior {
    /// Alters the query.
    pub(super) fn bend_query(&self, query: &mut Query) {
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
    pub(super) fn bend_page(&self, query: &Query, rows: &Rows, page: &mut Page) {
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
    use crate::sandbox::list::answer;

    /// The ids on a page of the documented account, and the rest of the body.
    fn page(query: &str, lies: &[&Misbehavior]) -> (Vec<String>, Value) {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let body = answer(&pairs, &Rows::new(1663), lies).unwrap();
        let mut body: Value = serde_json::from_slice(&body).unwrap();
        let backups = body["backups"].take();
        let ids =
            backups.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
        (ids.collect(), body)
    }

    #[test]
    fn each_lie_changes_what_it_says_and_nothing_else() {
        let asked = "limit=100&offset=50";
        let (truth, body) = page(asked, &[]);
        let first_page = page("limit=100&offset=0", &[]).0;
        let by_id = page("limit=100&offset=50&sort=id:asc", &[]).0;
        let repeated: Vec<_> = truth.iter().chain(truth.first()).cloned().collect();
        for (lie, rows) in [
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
            let (found, rest) = page(asked, &[&lie]);
            assert_eq!(found, rows, "{lie:?}");
            match lie {
                Misbehavior::Count(count) => assert_eq!(rest["count"], count),
                Misbehavior::CountPage => assert_eq!(rest["count"], 100),
                Misbehavior::NoCount => assert!(rest.get("count").is_none()),
                _ => assert_eq!(rest, body, "{lie:?}"),
            }
        }
    }
}
