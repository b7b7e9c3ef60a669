//! Completions in zsh.

use super::terminal::{Shell, Terminal};
use super::{OFFERED, completes, fails_silently, last_words, quotes_spaces};

const ZSH: Shell = Shell {
    name: "zsh",
    interactive: "-i",
    rc: ".zshrc",
    keys: r#"
PS1='ready> '
show() {
    printf '\002%s\003' "$BUFFER"
    BUFFER=
}
zle -N show
bindkey '^T' show
zle -C offer complete-word _generic
zstyle ':completion:offer::::' completer _all_matches _complete
zstyle ':completion:offer:*' insert true
bindkey '^X' offer
bindkey -s '^G' '^X^T'
"#,
};

#[test]
fn tab_completes() {
    let Some(zsh) = Terminal::start(&ZSH) else { return };
    completes(zsh);
}

#[test]
fn tab_completes_with_the_script_in_a_folder_of_functions() {
    let installation = "mkdir ~/functions; cbr completions zsh > ~/functions/_cbr; \
        echo 'fpath=(~/functions $fpath); autoload -Uz compinit && compinit' >> ~/.zshrc";
    let Some(zsh) = Terminal::start_after(&ZSH, installation) else { return };
    completes(zsh);
}

#[test]
fn all_matches_are_offered_with_their_help() {
    let Some(mut zsh) = Terminal::start(&ZSH) else { return };
    for (typed, words) in OFFERED {
        assert_eq!(last_words(typed, &zsh.offered(typed)), *words, "{typed}");
    }
    zsh.complete("cbr backups ");
    assert!(zsh.screen().contains("-- List all backups that match"), "{}", zsh.screen());
    // After a list, only its last item is on the line.
    let before = zsh.screen().len();
    zsh.complete("cbr backups list --columns id,status,resource_t,resource_");
    let shown = &zsh.screen()[before..];
    assert!(shown.contains("resource_az"), "{shown}");
    assert!(!shown.contains("resource_t,resource_az"), "{shown}");
}

#[test]
fn a_quote_is_closed() {
    let Some(mut zsh) = Terminal::start(&ZSH) else { return };
    let line = zsh.complete("cbr backups list --resource-type \"OS::No");
    assert_eq!(line, "cbr backups list --resource-type \"OS::Nova::Server\" ");
    let line = zsh.complete("cbr backups list --name 'a b' --status 'available,er");
    assert_eq!(line, "cbr backups list --name 'a b' --status 'available,error' ");
}

#[test]
fn spaces_in_names_are_quoted() {
    quotes_spaces(&ZSH);
}

#[test]
fn no_error_is_shown() {
    fails_silently(&ZSH);
}
