//! The targets of a run: which regions and projects it reads, and with the credentials of which
//! profiles.
//!
//! Sends nothing: [`Wanted::needs_projects`] says whether the list of IAM is needed, and
//! [`Wanted::specs`] takes it.
//!
//! | module | what it owns |
//! |---|---|
//! | [`args`] | the flags |
//! | [`group`] | the groups of config.toml |

mod args;
pub(super) mod group;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::{ConnectionArgs, ConnectionError, clouds};
use crate::pipeline::filter::pattern::Pattern;
use crate::text::sanitize;
pub(crate) use args::TargetArgs;

/// Regions and projects to read with the credentials of one profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Profile with the credentials; `None` for those that are found without one.
    pub(crate) profile: Option<String>,
    regions: Vec<RegionChoice>,
    project_ids: Vec<String>,
    all_projects: bool,
    excepted: Vec<RegionChoice>,
}

/// A region, or a glob for several.
#[derive(Debug, Clone)]
struct RegionChoice {
    text: String,
    /// The glob, if it is one.
    pattern: Option<Pattern>,
    /// The flag or the entry of a file that has it.
    origin: String,
}

/// A project of an account, as IAM lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountProject {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_enabled: bool,
}

/// One target: settings that override those of flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TargetSpec {
    pub(crate) profile: Option<String>,
    /// `None` for that of the settings.
    pub(crate) region: Option<String>,
    /// `None` for that of the settings, or the main project of the region.
    pub(crate) project_id: Option<String>,
    /// Name of the project, if IAM lists it.
    pub(crate) project_name: Option<String>,
}

/// The targets of one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) specs: Vec<TargetSpec>,
    pub(crate) skipped: Vec<Skipped>,
    /// Regions that would be read if they were not excepted.
    pub(crate) left_out: Vec<String>,
}

/// Which projects that settings name apply to a target. A project belongs to one region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ProjectScope {
    /// All, since there is one region.
    #[default]
    Any,
    /// Those that are not known to be of another region.
    NotOfOthers,
    /// Those of the region of the target. One whose region is unknown is an error.
    OfRegion,
}

/// A project that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) project: AccountProject,
    pub(crate) profile: Option<String>,
    /// The reason, in words for a user.
    pub(crate) reason: String,
}

impl Skipped {
    /// The reason for a project beside the main one of a region, which a user may have expected.
    const NOT_MAIN: &str = "it is not the main project of its region";

    /// Returns true if only the main project of its region was wanted.
    pub(crate) fn is_beside_main(&self) -> bool {
        self.reason == Self::NOT_MAIN
    }
}

impl RegionChoice {
    fn new(text: &str, origin: &str) -> Result<Self, ConnectionError> {
        let refuse = |why: &str| {
            let hint = "give a region such as eu-de, or a glob such as 'eu-*'";
            ConnectionError::new(format!("{origin}: {why}"), hint)
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(refuse("a region is empty"));
        }
        let is_glob = text.contains(['*', '?', '[']);
        // A leading slash would make it a regular expression.
        let pattern = (is_glob && !text.starts_with('/')).then(|| text.parse::<Pattern>());
        let pattern = pattern.transpose().map_err(|why| refuse(&why))?;
        Ok(Self { text: text.to_owned(), pattern, origin: origin.to_owned() })
    }

    fn all(texts: &[String], origin: &str) -> Result<Vec<Self>, ConnectionError> {
        texts.iter().map(|text| Self::new(text, origin)).collect()
    }

    fn matches(&self, region: &str) -> bool {
        match &self.pattern {
            Some(pattern) => pattern.matches(region),
            None => self.text == region,
        }
    }
}

impl ConnectionArgs {
    /// Sets the region, project and profile that the flags name alone. Until then, only
    /// [`targets`](Self::targets) has them.
    pub(crate) fn settle(&mut self) {
        let only = |texts: &[String]| match texts {
            [only] => Some(only.clone()),
            _ => None,
        };
        let is_glob = |region: &String| region.contains(['*', '?', '[']);
        self.region = only(&self.targets.regions).filter(|region| !is_glob(region));
        self.project_id = only(&self.targets.project_ids);
        self.profile = only(&self.targets.profiles);
    }

