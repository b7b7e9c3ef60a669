//! Defaults for flags: each key of `[defaults]` belongs to the flag of its name and accepts the
//! same values.

use clap::builder::ArgPredicate;
use clap::{Arg, Command};

use super::document::{Config, Entry};
use super::key::Table;
use crate::settings::ConnectionError;

/// Returns the command line with these defaults, which flags override, and the first default that
/// its flag rejects. Such defaults are left out.
pub(crate) fn apply(command: Command, config: &Config) -> (Command, Option<ConnectionError>) {
    let output =
        config.get(&Table::Defaults, "output").map_or("table".to_owned(), |value| value.text());
    let mut broken = None;
    // This region has the lowest precedence, so it cannot be a default of the flag.
    let of_flags = config.default_entries().filter(|entry| entry.key.name != "region");
    let command = of_flags.fold(command, |command, entry| {
        match flag(&command, entry).map_or(Ok(()), |arg| accepts(arg, entry)) {
            Ok(()) => with_default(command, entry, &output),
            Err(why) => {
                broken.get_or_insert_with(|| config.rejected(entry, &why));
                command
            }
        }
    });
    (command, broken)
}

/// Returns the flag of `cbr backups list` that a default sets.
fn flag<'a>(command: &'a Command, entry: &Entry) -> Option<&'a Arg> {
    let list = command.find_subcommand("backups")?.find_subcommand("list")?;
    let mut args = list.get_arguments().chain(command.get_arguments());
    args.find(|arg| arg.get_long().is_some_and(|name| entry.flag() == format!("--{name}")))
}

/// Parses a default as its flag does.
///
/// # Errors
///
/// The reason, without the name of the flag.
fn accepts(arg: &Arg, entry: &Entry) -> Result<(), String> {
    let mut alone = Arg::new("default")
        .long("default")
        .action(arg.get_action().clone())
        .allow_hyphen_values(true)
        .value_parser(arg.get_value_parser().clone());
    if let Some(delimiter) = arg.get_value_delimiter() {
        alone = alone.value_delimiter(delimiter);
    }
    let words = ["cbr".to_owned(), format!("--default={}", entry.value.text())];
    let error = match Command::new("cbr").arg(alone).try_get_matches_from(words) {
        Ok(_) => return Ok(()),
        Err(error) => error.render().to_string(),
    };
    // Usage follows after an empty line.
    let lines = error.lines().map(str::trim).take_while(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join(" ").replace(" for '--default <default>'", "");
    Err(text.strip_prefix("error: ").unwrap_or(&text).to_owned())
}

/// Sets a default of global flags and of the flags of `backups`: other commands have formats of
/// their own.
fn with_default(command: Command, entry: &Entry, output: &str) -> Command {
    let flag = entry.flag();
    let flag = flag.trim_start_matches('-');
    let with = |command: Command| {
        let is_list = command.get_name() == "list";
        command.mut_args(|arg| {
            // A default is for lists, which report a wrong one; other commands use it if they
            // accept it.
            let fits = arg.get_long() == Some(flag) && (is_list || takes(&arg, entry));
            if fits { with_value(arg, entry, output, is_list) } else { arg }
        })
    };
    with(command).mut_subcommand("backups", |backups| {
        backups.mut_subcommands(|command| {
            if fits(entry, command.get_name()) { with(command) } else { command }
        })
    })
}

/// Returns true if a default applies to a command of `backups`: a summary has no ids, and one
/// backup is printed with all of its fields.
fn fits(entry: &Entry, command: &str) -> bool {
    match (entry.key.name, &*entry.value.text()) {
        ("columns" | "sort" | "limit", _) | ("output", "ids") => command == "list",
        ("output", "table" | "wide") => command != "show",
        _ => true,
    }
}

/// Returns true if a flag has no list of possible values, or the value is on it.
fn takes(arg: &Arg, entry: &Entry) -> bool {
    let known = arg.get_possible_values();
    known.is_empty() || known.iter().any(|known| known.matches(&entry.value.text(), false))
}

/// The formats that accept `--time`.
const HUMAN_READABLE: [&str; 4] = ["table", "wide", "long", "markdown"];

fn with_value(arg: Arg, entry: &Entry, output: &str, is_list: bool) -> Arg {
    let value = entry.value.text();
    let arg = match entry.key.name {
        "columns" | "time" | "limit" if is_list => {
            arg.default_value_if("ids", ArgPredicate::Equals("true".into()), None::<&str>)
        }
        _ => arg,
    };
    match entry.key.name {
        // Scripts that select another format rely on all of its fields.
        "columns" => arg
            .default_value(value.clone())
            .default_value_if("format", ArgPredicate::Equals(output.to_owned().into()), value)
            .default_value_if("format", ArgPredicate::IsPresent, None::<&str>),
        "time" => of_formats(arg, &HUMAN_READABLE, value, output),
        // These styles always print UTC.
        "tz" => ["utc", "raw"]
            .into_iter()
            .fold(arg, |arg, style| {
                arg.default_value_if("time", ArgPredicate::Equals(style.into()), None::<&str>)
            })
            .default_value(value),
        // Counts and formats for scripts cover the whole list.
        "limit" => {
            let none = None::<&str>;
            let arg = arg.default_value_if("count", ArgPredicate::Equals("true".into()), none);
            of_formats(arg, &["table", "wide"], value, output)
        }
        _ => arg.default_value(value),
    }
}

/// Sets a default that applies to these formats only. `output` is the format without `--output`.
fn of_formats(arg: Arg, formats: &[&'static str], value: String, output: &str) -> Arg {
    let with = |arg: Arg, format: &&'static str| {
        arg.default_value_if("format", ArgPredicate::Equals((*format).into()), value.clone())
    };
    let arg = formats.iter().fold(arg, with);
    let arg = arg.default_value_if("format", ArgPredicate::IsPresent, None::<&str>);
    if formats.contains(&output) { arg.default_value(value) } else { arg }
}

impl Config {
    /// Returns the entries of `[defaults]`.
    pub(crate) fn default_entries(&self) -> impl Iterator<Item = &Entry> {
        self.of(&Table::Defaults)
    }

    /// Returns the error for a default that its flag rejects.
    pub(crate) fn rejected(&self, entry: &Entry, why: &str) -> ConnectionError {
        let Entry { key, place, .. } = entry;
        let place = match self.name.as_str() {
            "" => String::new(),
            name => format!("{name}, {place}: "),
        };
        ConnectionError::new(
            format!("{place}defaults.{}: {why}", key.name),
            "'cbr backups list --help' describes the values of each flag",
        )
    }
}

impl Entry {
    /// Returns the flag of this default.
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.key.name.replace('_', "-"))
    }
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
        for key in Table::Defaults.keys().iter().filter(|key| key.name != "pager") {
            let flag = key.name.replace('_', "-");
            assert!(list.get_arguments().any(|arg| arg.get_long() == Some(&flag)), "{flag}");
        }
    }
}
