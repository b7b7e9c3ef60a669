//! A model of random accounts: no claim is better than the truth.

use fastrand::Rng;

use super::{Coverage, Inventory, Knowledge, RowSink as _, Source, State, assess, time};
use crate::listing::seeds;
use crate::record::inventory::{Protectable, Protection, Vault, VaultResource};
use crate::record::row::RowSpan;

const NOW: i64 = 1_800_000_000_000_000;
const HOUR: i64 = 3_600_000_000;
const MAX_AGE: i64 = 26 * HOUR;

/// The truth about a resource.
struct Resource {
    id: String,
    exists: bool,
    is_supported: bool,
    /// True if protectables are listed for its type.
    is_listed: bool,
    in_vault: bool,
    /// True if it is deleted after the vaults are read, and before the protectables are.
    is_deleted_meanwhile: bool,
    backups: Vec<Backup>,
}

/// A backup, which may be deleted while the list is read.
struct Backup {
    hours: i64,
    is_usable: bool,
    is_deleted_meanwhile: bool,
}

impl Resource {
    fn resource_type(&self) -> &'static str {
        if self.is_listed { "OS::Nova::Server" } else { "OS::Hybrid::VirtualMachine" }
    }
}

fn resource(number: usize, random: &mut Rng) -> Resource {
    let count = random.usize(0..4);
    Resource {
        id: format!("r{number}"),
        exists: random.u8(0..5) > 0,
        is_supported: random.u8(0..5) > 0,
        is_listed: random.u8(0..4) > 0,
        in_vault: random.bool(),
        is_deleted_meanwhile: random.u8(0..5) == 0,
        backups: (0..count).map(|_| backup(random)).collect(),
    }
}

fn backup(random: &mut Rng) -> Backup {
    Backup {
        hours: random.i64(1..60),
        is_usable: random.bool(),
        is_deleted_meanwhile: random.u8(0..5) == 0,
    }
}

/// A source: complete, partial with some of the items, or unreadable.
fn source<T>(items: Vec<T>, random: &mut Rng) -> Source<T> {
    match random.u8(0..4) {
        0 => Source::Unreadable,
        1 => Source::Partial(items.into_iter().filter(|_| random.bool()).collect()),
        _ => Source::Complete(items),
    }
}

fn vault(resources: &[Resource], random: &mut Rng) -> Vault {
    let bound = resources.iter().filter(|it| it.in_vault).map(|it| VaultResource {
        id: it.id.clone(),
        resource_type: Some(it.resource_type().to_owned()),
        protect_status: (!it.exists && random.bool()).then(|| "deleted".to_owned()),
        ..VaultResource::default()
    });
    Vault { id: "v".to_owned(), resources: bound.collect(), ..Vault::default() }
}

fn protectable(resource: &Resource) -> Protectable {
    let vault = resource
        .in_vault
        .then(|| crate::record::inventory::VaultName { id: "v".to_owned(), name: None });
    Protectable {
        id: resource.id.clone(),
        protectable: Protection {
            result: Some(resource.is_supported),
            vault,
            ..Protection::default()
        },
        ..Protectable::default()
    }
}

#[test]
fn no_claim_is_better_than_the_truth() {
    for seed in seeds(10_000) {
        let mut random = Rng::with_seed(seed);
        let number = random.usize(0..8);
        let resources: Vec<_> = (0..number).map(|number| resource(number, &mut random)).collect();
        let mut coverage = Coverage::new(|| NOW, None, false);
        for resource in &resources {
            for backup in &resource.backups {
                // A list may have a backup that is deleted while it is read, or not.
                if backup.is_deleted_meanwhile && random.bool() {
                    continue;
                }
                let created = time::rfc3339(NOW - backup.hours * HOUR).unwrap();
                let status = if backup.is_usable { "available" } else { "error" };
                let record = format!(
                    r#"{{"resource_id":"{}","resource_type":"{}","status":"{status}",
                        "created_at":"{created}"}}"#,
                    resource.id,
                    resource.resource_type()
                );
                assert!(
                    coverage
                        .push(RowSpan::alone(&record).unwrap().row(&record))
                        .unwrap()
                        .is_continue()
                );
            }
        }
        let inventory = [Inventory::Vaults, Inventory::All, Inventory::None][random.usize(0..3)];
        let vaults = vec![vault(&resources, &mut random)];
        let is_listed = |it: &&Resource| it.exists && !it.is_deleted_meanwhile && it.is_listed;
        let existing = resources.iter().filter(is_listed).map(protectable).collect();
        let knowledge = Knowledge {
            vaults: match inventory {
                Inventory::None => Source::Unused,
                _ => source(vaults, &mut random),
            },
            protectables: match inventory {
                Inventory::All => source(existing, &mut random),
                _ => Source::Unused,
            },
            ..Knowledge::default()
        };
        let assessments =
            assess(coverage.into_resources(), &knowledge, inventory, Some(MAX_AGE), NOW);
        for assessment in &assessments {
            let truth = resources.iter().find(|it| it.id == assessment.resource_id).unwrap();
            let newest = |until_the_end: bool| {
                let usable = truth.backups.iter().filter(|it| it.is_usable);
                usable
                    .filter(|it| !(until_the_end && it.is_deleted_meanwhile))
                    .map(|it| it.hours)
                    .min()
            };
            // At the beginning of the run, and throughout it.
            let (at_first, throughout) = (newest(false), newest(true));
            let was_fresh = at_first.is_some_and(|hours| hours < 26);
            let is_fresh = throughout.is_some_and(|hours| hours < 26);
            let is_gone = !truth.exists || truth.is_deleted_meanwhile;
            let expected = format!("seed {seed}: {assessment:?}");
            match assessment.state {
                State::Ok => assert!(was_fresh, "{expected}"),
                State::Stale => assert!(at_first.is_some() && !is_fresh, "{expected}"),
                State::None => {
                    let known = matches!(knowledge.vaults, Source::Complete(_))
                        && (inventory != Inventory::All
                            || matches!(knowledge.protectables, Source::Complete(_)));
                    assert!(throughout.is_none() && known, "{expected}");
                }
                State::Unprotected => {
                    let known = matches!(knowledge.vaults, Source::Complete(_))
                        && matches!(knowledge.protectables, Source::Complete(_));
                    assert!(!truth.in_vault && truth.exists && !is_fresh && known, "{expected}");
                }
                State::Orphan => assert!(is_gone, "{expected}"),
                State::Unsupported => assert!(!truth.is_supported && !is_fresh, "{expected}"),
                State::Unknown => assert!(!is_fresh, "{expected}"),
            }
        }
        // No known resource is missing.
        let has_backup =
            |it: &&Resource| it.backups.iter().any(|backup| !backup.is_deleted_meanwhile);
        for truth in resources.iter().filter(has_backup) {
            assert!(assessments.iter().any(|it| it.resource_id == truth.id), "seed {seed}");
        }
    }
}
