//! A source of settings: what it holds, and what became of it.

use serde::Serialize;

use super::{ConnectionError, Credentials, Setting};

/// All that one source says. Whatever it does not say is left to other sources, but for credentials,
/// which are whole or not there.
#[derive(Debug)]
pub(super) struct Source {
    /// As a user would name it, such as `HW_*`.
    pub(super) name: String,
    /// An error if they are there in part, or broken.
    pub(super) credentials: Result<Option<Credentials>, ConnectionError>,
    pub(super) region: Option<Setting>,
    pub(super) project_id: Option<Setting>,
    /// By which to look the id up.
    pub(super) project_name: Option<Setting>,
    pub(super) endpoint: Option<Setting>,
    /// The file with the authorities to trust.
    pub(super) ca_file: Option<Setting>,
    /// Where IAM is.
    pub(super) iam: Option<Setting>,
    /// The domain below which the cloud has its services.
    pub(super) cloud: Option<Setting>,
    /// Why there are no credentials, where there is more to say than that they are not set.
    pub(super) note: Option<String>,
    /// What may surprise, where its credentials are used.
    pub(super) cautions: Vec<String>,
    /// Whether it says that the server's metadata service has the credentials.
    pub(super) asks_metadata: bool,
    /// Whether its project, IAM and cloud go with the credentials of any source. A project of one tool's
    /// settings is not asked for with the keys of another's: it may be another account's.
    pub(super) shares_project: bool,
    /// What may surprise in it, if it is used.
    pub(super) warnings: Vec<String>,
}

impl Source {
    /// One that says nothing yet.
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            credentials: Ok(None),
            region: None,
            project_id: None,
            project_name: None,
            endpoint: None,
            ca_file: None,
            cautions: Vec::new(),
            asks_metadata: false,
            iam: None,
            cloud: None,
            note: None,
            shares_project: false,
            warnings: Vec::new(),
        }
    }
}

/// What became of a source of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The credentials are its own.
    Used,
    /// There is something, which is not used.
    PassedOver,
    /// There is nothing.
    NotSet,
    /// Not needed, since an earlier source decided.
    NotLookedAt,
    /// Asked by the commands that send requests.
    WouldBeAsked,
}

impl State {
    /// For people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::PassedOver => "passed over",
            Self::NotSet => "not set",
            Self::NotLookedAt => "not looked at",
            Self::WouldBeAsked => "would be asked",
        }
    }
}

/// A source of credentials, and why it was used or not.
#[derive(Debug, Serialize)]
pub(crate) struct SourceStatus {
    /// The name of the source.
    pub(crate) source: String,
    /// What became of it.
    pub(crate) state: State,
    /// Why, where that is not clear from the state.
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
