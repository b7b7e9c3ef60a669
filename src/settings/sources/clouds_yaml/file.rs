//! Finds `clouds.yaml` and `secure.yaml`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::settings::Environment;
use crate::settings::given_file::{self, FileError};
use crate::settings::home::{Home, Text};

/// A file and its location.
pub(super) struct CloudsFile {
    pub(super) file: Text,
    pub(super) directory: Option<PathBuf>,
    pub(super) place: Location,
}

/// Location of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Location {
    /// Named by a variable.
    Named,
    /// In the current directory, which other users may be able to write to.
    Here,
    /// In one of the directories of OpenStack's settings.
    Settings,
}

impl CloudsFile {
    /// Returns true if one of them may decide where the secrets of the other are sent: files of one
    /// directory, or a file that the user names with one outside the current directory.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let places = [self.place, other.place];
        let is_chosen = places.contains(&Location::Named) && !places.contains(&Location::Here);
        is_chosen || self.directory == other.directory
    }
}

/// Finds the file that a variable names, or else the first of this name.
pub(super) fn find(
    environment: &Environment,
    home: &Home,
    variable: &str,
    directories: &[PathBuf],
    name: &str,
) -> Result<Option<CloudsFile>, FileError> {
    match given_file::named(environment, home, variable)? {
        Some(file) => {
            let directory = given_file::path(environment, home, variable);
            let directory = directory.as_deref().and_then(Path::parent).map(whole);
            Ok(Some(CloudsFile { file, directory, place: Location::Named }))
        }
        None => Ok(first(home, directories, name)?),
    }
}

/// Resolves the links of a directory, for comparison.
fn whole(directory: &Path) -> PathBuf {
    let name = if directory == Path::new("") { Path::new(".") } else { directory };
    fs::canonicalize(name).unwrap_or_else(|_| directory.to_owned())
}

/// Finds the first file of this name.
fn first(home: &Home, directories: &[PathBuf], name: &str) -> Result<Option<CloudsFile>, String> {
    let paths = directories.iter().flat_map(|directory| {
        ["yaml", "yml", "json"].map(|suffix| directory.join(Path::new(name).with_extension(suffix)))
    });
    for path in paths {
        let file = home.read(&path).map_err(|error| format!("{}: {error}", home.name(&path)))?;
        if let Some(file) = file {
            let directory = path.parent();
            let is_here = directory == Some(Path::new(""));
            let place = if is_here { Location::Here } else { Location::Settings };
            return Ok(Some(CloudsFile { file, directory: directory.map(whole), place }));
        }
    }
    Ok(None)
}
