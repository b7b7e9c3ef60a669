//! Destination of a renderer.

#[cfg(target_os = "linux")]
use std::io;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;

/// Properties of the destination that a renderer depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Destination {
    /// Maximum width of lines in cells: the terminal's, or `COLUMNS`.
    pub(crate) width: Option<usize>,
    /// True for a terminal, which interprets control characters.
    pub(crate) is_terminal: bool,
    /// True to use colors.
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
