//! The words of the faults.

use std::fmt::Write as _;
use std::str::FromStr;

use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::What;
use super::instead::ReplaceResponse;
use super::spoil::CorruptBody;
use crate::sandbox::list::Misbehavior;
use crate::sandbox::size;
use crate::time;

/// How each fault is written, and what it does.
const USAGES: [(&str, &str); 25] = [
    ("STATUS[=SECONDS]", "an error such as 401, 429 or 503, with that Retry-After"),
    ("auth500", "a failed authentication, as an error 500"),
    ("reset", "the connection ends without an answer"),
    ("hang", "no answer, ever"),
    ("redirect=URL", "status 302 to another place"),
    ("html", "status 200 and a web page"),
    ("nested", "JSON that is 100000 levels deep"),
    ("huge=SIZE", "a listing of that many bytes, such as 500MB"),
    ("gzip-bomb[=SIZE]", "a small answer that unpacks to that size, else 1GB"),
    ("truncate", "the connection ends in the middle of the answer"),
    ("drip[=DURATION]", "one byte in that time, else in 200ms"),
    ("invalid-json", "JSON that ends too early"),
    ("invalid-utf8", "a byte that is no text"),
    ("gzip-broken", "a compressed answer with some bytes changed"),
    ("count=N", "that count, whatever the truth"),
    ("no-count", "no count"),
    ("count-page", "a count of the rows on the page alone"),
    ("clamp=N", "never more than that many rows on a page"),
    ("end=N", "nothing after that many rows, whatever the count"),
    ("hide=N", "the row at that offset is counted, and never there"),
    ("repeat", "the first row of the page once more at its end"),
    ("ignore-limit", "1000 rows, whatever the limit"),
    ("ignore-offset", "the first page, whatever the offset"),
    ("wrap-offset", "the first rows, as many as there are at the offset"),
    ("ignore-sort", "rows by id, whatever the sort"),
];

/// The help text of `--fault`.
pub(in crate::sandbox) fn help() -> String {
    let mut help = "Let listings go wrong: WHAT[=VALUE]@WHEN, may repeat.\n\n\
        WHEN counts the listings that arrive, from 1: 3, 2-4, 2- or * for all. WHAT is one of\n"
        .to_owned();
    for (usage, effect) in USAGES {
        // Writing to a string does not fail.
        let _ = write!(help, "\n  {usage:<18} {effect}");
    }
    help
}

/// Parses `WHAT` or `WHAT=VALUE`.
pub(super) fn parse(text: &str) -> Result<What, String> {
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
        ("huge", Some(bytes)) => What::ReplaceResponse(ReplaceResponse::Huge(size::parse(bytes)?)),
        ("gzip-bomb", bytes) => {
            What::ReplaceResponse(ReplaceResponse::GzipBomb(size::parse(bytes.unwrap_or("1GB"))?))
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

/// What to say about a fault that cannot be read.
fn usage_of(word: &str) -> String {
    let is_it = |(usage, _): &&(&str, &str)| usage.split(['=', '[']).next() == Some(word);
    match USAGES.iter().find(is_it) {
        Some((usage, _)) => format!("that fault is written {usage}@WHEN"),
        None => format!("there is no fault `{word}`; --help lists them"),
    }
}

fn error_status(text: &str) -> Option<StatusCode> {
    let status = StatusCode::from_bytes(text.as_bytes()).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number that makes sense here"))
}

fn header(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| format!("`{text}` cannot stand in a header"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Replaces the names of values by values.
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
    fn every_usage_is_understood_with_and_without_what_is_optional() {
        for (usage, _) in USAGES {
            let (required, optional) = usage.split_once('[').unwrap_or((usage, "]"));
            let required = filled_in(required);
            assert!(parse(&required).is_ok(), "{required}");
            let all = required.clone() + &filled_in(optional.trim_end_matches(']'));
            assert!(parse(&all).is_ok(), "{all}");
            if all == required {
                let (word, value) = required.split_once('=').unwrap_or((&required, ""));
                let wrong = if value.is_empty() { format!("{word}=1") } else { word.to_owned() };
                assert!(parse(&wrong).unwrap_err().contains(usage), "{wrong}");
            }
        }
    }

    #[test]
    fn values() {
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
            assert_eq!(parse(text), Ok(what), "{text}");
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
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
