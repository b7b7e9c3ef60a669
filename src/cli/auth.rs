//! The flags of `cbr auth`.

use clap::{Args, Subcommand, ValueEnum};

use super::examples;

/// The commands of `cbr auth`.
#[derive(Subcommand)]
pub(crate) enum AuthCommand {
    /// Show each setting with its origin, and why sources of credentials were skipped
    ///
    /// Sends no request. Secrets are not shown.
    #[command(after_help = examples::AUTH_SHOW)]
    Show(ShowArgs),

    /// Check the settings with one small request, and explain a failure
    ///
    /// Prints what worked, also on failure. The exit codes are those of a listing.
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
    /// Human-readable
    Table,
    /// For scripts
    Json,
}
