//! A lenient parse of the command line: what is needed when the real parse fails, or before it.
//!
//! Uses the declared names of commands and flags, and none of their values or conflicts. Words that
//! clap rejects are skipped, so flags after a mistake are still found.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueEnum, value_parser};

use crate::terminal::message::ErrorFormat;
use crate::terminal::tty::When;

/// Id of the arguments that are not flags.
const WORDS: &str = "words";

/// The parts of a command line that can be parsed.
#[derive(Debug, Default)]
pub(crate) struct Early {
    /// Names of the called command, such as `backups` and `list`; empty for the program itself.
    pub(crate) command: Vec<String>,
    /// Arguments of this command that are not flags.
    pub(crate) words: Vec<String>,
    /// Ids of the given flags.
    pub(crate) flags: Vec<String>,
    /// Value of `--color`.
    pub(crate) color: Option<When>,
    /// Value of `--error-format`, also of a command that runs in a sandbox.
    pub(crate) error_format: Option<ErrorFormat>,
    /// Value of `--time`.
    pub(crate) time: Option<String>,
    /// Value of `--tz`.
    pub(crate) tz: Option<String>,
    /// The receipt that this command would write. `None` if that is ambiguous.
    pub(crate) receipt: Option<PathBuf>,
    /// The command line after `cbr sandbox --`, with a program name.
    pub(crate) inner: Option<Vec<OsString>>,
}

impl Early {
    /// Parses a command line, whose first word is the program's name.
    pub(crate) fn parse(program: &Command, words: &[OsString]) -> Self {
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        let (line, rest) = words.split_at(end);
        let mut skeleton = skeleton(program);
        let Accepted { matches, ambiguous } = accepted(&mut skeleton, line.to_vec());
        let mut early = Self::default();
        let (mut command, mut level) = (&skeleton, &matches);
        loop {
            early.read(command, level);
            let Some((name, below)) = level.subcommand() else { break };
            let Some(found) = command.find_subcommand(name) else { break };
            early.command.push(name.to_owned());
            (command, level) = (found, below);
        }
        early.receipt = receipt(level).filter(|_| !ambiguous);
        if let Some(rest) = rest.get(1..) {
            let program_name = line.first().cloned().unwrap_or_default();
            let inner: Vec<_> = [program_name].into_iter().chain(rest.iter().cloned()).collect();
            let format = Self::parse(program, &inner).error_format;
            early.error_format = format.or(early.error_format);
            early.inner = (early.command == ["sandbox"]).then_some(inner);
        }
        early
    }

