//! Stdout as a destination of output.

use std::io::{self, Write};
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;

use super::destination::Output;

/// Returns true if another program reads stdout.
#[cfg(unix)]
pub(super) fn is_pipe() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;

    let file = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from);
    file.and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Returns false: not known on this system.
#[cfg(not(unix))]
pub(super) fn is_pipe() -> bool {
    false
}

/// Stdout, whose errors name it.
#[derive(Debug)]
pub(crate) struct Stdout;

impl Stdout {
    fn fault(error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("cannot write to stdout: {error}"))
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().lock().write(bytes).map_err(Self::fault)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush().map_err(Self::fault)
    }
}

impl Output for Stdout {
    #[cfg(target_os = "linux")]
    fn descriptor(&mut self) -> io::Result<Option<BorrowedFd<'static>>> {
        self.flush()?;
        Ok(Some(rustix::stdio::stdout()))
    }
}
