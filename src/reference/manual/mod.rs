//! `cbr man`: the manual pages, generated from the same declarations as `--help`.
//!
//! `cbr.1` describes the whole program, so that one search finds every flag. Each command also has
//! a page of its own, such as `cbr-backups-list.1`.

mod argument;
mod prose;
mod topic;

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use clap::Command;
use roff::{Roff, bold, roman};

use super::help;
use crate::cli::reference::ManArgs;
use crate::cli::scope;
use crate::errors::Exit;
use crate::settings::VARIABLES;
use prose::{Indent, prose};

/// Prints a page, or writes all of them.
///
/// # Errors
///
/// There is no such command, as an error of clap; or a page cannot be written.
pub(crate) fn print(args: &ManArgs, mut program: Command) -> anyhow::Result<()> {
    program.build();
    if let Some(directory) = &args.all {
        return write_all(&program, directory);
    }
    let words = match args.words.as_slice() {
        [page] if program.find_subcommand(page).is_none() => of_page(&mut program, page),
        words => words.to_vec(),
    };
    let page = match words.as_slice() {
        [] => whole(&program),
        [topic] if let Some(about) = help::topic_about(topic) => {
            topic::page(&program, topic, about)
        }
        words => single(&program.clone(), help::command(&mut program, words)?),
    };
    page.to_writer(&mut io::stdout().lock()).context("cannot write to stdout")
}

/// Returns the words of the command whose page has this name, such as `cbr-backups-list` or
/// `backups-list`; or the name itself, as for a topic.
fn of_page(program: &mut Command, page: &str) -> Vec<String> {
    let words = page.split('-').map(str::to_owned);
    let words: Vec<_> = words.enumerate().filter(|(at, word)| *at > 0 || word != "cbr").collect();
    let words: Vec<_> = words.into_iter().map(|(_, word)| word).collect();
    if help::command(program, &words).is_ok() {
        return words;
    }
    vec![page.strip_prefix("cbr-").unwrap_or(page).to_owned()]
}

fn write_all(program: &Command, directory: &Path) -> anyhow::Result<()> {
    let pages = below(program).into_iter().map(|command| (command, single(program, command)));
    for (command, page) in pages.chain([(program, whole(program))]) {
        let path = directory.join(format!("{}.1", name(command)));
        let cannot = || format!("--all: cannot write {}", path.display());
        let mut file = fs::File::create(&path).with_context(cannot)?;
        page.to_writer(&mut file).with_context(cannot)?;
    }
    Ok(())
}

/// Returns the name of the page of a command, such as `cbr-backups-list`.
fn name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}

/// Begins the page of a command.
fn begin(program: &Command, command: &Command) -> Roff {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    begin_named(program, &name(command), &about, ["1", "User Commands"])
}

