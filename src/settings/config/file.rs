//! Path, permissions, reading and writing of config.toml.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::document::Config;
use crate::settings::{ConnectionError, Environment, Home, Text};
use crate::text::private_file;

/// Variable with the path of another file.
const VARIABLE: &str = "CBR_CONFIG_FILE";

/// The user's config.toml.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnFile {
    /// Its name as the user would write it, with `~`.
    pub(crate) name: String,
    /// Its content, if it exists and is valid.
    pub(crate) config: Option<Config>,
    /// The error, if it is invalid.
    pub(crate) problem: Option<ConnectionError>,
    /// Warnings about its permissions.
    pub(crate) warnings: Vec<String>,
}

impl OwnFile {
    /// Reads the file of the user of this process.
    pub(crate) fn of_process() -> Self {
        Self::read(&Environment::of_process(), &Home::of_process())
    }

    /// Reads the file of a user with this environment and these directories.
    pub(crate) fn read(environment: &Environment, home: &Home) -> Self {
        let path = match path(environment, home) {
            Ok(path) => path,
            Err(_) => return Self { name: "cbr/config.toml".to_owned(), ..Self::default() },
        };
        let name = home.name(&path);
        let (config, problem) = match load(home, &path) {
            Ok(None) if environment.get(VARIABLE).is_some() => {
                let message = format!("{VARIABLE}: there is no file {name}");
                let hint = format!("unset {VARIABLE}, or make the file: cbr config set KEY VALUE");
                (None, Some(ConnectionError::new(message, hint)))
            }
            Ok(config) => (config, None),
            Err(problem) => (None, Some(problem)),
        };
        let warnings = config.iter().flat_map(|config| warnings(config, &path, &name)).collect();
        Self { name, config, problem, warnings }
    }
}

/// Returns a warning for each permission of other users that is dangerous.
fn warnings(config: &Config, path: &Path, name: &str) -> Vec<String> {
    let is_read = config.holds_secrets() && is_readable_by_others(path);
    let is_changed = config.holds_commands() && is_open_to_others(path, 0o022);
    let warnings = [
        is_read.then(|| {
            format!("{name} holds secrets, and others can read it; chmod 600 {name} fixes that")
        }),
        is_changed.then(|| {
            format!("{name} names a command, and others can change it; chmod 600 {name} fixes that")
        }),
    ];
    warnings.into_iter().flatten().collect()
}

/// Returns true if users besides its owner may read a file.
pub(crate) fn is_readable_by_others(path: &Path) -> bool {
    is_open_to_others(path, 0o044)
}

/// Returns true if users besides its owner have one of these permissions.
fn is_open_to_others(path: &Path, permissions: u32) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).is_ok_and(|file| file.is_file() && file.mode() & permissions != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = (path, permissions);
        false
    }
}

/// Returns the path of the file, which may not exist.
///
/// # Errors
///
/// The user has no home directory.
pub(crate) fn path(environment: &Environment, home: &Home) -> Result<PathBuf, ConnectionError> {
    let given = environment.get(VARIABLE).map(PathBuf::from);
    given.or_else(|| home.configuration("cbr/config.toml")).ok_or_else(|| {
        ConnectionError::new(
            "there is no home directory for a configuration file",
            format!("set {VARIABLE} to the path of one"),
        )
    })
}

/// Returns the text of the file; `None` if it does not exist.
///
/// # Errors
///
/// It cannot be read.
pub(crate) fn text(home: &Home, path: &Path) -> Result<Option<Text>, ConnectionError> {
    home.read(path).map_err(|why| {
        ConnectionError::new(format!("{}: {why}", home.name(path)), "fix that file, or remove it")
    })
}

/// Returns the content of the file; `None` if it does not exist.
///
/// # Errors
///
/// It cannot be read, or is invalid.
pub(crate) fn load(home: &Home, path: &Path) -> Result<Option<Config>, ConnectionError> {
    let file = text(home, path)?;
    file.map(|Text { name, text }| Config::parse(&name, path, &text.0)).transpose()
}

/// Keeps other processes from changing the file until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _directory: Option<fs::File>,
}

impl Lock {
    /// Waits until no other process changes the file. Locks its directory, which is created if
    /// missing: each change replaces the file itself.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn wait(path: &Path) -> io::Result<Self> {
        let (_, directory) = resolved(path);
        private_file::create_directory(&directory)?;
        // Only on Unix can a directory be opened.
        if !cfg!(unix) {
            return Ok(Self { _directory: None });
        }
        let directory = fs::File::open(directory)?;
        match directory.lock() {
            // A file system without locks is used by one process at a time.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
            _ => Ok(Self { _directory: Some(directory) }),
        }
    }
}

/// Returns the file that a path leads to, with links resolved, and its directory.
fn resolved(path: &Path) -> (PathBuf, PathBuf) {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    (path, directory)
}

/// Replaces the file, for its owner alone, as a whole or not at all. A link is followed.
///
/// # Errors
///
/// Those of the file system.
pub(crate) fn write(path: &Path, text: &str, _lock: &Lock) -> io::Result<()> {
    let (path, _) = resolved(path);
    private_file::write_durably(&path, text.as_bytes())
}
