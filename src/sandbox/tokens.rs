//! Tokens issued by logins, other state of IAM, and the options of `--iam`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use jiff::Timestamp;

use super::account::Account;
use super::cloud::Cloud;
use super::project::Project;
use crate::time;

/// A token with its scope and lifetime.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) account: &'static Account,
    /// `None` is the account as a whole.
    pub(super) project: Option<Project>,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Number of requests left.
    left: u64,
}

/// Issued tokens and failures.
#[derive(Debug)]
pub(super) struct Tokens {
    cloud: Cloud,
    uses: u64,
    lifetime: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    issued: Vec<Token>,
    /// Number of consecutive wrong passwords, by id of the user.
    failures: BTreeMap<&'static str, u32>,
    /// Status of the next requests, and how many still fail.
    failing: Option<(StatusCode, u64)>,
}

/// Default lifetime of a token: a day, as documented.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Tokens {
    pub(super) fn new(cloud: Cloud, options: &[IamOption]) -> Self {
        let (mut uses, mut lifetime, mut state) = (u64::MAX, LIFETIME, State::default());
        for option in options {
            match option {
                IamOption::Expire(requests) => uses = *requests,
                IamOption::Lifetime(span) => lifetime = *span,
                IamOption::Fail(status, requests) => state.failing = Some((*status, *requests)),
                _ => {}
            }
        }
        Self { cloud, uses, lifetime, state: Mutex::new(state) }
    }

    /// Uses a token for one request, and returns it if it is valid.
    pub(super) fn admit(&self, text: &str, now: Timestamp) -> Option<Token> {
        if let Some(fixed) = self.fixed(text) {
            return Some(fixed);
        }
        let mut state = self.lock();
        let token = state.issued.iter_mut().find(|token| token.text == text);
        let token = token.filter(|token| token.left > 0 && token.expires_at > now)?;
        token.left -= 1;
        Some(token.clone())
    }

    /// Returns a token's description.
    pub(super) fn describe(&self, text: &str) -> Option<Token> {
        let issued = || self.lock().issued.iter().find(|token| token.text == text).cloned();
        self.fixed(text).or_else(issued)
    }

    /// Returns the fixed token of an account, which is for its first project.
    fn fixed(&self, text: &str) -> Option<Token> {
        let account = self.cloud.accounts().find(|account| account.token == text)?;
        let project = self.cloud.projects(account).next().copied();
        Some(self.token(text.to_owned(), account, project, Timestamp::now()))
    }

    /// Issues a token, and resets the number of failures of its user.
    pub(super) fn issue(
        &self,
        account: &'static Account,
        project: Option<Project>,
        now: Timestamp,
    ) -> Token {
        let mut state = self.lock();
        state.failures.remove(account.user.id);
        let text = format!("{}-{}", account.token, state.issued.len() + 1);
        let token = self.token(text, account, project, now);
        state.issued.push(token.clone());
        token
    }

    fn token(
        &self,
        text: String,
        account: &'static Account,
        project: Option<Project>,
        issued_at: Timestamp,
    ) -> Token {
        let expires_at = issued_at.checked_add(self.lifetime).unwrap_or(issued_at);
        Token { text, account, project, issued_at, expires_at, left: self.uses }
    }

    /// Counts a wrong password for the user of an account.
    pub(super) fn note_failure(&self, account: &'static Account) {
        *self.lock().failures.entry(account.user.id).or_default() += 1;
    }

    /// Returns the number of consecutive wrong passwords for the user of an account.
    pub(super) fn failures(&self, account: &Account) -> u32 {
        self.lock().failures.get(account.user.id).copied().unwrap_or_default()
    }

    /// Returns the status with which this request must fail, if any.
    pub(super) fn failure(&self) -> Option<StatusCode> {
        let mut state = self.lock();
        let (status, left) = state.failing.as_mut().filter(|(_, left)| *left > 0)?;
        *left -= 1;
        Some(*status)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One `--iam` option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IamOption {
    /// The user cannot list the projects of the account.
    Forbidden,
    /// No project is named like the region.
    None,
    /// Two projects are named like the region.
    Several,
    /// The user is locked.
    Locked,
    /// The catalog is empty.
    NoCatalog,
    /// Number of requests that a token is valid for.
    Expire(u64),
    /// Lifetime of a token.
    Lifetime(Duration),
    /// The first requests fail with this status.
    Fail(StatusCode, u64),
}

/// Syntax and effect of each option.
const USAGES: [(&str, &str); 8] = [
    ("forbidden", "the user cannot list all projects, only their own"),
    ("none", "no project is named like the region"),
    ("several", "two projects are named like the region"),
    ("locked", "the user is locked"),
    ("no-catalog", "the response to a login has no service catalog"),
    ("expire=N", "a token from a login is valid for N requests"),
    ("lifetime=DURATION", "a token from a login is valid this long (default 24h)"),
    ("STATUS=N", "the first N requests fail, such as 503=1"),
];

/// Returns the help text of `--iam`.
pub(super) fn help() -> String {
    let mut help = "Change how the identity service (IAM) behaves: WHAT[=VALUE]. May be \
                    repeated.\n\nWHAT is one of\n"
        .to_owned();
    for (usage, effect) in USAGES {
        // Writing to a string does not fail.
        let _ = write!(help, "\n  {usage:<18} {effect}");
    }
    help
}

impl IamOption {
    /// Parses `WHAT` or `WHAT=VALUE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
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
    format!("unknown value `{text}`; use one of {}", usages.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usage_is_parsed_and_others_are_rejected() {
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
