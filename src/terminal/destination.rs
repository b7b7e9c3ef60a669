//! Destination of a renderer.

#[cfg(target_os = "linux")]
use std::io;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;

/// Properties of the destination that a renderer depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Destination {
    /// Width in cells that lines should fit, if any: that of the terminal, or `COLUMNS`.
    pub(crate) width: Option<usize>,
    /// It is a terminal, on which control characters act.
    pub(crate) is_terminal: bool,
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
