//! Searches the sources for settings, in order, until all are found.
//!
//! Sources of credentials are looked at in a fixed order, and the first that holds any decides: if
//! they are whole they are used, and if not that is an error. For the other settings what is
//! nearest to the user wins: flags, then a profile that was asked for, then the variables of this
//! tool, then the own file's profile if the credentials are its, then the variables of others, then
//! the file that gave the credentials.
//!
//! | module | what it owns |
//! |---|---|
//! | [`files`] | the own file and those of other tools, opened when they are needed |
//! | [`found`] | what was found so far, and what becomes of the next source |
//! | [`settle`] | each setting from the nearest source that has it |

mod files;
mod found;
mod settle;

use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::home::Home;
use super::metadata::{Metadata, MetadataAddress};
use super::project::Project;
use super::source::{Source, SourceStatus};
use super::sources::clouds_yaml::Wanted;
use super::sources::family::{self, Family};
use super::{ConnectionArgs, ConnectionError, Environment, Origin, Setting, Trust};
use files::Files;
use found::Found;

/// The variables of other tools, in the order in which they are looked at.
const OTHERS: [&Family; 4] =
    [&family::SDK, &family::TERRAFORM, &family::OPENSTACK, &family::SAMPLES];

/// Each setting with its origin, or why there is none.
#[derive(Debug)]
pub(crate) struct Resolution {
    /// Credentials, and the name of their source.
    pub(crate) credentials: Result<(Credentials, String), ConnectionError>,
    /// Where the backups are, if anybody says so.
    pub(crate) region: Option<Setting>,
    /// Project of the backups.
    pub(crate) project: Result<Project, ConnectionError>,
    /// Where the service is.
    pub(crate) endpoint: Result<ResolvedEndpoint, EndpointError>,
    /// Address of IAM, and its origin.
    pub(crate) iam: Result<(Endpoint, String), ConnectionError>,
    /// Trusted CAs.
    pub(crate) trust: Trust,
    /// Address of the metadata service, if no other source has credentials.
    pub(crate) to_ask: Option<MetadataAddress>,
    /// Status of each source of credentials, in order.
    pub(crate) looks: Vec<SourceStatus>,
    /// Warnings.
    pub(crate) warnings: Vec<String>,
}

/// Where the service is, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedEndpoint {
    pub(crate) endpoint: Endpoint,
    pub(crate) origin: String,
    /// Whether it was made from the region's name, so that a catalogue knows better.
    pub(crate) is_made: bool,
}

/// That nobody says where the service is, or not in a way that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndpointError {
    pub(crate) error: ConnectionError,
    /// Whether a catalogue may know it: there is no region, or none that is known here.
    pub(crate) is_open: bool,
}

impl From<ConnectionError> for EndpointError {
    fn from(error: ConnectionError) -> Self {
        Self { error, is_open: false }
    }
}

