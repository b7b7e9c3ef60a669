//! Stderr for the progress bar, a little narrower than the terminal.
//!
//! The bar pads its last line with blanks, with the cursor after them. Without free cells the
//! terminal's `^C` would wrap, so the wrong line would be cleared.

use std::io;

use console::Term;
use indicatif::TermLike;

/// Free cells: for `^C`, and one for the cursor.
const FREE_CELLS: u16 = 3;

/// The terminal on stderr.
#[derive(Debug)]
pub(crate) struct Screen(Term);

impl Screen {
    pub(crate) fn stderr() -> Self {
        Self(Term::buffered_stderr())
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(FREE_CELLS).max(1)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, cells: usize) -> io::Result<()> {
        self.0.move_cursor_right(cells)
    }

    fn move_cursor_left(&self, cells: usize) -> io::Result<()> {
        self.0.move_cursor_left(cells)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}
