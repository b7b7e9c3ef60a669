//! Deliberate faults: `--fault WHAT[=VALUE]@WHEN`.
//!
//! A fault [replaces](ReplaceResponse) the response, makes its page
//! [inconsistent](Misbehavior), or [corrupts](CorruptBody) its body.

use std::fmt::Write as _;
use std::str::FromStr;

use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::changes::{ListNumber, When};
use super::faulty_response::{CorruptBody, ReplaceResponse};
use super::listing::Misbehavior;
use super::project::Target;
use crate::time;

/// One `--fault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    target: Target,
    what: What,
    when: When,
    /// Its text without `@WHEN`.
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    ReplaceResponse(ReplaceResponse),
    Misbehavior(Misbehavior),
    CorruptBody(CorruptBody),
}

impl Fault {
    /// Parses `WHAT@WHEN` or `WHAT=VALUE@WHEN`, for all projects or for `PROJECT:`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (target, text) = Target::split(text)?;
        let (what, when) = When::split(text)?;
        Ok(Self { target, what: parse_what(what)?, when, text: what.to_owned() })
    }

    /// Returns the projects that it applies to.
    pub(super) fn target(&self) -> Target {
        self.target
    }

    pub(super) fn is_due(&self, list: ListNumber) -> bool {
        list.is_due(self.target, self.when)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn replacement(&self) -> Option<&ReplaceResponse> {
        match &self.what {
            What::ReplaceResponse(replacement) => Some(replacement),
            What::Misbehavior(_) | What::CorruptBody(_) => None,
        }
    }

    pub(super) fn misbehavior(&self) -> Option<&Misbehavior> {
        match &self.what {
            What::Misbehavior(misbehavior) => Some(misbehavior),
            What::ReplaceResponse(_) | What::CorruptBody(_) => None,
        }
    }

    pub(super) fn corruption(&self) -> Option<&CorruptBody> {
        match &self.what {
            What::CorruptBody(corruption) => Some(corruption),
            What::ReplaceResponse(_) | What::Misbehavior(_) => None,
        }
    }
}

/// Syntax and effect of each fault.
const USAGES: [(&str, &str); 25] = [
    ("STATUS[=SECONDS]", "an error such as 401, 429 or 503, optionally with Retry-After"),
    ("auth500", "a failed authentication, reported as status 500"),
    ("reset", "close the connection without a response"),
    ("hang", "never respond"),
    ("redirect=URL", "status 302 with that Location"),
    ("html", "status 200 and a web page"),
    ("nested", "JSON nested 100000 levels deep"),
    ("huge=SIZE", "a listing of SIZE bytes, such as 500MB"),
    ("gzip-bomb[=SIZE]", "a small response that unpacks to SIZE (default 1GB)"),
    ("truncate", "close the connection in the middle of the body"),
    ("drip[=DURATION]", "send one byte per DURATION (default 200ms)"),
    ("invalid-json", "JSON that ends early"),
    ("invalid-utf8", "a byte that is not UTF-8"),
    ("gzip-broken", "a gzip body with some bytes changed"),
    ("count=N", "report N as the count"),
    ("no-count", "leave out the count"),
    ("count-page", "report the rows of the page as the count"),
    ("clamp=N", "return at most N rows per page"),
    ("end=N", "return no rows after the first N"),
    ("hide=N", "leave out the row at offset N, but count it"),
    ("repeat", "repeat the first row at the end of the page"),
    ("ignore-limit", "return 1000 rows for any limit"),
    ("ignore-offset", "return the first page for any offset"),
    ("wrap-offset", "return the first rows for any offset"),
    ("ignore-sort", "sort by id for any sort"),
];

/// Returns the help text of `--fault`.
pub(super) fn help() -> String {
    let mut help = "Make listings fail: WHAT[=VALUE]@WHEN. May be repeated.\n\n\
        WHEN counts the listings, from 1: 3, 2-4, 2- or * for all. With --regions, \
        PROJECT:WHAT@WHEN is for one project, and counts its listings only. WHAT is one of\n"
        .to_owned();
    for (usage, effect) in USAGES {
        // Writing to a string does not fail.
        let _ = write!(help, "\n  {usage:<18} {effect}");
    }
    help
}

