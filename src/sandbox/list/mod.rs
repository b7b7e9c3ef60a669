//! `GET /v3/{project_id}/backups`: the query, and the page that answers it.
//!
//! The API leaves some things open; where it does, the sandbox is strict (a parameter given twice or
//! out of its range is refused) so that it finds mistakes, or takes the likelier meaning (`name` is a
//! substring, times are those of `created_at`, bounds included).

mod filter;
mod page;
mod query;
mod sort;

pub(super) use page::Page;
pub(super) use query::{Invalid, Query};
