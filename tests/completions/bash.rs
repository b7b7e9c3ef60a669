//! Completions in bash, through readline.

use super::terminal::{Shell, Terminal};
use super::{OFFERED, completes, fails_silently, last_words, quotes_spaces};

const BASH: Shell = Shell {
    name: "bash",
    interactive: "-i",
    rc: ".bashrc",
    keys: r#"
PS1='ready> '
show() {
    printf '\002%s\003' "$READLINE_LINE"
    READLINE_LINE= READLINE_POINT=0
}
bind -x '"\C-t": show'
bind '"\C-g": "\e*\C-t"'
"#,
};

#[test]
fn tab_completes() {
    let Some(bash) = Terminal::start(&BASH) else { return };
    completes(bash);
}

#[test]
fn tab_completes_for_any_word_breaks() {
    for word_breaks in ["${COMP_WORDBREAKS//:/}", "${COMP_WORDBREAKS//[:=]/}", "$COMP_WORDBREAKS,"]
    {
        let installation = format!(
            "echo 'source <(cbr completions bash); COMP_WORDBREAKS={word_breaks}' >> ~/.bashrc"
        );
        let Some(bash) = Terminal::start_after(&BASH, &installation) else { return };
        completes(bash);
    }
}

#[test]
fn all_matches_are_offered() {
    let Some(mut bash) = Terminal::start(&BASH) else { return };
    for (typed, words) in OFFERED {
        let line = bash.offered(typed);
        let offered = last_words(typed, &line);
        assert_eq!(offered.len(), words.len(), "{typed}: {offered:?}");
        // For each but the first, readline inserts only the replaced part: the text after `:` or
        // `=`.
        for word in *words {
            assert!(offered.iter().any(|offered| word.ends_with(offered)), "{typed}: {offered:?}");
        }
    }
}

#[test]
fn a_quote_is_closed() {
    let Some(mut bash) = Terminal::start(&BASH) else { return };
    let line = bash.complete("cbr backups list --resource-type \"OS::No");
    assert_eq!(line, "cbr backups list --resource-type \"OS::Nova::Server\" ");
    let line = bash.complete("cbr backups list --name 'a b' --status 'available,er");
    assert_eq!(line, "cbr backups list --name 'a b' --status 'available,error' ");
}

#[test]
fn spaces_in_names_are_quoted() {
    quotes_spaces(&BASH);
}

#[test]
fn no_error_is_shown() {
    fails_silently(&BASH);
}
