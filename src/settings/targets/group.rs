//! Groups of targets: look-up by name, and their entries as selections.

use super::{RegionChoice, Wanted};
use crate::settings::ConnectionError;
use crate::settings::config::OwnFile;
use crate::settings::config::group::GroupTarget;

impl GroupTarget {
    /// Returns its selection, without these regions.
    ///
    /// # Errors
    ///
    /// A region is empty, or its keys contradict each other.
    pub(super) fn wanted(&self, excepted: &[RegionChoice]) -> Result<Wanted, ConnectionError> {
        let Self { origin, profile, regions, project_ids, all_projects, except_regions } = self;
        let regions = RegionChoice::all(regions, &format!("{origin} region"))?;
        let own = RegionChoice::all(except_regions, &format!("{origin} except_region"))?;
        let is_several = regions.len() > 1 || regions.iter().any(|it| it.pattern.is_some());
        if !project_ids.is_empty() && (is_several || *all_projects) {
            return Err(ConnectionError::new(
                format!("{origin}: project_id names projects of one region"),
                "give each region an entry of its own, or leave out project_id",
            ));
        }
        Ok(Wanted {
            profile: profile.clone(),
            regions,
            project_ids: project_ids.clone(),
            all_projects: *all_projects,
            excepted: own.into_iter().chain(excepted.iter().cloned()).collect(),
        })
    }
}

/// Returns the targets of a group.
///
/// # Errors
///
/// There is no such group; names the existing ones.
pub(super) fn find<'a>(own: &'a OwnFile, name: &str) -> Result<&'a [GroupTarget], ConnectionError> {
    let groups = own.config.iter().flat_map(|config| &config.groups);
    let known: Vec<_> = groups.clone().map(|group| group.name.as_str()).collect();
    let found = groups.clone().find(|group| group.name == name);
    found.map(|group| group.targets.as_slice()).ok_or_else(|| {
        let name = name.escape_debug();
        let hint = match known.as_slice() {
            [] => format!("add [[groups.{name}]] with profile or region to {}", own.name),
            known => format!("there are: {}", known.join(", ")),
        };
        ConnectionError::new(format!("--group: {} has no group `{name}`", own.name), hint)
    })
}

/// Returns the groups of the user's file, for completion.
pub(super) fn names() -> Vec<(String, String)> {
    let own = OwnFile::of_process();
    let groups = own.config.iter().flat_map(|config| &config.groups);
    groups.map(|group| (group.name.clone(), own.name.clone())).collect()
}
