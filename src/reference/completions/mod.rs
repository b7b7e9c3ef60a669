//! `cbr completions`: the scripts for shells, and the answers they request at every press of Tab.
//!
//! A script contains no flags and no values. It passes the typed words to this program (`cbr
//! completions -- WORD…`) and offers the answer. So it stays correct when flags and values change,
//! and each rule is implemented once instead of in five languages. The values of a flag are
//! declared at the flag: by its parser's possible values, or by [`hints`](crate::text::hints).
//!
//! Completions work without credentials and without a network. With them, values that only the
//! service knows are offered too; [`live`] defines the limits of that.

mod live;
mod offer;
mod script;

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::Command;

use offer::Offer;
use script::script;

use crate::cli::reference::CompletionsArgs;

/// Prints the script of the shell, or the answer to a script.
///
/// # Errors
///
/// Those of stdout.
pub(crate) fn print(args: CompletionsArgs, program: Command) -> anyhow::Result<()> {
    let text = match args.shell {
        Some(shell) => script(shell).to_owned(),
        None => Offer::new(program, args.words, live::values).to_string(),
    };
    io::stdout().lock().write_all(text.as_bytes()).context("cannot write to stdout")
}
