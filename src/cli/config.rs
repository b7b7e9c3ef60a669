//! The flags of `cbr config`.

use clap::{Args, Subcommand, ValueEnum};

use crate::settings::config::OwnFile;
use crate::settings::config::key;
use crate::text::hints;

/// The commands of `cbr config`.
#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Ask for access key and region, check them, and save them as a profile
    ///
    /// cbr prompts for each value on the terminal, and sends a request with them before the file is
    /// written. The secret key is not shown.
    Init(InitArgs),

    /// List all keys, with their values, defaults and origins
    List,

    /// Print the value of a key
    Get(GetArgs),

    /// List the profiles, with their regions
    Profiles,

    /// Print the path of the file, which need not exist [env: CBR_CONFIG_FILE]
    Path,

    /// Print the content of the file, without its secrets
    #[command(
        after_help = "Examples:\n  cbr config show\n  cbr config show -o json | jq .defaults"
    )]
    Show(ShowArgs),

    /// Set a key, and create the file if it does not exist
    ///
    /// Comments and order are kept. Only the owner can read the file.
    ///
    /// A secret is never an argument: cbr prompts for it, or reads it from stdin:
    ///
    ///     cbr config set profiles.prod.secret_key < FILE
    #[command(verbatim_doc_comment, after_help = set_help())]
    Set(SetArgs),

    /// Remove a key or a whole profile
    Unset(UnsetArgs),
}

/// The arguments of `cbr config init`.
#[derive(Args)]
pub(crate) struct InitArgs {
    /// Name of the new profile
    #[arg(value_name = "PROFILE", default_value = "default")]
    pub(crate) name: String,
}

/// The arguments of `cbr config get`.
#[derive(Args)]
pub(crate) struct GetArgs {
    /// Key to print, such as defaults.output or profiles.prod.region
    #[arg(value_name = "KEY", add = hints::found(keys_to_offer))]
    pub(crate) key: String,
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
    /// As in the file
    Toml,
    /// For scripts
    Json,
}

/// The arguments of `cbr config set`.
#[derive(Args)]
pub(crate) struct SetArgs {
    /// Key to set, such as defaults.output or profiles.prod.region
    #[arg(value_name = "KEY", add = hints::found(keys_to_offer))]
    pub(crate) key: String,

    /// Its value; for a command its words, or one line for the shell
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
}

/// The arguments of `cbr config unset`.
#[derive(Args)]
pub(crate) struct UnsetArgs {
    /// Key or table to remove, such as defaults.output, profiles.prod.region or profiles.prod
    #[arg(value_name = "KEY", add = hints::found(keys_to_offer))]
    pub(crate) key: String,
}

/// Returns the examples and the keys.
fn set_help() -> String {
    format!(
        "Examples:\n  cbr config set profiles.prod.region eu-de\n  \
         cbr config set profiles.prod.secret_key            prompts for it\n\n{}",
        keys()
    )
}

/// Returns the keys, for the help of `set`.
fn keys() -> String {
    let mut text = "Keys:".to_owned();
    for (key, help) in key::all() {
        let term = format!("  {key:<35} ");
        // For 80 columns: clap would wrap longer lines, but not beside the keys.
        let options = textwrap::Options::new(80)
            .initial_indent(&term)
            .subsequent_indent(CONTINUED)
            .break_words(false);
        text.push('\n');
        text.push_str(&textwrap::fill(help, options));
    }
    text
}

/// Indent of wrapped lines, beside the keys.
const CONTINUED: &str = "                                      ";

/// Returns the keys to complete, with the names of the profiles.
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
