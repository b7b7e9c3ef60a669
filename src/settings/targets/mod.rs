//! The targets of a run: regions and projects, each with the profile of its credentials.
//!
//! Sends nothing: [`Wanted::needs_projects`] says whether the list of IAM is needed, and
//! [`Wanted::specs`] takes it.
//!
//! | module | what it owns |
//! |---|---|
//! | [`args`] | the flags |
//! | [`selection`] | the targets of an account |
//! | [`group`] | the groups of config.toml |

mod args;
pub(super) mod group;
mod selection;
#[cfg(test)]
mod tests;

use super::{ConnectionArgs, ConnectionError};
use crate::pipeline::filter::pattern::Pattern;
pub(crate) use args::TargetArgs;

/// Regions and projects to read with the credentials of one profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Profile with the credentials; `None` for the default search.
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
    /// Reason for skipping a project that is not the main one of its region.
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
    /// Sets each of region, project and profile that the flags name once. Until then, only
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

    /// Rejects `--except-region` with a single target.
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
