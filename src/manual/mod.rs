//! `cbr man`: the manual page, from the declarations that `--help` is made of.
//!
//! One page for the whole program rather than one a command: it is installed as one file, and one search
//! in it finds every flag.

mod argument;
mod prose;

use std::io;

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use roff::{Roff, bold, roman};

use crate::cli::Cli;
use crate::connection::VARIABLES;
use crate::exit::Exit;
use prose::{Place, prose};

/// Prints the page.
///
/// # Errors
///
/// Those of stdout.
pub(crate) fn print() -> anyhow::Result<()> {
    page(Cli::command()).to_writer(&mut io::stdout().lock()).context("cannot write to stdout")
}

/// The page of a program.
fn page(mut program: Command) -> Roff {
    program.build();
    let commands = leaves(&program);
    let mut page = Roff::new();
    let version = format!("cbr {}", program.get_version().unwrap_or_default());
    // The empty argument is the date. There is none, so that a version prints the same page everywhere.
    page.control("TH", ["CBR", "1", "\"\"", &version, "User Commands"]);

    page.control("SH", ["NAME"]);
    let about = program.get_about().map(ToString::to_string).unwrap_or_default();
    page.text([roman(format!("cbr - {about}"))]);

    page.control("SH", ["SYNOPSIS"]);
    for (index, command) in commands.iter().enumerate() {
        if index > 0 {
            page.control("br", []);
        }
        synopsis(&mut page, command);
    }

    page.control("SH", ["DESCRIPTION"]);
    description(&mut page, &program);

    page.control("SH", ["COMMANDS"]);
    for command in &commands {
        page.control("SS", [command.get_bin_name().unwrap_or_default()]);
        description(&mut page, command);
        let own = |arg: &&_| !argument::is_of_every_command(arg);
        argument::list(&mut page, command.get_arguments().filter(own));
        if let Some(help) = command.get_after_help() {
            page.control("PP", []);
            prose(&mut page, &help.to_string(), Place::Section);
        }
    }

    page.control("SH", ["OPTIONS OF EVERY COMMAND"]);
    argument::list(&mut page, program.get_arguments());

    page.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        page.control("TP", []).text([bold(exit.code().to_string())]);
        prose(&mut page, exit.meaning(), Place::Term);
    }

    page.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in VARIABLES {
        page.control("TP", []).text([bold(*name)]);
        prose(&mut page, meaning, Place::Term);
    }

    if let Some(help) = program.get_after_help() {
        let help = help.to_string();
        page.control("SH", ["EXAMPLES"]);
        prose(&mut page, help.trim_start_matches("Examples:\n"), Place::Section);
    }
    page
}

/// The commands that do something themselves, in order.
fn leaves(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|command| !command.is_hide_set());
    let below: Vec<_> = below.flat_map(leaves).collect();
    if below.is_empty() { vec![command] } else { below }
}

/// How the command is called.
fn synopsis(page: &mut Roff, command: &Command) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let name = command.get_bin_name().unwrap_or_default();
    let arguments = usage.strip_prefix(name).unwrap_or_default();
    page.text([bold(name), roman(arguments)]);
}

/// What the command does; clap takes the full stop from one that is one sentence.
fn description(page: &mut Roff, command: &Command) {
    let text = command.get_long_about().or(command.get_about());
    let mut text = text.map(ToString::to_string).unwrap_or_default();
    if text.ends_with(char::is_alphanumeric) {
        text.push('.');
    }
    prose(page, &text, Place::Section);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_flag_exit_code_and_variable_is_on_the_page() {
        let mut program = Cli::command();
        program.build();
        let mut expected: Vec<String> = Vec::new();
        for command in leaves(&program) {
            expected.extend(command.get_bin_name().map(str::to_owned));
            let flags = command.get_arguments().filter(|arg| !arg.is_hide_set());
            let names = flags.filter_map(|arg| arg.get_long_and_visible_aliases()).flatten();
            expected.extend(names.map(|name| format!("--{name}")));
        }
        expected.extend(Exit::ALL.map(|exit| exit.code().to_string()));
        expected.extend(VARIABLES.iter().map(|(name, _)| (*name).to_owned()));
        assert!(expected.len() > 50, "{expected:?}");

        let page = page(Cli::command()).to_roff();
        for text in expected {
            let bold = format!("\\fB{}\\fR", text.replace('-', "\\-"));
            let found = page.contains(&bold) || page.contains(&format!(".SS \"{text}\""));
            assert!(found, "{text} is not on the page");
        }
    }
}
