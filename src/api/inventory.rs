//! Requests for vaults, protectables, policies and tasks.
//!
//! These lists cannot be sorted, so paging proves nothing while they change. A list is complete if
//! one page holds as many rows as its count, or if two passes return the same ids, as many as
//! counted.
//!
//! Source: API pages "Querying the Vault List", "Querying Protectable Resources", "Querying the
//! Policy List" and "Querying Tasks".

use std::collections::BTreeSet;

use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::client::{Client, Pair, RequestSpec};
use super::error::ApiError;
use crate::record::inventory::{Identified, Policy, Protectable, Task, Vault};

/// Rows per page of vaults and tasks: the maximum.
const PAGE_SIZE: usize = 1000;

/// Rows per page of protectables: the maximum.
const PROTECTABLES_PAGE_SIZE: usize = 50;

/// Maximum number of passes over a list.
const MAX_PASSES: usize = 4;

/// Maximum number of pages of a pass, in case the pages never end.
const MAX_PAGES: usize = 10_000;

/// Types of protectables, and whether their offset counts pages instead of rows. Servers are paged
/// by another service, which counts pages from 1.
const PROTECTABLE_TYPES: [(&str, bool); 4] =
    [("server", true), ("disk", false), ("turbo", false), ("workspace_v2", false)];

/// A list that was read.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    /// True if the list is proven complete.
    pub(crate) is_complete: bool,
}

/// A page of a list.
struct Page<T> {
    items: Vec<T>,
    count: Option<usize>,
}

impl<T: Identified> Listed<T> {
    fn empty() -> Self {
        Self { items: Vec::new(), is_complete: true }
    }

    /// Returns the ids.
    fn ids(&self) -> BTreeSet<String> {
        self.items.iter().map(|item| item.id().to_owned()).collect()
    }
}

/// Requests all vaults.
///
/// # Errors
///
/// Those of the requests.
pub(crate) async fn vaults(client: &Client) -> Result<Listed<Vault>, ApiError> {
    proven(async || {
        let mut pass = Pass::new(PAGE_SIZE, false);
        while let Some(offset) = pass.next_offset() {
            pass.add(page(client, "/vaults", "vaults", &pass.pairs(offset, &[])).await?);
        }
        Ok(pass)
    })
    .await
}

/// Requests the failed, skipped and timed-out backup tasks since a time in the API's form.
///
/// # Errors
///
/// Those of the requests.
pub(crate) async fn tasks(client: &Client, since: &str) -> Result<Listed<Task>, ApiError> {
    let mut all = Listed::empty();
    for status in ["failed", "skipped", "timeout"] {
        let pairs = [("operation_type", "backup"), ("status", status), ("start_time", since)]
            .map(|(name, value)| (name, value.to_owned()));
        let mut pass = Pass::new(PAGE_SIZE, false);
        while let Some(offset) = pass.next_offset() {
            let pairs = pass.pairs(offset, &pairs);
            pass.add(page(client, "/operation-logs", "operation_logs", &pairs).await?);
        }
        all.is_complete &= pass.is_counted();
        all.items.extend(pass.items);
    }
    Ok(all)
}

/// Requests all backup policies. The list is not paged.
///
/// # Errors
///
/// Those of the request.
pub(crate) async fn policies(client: &Client) -> Result<Listed<Policy>, ApiError> {
    let pairs = [("operation_type", "backup".to_owned())];
    let Page { items, count } = page(client, "/policies", "policies", &pairs).await?;
    let is_complete = count.is_none_or(|count| count == items.len());
    Ok(Listed { items, is_complete })
}

/// Requests all resources that could be backed up. The list has no count, so it is complete if two
/// passes agree.
///
/// # Errors
///
/// Those of the requests.
pub(crate) async fn protectables(client: &Client) -> Result<Listed<Protectable>, ApiError> {
    let mut all = Listed::empty();
    for (kind, counts_pages) in PROTECTABLE_TYPES {
        let path = format!("/protectables/{kind}/instances");
        let listed = proven(async || {
            let mut pass = Pass::new(PROTECTABLES_PAGE_SIZE, counts_pages);
            while let Some(offset) = pass.next_offset() {
                pass.add(page(client, &path, "instances", &pass.pairs(offset, &[])).await?);
            }
            Ok(pass)
        })
        .await?;
        all.is_complete &= listed.is_complete;
        all.items.extend(listed.items);
    }
    Ok(all)
}

