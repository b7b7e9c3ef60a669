//! Completions of the last word of a command line.
//!
//! clap's engine finds the candidates. This module corrects its wrong and missing candidates, rule
//! by rule.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

use clap::builder::StyledStr;
use clap::{ArgAction, Command, ValueHint};
use clap_complete::engine::{self, ArgValueCompleter, CompletionCandidate};

use super::live::Field;
use crate::cli::early::Early;
use crate::reference::help;

/// The answer to a script, in lines: `words PREFIX` and then `VALUE<Tab>HELP` for each candidate,
/// or `files PREFIX` alone. The prefix is the unchanged part of the word, such as
/// `--status=available,`; values and names of files follow it. A help is one line or missing.
#[derive(Debug)]
pub(super) enum Offer {
    /// The name of a file, which the shell completes and quotes.
    Files { prefix: String },
    /// These candidates, which may be none.
    Words { prefix: String, candidates: Vec<Candidate> },
}

/// One word to offer, without the prefix.
#[derive(Debug)]
pub(super) struct Candidate {
    value: String,
    help: Option<String>,
}

/// Returns values that only the service knows.
pub(super) type Live = fn(Field, &Command, &[OsString]) -> Vec<(String, String)>;

/// The program and the words before the last, for values that depend on other flags.
type Line = Arc<(Command, Vec<OsString>, Live)>;

/// Id of the candidate that means names of files.
const FILES: &str = "files";

impl Offer {
    /// Returns the completions of the last of `words`, as the shell's line has it. The first is the
    /// program's name.
    pub(super) fn new(command: Command, mut words: Vec<OsString>, live: Live) -> Self {
        let word = words.pop().unwrap_or_default();
        let word = unquoted(&word.to_string_lossy());
        let all = words.len();
        let (mut words, early) = innermost(&command, words);
        // The sandbox does not run yet, and the account outside of it is another one.
        let is_outermost = all == words.len();
        let line = is_outermost.then(|| Arc::new((command.clone(), words.clone(), live)));
        let program = Arc::new(command.clone());
        let mut command = prepare(command, &program, &Arc::new(early), line.as_ref());
        // For a single dash, the engine would offer short names instead of long ones.
        words.push(if word == "-" { "--".into() } else { OsString::from(&word) });
        let index = words.len() - 1;
        // The only error is that there is nothing to complete.
        let found = engine::complete(&mut command, words, index, None).unwrap_or_default();

        if let Some(files) = found.iter().find(|found| found.get_id().is_some_and(|id| id == FILES))
        {
            return Self::Files { prefix: files.get_value().to_string_lossy().into_owned() };
        }
        let prefix = prefix_of(&word, &found).to_owned();
        let candidates = found.iter().filter_map(|found| Candidate::new(found, &prefix)).collect();
        Self::Words { candidates: without_noise(candidates, &word, &prefix), prefix }
    }
}

impl Candidate {
    fn new(found: &CompletionCandidate, prefix: &str) -> Option<Self> {
        let value = found.get_value().to_str()?.strip_prefix(prefix)?.to_owned();
        let first_line = |help: &StyledStr| help.to_string().lines().next().map(str::to_owned);
        Some(Self { value, help: found.get_help().and_then(first_line) })
    }

    fn is_flag(&self) -> bool {
        self.value.starts_with('-')
    }
}

/// Returns a word without what a shell needs for spaces: an opening quote before it or before the
/// value of its flag, and backslashes.
fn unquoted(word: &str) -> String {
    let (flag, value) = match word.find('=').filter(|_| word.starts_with("--")) {
        Some(at) => word.split_at(at + 1),
        None => ("", word),
    };
    [flag, value.trim_start_matches(['"', '\''])].concat().replace("\\ ", " ")
}

/// Returns the command line to complete: that of the innermost `cbr sandbox --`.
fn innermost(program: &Command, words: Vec<OsString>) -> (Vec<OsString>, Early) {
    let mut early = Early::parse(program, &words);
    match early.inner.take() {
        Some(inner) => innermost(program, inner),
        None => (words, early),
    }
}

