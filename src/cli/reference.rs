//! The flags of `cbr help`, `cbr man` and `cbr completions`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// The arguments of `cbr help`.
#[derive(Args, Debug)]
pub(crate) struct HelpArgs {
    /// A topic, or the words of a command, such as `backups list`
    #[arg(value_name = "TOPIC|COMMAND")]
    pub(crate) words: Vec<String>,
}

/// The arguments of `cbr man`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cbr man | man -l -                                 the whole manual
  cbr man backups list | man -l -                    one command
  cbr man filters | man -l -                         one topic of cbr help
  cbr man --all /usr/local/share/man/man1            all pages, for packagers")]
pub(crate) struct ManArgs {
    /// The words of a command, such as `backups list`, the name of its page, or a topic of `cbr
    /// help` [default: the page of the program]
    #[arg(value_name = "COMMAND")]
    pub(crate) words: Vec<String>,

    /// Write all pages to files in this directory, which must exist
    #[arg(long, value_name = "DIR", conflicts_with = "words", value_hint = ValueHint::DirPath)]
    pub(crate) all: Option<PathBuf>,
}

/// The arguments of `cbr completions`.
#[derive(Args, Debug)]
#[command(after_help = installation())]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(required = true)]
    pub(crate) shell: Option<Shell>,

    /// Print the completions of the last of these words; for the scripts
    #[arg(last = true, hide = true, exclusive = true, value_name = "WORD")]
    pub(crate) words: Vec<OsString>,
}

/// A shell with completions.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Shell {
    /// Returns the command to run once in the shell. Each new shell then runs the script of the
    /// installed version.
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

/// Returns the help on installing the scripts, one line per shell.
fn installation() -> String {
    let mut text = "To install, run this once in the shell, and start a new shell:".to_owned();
    for shell in Shell::value_variants() {
        let name = format!("{shell:?}").to_lowercase();
        text.push_str(&format!("\n  {name:<12}{}", shell.installation()));
    }
    text.push_str(
        "\n\nTab may send requests with your credentials, to complete ids and names of the newest \
         backups. An answer is kept for a minute. CBR_COMPLETE_OFFLINE=1 turns requests off.",
    );
    text
}