/// Reads a list until it is proven complete, at most [`MAX_PASSES`] times.
async fn proven<T: Identified>(
    pass: impl AsyncFn() -> Result<Pass<T>, ApiError>,
) -> Result<Listed<T>, ApiError> {
    let mut before: Option<Listed<T>> = None;
    for _ in 0..MAX_PASSES {
        let pass = pass().await?;
        let (is_single, is_counted) = (pass.pages == 1, pass.is_counted());
        let has_count = pass.count.is_some();
        let mut listed = Listed { items: pass.items, is_complete: false };
        let agrees = before.as_ref().is_some_and(|before| before.ids() == listed.ids());
        listed.is_complete = is_single && has_count && is_counted || agrees && is_counted;
        if listed.is_complete {
            return Ok(listed);
        }
        before = Some(listed);
    }
    Ok(before.unwrap_or_else(Listed::empty))
}

/// One pass over the pages of a list.
struct Pass<T> {
    limit: usize,
    /// Offsets are page numbers from 1.
    counts_pages: bool,
    items: Vec<T>,
    known: BTreeSet<String>,
    /// Rows so far, including repeated ones.
    rows: usize,
    pages: usize,
    count: Option<usize>,
    /// All answers gave one count, and no row was repeated.
    is_steady: bool,
    /// The last page had fewer rows than requested.
    is_short: bool,
    /// Rows followed a short page, so rows may be missing between them.
    is_torn: bool,
    is_done: bool,
}

impl<T: Identified> Pass<T> {
    fn new(limit: usize, counts_pages: bool) -> Self {
        Self {
            limit,
            counts_pages,
            items: Vec::new(),
            known: BTreeSet::new(),
            rows: 0,
            pages: 0,
            count: None,
            is_steady: true,
            is_short: false,
            is_torn: false,
            is_done: false,
        }
    }

    /// Returns the offset of the next page, or `None` after the last.
    fn next_offset(&self) -> Option<usize> {
        let offset = if self.counts_pages { self.pages + 1 } else { self.rows };
        (!self.is_done && self.pages < MAX_PAGES).then_some(offset)
    }

    /// Returns the parameters of a page. The first page has no offset: some clouds require at least
    /// 1.
    fn pairs(&self, offset: usize, more: &[Pair]) -> Vec<Pair> {
        let mut pairs = more.to_vec();
        pairs.push(("limit", self.limit.to_string()));
        if self.pages > 0 {
            pairs.push(("offset", offset.to_string()));
        }
        pairs
    }

    /// Adds a page. A page without new rows is the last, and so is one that reaches the count.
    fn add(&mut self, page: Page<T>) {
        let (length, new) = (page.items.len(), self.items.len());
        for item in page.items {
            if self.known.insert(item.id().to_owned()) {
                self.items.push(item);
            } else {
                self.is_steady = false;
            }
        }
        self.is_steady &= self.pages == 0 || self.count == page.count;
        self.pages += 1;
        self.rows += length;
        self.count = page.count;
        let has_new = self.items.len() > new;
        // Without a count, nothing else reveals omitted rows. Offsets that are page numbers skip
        // them.
        self.is_torn |= has_new && self.is_short && self.count.is_none();
        self.is_short = length < self.limit;
        let is_end = match self.count {
            Some(count) => self.items.len() >= count,
            // The service may cap pages, so a short page is not the end.
            None => length == 0,
        };
        self.is_done = is_end || !has_new;
    }

    /// Returns true if nothing contradicts that all rows were read.
    fn is_counted(&self) -> bool {
        let is_whole = self.count.is_none_or(|count| count == self.items.len());
        is_whole
            && self.is_done
            && !self.is_torn
            && (self.is_steady || self.counts_pages || self.count.is_none())
    }
}

