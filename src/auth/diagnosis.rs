//! The usual failures by name: from what the service said, what the clock says, and what was set.

use jiff::SignedDuration;
use serde::Serialize;

use crate::api::{ApiError, Class, Refusal};
use crate::connection::{ConnectionError, Credentials, Project, Resolution};
use crate::iam::Found;

/// A failure with what to do about it, where that is known better than from the failure alone.
#[derive(Debug, thiserror::Error)]
#[error("{error:#}")]
pub(crate) struct Diagnosed {
    pub(crate) error: anyhow::Error,
    pub(crate) hint: Option<String>,
}

/// What is wrong.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Diagnosis {
    pub(super) kind: Kind,
    /// In a sentence.
    pub(super) explanation: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

/// The kinds of failure, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Something is not set, or broken.
    Settings,
    /// The clocks are too far apart for a signature.
    ClockSkew,
    /// No such access key in this cloud.
    UnknownKey,
    /// The secret key is not that of the access key.
    WrongSecretKey,
    /// The access key or the user is locked.
    Locked,
    /// User, password and domain do not go together.
    WrongPassword,
    /// The token has ended, or is of another cloud.
    ExpiredToken,
    /// The credentials are refused for another reason.
    WrongCredentials,
    /// The project is not that of the token, or not that of the region.
    WrongProject,
    /// The service is not there for this region, or for no such project.
    WrongRegion,
    /// Known, and not allowed.
    MissingPermission,
    /// No connection.
    Unreachable,
    /// A certificate that is not trusted.
    Untrusted,
    /// No answer in time.
    TimedOut,
    /// Too many requests.
    Throttled,
    /// The service fails, or somebody else answers.
    Unavailable,
    /// Anything else.
    Other,
}

/// What was set, as far as a diagnosis depends on it.
#[derive(Debug, Default)]
pub(super) struct Facts {
    region: Option<String>,
    project_id: Option<String>,
    is_token: bool,
}

impl Facts {
    pub(super) fn of(resolution: &Resolution) -> Self {
        let project_id = match &resolution.project {
            Ok(Project::Id(id)) => Some(id.value.clone()),
            _ => None,
        };
        let is_token = matches!(&resolution.credentials, Ok((Credentials::Token(_), _)));
        let region = resolution.region.as_ref().map(|region| region.value.clone());
        Self { region, project_id, is_token }
    }
}

/// Apart by more than this, the clocks are what is wrong with a signature, which allows 15 minutes. The
/// rest is for the way that an answer takes.
const SKEW: SignedDuration = SignedDuration::from_mins(14);

/// What to say of the clock where that has spoilt a signature.
pub(crate) fn skewed_clock(error: &ApiError) -> Option<String> {
    let refusal = refusal(error)?;
    let is_signature = refusal.status == 401 && refusal.message.contains("sign");
    let ahead = refusal.clock_ahead.filter(|ahead| is_signature && ahead.abs() > SKEW)?;
    Some(clock(ahead))
}

/// How far the clocks are apart, in words.
pub(super) fn clock(ahead: SignedDuration) -> String {
    let seconds = ahead.as_secs().unsigned_abs();
    let span = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    };
    match ahead.as_secs() {
        -2..=2 => "this machine's clock is right".to_owned(),
        3.. => format!("this machine's clock is {span} ahead of the service's"),
        _ => format!("this machine's clock is {span} behind the service's"),
    }
}

/// Whether too many failures have locked who asks.
pub(crate) fn is_locked(refusal: &Refusal) -> bool {
    let message = refusal.message.to_ascii_lowercase();
    message.contains("reach the limit") || message.contains("locked")
}

/// The seconds that this machine's clock is ahead, if a refusal tells.
pub(super) fn clock_ahead(error: &anyhow::Error) -> Option<i64> {
    Some(refusal(error.downcast_ref()?)?.clock_ahead?.as_secs())
}

