//! A pager for output that does not fit on the screen.
//!
//! The pager starts once the output exceeds the screen. Leaving it early is not a failure. If it
//! cannot be used, a warning is printed and everything is printed without it.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::mem;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::console::Console;
use super::destination::Output;
use super::file_output::FileOutput;
use super::stdout::Stdout;
use crate::text::sanitize::cells;

/// Settings that name the pager; the first one set wins. An empty name and `cat` disable it. As in
/// git, the file overrides the variable shared by all programs.
const SETTINGS: [(&str, Source); 3] = [
    ("CBR_PAGER", Source::Variable),
    ("defaults.pager", Source::File),
    ("PAGER", Source::Variable),
];

/// Source of a setting.
#[derive(Clone, Copy)]
enum Source {
    Variable,
    /// The configuration file.
    File,
}

/// The pager of the configuration file.
static CONFIGURED_PAGER: OnceLock<String> = OnceLock::new();

/// Sets the pager of the configuration file. Later calls have no effect.
pub(crate) fn set_default(command: String) {
    drop(CONFIGURED_PAGER.set(command));
}

/// Checks that a command line can be split into words.
///
/// # Errors
///
/// The reason.
pub(crate) fn check(command: &str) -> Result<(), String> {
    shlex::split(command).map(|_| ()).ok_or_else(|| OPEN_QUOTE.to_owned())
}

/// Reason for rejecting a command line.
const OPEN_QUOTE: &str = "a quote has no end";

/// The default pager.
const DEFAULT_PAGER: &str = "less";

/// Options of less unless the user has set some: pass colors, cut long lines at the edge (the arrow
/// keys move sideways), leave the text on the screen.
const LESS_OPTIONS: &str = "RSX";

/// The first version of less that can keep a header on the screen.
const HEADER_VERSION: u32 = 600;

/// Number of bytes kept in case the pager fails. A pager that has read more than the capacity of a
/// pipe works.
const MAX_KEPT: usize = 256 << 10;

/// True if a pager runs or ran: it handles Ctrl-C.
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// True if Ctrl-C was pressed.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Returns true if the pager handles the Ctrl-C that was just pressed, and the program continues.
pub(crate) fn takes_interrupt() -> bool {
    INTERRUPTED.store(true, Ordering::SeqCst);
    IS_RUNNING.load(Ordering::SeqCst)
}

/// Output through a pager. Must be [closed](Self::close) at the end.
#[derive(Debug)]
pub(crate) struct Paged {
    state: State,
    is_table: bool,
    console: Arc<Console>,
}

#[derive(Debug)]
enum State {
    /// Writes directly to stdout.
    Plain,
    /// Writes to a temporary file, which replaces the final one at the end.
    File(FileOutput),
    /// Buffers less than a screen.
    Holding {
        text: Vec<u8>,
        measured: usize,
        rows: usize,
        /// A line is wider than the screen.
        is_wide: bool,
        screen: (usize, usize),
    },
    Paging {
        pager: Pager,
        kept: Option<Vec<u8>>,
    },
    /// The user has left the pager.
    Left,
}

/// A running pager.
#[derive(Debug)]
struct Pager {
    child: Child,
    /// The variable or key that names the pager.
    setting: &'static str,
    command: String,
}

impl Paged {
    /// Creates the destination. `screen` is the width and height of the terminal, if a pager may be
    /// used. A table begins with a header, and its lines must not wrap.
    pub(crate) fn new(
        screen: Option<(usize, usize)>,
        is_table: bool,
        console: Arc<Console>,
    ) -> Self {
        let is_smart = env::var_os("TERM").is_none_or(|term| term != "dumb");
        let state = match screen.filter(|&(width, height)| width > 0 && height > 0 && is_smart) {
            Some(screen) => {
                State::Holding { text: Vec::new(), measured: 0, rows: 0, is_wide: false, screen }
            }
            None => State::Plain,
        };
        Self { state, is_table, console }
    }

    /// Creates a destination that replaces a file once everything is written.
    ///
    /// # Errors
    ///
    /// If no file can be created in its directory.
    pub(crate) fn to_file(path: &Path, console: Arc<Console>) -> io::Result<Self> {
        Ok(Self { state: State::File(FileOutput::new(path)?), is_table: false, console })
    }

