//! The region: one that a source names, or one that other settings imply.

use crate::settings::lookup::{Lookup, Rank};
use crate::settings::source::Source;
use crate::settings::{Setting, hosts, regions};

/// The region, and how it was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) setting: Setting,
    /// True if no source names it. Settings that belong to one region imply it.
    pub(super) is_implied: bool,
}

impl Region {
    /// Finds the region that a source names, or else the one that the settings imply. A profile or
    /// cloud that a flag selects implies its region before variables of other tools name one.
    pub(super) fn find(lookups: &[Lookup]) -> Option<Self> {
        let all = |_: &&Lookup| true;
        let is_near = |lookup: &&Lookup| lookup.rank <= Rank::OwnVariables;
        let is_selected = |lookup: &&Lookup| lookup.rank == Rank::Selected;
        let named = |wanted: &dyn Fn(&&Lookup) -> bool| {
            let setting = lookups.iter().filter(wanted).find_map(|it| it.source.region.clone())?;
            Some(Self { setting, is_implied: false })
        };
        let implied = |wanted: &dyn Fn(&&Lookup) -> bool| {
            let sources = lookups.iter().filter(wanted).map(|lookup| &lookup.source);
            let sources: Vec<_> = sources.filter(|source| source.shares_project).collect();
            Some(Self { setting: implied_region(&sources)?, is_implied: true })
        };
        named(&is_near)
            .or_else(|| implied(&is_selected))
            .or_else(|| named(&all))
            .or_else(|| implied(&all))
    }
}

/// Returns the region of the project's name, of the identity host, or the first of a list.
fn implied_region(sources: &[&Source]) -> Option<Setting> {
    let of = |setting: &Setting, region: &str, how: &str| {
        Setting::new(format!("{} ({how})", setting.origin), region)
    };
    let iam = sources.iter().find_map(|source| source.iam.as_ref());
    let host = iam.map(|iam| hosts::host_of(&iam.value).unwrap_or_default());
    // A private cloud can give its projects names of known regions.
    if host.as_deref().is_some_and(|host| regions::of_identity(host).is_none()) {
        return None;
    }
    // A name beside an id of higher rank is that of another project.
    let project =
        sources.iter().find(|source| source.project_id.is_some() || source.project_name.is_some());
    let of_project = || {
        let name = project?.project_name.as_ref()?;
        Some(of(name, regions::of_project(&name.value)?, "project name"))
    };
    let of_host =
        || Some(of(iam?, regions::region_of_identity(host.as_deref()?)?, "identity host"));
    let first = || sources.iter().find_map(|source| source.first_region.clone());
    of_project().or_else(of_host).or_else(first)
}
