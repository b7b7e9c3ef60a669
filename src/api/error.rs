//! Errors of a request. Knows nothing of hints and exit codes.

use std::time::Duration;

use super::cause::Class;
use super::distrust::Distrust;
use super::refusal::{Refusal, Spent, request, snippet};

/// Error of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The client could not be set up.
    #[error("cannot set up HTTP: {reason}")]
    Setup {
        /// The reason, with the setting at fault.
        reason: String,
        /// How to fix it.
        hint: String,
    },
    /// The connection failed or broke.
    #[error("no answer from the service: {reason}")]
    Unreachable {
        /// The error chain, outermost first.
        reason: String,
        /// True if an established connection broke.
        was_connected: bool,
    },
    /// No connection through the proxy of the environment.
    #[error("no way through the proxy {address} of {variable}: {reason}")]
    Proxy {
        /// The variable that names the proxy.
        variable: &'static str,
        /// Host and port of the proxy.
        address: String,
        /// Why.
        reason: String,
        /// True if the proxy requires a user name and a password (407).
        wants_password: bool,
        /// True if the variable has a password.
        has_password: bool,
    },
    /// The server's certificate is not trusted for the endpoint.
    #[error("the service's certificate is not trusted: {0}")]
    Untrusted(Distrust),
    /// The host of the endpoint has no address.
    #[error("there is no host {host}")]
    UnknownHost {
        /// Name of the host.
        host: String,
        /// The flag, variable or file that names it, if known.
        origin: Option<String>,
    },
    /// No complete answer in time.
    #[error("no answer from the service in time")]
    TimedOut,
    /// No complete answer in time, after all retries.
    #[error("no answer from the service in time, in {tries} tries")]
    OutOfTime {
        /// Number of attempts, at least two.
        tries: u32,
    },
    /// The service answered with a status other than success.
    #[error("{0}")]
    Refused(Refusal),
    /// A preceding request to IAM failed.
    #[error("{doing} at {address}: {fault}")]
    Identity {
        /// The failed action, such as `cannot log in`.
        doing: &'static str,
        /// Address of IAM.
        address: String,
        /// Error of the request to IAM.
        fault: Box<ApiError>,
    },
    /// The answer is larger than any page.
    #[error("unreadable answer: more than {} MiB", limit >> 20)]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The answer is not what the API documents.
    #[error("unreadable answer: {reason}{}{}", request(request_id.as_deref()), shown(snippet))]
    Unreadable {
        /// The fault and its position.
        reason: String,
        /// Beginning of the answer, escaped. Empty if it must not be shown.
        snippet: String,
        /// The service's id of the request.
        request_id: Option<String>,
        /// True if the answer ends too early, so a retry may help.
        cut_short: bool,
    },
}

/// The action of a login, in [`ApiError::Identity`].
pub(crate) const LOGIN: &str = "cannot log in";

impl ApiError {
    /// Creates the error for an answer of 200 whose body cannot be read.
    pub(super) fn unreadable(
        reason: String,
        body: &str,
        request_id: Option<String>,
        cut_short: bool,
    ) -> Self {
        let reason = snippet(&reason);
        Self::Unreadable { reason, snippet: snippet(body), request_id, cut_short }
    }

