//! The flags of `cbr config`.

use clap::{Args, Subcommand, ValueEnum};

use crate::settings::config::OwnFile;
use crate::settings::config::key;
use crate::text::hints;

/// What to do with the file.
#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print where the file is, or would be [env: CBR_CONFIG_FILE]
    Path,

    /// Print what the file holds, without its secrets
    #[command(
        after_help = "Examples:\n  cbr config show\n  cbr config show -o json | jq .defaults"
    )]
    Show(ShowArgs),

    /// Set a key, and make the file if there is none
    ///
    /// Comments and order stay as they are. The file is written for its owner alone.
    ///
    /// A secret is never an argument: it is asked for without being shown, or read from stdin:
    ///
    ///     cbr config set profiles.prod.secret_key < FILE
    #[command(verbatim_doc_comment, after_help = set_help())]
    Set(SetArgs),

    /// Remove a key, or a whole profile
    Unset(UnsetArgs),
}

/// The arguments of `cbr config show`.
#[derive(Args)]
pub(crate) struct ShowArgs {
    /// Format of the output
    #[arg(short, long, value_enum, default_value_t = Format::Toml, value_name = "FORMAT")]
    pub(crate) output: Format,
}

/// The formats of `cbr config show`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// As the file has it
    Toml,
    /// For scripts
    Json,
}

/// The arguments of `cbr config set`.
#[derive(Args)]
pub(crate) struct SetArgs {
    /// What to set, such as defaults.output or profiles.prod.region
    #[arg(value_name = "KEY", add = hints::found(keys_to_offer))]
    pub(crate) key: String,

    /// Its value; of a command the words, or one line for the shell
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
}

/// The arguments of `cbr config unset`.
#[derive(Args)]
pub(crate) struct UnsetArgs {
    /// What to remove, such as defaults.output, profiles.prod.region or profiles.prod
    #[arg(value_name = "KEY", add = hints::found(keys_to_offer))]
    pub(crate) key: String,
}

/// Examples, then the keys.
fn set_help() -> String {
    format!(
        "Examples:\n  cbr config set profiles.prod.region eu-de\n  \
         cbr config set profiles.prod.secret_key            asks for it\n  \
         cbr config set defaults.columns id,name,status\n\n{}",
        keys()
    )
}

/// The keys, for the help of `set`.
fn keys() -> String {
    let mut text = "Keys:".to_owned();
    for (key, help) in key::all() {
        let term = format!("  {key:<35} ");
        // Set for the narrowest of usual terminals: clap breaks longer lines, but not beside the keys.
        let options = textwrap::Options::new(80)
            .initial_indent(&term)
            .subsequent_indent(CONTINUED)
            .break_words(false);
        text.push('\n');
        text.push_str(&textwrap::fill(help, options));
    }
    text
}

/// Stands before what goes on in the next line, beside the keys.
const CONTINUED: &str = "                                      ";

/// The keys to complete: those of the profiles that there are with their names.
fn keys_to_offer() -> Vec<(String, String)> {
    let own = OwnFile::of_process();
    let profiles: Vec<_> = own.config.iter().flat_map(|config| config.profiles()).collect();
    let of_profiles = |key: &str| {
        let key = key.strip_prefix("profiles.NAME.")?.to_owned();
        Some(profiles.iter().map(move |name| format!("profiles.{}.{key}", key::bare(name))))
    };
    let mut keys = Vec::new();
    for (key, help) in key::all() {
        match of_profiles(&key) {
            Some(own) => keys.extend(own.map(|key| (key, help.to_owned()))),
            None => keys.push((key, help.to_owned())),
        }
    }
    keys
}