    /// Returns true if the flags may name several targets.
    pub(crate) fn names_several(&self) -> bool {
        let TargetArgs { regions, project_ids, profiles, all_projects, group, .. } = &self.targets;
        let is_left_to_iam = *all_projects || (regions.len() == 1 && self.region.is_none());
        let counts = [regions.len(), project_ids.len(), profiles.len()];
        is_left_to_iam || group.is_some() || counts.iter().any(|count| *count > 1)
    }

    /// Rejects an exception where there is one target.
    ///
    /// # Errors
    ///
    /// `--except-region` was given.
    pub(crate) fn check_single(&self) -> Result<(), ConnectionError> {
        if self.targets.except_regions.is_empty() {
            return Ok(());
        }
        Err(ConnectionError::new(
            "--except-region leaves nothing out of one region",
            "it is for --all-projects, --group, and --region with a glob or several regions",
        ))
    }

    /// Rejects several targets for a command that reads one.
    ///
    /// # Errors
    ///
    /// The flags name several, or are for several.
    pub(crate) fn refuse_several(&self, command: &str) -> Result<(), ConnectionError> {
        let flag = self.targets.flag_for_several();
        let flag = flag.or_else(|| self.names_several().then_some("several targets"));
        flag.map_or(Ok(()), |flag| {
            Err(ConnectionError::new(
                format!("{command} reads one project, and not {flag}"),
                "give one --region, --project-id or --profile; cbr backups list reads several",
            ))
        })
    }

    /// Returns what the flags name, for each profile.
    ///
    /// # Errors
    ///
    /// The flags contradict each other, a region is empty, or there is no such group.
    pub(crate) fn wanted(&self) -> Result<Vec<Wanted>, ConnectionError> {
        let TargetArgs {
            regions, project_ids, profiles, all_projects, except_regions, group, ..
        } = &self.targets;
        let excepted = RegionChoice::all(except_regions, "--except-region")?;
        if let Some(name) = group {
            let targets = group::find(&self.own_file, name)?;
            return targets.iter().map(|target| target.wanted(&excepted)).collect();
        }
        let regions = RegionChoice::all(regions, "--region")?;
        let is_several = regions.len() > 1 || regions.iter().any(|it| it.pattern.is_some());
        let refuse = |message: &str, hint: &str| Err(ConnectionError::new(message, hint));
        if !excepted.is_empty() && !all_projects && !is_several {
            return refuse(
                "--except-region leaves nothing out of one region",
                "it is for --all-projects, --group, and --region with a glob or several regions",
            );
        }
        if !project_ids.is_empty() && (is_several || profiles.len() > 1) {
            return refuse(
                "--project-id names projects of one region and one account, and there are several",
                "give --project-id alone, or once in each entry of a group in config.toml",
            );
        }
        if let Some(empty) = [("--project-id", project_ids), ("--profile", profiles)]
            .iter()
            .find(|(_, texts)| texts.iter().any(|text| text.trim().is_empty()))
        {
            return refuse(
                &format!("{}: a part of the list is empty", empty.0),
                "remove the comma",
            );
        }
        let accounts: Vec<_> = match profiles.as_slice() {
            [] => vec![None],
            profiles => profiles.iter().map(|profile| Some(profile.clone())).collect(),
        };
        let wanted = accounts.into_iter().map(|profile| Wanted {
            profile,
            regions: regions.clone(),
            project_ids: project_ids.clone(),
            all_projects: *all_projects,
            excepted: excepted.clone(),
        });
        Ok(wanted.collect())
    }

    /// Returns the flags with those of one target in place of several.
    pub(crate) fn of_target(&self, spec: &TargetSpec, project_scope: ProjectScope) -> Self {
        Self {
            profile: spec.profile.clone(),
            region: spec.region.clone(),
            project_id: spec.project_id.clone(),
            project_scope,
            ..self.clone()
        }
    }
}

impl Wanted {
    /// Returns true if only IAM knows which projects these are.
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
        let known: Vec<_> = projects.iter().filter_map(|it| clouds::region_in(&it.name)).collect();
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
            let Some(region) = clouds::region_in(&project.name) else {
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
            let of_name = name.as_deref().and_then(clouds::region_in).map(str::to_owned);
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