/// Begins a page of this name, in a section of the manual.
fn begin_named(program: &Command, name: &str, about: &str, section: [&str; 2]) -> Roff {
    let mut page = Roff::new();
    let version = format!("cbr {}", program.get_version().unwrap_or_default());
    // The empty argument is the date. There is none, so that a version prints the same page
    // everywhere.
    let [number, section] = section;
    page.control("TH", [&*name.to_uppercase(), number, "\"\"", &version, section]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {about}"))]);
    page
}

/// Returns the page of the program, which must be built.
fn whole(program: &Command) -> Roff {
    let commands = leaves(program);
    let mut page = begin(program, program);

    page.control("SH", ["SYNOPSIS"]);
    for (index, command) in commands.iter().enumerate() {
        if index > 0 {
            page.control("br", []);
        }
        synopsis(&mut page, command);
    }

    page.control("SH", ["DESCRIPTION"]);
    description(&mut page, program);

    page.control("SH", ["COMMANDS"]);
    for command in &commands {
        page.control("SS", [command.get_bin_name().unwrap_or_default()]);
        description(&mut page, command);
        let own = |arg: &&_| !argument::is_of_every_command(arg);
        argument::list(&mut page, command.get_arguments().filter(own), false);
        if let Some(help) = command.get_after_help() {
            page.control("PP", []);
            prose(&mut page, &help.to_string(), Indent::Section);
        }
    }

    page.control("SH", ["OPTIONS OF EVERY COMMAND"]);
    argument::list(&mut page, program.get_arguments(), true);
    exit_status(&mut page);
    topic::section(&mut page, program, "MESSAGES", "errors");
    topic::section(&mut page, program, "COMPLETENESS", "completeness");
    environment(&mut page);
    examples(&mut page, program);
    page
}

/// Returns the page of one command of the program, which must be built.
fn single(program: &Command, command: &Command) -> Roff {
    let mut page = begin(program, command);
    page.control("SH", ["SYNOPSIS"]);
    synopsis(&mut page, command);
    page.control("SH", ["DESCRIPTION"]);
    description(&mut page, command);
    let below = leaves(command);
    if below.iter().any(|below| below.get_bin_name() != command.get_bin_name()) {
        page.control("SH", ["COMMANDS"]);
        for command in below {
            page.control("TP", []).text([bold(command.get_bin_name().unwrap_or_default())]);
            prose(&mut page, &text_about(command), Indent::Term);
        }
    }
    let own = |arg: &&_| !argument::is_of_every_command(arg);
    if command.get_arguments().any(|arg| own(&arg) && !arg.is_hide_set()) {
        page.control("SH", ["OPTIONS"]);
        argument::list(&mut page, command.get_arguments().filter(own), true);
    }
    page.control("SH", ["OPTIONS OF EVERY COMMAND"]);
    let shared = |arg: &&_| argument::is_of_every_command(arg) && !scope::is_of_connection(arg);
    argument::list(&mut page, command.get_arguments().filter(shared), true);
    page.control("PP", []);
    page.text([
        roman("The flags of the connection are in "),
        bold("cbr-connection"),
        roman("(7)."),
    ]);
    exit_status(&mut page);
    examples(&mut page, command);
    page.control("SH", ["SEE ALSO"]);
    page.text([bold("cbr"), roman("(1), which has the variables too")]);
    page
}

fn exit_status(page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in Exit::all() {
        page.control("TP", []).text([bold(exit.code().to_string())]);
        prose(page, meaning, Indent::Term);
    }
}

fn environment(page: &mut Roff) {
    page.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in VARIABLES {
        page.control("TP", []).text([bold(*name)]);
        prose(page, meaning, Indent::Term);
    }
}

/// Writes the text after the flags of a command, the examples and notes, as sections.
fn examples(page: &mut Roff, command: &Command) {
    let Some(help) = command.get_after_help().map(ToString::to_string) else { return };
    let (examples, notes) = match help.strip_prefix("Examples:\n") {
        Some(rest) => rest.split_once("\n\n").unwrap_or((rest, "")),
        None => ("", &*help),
    };
    for (heading, text) in [("NOTES", notes), ("EXAMPLES", examples)] {
        if !text.is_empty() {
            page.control("SH", [heading]);
            prose(page, text, Indent::Section);
        }
    }
}

/// Returns every command below, each group before its members.
fn below(command: &Command) -> Vec<&Command> {
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    shown.flat_map(|command| [vec![command], below(command)].concat()).collect()
}

/// Returns the commands without subcommands, in order.
fn leaves(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|command| !command.is_hide_set());
    let below: Vec<_> = below.flat_map(leaves).collect();
    if below.is_empty() { vec![command] } else { below }
}

/// Returns the usage of the command.
fn synopsis(page: &mut Roff, command: &Command) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let name = command.get_bin_name().unwrap_or_default();
    let arguments = usage.strip_prefix(name).unwrap_or_default();
    page.text([bold(name), roman(arguments)]);
}

/// Returns the description of the command.
fn description(page: &mut Roff, command: &Command) {
    prose(page, &text_about(command), Indent::Section);
}

/// Adds a full stop, which clap removes from a single sentence.
fn text_about(command: &Command) -> String {
    let text = command.get_long_about().or(command.get_about());
    let mut text = text.map(ToString::to_string).unwrap_or_default();
    if text.ends_with(char::is_alphanumeric) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_flag_exit_code_and_variable_is_on_the_page() {
        let mut program = crate::program::command();
        program.build();
        let mut expected: Vec<String> = Vec::new();
        for command in leaves(&program) {
            expected.extend(command.get_bin_name().map(str::to_owned));
            let flags = command.get_arguments().filter(|arg| !arg.is_hide_set());
            let names = flags.filter_map(|arg| arg.get_long_and_visible_aliases()).flatten();
            expected.extend(names.map(|name| format!("--{name}")));
        }
        expected.extend(Exit::all().map(|(exit, _)| exit.code().to_string()));
        expected.extend(VARIABLES.iter().map(|(name, _)| (*name).to_owned()));
        assert!(expected.len() > 50, "{expected:?}");

        let page = whole(&program).to_roff();
        for text in expected {
            let bold = format!("\\fB{}\\fR", text.replace('-', "\\-"));
            let found = page.contains(&bold) || page.contains(&format!(".SS \"{text}\""));
            assert!(found, "{text} is not on the page");
        }
    }
}
