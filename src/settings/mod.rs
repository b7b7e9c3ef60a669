//! Endpoint, project and credentials: flags, variables and files to a [`Resolution`].
//!
//! Owns the order of sources. One source gives one complete set of credentials: an access key of
//! one source is never combined with a secret key of another, and an incomplete set is an error
//! that names the missing part. Region, project and endpoint are resolved separately, each with its
//! origin. Knows nothing of HTTP.
//!
//! | module | what it owns |
//! |---|---|
//! | [`sources`] | the list of sources: flags, variables and files, one module for each |
//! | [`search`] | all sources to one [`Resolution`] |
//! | [`targets`] | which regions, projects and profiles a run reads |
//! | [`context`] | what sources are read with |
//! | [`memo`] | credentials that a run reads once |
//! | [`lookup`], [`source`], [`setting`] | what a source holds, with its origin |
//! | [`credentials`], [`login`], [`part`] | credentials, whole and in parts |
//! | [`project`] | the project: its id, or what leads to it |
//! | [`config`] | the user's config.toml |
//! | [`environment`] | the variables that `cbr` reads |
//! | [`home`] | where files are, and how messages name them |
//! | [`given_file`], [`yaml`] | how files of other tools are named and read |
//! | [`metadata`] | address and answer of the metadata service |
//! | [`trust`] | trusted certificate authorities |
//! | [`address`] | what messages show of an address |
//! | [`regions`] | the table of regions, with their hosts |
//! | [`hosts`] | which hosts credentials may be sent to |
//! | [`endpoint`], [`region_endpoints`] | a region to its URLs, and which URLs are rejected |

mod address;
pub(crate) mod config;
mod context;
mod credentials;
mod endpoint;
mod environment;
mod given_file;
mod home;
mod hosts;
mod login;
mod lookup;
mod memo;
mod metadata;
mod part;
mod project;
mod region_endpoints;
pub(crate) mod regions;
mod search;
mod setting;
mod source;
mod sources;
mod targets;
mod trust;
mod yaml;

use std::time::Duration;

use clap::{Args, ValueHint};

pub(crate) use address::without_secrets as shown_address;
pub(crate) use credentials::Credentials;
pub(crate) use endpoint::{Endpoint, check as check_endpoint};
pub(crate) use environment::{Environment, VARIABLES};
pub(crate) use home::{Home, Text};
pub(crate) use login::{Login, NameOrId};
pub(crate) use metadata::{Metadata, MetadataAddress, Server};
pub(crate) use project::{Project, check_project_id};
pub(crate) use search::{EndpointError, Resolution, ResolvedEndpoint};
pub(crate) use setting::Setting;
pub(crate) use source::SourceStatus;
pub(crate) use targets::{
    AccountProject, ProjectScope, Selected, Skipped, TargetArgs, TargetSpec, Wanted,
};
pub(crate) use trust::{CERT_DIR, CERT_FILE, Trust, shown};

use context::Context;
use memo::CredentialMemo;
use source::Source;

use crate::text::hints;
use crate::text::number::whole;
use crate::time;
use config::OwnFile;

/// Flags of every command that sends requests.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Regions, projects and profiles.
    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    /// The only region of the flags, or that of one target.
    #[arg(skip)]
    pub(crate) region: Option<String>,

    /// The only project id of the flags, or that of one target.
    #[arg(skip)]
    pub(crate) project_id: Option<String>,

    /// The only profile of the flags, or that of one target.
    #[arg(skip)]
    pub(crate) profile: Option<String>,

    /// Which projects of other settings apply.
    #[arg(skip)]
    pub(crate) project_scope: ProjectScope,

    /// Base URL of the service, instead of the region's; {region} in it is replaced [env:
    /// CBR_ENDPOINT]
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) endpoint: Option<String>,

    /// Cloud of clouds.yaml with the settings, overriding all variables [env: OS_CLOUD]
    #[arg(long, value_name = "NAME", global = true, add = hints::found(cloud_names))]
    pub(crate) cloud: Option<String>,

    /// Credentials.
    #[command(flatten)]
    pub(crate) credentials: CredentialArgs,

    /// Trust the certificate authorities in this file (PEM), instead of the system's [env:
    /// OS_CACERT, SSL_CERT_FILE]
    #[arg(long, value_name = "FILE", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) ca_file: Option<String>,

    /// Accept any certificate: anyone on the network path can read and change the traffic
    #[arg(long, global = true, conflicts_with = "ca_file")]
    pub(crate) insecure: bool,

    /// Time limit for the whole run, excluding output, such as 30s or 5m [default: none; a request
    /// times out after 2 minutes, or 30 seconds without a byte]
    #[arg(
        long,
        value_name = "DURATION",
        allow_hyphen_values = true,
        global = true,
        value_parser = time::duration
    )]
    pub(crate) timeout: Option<Duration>,

    /// Maximum number of retries per request when the service is unreachable, throttling or failing
    ///
    /// A connection that breaks while other requests succeed does not count.
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        global = true,
        default_value_t = Self::RETRIES,
        value_parser = whole::<u32>(0..=100)
    )]
    pub(crate) retries: u32,

    /// Content of config.toml. It is read with the flags, since it has defaults for some.
    #[arg(skip)]
    pub(crate) own_file: OwnFile,

    /// True if no command may be run for credentials.
    #[arg(skip)]
    pub(crate) runs_no_command: bool,

    /// Credentials that were read.
    #[arg(skip)]
    pub(crate) memo: CredentialMemo,
}

