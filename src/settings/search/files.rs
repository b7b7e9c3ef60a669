//! config.toml and the files of other tools, opened when they are needed.
//!
//! Knows which of them may have what was asked for; in which order they are asked is up to the
//! search.

use std::cell::LazyCell;
use std::time::Duration;

use super::{EndpointError, ResolvedEndpoint};
use crate::settings::cloud::Hosts;
use crate::settings::config::{OwnFile, Profile};
use crate::settings::endpoint::Endpoint;
use crate::settings::home::Home;
use crate::settings::source::Source;
use crate::settings::sources::clouds_yaml::{self, Wanted};
use crate::settings::sources::given_file::FileError;
use crate::settings::sources::own_file::{self, ProfileContext};
use crate::settings::sources::{flag_credentials, koocli, sdk_file};
use crate::settings::{
    ConnectionArgs, ConnectionError, Environment, Setting, identity, regions_file,
};
use crate::text::suggest;

/// config.toml and the files of other tools.
pub(super) struct Files<'a, F> {
    pub(super) environment: &'a Environment,
    home: LazyCell<Home, F>,
    pub(super) own: &'a OwnFile,
    /// The hosts that a user may log in at.
    pub(super) hosts: Hosts,
    /// The time for the whole run, of which a command that gives credentials takes its part.
    timeout: Option<Duration>,
    /// Whether commands may be run for credentials.
    runs_commands: bool,
}

/// Result of reading a file: `None` if there is none, or why it cannot be used.
pub(super) type FromFile = Result<Option<Source>, FileError>;

impl<'a, F: FnOnce() -> Home> Files<'a, F> {
    /// Creates the set of files without opening any.
    pub(super) fn new(args: &'a ConnectionArgs, environment: &'a Environment, home: F) -> Self {
        let own = &args.own_file;
        let hosts = Hosts::new(environment, own);
        let (timeout, runs_commands) = (args.timeout, !args.runs_no_command);
        Self { environment, home: LazyCell::new(home), own, hosts, timeout, runs_commands }
    }

    /// The profile of this name: of the own file, or else of KooCLI.
    ///
    /// With `has_credentials` those of the profile are not asked for: there are others already.
    pub(super) fn profile(&self, name: &str, has_credentials: bool) -> FromFile {
        if let Some(problem) = &self.own.problem {
            return Err(problem.to_string().into());
        }
        let config = self.own.config.as_ref();
        if let Some(profile) = config.and_then(|config| config.profile(name)) {
            let settings = || own_file::settings(&profile);
            return Ok(Some(if has_credentials { settings() } else { self.whole(&profile) }));
        }
        let own: Vec<_> = config.iter().flat_map(|config| config.profiles()).collect();
        match koocli::read(self.environment, &self.home, Some(name)) {
            Ok(None) if !own.is_empty() => Err(format!(
                "{}: no profile `{}`{}",
                self.own.name,
                name.escape_debug(),
                suggest::question(name, &own)
            )
            .into()),
            Err(why) if !own.is_empty() => Err(format!(
                "{why}; {} has none either{}",
                self.own.name,
                suggest::question(name, &own)
            )
            .into()),
            other => other,
        }
    }

    /// What the flags say as whom to ask, if they do.
    pub(super) fn flags(&self, args: &ConnectionArgs) -> Option<Source> {
        args.credentials.first_given()?;
        flag_credentials::read(args, &self.home)
    }

    /// A profile of the own file, with its credentials.
    pub(super) fn whole(&self, profile: &Profile<'_>) -> Source {
        let Self { environment, home, hosts, .. } = self;
        let (timeout, runs_commands) = (self.timeout, self.runs_commands);
        let around = ProfileContext { environment, home, hosts, timeout, runs_commands };
        own_file::whole(profile, &around)
    }

    /// The profile of KooCLI that has this name, or its current one.
    pub(super) fn koocli(&self, name: Option<&str>) -> FromFile {
        koocli::read(self.environment, &self.home, name)
    }

    pub(super) fn sdk(&self) -> FromFile {
        sdk_file::read(self.environment, &self.home)
    }

    pub(super) fn cloud(&self, wanted: Wanted<'_>) -> FromFile {
        clouds_yaml::read(self.environment, &self.home, &self.hosts, wanted)
    }

    /// The endpoint of a region: the one that the user has named for it, or else the cloud's.
    pub(super) fn endpoint_of(
        &self,
        region: &Setting,
        cloud: Option<&Setting>,
        iam: Option<&Setting>,
    ) -> Result<ResolvedEndpoint, EndpointError> {
        if let Some(endpoint) = self.environment.endpoint_of(&region.value) {
            return written(&endpoint);
        }
        match regions_file::read(self.environment, &self.home, &region.value) {
            Ok(Some(endpoint)) => return written(&endpoint),
            Ok(None) => {}
            Err(FileError::Named(error)) => return Err(error.into()),
            Err(FileError::Found(why)) => {
                return Err(ConnectionError::new(why, "fix that file, or give --endpoint").into());
            }
        }
        let made = |endpoint, origin| ResolvedEndpoint { endpoint, origin, is_made: true };
        if let Some(cloud) = cloud {
            let (endpoint, origin) = Endpoint::below("cbr", region, cloud)?;
            return Ok(made(endpoint, origin));
        }
        let error = match Endpoint::of_region(region) {
            Ok(endpoint) => return Ok(made(endpoint, region.origin.clone())),
            Err(error) => error,
        };
        let beside = iam.and_then(|iam| {
            let (found, origin) = identity::at(iam).ok()?;
            let origin = format!("{} and {origin}", region.origin);
            Some(made(Endpoint::beside(region, &found)?, origin))
        });
        beside.ok_or(EndpointError { error, is_open: true })
    }
}

/// An endpoint as someone wrote it, and who.
pub(super) fn written(setting: &Setting) -> Result<ResolvedEndpoint, EndpointError> {
    let endpoint = Endpoint::parse(setting)?;
    Ok(ResolvedEndpoint { endpoint, origin: setting.origin.clone(), is_made: false })
}
