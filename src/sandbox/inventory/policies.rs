//! `GET /v3/{project_id}/policies`: one backup policy a vault, one of replication, and one that is
//! bound to no vault.

use serde_json::{Value, json};

use super::matches;
use super::page::{Page, Paging};
use crate::sandbox::project::ProjectKey;
use crate::sandbox::query::{InvalidParameter, Parameters, text};
use crate::sandbox::resource::Vault;
use crate::sandbox::uuid::Uuid;

/// Triggers, in UTC.
const PATTERNS: [&[&str]; 4] = [
    &["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00"],
    &["FREQ=DAILY;INTERVAL=2;BYHOUR=01;BYMINUTE=30"],
    &["FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=02;BYMINUTE=00"],
    &["FREQ=DAILY;INTERVAL=1;BYHOUR=06;BYMINUTE=00", "FREQ=DAILY;INTERVAL=1;BYHOUR=18;BYMINUTE=00"],
];

/// Index of the vault whose policy is disabled.
const DISABLED: usize = 4;

/// Seed of the id of the unused policy.
const UNUSED: u64 = 0x756e_7573_6564;

/// Lists the policies, which have no paging.
///
/// # Errors
///
/// If a parameter is invalid.
pub(super) fn list(
    parameters: &Parameters<'_>,
    project: ProjectKey,
) -> Result<Page, InvalidParameter> {
    let kind = |text: &str| ["backup", "replication"].contains(&text).then(|| text.to_owned());
    let kind = parameters.one("operation_type", kind)?;
    let vault_id = parameters.one("vault_id", text)?;
    let mut items: Vec<_> = Vault::all(project)
        .enumerate()
        .map(|(index, vault)| policy(vault.policy_id(), index, Some(vault)))
        .chain([policy(Uuid::of(UNUSED + (u64::from(project.number()) << 48)), 0, None)])
        .collect();
    items.retain(|policy| {
        matches(policy, "/operation_type", kind.as_ref())
            && (vault_id.is_none()
                || policy["associated_vaults"].is_array()
                    && matches(policy, "/associated_vaults/0/vault_id", vault_id.as_ref()))
    });
    Ok(Page { key: "policies", items, paging: Paging::Whole })
}

fn policy(id: Uuid, index: usize, vault: Option<Vault>) -> Value {
    let is_replication = vault.is_some_and(Vault::is_for_replicas);
    let mut properties = json!({
        "pattern": PATTERNS[index % PATTERNS.len()],
        "start_time": "2026-03-01 08:00:00",
    });
    if index.is_multiple_of(3) {
        properties["start_window_minutes"] = json!(60);
    }
    let name = vault.map_or("unused".to_owned(), |vault| format!("nightly-{}", vault.name()));
    let vaults =
        vault.map(|vault| [json!({"vault_id": vault.id().text(), "destination_vault_id": null})]);
    json!({
        "id": id.text(),
        "name": name,
        "enabled": index != DISABLED,
        "operation_type": if is_replication { "replication" } else { "backup" },
        "operation_definition": {
            "retention_duration_days": if index.is_multiple_of(2) { 30 } else { -1 },
            "max_backups": if index.is_multiple_of(2) { -1 } else { 10 },
            "day_backups": 0,
            "week_backups": 0,
            "month_backups": 0,
            "year_backups": 0,
            "timezone": "UTC+08:00",
            "full_backup_interval": 10,
        },
        "trigger": {
            "id": id.part(1).text(),
            "name": "default",
            "type": "time",
            "properties": properties,
        },
        "associated_vaults": vaults,
    })
}
