//! The commands, each as the data flows: settings, request, listing, output.

mod list;
mod read;
mod settings;
mod show;
mod summary;

use std::io::{self, IsTerminal as _};

use terminal_size::Width;

pub(crate) use list::list;
pub(crate) use read::NoBackups;
pub(crate) use settings::{check_settings, show_settings};
pub(crate) use show::show;
pub(crate) use summary::summary;

/// Stdout, whose faults say that they are its own.
struct Stdout;

impl Stdout {
    fn fault(error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("cannot write to stdout: {error}"))
    }
}

impl io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().lock().write(bytes).map_err(Self::fault)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush().map_err(Self::fault)
    }
}

/// The width of the terminal that stdout is, in cells.
fn screen() -> Option<usize> {
    let stdout = io::stdout();
    let (Width(width), _) =
        stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout))??;
    Some(usize::from(width))
}
