//! Sources of settings: what each holds, and how it was used.

use serde::Serialize;

use super::{ConnectionError, Credentials, Setting};

/// Settings of one source. Other sources fill the gaps, except for credentials, which are complete
/// or absent.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name in messages, such as `HW_*`.
    pub(super) name: String,
    /// An error if they are incomplete or invalid.
    pub(super) credentials: Result<Option<Credentials>, ConnectionError>,
    pub(super) region: Option<Setting>,
    /// Fallback region: the first of several, or the default of a vendor.
    pub(super) first_region: Option<Setting>,
    pub(super) project_id: Option<Setting>,
    /// Name from which the id is found.
    pub(super) project_name: Option<Setting>,
    pub(super) endpoint: Option<Setting>,
    /// The file with the trusted CAs.
    pub(super) ca_file: Option<Setting>,
    /// Address of IAM.
    pub(super) iam: Option<Setting>,
    /// The domain below which the cloud has its services.
    pub(super) cloud: Option<Setting>,
    /// Why the credentials are not usable, unless they are just not set.
    pub(super) note: Option<String>,
    /// Warnings that apply if its credentials are used.
    pub(super) cautions: Vec<String>,
    /// True if it refers to the server's metadata service for credentials.
    pub(super) refers_to_metadata: bool,
    /// True if its project, IAM and cloud apply to credentials of any source. A project in one
    /// tool's settings is not used with the keys of another's: it may belong to another account.
    pub(super) shares_project: bool,
    /// Warnings that apply if it is used.
    pub(super) warnings: Vec<String>,
}

impl Source {
    /// Creates an empty source.
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            credentials: Ok(None),
            region: None,
            first_region: None,
            project_id: None,
            project_name: None,
            endpoint: None,
            ca_file: None,
            cautions: Vec::new(),
            refers_to_metadata: false,
            iam: None,
            cloud: None,
            note: None,
            shares_project: false,
            warnings: Vec::new(),
        }
    }
}

/// Returns a setting from the first source whose settings apply to any credentials.
pub(super) fn shared(
    sources: &[Source],
    setting: fn(&Source) -> Option<&Setting>,
) -> Option<&Setting> {
    sources.iter().filter(|source| source.shares_project).find_map(setting)
}

/// Status of a source of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The credentials are its own.
    Used,
    /// Present but not used.
    #[serde(rename = "passed_over")]
    Skipped,
    /// Not set.
    NotSet,
    /// Not needed, since an earlier source decided.
    #[serde(rename = "not_looked_at")]
    NotRead,
    /// Requested only by commands that send requests.
    #[serde(rename = "would_be_asked")]
    NotRequested,
}

impl State {
    /// Returns the text for human-readable output.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Skipped => "skipped",
            Self::NotSet => "not set",
            Self::NotRead => "not read",
            Self::NotRequested => "would be requested",
        }
    }
}

/// A source of credentials, and why it was used or not.
#[derive(Debug, Serialize)]
pub(crate) struct SourceStatus {
    /// The name of the source.
    pub(crate) source: String,
    /// Its status.
    pub(crate) state: State,
    /// The reason, if the state does not make it clear.
    pub(crate) reason: Option<String>,
}

impl SourceStatus {
    pub(super) fn new(source: &str, state: State) -> Self {
        Self { source: source.to_owned(), state, reason: None }
    }

    pub(super) fn because(source: &str, state: State, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::new(source, state) }
    }
}
