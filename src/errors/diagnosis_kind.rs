//! The words for causes, which scripts read.

use serde::Serialize;

/// Kinds of diagnosis, for scripts. Words are never changed, only added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiagnosisKind {
    /// A setting is missing or invalid.
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
    /// The token has expired, or belongs to another cloud.
    ExpiredToken,
    /// The credentials are rejected for another reason.
    WrongCredentials,
    /// The project is not that of the token, or not that of the region.
    WrongProject,
    /// The service does not exist in this region, or there is no such project.
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