    /// Writes the buffered output, and waits until the user leaves the pager.
    ///
    /// # Errors
    ///
    /// If stdout cannot be written.
    pub(crate) fn close(mut self) -> io::Result<()> {
        if let State::Holding { text, is_wide: true, .. } = &mut self.state
            && self.is_table
        {
            let text = mem::take(text);
            self.start(text, true)?;
        }
        match mem::replace(&mut self.state, State::Plain) {
            State::Holding { text, .. } => Stdout.write_all(&text)?,
            State::Paging { pager, kept } => self.leave(pager, kept)?,
            State::File(file) => return file.persist(),
            State::Plain | State::Left => {}
        }
        Stdout.flush()
    }

    /// Continues with a pager, if one is available.
    fn start(&mut self, text: Vec<u8>, is_wide: bool) -> io::Result<()> {
        match Pager::start(self.is_table, is_wide) {
            Ok(Some(pager)) => {
                self.state = State::Paging { pager, kept: Some(Vec::new()) };
                self.write_all(&text)
            }
            Ok(None) => self.continue_without(&text),
            Err(why) => {
                self.console.warn(&why);
                self.continue_without(&text)
            }
        }
    }

    fn continue_without(&mut self, text: &[u8]) -> io::Result<()> {
        self.state = State::Plain;
        Stdout.write_all(text)
    }

    /// Ends the input of the pager, waits for it, and checks whether it worked.
    fn leave(&mut self, mut pager: Pager, kept: Option<Vec<u8>>) -> io::Result<()> {
        let failure = pager.end();
        self.state = State::Left;
        if let (Some(failure), Some(kept)) = (failure, kept) {
            IS_RUNNING.store(false, Ordering::SeqCst);
            self.console.warn(&failure);
            self.continue_without(&kept)?;
        }
        Ok(())
    }
}

impl Write for Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Plain => return Stdout.write(bytes),
            State::File(file) => return file.write(bytes),
            State::Left => {}
            State::Holding { text, measured, rows, is_wide, screen: (width, height) } => {
                text.extend_from_slice(bytes);
                while let Some(length) = text[*measured..].iter().position(|&byte| byte == b'\n') {
                    let rows_of_line = rows_of(&text[*measured..*measured + length], *width);
                    *rows += rows_of_line;
                    *is_wide |= rows_of_line > 1;
                    *measured += length + 1;
                }
                // The prompt takes a row too.
                if *rows >= *height {
                    let (text, is_wide) = (mem::take(text), *is_wide);
                    self.start(text, is_wide)?;
                }
            }
            State::Paging { pager, kept } => {
                if let Some(text) = kept {
                    text.extend_from_slice(bytes);
                }
                kept.take_if(|text| text.len() > MAX_KEPT);
                let written =
                    pager.child.stdin.as_mut().map_or(Ok(()), |stdin| stdin.write_all(bytes));
                match written {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                        if let State::Paging { pager, kept } =
                            mem::replace(&mut self.state, State::Left)
                        {
                            self.leave(pager, kept)?;
                        }
                    }
                    written => written?,
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // A pager gets every byte at once, and buffered text must not be written yet.
        if matches!(self.state, State::Plain) { Stdout.flush() } else { Ok(()) }
    }
}

impl Output for Paged {
    #[cfg(target_os = "linux")]
    fn descriptor(&mut self) -> io::Result<Option<BorrowedFd<'static>>> {
        if matches!(self.state, State::Plain) { Stdout.descriptor() } else { Ok(None) }
    }
}

/// Waits for the pager, which uses the terminal until it ends, also if the output fails.
impl Drop for Paged {
    fn drop(&mut self) {
        if let State::Paging { pager, .. } = &mut self.state {
            pager.end();
        }
    }
}