/// Hides given flags that cannot be repeated, and marks names of files, which the shell completes.
fn prepare(
    command: Command,
    program: &Arc<Command>,
    early: &Arc<Early>,
    line: Option<&Line>,
) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|arg| {
        if ["help", "man"].contains(&&*name) && arg.get_id() == "words" {
            let (program, early) = (Arc::clone(program), Arc::clone(early));
            return arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                candidates(help::names_behind(&program, &early.words), word)
            }));
        }
        let repeats = matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
        let given = early.flags.iter().any(|flag| flag == arg.get_id().as_str());
        let arg = if given && !repeats { arg.hide(true) } else { arg };
        if let (Some(field), Some(line)) = (Field::of(&arg), line.map(Arc::clone)) {
            return arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                let (command, words, live) = &*line;
                candidates(live(field, command, words), word)
            }));
        }
        match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath => {
                arg.add(ArgValueCompleter::new(|_: &OsStr| {
                    vec![CompletionCandidate::new("").id(Some(FILES.to_owned()))]
                }))
            }
            _ => arg,
        }
    });
    command.mut_subcommands(|command| prepare(command, program, early, line))
}

/// Returns the values that begin with the word, each with its help.
fn candidates(values: Vec<(String, String)>, word: &OsStr) -> Vec<CompletionCandidate> {
    let word = word.to_string_lossy();
    let fitting = values.into_iter().filter(|(value, _)| value.starts_with(&*word));
    let candidate =
        |(value, help): (String, String)| CompletionCandidate::new(value).help(Some(help.into()));
    fitting.map(candidate).collect()
}

/// Returns the part of the word that every candidate keeps: a flag with its `=`, and the previous
/// items of a list.
fn prefix_of<'a>(word: &'a str, found: &[CompletionCandidate]) -> &'a str {
    let prefix = &word[..word.rfind(['=', ',']).map_or(0, |separator| separator + 1)];
    let keeps = |found: &CompletionCandidate| {
        found.get_value().to_str().is_some_and(|value| value.starts_with(prefix))
    };
    if found.iter().all(keeps) { prefix } else { "" }
}

/// Removes items that are in the list already (for `--sort` in any direction), and flags if nothing
/// is typed yet and there are other candidates.
fn without_noise(mut candidates: Vec<Candidate>, word: &str, prefix: &str) -> Vec<Candidate> {
    fn key(item: &str) -> &str {
        item.split(':').next().unwrap_or(item)
    }
    if let Some(list) = prefix.strip_suffix(',') {
        let list = list.split_once('=').map_or(list, |(_, list)| list);
        let earlier: Vec<_> = list.split(',').map(key).collect();
        candidates.retain(|candidate| !earlier.contains(&key(&candidate.value)));
    }
    if word.is_empty() && !candidates.iter().all(Candidate::is_flag) {
        candidates.retain(|candidate| !candidate.is_flag());
    }
    candidates
}

