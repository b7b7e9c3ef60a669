//! Determines the state of each resource from backups and inventory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use clap::ValueEnum;

use super::{Backups, State, schedule};
use crate::record::inventory::{Policy, Protectable, Task, Vault, VaultResource};
use crate::record::target::TargetTag;
use crate::time;

/// Source of the resources, other than the backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Inventory {
    /// Resources in a vault
    Vaults,
    /// Also resources that could be backed up and are in no vault
    All,
    /// Only resources that have backups
    None,
}

/// The result of reading one source.
#[derive(Clone, Debug, Default)]
pub(crate) enum Source<T> {
    /// Complete, proven as far as the API allows.
    Complete(Vec<T>),
    /// Incomplete, or not proven complete.
    Partial(Vec<T>),
    /// Unreadable: the request failed, or the permission is missing.
    Unreadable,
    /// Not read.
    #[default]
    Unused,
}

impl<T> Source<T> {
    /// Returns the items that were read.
    pub(crate) fn items(&self) -> &[T] {
        match self {
            Self::Complete(items) | Self::Partial(items) => items,
            Self::Unreadable | Self::Unused => &[],
        }
    }

    fn is_complete(&self) -> bool {
        matches!(self, Self::Complete(_))
    }
}

/// Data from all sources other than the backups.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    pub(crate) vaults: Source<Vault>,
    pub(crate) protectables: Source<Protectable>,
    pub(crate) policies: Source<Policy>,
    /// Failed, skipped and timed-out tasks.
    pub(crate) tasks: Source<Task>,
}

impl Knowledge {
    /// Returns the number of resources that a vault protects, but that are missing from the
    /// protectables. They exist, so that list is incomplete.
    pub(crate) fn missing_protectables(&self) -> usize {
        let (Source::Complete(vaults), Source::Complete(protectables)) =
            (&self.vaults, &self.protectables)
        else {
            return 0;
        };
        let listed: HashSet<_> =
            protectables.iter().map(|protectable| protectable.id.as_str()).collect();
        let is_missing = |resource: &&VaultResource| {
            let is_listed =
                resource.resource_type.as_deref().is_some_and(|kind| LISTED_TYPES.contains(&kind));
            let is_deleted = resource.protect_status.as_deref() == Some("deleted");
            is_listed
                && !is_deleted
                && !resource.id.is_empty()
                && !listed.contains(resource.id.as_str())
        };
        let backed_up = vaults.iter().filter(|vault| !vault.holds_replicas());
        backed_up.flat_map(|vault| &vault.resources).filter(is_missing).count()
    }
}

/// Resource types for which protectables are listed.
const LISTED_TYPES: [&str; 4] =
    ["OS::Nova::Server", "OS::Cinder::Volume", "OS::Sfs::Turbo", "OS::Workspace::DesktopV2"];

/// Maximum age of the newest usable backup without a flag and a policy: a day and two hours.
pub(crate) const DEFAULT_MAX_AGE: i64 = 26 * 3600 * 1_000_000;

/// The judgement of one resource. Times are in microseconds since 1970, spans in microseconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assessment {
    pub(crate) state: State,
    pub(crate) resource_id: String,
    pub(crate) name: Option<String>,
    pub(crate) resource_type: Option<String>,
    pub(crate) usable: u64,
    pub(crate) newest: Option<i64>,
    pub(crate) oldest: Option<i64>,
    pub(crate) last_try: Option<(i64, String)>,
    pub(crate) vault_id: Option<String>,
    pub(crate) vault_name: Option<String>,
    pub(crate) max_age: i64,
    pub(crate) why: Option<String>,
    /// Times of the usable backups, if they are kept.
    pub(crate) times: Vec<i64>,
    /// Target of the resource, if there are several.
    pub(crate) target: Option<Arc<TargetTag>>,
    /// Name of that target, for messages.
    pub(crate) place: Option<Arc<str>>,
}

/// Facts that determine the state of a resource.
#[derive(Default)]
struct Facts<'a> {
    backups: Backups,
    /// Vault that the resource is in, with its name.
    vault: Option<(&'a str, Option<&'a str>)>,
    /// The vault reports that the resource is deleted.
    is_deleted: bool,
    protectable: Option<&'a Protectable>,
    /// Id of the server that the volume belongs to.
    parent: Option<&'a str>,
    task: Option<&'a Task>,
}