/// Requests one page. Rows that are not objects are skipped.
async fn page<T: DeserializeOwned + Identified>(
    client: &Client,
    path: &str,
    key: &str,
    pairs: &[Pair],
) -> Result<Page<T>, ApiError> {
    // Protectables contain the user data of servers.
    let request = RequestSpec { is_private: true, ..RequestSpec::get(path, pairs) };
    client
        .ask(&request, |body, _| {
            let mut answer: Value = serde_json::from_str(body.text())?;
            let count = answer.get("count").and_then(Value::as_u64);
            let count = count.and_then(|count| usize::try_from(count).ok());
            let Some(Value::Array(rows)) = answer.get_mut(key).map(Value::take) else {
                return Err(serde_json::Error::custom(format!("no list `{key}`")));
            };
            let items: Option<Vec<T>> =
                rows.into_iter().map(|row| serde_json::from_value(row).ok()).collect();
            let invalid = || serde_json::Error::custom(format!("an entry of `{key}` is invalid"));
            let items = items.ok_or_else(invalid)?;
            if items.iter().any(|item| item.id().is_empty()) {
                return Err(serde_json::Error::custom(format!("an entry of `{key}` has no id")));
            }
            Ok(Page { items, count })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[&str], count: Option<usize>) -> Page<Vault> {
        let vault = |id: &&str| Vault { id: (*id).to_owned(), ..Vault::default() };
        Page { items: ids.iter().map(vault).collect(), count }
    }

    /// Offsets that are requested, ids, and whether all were read, for these pages.
    fn read(counts_pages: bool, pages: Vec<Page<Vault>>) -> (Vec<usize>, String, bool) {
        let mut pass = Pass::new(2, counts_pages);
        let (mut offsets, mut pages) = (Vec::new(), pages.into_iter());
        while let Some(offset) = pass.next_offset() {
            offsets.push(offset);
            pass.add(pages.next().unwrap());
        }
        assert!(pages.next().is_none(), "all pages are read");
        let ids = pass.items.iter().map(Identified::id).collect();
        let is_counted = pass.is_counted();
        (offsets, ids, is_counted)
    }

    #[test]
    fn a_pass_ends_at_the_count_or_without_new_rows() {
        let cases = [
            (false, vec![page(&["a", "b"], Some(2))], (vec![0], "ab", true)),
            (false, vec![page(&[], Some(0))], (vec![0], "", true)),
            (
                false,
                vec![page(&["a", "b"], Some(3)), page(&["c"], Some(3))],
                (vec![0, 2], "abc", true),
            ),
            // A row was deleted, so one was skipped or repeated.
            (
                false,
                vec![page(&["a", "b"], Some(4)), page(&["b", "c"], Some(3))],
                (vec![0, 2], "abc", false),
            ),
            // Fewer rows than the count.
            (
                false,
                vec![page(&["a", "b"], Some(5)), page(&["c"], Some(5)), page(&[], Some(5))],
                (vec![0, 2, 3], "abc", false),
            ),
            // No count: the end is a page without new rows.
            (
                false,
                vec![page(&["a", "b"], None), page(&["c"], None), page(&[], None)],
                (vec![0, 2, 3], "abc", true),
            ),
            // A page in the middle is short: its omitted rows are not on the next one.
            (
                true,
                vec![page(&["a"], None), page(&["c", "d"], None), page(&[], None)],
                (vec![1, 2, 3], "acd", false),
            ),
            // Offsets of servers are page numbers, and the page past the end repeats the last one.
            (
                true,
                vec![page(&["a", "b"], None), page(&["c"], None), page(&["c"], None)],
                (vec![1, 2, 3], "abc", true),
            ),
        ];
        for (number, (counts_pages, pages, expected)) in cases.into_iter().enumerate() {
            let (offsets, ids, is_counted) = read(counts_pages, pages);
            assert_eq!((offsets, ids.as_str(), is_counted), expected, "case {number}");
        }
    }
}
