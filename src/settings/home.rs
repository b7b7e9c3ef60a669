//! Directories where tools keep their files, determined when a file is needed.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::text::small_file;

/// The directories of the user.
#[derive(Debug)]
pub(crate) struct Home {
    /// Home directory; `None` for a user without one, such as a service.
    home: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, or the platform's default.
    config: Option<PathBuf>,
}

/// A file that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// Its name as a user would write it, with `~`.
    pub(crate) name: String,
    /// Without a byte order mark.
    pub(crate) text: Hidden,
}

/// Content of a file. It may be secret, so `Debug` does not show it.
#[derive(PartialEq, Eq)]
pub(crate) struct Hidden(pub(crate) String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[hidden]")
    }
}

impl Home {
    /// Returns the directories of the user of this process.
    pub(crate) fn of_process() -> Self {
        let strategy = etcetera::choose_base_strategy().ok();
        Self {
            home: strategy.as_ref().map(|strategy| strategy.home_dir().to_owned()),
            config: strategy.as_ref().map(etcetera::BaseStrategy::config_dir),
        }
    }

    /// For tests: returns those of a user with this home directory.
    #[cfg(test)]
    pub(super) fn at(home: &Path) -> Self {
        Self { home: Some(home.to_owned()), config: Some(home.join(".config")) }
    }

    /// Returns the path of a file below the home directory.
    pub(crate) fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(name))
    }

    /// Expands `~/` in a path that a user wrote.
    pub(super) fn expand(&self, path: &str) -> String {
        let below = path.strip_prefix("~/").and_then(|below| self.file(below));
        below.map_or_else(|| path.to_owned(), |path| path.display().to_string())
    }

    /// Returns the path of a file below the user's configuration directory.
    pub(crate) fn configuration(&self, name: &str) -> Option<PathBuf> {
        Some(self.config.as_ref()?.join(name))
    }

    /// Returns the directories of OpenStack's settings, the nearest first, without the current one.
    pub(super) fn openstack(&self) -> Vec<PathBuf> {
        let mut directories: Vec<_> =
            self.config.iter().map(|path| path.join("openstack")).collect();
        for name in [".config/openstack", "Library/Application Support/openstack"] {
            directories.extend(self.file(name).filter(|path| !directories.contains(path)));
        }
        directories.push(PathBuf::from("/etc/openstack"));
        directories
    }

    /// Returns the name of a file as its user would write it.
    pub(crate) fn name(&self, path: &Path) -> String {
        let below = self.home.as_ref().and_then(|home| path.strip_prefix(home).ok());
        let name = match below {
            Some(below) => Path::new("~").join(below),
            None => path.to_owned(),
        };
        name.display().to_string().escape_debug().to_string()
    }

    /// Reads a file, or returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, in words for a user.
    pub(crate) fn read(&self, path: &Path) -> Result<Option<Text>, String> {
        let read = small_file::read(path, small_file::LIMIT).and_then(small_file::text);
        match read {
            Ok(text) => Ok(Some(Text { name: self.name(path), text: Hidden(text) })),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(unreadable(&error)),
        }
    }
}

/// Returns why a file cannot be read, in words for a user.
pub(super) fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}