    /// Returns a short form: status and code, or the kind of failure.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Refused(refusal) => match refusal.code_of_its_own() {
                Some(code) => format!("{} {code}", refusal.status),
                None => refusal.status.to_string(),
            },
            Self::Identity { fault, .. } => fault.brief(),
            Self::TimedOut | Self::OutOfTime { .. } => "timed out".to_owned(),
            Self::UnknownHost { .. } => "no such host".to_owned(),
            Self::Setup { reason, .. } => reason.clone(),
            Self::Unreachable { .. } => "no answer".to_owned(),
            Self::Proxy { .. } => "no way through the proxy".to_owned(),
            Self::Untrusted(_) => "not trusted".to_owned(),
            Self::TooLarge { .. } | Self::Unreadable { .. } => "unreadable answer".to_owned(),
        }
    }

    /// Returns true if a local setting prevented the request.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Setup { .. } => true,
            Self::Identity { fault, .. } => fault.is_local(),
            _ => false,
        }
    }

    /// Returns the service's id of the request, if it answered.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(Refusal { request_id, .. }) | Self::Unreadable { request_id, .. } => {
                request_id.as_deref()
            }
            Self::Identity { fault, .. } => fault.request_id(),
            _ => None,
        }
    }

    /// Returns the refusal by the service or IAM, if there was one.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Identity { fault, .. } => fault.refusal(),
            _ => None,
        }
    }

    /// Returns how long the service requests the client to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.wait(),
            _ => None,
        }
    }

    /// Records the limit that ended the retries.
    pub(super) fn given_up(self, spent: Option<Spent>) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Refusal { spent, ..refusal }),
            fault => fault,
        }
    }

    /// Returns the class of the failure.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Identity { fault, .. } => fault.class(),
            Self::Refused(refusal) => refusal.class(),
            _ => Class::Unavailable,
        }
    }

    /// Returns true if the credentials were rejected (401).
    pub(super) fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 401)
    }

    /// Returns true if another token or project might be accepted: access is denied, or the gateway
    /// reports 404. A 404 of the backup service is final.
    pub(super) fn may_need_other_identity(&self) -> bool {
        match self {
            Self::Refused(Refusal { status: 404, code, .. }) => {
                !code.as_deref().is_some_and(|code| code.starts_with("BackupService."))
            }
            Self::Refused(refusal) => refusal.class() == Class::Denied,
            _ => false,
        }
    }

    /// Returns true if the connection caused the failure, so that others like it may fail as well.
    pub(super) fn is_connection_fault(&self) -> bool {
        self.is_broken_connection() || matches!(self, Self::TimedOut)
    }

    /// Returns true if an established connection broke.
    pub(super) fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Unreachable { was_connected: true, .. })
    }

    /// Returns true if fewer concurrent requests may help. A broken connection is no sign of load:
    /// load balancers close connections after some time or number of requests.
    pub(super) fn is_congestion(&self) -> bool {
        match self {
            Self::TimedOut => true,
            Self::Refused(refusal) => refusal.class() == Class::Throttled || self.is_transient(),
            _ => false,
        }
    }

    /// Returns true if a retry can help.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Setup { .. } | Self::Untrusted(_) | Self::TooLarge { .. } => false,
            // A retry does not provide the missing password.
            Self::Proxy { wants_password, .. } => !wants_password,
            // The request to IAM has had its own retries.
            Self::Identity { .. } => false,
            // A missing host name does not appear during a retry.
            Self::UnknownHost { .. } => false,
            Self::Unreachable { .. } | Self::TimedOut | Self::OutOfTime { .. } => true,
            Self::Unreadable { cut_short, .. } => *cut_short,
            Self::Refused(refusal) => refusal.cause().is_transient(),
        }
    }
}

/// Returns the snippet after a colon, or nothing if it is empty.
fn shown(snippet: &str) -> String {
    if snippet.is_empty() { String::new() } else { format!(": {snippet}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        Refusal::new(status, body, None, None, None)
    }

    #[test]
    fn only_an_overloaded_service_is_congestion() {
        let unreachable =
            |was_connected| ApiError::Unreachable { reason: String::new(), was_connected };
        let cut_short = ApiError::unreadable(String::new(), "", None, true);
        let cases = [
            (ApiError::TimedOut, true),
            (ApiError::Refused(refusal(429, "")), true),
            (ApiError::Refused(refusal(408, "")), true),
            (ApiError::Refused(refusal(500, "")), true),
            (ApiError::Refused(refusal(503, "")), true),
            (ApiError::Refused(refusal(401, "")), false),
            (ApiError::Refused(refusal(404, "")), false),
            (unreachable(true), false),
            (unreachable(false), false),
            (cut_short, false),
        ];
        for (fault, expected) in cases {
            assert_eq!(fault.is_congestion(), expected, "{fault:?}");
        }
    }
}
