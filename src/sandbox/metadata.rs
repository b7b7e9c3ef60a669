//! The metadata service of a server in the cloud (ECS): a session token, the keys of the server's
//! agency, and where the server is.
//!
//! The keys are the same each time, and their security token says until when it is good: nothing
//! has to be remembered.

use std::time::Duration;

use clap::ValueEnum;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::account::{AGENCY_KEY, PROJECT_ID};
use super::request::{Call, Metadata as Asked};
use super::response::Answer;

const TOKEN: &str = "sandbox-token-of-the-metadata-service";
const TOKEN_HEADER: &str = "x-metadata-token";
const TOKEN_LIFE_HEADER: &str = "x-metadata-token-ttl-seconds";

/// How the service was set up for its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// Gives session tokens, and answers without one too.
    Optional,
    /// Answers with a session token only.
    Required,
    /// Is of a time before session tokens.
    WithoutToken,
    /// Has no keys: the server has no agency.
    NoAgency,
}

/// The service.
pub(super) struct Metadata {
    mode: Mode,
    life: Duration,
}

impl Metadata {
    pub(super) fn new(mode: Mode, life: Duration) -> Self {
        Self { mode, life }
    }

    pub(super) fn answer(&self, call: &Call, asked: Asked, now: Timestamp) -> Answer {
        let method = if asked == Asked::Token { Method::PUT } else { Method::GET };
        let text = |status, text: &str| Answer::new(status, "text/plain", text.as_bytes().to_vec());
        if call.method() != method || (asked == Asked::Token && self.mode == Mode::WithoutToken) {
            return text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
                .with_header(ALLOW, HeaderValue::from_static("GET"));
        }
        let unauthorized = |reason| text(StatusCode::UNAUTHORIZED, reason);
        if asked == Asked::Token {
            let life = call.header(TOKEN_LIFE_HEADER).and_then(|life| life.parse::<u32>().ok());
            return match life {
                Some(1..=21_600) => text(StatusCode::OK, TOKEN),
                _ => text(StatusCode::BAD_REQUEST, "Bad Request"),
            };
        }
        match call.header(TOKEN_HEADER) {
            None if self.mode == Mode::Required => return unauthorized("Unauthorized"),
            Some(token) if token != TOKEN => return unauthorized("Unauthorized"),
            _ => {}
        }
        if asked == Asked::Server {
            let region = "cn-north-4";
            let server = json!({"region_id": region, "project_id": PROJECT_ID, "name": "sandbox"});
            return Answer::json(server.to_string().into_bytes());
        }
        if self.mode == Mode::NoAgency {
            return unauthorized("Please configure Cloud Service Agency first");
        }
        let life = SignedDuration::try_from(self.life).unwrap_or(SignedDuration::ZERO);
        let expires = now.checked_add(life).unwrap_or(now);
        let keys = json!({"credential": {
            "access": AGENCY_KEY.id,
            "secret": AGENCY_KEY.secret,
            "securitytoken": security_token(expires),
            "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        }});
        Answer::json(keys.to_string().into_bytes())
    }
}

fn security_token(expires: Timestamp) -> String {
    let prefix = AGENCY_KEY.security_token.unwrap_or_default();
    format!("{prefix}{}", expires.as_microsecond())
}

/// Whether a security token goes with the keys of the agency, and is good at that time.
pub(super) fn is_good(security_token: &str, now: Timestamp) -> bool {
    let prefix = AGENCY_KEY.security_token.unwrap_or_default();
    let expires = security_token.strip_prefix(prefix).and_then(|time| time.parse::<i64>().ok());
    expires.is_some_and(|expires| now.as_microsecond() < expires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_security_token_is_good_until_its_time() {
        let time = |second| Timestamp::from_second(second).unwrap();
        let token = security_token(time(100));
        let cases = [
            (token.as_str(), 99, true),
            (token.as_str(), 100, false),
            ("sandbox-security-token-that-is-not-a-secret", 0, false),
            ("", 0, false),
        ];
        for (token, now, expected) in cases {
            assert_eq!(is_good(token, time(now)), expected, "{token} {now}");
        }
    }
}