/// Flags for credentials, which override all other sources. None of them takes a secret.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct CredentialArgs {
    /// Access key (AK), overriding all other sources; prompts for its secret key on a terminal
    #[arg(long, value_name = "AK", global = true)]
    pub(crate) access_key: Option<String>,

    /// File with the secret key (SK) of --access-key; - for stdin
    #[arg(long, value_name = "FILE", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) secret_key_file: Option<String>,

    /// File with the security token of a temporary --access-key; - for stdin
    #[arg(long, value_name = "FILE", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) security_token_file: Option<String>,

    /// File with a token instead of keys, overriding all other sources; - for stdin
    #[arg(long, value_name = "FILE", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) token_file: Option<String>,
}

impl CredentialArgs {
    /// Returns the first of them that was given.
    pub(crate) fn first_given(&self) -> Option<&'static str> {
        let Self { access_key, secret_key_file, security_token_file, token_file } = self;
        let given = [
            ("--access-key", access_key),
            ("--secret-key-file", secret_key_file),
            ("--security-token-file", security_token_file),
            ("--token-file", token_file),
        ];
        given.into_iter().find(|(_, given)| given.is_some()).map(|(flag, _)| flag)
    }
}

impl ConnectionArgs {
    /// Default number of retries.
    pub(crate) const RETRIES: u32 = 5;

    /// Returns the first of these flags that was given and overrides the variables that name the
    /// endpoint.
    #[cfg(feature = "sandbox")]
    pub(crate) fn first_overriding_endpoint(&self) -> Option<&'static str> {
        let given = [
            ("--endpoint", self.endpoint.is_some()),
            ("--profile", !self.targets.profiles.is_empty()),
            ("--group", self.targets.group.is_some()),
            ("--cloud", self.cloud.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

/// Returns all profiles, each with its file, for completion. Unreadable files have none.
fn profiles() -> Vec<(String, String)> {
    let own = OwnFile::of_process();
    let names = own.config.iter().flat_map(|config| config.profiles());
    let mut profiles: Vec<_> = names.map(|name| (name.to_owned(), own.name.clone())).collect();
    let (name, theirs) = sources::koocli::profiles(&Environment::of_process(), &Home::of_process());
    for profile in theirs {
        if !profiles.iter().any(|(known, _)| *known == profile) {
            profiles.push((profile, name.clone()));
        }
    }
    profiles
}

/// Returns the clouds of `clouds.yaml`, each with its file, for completion.
fn cloud_names() -> Vec<(String, String)> {
    let (file, names) =
        sources::clouds_yaml::names(&Environment::of_process(), &Home::of_process());
    names.into_iter().map(|name| (name, file.clone())).collect()
}

/// Origin of credentials, for hints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Name of the source, such as `HW_*`.
    pub(crate) source: String,
    /// Name of its secret key, such as `HW_SECRET_KEY`.
    pub(crate) secret_key: String,
    /// Name of its security token, such as `HW_SECURITY_TOKEN`.
    pub(crate) security_token: String,
    /// True if it has such a token.
    pub(crate) has_security_token: bool,
}

/// Error for a setting that is missing, invalid or contradictory. Leads to exit code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ConnectionError {
    message: String,
    /// The remedy.
    pub(crate) hint: String,
    /// The kind of error, for exit codes and diagnoses.
    pub(crate) flaw: SettingFlaw,
}

/// Kinds of [`ConnectionError`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum SettingFlaw {
    /// It is missing, invalid or contradictory.
    #[default]
    Plain,
    /// Finding it took all of the run's time, which leads to exit code 5.
    Late,
    /// The user has no project in that region.
    OtherRegion,
}

impl ConnectionError {
    /// Creates an error from what is wrong, with its origin, and the remedy. Neither holds a
    /// secret.
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into(), flaw: SettingFlaw::Plain }
    }
}
