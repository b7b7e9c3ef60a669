//! The table of columns, and constructors that keep it to one line per column.

use super::ColumnKind::{Age, Id, Number, Size, Status, Text, Time, Type, Word};
use super::Visibility::{Extra, Nested, Selected, Table, Wide};
use super::{Column, ColumnKind, Find, Visibility};
use crate::record::backup::{Backup, Field};
use crate::record::json::Json;
use crate::record::vault_names;

/// Name of the column that requires the list of vaults.
pub(crate) const VAULT_NAME: &str = "vault_name";

/// Names of the columns of the target.
pub(crate) const TARGET_COLUMNS: [&str; 3] = [REGION, PROJECT_NAME, PROFILE];
const REGION: &str = "region";
pub(crate) const PROJECT_NAME: &str = "project_name";
const PROFILE: &str = "profile";

/// The target as an object, the first member in JSON if there are several targets.
pub(crate) const TARGET: Column = column(Field::_target, "target of the run", Text, Extra);

/// Every column: the fields of a record in the order of the API page, then nested values.
pub(crate) const COLUMNS: &[Column] = &[
    column(Field::id, "ID of the backup", Id, Table(4)),
    column(Field::name, "name of the backup", Text, Table(7)),
    column(Field::checkpoint_id, "ID of the restore point", Id, Selected),
    column(Field::project_id, "ID of the project", Id, Selected),
    column(Field::vault_id, "ID of the vault that holds it", Id, Wide),
    column(Field::provider_id, "ID of the kind of backup", Id, Selected),
    column(Field::resource_id, "ID of what was backed up", Id, Wide),
    column(Field::resource_name, "name of what was backed up", Text, Table(0))
        .or(&["resource", "server"]),
    column(Field::resource_type, "type of what was backed up", Type, Table(6)).or(&["type"]),
    column(Field::resource_size, "size of what was backed up, in GB", Size, Table(8)).or(&["size"]),
    column(Field::resource_az, "availability zone", Text, Wide),
    column(Field::status, "status, such as available", Status, Table(2)),
    column(Field::image_type, "backup, or replication (a copy)", Word, Wide),
    column(Field::created_at, "when it was created", Time, Table(3)).or(&["created"]),
    column(Field::updated_at, "when it last changed", Time, Selected),
    column(Field::protected_at, "when it was protected", Time, Selected),
    column(Field::expired_at, "when it expires; none if never", Time, Table(5)).or(&["expires"]),
    column(Field::description, "description", Text, Wide),
    column(Field::parent_id, "ID of the backup that this one is part of", Id, Wide),
    column(
        Field::enterprise_project_id,
        "ID of the enterprise project, 0 is the default",
        Id,
        Selected,
    ),
    located("incremental", "true, or false for a full backup", Word, Wide, |b| {
        b.incremental_in_either()
    }),
    column(Field::version, "version of the snapshot", Number, Selected),
    column(Field::scheduled_operation_id, "ID of the policy that created it", Id, Selected),
    located(VAULT_NAME, "name of the vault; takes one more request", Text, Extra, |b| {
        vault_names::of(b.get(Field::vault_id)?)
    })
    .or(&["vault"]),
    located(REGION, "region of the project", Word, Extra, |b| b.in_target(REGION)),
    located(PROJECT_NAME, "name of the project, from IAM", Text, Extra, |b| {
        b.in_target(PROJECT_NAME)
    }),
    located(PROFILE, "profile with the credentials", Text, Extra, |b| b.in_target(PROFILE)),
    count("age", "time since it was created, in seconds", Age, Extra, |b| b.age()),
    nested("extend_info.auto_trigger", "true if a policy created it, false if a user", Word, |b| {
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
    each("extend_info.os_images_data", "IDs of the images created from it", Id, |b| b.images()),
    nested("extend_info.contain_system_disk", "whether it contains a system disk", Word, |b| {
        b.in_extend_info("contain_system_disk")
    }),
    nested("extend_info.encrypted", "whether it is encrypted", Word, |b| {
        b.in_extend_info("encrypted")
    }),
    nested("extend_info.system_disk", "whether it is of a system disk", Word, |b| {
        b.in_extend_info("system_disk")
    }),
    nested("extend_info.is_multi_az", "whether several zones hold it", Word, |b| {
        b.in_extend_info("is_multi_az")
    }),
    nested("extend_info.progress", "progress, in percent", Number, |b| {
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
    nested(
        "extend_info.app_consistency.app_consistency_status",
        "status of the consistency",
        Word,
        |b| b.app_consistency("app_consistency_status"),
    ),
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
    count("replication.count", "number of copies", Number, Nested, |b| b.replications_count()),
    each("replication.status", "status of each copy, such as success", Status, |b| {
        b.replications("status")
    }),
    each("replication.created_at", "when each copy was started", Time, |b| {
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
    each("replication.progress", "progress of each copy, in percent", Number, |b| {
        b.replications_extra("progress")
    }),
    each("replication.fail_code", "why a copy failed: a code", Word, |b| {
        b.replications_extra("fail_code")
    }),
    each("replication.fail_reason", "why a copy failed", Text, |b| {
        b.replications_extra("fail_reason")
    }),
];

/// Declares a column for a field.
const fn column(
    field: Field,
    help: &'static str,
    kind: ColumnKind,
    visibility: Visibility,
) -> Column {
    Column { name: field.name(), help, kind, visibility, find: Find::Field(field), aliases: &[] }
}

/// Declares a column whose value needs a function.
const fn located(
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
    located(name, help, kind, Nested, value)
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

/// Declares a column of computed rows whose value may come from their target.
pub(crate) const fn of_target(
    name: &'static str,
    help: &'static str,
    kind: ColumnKind,
    visibility: Visibility,
) -> Column {
    Column { name, help, kind, visibility, find: Find::Target, aliases: &[] }
}
