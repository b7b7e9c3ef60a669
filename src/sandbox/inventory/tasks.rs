//! `GET /v3/{project_id}/operation-logs`: a task for each backup of the last 30 days, and the tasks
//! that left none.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::page::{Page, Paging};
use super::{Inventory, matches, never_backed_up, time};
use crate::sandbox::backup::{ImageType, Row};
use crate::sandbox::clock::{DAY, Micros, SECOND, parse as parse_time};
use crate::sandbox::project::ProjectKey;
use crate::sandbox::query::{InvalidParameter, Parameters, text};
use crate::sandbox::resource::{Resource, Vault};
use crate::sandbox::rows::Rows;
use crate::sandbox::uuid::Uuid;

/// How long tasks are kept.
const KEPT: Micros = 30 * DAY;

/// Seed of the ids of tasks without a backup.
const SEED: u64 = 0x7461_736b_0000;

const TYPES: [&str; 8] = [
    "backup",
    "copy",
    "replication",
    "delete",
    "restore",
    "vault_delete",
    "remove_resource",
    "sync",
];
const STATUSES: [&str; 6] = ["success", "skipped", "failed", "running", "timeout", "waiting"];

/// A task before it is written.
struct Task {
    project: ProjectKey,
    id: Uuid,
    kind: &'static str,
    status: &'static str,
    error: (&'static str, &'static str),
    created: Micros,
    resource: Resource,
    vault: Vault,
    /// The backup that it created, or tried to create.
    backup: Option<Row>,
}

/// Lists the tasks, newest first.
///
/// # Errors
///
/// If a parameter is invalid.
pub(super) fn list(parameters: &Parameters<'_>, rows: &Rows) -> Result<Page, InvalidParameter> {
    let one_of =
        |known: &'static [&str]| move |text: &str| known.contains(&text).then(|| text.to_owned());
    let filters = [
        ("/operation_type", parameters.one("operation_type", one_of(&TYPES))?),
        ("/status", parameters.one("status", one_of(&STATUSES))?),
        ("/provider_id", parameters.one("provider_id", text)?),
        ("/extra_info/resource/id", parameters.one("resource_id", text)?),
        ("/extra_info/resource/name", parameters.one("resource_name", text)?),
        ("/vault_id", parameters.one("vault_id", text)?),
        ("/vault_name", parameters.one("vault_name", text)?),
    ];
    let start = parameters.one("start_time", parse_time)?.unwrap_or(Micros::MIN);
    let end = parameters.one("end_time", parse_time)?.unwrap_or(Micros::MAX);
    let oldest = rows.newest() - KEPT;
    let backups = rows.iter().take_while(|row| row.created >= oldest).map(of_backup);
    let mut tasks: Vec<_> = backups.chain(without_backup(rows)).collect();
    tasks.retain(|task| (start..=end).contains(&task.created));
    tasks.sort_by_key(|task| Reverse((task.created, task.id)));
    let mut items: Vec<_> = tasks.iter().map(Task::record).collect();
    items.retain(|task| {
        filters.iter().all(|(pointer, wanted)| matches(task, pointer, wanted.as_ref()))
    });
    Ok(Page { key: "operation_logs", items, paging: Paging::counted(parameters)? })
}

fn of_backup(row: Row) -> Task {
    let is_replica = row.image_type() == ImageType::Replication;
    let (status, error) = match row.status() {
        "error" if is_replica => {
            ("failed", ("BackupService.6202", "The destination vault is full."))
        }
        "error" => ("failed", ("BackupService.6202", "The vault is full.")),
        "protecting" => ("running", ("", "")),
        "waiting_protect" => ("waiting", ("", "")),
        _ => ("success", ("", "")),
    };
    Task {
        project: row.project(),
        id: row.related_id(7),
        kind: if is_replica { "replication" } else { "backup" },
        status,
        error,
        created: row.created,
        resource: row.resource(),
        vault: row.vault(),
        backup: Some(row),
    }
}

/// Returns a task a day for each server that has never been backed up.
fn without_backup(rows: &Rows) -> impl Iterator<Item = Task> {
    let outcomes = [
        ("skipped", ("BackupService.6115", "The server was being migrated.")),
        ("timeout", ("BackupService.6117", "The backup took too long.")),
    ];
    let inventory = Inventory::of(rows);
    let (project, newest) = (rows.project(), rows.newest());
    let seed = SEED + (u64::from(project.number()) << 8);
    let cases = never_backed_up(project).into_iter().zip(outcomes).zip(0..);
    cases.flat_map(move |((resource, (status, error)), case)| {
        let vault = inventory.entries.get(&resource).map(|entry| entry.vault);
        (0..7).filter_map(move |day| {
            Some(Task {
                project,
                id: Uuid::of(seed + case * 16 + day as u64),
                kind: "backup",
                status,
                error,
                created: newest - day * DAY - 3 * 3_600 * SECOND,
                resource,
                vault: vault?,
                backup: None,
            })
        })
    })
}

impl Task {
    fn record(&self) -> Value {
        let Self { created, resource, vault, backup, .. } = *self;
        let (code, message) = self.error;
        let is_over = !["running", "waiting"].contains(&self.status);
        let ended = is_over.then(|| time(created + 180 * SECOND));
        let is_automatic = backup.is_none_or(Row::is_automatic);
        let backup_info = backup.map(|row| {
            json!({
                "backup_id": row.id.text(),
                "backup_name": row.name(),
                "incremental": row.is_incremental().to_string(),
            })
        });
        json!({
            "id": self.id.text(),
            "operation_type": self.kind,
            "status": self.status,
            "project_id": self.project.project().id,
            "vault_id": vault.id().text(),
            "vault_name": vault.name(),
            "policy_id": is_automatic.then(|| vault.policy_id().text()),
            "provider_id": resource.kind().provider_id(),
            "checkpoint_id": backup.map(|row| row.checkpoint_id().text()),
            "created_at": time(created),
            "started_at": time(created),
            "ended_at": ended,
            "updated_at": ended,
            "error_info": {"code": code, "message": message},
            "extra_info": {
                "resource": {
                    "id": resource.id().text(),
                    "name": resource.name(),
                    "type": resource.kind().resource_type(),
                },
                "backup": backup_info,
                "common": {
                    "progress": if is_over { 100 } else { 40 },
                    "request_id": format!("req-{}", self.id.text()),
                    "task_id": self.id.text(),
                },
            },
        })
    }
}
