//! The columns: one table that drives `--columns`, its errors and completion, and the headers of
//! every format.
//!
//! To add a column, add its line to [`COLUMNS`]. A value inside a nested object gets a dotted name
//! and a function that extracts it. Knows nothing of layout and formats.

use std::borrow::Cow;

use super::backup::{Backup, Field};
use super::json::Json;
use super::vault_names;

/// One column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    /// The API's name of the field. Human-readable formats print it in upper case as the heading.
    pub(crate) name: &'static str,
    /// A few words, with the unit if there is one.
    pub(crate) help: &'static str,
    pub(crate) kind: ColumnKind,
    pub(crate) visibility: Visibility,
    find: Find,
    /// Short names that `--columns` and `--sort` accept too.
    pub(crate) aliases: &'static [&'static str],
}

/// The kind of a value, which decides how it is aligned, shortened, colored and normalized.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ColumnKind {
    /// An identifier, which is useless when shortened.
    Id,
    /// An enumerated value of the service.
    Word,
    /// The type of a resource.
    Type,
    /// An enumerated health status; colored.
    Status,
    /// Free text of any length.
    Text,
    /// A point in time; UTC where the service names no zone.
    Time,
    /// A number.
    Number,
    /// A number of GB, which is how the service counts.
    Size,
    /// A number of seconds.
    Age,
}

/// Which default sets a column belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Visibility {
    /// Shown by `table` and `wide`. On a narrow terminal the columns of `table` with the highest
    /// rank are hidden first; rank 0 is never hidden. Rank 1 is reserved for columns that the user
    /// sorts or filters by.
    Table(u8),
    /// Shown by `wide`.
    Wide,
    /// Shown by the formats with every field of the record (csv, tsv, long) and on request of
    /// `--columns`.
    Asked,
    /// A value inside a nested object, shown only on request of `--columns`.
    Nested,
    /// A value that the backup does not contain, shown only if it is named.
    Extra,
}

impl Visibility {
    /// Returns the rank by which the column is hidden on a narrow terminal, unless it is selected
    /// by name.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Table(rank) => rank,
            Self::Wide => 10,
            Self::Asked => 11,
            Self::Nested => 12,
            Self::Extra => 13,
        }
    }

    /// Returns the formats that show the column, for the help.
    pub(crate) fn shown_by(self) -> &'static str {
        match self {
            Self::Table(_) => "table, wide, csv",
            Self::Wide => "wide, csv",
            Self::Asked => "csv",
            Self::Nested => "--columns all",
            Self::Extra => "if named",
        }
    }
}

