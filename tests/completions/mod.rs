//! Completions in real shells, each installed as `cbr completions --help` says and driven through a
//! pseudo-terminal, key by key. PowerShell is not tested: no Debian package has it.
//!
//! The cases are the same for every shell, so they are listed once, in this file.

/// Completions in bash.
mod bash;
/// Completions in elvish.
mod elvish;
/// Completions in fish.
mod fish;
/// Values that are requested from the service.
mod live;
/// The scripts as files and as printed.
mod scripts;
/// A shell on a pseudo-terminal.
mod terminal;
/// Completions in zsh.
mod zsh;

use terminal::{Shell, Terminal};

/// Typed text, and the line after pressing Tab.
const COMPLETED: &[(&str, &str)] = &[
    // Commands and flags.
    ("cbr backu", "cbr backups "),
    ("cbr backups l", "cbr backups list "),
    ("cbr --regi", "cbr --region "),
    ("cbr --region eu-nl backu", "cbr --region eu-nl backups "),
    ("cbr backups list --resource-t", "cbr backups list --resource-type "),
    ("cbr backups list --start-time 7d --unt", "cbr backups list --start-time 7d --until "),
    // Values after a blank, after `=` and after a short name.
    ("cbr backups list -o cs", "cbr backups list -o csv "),
    ("cbr backups list -ocs", "cbr backups list -ocsv "),
    ("cbr backups list --output=cs", "cbr backups list --output=csv "),
    ("cbr backups list --image-type re", "cbr backups list --image-type replication "),
    ("cbr backups list --own-type al", "cbr backups list --own-type all_granted "),
    ("cbr backups list --member-status ac", "cbr backups list --member-status accepted "),
    ("cbr backups list --region eu-n", "cbr backups list --region eu-nl "),
    ("cbr backups list --region=eu-n", "cbr backups list --region=eu-nl "),
    ("cbr completions zs", "cbr completions zsh "),
    // An optional value, after a blank and after `=`.
    ("cbr backups list --incremental f", "cbr backups list --incremental false "),
    ("cbr backups list --incremental=f", "cbr backups list --incremental=false "),
    ("cbr backups list --incremental --page", "cbr backups list --incremental --page-size "),
    // Values with colons.
    ("cbr backups list --resource-type turb", "cbr backups list --resource-type turbo "),
    ("cbr backups list --resource-type O", "cbr backups list --resource-type OS::"),
    (
        "cbr backups list --resource-type OS::No",
        "cbr backups list --resource-type OS::Nova::Server ",
    ),
    (
        "cbr backups list --resource-type=OS::No",
        "cbr backups list --resource-type=OS::Nova::Server ",
    ),
    // Lists.
    ("cbr backups list --status avail", "cbr backups list --status available "),
    ("cbr backups list --status available,er", "cbr backups list --status available,error "),
    ("cbr backups list --status=available,er", "cbr backups list --status=available,error "),
    ("cbr backups list --columns id,na", "cbr backups list --columns id,name "),
    ("cbr backups list --columns=id,na", "cbr backups list --columns=id,name "),
    ("cbr backups show --columns id,na", "cbr backups show --columns id,name "),
    ("cbr backups list --sort cr", "cbr backups list --sort created_at:"),
    ("cbr backups list --sort created_at:d", "cbr backups list --sort created_at:desc "),
    ("cbr backups list --sort=created_at:d", "cbr backups list --sort=created_at:desc "),
    ("cbr backups list --sort name:asc,cr", "cbr backups list --sort name:asc,created_at:"),
    ("cbr backups list --sort=name:asc,id:a", "cbr backups list --sort=name:asc,id:asc "),
    // Files in the working directory and in the home directory, which are the same here.
    ("cbr sandbox --log no", "cbr sandbox --log notes.jsonl "),
    ("cbr sandbox --log=no", "cbr sandbox --log=notes.jsonl "),
    ("cbr sandbox --log ~/no", "cbr sandbox --log ~/notes.jsonl "),
    ("cbr sandbox --log my", "cbr sandbox --log my\\ notes.jsonl "),
    ("cbr sandbox --log sub/de", "cbr sandbox --log sub/deep.jsonl "),
    ("cbr backups list --receipt no", "cbr backups list --receipt notes.jsonl "),
    ("cbr backups list > no", "cbr backups list > notes.jsonl "),
    ("cbr backups list 2>no", "cbr backups list 2>notes.jsonl "),
    // A command line within a command line.
    ("cbr sandbox -- backu", "cbr sandbox -- backups "),
    ("cbr sandbox --log x -- backups list --stat", "cbr sandbox --log x -- backups list --status "),
    ("cbr sandbox -- backups list --status=er", "cbr sandbox -- backups list --status=error "),
    // Other commands on the line.
    ("true; cbr backu", "true; cbr backups "),
    ("true | cbr backups list --sort id:a", "true | cbr backups list --sort id:asc "),
    ("CBR_REGION=x cbr backu", "CBR_REGION=x cbr backups "),
    // Nothing is offered, so nothing changes.
    ("cbr nonsense", "cbr nonsense"),
    ("cbr backups list --limit ", "cbr backups list --limit "),
    ("cbr backups list --name no", "cbr backups list --name no"),
    ("cbr backups list --vault-id ", "cbr backups list --vault-id "),
];

