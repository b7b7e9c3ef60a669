//! The flags that name the targets of a run.

use std::time::Duration;

use clap::Args;

use crate::settings::{profiles, regions};
use crate::text::hints;
use crate::time;

/// Regions, projects and profiles.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct TargetArgs {
    /// Region of the backups, such as eu-de; or several, or a glob such as 'eu-*' [env: CBR_REGION,
    /// for one]
    ///
    /// It determines the endpoint. Several regions, projects and profiles make one list: each is
    /// proven complete. A glob selects the main projects of the matching regions that IAM lists for
    /// the account.
    #[arg(
        long = "region",
        id = "region",
        value_name = "REGION,…",
        value_delimiter = ',',
        global = true,
        add = hints::one_of(regions::names)
    )]
    pub(crate) regions: Vec<String>,

    /// Project of the backups (its id), or several [env: CBR_PROJECT_ID]
    #[arg(
        long = "project-id",
        id = "project_id",
        value_name = "ID,…",
        value_delimiter = ',',
        global = true,
        conflicts_with = "all_projects"
    )]
    pub(crate) project_ids: Vec<String>,

    /// Profile with the settings, or several, overriding all variables: of config.toml, or else of
    /// KooCLI [env: CBR_PROFILE]
    #[arg(
        long = "profile",
        id = "profile",
        value_name = "NAME,…",
        value_delimiter = ',',
        global = true,
        conflicts_with = "cloud",
        add = hints::found(profiles)
    )]
    pub(crate) profiles: Vec<String>,

    /// Every enabled project of the account, or of its regions that --region names
    ///
    /// IAM lists the projects; no permission is needed for that. Projects whose names do not begin
    /// with a region, such as MOS, have no backups and are skipped.
    #[arg(long, global = true)]
    pub(crate) all_projects: bool,

    /// Leave out this region, or several, or a glob
    #[arg(
        long = "except-region",
        id = "except_region",
        value_name = "REGION,…",
        value_delimiter = ',',
        global = true
    )]
    pub(crate) except_regions: Vec<String>,

    /// Targets of this name in the configuration file
    ///
    /// [[groups.NAME]] has the keys profile, region, project_id, all_projects and except_region,
    /// and may be repeated.
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        conflicts_with_all = ["region", "project_id", "profile", "cloud", "all_projects"],
        add = hints::found(super::group::names)
    )]
    pub(crate) group: Option<String>,

    /// Print the complete targets if others fail, and exit with code 6
    #[arg(long, global = true)]
    pub(crate) partial: bool,

    /// Maximum time to wait for each of several targets, such as 30s [default: none]
    #[arg(long, value_name = "DURATION", global = true, value_parser = time::duration)]
    pub(crate) target_timeout: Option<Duration>,
}

impl TargetArgs {
    /// Returns the first given flag that makes sense for several targets only.
    pub(super) fn flag_for_several(&self) -> Option<&'static str> {
        let given = [
            ("--all-projects", self.all_projects),
            ("--except-region", !self.except_regions.is_empty()),
            ("--group", self.group.is_some()),
            ("--partial", self.partial),
            ("--target-timeout", self.target_timeout.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(flag, _)| flag)
    }
}
