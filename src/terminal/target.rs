//! Destination of a renderer.

#[cfg(target_os = "linux")]
use std::io;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;

/// Properties of the destination that a renderer depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Target {
    /// The width in cells, if it is a terminal.
    pub(crate) width: Option<usize>,
    /// Use colors.
    pub(crate) colored: bool,
}

/// Destination of the output.
pub(crate) trait Output: Write {
    /// Flushes, and returns the descriptor for copies inside the kernel, if there is one.
    ///
    /// # Errors
    ///
    /// If pending output cannot be written.
    #[cfg(target_os = "linux")]
    fn descriptor(&mut self) -> io::Result<Option<BorrowedFd<'static>>> {
        Ok(None)
    }
}

impl Output for Vec<u8> {}
