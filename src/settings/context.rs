//! Context of a search: flags, variables and files. A file is opened only when a source needs it.

use std::cell::LazyCell;
use std::time::Duration;

use super::config::OwnFile;
use super::home::Home;
use super::hosts::Hosts;
use super::memo::CredentialMemo;
use super::metadata::Metadata;
use super::{ConnectionArgs, Environment};

/// Flags, variables and files of one search.
pub(super) struct Context<'a> {
    pub(super) args: &'a ConnectionArgs,
    pub(super) environment: &'a Environment,
    pub(super) home: LazyCell<Home, Box<dyn FnOnce() -> Home + 'a>>,
    /// Answer of the metadata service, if a request was sent.
    pub(super) metadata: &'a Metadata,
    /// Hosts that passwords may be sent to.
    pub(super) hosts: Hosts,
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
    pub(super) fn own(&self) -> &'a OwnFile {
        &self.args.own_file
    }

    /// Returns true if a flag or `CBR_PROFILE` selects a profile or cloud.
    pub(super) fn selects_profile(&self) -> bool {
        self.args.profile.is_some()
            || self.args.cloud.is_some()
            || self.environment.get("CBR_PROFILE").is_some()
    }

    /// Returns what a profile needs to read its credentials.
    pub(super) fn of_profile(&self) -> ProfileContext<'_> {
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

/// Context for reading the credentials of a profile.
pub(super) struct ProfileContext<'a> {
    pub(super) environment: &'a Environment,
    pub(super) home: &'a Home,
    pub(super) hosts: &'a Hosts,
    /// `--region`.
    pub(super) region: Option<&'a str>,
    /// Time limit of the whole run.
    pub(super) timeout: Option<Duration>,
    /// True if commands may be run for credentials.
    pub(super) runs_commands: bool,
    pub(super) memo: &'a CredentialMemo,
}