/// Whether the caller is known, and the request refused.
pub(super) fn is_forbidden(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref().and_then(|error| match error {
        ApiError::Refused(refusal) => Some(refusal.status),
        _ => None,
    });
    matches!(refused, Some(403 | 404))
}

fn refusal(error: &ApiError) -> Option<&Refusal> {
    match error {
        ApiError::Refused(refusal) => Some(refusal),
        ApiError::Identity { fault, .. } => refusal(fault),
        _ => None,
    }
}

/// What is wrong. `found` is the project that IAM knows, and `hint` what is known of the failure alone.
pub(super) fn of(
    error: &anyhow::Error,
    facts: &Facts,
    found: Option<&Found>,
    hint: Option<String>,
) -> Diagnosis {
    let (kind, hint) = match error.downcast_ref::<ApiError>() {
        Some(error) => match (mismatch(error, facts, found), skewed_clock(error)) {
            (Some(hint), _) => (Kind::WrongProject, Some(hint)),
            (None, Some(_)) => (Kind::ClockSkew, hint),
            (None, None) => (kind(error, facts), hint),
        },
        None if error.is::<ConnectionError>() => (Kind::Settings, hint),
        None => (Kind::Other, hint),
    };
    Diagnosis { kind, explanation: format!("{error:#}"), hint }
}

/// That the project is another one than IAM has.
fn mismatch(error: &ApiError, facts: &Facts, found: Option<&Found>) -> Option<String> {
    let (given, found) = (facts.project_id.as_deref()?, found?);
    if given == found.id || !matches!(error, ApiError::Refused(_)) {
        return None;
    }
    let name = crate::output::visible(&found.name);
    let Found { id, .. } = found;
    Some(if facts.is_token {
        format!("the token is for project {id} ({name}), and not for {given}")
    } else {
        format!("the project of region {name} is {id}, and not {given}")
    })
}

fn kind(error: &ApiError, facts: &Facts) -> Kind {
    let refusal = match error {
        ApiError::Refused(refusal) => refusal,
        ApiError::Identity { fault, .. } => {
            return match (fault.as_ref(), kind(fault, facts)) {
                (ApiError::Refused(refusal), Kind::WrongCredentials | Kind::ExpiredToken)
                    if !facts.is_token && refusal.code_number() != Some("0301") =>
                {
                    Kind::WrongPassword
                }
                (ApiError::Refused(refusal), _) if refusal.status == 404 => Kind::WrongRegion,
                (_, kind) => kind,
            };
        }
        ApiError::Setup { .. } => return Kind::Settings,
        ApiError::Unreachable { .. } => return Kind::Unreachable,
        ApiError::Untrusted { .. } => return Kind::Untrusted,
        ApiError::TimedOut => return Kind::TimedOut,
        ApiError::TooLarge { .. } | ApiError::Unreadable { .. } => return Kind::Unavailable,
    };
    let message = refusal.message.as_str();
    match (refusal.code_number(), error.class()) {
        _ if is_locked(refusal) => Kind::Locked,
        (Some("0301"), _) if message.contains("not exist") => Kind::UnknownKey,
        (Some("0301"), _) if message.contains("signature") => Kind::WrongSecretKey,
        (Some("0307"), _) => Kind::ExpiredToken,
        (Some("0310"), _) => Kind::WrongProject,
        (Some("0801" | "0802" | "0101"), _) => Kind::WrongRegion,
        (_, Class::Denied) if refusal.status == 401 && facts.is_token => Kind::ExpiredToken,
        (_, Class::Denied) if refusal.status == 401 => Kind::WrongCredentials,
        (Some("9998"), _) => Kind::WrongCredentials,
        (_, Class::Denied) => Kind::MissingPermission,
        (_, Class::Throttled) => Kind::Throttled,
        (_, Class::Unavailable) => Kind::Unavailable,
        (_, Class::Refused) if facts.region.is_some() && refusal.status == 404 => Kind::WrongRegion,
        (_, Class::Refused) => Kind::Other,
    }
}
