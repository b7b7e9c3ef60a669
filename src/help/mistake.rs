//! What a command was meant to be, where clap does not know.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};

use crate::cli::Cli;
use crate::suggest;

use super::topic::TOPICS;

/// Words that other tools have for these, each with the command that does it here.
const OTHER_WORDS: [(&str, &str); 12] = [
    ("ls", "backups list"),
    ("get", "backups show"),
    ("describe", "backups show"),
    ("cat", "backups show"),
    ("login", "auth show"),
    ("whoami", "auth show"),
    ("credentials", "auth show"),
    ("configure", "config"),
    ("completion", "completions"),
    ("server", "sandbox"),
    ("serve", "sandbox"),
    ("version", "--version"),
];

/// The same error, with a suggestion that helps in place of clap's, where a command is not known.
pub(crate) fn explain(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let text = |value: Option<&ContextValue>| match value {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    let word = text(error.get(ContextKind::InvalidSubcommand)).join(" ");
    let near: Vec<_> = text(error.get(ContextKind::SuggestedSubcommand))
        .into_iter()
        .filter(|known| suggest::nearest(&word, [known.as_str()].into_iter()).is_some())
        .collect();
    if !near.is_empty() {
        return error;
    }
    let mut program = Cli::command();
    program.build();
    error.remove(ContextKind::SuggestedSubcommand);
    error.remove(ContextKind::Suggested);
    match meant(&program, &word) {
        Some(meant) => {
            let meant = ContextValue::Strings(vec![meant]);
            error.insert(ContextKind::SuggestedSubcommand, meant)
        }
        None => {
            let tips = vec!["'cbr help' shows the commands".to_owned().into()];
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips))
        }
    };
    error
}

/// The error for a word of `cbr help` that is neither a command of `parent` nor a topic.
pub(super) fn unknown(parent: &Command, word: &str) -> clap::Error {
    let topics = TOPICS.iter().map(|topic| topic.name);
    let commands = parent.get_subcommands().map(Command::get_name);
    let near = suggest::nearest(word, topics.chain(commands)).map(str::to_owned);
    let mut error = clap::Error::new(ErrorKind::InvalidSubcommand).with_cmd(parent);
    error.insert(ContextKind::InvalidSubcommand, ContextValue::String(word.to_owned()));
    if let Some(near) = near.or_else(|| meant(parent, word)) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near]));
    }
    error
}

/// The words of the command that does what was meant.
fn meant(program: &Command, word: &str) -> Option<String> {
    let commands = below(program, "");
    let known = |command: &str| {
        command.starts_with("--") || commands.iter().any(|(words, _)| words == command)
    };
    let other = OTHER_WORDS.iter().find(|(other, command)| *other == word && known(command));
    if let Some((_, command)) = other {
        return Some((*command).to_owned());
    }
    let last = suggest::nearest(word, commands.iter().map(|(_, last)| last.as_str()))?;
    let (words, _) = commands.iter().find(|(_, known)| known == last)?;
    Some(words.clone())
}

/// Every command below, by all its words and by the last.
fn below(command: &Command, words: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        let words = format!("{words} {name}").trim_start().to_owned();
        all.extend(below(command, &words));
        all.insert(0, (words, name.to_owned()));
    }
    all
}
