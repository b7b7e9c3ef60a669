//! ids: the id of each record, one per line, for loops and `xargs`.

use super::lines::Lines;
use crate::record::json::Json;
use crate::record::row::Row;
use crate::text::sanitize::visible;

pub(super) struct Ids;

impl Lines for Ids {
    /// Always adds one line. Ids of the service never contain characters that have to be escaped.
    fn push(&self, row: Row<'_>, text: &mut String) {
        let id = row.id().map(Json::text).unwrap_or_default();
        text.push_str(&visible(&id));
        text.push('\n');
    }

    fn head(&self) -> String {
        String::new()
    }
}
