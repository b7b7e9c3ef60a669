//! The columns of a coverage, and a row for each resource.

use serde_json::{Value, json};

use super::Assessment;
use crate::output::ColumnSets;
use crate::record::column::{Column, ColumnKind, Visibility, computed, of_target};
use crate::time;

use ColumnKind::{Age, Id, Number, Status, Text, Time, Type, Word};
use Visibility::{Nested, Table};

pub(super) const RESOURCE_NAME: Column =
    computed("resource_name", "name of the resource", Text, Table(0)).or(&["resource", "name"]);
pub(super) const VAULT_NAME: Column =
    computed("vault_name", "name of the vault", Text, Table(5)).or(&["vault"]);
pub(super) const RESOURCE_ID: Column = computed("resource_id", "ID of the resource", Id, Nested);
pub(super) const RESOURCE_TYPE: Column =
    computed("resource_type", "type of the resource", Type, Nested).or(&["type"]);
pub(super) const VAULT_ID: Column = computed("vault_id", "ID of the vault", Id, Nested);

/// Start of a gap.
pub(super) const FROM: Column = computed(
    "from",
    "when the usable backup before the gap was created; empty if there is none",
    Time,
    Table(1),
);

/// End of a gap.
pub(super) const TO: Column = computed(
    "to",
    "when the usable backup after the gap was created, or the time of the run",
    Time,
    Table(2),
);

/// Length of a gap.
pub(super) const LENGTH: Column =
    computed("length", "length of the gap, in seconds", Age, Table(0));

/// Every column of a coverage.
pub(crate) const COVERAGE_COLUMNS: &[Column] = &[
    computed("state", "whether there is a recent usable backup", Status, Table(0)),
    RESOURCE_NAME,
    computed("newest", "when the newest usable backup was created", Time, Table(4)),
    computed("age", "age of the newest usable backup, in seconds", Age, Table(2)),
    computed("count", "number of usable backups", Number, Table(3)),
    computed("oldest", "when the oldest usable backup was created", Time, Table(7)),
    VAULT_NAME,
    computed("last_try", "when the newest backup was created, usable or not", Time, Table(6)),
    computed("why", "why the state is not ok, with --why", Text, Table(4)),
    computed("last_status", "status of the newest backup", Status, Nested),
    RESOURCE_ID,
    RESOURCE_TYPE,
    VAULT_ID,
    of_target("region", "region of the project", Word, Nested),
    of_target("project_id", "ID of the project", Id, Nested),
    of_target("project_name", "name of the project", Text, Nested),
    of_target("profile", "profile with the credentials", Text, Nested),
    computed("max_age", "age from which a backup is stale, in seconds", Age, Nested),
];

/// The columns of a coverage and of its gaps, for flags that accept both.
pub(crate) const NAMED_COLUMNS: &[Column] = &{
    let mut columns = [FROM; COVERAGE_COLUMNS.len() + 3];
    let mut index = 0;
    while index < COVERAGE_COLUMNS.len() {
        columns[index] = COVERAGE_COLUMNS[index];
        index += 1;
    }
    columns[index + 1] = TO;
    columns[index + 2] = LENGTH;
    columns
};

/// Returns the columns. Human-readable formats have `why` only if the user requests it.
pub(crate) fn columns(why: bool) -> ColumnSets {
    let is_default =
        |column: &&Column| column.visibility != Nested && (why || column.name != "why");
    let default = COVERAGE_COLUMNS.iter().filter(is_default).copied().collect();
    ColumnSets::computed(COVERAGE_COLUMNS, default).with_all_for_machines()
}

impl Assessment {
    /// Returns the row as the JSON text of an object. `now` is in microseconds since 1970.
    pub(crate) fn to_json(&self, now: i64) -> String {
        const SECOND: i64 = 1_000_000;
        let time = |at: Option<i64>| at.and_then(time::rfc3339).map_or(Value::Null, Value::from);
        let status = self.last_try.as_ref().map(|(_, status)| status);
        let row = json!({
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
        });
        self.tagged(row.to_string())
    }

    /// Returns a row of the resource with its target.
    pub(super) fn tagged(&self, row: String) -> String {
        match &self.target {
            Some(target) => target.tagged(&row),
            None => row,
        }
    }
}
