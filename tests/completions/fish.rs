//! Completions in fish.

use super::terminal::{Shell, Terminal};
use super::{OFFERED, completes, fails_silently, quotes_spaces};

const FISH: Shell = Shell {
    name: "fish",
    interactive: "-i",
    rc: ".config/fish/config.fish",
    keys: r#"
function fish_greeting; end
function fish_prompt; printf 'ready> '; end
bind \ct 'printf "\002%s\003" (commandline); commandline ""'
bind \cg 'printf "\002"; complete -C (commandline); printf "\003"; commandline ""'
"#,
};

#[test]
fn tab_completes() {
    let Some(fish) = Terminal::start(&FISH) else { return };
    completes(fish);
}

#[test]
fn all_matches_are_offered_with_their_help() {
    let Some(mut fish) = Terminal::start(&FISH) else { return };
    for (typed, words) in OFFERED {
        let offered = fish.offered(typed);
        let mut offered: Vec<_> =
            offered.lines().filter_map(|line| line.split('\t').next()).collect();
        offered.sort_unstable();
        assert_eq!(offered, *words, "{typed}");
    }
    let offered = fish.offered("cbr backups l");
    assert_eq!(offered, "list\tList all backups that match, newest first\n");
}

#[test]
fn a_quote_is_closed() {
    let Some(mut fish) = Terminal::start(&FISH) else { return };
    let line = fish.complete("cbr backups list --resource-type \"OS::No");
    assert_eq!(line, "cbr backups list --resource-type \"OS::Nova::Server\" ");
    let line = fish.complete("cbr backups list --name 'a b' --status 'available,er");
    assert_eq!(line, "cbr backups list --name 'a b' --status 'available,error' ");
}

#[test]
fn spaces_in_names_are_quoted() {
    quotes_spaces(&FISH);
}

#[test]
fn no_error_is_shown() {
    fails_silently(&FISH);
}