impl Pager {
    /// Starts the pager of the user, or the default one. `None` if disabled or not installed.
    ///
    /// # Errors
    ///
    /// If the configured pager cannot be started. The message is for a warning.
    fn start(is_table: bool, is_wide: bool) -> Result<Option<Self>, String> {
        let value = |(name, source)| match source {
            Source::Variable => Some((name, env::var_os(name)?.to_string_lossy().into_owned())),
            Source::File => Some((name, CONFIGURED_PAGER.get()?.clone())),
        };
        let named = SETTINGS.into_iter().find_map(value);
        let is_named = named.is_some();
        let (setting, command) = named.unwrap_or_else(|| (SETTINGS[0].0, DEFAULT_PAGER.to_owned()));
        let unusable = |why: &str| {
            let command = command.escape_debug();
            Err(format!("{setting}: cannot use `{command}` as a pager: {why}; printed without one"))
        };
        let Some(words) = shlex::split(&command) else { return unusable(OPEN_QUOTE) };
        let Some((program, arguments)) = words.split_first() else { return Ok(None) };
        if program == "cat" {
            return Ok(None);
        }
        let header =
            || is_table && less_version(program).is_some_and(|version| version >= HEADER_VERSION);
        let is_unset = |name: &&str| env::var_os(name).is_none();
        let less = Some("LESS").filter(is_unset);
        let less = less.map(|name| (name, options(is_table, is_wide, header)));
        // The text is UTF-8, whatever the locale is.
        let charset = Some("LESSCHARSET").filter(is_unset).map(|name| (name, "utf-8".to_owned()));
        let unset = less.into_iter().chain(charset);
        // Set before the pager can receive Ctrl-C.
        IS_RUNNING.store(true, Ordering::SeqCst);
        let started =
            Command::new(program).args(arguments).envs(unset).stdin(Stdio::piped()).spawn();
        IS_RUNNING.store(started.is_ok(), Ordering::SeqCst);
        match started {
            Ok(child) => Ok(Some(Self { child, setting, command })),
            Err(_) if !is_named => Ok(None),
            Err(error) => unusable(&error.to_string()),
        }
    }

    /// Waits until the pager ends. Returns a warning if it failed; quitting is not a failure.
    fn end(&mut self) -> Option<String> {
        drop(self.child.stdin.take());
        let code = self.child.wait().ok()?.code()?;
        let is_failure = code != 0 && code < 128 && !INTERRUPTED.load(Ordering::SeqCst);
        is_failure.then(|| {
            let Self { setting, command, .. } = self;
            let command = command.escape_debug();
            format!("{setting}: `{command}` ended with exit code {code}; printed without a pager")
        })
    }
}

/// Returns the options of less. It quits at once if everything fits, unless it cuts wide lines of a
/// table.
fn options(is_table: bool, is_wide: bool, has_header: impl Fn() -> bool) -> String {
    let quits = if is_table && is_wide { "" } else { "F" };
    let header = if has_header() { " --header=1" } else { "" };
    format!("-{quits}{LESS_OPTIONS}{header}")
}

/// Returns the version of less, or `None` if the program is another one.
fn less_version(program: &str) -> Option<u32> {
    let name = Path::new(program).file_name()?;
    let output =
        (name == DEFAULT_PAGER).then(|| Command::new(program).arg("--version").output())?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = text.strip_prefix("less ")?.split(|char: char| !char.is_ascii_digit()).next()?;
    number.parse().ok()
}

/// Returns the number of screen rows of a line, ignoring colors.
fn rows_of(line: &[u8], width: usize) -> usize {
    let line = String::from_utf8_lossy(line);
    let text = anstream::adapter::strip_str(&line).to_string();
    cells(&text).div_ceil(width).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_stays_for_wide_tables_and_keeps_their_header() {
        let cases = [
            (false, false, true, "-FRSX"),
            (false, true, false, "-FRSX"),
            (true, false, false, "-FRSX"),
            (true, false, true, "-FRSX --header=1"),
            (true, true, true, "-RSX --header=1"),
        ];
        for (is_table, is_wide, has_header, expected) in cases {
            let has_header = || is_table && has_header;
            assert_eq!(options(is_table, is_wide, has_header), expected);
        }
    }

    #[test]
    fn a_line_takes_the_rows_that_its_cells_need() {
        let cases = [
            ("", 1),
            ("0123456789", 1),
            ("01234567890", 2),
            ("生产数据库", 1),
            ("生产数据库备", 2),
            ("\u{1b}[31m0123456789\u{1b}[0m", 1),
        ];
        for (line, rows) in cases {
            assert_eq!(rows_of(line.as_bytes(), 10), rows, "{line}");
        }
    }
}