/// Finds a value in a record.
#[derive(Clone, Copy)]
enum Find {
    Field(Field),
    /// A member of the column's own name, in rows that `cbr` computes.
    Member,
    /// A nested value, or one with several possible locations.
    One(for<'a> fn(&Backup<'a>) -> Option<Json<'a>>),
    /// A computed number.
    Number(fn(&Backup<'_>) -> Option<i64>),
    /// The same field of several objects.
    Each(for<'a> fn(&Backup<'a>) -> Vec<Json<'a>>),
}

/// A value of a column: never null, and never an empty list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A value as it was sent.
    Sent(Json<'a>),
    /// A computed number.
    Number(i64),
    /// Several values, in the order of the record.
    Each(Vec<Json<'a>>),
}

impl<'a> Value<'a> {
    /// Returns the value as [`Json::text`] does; several values are separated by commas.
    pub(crate) fn text(&self) -> Cow<'a, str> {
        self.text_of_each(Json::text)
    }

    /// Same as [`text`](Self::text), but formats single values with `text`.
    pub(crate) fn text_of_each(&self, text: impl Fn(Json<'a>) -> Cow<'a, str>) -> Cow<'a, str> {
        match self {
            Self::Sent(json) => text(*json),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Each(values) => {
                let texts: Vec<_> = values.iter().map(|value| text(*value)).collect();
                Cow::Owned(texts.join(","))
            }
        }
    }

    /// Returns the value as JSON on one line; several values are an array.
    pub(crate) fn json(&self) -> Cow<'a, str> {
        match self {
            Self::Sent(json) => json.one_line(),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Each(values) => {
                let texts: Vec<_> = values.iter().map(|value| value.one_line()).collect();
                Cow::Owned(format!("[{}]", texts.join(",")))
            }
        }
    }
}

use ColumnKind::{Age, Id, Number, Size, Status, Text, Time, Type, Word};
use Visibility::{Asked, Extra, Nested, Table, Wide};

/// Name of the column that needs the vaults.
pub(crate) const VAULT_NAME: &str = "vault_name";

/// Names of the columns that need the target.
pub(crate) const TARGET_COLUMNS: [&str; 3] = [REGION, PROJECT_NAME, PROFILE];
const REGION: &str = "region";
const PROJECT_NAME: &str = "project_name";
const PROFILE: &str = "profile";

/// Every column: the fields of a record in the order of the API page, then nested values.
pub(crate) const COLUMNS: &[Column] = &[
    column(Field::id, "ID of the backup", Id, Table(4)),
    column(Field::name, "name of the backup", Text, Table(7)),
    column(Field::checkpoint_id, "ID of the restore point it was made with", Id, Asked),
    column(Field::project_id, "ID of the project", Id, Asked),
    column(Field::vault_id, "ID of the vault that holds it", Id, Wide),
    column(Field::provider_id, "ID of the kind of backup", Id, Asked),
    column(Field::resource_id, "ID of what was backed up", Id, Wide),
    column(Field::resource_name, "name of what was backed up", Text, Table(0))
        .or(&["resource", "server"]),
    column(Field::resource_type, "type of what was backed up", Type, Table(6)).or(&["type"]),
    column(Field::resource_size, "size of what was backed up, in GB", Size, Table(8)).or(&["size"]),
    column(Field::resource_az, "availability zone", Text, Wide),
    column(Field::status, "status, such as available", Status, Table(2)),
    column(Field::image_type, "backup, or replication (a copy)", Word, Wide),
    column(Field::created_at, "when it was created", Time, Table(3)).or(&["created"]),
    column(Field::updated_at, "when it last changed", Time, Asked),
    column(Field::protected_at, "when it was protected", Time, Asked),
    column(Field::expired_at, "when it expires; none if kept", Time, Table(5)).or(&["expires"]),
    column(Field::description, "description", Text, Wide),
    column(Field::parent_id, "ID of the backup that this one is part of", Id, Wide),
    column(
        Field::enterprise_project_id,
        "ID of the enterprise project, 0 is the default",
        Id,
        Asked,
    ),
    found("incremental", "true, or false for a full backup", Word, Wide, |b| {
        b.incremental_in_either()
    }),
    column(Field::version, "version of the snapshot", Number, Asked),
    column(Field::scheduled_operation_id, "ID of the policy that made it", Id, Asked),
    found(VAULT_NAME, "name of the vault, by one more request", Text, Extra, |b| {
        vault_names::of(b.get(Field::vault_id)?)
    })
    .or(&["vault"]),
    found(REGION, "region of the project", Word, Extra, |b| b.in_target(REGION)),
    found(PROJECT_NAME, "name of the project, from IAM", Text, Extra, |b| {
        b.in_target(PROJECT_NAME)
    }),
    found(PROFILE, "profile with the credentials", Text, Extra, |b| b.in_target(PROFILE)),
    count("age", "time since it was created, in seconds", Age, Extra, |b| b.age()),
    nested("extend_info.auto_trigger", "true if a policy made it, false if a person", Word, |b| {
        b.in_extend_info("auto_trigger")
    }),
    nested("extend_info.bootable", "whether a server can start from it", Word, |b| {
        b.in_extend_info("bootable")
    }),
    nested("extend_info.snapshot_id", "ID of the snapshot of a volume", Id, |b| {
        b.in_extend_info("snapshot_id")
    }),
    nested("extend_info.support_lld", "whether it supports lazy loading", Word, |b| {
        b.in_extend_info("support_lld")
    }),
    nested(
        "extend_info.supported_restore_mode",
        "na, backup or snapshot: what it can restore",
        Word,
        |b| b.in_extend_info("supported_restore_mode"),
    ),
    each("extend_info.os_images_data", "IDs of the images made of it", Id, |b| b.images()),
    nested("extend_info.contain_system_disk", "whether a system disk is among it", Word, |b| {
        b.in_extend_info("contain_system_disk")
    }),
    nested("extend_info.encrypted", "whether it is encrypted", Word, |b| {
        b.in_extend_info("encrypted")
    }),
    nested("extend_info.system_disk", "whether it is that of a system disk", Word, |b| {
        b.in_extend_info("system_disk")
    }),
    nested("extend_info.is_multi_az", "whether several zones hold it", Word, |b| {
        b.in_extend_info("is_multi_az")
    }),
    nested("extend_info.progress", "how much of it is made, in percent", Number, |b| {
        b.in_extend_info("progress")
    }),
    nested("extend_info.architecture", "architecture, such as x86_64", Word, |b| {
        b.in_extend_info("architecture")
    }),
    nested(
        "extend_info.app_consistency.app_consistency",
        "whether applications were consistent",
        Word,
        |b| b.app_consistency("app_consistency"),
    ),
    nested("extend_info.app_consistency.app_consistency_status", "status of that", Word, |b| {
        b.app_consistency("app_consistency_status")
    }),
    nested(
        "extend_info.app_consistency.app_consistency_error_code",
        "error code; 0 is none",
        Word,
        |b| b.app_consistency("app_consistency_error_code"),
    ),
    nested(
        "extend_info.app_consistency.app_consistency_error_message",
        "error message",
        Text,
        |b| b.app_consistency("app_consistency_error_message"),
    ),
    count("children.count", "volumes of a server backup, if sent", Number, Nested, |b| {
        b.children_count()
    }),
    count("replication.count", "copies of it", Number, Nested, |b| b.replications_count()),
    each("replication.status", "status of each copy, such as success", Status, |b| {
        b.replications("status")
    }),
    each("replication.created_at", "when each copy was begun", Time, |b| {
        b.replications("created_at")
    }),
    each("replication.source_region", "region that each copy comes from", Word, |b| {
        b.replications("source_region")
    }),
    each("replication.source_backup_id", "ID of the backup it is a copy of", Id, |b| {
        b.replications("source_backup_id")
    }),
    each("replication.destination_region", "region of each copy", Word, |b| {
        b.replications("destination_region")
    }),
    each("replication.destination_project_id", "ID of the project of each copy", Id, |b| {
        b.replications("destination_project_id")
    }),
    each("replication.destination_vault_id", "ID of the vault that holds each copy", Id, |b| {
        b.replications("destination_vault_id")
    }),
    each("replication.destination_backup_id", "ID of each copy", Id, |b| {
        b.replications("destination_backup_id")
    }),
    each("replication.progress", "how much of each copy is made, in percent", Number, |b| {
        b.replications_extra("progress")
    }),
    each("replication.fail_code", "why a copy failed: a code", Word, |b| {
        b.replications_extra("fail_code")
    }),
    each("replication.fail_reason", "why a copy failed", Text, |b| {
        b.replications_extra("fail_reason")
    }),
];

/// Declares a column with a field of its own; keeps the table to one line a column.
const fn column(
    field: Field,
    help: &'static str,
    kind: ColumnKind,
    visibility: Visibility,
) -> Column {
    Column { name: field.name(), help, kind, visibility, find: Find::Field(field), aliases: &[] }
}

/// Declares a column whose value needs a function.
const fn found(
    name: &'static str,
    help: &'static str,
    kind: ColumnKind,
    visibility: Visibility,
    value: for<'a> fn(&Backup<'a>) -> Option<Json<'a>>,
) -> Column {
    Column { name, help, kind, visibility, find: Find::One(value), aliases: &[] }
}

