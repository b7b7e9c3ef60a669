//! The columns of a coverage, and a row for each resource.

use serde_json::{Value, json};

use super::Assessment;
use crate::output::ColumnSets;
use crate::record::column::{Column, ColumnKind, Visibility, computed};
use crate::time;

use ColumnKind::{Age, Id, Number, Status, Text, Time, Type};
use Visibility::{Nested, Table};

/// Every column of a coverage.
pub(crate) const COVERAGE_COLUMNS: &[Column] = &[
    computed("state", "whether there is a recent usable backup", Status, Table(0)),
    computed("resource_name", "name of the resource", Text, Table(0)).or(&["resource", "name"]),
    computed("newest", "when the newest usable backup was created", Time, Table(4)),
    computed("age", "age of the newest usable backup, in seconds", Age, Table(2)),
    computed("count", "number of usable backups", Number, Table(3)),
    computed("oldest", "when the oldest usable backup was created", Time, Table(7)),
    computed("vault_name", "name of the vault", Text, Table(5)).or(&["vault"]),
    computed("last_try", "when the newest backup was created, usable or not", Time, Table(6)),
    computed("why", "why the state is not ok, with --why", Text, Table(4)),
    computed("last_status", "status of the newest backup", Status, Nested),
    computed("resource_id", "ID of the resource", Id, Nested),
    computed("resource_type", "type of the resource", Type, Nested).or(&["type"]),
    computed("vault_id", "ID of the vault", Id, Nested),
    computed("max_age", "age from which a backup is stale, in seconds", Age, Nested),
];

/// Returns the columns, by default with `why` if it was asked for.
pub(crate) fn columns(why: bool) -> ColumnSets {
    let is_default =
        |column: &&Column| column.visibility != Nested && (why || column.name != "why");
    let default = COVERAGE_COLUMNS.iter().filter(is_default).copied().collect();
    ColumnSets::computed(COVERAGE_COLUMNS, default)
}

impl Assessment {
    /// Returns the row as the JSON text of an object. `now` is in microseconds since 1970.
    pub(crate) fn to_json(&self, now: i64) -> String {
        const SECOND: i64 = 1_000_000;
        let time = |at: Option<i64>| at.and_then(time::rfc3339).map_or(Value::Null, Value::from);
        let status = self.last_try.as_ref().map(|(_, status)| status);
        json!({
            "state": self.state.name(),
            "resource_name": self.name,
            "newest": time(self.newest),
            "age": self.newest.map(|newest| (now - newest).div_euclid(SECOND)),
            "count": self.usable,
            "oldest": time(self.oldest),
            "vault_name": self.vault_name,
            "last_try": time(self.last_try.as_ref().map(|(at, _)| *at)),
            "why": self.why,
            "last_status": status,
            "resource_id": self.resource_id,
            "resource_type": self.resource_type,
            "vault_id": self.vault_id,
            "max_age": self.max_age / SECOND,
        })
        .to_string()
    }
}
