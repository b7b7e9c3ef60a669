//! Errors of temporary files, with their directory and a remedy.

use std::{env, fmt};

/// Error context that precedes the cause, so that it is not taken for an error of stdout. Names the
/// directory: that of `TMPDIR` or the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemporaryFileError {
    /// Rows are kept until the last one is known.
    Rows,
    /// Backups are kept until they are sorted.
    Sorting,
}

/// The remedy.
pub(crate) const HINT: &str = "set TMPDIR to a directory that can be written to and has room";

impl fmt::Display for TemporaryFileError {
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
