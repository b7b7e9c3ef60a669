//! The script of each shell.

use crate::cli::reference::Shell;

/// Returns the script, which is a file of this repository for all who package the program.
pub(super) fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("../../../completions/cbr.bash"),
        Shell::Zsh => include_str!("../../../completions/_cbr"),
        Shell::Fish => include_str!("../../../completions/cbr.fish"),
        Shell::Powershell => include_str!("../../../completions/_cbr.ps1"),
        Shell::Elvish => include_str!("../../../completions/cbr.elv"),
    }
}