/// Typed text, and everything that is offered for its last word.
const OFFERED: &[(&str, &[&str])] = &[
    ("cbr ", &["auth", "backups", "completions", "config", "help", "man", "sandbox"]),
    ("cbr backups ", &["check", "coverage", "list", "show", "summary"]),
    ("cbr completions ", &["bash", "elvish", "fish", "powershell", "zsh"]),
    (
        "cbr backups list --output ",
        &["csv", "ids", "json", "jsonl", "long", "markdown", "table", "tsv", "wide", "yaml"],
    ),
    ("cbr backups list --own-type ", &["all_granted", "private", "shared"]),
    ("cbr backups list --resource-type OS::N", &["OS::Native::Server", "OS::Nova::Server"]),
    ("cbr backups summary --by m", &["month"]),
    ("cbr backups list --sort created_at:", &["created_at:asc", "created_at:desc"]),
    // A value in the list is not offered again.
    (
        "cbr backups list --status available,error,w",
        &[
            "available,error,waiting_delete",
            "available,error,waiting_protect",
            "available,error,waiting_restore",
        ],
    ),
    (
        "cbr backups list \
         --status=protecting,deleting,available,restoring,waiting_delete,waiting_protect,",
        &[
            "--status=protecting,deleting,available,restoring,waiting_delete,waiting_protect,error",
            "--status=protecting,deleting,available,restoring,waiting_delete,waiting_protect,waiting_restore",
        ],
    ),
    (
        "cbr backups list --sort id:asc,name:desc,status,resource_s",
        &[
            "id:asc,name:desc,status,resource_size:asc",
            "id:asc,name:desc,status,resource_size:desc",
        ],
    ),
    (
        "cbr backups list --sort id:asc,name:desc,status,s",
        &[
            "id:asc,name:desc,status,scheduled_operation_id:asc",
            "id:asc,name:desc,status,scheduled_operation_id:desc",
        ],
    ),
    // A given flag is not offered again, unless it repeats.
    (
        "cbr backups list --since 7d --status error --s",
        &[
            "--secret-key-file",
            "--security-token-file",
            "--share-status",
            "--show-replication",
            "--sort",
            "--stale",
            "--status",
            "--stream",
            "--system-disk",
        ],
    ),
];

/// Runs the cases of [`COMPLETED`].
fn completes(mut terminal: Terminal) {
    for (typed, line) in COMPLETED {
        assert_eq!(terminal.complete(typed), *line, "{typed}");
    }
}

/// A missing or failing cbr changes nothing and shows nothing.
fn fails_silently(shell: &Shell) {
    for program in [Some("#!/bin/sh\necho >&2 NOISE\nexit 1\n"), Some("#!/bin/sh\nexit 0\n"), None]
    {
        let Some(mut terminal) = Terminal::start(shell) else { return };
        let before = terminal.screen().len();
        terminal.replace_cbr(program);
        for typed in ["cbr backups list --status av", "cbr backups ", "cbr sandbox --log no"] {
            assert_eq!(terminal.complete(typed), typed);
        }
        let shown = &terminal.screen()[before..];
        // Elvish's message for no candidates.
        let shown = shown.replace("error:\x1b[0;m no candidates", "");
        for word in ["NOISE", "rror", "ot found", "nknown", "xception", "bad"] {
            assert!(!shown.contains(word), "{program:?}: {shown:?}");
        }
    }
}

/// Typed text for a name with a space, and the line after pressing Tab, in shells that escape
/// spaces and close quotes.
const SPACED: [(&str, &str); 6] = [
    ("web", "web\\ front "),
    ("web\\ fr", "web\\ front "),
    ("\"web fr", "\"web front\" "),
    ("'web fr", "'web front' "),
    ("--resource-name=web", "--resource-name=web\\ front "),
    ("--resource-name=web\\ f", "--resource-name=web\\ front "),
];

/// Answers as cbr does for a resource named `web front`.
const SPACED_ANSWER: &str = r#"#!/bin/sh
for word; do :; done
case $word in
    --resource-name=*) printf 'words --resource-name=\nweb front\tserver\n' ;;
    *) printf 'words \nweb front\tserver\n' ;;
esac
"#;

/// Goes through [`SPACED`].
fn quotes_spaces(shell: &Shell) {
    let Some(mut terminal) = Terminal::start(shell) else { return };
    terminal.replace_cbr(Some(SPACED_ANSWER));
    for (typed, line) in SPACED {
        let flag = if typed.starts_with("--") { "" } else { "--resource-name " };
        let completed = terminal.complete(&format!("cbr backups list {flag}{typed}"));
        assert_eq!(completed, format!("cbr backups list {flag}{line}"), "{typed}");
    }
}

/// Returns the words that replaced the last typed one, in alphabetical order.
fn last_words<'a>(typed: &str, line: &'a str) -> Vec<&'a str> {
    let head = typed.rfind(' ').map_or(0, |blank| blank + 1);
    assert_eq!(typed[..head], line[..head]);
    let mut words: Vec<_> = line[head..].split_whitespace().collect();
    words.sort_unstable();
    words
}
