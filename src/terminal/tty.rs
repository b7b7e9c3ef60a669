//! The terminal of stdout: its size, its colors, and the pager in front of it.
//!
//! Knows nothing of formats; the caller decides whether a pager is useful.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use anstream::ColorChoice;
use clap::{Args, ValueEnum};
use terminal_size::{Height, Width};

use super::console::{Console, ConsoleArgs};
use super::destination::Destination;
use super::pager::Paged;

/// Flags for output on a terminal.
#[derive(Args, Debug, Clone, Copy)]
#[command(next_help_heading = "Output")]
pub(crate) struct TerminalArgs {
    /// Color statuses and help
    ///
    /// The first match decides: this flag unless it is auto; NO_COLOR (not empty) disables colors;
    /// CLICOLOR_FORCE (not 0) enables them; CLICOLOR=0 disables them. Otherwise a terminal has
    /// colors, unless TERM is dumb and CLICOLOR is not set. Nothing is shown by color alone.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t = When::Auto,
        display_order = 850
    )]
    color: When,

    /// Do not use a pager for output that is longer than the screen
    ///
    /// The pager is CBR_PAGER, defaults.pager of config.toml, PAGER or less; an empty value or cat
    /// disables it. It is used on a terminal only, for help, table, wide and long. less gets the
    /// options FRSX unless LESS is set.
    #[arg(long, global = true, display_order = 850)]
    no_pager: bool,
}

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless the environment overrides it
    Auto,
    /// Also in pipes and files
    Always,
    /// Not even on a terminal
    Never,
}

/// Kind of human-readable output for a pager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Lines below a header.
    Table,
    /// Text of any form.
    Text,
}

/// Stdout of this run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Width and height in cells, if it is a terminal.
    size: Option<(usize, usize)>,
    colored: bool,
    no_pager: bool,
}

/// Sets whether clap prints help in colors.
pub(crate) fn color_help(when: Option<When>) {
    let colored = when.unwrap_or(When::Auto).is_now();
    (if colored { ColorChoice::Always } else { ColorChoice::Never }).write_global();
}

/// Prints help, through a pager if it exceeds the screen. `colored` is `plain` with colors.
///
/// # Errors
///
/// Those of stdout.
pub(crate) fn print_help(plain: &str, colored: &str, uses_pager: bool) -> io::Result<()> {
    let color =
        if ColorChoice::global() == ColorChoice::Always { When::Always } else { When::Never };
    let terminal = Terminal::new(TerminalArgs { color, no_pager: !uses_pager });
    let console = Arc::new(Console::new(ConsoleArgs::default()));
    let mut output = terminal.output(Some(Reading::Text), &console);
    output.write_all(if terminal.colored { colored } else { plain }.as_bytes())?;
    output.close()
}

impl TerminalArgs {
    /// Returns true unless `--no-pager` is given.
    pub(crate) fn uses_pager(&self) -> bool {
        !self.no_pager
    }

    /// Returns the value of `--color`.
    pub(crate) fn color(&self) -> When {
        self.color
    }
}

impl When {
    /// Returns true if stdout is colored.
    fn is_now(self) -> bool {
        let variable = |name: &str| env::var(name).ok();
        self.decides(variable, io::stdout().is_terminal())
    }

    /// Applies the rules in the help of `--color`. Sources: no-color.org and bixense.com/clicolors.
    fn decides(self, variable: impl Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
                let is_zero = |name: &str| variable(name).is_some_and(|value| value == "0");
                let is_on = |name: &str| is_set(name) && !is_zero(name);
                let is_dumb = || variable("TERM").is_some_and(|term| term == "dumb");
                if is_set("NO_COLOR") {
                    false
                } else if is_on("CLICOLOR_FORCE") {
                    true
                } else {
                    is_terminal && !is_zero("CLICOLOR") && (is_on("CLICOLOR") || !is_dumb())
                }
            }
        }
    }
}

impl Terminal {
    /// Reads the flags, the environment and the size of the terminal.
    pub(crate) fn new(args: TerminalArgs) -> Self {
        let stdout = io::stdout();
        let size = stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout)).flatten();
        Self {
            size: size.map(|(Width(width), Height(height))| (width.into(), height.into())),
            colored: args.color.is_now(),
            no_pager: args.no_pager,
        }
    }

    /// Returns the properties for renderers. Programs such as `watch` export `COLUMNS` for
    /// human-readable output through a pipe.
    pub(crate) fn destination(&self) -> Destination {
        let width = self.size.map(|(width, _)| width);
        let exported = || env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
        Destination {
            width: width.or_else(exported),
            is_terminal: self.size.is_some(),
            colored: self.colored,
        }
    }

    /// Returns the destination: a pager, if the output is for reading and exceeds the screen.
    pub(crate) fn output(&self, reading: Option<Reading>, console: &Arc<Console>) -> Paged {
        let screen = self.size.filter(|_| reading.is_some() && !self.no_pager);
        Paged::new(screen, reading == Some(Reading::Table), Arc::clone(console))
    }
}