impl fmt::Display for Offer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files { prefix } => writeln!(formatter, "files {prefix}"),
            Self::Words { prefix, candidates } => {
                writeln!(formatter, "words {prefix}")?;
                candidates.iter().try_for_each(|candidate| match &candidate.help {
                    Some(help) => writeln!(formatter, "{}\t{help}", candidate.value),
                    None => writeln!(formatter, "{}", candidate.value),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program;

    /// The answer for the last of the words, without the helps.
    fn offer(line: &str) -> String {
        let live: Live = |field, _, _| match field {
            Field::Vault => {
                vec![("v-1".to_owned(), String::new()), ("w-2".to_owned(), String::new())]
            }
            _ => Vec::new(),
        };
        let words = line.split(' ').map(OsString::from).collect();
        let offer = Offer::new(program::command(), words, live);
        let offer = offer.to_string();
        let values: Vec<_> =
            offer.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect();
        values.join("|")
    }

    #[test]
    fn completions_depend_on_the_words_before() {
        let cases = [
            ("cbr", "words "),
            ("", "words "),
            ("cbr backups ", "words |list|show|summary|coverage|check"),
            ("cbr nonsense ba", "words |backups"),
            ("cbr backups list -o j", "words |json|jsonl"),
            ("cbr backups list -oj", "words |-ojson|-ojsonl"),
            ("cbr backups list --output=j", "words --output=|json|jsonl"),
            ("cbr backups list --output \"j", "words |json|jsonl"),
            (
                "cbr backups list --output \"\"",
                "words |table|wide|long|json|jsonl|csv|tsv|yaml|markdown|ids",
            ),
            ("cbr backups list --columns de", "words |description|default"),
            ("cbr backups list --columns default,+vau", "words default,|+vault_id|+vault_name"),
            ("cbr backups list --columns=-na", "words --columns=|-name"),
            ("cbr backups list --columns id,-na", "words id,|-name"),
            (
                "cbr backups list --columns extend_info.app",
                "words |extend_info.app_consistency.app_consistency\
             |extend_info.app_consistency.app_consistency_status\
             |extend_info.app_consistency.app_consistency_error_code\
             |extend_info.app_consistency.app_consistency_error_message",
            ),
            ("cbr backups list --time ", "words |utc|local|relative|raw"),
            ("cbr backups list --color ", "words |auto|always|never"),
            ("cbr backups list --image-type ", "words |backup|replication"),
            ("cbr backups list --member-status ", "words |pending|accepted|rejected"),
            (
                "cbr backups list --resource-type ",
                "words |server|OS::Nova::Server|volume|OS::Cinder::Volume|turbo|OS::Sfs::Turbo|desktop\
                 |OS::Workspace::DesktopV2|bare-metal|OS::Ironic::BareMetalServer|native-server\
                 |OS::Native::Server|hybrid-vm|OS::Hybrid::VirtualMachine",
            ),
            (
                "cbr backups list --status ",
                "words |available|protecting|deleting|restoring|error|waiting_protect\
                 |waiting_delete|waiting_restore",
            ),
            ("cbr backups list --dec=", "words --dec=|true|false"),
            ("cbr backups list --since to", "words |today"),
            ("cbr backups list --until ", "words |now|today|yesterday|36h|7d|2w|1mo|1y"),
            ("cbr backups list --encrypted=", "words --encrypted=|true|false"),
            (
                "cbr backups list --latest 1 --per ",
                "words |resource|vault|type|status|checkpoint|day|month|region|project|profile",
            ),
            ("cbr backups summary --by d", "words |day"),
            ("cbr backups summary -o i", "words "),
            ("cbr help backups ", "words |list|show|summary|coverage|check"),
            ("cbr help backups s", "words |show|summary"),
            ("cbr help backups list x", "words "),
            ("cbr help nonsense x", "words "),
            ("cbr man b", "words |backups"),
            ("cbr man ex", "words |exit-codes"),
            ("cbr man config s", "words |show|set"),
            ("cbr backups list --name a,b", "words a,"),
            ("cbr backups list --status a,b,c", "words a,b,"),
            ("cbr backups list --status error,deleting,e", "words error,deleting,"),
            ("cbr backups list --status=error,d", "words --status=error,|deleting"),
            ("cbr backups list --sort id,na", "words id,|name:asc|name:desc"),
            ("cbr backups list --sort na,id:", "words na,|id:asc|id:desc"),
            ("cbr backups list --offset 1 --o", "words |--own-type|--output|--output-file"),
            ("cbr backups list --offset=1 --of", "words |--offset"),
            ("cbr backups list -ojson --ou", "words |--output-file"),
            ("cbr backups list -ojson --o", "words |--own-type|--offset|--output-file"),
            ("cbr --quiet backups list --qu", "words |--quiet"),
            #[cfg(feature = "sandbox")]
            ("cbr sandbox --log ", "files "),
            #[cfg(feature = "sandbox")]
            ("cbr sandbox --log=a=b,c", "files --log="),
            #[cfg(feature = "sandbox")]
            ("cbr sandbox -- sandbox -- backups s", "words |show|summary"),
            ("cbr backups show -- ", "words "),
            ("cbr backups list --vault-id ", "words |v-1|w-2"),
            ("cbr backups list --vault-id=v", "words --vault-id=|v-1"),
            ("cbr backups list --vault-id x", "words "),
            #[cfg(feature = "sandbox")]
            ("cbr sandbox -- backups list --vault-id ", "words "),
        ];
        for (line, expected) in cases {
            assert_eq!(offer(line), expected, "{line}");
        }
    }

    #[test]
    fn words_are_unquoted() {
        let cases = [
            ("web", "web"),
            ("web\\ fr", "web fr"),
            ("\"web fr", "web fr"),
            ("'web fr", "web fr"),
            ("--resource-name=\"web fr", "--resource-name=web fr"),
            ("--resource-name=web\\ fr", "--resource-name=web fr"),
            ("a=\"b", "a=\"b"),
        ];
        for (word, expected) in cases {
            assert_eq!(unquoted(word), expected);
        }
        // A name with a space, of which a part is typed.
        for word in ["web\\ fr", "\"web fr", "w"] {
            let words = ["cbr", "backups", "list", "--resource-name", word].map(OsString::from);
            let live: Live = |_, _, _| vec![("web front".to_owned(), String::new())];
            let offer = Offer::new(program::command(), words.into(), live).to_string();
            assert!(offer.starts_with("words \nweb front"), "{word}: {offer}");
        }
    }

    #[test]
    fn a_single_dash_offers_long_names() {
        let offer = offer("cbr backups list -");
        assert!(offer.split('|').skip(1).all(|flag| flag.starts_with("--")), "{offer}");
        assert!(offer.contains("|--output|") && offer.contains("|--help"), "{offer}");
    }
}
