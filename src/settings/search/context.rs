//! What a search reads its sources with. Nothing is opened before a source needs it.

use std::cell::LazyCell;

use crate::settings::config::OwnFile;
use crate::settings::home::Home;
use crate::settings::hosts::Hosts;
use crate::settings::sources::config_profile::ProfileContext;
use crate::settings::sources::metadata::Metadata;
use crate::settings::{ConnectionArgs, Environment};

/// Flags, variables and files of one search.
pub(in crate::settings) struct Context<'a> {
    pub(in crate::settings) args: &'a ConnectionArgs,
    pub(in crate::settings) environment: &'a Environment,
    pub(in crate::settings) home: LazyCell<Home, Box<dyn FnOnce() -> Home + 'a>>,
    /// Answer of the metadata service, if a request was sent.
    pub(in crate::settings) metadata: &'a Metadata,
    /// Hosts that passwords may be sent to.
    pub(in crate::settings) hosts: Hosts,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        args: &'a ConnectionArgs,
        environment: &'a Environment,
        home: impl FnOnce() -> Home + 'a,
        metadata: &'a Metadata,
    ) -> Self {
        let hosts = Hosts::new(environment, &args.own_file);
        Self { args, environment, home: LazyCell::new(Box::new(home)), metadata, hosts }
    }

    /// The user's config.toml.
    pub(in crate::settings) fn own(&self) -> &'a OwnFile {
        &self.args.own_file
    }

    /// Returns true if a flag or `CBR_PROFILE` selects a profile or cloud.
    pub(in crate::settings) fn selects_profile(&self) -> bool {
        self.args.profile.is_some()
            || self.args.cloud.is_some()
            || self.environment.get("CBR_PROFILE").is_some()
    }

    /// Returns what a profile needs to read its credentials.
    pub(in crate::settings) fn of_profile(&self) -> ProfileContext<'_> {
        ProfileContext {
            environment: self.environment,
            home: &self.home,
            hosts: &self.hosts,
            region: self.args.region.as_deref(),
            timeout: self.args.timeout,
            runs_commands: !self.args.runs_no_command,
            memo: &self.args.memo,
        }
    }
}
