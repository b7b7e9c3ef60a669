//! `cbr help`: descriptions of commands and topics, and the layout of help.
//!
//! | module | what it owns |
//! |---|---|
//! | [`layout`] | `-h` and `--help` of every command |
//! | [`topic`](mod@topic), [`text`] | topics besides commands, and how a text is set |
//! | [`suggestions`] | hints for unknown commands and flags |

mod layout;
mod suggestions;
mod text;
mod topic;

use clap::Command;
use clap::error::ErrorKind;
use terminal_size::Width;

pub(crate) use suggestions::explain;

use crate::cli::reference::HelpArgs;
use crate::terminal::tty::print_help;
pub(crate) use text::{Block, Text};
use topic::TOPICS;

/// Lays out the help of every command, and lists the topics in that of the program.
pub(crate) fn arrange(program: Command) -> Command {
    let examples = program.get_after_help().map(ToString::to_string).unwrap_or_default();
    let program = program
        .after_long_help(format!("{examples}\n\n{}", topics()))
        .mut_subcommand("help", |command| command.after_help(topics()));
    layout::arrange(program)
}

/// Returns the text of the topic with this name.
pub(crate) fn topic(program: &Command, name: &str) -> Option<Text> {
    TOPICS.iter().find(|topic| topic.name == name).map(|topic| (topic.text)(program))
}

/// Returns the short description of a topic.
pub(crate) fn topic_about(name: &str) -> Option<&'static str> {
    TOPICS.iter().find(|topic| topic.name == name).map(|topic| topic.about)
}

/// Returns the words that `cbr help` and `cbr man` accept after these ones, with descriptions:
/// commands, and topics as the first word.
pub(crate) fn names_behind(program: &Command, words: &[String]) -> Vec<(String, String)> {
    let parent = words.iter().try_fold(program, |parent, word| parent.find_subcommand(word));
    let commands = parent.into_iter().flat_map(Command::get_subcommands).map(|command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        (command.get_name().to_owned(), about)
    });
    let topics = TOPICS.iter().filter(|_| words.is_empty());
    let topics = topics.map(|topic| (topic.name.to_owned(), topic.about.to_owned()));
    commands.chain(topics).collect()
}

/// Returns the list of topics.
fn topics() -> String {
    let mut text = "Topics:".to_owned();
    for topic in &TOPICS {
        text.push_str(&format!("\n  cbr help {:<14}{}", topic.name, topic.about));
    }
    text
}

/// Prints the help that clap returns as an error.
///
/// # Errors
///
/// Those of stdout.
pub(crate) fn print_error(help: &clap::Error, uses_pager: bool) -> anyhow::Result<()> {
    let text = help.render();
    Ok(print_help(&text.to_string(), &text.ansi().to_string(), uses_pager)?)
}

/// Prints the help of a command or a topic.
///
/// # Errors
///
/// An unknown command or topic, as an error of clap; or those of stdout.
pub(crate) fn print(args: &HelpArgs, program: Command, uses_pager: bool) -> anyhow::Result<()> {
    let mut built = program.clone();
    built.build();
    if let [word] = args.words.as_slice()
        && let Some(text) = topic(&built, word)
    {
        let text = text.set(width());
        return Ok(print_help(&text, &text, uses_pager)?);
    }
    command(&mut built, &args.words)?;
    // The same help as that of the flag: clap returns it as an error.
    let words = args.words.iter().map(String::as_str);
    let asked = ["cbr"].into_iter().chain(words).chain(["--help"]);
    match program.try_get_matches_from(asked) {
        Err(help) if !help.use_stderr() => print_error(&help, uses_pager),
        result => Ok(result.map(drop)?),
    }
}

/// Returns the command of these words, in a program that is built.
///
/// # Errors
///
/// There is no such command, as an error of clap.
pub(crate) fn command<'a>(
    program: &'a mut Command,
    words: &[String],
) -> Result<&'a mut Command, clap::Error> {
    let Some((word, rest)) = words.split_first() else { return Ok(program) };
    if program.find_subcommand(word).is_none() {
        return Err(suggestions::unknown(program, word));
    }
    match program.find_subcommand_mut(word) {
        Some(below) => command(below, rest),
        // Found above.
        None => Err(clap::Error::new(ErrorKind::InvalidSubcommand)),
    }
}

/// Returns the width that clap uses: that of the terminal, up to 100 columns.
fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(Width(width), _)| usize::from(width).min(100))
}
