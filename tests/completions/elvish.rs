//! Completions in elvish.

use super::terminal::{Shell, Terminal};
use super::{COMPLETED, OFFERED, SPACED_ANSWER, fails_silently};

const ELVISH: Shell = Shell {
    name: "elvish",
    interactive: "",
    rc: ".config/elvish/rc.elv",
    keys: r#"
use str
set edit:prompt = { print 'ready> ' }
set edit:rprompt = { }
fn show {|text|
    print "\x02"$text"\x03" > /dev/tty
    set edit:current-command = ''
}
set edit:insert:binding[Ctrl-T] = { show $edit:current-command }
set edit:completion:binding[Ctrl-T] = { edit:completion:accept; show $edit:current-command }
set edit:insert:binding[Ctrl-G] = {
    var words = [(edit:wordify $edit:current-command)]
    if (str:has-suffix $edit:current-command ' ') { set words = [$@words ''] }
    show (str:join "\n" [($edit:completion:arg-completer[cbr] $@words | each {|c| put $c[stem] })])
}
"#,
};

#[test]
fn tab_completes() {
    let Some(mut elvish) = Terminal::start(&ELVISH) else { return };
    for (typed, line) in COMPLETED {
        // Elvish inserts whole words only, no common prefix; it quotes them in its own way, and
        // expands the home directory.
        if (line.ends_with(' ') || typed == line) && !typed.contains('~') {
            let completed = elvish.complete(typed).replace('\'', "");
            assert_eq!(completed, line.replace('\\', ""), "{typed}");
        }
    }
}

#[test]
fn all_matches_are_offered() {
    let Some(mut elvish) = Terminal::start(&ELVISH) else { return };
    for (typed, words) in OFFERED {
        let offered = elvish.offered(typed);
        let mut offered: Vec<_> = offered.lines().collect();
        offered.sort_unstable();
        assert_eq!(offered, *words, "{typed}");
    }
}

#[test]
fn spaces_in_names_are_quoted() {
    let Some(mut elvish) = Terminal::start(&ELVISH) else { return };
    elvish.replace_cbr(Some(SPACED_ANSWER));
    for typed in ["web", "'web fr"] {
        let line = elvish.complete(&format!("cbr backups list --resource-name {typed}"));
        assert_eq!(line, "cbr backups list --resource-name 'web front' ", "{typed}");
    }
}

#[test]
fn no_error_is_shown() {
    fails_silently(&ELVISH);
}
