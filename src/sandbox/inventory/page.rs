//! A page of a source. Each source has its own way to select and describe pages.

use serde_json::{Map, Value, json};

use super::faults::SourceFault;
use crate::sandbox::query::{InvalidParameter, LIMIT, Parameters, whole};
use crate::sandbox::uuid::Uuid;

/// Matching items, and the page of them that is requested.
pub(super) struct Page {
    pub(super) key: &'static str,
    pub(super) items: Vec<Value>,
    pub(super) paging: Paging,
}

/// How pages are selected.
#[derive(Clone, Copy)]
pub(super) enum Paging {
    /// All items; the response has a count.
    Whole,
    /// Rows `offset` to `offset + limit`; the response has a count and echoes both.
    Counted { offset: usize, limit: usize },
    /// `limit` rows from a position. The response has nothing beside the rows.
    Uncounted { start: usize, limit: usize },
}

/// Maximum and default number of protectable resources per page.
const UNCOUNTED_LIMIT: usize = 50;

impl Paging {
    /// Reads limit and offset.
    pub(super) fn counted(parameters: &Parameters<'_>) -> Result<Self, InvalidParameter> {
        Ok(Self::Counted { offset: offset(parameters)?, limit: limit(parameters, LIMIT)? })
    }

    /// Reads limit, offset and marker of protectable resources. The offset of servers is the number
    /// of a page, since the service passes it on to ECS: 0 and 1 are both the first.
    pub(super) fn uncounted(
        parameters: &Parameters<'_>,
        items: &[Value],
        offset_is_page: bool,
    ) -> Result<Self, InvalidParameter> {
        let limit = limit(parameters, UNCOUNTED_LIMIT)?;
        let offset = offset(parameters)?;
        let offset =
            if offset_is_page { offset.saturating_sub(1).saturating_mul(limit) } else { offset };
        let after_marker = match parameters.one("marker", Uuid::parse)? {
            None => 0,
            Some(marker) => {
                let marker = marker.text();
                let found = items.iter().position(|item| item["id"] == *marker);
                found.ok_or(InvalidParameter("marker"))? + 1
            }
        };
        Ok(Self::Uncounted { start: after_marker.saturating_add(offset), limit })
    }
}

fn offset(parameters: &Parameters<'_>) -> Result<usize, InvalidParameter> {
    Ok(parameters.one("offset", |text| whole(text, 0, usize::MAX))?.unwrap_or(0))
}

fn limit(parameters: &Parameters<'_>, most: usize) -> Result<usize, InvalidParameter> {
    Ok(parameters.one("limit", |text| whole(text, 1, most))?.unwrap_or(most))
}

impl Page {
    /// Returns the body of the response.
    pub(super) fn body(self, fault: Option<&SourceFault>) -> Vec<u8> {
        let Self { key, items, paging } = self;
        let count = items.len();
        let (start, limit) = match paging {
            Paging::Whole => (0, count),
            Paging::Counted { offset, limit } => (offset, limit),
            Paging::Uncounted { start, limit } => (start, limit),
        };
        let (mut start, mut limit) = (start, limit);
        if fault.is_some_and(SourceFault::repeats_rows) {
            start = start.saturating_sub(1);
        }
        if fault.is_some_and(SourceFault::shortens_pages) {
            limit = limit.min(count.saturating_sub(start)) / 2;
        }
        let page: Vec<_> = items.into_iter().skip(start).take(limit).collect();
        let mut body = Map::from_iter([(key.to_owned(), Value::from(page))]);
        if !matches!(paging, Paging::Uncounted { .. }) {
            body.insert("count".to_owned(), json!(count));
        }
        if let Paging::Counted { offset, limit } = paging {
            body.insert("offset".to_owned(), json!(offset));
            body.insert("limit".to_owned(), json!(limit));
        }
        Value::Object(body).to_string().into_bytes()
    }
}
