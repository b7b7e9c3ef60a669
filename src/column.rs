//! The columns: one table that drives `--columns`, its errors and completion, and the headers of
//! every format.
//!
//! To add a column, add its line to [`COLUMNS`]; a value from inside a nested object gets a dotted
//! name and a function that digs it out. Knows nothing of how a value is laid out or written.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::backup::Backup;
use crate::json::Json;

/// One column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    /// The API's name of the field. Formats for people head the column with it in upper case.
    pub(crate) name: &'static str,
    /// A few words, with the unit where there is one.
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// Finds the value in a record; `None` where there is none.
    pub(crate) value: for<'a> fn(&Backup<'a>) -> Option<Json<'a>>,
}

/// What a value is, which decides how it is aligned, shortened and normalised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Identifies something; half of it is worth nothing.
    Id,
    /// One of a few short words of the service.
    Word,
    /// A person's or program's own words, of any length.
    Text,
    /// A point in time; UTC where the service names no zone.
    Time,
    /// A number.
    Number,
}

/// Which default sets a column belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// `table` and `wide`. On a narrow terminal the columns of `table` with the highest rank give
    /// way first; rank 0 stays.
    Table(u8),
    /// `wide`.
    Wide,
    /// Only where every column is shown (csv, one backup) and where `--columns` asks for it.
    Asked,
}

use Kind::{Id, Number, Text, Time, Word};
use Place::{Asked, Table, Wide};

/// Every column, in the order of the API page.
pub(crate) const COLUMNS: &[Column] = &[
    column("id", "ID of the backup", Id, Table(0), |b| b.id),
    column("name", "name of the backup", Text, Table(4), |b| b.name),
    column("checkpoint_id", "ID of the restore point it was made with", Id, Asked, |b| {
        b.checkpoint_id
    }),
    column("project_id", "ID of the project", Id, Asked, |b| b.project_id),
    column("vault_id", "ID of the vault that holds it", Id, Wide, |b| b.vault_id),
    column("provider_id", "ID of the kind of backup", Id, Asked, |b| b.provider_id),
    column("resource_id", "ID of what was backed up", Id, Wide, |b| b.resource_id),
    column("resource_name", "name of what was backed up", Text, Table(3), |b| b.resource_name),
    column("resource_type", "type of what was backed up", Word, Table(5), |b| b.resource_type),
    column("resource_size", "size of what was backed up, in GB", Number, Table(7), |b| {
        b.resource_size
    }),
    column("resource_az", "availability zone", Text, Wide, |b| b.resource_az),
    column("status", "status, such as available", Word, Table(1), |b| b.status),
    column("image_type", "backup, or replication (a copy)", Word, Wide, |b| b.image_type),
    column("created_at", "when it was created, in UTC", Time, Table(2), |b| b.created_at),
    column("updated_at", "when it last changed, in UTC", Time, Asked, |b| b.updated_at),
    column("protected_at", "when it was protected, in UTC", Time, Asked, |b| b.protected_at),
    column("expired_at", "when it expires, in UTC; none if kept", Time, Table(6), |b| b.expired_at),
    column("description", "description", Text, Wide, |b| b.description),
    column("parent_id", "ID of the backup that this one is part of", Id, Wide, |b| b.parent_id),
    column(
        "enterprise_project_id",
        "ID of the enterprise project, 0 is the default",
        Id,
        Asked,
        |b| b.enterprise_project_id,
    ),
    column("incremental", "true, or false for a full backup", Word, Wide, |b| b.incremental()),
    column("version", "version of the snapshot", Number, Asked, |b| b.version),
    column("scheduled_operation_id", "ID of the policy that made it", Id, Asked, |b| {
        b.scheduled_operation_id
    }),
];

/// Keeps the table above to one line a column.
const fn column(
    name: &'static str,
    help: &'static str,
    kind: Kind,
    place: Place,
    value: for<'a> fn(&Backup<'a>) -> Option<Json<'a>>,
) -> Column {
    Column { name, help, kind, place, value }
}

impl Column {
    /// What stands above the column in the formats for people.
    pub(crate) fn heading(&self) -> String {
        self.name.to_ascii_uppercase()
    }
}

/// The columns of `table`.
pub(crate) fn table_set() -> Vec<Column> {
    COLUMNS.iter().filter(|column| matches!(column.place, Table(_))).copied().collect()
}

/// The columns of `wide`.
pub(crate) fn wide_set() -> Vec<Column> {
    COLUMNS.iter().filter(|column| column.place != Asked).copied().collect()
}

/// Lets clap name the allowed columns, suggest the nearest one and complete them.
impl ValueEnum for Column {
    fn value_variants<'a>() -> &'a [Self] {
        COLUMNS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scalar fields of the API page, in its order.
    const API_FIELDS: [&str; 23] = [
        "id",
        "name",
        "checkpoint_id",
        "project_id",
        "vault_id",
        "provider_id",
        "resource_id",
        "resource_name",
        "resource_type",
        "resource_size",
        "resource_az",
        "status",
        "image_type",
        "created_at",
        "updated_at",
        "protected_at",
        "expired_at",
        "description",
        "parent_id",
        "enterprise_project_id",
        "incremental",
        "version",
        "scheduled_operation_id",
    ];

    #[test]
    fn every_field_of_the_api_has_its_column_in_its_order() {
        let names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names, API_FIELDS);
    }

    #[test]
    fn every_column_finds_the_field_of_its_name() {
        let fields: Vec<_> =
            API_FIELDS.iter().map(|name| format!("\"{name}\":\"<{name}>\"")).collect();
        let record = format!("{{{}}}", fields.join(","));
        let (full, empty) = (Backup::parse(&record).unwrap(), Backup::parse("{}").unwrap());
        for column in COLUMNS {
            let value = (column.value)(&full).map(Json::text);
            assert_eq!(value.as_deref(), Some(&*format!("<{}>", column.name)));
            assert_eq!((column.value)(&empty), None, "{}", column.name);
        }
    }

    #[test]
    fn the_default_sets_are_sound() {
        let names =
            |set: Vec<Column>| set.into_iter().map(|column| column.name).collect::<Vec<_>>();
        let (table, wide) = (names(table_set()), names(wide_set()));
        assert_eq!(
            table,
            [
                "id",
                "name",
                "resource_name",
                "resource_type",
                "resource_size",
                "status",
                "created_at",
                "expired_at"
            ]
        );
        assert!(table.iter().all(|name| wide.contains(name)));
        assert!(wide.len() > table.len() && wide.len() < COLUMNS.len());

        let rank = |column: &Column| if let Table(rank) = column.place { Some(rank) } else { None };
        let mut ranks: Vec<_> = COLUMNS.iter().filter_map(rank).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (0..8).collect::<Vec<_>>(), "each rank once, and one column stays");
    }

    #[test]
    fn help_is_a_few_words() {
        for Column { name, help, kind, .. } in COLUMNS {
            assert!((2..=50).contains(&help.len()) && !help.ends_with('.'), "{name}: {help}");
            assert_eq!(name.ends_with("_at"), *kind == Time, "{name}");
        }
    }

    #[test]
    fn headings_are_the_names() {
        assert_eq!(COLUMNS[9].heading(), "RESOURCE_SIZE");
    }
}