/// Parses `WHAT` or `WHAT=VALUE`.
fn parse_what(text: &str) -> Result<What, String> {
    let (word, value) = match text.split_once('=') {
        Some((word, value)) => (word, Some(value)),
        None => (text, None),
    };
    Ok(match (word, value) {
        ("auth500", None) => What::ReplaceResponse(ReplaceResponse::FailedAuthentication),
        ("reset", None) => What::ReplaceResponse(ReplaceResponse::Reset),
        ("hang", None) => What::ReplaceResponse(ReplaceResponse::Hang),
        ("redirect", Some(url)) => What::ReplaceResponse(ReplaceResponse::Redirect(header(url)?)),
        ("html", None) => What::ReplaceResponse(ReplaceResponse::Html),
        ("nested", None) => What::ReplaceResponse(ReplaceResponse::Nested),
        ("huge", Some(bytes)) => What::ReplaceResponse(ReplaceResponse::Huge(parse_size(bytes)?)),
        ("gzip-bomb", bytes) => {
            What::ReplaceResponse(ReplaceResponse::GzipBomb(parse_size(bytes.unwrap_or("1GB"))?))
        }
        ("truncate", None) => What::CorruptBody(CorruptBody::Truncate),
        ("drip", time) => {
            What::CorruptBody(CorruptBody::Drip(time::span(time.unwrap_or("200ms"))?))
        }
        ("invalid-json", None) => What::CorruptBody(CorruptBody::InvalidJson),
        ("invalid-utf8", None) => What::CorruptBody(CorruptBody::InvalidUtf8),
        ("gzip-broken", None) => What::CorruptBody(CorruptBody::BrokenGzip),
        ("count", Some(count)) => What::Misbehavior(Misbehavior::Count(number(count)?)),
        ("no-count", None) => What::Misbehavior(Misbehavior::NoCount),
        ("count-page", None) => What::Misbehavior(Misbehavior::CountPage),
        ("clamp", Some(rows)) => What::Misbehavior(Misbehavior::Clamp(number(rows)?)),
        ("end", Some(rows)) => What::Misbehavior(Misbehavior::End(number(rows)?)),
        ("hide", Some(row)) => What::Misbehavior(Misbehavior::Hide(number(row)?)),
        ("repeat", None) => What::Misbehavior(Misbehavior::Repeat),
        ("ignore-limit", None) => What::Misbehavior(Misbehavior::IgnoreLimit),
        ("ignore-offset", None) => What::Misbehavior(Misbehavior::IgnoreOffset),
        ("wrap-offset", None) => What::Misbehavior(Misbehavior::WrapOffset),
        ("ignore-sort", None) => What::Misbehavior(Misbehavior::IgnoreSort),
        (status, seconds) => What::ReplaceResponse(ReplaceResponse::Error {
            status: error_status(status).ok_or_else(|| usage_of(word))?,
            retry_after: seconds.map(number).transpose()?,
        }),
    })
}

/// Returns the message for a fault that cannot be parsed.
fn usage_of(word: &str) -> String {
    let is_it = |(usage, _): &&(&str, &str)| usage.split(['=', '[']).next() == Some(word);
    match USAGES.iter().find(is_it) {
        Some((usage, _)) => format!("write this fault as {usage}@WHEN"),
        None => format!("unknown fault `{word}`; --help lists all faults"),
    }
}

fn error_status(text: &str) -> Option<StatusCode> {
    let status = StatusCode::from_bytes(text.as_bytes()).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not a valid number for this fault"))
}

fn header(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| format!("`{text}` is not a valid header value"))
}

/// Parses a number of bytes: `1000`, `64KB`, `500MB`, `2GB`, `16MiB`.
fn parse_size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let bytes = match unit {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err("a size is a whole number and KB, MB or GB, such as 500MB".to_owned()),
    };
    scaled(number, bytes)
}

