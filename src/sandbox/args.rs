//! The flags of `cbr sandbox`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;

use super::changes::Change;
use super::faults::{self, Fault};
use super::iam::{self, IamOption};
use super::metadata::Mode;
use super::throttle::Rate;
use crate::text::number::whole;
use crate::time;

/// How to serve, and what to run.
#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// The port to listen on, on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = whole::<u16>(0..=65_535))]
    pub(super) port: u16,

    /// How many backups the account has; about one in eleven is that of a server.
    #[arg(long, value_name = "N", default_value_t = 1663, allow_negative_numbers = true,
          value_parser = whole::<u32>(0..=10_000_000))]
    pub(super) backups: u32,

    /// How long each answer takes, such as 50ms.
    #[arg(long, value_name = "DURATION", default_value = "0ms", value_parser = time::span)]
    pub(super) latency: Duration,

    /// Append one line of JSON to this file for each request, when it is answered; never a secret.
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,

    #[arg(long = "fault", value_name = "FAULT", value_parser = Fault::parse,
          help = "Let listings go wrong, such as 503@2 or reset@3-; --help lists all",
          long_help = faults::help())]
    pub(super) faults: Vec<Fault>,

    /// Delete or insert backups just before a listing: delete=POS@WHEN, insert=POS@WHEN.
    ///
    /// POS is a place in the list of all backups, newest first, from 0, as it stands then; POS+LEN
    /// changes that many. WHEN counts listings as for --fault. May repeat.
    #[arg(long = "change", value_name = "CHANGE", value_parser = Change::parse)]
    pub(super) changes: Vec<Change>,

    /// Refuse requests beyond a rate, such as 60/1m, as the gateway does.
    #[arg(long, value_name = "N/DURATION", value_parser = Rate::parse)]
    pub(super) throttle: Option<Rate>,

    /// Delete and insert a few backups at random before each listing but the first.
    #[arg(long, value_name = "SEED")]
    pub(super) churn: Option<u64>,

    /// Let one listing in five fail at random, in ways that pass.
    #[arg(long, value_name = "SEED")]
    pub(super) chaos: Option<u64>,

    /// How the metadata service of a server in the cloud behaves, which CBR_ECS_METADATA leads to.
    #[arg(long, value_name = "MODE", value_enum, default_value_t = Mode::Optional)]
    pub(super) metadata: Mode,

    /// How long the keys of the metadata service are good, such as 2s.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = time::span)]
    pub(super) metadata_keys: Duration,

    #[arg(long = "iam", value_name = "WHAT", value_parser = IamOption::parse,
          help = "Let the identity service (IAM) be unusual, such as several or expire=3; --help lists all",
          long_help = iam::help())]
    pub(super) iam: Vec<IamOption>,

    /// Let the clock of the service be ahead by that much, such as 20m, or behind, such as -20m.
    #[arg(long, value_name = "DURATION", default_value = "0ms", allow_hyphen_values = true, value_parser = skew)]
    pub(super) clock: SignedDuration,

    /// Compress answers for clients that accept it.
    #[arg(long)]
    pub(super) gzip: bool,

    /// What to run against the sandbox: the arguments of one `cbr` command.
    #[arg(last = true, value_name = "ARGS")]
    pub(super) command: Vec<OsString>,
}

impl SandboxArgs {
    /// The arguments of the command to run inside; none where there is no command.
    pub(crate) fn command(&self) -> &[OsString] {
        &self.command
    }

    /// Puts a flag before the command to run inside, if there is one.
    pub(crate) fn with_flag(mut self, flag: &str) -> Self {
        if !self.command.is_empty() {
            self.command.insert(0, flag.into());
        }
        self
    }
}

/// A duration with a sign.
fn skew(text: &str) -> Result<SignedDuration, String> {
    let (span, behind) = match text.strip_prefix('-') {
        Some(span) => (span, true),
        None => (text, false),
    };
    let ahead = SignedDuration::try_from(time::span(span)?).map_err(|error| error.to_string())?;
    Ok(if behind { -ahead } else { ahead })
}
