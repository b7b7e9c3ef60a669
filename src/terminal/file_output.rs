//! Output to a file that is complete or unchanged.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that replaces another one once everything is written.
#[derive(Debug)]
pub(super) struct FileOutput {
    file: NamedTempFile,
    path: PathBuf,
}

impl FileOutput {
    /// Creates a file beside `path`.
    ///
    /// # Errors
    ///
    /// If the directory does not exist or cannot be written, or `path` is not a regular file.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let fault = |error: io::Error| named(path, &error);
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(fault(io::Error::other("not a regular file")));
        }
        let mut builder = tempfile::Builder::new();
        // The umask decides who can read the file: a collector runs as another user.
        #[cfg(unix)]
        let builder = {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(0o666))
        };
        #[cfg(not(unix))]
        let builder = &mut builder;
        let file = builder
            .prefix(".cbr-")
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .map_err(fault)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Replaces the file.
    ///
    /// # Errors
    ///
    /// If it cannot be replaced.
    pub(super) fn persist(self) -> io::Result<()> {
        let Self { mut file, path } = self;
        file.flush().map_err(|error| named(&path, &error))?;
        file.persist(&path).map_err(|error| named(&path, &error.error))?;
        Ok(())
    }
}

impl Write for FileOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| named(&self.path, &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| named(&self.path, &error))
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("--output-file: cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_file_is_replaced_at_the_end_or_not_at_all() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("cbr.prom");
        fs::write(&path, "old").unwrap();
        let mut output = FileOutput::new(&path).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(output);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let mut output = FileOutput::new(&path).unwrap();
        output.write_all(b"new").unwrap();
        output.persist().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        for invalid in [directory.path().to_owned(), directory.path().join("no/file")] {
            let error = FileOutput::new(&invalid).unwrap_err().to_string();
            assert!(error.starts_with("--output-file: cannot write /"), "{error}");
        }
    }
}