    /// Adds the flags and words of one command of the line.
    fn read(&mut self, command: &Command, matches: &ArgMatches) {
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            if matches.value_source(id) != Some(ValueSource::CommandLine) {
                continue;
            }
            if arg.is_positional() {
                self.words.extend(texts(matches, id));
                continue;
            }
            self.flags.push(id.to_owned());
            match id {
                "color" => self.color = value(matches, id).or(self.color),
                "error_format" => self.error_format = value(matches, id).or(self.error_format),
                "time" => self.time = texts(matches, id).last().cloned(),
                "tz" => self.tz = texts(matches, id).last().cloned(),
                _ => {}
            }
        }
    }

    /// Returns the called command as a user types it, such as `cbr backups list`.
    pub(crate) fn called(&self) -> String {
        ["cbr"]
            .into_iter()
            .chain(self.command.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The words of a line that can be parsed.
struct Accepted {
    matches: ArgMatches,
    /// A flag before the name of a command was skipped: the next word may be its value.
    ambiguous: bool,
}

fn accepted(skeleton: &mut Command, mut words: Vec<OsString>) -> Accepted {
    let mut ambiguous = false;
    loop {
        if let Ok(matches) = skeleton.try_get_matches_from_mut(&words) {
            return Accepted { matches, ambiguous };
        }
        let fails = |end: &usize| skeleton.try_get_matches_from_mut(&words[..*end]).is_err();
        let Some(end) = (1..=words.len()).find(fails) else {
            return Accepted { matches: ArgMatches::default(), ambiguous };
        };
        let is_flag = words[end - 1].to_string_lossy().starts_with('-');
        let before = skeleton.try_get_matches_from_mut(&words[..end - 1]);
        ambiguous |= is_flag && before.is_ok_and(|matches| is_group(skeleton, &matches));
        words.remove(end - 1);
    }
}

/// Returns true if the called command has subcommands.
fn is_group(command: &Command, matches: &ArgMatches) -> bool {
    match matches.subcommand() {
        Some((name, below)) => command.find_subcommand(name).is_some_and(|it| is_group(it, below)),
        None => command.has_subcommands(),
    }
}

/// Returns a command with the same names that accepts any value, or none, any number of times.
fn skeleton(command: &Command) -> Command {
    let args = command.get_arguments().filter(|arg| !arg.is_positional()).map(lenient);
    let mut positionals = command.get_arguments().filter(|arg| arg.is_positional());
    let takes_words = positionals.any(|arg| !arg.is_last_set());
    let names = command.get_all_aliases().map(str::to_owned).collect::<Vec<_>>();
    Command::new(command.get_name().to_owned())
        .aliases(names)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .args(args)
        .args(takes_words.then(words))
        .subcommands(command.get_subcommands().map(skeleton))
}

/// Accepts all arguments that are not flags.
fn words() -> Arg {
    Arg::new(WORDS).action(ArgAction::Append).num_args(0..).value_parser(value_parser!(OsString))
}

fn lenient(arg: &Arg) -> Arg {
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    let mut lenient = Arg::new(arg.get_id().clone()).global(arg.is_global_set());
    if let Some(name) = arg.get_long() {
        let aliases = arg.get_all_aliases().unwrap_or_default();
        lenient = lenient.long(name.to_owned()).aliases(aliases.into_iter().map(str::to_owned));
    }
    if let Some(letter) = arg.get_short() {
        lenient = lenient.short(letter);
    }
    if !takes_value {
        return lenient.action(ArgAction::Count);
    }
    lenient
        .action(ArgAction::Append)
        .num_args(0..=1)
        .require_equals(arg.is_require_equals_set())
        .allow_hyphen_values(arg.is_allow_hyphen_values_set())
        .value_parser(value_parser!(OsString))
}

fn texts(matches: &ArgMatches, id: &str) -> Vec<String> {
    let values = matches.try_get_many::<OsString>(id).ok().flatten().into_iter().flatten();
    values.map(|value| value.to_string_lossy().into_owned()).collect()
}

/// Returns the last value of a flag. `None` if that is not one of the possible values.
fn value<T: ValueEnum>(matches: &ArgMatches, id: &str) -> Option<T> {
    T::from_str(texts(matches, id).last()?, false).ok()
}

/// Returns the file of `--receipt` if it is given once and the command would write it.
fn receipt(matches: &ArgMatches) -> Option<PathBuf> {
    let given = |id| {
        matches.try_contains_id(id).is_ok()
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    if given("dry_run") || given("print_curl") {
        return None;
    }
    let files = matches.try_get_many::<OsString>("receipt").ok().flatten()?;
    match files.map(OsString::as_os_str).collect::<Vec<_>>().as_slice() {
        [file] if !file.is_empty() && *file != OsStr::new("-") => Some(PathBuf::from(file)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program;

    fn parse(line: &str) -> Early {
        let words: Vec<_> = line.split(' ').map(OsString::from).collect();
        Early::parse(&program::command(), &words)
    }

    #[test]
    fn the_format_of_messages_is_found_at_any_position() {
        let (json, text) = (Some(ErrorFormat::Json), Some(ErrorFormat::Text));
        let cases = [
            ("cbr backups list", None),
            ("cbr --error-format json backups lst", json),
            ("cbr backups lst --error-format json", json),
            ("cbr nonsense --error-format json", json),
            ("cbr backups list --nonsense --error-format=json", json),
            ("cbr --nonsense x backups list --error-format=json", json),
            ("cbr backups list --help --error-format=json", json),
            ("cbr backups list --limit --error-format=json", json),
            ("cbr sandbox --nonsense -- backups list --error-format json", json),
            ("cbr --error-format json --error-format text", text),
            ("cbr --error-format json backups list --error-format text", text),
            ("cbr --error-format", None),
            ("cbr --error-format jsn", None),
            ("cbr --error-formats=json", None),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).error_format, expected, "{line}");
        }
    }

    #[test]
    fn every_command_has_a_lenient_form() {
        skeleton(&program::command()).debug_assert();
        let early = parse("cbr config set defaults.output --nonsense csv json");
        assert_eq!(early.words, ["defaults.output", "csv", "json"]);
    }

    #[test]
    fn the_color_is_found_before_the_end_of_the_flags() {
        let cases = [
            ("cbr --help", None),
            ("cbr --color always --help", Some(When::Always)),
            ("cbr backups lst --help --color=never", Some(When::Never)),
            ("cbr help filters --color always", Some(When::Always)),
            ("cbr --color sometimes", None),
            ("cbr sandbox -- --color always", None),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).color, expected, "{line}");
        }
    }

    #[test]
    fn the_called_command_is_the_last_that_is_known() {
        let cases = [
            ("cbr", "cbr"),
            ("cbr backups", "cbr backups"),
            ("cbr backups ls --nonsense", "cbr backups list"),
            ("cbr backups lst", "cbr backups"),
            ("cbr --limit 5 backups list", "cbr backups list"),
            ("cbr help backups list", "cbr help"),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).called(), expected, "{line}");
        }
    }

    #[test]
    fn a_receipt_is_found_where_nothing_else_can_be_meant() {
        let cases = [
            ("backups list --receipt r --page-size 5000", Some("r")),
            ("backups ls --since= --receipt=r", Some("r")),
            ("--region eu-de -v backups summary --colums x --receipt r", Some("r")),
            ("backups list nonsense -o ids -vojson --receipt r", Some("r")),
            ("backups list --incremental --receipt r", Some("r")),
            ("backups list --name --receipt r", Some("r")),
            // No value of another flag.
            ("backups list --columns --receipt r", None),
            ("backups list --name x --receipt", None),
            ("backups list --receipt --name r", None),
            ("backups list --receipt -", None),
            ("backups list --receipt=", None),
            ("backups list -- --receipt r", None),
            ("backups list --receipt r --receipt s", None),
            ("backups list --dry-run --receipt r", None),
            ("backups list --print-curl --receipt r", None),
            // Not of these commands.
            ("backups show --receipt r", None),
            ("backups lst --receipt r", None),
            ("--receipt r backups list", None),
            ("--nonsense backups list --receipt r", None),
            ("auth check --receipt r", None),
            ("sandbox backups list --receipt r", None),
            ("sandbox -- backups list --receipt r", None),
            ("list --receipt r", None),
        ];
        for (line, expected) in cases {
            let receipt = parse(&format!("cbr {line}")).receipt;
            assert_eq!(receipt, expected.map(PathBuf::from), "{line}");
        }
    }
}
