//! Writes files that only their owner can read, completely or not at all.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use super::small_file;

/// A directory that only its owner can enter, so its files are the owner's.
#[derive(Debug)]
pub(crate) struct PrivateDirectory(PathBuf);

impl PrivateDirectory {
    /// Returns the directory if it exists and is private. A link is not followed.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok()?;
        #[cfg(unix)]
        let is_closed =
            std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 == 0;
        #[cfg(not(unix))]
        let is_closed = true;
        (metadata.is_dir() && is_closed).then(|| Self(path.to_owned()))
    }

    /// Returns the directory. Creates it if it is missing.
    ///
    /// # Errors
    ///
    /// It cannot be created, or others can enter it.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        create_directory(path)?;
        Self::open(path).ok_or_else(|| io::Error::other("others can enter the directory"))
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the file of this name.
    ///
    /// # Errors
    ///
    /// Those of [`small_file::read_cached`].
    pub(crate) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        small_file::read_cached(&self.0.join(name))
    }

    /// Replaces the file of this name. After a crash of the machine it may be empty.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        replace(&self.0, &self.0.join(name), |file| file.write_all(content))
    }
}

/// Creates a directory that only its owner can enter, with its parents. An existing one is
/// unchanged.
///
/// # Errors
///
/// Those of the file system.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Replaces a file in any directory. A crash of the machine leaves the old or the new content.
///
/// # Errors
///
/// Those of the file system.
pub(crate) fn write_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    replace(directory.unwrap_or(Path::new(".")), path, |file| {
        file.write_all(content)?;
        file.sync_all()
    })
}

/// Writes a temporary file, which `tempfile` creates with mode 0600, and renames it.
fn replace(
    directory: &Path,
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = Builder::new().prefix(".cbr.").suffix(".tmp").tempfile_in(directory)?;
    write(file.as_file_mut())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_and_directories_are_for_their_owner_alone() {
        let home = TempDir::new().unwrap();
        let path = home.path().join("a/b");
        let directory = PrivateDirectory::create(&path).unwrap();
        directory.write("f", b"first").unwrap();
        fs::set_permissions(path.join("f"), fs::Permissions::from_mode(0o644)).unwrap();
        directory.write("f", b"second").unwrap();
        write_durably(&path.join("g"), b"third").unwrap();
        let found = [mode(&home.path().join("a")), mode(&path), mode(&path.join("f"))];
        assert_eq!((found, mode(&path.join("g"))), ([0o700, 0o700, 0o600], 0o600));
        assert_eq!(fs::read(path.join("f")).unwrap(), b"second");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn a_directory_that_others_can_enter_is_rejected() {
        let home = TempDir::new().unwrap();
        for (mode, expected) in [(0o755, false), (0o770, false), (0o701, false), (0o700, true)] {
            let path = home.path().join(format!("{mode:o}"));
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(PrivateDirectory::create(&path).is_ok(), expected, "{mode:o}");
            assert_eq!(PrivateDirectory::open(&path).is_some(), expected, "{mode:o}");
        }
        let link = home.path().join("link");
        std::os::unix::fs::symlink(home.path().join("700"), &link).unwrap();
        assert!(PrivateDirectory::open(&link).is_none());
    }
}