/// Declares a column for a nested value.
const fn nested(
    name: &'static str,
    help: &'static str,
    kind: ColumnKind,
    value: for<'a> fn(&Backup<'a>) -> Option<Json<'a>>,
) -> Column {
    found(name, help, kind, Nested, value)
}

/// Declares a column with a computed number.
const fn count(
    name: &'static str,
    help: &'static str,
    kind: ColumnKind,
    visibility: Visibility,
    value: fn(&Backup<'_>) -> Option<i64>,
) -> Column {
    Column { name, help, kind, visibility, find: Find::Number(value), aliases: &[] }
}

/// Declares a column with a value for each of several objects.
const fn each(
    name: &'static str,
    help: &'static str,
    kind: ColumnKind,
    values: for<'a> fn(&Backup<'a>) -> Vec<Json<'a>>,
) -> Column {
    Column { name, help, kind, visibility: Nested, find: Find::Each(values), aliases: &[] }
}

/// Declares a column of rows that `cbr` computes, such as those of a summary.
pub(crate) const fn computed(
    name: &'static str,
    help: &'static str,
    kind: ColumnKind,
    visibility: Visibility,
) -> Column {
    Column { name, help, kind, visibility, find: Find::Member, aliases: &[] }
}

/// Returns the column of this name or alias, in any case.
pub(crate) fn named(columns: &'static [Column], text: &str) -> Option<&'static Column> {
    columns.iter().find(|column| {
        let mut names = column.aliases.iter().chain([&column.name]);
        names.any(|name| name.eq_ignore_ascii_case(text))
    })
}

impl Column {
    /// Adds short names.
    pub(crate) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Returns the heading of the column in tables: its shortest name.
    pub(crate) fn heading(&self) -> String {
        self.aliases.first().unwrap_or(&self.name).to_ascii_uppercase()
    }

    /// Returns the value of this column, or `None` if the record has none.
    pub(crate) fn value<'a>(&self, backup: &Backup<'a>) -> Option<Value<'a>> {
        match self.find {
            Find::Field(field) => backup.get(field).map(Value::Sent),
            Find::Member => backup.member(self.name).map(Value::Sent),
            Find::One(find) => find(backup).map(Value::Sent),
            Find::Number(find) => find(backup).map(Value::Number),
            Find::Each(find) => {
                let values = find(backup);
                (!values.is_empty()).then_some(Value::Each(values))
            }
        }
    }

    /// Returns the value if it is a single one that was sent, `Some(None)` if it is missing, and
    /// `None` for columns of other kinds.
    #[inline]
    pub(crate) fn sent<'a>(&self, backup: &Backup<'a>) -> Option<Option<Json<'a>>> {
        match self.find {
            Find::Field(field) => Some(backup.get(field)),
            Find::Member => Some(backup.member(self.name)),
            Find::One(find) => Some(find(backup)),
            Find::Number(_) | Find::Each(_) => None,
        }
    }

    /// Returns true if `cbr` computes the value.
    pub(crate) fn is_computed(&self) -> bool {
        matches!(self.find, Find::Member)
    }

    /// Returns true if the service sends the value only with `--show-replication`.
    pub(crate) fn is_of_replication(&self) -> bool {
        self.name.starts_with("replication.")
    }
}

