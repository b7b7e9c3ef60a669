//! `cbr backups summary`: counts, sizes and dates of all backups, or by group.
//!
//! Keeps a few numbers per group, so memory grows only with the number of groups. Accepts backups
//! in any order. Knows nothing of formats.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::ControlFlow;

use jiff::Span;
use jiff::civil::Date;

use super::group::Group;
use crate::output::ColumnSets;
use crate::record::backup::{Backup, Field};
use crate::record::column::{Column, ColumnKind, Visibility, computed, of_target};
use crate::record::inventory::{Billing, Vault};
use crate::record::json::Json;
use crate::record::row::{Row, RowSink};
use crate::record::target::TargetTag;
use crate::time;

/// Every column of a summary, with one column per group.
pub(crate) const SUMMARY_COLUMNS: &[Column] = &[
    computed("resource_name", "name of what was backed up", Text, Table(0)).or(&["resource"]),
    computed("vault_name", "name of the vault", Text, Table(0)).or(&["vault"]),
    computed("resource_type", "type of what was backed up", Type, Table(0)).or(&["type"]),
    computed("status", "status, such as available", Status, Table(0)),
    // Unlike a name, an id can be shortened.
    computed("checkpoint_id", "ID of the restore point", Id, Table(1)),
    computed("day", "day of created_at", Word, Table(0)),
    computed("month", "month of created_at", Word, Table(0)),
    of_target("region", "region of the project", Word, Table(0)),
    of_target("project_id", "ID of the project", Id, Table(1)),
    of_target("project_name", "name of the project", Text, Table(1)),
    of_target("profile", "profile with the credentials", Text, Table(1)),
    computed("count", "number of backups", Number, Table(0)),
    computed("total_size", "sum of resource_size: not the space in the vault", Size, Table(7))
        .or(&["source_size"]),
    computed("oldest", "created_at of the oldest backup", Time, Table(6)),
    computed("newest", "created_at of the newest backup", Time, Table(2)),
    computed("next_expiry", "when the next backup expires", Time, Table(5)),
    computed("vault_size", "capacity of the vault, in GB", Size, Table(4)),
    computed("vault_used", "used capacity of the vault, in GB", Size, Table(3)),
    computed("resource_id", "ID of what was backed up", Id, Table(8)),
    computed("vault_id", "ID of the vault", Id, Table(8)),
];

use ColumnKind::{Id, Number, Size, Status, Text, Time, Type, Word};
use Visibility::Table;

/// Returns the columns of a summary by this group. `has_vaults` is true if names and sizes of
/// vaults are known.
pub(crate) fn columns(group: Option<Group>, has_vaults: bool) -> ColumnSets {
    let is_default = |column: &&Column| match column.name {
        "count" | "newest" | "oldest" | "next_expiry" | "total_size" => true,
        "resource_name" => group == Some(Group::Resource),
        "vault_name" | "vault_size" | "vault_used" => group == Some(Group::Vault) && has_vaults,
        name => group.is_some_and(|group| group.column() == name),
    };
    let shown = |column: &Column| {
        let mut column = *column;
        // Without the vaults, only the id identifies a vault.
        if column.name == "vault_id" && !has_vaults {
            column.visibility = Table(0);
        }
        column
    };
    let mut default: Vec<_> = SUMMARY_COLUMNS.iter().filter(is_default).map(shown).collect();
    if group == Some(Group::Vault) && !has_vaults {
        default.rotate_right(1);
    }
    ColumnSets::computed(SUMMARY_COLUMNS, default)
}

/// The summary of the backups so far.
pub(crate) struct Summary {
    group: Option<Group>,
    /// The current time in microseconds since 1970; later expiries are in the future.
    now: i64,
    /// Backups without a value are the group "".
    totals: HashMap<Box<str>, Total>,
}

/// Summary of one group. Moments are in microseconds since 1970.
#[derive(Default)]
struct Total {
    count: u64,
    /// In GB.
    size: u128,
    /// Number of backups of unknown size, which the sum omits.
    without_size: u64,
    oldest: Option<i64>,
    newest: Option<i64>,
    next_expiry: Option<i64>,
    /// The group's value.
    key: Box<str>,
    /// Target of the group, as JSON text, if groups of several targets are distinct.
    target: Option<Box<str>>,
    /// Name of the resource in the newest backup, as JSON text. Kept only when grouping by
    /// resource.
    resource_name: Option<Box<str>>,
}

impl Summary {
    /// Creates a summary of all backups, or of each group. `now` is in microseconds since 1970.
    pub(crate) fn new(group: Option<Group>, now: i64) -> Self {
        let mut totals = HashMap::new();
        if group.is_none() {
            // Without backups, the total is zero.
            totals.insert("".into(), Total::default());
        }
        Self { group, now, totals }
    }

    /// Adds the group of a target, which may have no backups.
    pub(crate) fn add_empty(&mut self, value: &str, target: Option<&TargetTag>) {
        let target = target.filter(|_| self.group == Some(Group::Project));
        let target: Option<Box<str>> = target.map(|target| target.value().into());
        let key = match &target {
            Some(target) => format!("{value}\n{target}"),
            None => value.to_owned(),
        };
        let total = || Total { key: value.into(), target, ..Total::default() };
        self.totals.entry(key.into()).or_insert_with(total);
    }

