//! `cbr completions`: the scripts for shells, and what they ask at every press of Tab.
//!
//! A script knows no flag and no value. It hands the words typed so far to this program (`cbr
//! completions -- WORD…`) and offers what comes back, so it stays right when flags and values
//! change, and each rule of completing stands once, here, and not in five languages. What a flag's
//! value can be is declared at the flag: by its parser's possible values, or by
//! [`hints`](crate::text::hints).
//!
//! Completions work without credentials and without a network. With them, values that only the
//! service knows are offered too; [`live`] says what that may cost.

mod live;
mod offer;
mod script;

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::Command;

use offer::Offer;
use script::script;

use crate::cli::reference::CompletionsArgs;

/// Prints the script of the shell, or the answer to what a script asks.
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