/// Order of the columns of `table`: what was backed up comes first.
const TABLE_ORDER: [&str; 8] = [
    "resource_name",
    "status",
    "created_at",
    "expired_at",
    "resource_type",
    "resource_size",
    "name",
    "id",
];

/// Returns the columns of `table`.
pub(crate) fn table_set() -> Vec<Column> {
    TABLE_ORDER.iter().filter_map(|name| named(COLUMNS, name)).copied().collect()
}

/// Returns the columns of `wide`: those of `table`, more, and the id.
pub(crate) fn wide_set() -> Vec<Column> {
    let mut columns = table_set();
    let id = columns.pop();
    columns.extend(COLUMNS.iter().filter(|column| column.visibility == Wide));
    columns.extend(id);
    columns
}

/// Returns the fields that are neither list nor object: the columns of csv and tsv.
pub(crate) fn scalar_set() -> Vec<Column> {
    let is_scalar = |column: &&Column| !matches!(column.visibility, Nested | Extra);
    COLUMNS.iter().filter(is_scalar).copied().collect()
}

/// Returns every column of what the service sent.
pub(crate) fn whole_set() -> Vec<Column> {
    COLUMNS.iter().filter(|column| column.visibility != Extra).copied().collect()
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
        let names: Vec<_> = scalar_set().iter().map(|column| column.name).collect();
        assert_eq!(names, API_FIELDS);
    }

    #[test]
    fn every_column_finds_the_field_of_its_name() {
        let fields: Vec<_> =
            API_FIELDS.iter().map(|name| format!("\"{name}\":\"<{name}>\"")).collect();
        let record = format!("{{{}}}", fields.join(","));
        let (full, empty) = (Backup::parse(&record).unwrap(), Backup::parse("{}").unwrap());
        for column in scalar_set() {
            let value = column.value(&full).map(|value| value.text());
            assert_eq!(value.as_deref(), Some(&*format!("<{}>", column.name)));
        }
        for column in COLUMNS {
            assert_eq!(column.value(&empty), None, "{}", column.name);
        }
    }

    /// Every value in the test record names its own path.
    #[test]
    fn every_nested_column_finds_what_its_name_says() {
        let info = |names: &[&str], path: &str| -> String {
            let field = |name: &&str| format!("\"{name}\":\"<{path}.{name}>\"");
            names.iter().map(field).collect::<Vec<_>>().join(",")
        };
        let names_below = |path: &str| -> Vec<&str> {
            let below = |column: &Column| column.name.strip_prefix(path)?.strip_prefix('.');
            COLUMNS.iter().filter_map(below).filter(|name| !name.contains('.')).collect()
        };
        let consistency = names_below("extend_info.app_consistency");
        let copy = info(&names_below("replication"), "replication");
        let record = format!(
            r#"{{"extend_info":{{{},"app_consistency":{{{}}},
                "os_images_data":[{{"image_id":"<extend_info.os_images_data>"}}]}},
                "children":[{{}}, {{}}],
                "replication_records":[{{{copy},"extra_info":{{{copy}}}}}]}}"#,
            info(&names_below("extend_info"), "extend_info"),
            info(&consistency, "extend_info.app_consistency"),
        );
        let backup = Backup::parse(&record).unwrap();
        let nested: Vec<_> = COLUMNS.iter().filter(|column| column.visibility == Nested).collect();
        assert_eq!(nested.len(), 29);
        for column in nested {
            let value = column.value(&backup).unwrap().text();
            match column.name {
                "children.count" => assert_eq!(value, "2"),
                "replication.count" => assert_eq!(value, "1"),
                name => assert_eq!(value, format!("<{name}>")),
            }
        }
    }

    #[test]
    fn several_values_are_one_text_and_one_array() {
        let record = r#"{"replication_records":[{"status":"success"},{},{"status":"fail"},
            {"status":null,"extra_info":"text"}],"children":[],"extend_info":{"os_images_data":"x"}}"#;
        let backup = Backup::parse(record).unwrap();
        let value =
            |name: &str| COLUMNS.iter().find(|column| column.name == name).unwrap().value(&backup);
        let status = value("replication.status").unwrap();
        assert_eq!(
            (status.text(), status.json()),
            ("success,fail".into(), r#"["success","fail"]"#.into())
        );
        assert_eq!(value("replication.count"), Some(Value::Number(4)));
        assert_eq!(value("children.count"), None);
        assert_eq!(value("replication.progress"), None);
        assert_eq!(value("extend_info.os_images_data"), None);
    }

    #[test]
    fn the_default_sets_are_consistent() {
        let names =
            |set: Vec<Column>| set.into_iter().map(|column| column.name).collect::<Vec<_>>();
        let (table, wide) = (names(table_set()), names(wide_set()));
        assert_eq!(table, TABLE_ORDER);
        let is_of_table = |column: &&Column| matches!(column.visibility, Table(_));
        assert_eq!(COLUMNS.iter().filter(is_of_table).count(), TABLE_ORDER.len());
        assert!(table.iter().all(|name| wide.contains(name)));
        assert!(wide.len() > table.len() && wide.len() < scalar_set().len());

        let rank =
            |column: &Column| if let Table(rank) = column.visibility { Some(rank) } else { None };
        let mut ranks: Vec<_> = COLUMNS.iter().filter_map(rank).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, [0, 2, 3, 4, 5, 6, 7, 8], "each rank once, and one column stays");
    }

    #[test]
    fn help_is_a_few_words() {
        for Column { name, help, kind, .. } in COLUMNS {
            assert!((2..=50).contains(&help.len()) && !help.ends_with('.'), "{name}: {help}");
            assert!(name.len() + help.len() <= 84, "{name}: one line of the help is not enough");
            assert_eq!(name.ends_with("_at"), *kind == Time, "{name}");
        }
    }

    #[test]
    fn headings_are_the_shortest_names() {
        assert_eq!(COLUMNS[9].heading(), "SIZE");
        assert_eq!(COLUMNS[2].heading(), "CHECKPOINT_ID");
    }
}
