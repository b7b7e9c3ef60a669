//! Reads small files that another process may have placed: settings, secrets, certificates, cache
//! entries.
//!
//! Reads only regular files, up to a size limit. A named pipe would block forever, and a device or
//! a sparse file would fill the memory. Knows nothing of the content of the files.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Limit in bytes for settings, secrets and cache entries.
pub(crate) const LIMIT: u64 = 1 << 20;

/// Handling of symbolic links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    Followed,
    Refused,
}

/// Returns the content of a file. Follows links, which users may have for their settings.
///
/// # Errors
///
/// If it cannot be read, is not a regular file, or is larger than `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    up_to(limit, open(path, Links::Followed)?)
}

/// Returns the content of a file in the cache directory, where a link is suspicious.
///
/// # Errors
///
/// It cannot be read, is a link or no regular file, or is larger than [`LIMIT`].
pub(crate) fn read_cached(path: &Path) -> io::Result<Vec<u8>> {
    up_to(LIMIT, open(path, Links::Refused)?)
}

/// Returns the content of a file that the user names for a secret. It may be a pipe, such as
/// `<(command)` or `/dev/stdin`, which has to end within `time_limit`.
///
/// # Errors
///
/// It cannot be read, is neither a regular file nor a pipe, or is larger than [`LIMIT`]. The error
/// is of the kind [`ErrorKind::TimedOut`] if the pipe does not end in time.
pub(crate) fn read_or_wait(path: &Path, time_limit: Duration) -> io::Result<Vec<u8>> {
    if kind(fs::metadata(path)?.file_type()) != Some("a pipe") {
        return read(path, LIMIT);
    }
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    // Opening a pipe waits for its writer. Without one, the thread ends with the process.
    thread::spawn(move || {
        let _ = sender.send(File::open(path).and_then(|pipe| up_to(LIMIT, pipe)));
    });
    receiver.recv_timeout(time_limit).unwrap_or_else(|_| {
        let seconds = time_limit.as_secs_f64();
        Err(io::Error::new(ErrorKind::TimedOut, format!("the pipe did not end within {seconds} s")))
    })
}

/// Returns a text without its byte order mark.
///
/// # Errors
///
/// It is not UTF-8.
pub(crate) fn text(bytes: Vec<u8>) -> io::Result<String> {
    let text = String::from_utf8(bytes)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not valid UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn open(path: &Path, links: Links) -> io::Result<File> {
    let metadata = match links {
        Links::Followed => fs::metadata(path),
        Links::Refused => fs::symlink_metadata(path),
    };
    // Checked before opening, since opening alone has side effects on some devices.
    check(&metadata?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        use rustix::fs::OFlags;

        // The file may have become a pipe or a terminal since the check.
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if links == Links::Refused {
            flags |= OFlags::NOFOLLOW;
        }
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

fn check(metadata: &Metadata) -> io::Result<()> {
    kind(metadata.file_type()).map_or(Ok(()), |kind| {
        Err(io::Error::new(ErrorKind::InvalidInput, format!("it is {kind}, not a regular file")))
    })
}

/// Returns the kind of a file; `None` for a regular one.
fn kind(file: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;

        if file.is_fifo() {
            return Some("a pipe");
        }
        if file.is_char_device() || file.is_block_device() {
            return Some("a device");
        }
        if file.is_socket() {
            return Some("a socket");
        }
    }
    if file.is_dir() {
        Some("a directory")
    } else if file.is_symlink() {
        Some("a symbolic link")
    } else {
        None
    }
}

fn up_to(limit: u64, file: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let limit = limit >> 20;
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("it is larger than {limit} MiB"),
        ));
    }
    Ok(bytes)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use tempfile::TempDir;

    use super::*;

    const NOW: Duration = Duration::ZERO;

    /// A file of each kind.
    fn files() -> (TempDir, impl Fn(&str) -> PathBuf) {
        let directory = TempDir::new().unwrap();
        let root = directory.path().to_owned();
        let path = move |name: &str| root.join(name);
        fs::write(path("whole"), "text").unwrap();
        File::create(path("full")).unwrap().set_len(LIMIT).unwrap();
        File::create(path("sparse")).unwrap().set_len(3 << 30).unwrap();
        fs::create_dir(path("directory")).unwrap();
        std::os::unix::fs::symlink("whole", path("link")).unwrap();
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        std::os::unix::fs::symlink("pipe", path("link-to-pipe")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("device")).unwrap();
        (directory, path)
    }

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let (_directory, path) = files();
        let pipe = Err("it is a pipe, not a regular file");
        let link = Err("it is a symbolic link, not a regular file");
        let device = Err("it is a device, not a regular file");
        let folder = Err("it is a directory, not a regular file");
        let large = Err("it is larger than 1 MiB");
        let late = Err("the pipe did not end within 0 s");
        let full = Ok(LIMIT as usize);
        // The result of each way to read the file.
        let cases = [
            ("whole", [Ok(4), Ok(4), Ok(4)]),
            ("full", [full, full, full]),
            ("sparse", [large, large, large]),
            ("directory", [folder, folder, folder]),
            ("link", [Ok(4), link, Ok(4)]),
            ("pipe", [pipe, pipe, late]),
            ("link-to-pipe", [pipe, link, late]),
            ("device", [device, link, device]),
        ];
        for (name, expected) in cases {
            let path = path(name);
            let read = [read(&path, LIMIT), read_cached(&path), read_or_wait(&path, NOW)];
            let read = read.map(|read| read.map(|bytes| bytes.len()));
            let read = read.map(|read| read.map_err(|error| error.to_string()));
            assert_eq!(read, expected.map(|expected| expected.map_err(str::to_owned)), "{name}");
        }
        let none = read_or_wait(&path("none"), NOW).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::NotFound);
    }

    /// A pipe has no size that could be checked first.
    #[test]
    fn the_limit_holds_while_a_pipe_is_read() {
        let (_directory, path) = files();
        let pipe = path("pipe");
        for (length, expected) in [(LIMIT, true), (LIMIT + 1, false)] {
            let writer = pipe.clone();
            // The last byte may stay unread.
            let writer = thread::spawn(move || fs::write(writer, vec![b'x'; length as usize]));
            let read = read_or_wait(&pipe, Duration::from_secs(60));
            assert_eq!(read.is_ok_and(|bytes| bytes.len() as u64 == length), expected, "{length}");
            let _ = writer.join().unwrap();
        }
    }
}
