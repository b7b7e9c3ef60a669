//! The flags of `cbr sandbox`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;

use super::changes::Change;
use super::cloud::Cloud;
use super::faults::{self, Fault};
use super::inventory::{self, SourceFault};
use super::metadata::MetadataMode;
use super::throttle::Rate;
use super::tokens::{self, IamOption};
use crate::errors::UsageError;
use crate::text::number::whole;
use crate::time::{self, Moment};

/// Flags of the sandbox, and the command to run in it.
#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// Port to listen on, on loopback; 0 picks a free one.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true,
          value_parser = whole::<u16>(0..=65_535))]
    pub(super) port: u16,

    /// Number of backups in the account; about one in eleven is of a server.
    #[arg(long, value_name = "N", default_value_t = 1663, allow_negative_numbers = true,
          value_parser = whole::<u32>(0..=10_000_000))]
    pub(super) backups: u32,

    /// Serve several regions, projects and accounts on the port, each under the path /REGION
    ///
    /// The printed endpoint contains {region}, which stands for one of these regions:
    ///
    ///   sandbox-1  projects sandbox-1, and sandbox-1_team with N/10 backups
    ///   sandbox-2  projects sandbox-2, and sandbox-2_team with N/10 backups
    ///   sandbox-3  N/2 backups; sandbox-3_old is disabled, sandbox-3_denied answers 403
    ///   sandbox-4  every third listing is above the rate limit
    ///   sandbox-5  no backups
    ///   sandbox-6  status 500
    ///
    /// The project MOS is of no region. A second account has other projects sandbox-1 and
    /// sandbox-2. The log names the account and the access key of each request.
    #[arg(long, verbatim_doc_comment)]
    pub(super) regions: bool,

    /// Time of the newest backup; without it, minutes ago.
    ///
    /// A fixed time gives the same backups in every run: --epoch 2026-11-20. It does not change the
    /// clock of the service, which checks signatures and is sent as Date: see --clock.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = Moment::from_str)]
    pub(super) epoch: Option<Moment>,

    /// Delay before each response, such as 50ms.
    #[arg(long, value_name = "DURATION", default_value = "0ms", value_parser = time::span)]
    pub(super) latency: Duration,

    /// Append one line of JSON per request to this file; secrets are never logged.
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,

    #[arg(long = "fault", value_name = "FAULT", value_parser = Fault::parse,
          help = "Make listings fail, such as 503@2 or reset@3-; --help lists all faults",
          long_help = faults::help())]
    pub(super) faults: Vec<Fault>,

    #[arg(long = "source-fault", value_name = "FAULT", value_parser = SourceFault::parse,
          help = "Make vaults or other sources fail, such as vaults=403; --help lists all faults",
          long_help = inventory::help())]
    pub(super) source_faults: Vec<SourceFault>,

    /// Delete or insert backups just before a listing: delete=POS@WHEN, insert=POS@WHEN.
    ///
    /// POS is an index into the list of all backups at that moment, newest first, from 0. POS+LEN
    /// changes LEN backups. WHEN counts listings as for --fault. With --regions, the project of the
    /// listing changes; PROJECT:CHANGE selects one. May be repeated.
    #[arg(long = "change", value_name = "CHANGE", value_parser = Change::parse)]
    pub(super) changes: Vec<Change>,

    /// Reject requests above this rate, such as 60/1m, as the gateway does.
    #[arg(long, value_name = "N/DURATION", value_parser = Rate::parse)]
    pub(super) throttle: Option<Rate>,

    /// Delete and insert a few random backups before each listing except the first.
    #[arg(long, value_name = "SEED")]
    pub(super) churn: Option<u64>,

    /// Make one listing in five fail with a random transient error.
    #[arg(long, value_name = "SEED")]
    pub(super) chaos: Option<u64>,

    /// Behavior of the metadata service of a cloud server; CBR_ECS_METADATA sets its address.
    #[arg(long, value_name = "MODE", value_enum, default_value_t = MetadataMode::Optional)]
    pub(super) metadata: MetadataMode,

    /// Lifetime of the keys from the metadata service, such as 2s.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = time::span)]
    pub(super) metadata_keys: Duration,

    #[arg(long = "iam", value_name = "WHAT", value_parser = IamOption::parse,
          help = "Change how the identity service (IAM) behaves, such as several or expire=3; \
                  --help lists all",
          long_help = tokens::help())]
    pub(super) iam: Vec<IamOption>,

    /// Set the clock of the service ahead, such as 20m, or behind, such as -20m.
    #[arg(long, value_name = "DURATION", default_value = "0ms", allow_hyphen_values = true,
          value_parser = skew)]
    pub(super) clock: SignedDuration,

    /// Compress responses for clients that accept gzip.
    #[arg(long)]
    pub(super) gzip: bool,

    /// Open a shell with the settings of the sandbox in its environment; exit it to stop.
    ///
    /// Runs $SHELL, or sh if that is not set, and exits with its exit code.
    #[arg(long, conflicts_with = "command")]
    pub(super) shell: bool,

    /// Arguments of one `cbr` command to run against the sandbox.
    #[arg(last = true, value_name = "ARGS")]
    pub(super) command: Vec<OsString>,
}

impl SandboxArgs {
    pub(super) fn cloud(&self) -> Cloud {
        Cloud::new(self.regions)
    }

    /// Rejects flags for projects that are not served.
    pub(super) fn check(&self) -> Result<(), UsageError> {
        let targets = self.faults.iter().map(|fault| ("--fault", fault.target()));
        let targets = targets
            .chain(self.source_faults.iter().map(|fault| ("--source-fault", fault.target())))
            .chain(self.changes.iter().map(|change| ("--change", change.target())));
        for (flag, target) in targets {
            let is_served = self.cloud().served().any(|project| target.covers(project));
            if let Some(name) = target.name().filter(|_| !is_served) {
                let message = match self.regions {
                    false => format!("{flag} is for project {name}, which needs --regions"),
                    true => format!("{flag} is for project {name}, which has no listings"),
                };
                return Err(UsageError::new(message, "cbr sandbox"));
            }
        }
        Ok(())
    }

    /// Returns the arguments of the command to run inside; empty without a command.
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

/// Parses a duration with an optional minus sign.
fn skew(text: &str) -> Result<SignedDuration, String> {
    let (span, behind) = match text.strip_prefix('-') {
        Some(span) => (span, true),
        None => (text, false),
    };
    let ahead = SignedDuration::try_from(time::span(span)?).map_err(|error| error.to_string())?;
    Ok(if behind { -ahead } else { ahead })
}