    /// Returns the number of backups of unknown size, which the sums omit.
    pub(crate) fn without_size(&self) -> u64 {
        self.totals.values().map(|total| total.without_size).sum()
    }

    /// Returns a row for each group, as the JSON text of an object: days and months newest first,
    /// other groups by descending count. The group without a value is last.
    ///
    /// `vaults` adds names and sizes.
    pub(crate) fn rows(mut self, vaults: &[Vault]) -> Vec<String> {
        self.fill_calendar();
        let sorted = self.sorted();
        let row = |(key, total): (&str, &Total)| {
            let mut row = String::from("{");
            let mut target = total.target.as_deref().map(str::to_owned);
            let mut add = |name: &str, value: Option<String>| {
                let comma = if row.len() > 1 { "," } else { "" };
                let value = value.unwrap_or_else(|| "null".to_owned());
                row.push_str(&format!("{comma}\"{name}\":{value}"));
            };
            if target.is_some() {
                add(Field::_target.name(), target.take());
            }
            if let Some(group) = self.group {
                add(group.column(), (!key.is_empty()).then(|| quoted(key)));
            }
            if self.group == Some(Group::Resource) {
                add("resource_name", total.resource_name.as_deref().map(str::to_owned));
            }
            if let Some(vault) = vaults.iter().find(|vault| vault.id == key) {
                let number = |number: Option<u64>| number.map(|number| number.to_string());
                let Billing { size, used, .. } = &vault.billing;
                add("vault_name", vault.name.as_deref().map(quoted));
                add("vault_size", number(*size));
                // The API reports the used capacity in MB.
                add("vault_used", number(used.map(|megabytes| megabytes.div_ceil(1024))));
            }
            let time = |moment: Option<i64>| Some(quoted(&time::rfc3339(moment?)?));
            add("count", Some(total.count.to_string()));
            add("total_size", Some(total.size.to_string()));
            add("oldest", time(total.oldest));
            add("newest", time(total.newest));
            add("next_expiry", time(total.next_expiry));
            row + "}"
        };
        sorted.into_iter().map(row).collect()
    }

    /// Adds the days or months without backups between the first and the last, so that a gap is
    /// visible.
    fn fill_calendar(&mut self) {
        /// Maximum number of added rows. A wrong date may be far off.
        const MAX_ADDED: usize = 4000;
        let Some(group) = self.group.filter(|group| group.is_calendar()) else { return };
        let dates = self.totals.keys().filter_map(|key| first_day(key));
        let Some((first, last)) = dates.clone().min().zip(dates.max()) else { return };
        let step = if group == Group::Day { Span::new().days(1) } else { Span::new().months(1) };
        let length = if group == Group::Day { "2020-02-21".len() } else { "2020-02".len() };
        let between: Vec<_> =
            first.series(step).take_while(|date| *date < last).take(MAX_ADDED + 1).collect();
        if between.len() > MAX_ADDED {
            return;
        }
        for date in between {
            let mut key = date.to_string();
            key.truncate(length);
            let total = || Total { key: key.as_str().into(), ..Total::default() };
            self.totals.entry(key.as_str().into()).or_insert_with(total);
        }
    }

    fn sorted(&self) -> Vec<(&str, &Total)> {
        let mut totals: Vec<_> = self.totals.values().map(|total| (&*total.key, total)).collect();
        let calendar = self.group.is_some_and(Group::is_calendar);
        totals.sort_unstable_by(|(key, total), (other_key, other)| {
            let order = match calendar {
                true => other_key.cmp(key),
                false => other.count.cmp(&total.count).then_with(|| key.cmp(other_key)),
            };
            match (key.is_empty(), other_key.is_empty()) {
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                _ => order,
            }
        });
        totals
    }
}

impl RowSink for Summary {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        let backup = row.backup();
        let key = self.group.and_then(|group| group.unique_key(&backup)).unwrap_or_default();
        let named = self.group == Some(Group::Resource);
        // Copies a key once per group, not per backup.
        let total = match self.totals.get_mut(&*key) {
            Some(total) => total,
            None => {
                let group = self.group;
                let value = group.and_then(|group| group.key(&backup)).unwrap_or_default();
                let target = group.and_then(|group| group.target(&backup));
                let total = Total { key: value.into(), target, ..Total::default() };
                self.totals.entry(key.into()).or_insert(total)
            }
        };
        total.add(&backup, self.now, named);
        Ok(ControlFlow::Continue(()))
    }
}

