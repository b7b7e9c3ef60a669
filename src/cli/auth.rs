//! The flags of `cbr auth`.

use clap::{Args, Subcommand, ValueEnum};

use super::examples;

/// What to see of the settings.
#[derive(Subcommand)]
pub(crate) enum AuthCommand {
    /// Show each setting with its origin, and which sources of credentials were passed over, and
    /// why
    ///
    /// Sends nothing. Secrets are not shown.
    #[command(after_help = examples::AUTH_SHOW)]
    Show(ShowArgs),

    /// Check that the settings work: one cheap request, and what is wrong if it fails
    ///
    /// Tells what worked, also when it fails; the exit codes are those of a listing.
    #[command(after_help = examples::AUTH_CHECK)]
    Check(CheckArgs),
}

/// The arguments of `cbr auth show`.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Format of the output
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) output: Format,
}

/// The arguments of `cbr auth check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Format of the output
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) output: Format,
}

/// The formats of both commands.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For scripts
    Json,
}
