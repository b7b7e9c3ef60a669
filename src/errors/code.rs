//! Error codes for scripts, each with its exit code.

use crate::api::{ApiError, Class, Refusal};

use super::Exit;

/// A kind of failure, finer than the exit code. Words are never changed, only added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// A local failure.
    Local,
    /// Invalid command line.
    Usage,
    /// Invalid or missing setting.
    Configuration,
    /// Credentials rejected (401).
    Unauthenticated,
    /// Authenticated, not authorized (403).
    Forbidden,
    /// Not found.
    NotFound,
    /// No backup matches, with `--fail-on-empty`.
    Empty,
    /// The service rejected the request.
    Refused,
    /// No connection.
    Unreachable,
    /// The host name cannot be resolved.
    UnknownHost,
    /// The certificate is not trusted.
    Untrusted,
    /// The proxy failed or refused.
    Proxy,
    /// Timeout.
    TimedOut,
    /// Too many requests.
    Throttled,
    /// Service failure.
    Failing,
    /// Malformed or undocumented response.
    Unreadable,
    /// The list is not proven complete.
    Incomplete,
}

impl ErrorCode {
    /// All codes, in the order of the exit codes.
    pub(crate) const ALL: [Self; 17] = [
        Self::Local,
        Self::Usage,
        Self::Configuration,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Refused,
        Self::Unreachable,
        Self::UnknownHost,
        Self::Untrusted,
        Self::Proxy,
        Self::TimedOut,
        Self::Throttled,
        Self::Failing,
        Self::Unreadable,
        Self::Incomplete,
        Self::Empty,
    ];

    /// Returns the word and its meaning.
    fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::Local => ("local", "something on this machine, such as a full disk"),
            Self::Usage => ("usage", "the command line is wrong"),
            Self::Configuration => {
                ("configuration", "a setting is missing, broken or contradictory")
            }
            Self::Unauthenticated => ("unauthenticated", "the credentials are not accepted"),
            Self::Forbidden => ("forbidden", "whoever asks is known, and may not"),
            Self::NotFound => ("not_found", "there is no such backup, vault, project or path"),
            Self::Empty => ("empty", "no backup matches, and --fail-on-empty was given"),
            Self::Refused => ("refused", "the service will not do it, however often it is asked"),
            Self::Unreachable => ("unreachable", "no connection, or it broke"),
            Self::UnknownHost => ("unknown_host", "the endpoint's host has no address"),
            Self::Untrusted => ("untrusted", "the service's certificate is not trusted"),
            Self::Proxy => ("proxy", "no way through the proxy"),
            Self::TimedOut => ("timed_out", "no answer in time"),
            Self::Throttled => ("throttled", "too many requests"),
            Self::Failing => ("failing", "the service answers that it fails"),
            Self::Unreadable => ("unreadable", "the answer is not what the API documents"),
            Self::Incomplete => ("incomplete", "the listing could not be proven complete"),
        }
    }

    /// Returns the word that scripts see.
    pub(crate) fn word(self) -> &'static str {
        self.entry().0
    }

    /// Returns its meaning.
    pub(crate) fn meaning(self) -> &'static str {
        self.entry().1
    }

    /// Returns its exit code.
    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Local => Exit::Local,
            Self::Usage | Self::Configuration => Exit::Usage,
            Self::Unauthenticated | Self::Forbidden => Exit::Denied,
            Self::NotFound | Self::Refused => Exit::Refused,
            Self::Empty => Exit::Condition,
            Self::Unreachable
            | Self::UnknownHost
            | Self::Untrusted
            | Self::Proxy
            | Self::TimedOut
            | Self::Throttled
            | Self::Failing
            | Self::Unreadable => Exit::Unavailable,
            Self::Incomplete => Exit::Unproven,
        }
    }

    /// Returns the code of a failed request.
    pub(super) fn of(error: &ApiError) -> Self {
        match error {
            ApiError::Identity { fault, .. } => Self::of(fault),
            ApiError::Setup { .. } => Self::Configuration,
            ApiError::Unreachable { .. } => Self::Unreachable,
            ApiError::UnknownHost { .. } => Self::UnknownHost,
            ApiError::Untrusted(_) => Self::Untrusted,
            ApiError::Proxy { .. } => Self::Proxy,
            ApiError::TimedOut | ApiError::OutOfTime { .. } => Self::TimedOut,
            ApiError::TooLarge { .. } | ApiError::Unreadable { .. } => Self::Unreadable,
            ApiError::Refused(Refusal { status, code, .. }) => {
                match (error.class(), *status, code.as_deref()) {
                    (Class::Denied, 401, _) | (_, _, Some("BackupService.9998")) => {
                        Self::Unauthenticated
                    }
                    (Class::Denied, ..) => Self::Forbidden,
                    (Class::Refused, 404, _) | (_, _, Some("BackupService.6200")) => Self::NotFound,
                    (Class::Refused, ..) => Self::Refused,
                    (Class::Throttled, ..) => Self::Throttled,
                    (Class::Unavailable, 408, _) => Self::TimedOut,
                    (Class::Unavailable, ..) => Self::Failing,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_twice_and_all_stand_in_the_order_of_the_exit_codes() {
        let mut words = ErrorCode::ALL.map(ErrorCode::word).to_vec();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        assert!(ErrorCode::ALL.map(|code| code.exit().code()).is_sorted());
    }
}
