//! `GET /v3/{project_id}/vaults`.

use serde_json::{Value, json};

use super::page::{Page, Paging};
use super::{Entry, Inventory, Protection, Usage, matches, never_backed_up, time};
use crate::sandbox::account::Account;
use crate::sandbox::clock::DAY;
use crate::sandbox::query::{InvalidParameter, Parameters, text};
use crate::sandbox::resource::{Resource, Vault};
use crate::sandbox::rows::Rows;

/// Lists the vaults.
///
/// # Errors
///
/// If a parameter is invalid.
pub(super) fn list(parameters: &Parameters<'_>, rows: &Rows) -> Result<Page, InvalidParameter> {
    let ids = parameters.all("id");
    let resource_ids = parameters.one("resource_ids", text)?;
    let filters = [
        ("/name", parameters.one("name", text)?),
        ("/billing/status", parameters.one("status", text)?),
        ("/billing/object_type", parameters.one("object_type", text)?),
        ("/billing/protect_type", parameters.one("protect_type", text)?),
        ("/billing/cloud_type", parameters.one("cloud_type", text)?),
    ];
    let policy = parameters.one("policy_id", text)?;
    let project = parameters.one("enterprise_project_id", text)?;
    let project = project.filter(|project| project != "all_granted_eps");
    let has_resource = |vault: &Value, ids: &str| {
        let resources = vault["resources"].as_array().into_iter().flatten();
        resources
            .filter_map(|resource| resource["id"].as_str())
            .any(|id| ids.split(',').any(|wanted| wanted == id))
    };
    let inventory = Inventory::of(rows);
    let selected = Vault::all(rows.project())
        .filter(|vault| policy.as_ref().is_none_or(|id| *id == vault.policy_id().text()));
    let mut items: Vec<_> = selected.map(|vault| record(vault, &inventory, rows)).collect();
    items.retain(|vault| {
        filters.iter().all(|(pointer, wanted)| matches(vault, pointer, wanted.as_ref()))
            && (ids.is_empty() || ids.iter().any(|id| vault["id"] == **id))
            && matches(vault, "/enterprise_project_id", project.as_ref())
            && resource_ids.as_ref().is_none_or(|ids| has_resource(vault, ids))
    });
    Ok(Page { key: "vaults", items, paging: Paging::counted(parameters)? })
}

fn record(vault: Vault, inventory: &Inventory, rows: &Rows) -> Value {
    let project = rows.project().project();
    let used = inventory.used(vault);
    let resources: Vec<_> = if vault.is_for_replicas() {
        never_backed_up(rows.project()).map(replicated).to_vec()
    } else {
        let bound = inventory.bound_to(vault);
        bound.map(|(resource, entry)| bound_resource(resource, entry, vault, inventory)).collect()
    };
    let allocated: u64 = resources.iter().filter_map(|resource| resource["size"].as_u64()).sum();
    json!({
        "id": vault.id().text(),
        "name": vault.name(),
        "description": null,
        "project_id": project.id,
        "provider_id": vault.kind().provider_id(),
        "created_at": time(rows.newest() - 365 * DAY),
        "enterprise_project_id": "0",
        "user_id": Account::of(project.owner).user.id,
        "auto_bind": false,
        "bind_rules": {},
        "auto_expand": false,
        "smn_notify": true,
        "threshold": 80,
        "tags": [{"key": "kind", "value": vault.kind().object_type()}],
        "billing": {
            "size": (used * 100).div_ceil(1024 * vault.used_percent() as u64).max(1),
            "allocated": allocated,
            "used": used,
            "status": "available",
            "object_type": vault.kind().object_type(),
            "protect_type": if vault.is_for_replicas() { "replication" } else { "backup" },
            "cloud_type": "public",
            "consistent_level": "crash_consistent",
            "charging_mode": "post_paid",
            "spec_code": format!("vault.backup.{}.normal", vault.kind().object_type()),
            "is_multi_az": false,
            "frozen_scene": null,
            "order_id": null,
            "product_id": null,
            "storage_unit": null,
        },
        "resources": resources,
    })
}

fn bound_resource(resource: Resource, entry: Entry, vault: Vault, inventory: &Inventory) -> Value {
    let Usage { count, size } =
        inventory.usage.get(&(vault, resource)).copied().unwrap_or_default();
    let status = match (entry.protection, entry.newest_status) {
        (Protection::Deleted, _) => "deleted",
        (_, Some("error")) => "error",
        (_, Some("protecting" | "waiting_protect")) => "protecting",
        (_, Some("restoring" | "waiting_restore")) => "restoring",
        _ => "available",
    };
    json!({
        "id": resource.id().text(),
        "type": resource.kind().resource_type(),
        "name": resource.name(),
        "size": resource.size(),
        "backup_size": size,
        "backup_count": count,
        "protect_status": status,
        "auto_protect": true,
        "extra_info": {},
    })
}

/// Returns a resource of the replication vault, which has no status there.
fn replicated(resource: Resource) -> Value {
    json!({
        "id": resource.id().text(),
        "type": resource.kind().resource_type(),
        "name": resource.name(),
        "size": resource.size(),
        "backup_size": 0,
        "backup_count": 0,
        "protect_status": null,
    })
}