impl Total {
    fn add(&mut self, backup: &Backup<'_>, now: i64, named: bool) {
        let instant = |field: Option<Json<'_>>| time::instant(&field?.text());
        self.count += 1;
        match backup.get(Field::resource_size).and_then(|size| size.text().parse::<u128>().ok()) {
            Some(size) => self.size = self.size.saturating_add(size),
            None => self.without_size += 1,
        }
        if let Some(created) = instant(backup.get(Field::created_at)) {
            if named && self.newest.is_none_or(|newest| created > newest) {
                self.resource_name =
                    backup.get(Field::resource_name).map(|name| name.as_sent().into());
            }
            self.oldest = Some(self.oldest.map_or(created, |oldest| oldest.min(created)));
            self.newest = self.newest.max(Some(created));
        }
        if let Some(expiry) = instant(backup.get(Field::expired_at)).filter(|expiry| *expiry >= now)
        {
            self.next_expiry = Some(self.next_expiry.map_or(expiry, |next| next.min(expiry)));
        }
    }
}

/// Returns the first day of a day or month.
fn first_day(key: &str) -> Option<Date> {
    key.parse().or_else(|_| format!("{key}-01").parse()).ok()
}

/// Returns text as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::row::RowSpan;

    const NOW: &str = "2026-11-01T00:00:00Z";

    fn summary(group: Option<Group>, records: &[&str]) -> (Vec<Vec<String>>, u64) {
        let mut summary = Summary::new(group, time::instant(NOW).unwrap());
        for record in records {
            let _ = summary.push(RowSpan::alone(record).unwrap().row(record)).unwrap();
        }
        let without_size = summary.without_size();
        let rows = summary.rows(&[]).into_iter().map(|row| {
            let mut cells = Vec::new();
            Json::new(&row).fields(|_, value| {
                let text = if value.is_null() { "".into() } else { value.text() };
                cells.push(text.into_owned());
            });
            cells
        });
        (rows.collect(), without_size)
    }

    const RECORDS: [&str; 5] = [
        r#"{"vault_id":"v","resource_id":"r","resource_name":"new","resource_size":40,
            "created_at":"2026-10-31T01:00:00","expired_at":"2026-11-30T00:00:00"}"#,
        r#"{"vault_id":"v","resource_id":"r","resource_name":"old","resource_size":2,
            "created_at":"2026-10-30T01:00:00.5","expired_at":"2026-10-31T00:00:00"}"#,
        r#"{"vault_id":"w","resource_id":"s","resource_size":null,
            "created_at":"2026-10-31T23:30:00-01:00","expired_at":"2026-11-01T00:00:00"}"#,
        r#"{"vault_id":null,"resource_size":"1","created_at":"soon","expired_at":null}"#,
        r#"{"vault_id":"w","resource_size":12345678901234567890123,"created_at":"2025-01-01T00:00:00"}"#,
    ];

    #[test]
    fn without_groups_there_is_exactly_one_row() {
        let (rows, without_size) = summary(None, &RECORDS);
        let expected = [
            "5",
            "12345678901234567890166",
            "2025-01-01T00:00:00.000000Z",
            "2026-11-01T00:30:00.000000Z",
            "2026-11-01T00:00:00.000000Z",
        ];
        assert_eq!((rows, without_size), (vec![expected.map(str::to_owned).to_vec()], 1));
        assert_eq!(summary(None, &[]).0, [["0", "0", "", "", ""]]);
        assert!(summary(Some(Group::Vault), &[]).0.is_empty());
    }

    #[test]
    fn each_group_is_summarized_separately() {
        let rows = |group| -> Vec<String> {
            let rows = summary(Some(group), &RECORDS).0;
            rows.iter().map(|row| row.join(" ").trim_end().to_owned()).collect()
        };
        assert_eq!(
            rows(Group::Vault),
            [
                "v 2 42 2026-10-30T01:00:00.500000Z 2026-10-31T01:00:00.000000Z \
                 2026-11-30T00:00:00.000000Z",
                "w 2 12345678901234567890123 2025-01-01T00:00:00.000000Z \
                 2026-11-01T00:30:00.000000Z 2026-11-01T00:00:00.000000Z",
                " 1 1",
            ]
        );
        let months = rows(Group::Month);
        assert_eq!(months.len(), 24, "22 months from January 2025, the next one, and no month");
        assert_eq!(months[2], "2026-09 0 0");
        let months: Vec<_> = months.into_iter().filter(|row| !row.ends_with(" 0 0")).collect();
        assert_eq!(
            months,
            [
                "2026-11 1 0 2026-11-01T00:30:00.000000Z 2026-11-01T00:30:00.000000Z \
                 2026-11-01T00:00:00.000000Z",
                "2026-10 2 42 2026-10-30T01:00:00.500000Z 2026-10-31T01:00:00.000000Z \
                 2026-11-30T00:00:00.000000Z",
                "2025-01 1 12345678901234567890123 2025-01-01T00:00:00.000000Z \
                 2025-01-01T00:00:00.000000Z",
                " 1 1",
            ]
        );
        let by_resource = rows(Group::Resource);
        assert!(by_resource[0].starts_with("r new 2 42 "), "{by_resource:?}");
        assert!(by_resource[1].starts_with("s  1 0 "), "{by_resource:?}");
        assert!(by_resource[2].starts_with("  2 "), "{by_resource:?}");
    }
}
