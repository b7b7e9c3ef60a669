//! Colors: the settings that decide, and their precedence.

use crate::harness::{cbr, sandboxed, script, terminal};

const LIST: &str = "cbr sandbox --epoch 2026-11-20 --backups 30 -- backups list";

/// Returns true if a list with these variables and flags has colors, on a terminal or in a pipe.
fn is_colored(on_terminal: bool, variables: &str, flags: &str) -> bool {
    // TERM=xterm is set by the harness.
    let command = format!("env {variables} {LIST} --columns status,id {flags}");
    let shown = if on_terminal { terminal(80, &command) } else { script(&command).stdout };
    assert!(shown.contains("available"), "{shown}");
    let colored = shown.contains("\u{1b}[32mavailable\u{1b}[0m");
    assert_eq!(colored, shown.contains('\u{1b}'), "{shown}");
    colored
}

#[test]
fn color_settings_follow_their_precedence() {
    let cases = [
        (true, "", "", true),
        (false, "", "", false),
        (true, "", "--color never", false),
        (false, "", "--color always", true),
        (false, "", "--color auto", false),
        // The flag overrides every variable.
        (false, "NO_COLOR=1 TERM=dumb CLICOLOR=0", "--color always", true),
        (true, "CLICOLOR_FORCE=1", "--color never", false),
        (true, "NO_COLOR=1", "--color auto", false),
        // Then NO_COLOR, unless it is empty.
        (true, "NO_COLOR=1", "", false),
        (true, "NO_COLOR=0 CLICOLOR_FORCE=1", "", false),
        (true, "NO_COLOR=", "", true),
        // Then CLICOLOR_FORCE.
        (false, "CLICOLOR_FORCE=1", "", true),
        (false, "CLICOLOR_FORCE=0", "", false),
        (false, "CLICOLOR_FORCE=1 CLICOLOR=0 TERM=dumb", "", true),
        // Then CLICOLOR and TERM.
        (true, "CLICOLOR=0", "", false),
        (false, "CLICOLOR=1", "", false),
        (true, "TERM=dumb", "", false),
        (true, "TERM=dumb CLICOLOR=1", "", true),
    ];
    for (on_terminal, variables, flags, colored) in cases {
        let found = is_colored(on_terminal, variables, flags);
        assert_eq!(found, colored, "terminal {on_terminal}, {variables} {flags}");
    }
}

#[test]
fn help_follows_the_color_settings() {
    let colored = |command: &str| terminal(80, command).contains('\u{1b}');
    assert!(colored("cbr --help"));
    for command in
        ["cbr --color never --help", "cbr backups list -h --color=never", "NO_COLOR=1 cbr --help"]
    {
        assert!(!colored(command), "{command}");
    }
    assert!(script("cbr --help --color=always").stdout.contains('\u{1b}'));
    cbr("backups list --color sometimes")
        .exit(2)
        .stderr_holds(["'sometimes'", "auto, always, never"])
        .run();
}

/// Colors take no room, and only repeat what the text says.
#[test]
fn colors_change_no_other_byte() {
    for format in ["table", "wide", "long"] {
        let list =
            |flags: &str| sandboxed("", &format!("backups list -o {format} {flags}")).run().stdout;
        let (plain, mut colored) = (list(""), list("--color always"));
        assert_ne!(plain, colored);
        for code in ["1", "31", "32", "35", "0"] {
            colored = colored.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert!(plain == colored, "{format}");
    }
}

#[test]
fn machine_readable_formats_have_no_color() {
    for format in ["json", "jsonl", "csv", "tsv", "yaml", "markdown", "ids"] {
        let list = |flags: &str| {
            sandboxed("--backups 50", &format!("backups list -o {format} {flags}")).run().stdout
        };
        assert_eq!(list("--color always"), list(""), "{format}");
    }
}
