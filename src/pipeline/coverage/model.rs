//! A model: random accounts, in which no claim is ever better than the truth.

use fastrand::Rng;

use super::*;
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
    /// Protectables are listed for its type.
    is_listed: bool,
    in_vault: bool,
    /// Age in hours and whether it is usable.
    backups: Vec<(i64, bool)>,
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
        backups: (0..count).map(|_| (random.i64(1..60), random.bool())).collect(),
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
            for (hours, is_usable) in &resource.backups {
                let created = time::rfc3339(NOW - hours * HOUR).unwrap();
                let status = if *is_usable { "available" } else { "error" };
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
        let existing =
            resources.iter().filter(|it| it.exists && it.is_listed).map(protectable).collect();
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
            let newest =
                truth.backups.iter().filter(|(_, usable)| *usable).map(|(hours, _)| *hours).min();
            let is_fresh = newest.is_some_and(|hours| hours < 26);
            let told = format!("seed {seed}: {assessment:?}");
            match assessment.state {
                State::Ok => assert!(is_fresh, "{told}"),
                State::Stale => assert!(newest.is_some() && !is_fresh, "{told}"),
                State::None => {
                    let known = matches!(knowledge.vaults, Source::Complete(_))
                        && (inventory != Inventory::All
                            || matches!(knowledge.protectables, Source::Complete(_)));
                    assert!(newest.is_none() && known, "{told}");
                }
                State::Unprotected => {
                    let known = matches!(knowledge.vaults, Source::Complete(_))
                        && matches!(knowledge.protectables, Source::Complete(_));
                    assert!(!truth.in_vault && truth.exists && !is_fresh && known, "{told}");
                }
                State::Orphan => assert!(!truth.exists, "{told}"),
                State::Unsupported => assert!(!truth.is_supported && !is_fresh, "{told}"),
                State::Unknown => assert!(!is_fresh, "{told}"),
            }
        }
        // Nothing that is known goes missing.
        for truth in resources.iter().filter(|it| !it.backups.is_empty()) {
            assert!(assessments.iter().any(|it| it.resource_id == truth.id), "seed {seed}");
        }
    }
}
