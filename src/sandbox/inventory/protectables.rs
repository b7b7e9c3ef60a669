//! `GET /v3/{project_id}/protectables/{type}/instances`.
//!
//! Has the traps of the real service: at most 50 rows per page, no count, offsets of servers that
//! are page numbers, and `detail` with user data that must not be shown.

use serde_json::{Value, json};

use super::page::{Page, Paging};
use super::{Entry, Inventory, Protection, matches};
use crate::sandbox::query::{InvalidParameter, Parameters, text};
use crate::sandbox::resource::{Kind, Resource};
use crate::sandbox::rows::Rows;

/// User data of a server: cloud-init with a password hash, in base64. A client that shows it leaks.
pub(in crate::sandbox) const USER_DATA: &str =
    "I2Nsb3VkLWNvbmZpZwpwYXNzd2Q6ICQ2JHNhbmRib3gkdGhhdC1tdXN0LW5vdC1iZS1zaG93bgo=";

/// Lists the protectable resources of a type.
///
/// # Errors
///
/// If the type is unknown or a parameter is invalid.
pub(super) fn list(
    kind: &str,
    parameters: &Parameters<'_>,
    rows: &Rows,
) -> Result<Page, InvalidParameter> {
    let inventory = Inventory::of(rows);
    let mut items: Vec<_> = match kind {
        "server" => inventory.existing(Kind::Server).map(server).collect(),
        "disk" => disks(&inventory),
        "turbo" => inventory.existing(Kind::Turbo).map(other).collect(),
        "workspace_v2" => inventory.existing(Kind::Desktop).map(other).collect(),
        "workspace" => Vec::new(),
        _ => return Err(InvalidParameter("protectable_type")),
    };
    let filters = [
        ("/id", parameters.one("id", text)?),
        ("/name", parameters.one("name", text)?),
        ("/status", parameters.one("status", text)?),
        ("/detail/attachments/0/server_id", parameters.one("server_id", text)?),
    ];
    items.retain(|item| {
        filters.iter().all(|(pointer, wanted)| matches(item, pointer, wanted.as_ref()))
    });
    let paging = Paging::uncounted(parameters, &items, kind == "server")?;
    Ok(Page { key: "instances", items, paging })
}

fn server((server, entry): (Resource, Entry)) -> Value {
    let status = if server.number().is_multiple_of(7) { "SHUTOFF" } else { "ACTIVE" };
    let detail = json!({
        "id": server.id().text(),
        "OS-EXT-SRV-ATTR:user_data": USER_DATA,
        "OS-EXT-AZ:availability_zone": server.availability_zone(),
    });
    let children: Vec<_> = volumes(server)
        .map(|(id, name)| {
            json!({
                "id": id, "type": Kind::Volume.resource_type(), "name": name,
                "size": server.size(), "status": "in-use", "children": [],
            })
        })
        .collect();
    instance(server, entry, status, &detail, children)
}

/// Returns the disks: those of servers, which no vault lists, and those of their own.
fn disks(inventory: &Inventory) -> Vec<Value> {
    let attached = inventory.existing(Kind::Server).flat_map(|(server, _)| {
        volumes(server).map(move |(id, name)| {
            json!({
                "id": id, "name": name, "type": Kind::Volume.resource_type(),
                "size": server.size(), "status": "in-use",
                "protectable": {"result": true, "code": "", "reason": "", "vault": null},
                "detail": {"attachments": [{"server_id": server.id().text()}]},
                "children": [],
            })
        })
    });
    attached.chain(inventory.existing(Kind::Volume).map(other)).collect()
}

fn other((resource, entry): (Resource, Entry)) -> Value {
    let detail = json!({"attachments": []});
    instance(resource, entry, "available", &detail, Vec::new())
}

fn instance(
    resource: Resource,
    entry: Entry,
    status: &str,
    detail: &Value,
    children: Vec<Value>,
) -> Value {
    let (result, code, reason) = match entry.protection {
        Protection::Unsupported { code, reason } => (false, code, reason),
        _ => (true, "", ""),
    };
    let vault = entry
        .protection
        .is_in_vault()
        .then(|| json!({"id": entry.vault.id().text(), "name": entry.vault.name()}));
    json!({
        "id": resource.id().text(),
        "name": resource.name(),
        "type": resource.kind().resource_type(),
        "size": resource.size(),
        "status": status,
        "protectable": {"result": result, "code": code, "reason": reason, "vault": vault},
        "detail": detail,
        "children": children,
    })
}

/// Returns id and name of a server's disks.
fn volumes(server: Resource) -> impl Iterator<Item = (String, String)> {
    (1..=server.volumes()).map(move |number| {
        let name = match number {
            1 => format!("{}-root", server.name()),
            _ => format!("{}-data-{number}", server.name()),
        };
        (server.volume_id(number).text(), name)
    })
}
