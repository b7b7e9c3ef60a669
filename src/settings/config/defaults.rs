//! Defaults for flags: each key of `[defaults]` is the default of the flag of its name, and takes
//! the same values.

use clap::builder::ArgPredicate;
use clap::{Arg, Command};

use super::document::{Config, Entry};
use super::key::Table;
use crate::settings::ConnectionError;

/// Returns the declared command line with these defaults. Given flags override them.
pub(crate) fn apply(command: Command, config: &Config) -> Command {
    let output =
        config.get(&Table::Defaults, "output").map_or("table".to_owned(), |value| value.text());
    let defaults = config.of(&Table::Defaults);
    defaults.fold(command, |command, entry| with_default(command, entry, &output))
}

/// Applies a default to global flags and to those of `backups`: other commands have formats of
/// their own.
fn with_default(command: Command, entry: &Entry, output: &str) -> Command {
    let flag = entry.key.name.replace('_', "-");
    let with = |command: Command| {
        let is_list = command.get_name() == "list";
        command.mut_args(|arg| {
            // A default is for lists, which reject invalid values; other commands use it if they
            // accept it.
            let fits = arg.get_long() == Some(&flag) && (is_list || takes(&arg, entry));
            if fits { with_value(arg, entry, output) } else { arg }
        })
    };
    with(command).mut_subcommand("backups", |backups| {
        backups.mut_subcommands(|command| {
            if fits(entry, command.get_name()) { with(command) } else { command }
        })
    })
}

/// Returns true if a default is for a command of `backups`: a summary has no ids, and one backup is
/// shown with all of its fields.
fn fits(entry: &Entry, command: &str) -> bool {
    match (entry.key.name, &*entry.value.text()) {
        ("columns", _) | ("output", "ids") => command == "list",
        ("output", "table" | "wide") => command != "show",
        _ => true,
    }
}

/// Returns true if a flag accepts a value, as far as the flag lists its values.
fn takes(arg: &Arg, entry: &Entry) -> bool {
    let known = arg.get_possible_values();
    known.is_empty() || known.iter().any(|known| known.matches(&entry.value.text(), false))
}

fn with_value(arg: Arg, entry: &Entry, output: &str) -> Arg {
    let value = entry.value.text();
    if entry.key.name != "columns" {
        return arg.default_value(value);
    }
    // Scripts that ask for another format rely on all of its fields.
    arg.default_value(value.clone())
        .default_value_if("format", ArgPredicate::Equals(output.to_owned().into()), value)
        .default_value_if("format", ArgPredicate::IsPresent, None::<&str>)
}

/// Checks each default by giving it to its flag, with `parse` for the command line.
///
/// # Errors
///
/// The first that its flag does not take.
pub(crate) fn check(
    config: &Config,
    parse: impl Fn([String; 4]) -> Result<(), String>,
) -> Result<(), ConnectionError> {
    config.of(&Table::Defaults).try_for_each(|Entry { key, value, place, .. }| {
        let flag = format!("--{}={}", key.name.replace('_', "-"), value.text());
        let words = ["cbr", "backups", "list", &flag].map(str::to_owned);
        parse(words).map_err(|why| {
            let place = match config.name.as_str() {
                "" => String::new(),
                name => format!("{name}, {place}: "),
            };
            ConnectionError::new(
                format!("{place}defaults.{}: {why}", key.name),
                "cbr backups list --help says what each flag takes",
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// A key without a flag would have no effect.
    #[test]
    fn each_default_is_that_of_a_flag_of_a_listing() {
        let mut program = Cli::command();
        program.build();
        let backups = program.find_subcommand("backups").unwrap();
        let list = backups.find_subcommand("list").unwrap();
        for key in Table::Defaults.keys() {
            let flag = key.name.replace('_', "-");
            assert!(list.get_arguments().any(|arg| arg.get_long() == Some(&flag)), "{flag}");
        }
    }
}
