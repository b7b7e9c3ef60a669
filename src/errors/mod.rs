//! Maps every failure to its exit code, message and hint.
//!
//! | module | what it owns |
//! |---|---|
//! | [`exit`], [`code`] | exit codes, and the finer words for scripts |
//! | [`kind`] | the table of failures: code, diagnosis and hint of each kind |
//! | [`hints`] | hints that depend on more than the kind |
//! | [`diagnosis`], [`diagnosis_kind`] | the cause of a failure in the terms of the settings, and its word |
//! | [`usage`] | usage errors, also those of clap |
//! | [`report`](mod@report) | what is printed |

mod code;
pub(crate) mod diagnosis;
mod diagnosis_kind;
mod exit;
mod hints;
mod kind;
mod report;
mod usage;

use std::io::{self, ErrorKind};

pub(crate) use code::ErrorCode;
use diagnosis::Diagnosed;
pub(crate) use exit::Exit;
pub(crate) use hints::clock_difference;
use kind::FailureKind;
pub(crate) use report::{message, report};
pub(crate) use usage::UsageError;

/// No backup matches, with `--fail-on-empty`.
#[derive(Debug, thiserror::Error)]
#[error("no backup matches")]
pub(crate) struct NoBackups;

/// No backup has this name or prefix of an id.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoSuchBackup(pub(crate) String);

/// Resources or vaults may be missing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Incomplete(pub(crate) String);

/// Some targets failed and are missing from the output, with `--partial`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct PartialList(pub(crate) String);

/// A condition of a flag is met, such as `--fail-on`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ConditionMet(pub(crate) String);

/// Nothing has the given name.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UnknownName(pub(crate) String);

/// Classification of a failure.
pub(crate) struct Verdict {
    kind: FailureKind,
    /// The word for scripts, with the exit code.
    pub(crate) code: ErrorCode,
    /// The remedy, if one is known.
    pub(crate) hint: Option<String>,
}

impl Verdict {
    /// Classifies a failure.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if let Some(Diagnosed { error, hint }) = error.downcast_ref() {
            let verdict = Self::of(error);
            let hint = hint.clone().or(verdict.hint);
            return Self { hint, ..verdict };
        }
        let kind = FailureKind::of(error);
        Self { kind, code: kind.code(), hint: kind.hint(error) }
    }
}

/// Returns the exit code of a failure.
pub(crate) fn exit_for(error: &anyhow::Error) -> Exit {
    if is_closed_pipe(error) { Exit::Done } else { Verdict::of(error).code.exit() }
}

/// Returns true if a flag turned a proven outcome into this failure.
pub(crate) fn is_verdict(error: &anyhow::Error) -> bool {
    error.is::<NoBackups>() || error.is::<ConditionMet>()
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    is_caused_by(error, ErrorKind::BrokenPipe)
}

fn is_caused_by(error: &anyhow::Error, wanted: ErrorKind) -> bool {
    let failures = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    failures.map(io::Error::kind).any(|kind| kind == wanted)
}
