//! Error codes for scripts, each with its exit code.

use super::Exit;

/// A kind of failure, finer than the exit code. Words are stable: new ones may be added.
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
    /// A condition of a flag is met, such as `--fail-on`.
    ConditionMet,
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
    pub(crate) const ALL: [Self; 18] = [
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
        Self::ConditionMet,
    ];

    /// The table: word, exit code and meaning.
    fn entry(self) -> (&'static str, Exit, &'static str) {
        match self {
            Self::Local => ("local", Exit::Local, "something on this machine, such as a full disk"),
            Self::Usage => ("usage", Exit::Usage, "the command line is wrong"),
            Self::Configuration => {
                ("configuration", Exit::Usage, "a setting is missing, broken or contradictory")
            }
            Self::Unauthenticated => {
                ("unauthenticated", Exit::Denied, "the credentials are not accepted")
            }
            Self::Forbidden => {
                ("forbidden", Exit::Denied, "the credentials are valid, but do not allow this")
            }
            Self::NotFound => {
                ("not_found", Exit::Refused, "there is no such backup, vault, project or path")
            }
            Self::Empty => {
                ("empty", Exit::Condition, "no backup matches, and --fail-on-empty was given")
            }
            Self::ConditionMet => {
                ("condition_met", Exit::Condition, "a resource is in a state of --fail-on")
            }
            Self::Refused => {
                ("refused", Exit::Refused, "the service rejects the request; a retry does not help")
            }
            Self::Unreachable => ("unreachable", Exit::Unavailable, "no connection, or it broke"),
            Self::UnknownHost => {
                ("unknown_host", Exit::Unavailable, "the endpoint's host has no address")
            }
            Self::Untrusted => {
                ("untrusted", Exit::Unavailable, "the service's certificate is not trusted")
            }
            Self::Proxy => ("proxy", Exit::Unavailable, "no way through the proxy"),
            Self::TimedOut => ("timed_out", Exit::Unavailable, "no answer in time"),
            Self::Throttled => ("throttled", Exit::Unavailable, "too many requests"),
            Self::Failing => ("failing", Exit::Unavailable, "the service reports that it fails"),
            Self::Unreadable => {
                ("unreadable", Exit::Unavailable, "the answer is not what the API documents")
            }
            Self::Incomplete => {
                ("incomplete", Exit::Unproven, "the listing could not be proven complete")
            }
        }
    }

    /// Returns the word for scripts.
    pub(crate) fn word(self) -> &'static str {
        self.entry().0
    }

    /// Returns the exit code.
    pub(crate) fn exit(self) -> Exit {
        self.entry().1
    }

    /// Returns the meaning.
    pub(crate) fn meaning(self) -> &'static str {
        self.entry().2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_in_the_order_of_the_exit_codes() {
        let mut words = ErrorCode::ALL.map(ErrorCode::word).to_vec();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        assert!(ErrorCode::ALL.map(|code| code.exit().code()).is_sorted());
    }
}
