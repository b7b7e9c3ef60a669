//! Where a command line asks for a receipt that cannot be used otherwise: wrong flags, or a broken
//! file of defaults.
//!
//! Knows of flags no more than whether they take a value. What can be read in two ways is not asked
//! for.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

/// The file that the words after the program's name ask for: that of `backups list` or `backups
/// summary`, given once, where the command would write it.
pub(super) fn asked_for(words: &[String], program: &Command) -> Option<PathBuf> {
    let mut command = program;
    let mut files = Vec::new();
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if !word.starts_with('-') || word == "-" {
            // Behind the last command there is nothing but mistakes.
            if command.has_subcommands() {
                command = command.find_subcommand(word)?;
            }
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let Some(arg) = flag(command, name) else {
            // Whether the next word is its value or a command, nobody knows.
            if command.has_subcommands() {
                return None;
            }
            continue;
        };
        let takes_next = value.is_none() && takes_next(arg, name);
        let next = words.next_if(|next| {
            takes_next
                && (arg.is_allow_hyphen_values_set() || *next == "-" || !next.starts_with('-'))
        });
        match arg.get_id().as_str() {
            "receipt" => files.extend(value.or(next)),
            // It writes none.
            "dry_run" => return None,
            _ => {}
        }
    }
    match files.as_slice() {
        ["" | "-"] => None,
        [file] => Some(PathBuf::from(file)),
        _ => None,
    }
}

/// The flag of a word, with one dash or two; of several short ones the first that takes a value.
fn flag<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let mut args = command.get_arguments();
    match word.strip_prefix("--") {
        Some(name) => args.find(|arg| {
            arg.get_long() == Some(name)
                || arg.get_all_aliases().unwrap_or_default().contains(&name)
        }),
        None => {
            let short =
                |letter| command.get_arguments().find(|arg| arg.get_short() == Some(letter));
            let known: Vec<_> = word.chars().skip(1).map_while(short).collect();
            known.iter().find(|arg| takes_value(arg)).or(known.first()).copied()
        }
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

/// Whether the value of a flag without `=` is the next word: not if it stands in the same one, as
/// in `-oids`.
fn takes_next(arg: &Arg, word: &str) -> bool {
    let is_last =
        word.starts_with("--") || arg.get_short().is_some_and(|short| word.ends_with(short));
    is_last && takes_value(arg) && !arg.is_require_equals_set()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program;

    #[test]
    fn a_receipt_is_asked_for_where_nothing_else_can_be_meant() {
        let mut program = program::command();
        program.build();
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
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(asked_for(&words, &program), expected.map(PathBuf::from), "{line}");
        }
    }
}
