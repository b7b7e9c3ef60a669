//! The table of exit codes. README, manual and help print it.

use std::process::ExitCode;

/// Exit code of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Success.
    Done = 0,
    /// A local failure.
    Local = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Not authenticated or not authorized.
    Denied = 3,
    /// The service rejected the request, or has no such backup.
    Refused = 4,
    /// The service is unreachable or failing.
    Unavailable = 5,
    /// The listing is not proven complete.
    Unproven = 6,
    /// A condition of a flag is met, such as `--fail-on-empty`.
    Condition = 7,
    /// Interrupted.
    Interrupted = 130,
}

/// All exit codes with their meanings.
const TABLE: [(Exit, &str); 9] = [
    (Exit::Done, "done; also an empty list, and a reader that closed the pipe early"),
    (Exit::Local, "a local failure: writing the output, an unexpected fault"),
    (Exit::Usage, "usage or configuration: bad flag, missing or contradictory setting"),
    (Exit::Denied, "not authenticated or not allowed"),
    (Exit::Refused, "the service refused the request, or there is no such backup"),
    (
        Exit::Unavailable,
        "unreachable, timed out, throttled or failing after the retries, or an unreadable answer",
    ),
    (Exit::Unproven, "the listing could not be proven complete"),
    (Exit::Condition, "a condition is met: `--fail-on-empty` or `--fail-on`"),
    (Exit::Interrupted, "interrupted"),
];

impl Exit {
    /// Returns all codes with their meanings, in ascending order.
    pub(crate) fn all() -> impl Iterator<Item = (Self, &'static str)> {
        TABLE.into_iter()
    }

    /// Returns the number of the exit code.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
