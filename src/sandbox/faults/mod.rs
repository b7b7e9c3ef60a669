//! What goes wrong on purpose: `--fault WHAT[=VALUE]@WHEN`.
//!
//! A fault is one of three kinds: something else is answered [instead](Instead) of the listing, the
//! listing [lies](Lie), or it is [spoilt](Spoil) on its way.

mod chaos;
mod instead;
mod spoil;
mod words;

use super::list::Lie;
use super::when::When;

pub(super) use chaos::Chaos;
pub(super) use instead::{Instead, Outcome, throttled};
pub(super) use spoil::Spoil;
pub(super) use words::help;

/// One `--fault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    what: What,
    when: When,
    /// As it was written, without the time.
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Instead(Instead),
    Lie(Lie),
    Spoil(Spoil),
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

    pub(super) fn instead(&self) -> Option<&Instead> {
        match &self.what {
            What::Instead(instead) => Some(instead),
            What::Lie(_) | What::Spoil(_) => None,
        }
    }

    pub(super) fn lie(&self) -> Option<&Lie> {
        match &self.what {
            What::Lie(lie) => Some(lie),
            What::Instead(_) | What::Spoil(_) => None,
        }
    }

    pub(super) fn spoil(&self) -> Option<&Spoil> {
        match &self.what {
            What::Spoil(spoil) => Some(spoil),
            What::Instead(_) | What::Lie(_) => None,
        }
    }
}