/// Splits a text after its leading digits.
fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn scaled(number: &str, factor: u64) -> Result<u64, String> {
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| format!("`{number}` is too large, or not a number"))
}

/// Random transient faults of `--chaos`. Equal seeds give equal faults.
#[derive(Debug)]
pub(super) struct Chaos {
    seed: u64,
    faults: Vec<Fault>,
}

/// Transient faults: a client is expected to retry.
const TRANSIENT: [&str; 8] =
    ["429=0", "500", "502", "503", "504", "reset", "truncate", "invalid-json"];

/// One listing in this many fails.
const ONE_IN: usize = 5;

impl Chaos {
    pub(super) fn new(seed: u64) -> Self {
        let faults = TRANSIENT.iter().filter_map(|what| Fault::parse(&format!("{what}@*")).ok());
        Self { seed, faults: faults.collect() }
    }

    /// Returns the fault of that listing, if any.
    pub(super) fn fault_for(&self, list: u64) -> Option<&Fault> {
        let spread = list.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = fastrand::Rng::with_seed(self.seed ^ spread);
        self.faults.get(random.usize(0..TRANSIENT.len() * ONE_IN))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;

    /// Replaces placeholders by values.
    fn filled_in(usage: &str) -> String {
        [
            ("STATUS", "503"),
            ("SECONDS", "1"),
            ("URL", "http://x"),
            ("SIZE", "1KB"),
            ("DURATION", "1s"),
            ("=N", "=1"),
        ]
        .iter()
        .fold(usage.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    #[test]
    fn every_usage_is_parsed_with_and_without_its_option() {
        for (usage, _) in USAGES {
            let (required, optional) = usage.split_once('[').unwrap_or((usage, "]"));
            let required = filled_in(required);
            assert!(parse_what(&required).is_ok(), "{required}");
            let all = required.clone() + &filled_in(optional.trim_end_matches(']'));
            assert!(parse_what(&all).is_ok(), "{all}");
            if all == required {
                let (word, value) = required.split_once('=').unwrap_or((&required, ""));
                let wrong = if value.is_empty() { format!("{word}=1") } else { word.to_owned() };
                assert!(parse_what(&wrong).unwrap_err().contains(usage), "{wrong}");
            }
        }
    }

    #[test]
    fn values_are_parsed_or_rejected() {
        for (text, what) in [
            ("count=-1", What::Misbehavior(Misbehavior::Count(-1))),
            ("drip", What::CorruptBody(CorruptBody::Drip(Duration::from_millis(200)))),
            ("huge=500MB", What::ReplaceResponse(ReplaceResponse::Huge(500_000_000))),
            (
                "429=2",
                What::ReplaceResponse(ReplaceResponse::Error {
                    status: StatusCode::TOO_MANY_REQUESTS,
                    retry_after: Some(2),
                }),
            ),
        ] {
            assert_eq!(parse_what(text), Ok(what), "{text}");
        }
        for text in [
            "",
            "200",
            "302",
            "99",
            "600",
            "clamp=-1",
            "429=soon",
            "RESET",
            "drip=200",
            "redirect=\n",
        ] {
            assert!(parse_what(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_parsed_or_rejected() {
        let cases =
            [("1000", 1_000), ("64KB", 64_000), ("500MB", 500_000_000), ("16MiB", 16 << 20)];
        for (text, bytes) in cases {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "1TB", "1e9", "99999999999GB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn chaos_uses_every_fault_for_one_listing_in_five() {
        let chaos = Chaos::new(1);
        let failed: Vec<_> = (1..=10_000).filter_map(|list| chaos.fault_for(list)).collect();
        assert!((1800..2200).contains(&failed.len()), "{}", failed.len());
        let ways: HashSet<_> = failed.iter().map(|fault| fault.text()).collect();
        assert_eq!(ways, HashSet::from(TRANSIENT));
    }

    #[test]
    fn equal_seeds_give_equal_chaos() {
        let run = |seed| {
            let chaos = Chaos::new(seed);
            (1..100).map(|list| chaos.fault_for(list).cloned()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
