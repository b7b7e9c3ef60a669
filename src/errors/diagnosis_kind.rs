//! The diagnoses, as words for scripts.

use serde::Serialize;

/// Kinds of diagnosis, for scripts. Words are stable: new ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiagnosisKind {
    /// A setting is missing or invalid.
    Settings,
    /// The clocks are too far apart for a signature.
    ClockSkew,
    /// No such access key in this cloud.
    UnknownKey,
    /// The secret key does not match the access key.
    WrongSecretKey,
    /// The access key or the user is locked.
    Locked,
    /// User, password and domain do not match.
    WrongPassword,
    /// The token has expired, or belongs to another cloud.
    ExpiredToken,
    /// The credentials are rejected for another reason.
    WrongCredentials,
    /// The project does not belong to the token or the region.
    WrongProject,
    /// The region lacks the service or the project.
    WrongRegion,
    /// Authenticated, not authorized.
    MissingPermission,
    /// No connection.
    Unreachable,
    /// No connection through the proxy.
    Proxy,
    /// A certificate that is not trusted.
    Untrusted,
    /// Timeout.
    TimedOut,
    /// Too many requests.
    Throttled,
    /// The service fails, or another server answers.
    Unavailable,
    /// Anything else.
    Other,
}
