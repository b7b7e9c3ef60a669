//! Errors of temporary files, with their directory and a remedy.

use std::{env, fmt};

/// Error context that names the directory, `TMPDIR` or the system's, so that the cause is not
/// mistaken for an error of stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemporaryFileError {
    /// Temporary file of rows, kept until the last one is known.
    Rows,
    /// Temporary file of backups, kept until they are sorted.
    Sorting,
}

/// Hint for a temporary file that cannot be written.
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
