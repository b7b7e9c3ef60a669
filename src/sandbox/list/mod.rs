//! `GET /v3/{project_id}/backups`: the query, and the page that answers it.
//!
//! The API leaves some things open; where it does, the sandbox is strict (a parameter given twice
//! or out of its range is refused) so that it finds mistakes, or takes the likelier meaning (`name`
//! is a substring, times are those of `created_at`, bounds included).

mod filter;
mod lie;
mod page;
mod query;
mod sort;

pub(super) use lie::Misbehavior;
pub(super) use query::Invalid;

use super::rows::Rows;
use page::Page;
use query::Query;

/// Answers a query with a page, as JSON.
///
/// # Errors
///
/// When a parameter cannot be understood.
pub(super) fn answer(
    pairs: &[(String, String)],
    rows: &Rows,
    lies: &[&Misbehavior],
) -> Result<Vec<u8>, Invalid> {
    let asked = Query::read(pairs)?;
    let mut query = asked.clone();
    lies.iter().for_each(|lie| lie.bend_query(&mut query));
    let mut page = Page::select(&query, rows)?;
    lies.iter().for_each(|lie| lie.bend_page(&query, rows, &mut page));
    // The echo is that of the question, whatever became of it.
    Ok(page.body(&asked))
}
