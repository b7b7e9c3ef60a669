//! The words of `--iam`.

use std::fmt::Write as _;
use std::time::Duration;

use hyper::StatusCode;

use crate::time;

/// What is unusual about the sandbox's IAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum IamOption {
    /// Nobody may list the projects of the account.
    Forbidden,
    /// No project has the name of the region.
    None,
    /// Two projects have it.
    Several,
    /// The user is locked.
    Locked,
    /// There is no catalogue.
    NoCatalog,
    /// How many requests a token is good for.
    Expire(u64),
    /// How long a token is good for, as its answer says.
    Lifetime(Duration),
    /// The first so many requests fail like that.
    Fail(StatusCode, u64),
}

/// How each is written, and what it does.
const USAGES: [(&str, &str); 8] = [
    ("forbidden", "the user may not list projects, only those of their own"),
    ("none", "no project has the name of the region"),
    ("several", "two projects have the name of the region"),
    ("locked", "the user is locked"),
    ("no-catalog", "the answer to a login does not say where the services are"),
    ("expire=N", "a token from a login is good for so many requests"),
    ("lifetime=DURATION", "a token from a login is good for so long, else 24h"),
    ("STATUS=N", "the first so many requests fail, such as 503=1"),
];

/// The help text of `--iam`.
pub(in crate::sandbox) fn help() -> String {
    let mut help =
        "Let the identity service (IAM) be unusual: WHAT[=VALUE], may repeat.\n\nWHAT is one of\n"
            .to_owned();
    for (usage, effect) in USAGES {
        // Writing to a string does not fail.
        let _ = write!(help, "\n  {usage:<18} {effect}");
    }
    help
}

impl IamOption {
    /// Parses `WHAT` or `WHAT=VALUE`.
    pub(in crate::sandbox) fn parse(text: &str) -> Result<Self, String> {
        let number =
            |text: &str| text.parse().map_err(|_| format!("`{text}` is not a number of requests"));
        Ok(match text.split_once('=') {
            None => match text {
                "forbidden" => Self::Forbidden,
                "none" => Self::None,
                "several" => Self::Several,
                "locked" => Self::Locked,
                "no-catalog" => Self::NoCatalog,
                _ => return Err(unknown(text)),
            },
            Some(("expire", requests)) => Self::Expire(number(requests)?),
            Some(("lifetime", span)) => Self::Lifetime(time::span(span)?),
            Some((status, requests)) => {
                let status = StatusCode::from_bytes(status.as_bytes())
                    .ok()
                    .filter(|status| status.is_client_error() || status.is_server_error());
                Self::Fail(status.ok_or_else(|| unknown(text))?, number(requests)?)
            }
        })
    }
}

fn unknown(text: &str) -> String {
    let usages: Vec<_> = USAGES.iter().map(|(usage, _)| *usage).collect();
    format!("`{text}` is none of {}", usages.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usage_is_understood_and_others_are_not() {
        let values = [("=N", "=3"), ("DURATION", "2m"), ("STATUS", "503")];
        for (usage, _) in USAGES {
            let text = values
                .iter()
                .fold(usage.to_owned(), |text, (name, value)| text.replace(name, value));
            assert!(IamOption::parse(&text).is_ok(), "{text}");
        }
        for text in ["", "expire", "expire=soon", "lifetime=2", "200=1", "fire=1", "none=1"] {
            assert!(IamOption::parse(text).is_err(), "{text}");
        }
    }
}
