//! The tokens that logins gave, and what else IAM has to remember.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use jiff::Timestamp;

use super::options::IamOption;
use crate::sandbox::account::{PROJECTS, Project, TOKEN};

/// A token, and what it is good for.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    /// The account as a whole where there is none.
    pub(super) project: Option<Project>,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// How many requests are left.
    left: u64,
}

/// Everything that changes while the sandbox runs.
#[derive(Debug)]
pub(in crate::sandbox) struct Tokens {
    uses: u64,
    lifetime: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    issued: Vec<Token>,
    /// Wrong passwords in a row.
    failures: u32,
    /// What fails, and how often yet.
    failing: Option<(StatusCode, u64)>,
}

/// A day, as the documentation says.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Tokens {
    pub(super) fn new(quirks: &[IamOption]) -> Self {
        let (mut uses, mut lifetime, mut state) = (u64::MAX, LIFETIME, State::default());
        for quirk in quirks {
            match quirk {
                IamOption::Expire(requests) => uses = *requests,
                IamOption::Lifetime(span) => lifetime = *span,
                IamOption::Fail(status, requests) => state.failing = Some((*status, *requests)),
                _ => {}
            }
        }
        Self { uses, lifetime, state: Mutex::new(state) }
    }

    /// Whether a token is good for one request more, which it then was used for.
    pub(in crate::sandbox) fn admit(&self, text: &str, now: Timestamp) -> bool {
        if text == TOKEN {
            return true;
        }
        let mut state = self.lock();
        let token = state.issued.iter_mut().find(|token| token.text == text);
        let Some(token) = token.filter(|token| token.left > 0 && token.expires_at > now) else {
            return false;
        };
        token.left -= 1;
        true
    }

    /// What a token is good for; the fixed one is for the project whose backups are listed.
    pub(super) fn describe(&self, text: &str) -> Option<Token> {
        if text == TOKEN {
            let issued_at = Timestamp::now();
            return Some(self.token(text.to_owned(), Some(PROJECTS[0]), issued_at));
        }
        self.lock().issued.iter().find(|token| token.text == text).cloned()
    }

    /// A new token. That the login was right ends a row of failures.
    pub(super) fn issue(&self, project: Option<Project>, now: Timestamp) -> Token {
        let mut state = self.lock();
        state.failures = 0;
        let text = format!("{TOKEN}-{}", state.issued.len() + 1);
        let token = self.token(text, project, now);
        state.issued.push(token.clone());
        token
    }

    fn token(&self, text: String, project: Option<Project>, issued_at: Timestamp) -> Token {
        let expires_at = issued_at.checked_add(self.lifetime).unwrap_or(issued_at);
        Token { text, project, issued_at, expires_at, left: self.uses }
    }

    pub(super) fn note_failure(&self) {
        self.lock().failures += 1;
    }

    pub(super) fn failures(&self) -> u32 {
        self.lock().failures
    }

    /// The error that is due for this request.
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
