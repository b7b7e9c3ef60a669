//! Suggestions for unknown commands and flags that clap lacks.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::topic::TOPICS;
use crate::text::{sanitize, suggest};

/// Words of other tools, each with the command that does the same. A word may follow the command
/// that it was given to.
const OTHER_WORDS: [(&str, &str); 21] = [
    ("ls", "backups list"),
    ("get", "backups show"),
    ("describe", "backups show"),
    ("cat", "backups show"),
    ("login", "auth check"),
    ("auth login", "auth check"),
    ("whoami", "auth show"),
    ("credentials", "auth show"),
    ("configure", "config init"),
    ("init", "config init"),
    ("config add", "config set"),
    ("config edit", "config set"),
    ("config ls", "config list"),
    ("profiles", "config profiles"),
    ("config delete", "config unset"),
    ("config remove", "config unset"),
    ("config rm", "config unset"),
    ("completion", "completions"),
    ("vaults", "backups summary"),
    ("serve", "sandbox"),
    ("version", "--version"),
];

/// Commands that would change something.
const CHANGES: [&str; 13] = [
    "create",
    "backup",
    "delete",
    "remove",
    "rm",
    "restore",
    "copy",
    "cp",
    "replicate",
    "update",
    "share",
    "unshare",
    "import",
];
/// Hint for [`CHANGES`].
const READ_ONLY: &str = "cbr is read-only: it never creates, changes, restores or deletes backups";

/// Flags of other tools: the flag, the long name of the one that does the same, and how to write
/// it.
const OTHER_FLAGS: [(&str, &str, &str); 35] = [
    ("--format", "output", "--output"),
    ("-f", "output", "--output"),
    ("--cli-output", "output", "--output"),
    ("--json", "output", "-o json"),
    ("--jsonl", "output", "-o jsonl"),
    ("--yaml", "output", "-o yaml"),
    ("--csv", "output", "-o csv"),
    ("--wide", "output", "-o wide"),
    ("--tenant", "project-id", "--project-id"),
    ("--tenant-id", "project-id", "--project-id"),
    ("--project", "project-id", "--project-id"),
    ("--cli-region", "region", "--region"),
    ("--cli-profile", "profile", "--profile"),
    ("--all-regions", "all-projects", "--all-projects"),
    ("--regions", "region", "--region"),
    ("--projects", "project-id", "--project-id"),
    ("--os-cloud", "cloud", "--cloud"),
    ("--type", "resource-type", "--resource-type"),
    ("--server", "resource-name", "--resource-name"),
    ("--vault", "vault-id", "--vault-id"),
    ("--size", "min-size", "--min-size"),
    ("--group-by", "per", "--latest 1 --per"),
    ("--group-by", "by", "--by"),
    ("--fields", "columns", "--columns"),
    ("--column", "columns", "--columns"),
    ("-c", "columns", "--columns"),
    ("--order-by", "sort", "--sort"),
    ("--sort-by", "sort", "--sort"),
    ("--oldest", "sort", "--sort created_at:asc"),
    ("--max-items", "limit", "--limit"),
    ("--manual", "automatic", "--automatic=false"),
    ("--utc", "time", "--time utc"),
    ("--no-color", "color", "--color never"),
    ("--debug", "verbose", "--verbose"),
    ("--cli-debug", "verbose", "--verbose"),
];

/// Flags of other tools without an equivalent: the flag, the command, and the hint.
const NO_FLAGS: [(&str, &str, &str); 7] = [
    ("--all", "cbr backups", "every backup is read, unless a flag such as --limit says otherwise"),
    (
        "--exclude",
        "cbr backups list",
        "filters select what to list: 'cbr help filters' describes them",
    ),
    (
        "--filter",
        "cbr backups",
        "each filter is a flag, such as --status error: 'cbr help filters' describes them",
    ),
    ("--query", "cbr backups", QUERY),
    ("--cli-query", "cbr backups", QUERY),
    ("--jq", "cbr backups", QUERY),
    (
        "--sort",
        "cbr backups summary",
        "a summary is sorted by its groups; jq sorts those of -o json",
    ),
];
/// Hint for flags that take an expression.
const QUERY: &str = "jq selects fields: cbr backups list -o json | jq '.[].id'";

