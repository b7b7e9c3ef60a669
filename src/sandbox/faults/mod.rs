//! Deliberate faults: `--fault WHAT[=VALUE]@WHEN`.
//!
//! A fault is one of three kinds: something else is answered [instead](ReplaceResponse) of the
//! listing, the listing [lies](Misbehavior), or it is [spoilt](CorruptBody) on its way.

mod chaos;
mod instead;
mod spoil;
mod words;

use super::list::Misbehavior;
use super::when::When;

pub(super) use chaos::Chaos;
pub(super) use instead::{Outcome, ReplaceResponse, throttled};
pub(super) use spoil::CorruptBody;
pub(super) use words::help;

/// One `--fault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    what: What,
    when: When,
    /// Its text, without the time.
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    ReplaceResponse(ReplaceResponse),
    Misbehavior(Misbehavior),
    CorruptBody(CorruptBody),
}

impl Fault {
    /// Parses `WHAT@WHEN` or `WHAT=VALUE@WHEN`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (what, when) = When::split(text)?;
        Ok(Self { what: words::parse(what)?, when, text: what.to_owned() })
    }

    pub(super) fn is_due(&self, list: u64) -> bool {
        self.when.covers(list)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn instead(&self) -> Option<&ReplaceResponse> {
        match &self.what {
            What::ReplaceResponse(instead) => Some(instead),
            What::Misbehavior(_) | What::CorruptBody(_) => None,
        }
    }

    pub(super) fn lie(&self) -> Option<&Misbehavior> {
        match &self.what {
            What::Misbehavior(lie) => Some(lie),
            What::ReplaceResponse(_) | What::CorruptBody(_) => None,
        }
    }

    pub(super) fn spoil(&self) -> Option<&CorruptBody> {
        match &self.what {
            What::CorruptBody(spoil) => Some(spoil),
            What::ReplaceResponse(_) | What::Misbehavior(_) => None,
        }
    }
}