/// Judges every resource that has backups or is in the inventory. `max_age` overrides the policies.
/// Sorted worst first, then by the newest backup, the oldest first.
pub(crate) fn assess(
    resources: HashMap<Box<str>, Backups>,
    knowledge: &Knowledge,
    inventory: Inventory,
    max_age: Option<i64>,
    now: i64,
) -> Vec<Assessment> {
    let mut facts: BTreeMap<String, Facts<'_>> = resources
        .into_iter()
        .map(|(id, backups)| (id.into(), Facts { backups, ..Facts::default() }))
        .collect();
    add_vaults(&mut facts, knowledge.vaults.items());
    add_protectables(&mut facts, knowledge.protectables.items());
    for task in knowledge.tasks.items() {
        if let Some(facts) = facts.get_mut(&task.extra_info.resource.id)
            && facts.task.is_none_or(|known| known.started_at < task.started_at)
        {
            facts.task = Some(task);
        }
    }
    let policy_ages = policy_ages(knowledge.policies.items());
    let judge = Judge { knowledge, inventory, now };
    let mut assessments: BTreeMap<&str, Assessment> = BTreeMap::new();
    for (id, facts) in &facts {
        let vault_id = facts.vault.map(|(id, _)| id).or(facts.backups.vault_id.as_deref());
        let by_policy = vault_id.and_then(|id| policy_ages.get(id).copied());
        let max_age = max_age.or(by_policy).unwrap_or(DEFAULT_MAX_AGE);
        assessments.insert(id, judge.assessment(id, facts, max_age));
    }
    let mut judged: Vec<_> = facts
        .iter()
        .filter_map(|(id, facts)| {
            let own = assessments.get(id.as_str())?;
            let parent = facts.parent.and_then(|parent| assessments.get(parent));
            Some(covered_by(own, parent))
        })
        .collect();
    sort_worst_first(&mut judged);
    judged
}

/// Sorts by state, then by the newest usable backup, the oldest first.
pub(crate) fn sort_worst_first(assessments: &mut [Assessment]) {
    assessments.sort_by(|a, b| {
        let key =
            |assessment: &Assessment| (assessment.state, assessment.newest.unwrap_or(i64::MIN));
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
}

/// Returns the assessment of a volume. It is covered if its server is.
fn covered_by(own: &Assessment, parent: Option<&Assessment>) -> Assessment {
    match parent {
        Some(parent) if parent.state == State::Ok && own.state != State::Ok => {
            let name = parent.name.as_deref().unwrap_or(&parent.resource_id);
            Assessment {
                state: State::Ok,
                newest: parent.newest,
                vault_id: parent.vault_id.clone(),
                vault_name: parent.vault_name.clone(),
                why: Some(format!("backed up with {name}")),
                ..own.clone()
            }
        }
        _ => own.clone(),
    }
}

/// Adds the resources of vaults. Those of replication vaults are replicas.
fn add_vaults<'a>(facts: &mut BTreeMap<String, Facts<'a>>, vaults: &'a [Vault]) {
    for vault in vaults {
        if vault.holds_replicas() {
            continue;
        }
        for resource in vault.resources.iter().filter(|resource| !resource.id.is_empty()) {
            let facts = facts.entry(resource.id.clone()).or_default();
            facts.vault = Some((&vault.id, vault.name.as_deref()));
            facts.is_deleted = resource.protect_status.as_deref() == Some("deleted");
            let Backups { name, resource_type, .. } = &mut facts.backups;
            *name = name.take().or(resource.name.clone());
            *resource_type = resource_type.take().or(resource.resource_type.clone());
        }
    }
}

/// Adds the resources that could be backed up, and the server of each volume.
fn add_protectables<'a>(facts: &mut BTreeMap<String, Facts<'a>>, protectables: &'a [Protectable]) {
    for protectable in protectables.iter().filter(|protectable| !protectable.id.is_empty()) {
        let entry = facts.entry(protectable.id.clone()).or_default();
        entry.protectable = Some(protectable);
        // The current name; backups have the name at their creation.
        entry.backups.name = protectable.name.clone().or(entry.backups.name.take());
        entry.backups.resource_type =
            protectable.resource_type.clone().or(entry.backups.resource_type.take());
        if let Some(vault) = &protectable.protectable.vault
            && entry.vault.is_none()
        {
            entry.vault = Some((&vault.id, vault.name.as_deref()));
        }
    }
    for protectable in protectables {
        for child in protectable.children.iter().filter(|child| !child.id.is_empty()) {
            if let Some(child) = facts.get_mut(&child.id) {
                child.parent = Some(&protectable.id);
            }
        }
    }
}