impl Resolution {
    /// Looks for the settings. Files of credentials are only opened while there are none, or where
    /// one of them was asked for; the file of endpoints only where a region has to give the
    /// endpoint. The metadata service is not asked here: `metadata` is what is known of it, and
    /// [`Resolution::to_ask`] says whether to ask it and come back.
    pub(crate) fn new(
        args: &ConnectionArgs,
        environment: &Environment,
        home: impl FnOnce() -> Home,
        metadata: &Metadata,
    ) -> Self {
        let files = Files::new(args, environment, home);
        let mut found = Found::new(environment, metadata, args.own_file.warnings.clone());
        match files.flags(args) {
            Some(Source { name, credentials, warnings, .. }) => {
                found.look(Source { name, credentials, warnings, ..flags(args) });
            }
            None => found.sources.push(flags(args)),
        }
        let is_decided = found.is_decided();
        let own = || family::OWN.read(environment, &files.hosts);
        let profile = environment.get("CBR_PROFILE");
        if let Some(profile) = &args.profile {
            found.choose("--profile", files.profile(profile, is_decided));
            found.look(own());
        } else if let Some(cloud) = &args.cloud {
            found.choose("--cloud", files.cloud(Wanted::Asked(cloud)));
            found.look(own());
        } else if let Some(profile) = profile {
            found.choose("CBR_PROFILE", files.profile(profile, is_decided));
            found.look(own());
            // Its keys go first, as those of a profile that was asked for. Other variables of its
            // kind are as near to the user, and say more exactly what is meant.
            found.sources.swap(1, 2);
        } else {
            found.look(own());
        }
        for family in OTHERS {
            let cloud = environment.get("OS_CLOUD").filter(|_| !found.is_decided());
            if let Some(cloud) = cloud.filter(|_| family.name == family::OPENSTACK.name) {
                found.choose("OS_CLOUD", files.cloud(Wanted::Asked(cloud)));
            }
            found.look(family.read(environment, &files.hosts));
        }
        let is_chosen = args.profile.is_some() || args.cloud.is_some() || profile.is_some();
        if !is_chosen {
            found.look_into_own(&files);
        }
        match environment.get("HW_PROFILE").filter(|_| !found.is_decided()) {
            Some(profile) => found.choose("HW_PROFILE", files.koocli(Some(profile))),
            None => found.look_into("~/.hcloud/config.json", || files.koocli(None)),
        }
        found.look_into("~/.huaweicloud/credentials", || files.sdk());
        found.look_into("clouds.yaml", || files.cloud(Wanted::Only));
        found.insist_on_choice();
        found.look_at_metadata();
        found.settle(args.insecure, &files)
    }

    /// Whether everything is there that IAM does not know.
    ///
    /// # Errors
    ///
    /// Names the flag, variable or file that is missing or broken.
    pub(crate) fn check(&self) -> Result<(), ConnectionError> {
        let iam = self.iam.as_ref().err().filter(|_| self.needs_iam());
        let place = self.endpoint.as_ref().err();
        // Where nobody knows the region, its name is what is wrong.
        let is_open = |place: &&EndpointError| place.is_open && self.has_catalog() && iam.is_none();
        let error = self.credentials.as_ref().err();
        let error = error.or(place.filter(|place| !is_open(place)).map(|place| &place.error));
        let error = error.or(self.project.as_ref().err()).or(iam);
        error.map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Whether there will be a catalogue, which comes with a token, and may know where the service
    /// is.
    pub(crate) fn has_catalog(&self) -> bool {
        let logs_in = matches!(&self.credentials, Ok((Credentials::Password(_), _)));
        logs_in || matches!(self.project, Ok(Project::OfToken))
    }

    /// Whether IAM has to be asked before the service can be.
    pub(crate) fn needs_iam(&self) -> bool {
        let logs_in = matches!(&self.credentials, Ok((Credentials::Password(_), _)));
        logs_in || matches!(&self.project, Ok(Project::Named(_) | Project::OfToken))
    }

    /// Where the credentials come from.
    pub(crate) fn origin(&self) -> Origin {
        let Ok((credentials, source)) = &self.credentials else { return Origin::default() };
        let has_security_token =
            matches!(credentials, Credentials::Key { security_token: Some(_), .. });
        let mut families = [&family::OWN].into_iter().chain(OTHERS);
        let family = families.find(|family| family.name == source);
        let (secret_key, security_token) = family.map_or_else(
            || (format!("the secret key of {source}"), format!("the security token of {source}")),
            |family| (family.secret_key.to_owned(), family.security_token.to_owned()),
        );
        Origin { source: source.clone(), secret_key, security_token, has_security_token }
    }
}

/// The flags, without what they say as whom to ask.
fn flags(args: &ConnectionArgs) -> Source {
    Source {
        region: Setting::of_flag("--region", args.region.as_deref()),
        project_id: Setting::of_flag("--project-id", args.project_id.as_deref()),
        endpoint: Setting::of_flag("--endpoint", args.endpoint.as_deref()),
        ca_file: Setting::of_flag("--ca-file", args.ca_file.as_deref()),
        shares_project: true,
        ..Source::named("flags")
    }
}

#[cfg(test)]
mod tests;
