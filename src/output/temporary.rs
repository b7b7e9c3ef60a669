//! Faults of temporary files: where those are, and what to do about it.

use std::{env, fmt};

/// What could not be done, to stand before the cause, so that this is not taken for a fault of stdout. Names the
/// directory, which is that of `TMPDIR` or the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemporaryFault {
    /// Rows wait until the last one is there.
    Rows,
    /// Backups wait until they are sorted.
    Sorting,
}

/// What to do about it.
pub(crate) const HINT: &str = "set TMPDIR to a directory that can be written to and has room";

impl fmt::Display for TemporaryFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, until) = match self {
            Self::Rows => ("rows", "the last is there"),
            Self::Sorting => ("backups", "they are sorted"),
        };
        let directory = env::temp_dir();
        write!(
            formatter,
            "cannot keep the {what} in a temporary file in {} until {until}",
            directory.display()
        )
    }
}
