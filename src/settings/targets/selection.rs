//! Resolves the selection of an account to targets, with the list of IAM if needed.

use std::collections::BTreeSet;

use super::{AccountProject, RegionChoice, Selected, Skipped, TargetSpec, Wanted};
use crate::settings::{ConnectionError, regions};
use crate::text::sanitize;

impl Wanted {
    /// Returns true if the selection needs the project list of IAM.
    pub(crate) fn needs_projects(&self) -> bool {
        let has_glob = self.regions.iter().any(|region| region.pattern.is_some());
        self.all_projects || has_glob || self.project_ids.len() > 1
    }

    /// Returns targets whose settings lead to the IAM of the account: one for each region, since
    /// some clouds have an IAM in each.
    pub(crate) fn bases(&self) -> Vec<TargetSpec> {
        let base = TargetSpec { profile: self.profile.clone(), ..TargetSpec::default() };
        let named = self.regions.iter().filter(|region| region.pattern.is_none());
        let of = |region: &RegionChoice| TargetSpec {
            region: Some(region.text.clone()),
            ..base.clone()
        };
        let bases: Vec<_> = named.map(of).collect();
        if bases.is_empty() { vec![base] } else { bases }
    }

    /// Returns the targets without the list of IAM.
    ///
    /// # Errors
    ///
    /// Every region is excepted.
    pub(crate) fn specs(&self) -> Result<Selected, ConnectionError> {
        let mut specs = self.bases();
        if let [project_id] = self.project_ids.as_slice() {
            for spec in &mut specs {
                spec.project_id = Some(project_id.clone());
            }
        }
        let mut seen = BTreeSet::new();
        specs.retain(|spec| seen.insert(spec.region.clone()));
        let mut left_out = Vec::new();
        specs.retain(|spec| {
            let excepted = spec.region.as_ref().filter(|region| self.is_excepted(region));
            left_out.extend(excepted.cloned());
            excepted.is_none()
        });
        self.check_any(specs.is_empty())?;
        Ok(Selected { specs, skipped: Vec::new(), left_out })
    }

    /// Returns the targets among the projects that IAM lists, and those projects of the wanted
    /// regions that are not read.
    ///
    /// # Errors
    ///
    /// A wanted region or project is not in the list, or nothing is left.
    pub(crate) fn specs_of(
        &self,
        projects: &[AccountProject],
    ) -> Result<Selected, ConnectionError> {
        let mut selected = Selected::default();
        if !self.project_ids.is_empty() {
            return Ok(Selected { specs: self.specs_by_id(projects), ..selected });
        }
        let known: Vec<_> = projects.iter().filter_map(|it| regions::region_in(&it.name)).collect();
        for region in &self.regions {
            if !known.iter().any(|known| region.matches(known)) {
                return Err(no_project_in(region, &known));
            }
        }
        for project in projects {
            let skip = |reason: &str| Skipped {
                project: project.clone(),
                profile: self.profile.clone(),
                reason: reason.to_owned(),
            };
            let Some(region) = regions::region_in(&project.name) else {
                if self.regions.is_empty() {
                    selected.skipped.push(skip("its name names no region"));
                }
                continue;
            };
            let is_main = region == project.name;
            let is_wanted =
                self.regions.is_empty() || self.regions.iter().any(|choice| choice.matches(region));
            if !is_wanted {
                continue;
            }
            if !(self.all_projects || is_main) {
                if project.is_enabled && !self.is_excepted(region) {
                    selected.skipped.push(skip(Skipped::NOT_MAIN));
                }
                continue;
            }
            if !project.is_enabled {
                selected.skipped.push(skip("it is disabled"));
            } else if self.is_excepted(region) {
                selected.left_out.push(region.to_owned());
                selected.skipped.push(skip("its region is excepted"));
            } else {
                selected.specs.push(TargetSpec {
                    profile: self.profile.clone(),
                    region: Some(region.to_owned()),
                    project_id: Some(project.id.clone()),
                    project_name: Some(project.name.clone()),
                });
            }
        }
        self.check_any(selected.specs.is_empty())?;
        // A region that was named is read, or excepted.
        let named = self.regions.iter().filter(|choice| choice.pattern.is_none());
        for RegionChoice { origin, text, .. } in named.filter(|it| !self.is_excepted(&it.text)) {
            if !selected.specs.iter().any(|spec| spec.region.as_ref() == Some(text)) {
                return Err(ConnectionError::new(
                    format!("{origin}: no project of region {text} can be read"),
                    "its main project is missing or disabled; --all-projects reads the others",
                ));
            }
        }
        Ok(selected)
    }

    /// Returns a target for each project id. IAM knows the region of its own projects; that of
    /// others is the given one, and the service rejects them if it is wrong.
    fn specs_by_id(&self, projects: &[AccountProject]) -> Vec<TargetSpec> {
        let given = self.regions.first().map(|region| region.text.clone());
        let mut seen = BTreeSet::new();
        let ids = self.project_ids.iter().filter(|id| seen.insert(id.as_str()));
        let spec = |id: &String| {
            let project = projects.iter().find(|project| project.id == *id);
            let name = project.map(|project| project.name.clone());
            let of_name = name.as_deref().and_then(regions::region_in).map(str::to_owned);
            TargetSpec {
                profile: self.profile.clone(),
                region: given.clone().or(of_name),
                project_id: Some(id.clone()),
                project_name: name,
            }
        };
        ids.map(spec).collect()
    }

    fn is_excepted(&self, region: &str) -> bool {
        self.excepted.iter().any(|excepted| excepted.matches(region))
    }

    /// Rejects an exception without effect on any account: it is mistyped.
    ///
    /// # Errors
    ///
    /// Names the first that matches none of the regions that were `left_out`.
    pub(crate) fn check_exceptions(
        &self,
        left_out: &[String],
        read: &[TargetSpec],
    ) -> Result<(), ConnectionError> {
        let is_idle =
            |excepted: &&RegionChoice| !left_out.iter().any(|region| excepted.matches(region));
        let known: Vec<_> = read.iter().filter_map(|spec| spec.region.as_ref()).collect();
        self.excepted.iter().find(is_idle).map_or(Ok(()), |idle| Err(no_project_in(idle, &known)))
    }

    fn check_any(&self, is_empty: bool) -> Result<(), ConnectionError> {
        if !is_empty {
            return Ok(());
        }
        let whose = match &self.profile {
            Some(profile) => format!("profile {}", sanitize::visible(profile)),
            None => "these credentials".to_owned(),
        };
        Err(ConnectionError::new(
            format!("there is no project to read for {whose}"),
            "cbr backups list --all-projects without --region and --except-region reads all",
        ))
    }
}

/// Returns the error for a region or glob without a project.
fn no_project_in(region: &RegionChoice, known: &[impl AsRef<str>]) -> ConnectionError {
    let known: BTreeSet<_> = known.iter().map(AsRef::as_ref).collect();
    let known: Vec<_> = known.into_iter().map(sanitize::visible).collect();
    let RegionChoice { origin, text, .. } = region;
    ConnectionError::new(
        format!("{origin}: no project is in a region `{}`", text.escape_debug()),
        match known.as_slice() {
            [] => "this user has no project in any region".to_owned(),
            known => format!("there are projects in {}", known.join(", ")),
        },
    )
}
