//! Which commands a global flag is for. A command rejects those that it would ignore.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::errors::UsageError;

/// The commands that send no requests.
const OFFLINE: [&str; 5] = ["sandbox", "completions", "man", "help", "config"];
/// Runs another command line, which has these flags of its own.
const SANDBOX: &str = "sandbox";
/// The flags of messages and output that mean something without a request.
const LOCAL: [&str; 4] = ["quiet", "error_format", "color", "no_pager"];

/// Returns true if the help of a command of the program leaves out a global flag.
pub(crate) fn hides(command: &str, arg: &Arg) -> bool {
    let heading = arg.get_help_heading().unwrap_or_default();
    arg.is_global_set() && is_offline(command) && matches!(heading, "Connection" | "Messages")
}

/// Returns true if a global flag says how to connect. Such flags have a topic of their own.
pub(crate) fn is_of_connection(arg: &Arg) -> bool {
    arg.is_global_set() && arg.get_help_heading() == Some("Connection")
}

/// Returns true if a command of the program would ignore a global flag.
pub(crate) fn rejects(command: &str, arg: &Arg) -> bool {
    let id = arg.get_id().as_str();
    let is_local = match command {
        SANDBOX => id == "error_format",
        _ => LOCAL.contains(&id),
    };
    arg.is_global_set() && is_offline(command) && !is_local
}

/// Returns true if this command sends no requests.
fn is_offline(command: &str) -> bool {
    OFFLINE.contains(&command)
}

/// Returns an error for the first given flag that the called command would ignore.
pub(crate) fn misplaced(
    program: &Command,
    matches: &ArgMatches,
    called: &str,
) -> Option<UsageError> {
    let (command, below) = matches.subcommand()?;
    let given = |arg: &&Arg| {
        let id = arg.get_id().as_str();
        is_given(matches, id) || is_given(deepest(below), id)
    };
    let arg = program.get_arguments().filter(|arg| rejects(command, arg)).find(given)?;
    let flag = format!("--{}", arg.get_long().unwrap_or_default());
    let error =
        UsageError::new(format!("the argument '{flag}' has no effect on '{called}'"), called);
    if command == SANDBOX {
        let hint = format!("give it to the command after '--': cbr sandbox -- COMMAND {flag}");
        return Some(error.with_hint(hint));
    }
    let takers = program.get_subcommands().map(Command::get_name);
    let takers = takers.filter(|name| !rejects(name, arg)).map(|name| format!("'cbr {name}'"));
    let takers = takers.collect::<Vec<_>>().join(" and ");
    Some(error.with_hint(format!("'{flag}' is for commands that send requests: {takers}")))
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.try_contains_id(id).is_ok()
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, below)| deepest(below))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// A new global flag, or a new command, needs a decision here.
    #[test]
    fn each_command_rejects_the_flags_that_it_would_ignore() {
        let connection = "region project_id profile all_projects except_region group partial \
                          target_timeout endpoint cloud access_key secret_key_file \
                          security_token_file token_file ca_file insecure timeout retries verbose";
        let output = "quiet error_format color no_pager";
        let cases = [
            ("backups", String::new()),
            ("auth", String::new()),
            ("config", connection.to_owned()),
            ("completions", connection.to_owned()),
            ("man", connection.to_owned()),
            ("help", connection.to_owned()),
            #[cfg(feature = "sandbox")]
            ("sandbox", format!("{connection} quiet color no_pager")),
        ];
        let program = Cli::command();
        assert_eq!(program.get_subcommands().count(), cases.len());
        let known: Vec<_> = connection.split_whitespace().chain(output.split(' ')).collect();
        let global: Vec<_> = program.get_arguments().filter(|arg| arg.is_global_set()).collect();
        assert_eq!(global.len(), known.len());
        for (command, rejected) in cases {
            for arg in &global {
                let id = arg.get_id().as_str();
                assert!(known.contains(&id), "{id}");
                let expected = rejected.split_whitespace().any(|known| known == id);
                assert_eq!(rejects(command, arg), expected, "{command} {id}");
            }
        }
    }
}