/// Replaces the suggestions of clap that are missing or wrong: names another command or flag, or
/// the right position of a flag.
pub(crate) fn explain(error: clap::Error, mut program: Command) -> clap::Error {
    program.build();
    visible(match error.kind() {
        ErrorKind::InvalidSubcommand => unknown_command(error, &program),
        ErrorKind::UnknownArgument => misplaced(error, &program),
        _ => error,
    })
}

/// Escapes what was typed, so that a line feed in it cannot forge a message.
fn visible(mut error: clap::Error) -> clap::Error {
    let shown = |text: &String| sanitize::visible(text).into_owned();
    let typed: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            let value = match value {
                ContextValue::String(text) => ContextValue::String(shown(text)),
                ContextValue::Strings(texts) => {
                    ContextValue::Strings(texts.iter().map(shown).collect())
                }
                _ => return None,
            };
            Some((kind, value))
        })
        .collect();
    for (kind, value) in typed {
        error.insert(kind, value);
    }
    error
}

/// Returns the texts of a part of an error.
fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        _ => Vec::new(),
    }
}

fn add_tip(error: &mut clap::Error, tip: String) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
}

fn unknown_command(mut error: clap::Error, program: &Command) -> clap::Error {
    let word = texts(&error, ContextKind::InvalidSubcommand).join(" ");
    let is_near = |known: &String| suggest::nearest(&word, [known.as_str()].into_iter()).is_some();
    if texts(&error, ContextKind::SuggestedSubcommand).iter().any(is_near) {
        return error;
    }
    error.remove(ContextKind::SuggestedSubcommand);
    let usage = texts(&error, ContextKind::Usage).join(" ");
    let parent = called(program, &usage).map_or("", Command::get_name);
    if parent != "config" && CHANGES.contains(&word.as_str()) {
        add_tip(&mut error, READ_ONLY.to_owned());
        return error;
    }
    match meant(program, parent, &word) {
        Some(meant) => {
            error.remove(ContextKind::Suggested);
            suggest(&mut error, meant);
        }
        None => add_tip(&mut error, "'cbr help' lists the commands".to_owned()),
    }
    error
}

/// Suggests a command, or a flag instead of a command.
fn suggest(error: &mut clap::Error, meant: String) {
    if meant.starts_with('-') {
        return add_tip(error, format!("use the flag: 'cbr {meant}'"));
    }
    error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant]));
}

/// Adds a tip to an unknown-argument error: the equivalent flag, the right position of a flag, or
/// `--`.
fn misplaced(mut error: clap::Error, program: &Command) -> clap::Error {
    let word = texts(&error, ContextKind::InvalidArg).join(" ");
    let usage = texts(&error, ContextKind::Usage).join(" ");
    let called = called(program, &usage);
    let said = NO_FLAGS.iter().find(|(flag, of, _)| *flag == word && usage.contains(of));
    let said = said.map(|(.., what)| (*what).to_owned()).or_else(|| {
        let flag = other_flag(called?, &word)?;
        Some(format!("use '{flag}'"))
    });
    let guesses = texts(&error, ContextKind::SuggestedArg);
    if said.is_none() && guesses.iter().any(|guess| is_near(&word, guess)) {
        return error;
    }
    if said.is_some() || !guesses.is_empty() {
        // clap's is about the flag that it took this one for.
        if let Some(command) = called {
            let usage = ContextValue::StyledStr(command.clone().render_usage());
            error.insert(ContextKind::Usage, usage);
        }
        error.remove(ContextKind::SuggestedArg);
    }
    if let Some(said) = said {
        // clap may also suggest passing the word as a value.
        error.remove(ContextKind::Suggested);
        add_tip(&mut error, said);
        return error;
    }
    let is_command = program.get_subcommands().any(|command| command.get_name() == word);
    let tip = if is_command && usage.contains("cbr sandbox") {
        Some(format!("put the command after '--': cbr sandbox -- {word}"))
    } else if word.starts_with('-') && usage.contains("cbr config set") {
        // clap's tip would contain the first letter of the value.
        Some(
            "put a value that begins with a dash after '--': cbr config set KEY -- VALUE"
                .to_owned(),
        )
    } else if word.starts_with('-') {
        let owner = below(program, "").into_iter().map(|(words, _)| words).find(|words| {
            let command = words.split(' ').try_fold(program, |at, name| at.find_subcommand(name));
            command.is_some_and(|command| takes(command, &word))
        });
        owner
            .filter(|owner| !usage.contains(&format!("cbr {owner} ")))
            .map(|owner| format!("'{word}' is a flag of 'cbr {owner}': put it after that"))
    } else if usage.contains("cbr backups list") {
        Some("filters are flags: 'cbr help filters' describes them".to_owned())
    } else {
        None
    };
    if let Some(tip) = tip {
        add_tip(&mut error, tip);
    }
    error
}