/// Returns the longest planned time between two backups, by the id of the vault. If a vault has
/// several policies, the strictest applies.
fn policy_ages(policies: &[Policy]) -> HashMap<&str, i64> {
    let mut ages: HashMap<&str, i64> = HashMap::new();
    for policy in policies {
        let gap = schedule::longest_gap(policy).and_then(|gap| i64::try_from(gap.as_micros()).ok());
        let Some(gap) = gap else { continue };
        for vault in &policy.associated_vaults {
            let age = ages.entry(&vault.vault_id).or_insert(gap);
            *age = gap.min(*age);
        }
    }
    ages
}

/// Judges single resources.
struct Judge<'a> {
    knowledge: &'a Knowledge,
    inventory: Inventory,
    now: i64,
}

impl Judge<'_> {
    fn assessment(&self, id: &str, facts: &Facts<'_>, max_age: i64) -> Assessment {
        let Backups { name, resource_type, vault_id, usable, oldest, newest, last_try, .. } =
            &facts.backups;
        let (state, reason) = self.state(facts, max_age);
        let (vault, vault_name) = match facts.vault {
            Some((id, name)) => (Some(id.to_owned()), name.map(str::to_owned)),
            None => (vault_id.clone(), self.vault_name(vault_id.as_deref())),
        };
        let why = facts.task.and_then(|task| self.why(task, *newest)).or(reason);
        Assessment {
            state,
            resource_id: id.to_owned(),
            name: name.clone(),
            resource_type: resource_type.clone(),
            usable: *usable,
            newest: *newest,
            oldest: *oldest,
            last_try: last_try.clone(),
            vault_id: vault,
            vault_name,
            max_age,
            why: why.filter(|_| state != State::Ok),
            times: facts.backups.times.clone(),
            target: None,
            place: None,
        }
    }

    fn vault_name(&self, id: Option<&str>) -> Option<String> {
        let vault = self.knowledge.vaults.items().iter().find(|vault| Some(&*vault.id) == id)?;
        vault.name.clone()
    }

    /// Returns the state, with a reason if it is not ok and the cause is known.
    fn state(&self, facts: &Facts<'_>, max_age: i64) -> (State, Option<String>) {
        let Knowledge { vaults, protectables, .. } = self.knowledge;
        let resource_type = facts.backups.resource_type.as_deref();
        let is_listed = resource_type.is_some_and(|kind| LISTED_TYPES.contains(&kind));
        // The vaults confirm the protectables, which paging alone does not prove complete.
        let is_inventoried = protectables.is_complete() && vaults.is_complete();
        let is_missing = is_inventoried && facts.protectable.is_none() && is_listed;
        let is_gone = facts.is_deleted || is_missing;
        if is_gone {
            return (State::Orphan, None);
        }
        if facts.backups.newest.is_some_and(|newest| newest > self.now.saturating_sub(max_age)) {
            return (State::Ok, None);
        }
        if facts.backups.undated > 0 {
            // The backup may be recent.
            return (State::Unknown, Some("a backup has no readable created_at".to_owned()));
        }
        let protection = facts.protectable.map(|protectable| &protectable.protectable);
        if let Some(protection) = protection
            && protection.result == Some(false)
        {
            let texts = [&protection.code, &protection.reason];
            let texts: Vec<_> =
                texts.into_iter().flatten().filter(|text| !text.is_empty()).collect();
            let why = texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(": ");
            return (State::Unsupported, Some(why).filter(|why| !why.is_empty()));
        }
        let is_in_no_vault = facts.vault.is_none() && vaults.is_complete();
        if is_in_no_vault && is_inventoried && facts.protectable.is_some() {
            return (State::Unprotected, None);
        }
        if facts.backups.newest.is_some() {
            return (State::Stale, None);
        }
        let is_known = match self.inventory {
            Inventory::Vaults => vaults.is_complete(),
            Inventory::All => is_inventoried,
            Inventory::None => false,
        };
        if is_known {
            return (State::None, is_in_no_vault.then(|| "in no vault".to_owned()));
        }
        (State::Unknown, None)
    }

    /// Returns the message of a task, if it is newer than the newest usable backup.
    fn why(&self, task: &Task, newest: Option<i64>) -> Option<String> {
        let started = task.started_at.as_deref()?;
        let at = time::instant(started)?;
        if newest.is_some_and(|newest| newest > at) {
            return None;
        }
        let texts = [&task.error_info.code, &task.error_info.message];
        let texts: Vec<_> = texts.into_iter().flatten().filter(|text| !text.is_empty()).collect();
        let error = texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(": ");
        let status = task.status.as_deref().unwrap_or("failed");
        let day = time::day(started, time::zone()).unwrap_or_default();
        let colon = if error.is_empty() { "" } else { ": " };
        Some(format!("{status} on {day}{colon}{error}"))
    }
}
