//! The shells, each with its script and the way to install it.

use clap::ValueEnum;

/// A shell that commands are completed in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Shell {
    /// The script, which is a file of this repository for all who package the program.
    pub(super) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../../completions/cbr.bash"),
            Self::Zsh => include_str!("../../../completions/_cbr"),
            Self::Fish => include_str!("../../../completions/cbr.fish"),
            Self::Powershell => include_str!("../../../completions/_cbr.ps1"),
            Self::Elvish => include_str!("../../../completions/cbr.elv"),
        }
    }

    /// What to run in the shell, once. Each has the script printed anew whenever a shell starts, so
    /// that an update of the program needs no second step.
    fn installation(self) -> &'static str {
        match self {
            Self::Bash => "echo 'source <(cbr completions bash)' >> ~/.bashrc",
            Self::Zsh => "echo 'source <(cbr completions zsh)' >> ~/.zshrc",
            Self::Fish => "echo 'cbr completions fish | source' >> ~/.config/fish/config.fish",
            Self::Powershell => {
                "Add-Content $PROFILE 'cbr completions powershell | Out-String | Invoke-Expression'"
            }
            Self::Elvish => {
                "echo 'eval (cbr completions elvish | slurp)' >> ~/.config/elvish/rc.elv"
            }
        }
    }
}

/// The lines for the help, a shell each.
pub(super) fn installation() -> String {
    let mut text = "To install, run this once in the shell, and start a new one:".to_owned();
    for shell in Shell::value_variants() {
        let name = format!("{shell:?}").to_lowercase();
        text.push_str(&format!("\n  {name:<12}{}", shell.installation()));
    }
    text
}
