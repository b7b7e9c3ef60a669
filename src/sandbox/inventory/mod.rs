//! The sources beside the backups: vaults, policies, protectable resources and tasks.
//!
//! Derived from the backups at the moment of the request. A resource is bound to the vault of its
//! newest backup. A few resources are added or changed, so that every state of protection occurs:
//! see [`Protection`].

mod faults;
mod page;
mod policies;
mod protectables;
mod tasks;
mod vaults;

use std::collections::BTreeMap;

use serde_json::Value;

use super::backup::Row;
use super::clock::{self, Form, Micros};
use super::project::{ProjectKey, Size};
use super::query::{InvalidParameter, Parameters};
use super::request::Source;
use super::resource::{Kind, RESOURCES_EACH, Resource, Vault};
use super::rows::Rows;

pub(super) use faults::{SourceFault, SourceFaults, help};

/// How a resource is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// Bound to a vault, and in the inventory.
    Bound,
    /// Bound to a vault, which reports it as deleted.
    Deleted,
    /// Deleted and unbound: only its backups are left.
    Absent,
    /// In the inventory and in no vault.
    Unprotected,
    /// As [`Protection::Unprotected`], and cannot be bound.
    Unsupported { code: &'static str, reason: &'static str },
}

/// The numbers of servers without backups.
const EXTRA_SERVERS: std::ops::Range<u64> = RESOURCES_EACH..RESOURCES_EACH + 26;

/// The numbers of volumes without backups.
const EXTRA_VOLUMES: std::ops::Range<u64> = RESOURCES_EACH..RESOURCES_EACH + 3;

/// Bound servers without backups; the first is skipped every night, the second times out.
fn never_backed_up(project: ProjectKey) -> [Resource; 2] {
    [40, 41].map(|number| Resource::new(project, Kind::Server, number))
}

impl Protection {
    fn of(resource: Resource) -> Self {
        match (resource.kind(), resource.number()) {
            (Kind::Server, 5) => Self::Deleted,
            (Kind::Server, 9) => Self::Absent,
            (Kind::Server, 44) => Self::Unsupported {
                code: "BackupService.0113",
                reason: "The server has a disk of a type that cannot be backed up.",
            },
            (Kind::Volume, 41) => Self::Unsupported {
                code: "BackupService.0114",
                reason: "Shared disks cannot be backed up.",
            },
            // 45 is server 5 rebuilt: it has the same name and another id.
            (Kind::Server, 42..) | (Kind::Volume, 40) => Self::Unprotected,
            _ => Self::Bound,
        }
    }

    fn is_in_vault(self) -> bool {
        matches!(self, Self::Bound | Self::Deleted)
    }

    fn is_in_inventory(self) -> bool {
        !matches!(self, Self::Deleted | Self::Absent)
    }
}

/// Backups of one resource in one vault.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    count: u64,
    /// In MB.
    size: u64,
}

/// A resource of the account.
#[derive(Clone, Copy, Debug)]
struct Entry {
    protection: Protection,
    vault: Vault,
    /// Status of the newest backup, if there is one.
    newest_status: Option<&'static str>,
}

/// All resources, and the use of the vaults.
struct Inventory {
    entries: BTreeMap<Resource, Entry>,
    usage: BTreeMap<(Vault, Resource), Usage>,
}

impl Inventory {
    fn of(rows: &Rows) -> Self {
        let mut entries = BTreeMap::new();
        let mut usage: BTreeMap<_, Usage> = BTreeMap::new();
        for row in rows.iter() {
            let (resource, vault) = (row.resource(), row.vault());
            let newest = Entry {
                protection: Protection::of(resource),
                vault,
                newest_status: Some(row.status()),
            };
            entries.entry(resource).or_insert(newest);
            let usage = usage.entry((vault, resource)).or_default();
            usage.count += 1;
            usage.size += size(row);
        }
        let project = rows.project();
        let servers = EXTRA_SERVERS.map(|number| Resource::new(project, Kind::Server, number));
        let volumes = EXTRA_VOLUMES.map(|number| Resource::new(project, Kind::Volume, number));
        for resource in servers.chain(volumes) {
            let vault = Vault::of(project, resource.kind(), resource.number());
            let protection = Protection::of(resource);
            entries.insert(resource, Entry { protection, vault, newest_status: None });
        }
        Self { entries, usage }
    }

    /// Returns the resources that are bound to a vault.
    fn bound_to(&self, vault: Vault) -> impl Iterator<Item = (Resource, Entry)> {
        let all = self.entries.iter().map(|(resource, entry)| (*resource, *entry));
        all.filter(move |(_, entry)| entry.protection.is_in_vault() && entry.vault == vault)
    }

    /// Returns the resources of a kind that exist.
    fn existing(&self, kind: Kind) -> impl Iterator<Item = (Resource, Entry)> {
        let all = self.entries.iter().map(|(resource, entry)| (*resource, *entry));
        all.filter(move |(resource, entry)| {
            resource.kind() == kind && entry.protection.is_in_inventory()
        })
    }

    /// Returns the use of a vault in MB, including backups of resources that left it.
    fn used(&self, vault: Vault) -> u64 {
        let of_vault = self.usage.iter().filter(|((used, _), _)| *used == vault);
        of_vault.map(|(_, usage)| usage.size).sum()
    }
}

/// Returns the size of a backup in MB: two fifths of a disk, or what changed since the last one.
fn size(row: Row) -> u64 {
    row.resource_size() * 1024 / if row.is_incremental() { 40 } else { 5 } * 2
}

/// Formats a time as the sources do.
fn time(time: Micros) -> String {
    let mut text = Vec::new();
    clock::write(time, Form::Zoneless, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Returns the page of a source that a query selects, as JSON.
///
/// # Errors
///
/// If a parameter is invalid.
pub(super) fn answer(
    source: Source<'_>,
    pairs: &[(String, String)],
    rows: &Rows,
    fault: Option<&SourceFault>,
) -> Result<Vec<u8>, InvalidParameter> {
    let parameters = Parameters(pairs);
    let mut page = match source {
        Source::Vaults => vaults::list(&parameters, rows)?,
        Source::Protectables(kind) => protectables::list(kind, &parameters, rows)?,
        Source::Policies => policies::list(&parameters, rows.project())?,
        Source::Tasks => tasks::list(&parameters, rows)?,
    };
    if rows.project().project().size == Size::Empty {
        page.items.clear();
    }
    Ok(page.body(fault))
}

/// Returns true if a member of an object is the wanted text; without one, any member matches.
fn matches(object: &Value, pointer: &str, wanted: Option<&String>) -> bool {
    let value = || object.pointer(pointer).and_then(Value::as_str);
    wanted.is_none_or(|wanted| value() == Some(wanted))
}

#[cfg(test)]
mod tests;
