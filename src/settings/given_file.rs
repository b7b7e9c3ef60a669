//! A file of another tool: the default one, or the one that a variable names instead.
//!
//! A file that was named must exist: continuing without it would use other credentials.

use std::fmt;
use std::path::PathBuf;

use super::home::{Home, Text};
use super::{ConnectionError, Environment};

/// Error for a file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileError {
    /// It cannot be read or used, in words for a user.
    Unusable(String),
    /// A variable names it, and it cannot be read.
    Named(ConnectionError),
}

impl From<String> for FileError {
    fn from(why: String) -> Self {
        Self::Unusable(why)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(why) => formatter.write_str(why),
            Self::Named(error) => error.fmt(formatter),
        }
    }
}

/// Reads the file that the variable names, or else the default one below the home directory; `None`
/// if it does not exist.
///
/// # Errors
///
/// It cannot be read, or the variable names a missing file.
pub(super) fn read(
    environment: &Environment,
    home: &Home,
    variable: &str,
    usual: &str,
) -> Result<Option<Text>, FileError> {
    if let Some(named) = named(environment, home, variable)? {
        return Ok(Some(named));
    }
    let Some(path) = home.file(usual) else { return Ok(None) };
    Ok(home.read(&path).map_err(|error| format!("{}: {error}", home.name(&path)))?)
}

/// Reads the file that the variable names; `None` if it is not set.
///
/// # Errors
///
/// There is no such file, or it cannot be read.
pub(super) fn named(
    environment: &Environment,
    home: &Home,
    variable: &str,
) -> Result<Option<Text>, FileError> {
    let Some(path) = path(environment, home, variable) else { return Ok(None) };
    let name = home.name(&path);
    let why = match home.read(&path) {
        Ok(Some(file)) => return Ok(Some(file)),
        Ok(None) => format!("{variable}: there is no file {name}"),
        Err(error) => format!("{variable}: {name}: {error}"),
    };
    let hint = format!("unset {variable}, or let it name a file that can be read");
    Err(FileError::Named(ConnectionError::new(why, hint)))
}

/// Returns the path in the variable. Expands `~/`, since no shell does so in a file of variables.
pub(super) fn path(environment: &Environment, home: &Home, variable: &str) -> Option<PathBuf> {
    environment.get(variable).map(|path| PathBuf::from(home.expand(path)))
}