/// Returns the command with this usage.
fn called<'a>(program: &'a Command, usage: &str) -> Option<&'a Command> {
    let words = usage.split_whitespace().skip_while(|word| *word != "cbr").skip(1);
    words
        .map_while(|name| Some(name).filter(|name| !name.starts_with(['[', '<', '-'])))
        .try_fold(program, |at, name| at.find_subcommand(name))
}

/// Returns the flag of the command that replaces a flag of another tool.
fn other_flag(command: &Command, word: &str) -> Option<&'static str> {
    let has = |flag: &str| {
        let is_it = |arg: &clap::Arg| arg.get_long() == Some(flag) && !arg.is_hide_set();
        command.get_arguments().any(is_it)
    };
    let mut others = OTHER_FLAGS.iter().filter(|(other, ..)| *other == word);
    others.find(|(_, flag, _)| has(flag)).map(|(.., written)| *written)
}

/// Returns true if two flags are similar. clap's own threshold is too low.
fn is_near(word: &str, guess: &str) -> bool {
    let name = |flag: &str| flag.trim_start_matches('-').to_owned();
    suggest::nearest(&name(word), [name(guess).as_str()].into_iter()).is_some()
}

/// Returns true if a flag belongs to this command and is not global.
fn takes(command: &Command, flag: &str) -> bool {
    let mut own = command.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
    own.any(|arg| match flag.strip_prefix("--") {
        Some(name) => {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            arg.get_long() == Some(name) || aliases.contains(&name)
        }
        None => flag.chars().nth(1).is_some_and(|name| arg.get_short() == Some(name)),
    })
}

/// Returns the error for a word of `cbr help` that is neither a command of `parent` nor a topic.
pub(super) fn unknown(parent: &Command, word: &str) -> clap::Error {
    let topics = TOPICS.iter().map(|topic| topic.name);
    let commands = parent.get_subcommands().map(Command::get_name);
    let near = suggest::nearest(word, topics.chain(commands)).map(str::to_owned);
    let mut error = clap::Error::new(ErrorKind::InvalidSubcommand).with_cmd(parent);
    error.insert(ContextKind::InvalidSubcommand, ContextValue::String(word.to_owned()));
    match near.or_else(|| meant(parent, "", word)) {
        Some(near) => suggest(&mut error, near),
        None => {
            let topics = TOPICS.map(|topic| topic.name).join(", ");
            add_tip(&mut error, format!("'cbr help' lists the commands; its topics are {topics}"));
        }
    }
    visible(error)
}

/// Returns the words of the command that was meant by `word` after `parent`.
fn meant(program: &Command, parent: &str, word: &str) -> Option<String> {
    let commands = below(program, "");
    let known = |command: &str| {
        command.starts_with("--") || commands.iter().any(|(words, _)| words == command)
    };
    let find = |wanted: &str| {
        OTHER_WORDS.iter().find(|(other, command)| *other == wanted && known(command))
    };
    let other = find(&format!("{parent} {word}")).or_else(|| find(word));
    if let Some((_, command)) = other {
        return Some((*command).to_owned());
    }
    let last = suggest::nearest(word, commands.iter().map(|(_, last)| last.as_str()))?;
    let (words, _) = commands.iter().find(|(_, known)| known == last)?;
    Some(words.clone())
}

/// Returns every command below, by all its words and by the last one.
fn below(command: &Command, words: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        let words = format!("{words} {name}").trim_start().to_owned();
        all.push((words.clone(), name.to_owned()));
        all.extend(below(command, &words));
    }
    all
}
