//! Deliberate faults of the sources: `--source-fault SOURCE=WHAT@WHEN`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;

use crate::sandbox::changes::When;
use crate::sandbox::faulty_response::{CorruptBody, ReplaceResponse};
use crate::sandbox::project::{Project, ProjectKey, Target};
use crate::sandbox::request::Source;

/// One `--source-fault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct SourceFault {
    target: Target,
    source: &'static str,
    effect: Effect,
    when: When,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Effect {
    /// An error instead of the page.
    Error(StatusCode),
    /// The connection is closed in the middle of the page.
    Truncate,
    /// Only the first half of the page, although more rows follow.
    Short,
    /// Pages begin with the last row of the previous one.
    Repeat,
}

/// Syntax and effect of each fault.
const USAGES: [(&str, &str); 4] = [
    ("STATUS", "an error such as 403 or 500"),
    ("truncate", "close the connection in the middle of the body"),
    ("short", "return half of each page, although more rows follow"),
    ("repeat", "begin each page with the last row of the previous one"),
];

/// Returns the help text of `--source-fault`.
pub(in crate::sandbox) fn help() -> String {
    let mut help = format!(
        "Make a source beside the backups fail: SOURCE=WHAT[@WHEN]. May be repeated.\n\n\
         SOURCE is one of {}. WHEN counts the requests to this source, as for --fault (default: \
         all). With --regions, PROJECT:SOURCE=WHAT@WHEN is for one project. WHAT is one of\n",
        Source::NAMES.join(", ")
    );
    for (usage, effect) in USAGES {
        // Writing to a string does not fail.
        let _ = write!(help, "\n  {usage:<18} {effect}");
    }
    help
}

impl SourceFault {
    /// Parses `SOURCE=WHAT@WHEN` or `SOURCE=WHAT`, for all projects or for `PROJECT:`.
    pub(in crate::sandbox) fn parse(text: &str) -> Result<Self, String> {
        let (target, text) = Target::split(text)?;
        let (what, when) = match text.contains('@') {
            true => When::split(text)?,
            false => (text, When::ALWAYS),
        };
        let (source, effect) = what.split_once('=').unwrap_or((what, ""));
        let known = Source::NAMES.into_iter().find(|name| *name == source);
        let unknown = || {
            let names = Source::NAMES.join(", ");
            format!("unknown source `{source}`; use SOURCE=WHAT@WHEN with one of {names}")
        };
        Ok(Self {
            target,
            source: known.ok_or_else(unknown)?,
            effect: Effect::parse(effect)?,
            when,
            text: what.to_owned(),
        })
    }

    /// Returns the projects that it applies to.
    pub(in crate::sandbox) fn target(&self) -> Target {
        self.target
    }

    pub(in crate::sandbox) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the response that replaces the page.
    pub(in crate::sandbox) fn replacement(&self) -> Option<ReplaceResponse> {
        match self.effect {
            Effect::Error(status) => Some(ReplaceResponse::Error { status, retry_after: None }),
            Effect::Truncate | Effect::Short | Effect::Repeat => None,
        }
    }

    /// Returns the corruption of the body.
    pub(in crate::sandbox) fn corruption(&self) -> Option<CorruptBody> {
        (self.effect == Effect::Truncate).then_some(CorruptBody::Truncate)
    }

    pub(super) fn shortens_pages(&self) -> bool {
        self.effect == Effect::Short
    }

    pub(super) fn repeats_rows(&self) -> bool {
        self.effect == Effect::Repeat
    }
}

impl Effect {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "truncate" => Self::Truncate,
            "short" => Self::Short,
            "repeat" => Self::Repeat,
            status => {
                let status = StatusCode::from_bytes(status.as_bytes()).ok();
                let is_error =
                    |status: &StatusCode| status.is_client_error() || status.is_server_error();
                let usages = USAGES.map(|(usage, _)| usage).join(", ");
                let unknown = || format!("unknown fault `{text}`; use one of {usages}");
                Self::Error(status.filter(is_error).ok_or_else(unknown)?)
            }
        })
    }
}

/// All `--source-fault` flags, and the number of requests to each source.
#[derive(Debug)]
pub(in crate::sandbox) struct SourceFaults {
    faults: Vec<SourceFault>,
    /// By source, for all projects and for each.
    requests: Mutex<BTreeMap<(&'static str, Option<ProjectKey>), u64>>,
}

impl SourceFaults {
    pub(in crate::sandbox) fn new(faults: &[SourceFault]) -> Self {
        Self { faults: faults.to_vec(), requests: Mutex::default() }
    }

    /// Counts a request, and returns the fault that is due.
    pub(in crate::sandbox) fn arrive(
        &self,
        source: Source<'_>,
        project: Option<&Project>,
    ) -> Option<&SourceFault> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = |key| {
            let number = requests.entry((source.name(), key)).or_default();
            *number += 1;
            *number
        };
        let overall = next(None);
        let of_project = project.map(|project| (project, next(Some(project.key))));
        let is_due = |fault: &&SourceFault| match (fault.target.name(), of_project) {
            (None, _) => fault.when.covers(overall),
            (Some(_), Some((project, number))) => {
                fault.target.covers(project) && fault.when.covers(number)
            }
            (Some(_), None) => false,
        };
        self.faults.iter().filter(|fault| fault.source == source.name()).find(is_due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_parsed_or_rejected() {
        for (text, source, effect, covered) in [
            ("vaults=403", "vaults", Effect::Error(StatusCode::FORBIDDEN), [true, true]),
            ("policies=truncate@2", "policies", Effect::Truncate, [false, true]),
            ("protectables=short@*", "protectables", Effect::Short, [true, true]),
            ("operation-logs=repeat@2-", "operation-logs", Effect::Repeat, [false, true]),
        ] {
            let fault = SourceFault::parse(text).unwrap();
            assert_eq!((fault.source, &fault.effect), (source, &effect), "{text}");
            assert_eq!([1, 2].map(|number| fault.when.covers(number)), covered, "{text}");
        }
        for text in ["", "vaults", "vaults=", "vaults=200", "backups=403", "vaults=403@0"] {
            assert!(SourceFault::parse(text).is_err(), "{text}");
        }
    }
}
