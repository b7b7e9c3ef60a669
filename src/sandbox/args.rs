//! The flags of `cbr sandbox`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::units;

/// Serve the CBR API on this machine, to try commands and scripts without an account.
///
/// Alone, prints the environment variables that lead to it and serves until interrupted. With a command after
/// `--`, runs `cbr` with that command against a fresh sandbox and exits with its code:
///
///     cbr sandbox -- backups list --resource-type OS::Nova::Server
#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// The port to listen on, on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,

    /// How many backups the account has; about one in eleven is that of a server.
    #[arg(long, value_name = "N", default_value_t = 1663,
          value_parser = clap::value_parser!(u32).range(..=10_000_000))]
    pub(super) backups: u32,

    /// How long each answer takes, such as 50ms.
    #[arg(long, value_name = "DURATION", default_value = "0ms", value_parser = units::duration)]
    pub(super) latency: Duration,

    /// Append one line of JSON to this file for each request, when it is answered; never a secret.
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,

    /// What to run against the sandbox: the arguments of one `cbr` command.
    #[arg(last = true, value_name = "ARGS")]
    pub(super) command: Vec<OsString>,
}
