//! The metadata service of a cloud server (ECS): a session token, the keys of the server's agency,
//! and the server's region and project.
//!
//! The keys are always the same, and the security token contains its expiry. So the service has no
//! state.

use std::time::Duration;

use clap::ValueEnum;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::account::AGENCY_KEY;
use super::project::PROJECT_ID;
use super::request::{Metadata as Resource, ReceivedRequest};
use super::response::Reply;

const TOKEN: &str = "sandbox-token-of-the-metadata-service";
const TOKEN_HEADER: &str = "x-metadata-token";
const TOKEN_LIFE_HEADER: &str = "x-metadata-token-ttl-seconds";

/// Configuration of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MetadataMode {
    /// Issues session tokens, but does not require them.
    Optional,
    /// Requires a session token.
    Required,
    /// Does not know session tokens.
    WithoutToken,
    /// Has no keys, since the server has no agency.
    NoAgency,
}

/// The metadata service.
pub(super) struct Metadata {
    mode: MetadataMode,
    life: Duration,
}

impl Metadata {
    pub(super) fn new(mode: MetadataMode, life: Duration) -> Self {
        Self { mode, life }
    }

    pub(super) fn answer(
        &self,
        call: &ReceivedRequest,
        resource: Resource,
        now: Timestamp,
    ) -> Reply {
        let method = if resource == Resource::Token { Method::PUT } else { Method::GET };
        let text = |status, text: &str| Reply::new(status, "text/plain", text.as_bytes().to_vec());
        if call.method() != method
            || (resource == Resource::Token && self.mode == MetadataMode::WithoutToken)
        {
            return text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
                .with_header(ALLOW, HeaderValue::from_static("GET"));
        }
        let unauthorized = |reason| text(StatusCode::UNAUTHORIZED, reason);
        if resource == Resource::Token {
            let life = call.header(TOKEN_LIFE_HEADER).and_then(|life| life.parse::<u32>().ok());
            return match life {
                Some(1..=21_600) => text(StatusCode::OK, TOKEN),
                _ => text(StatusCode::BAD_REQUEST, "Bad Request"),
            };
        }
        match call.header(TOKEN_HEADER) {
            None if self.mode == MetadataMode::Required => return unauthorized("Unauthorized"),
            Some(token) if token != TOKEN => return unauthorized("Unauthorized"),
            _ => {}
        }
        if resource == Resource::Server {
            let region = "cn-north-4";
            let server = json!({"region_id": region, "project_id": PROJECT_ID, "name": "sandbox"});
            return Reply::json(server.to_string().into_bytes());
        }
        if self.mode == MetadataMode::NoAgency {
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
        Reply::json(keys.to_string().into_bytes())
    }
}

fn security_token(expires: Timestamp) -> String {
    let prefix = AGENCY_KEY.security_token.unwrap_or_default();
    format!("{prefix}{}", expires.as_microsecond())
}

/// Returns true if a security token belongs to the agency's keys and has not expired.
pub(super) fn is_valid(security_token: &str, now: Timestamp) -> bool {
    let prefix = AGENCY_KEY.security_token.unwrap_or_default();
    let expires = security_token.strip_prefix(prefix).and_then(|time| time.parse::<i64>().ok());
    expires.is_some_and(|expires| now.as_microsecond() < expires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_tokens_are_valid_until_their_expiry() {
        let time = |second| Timestamp::from_second(second).unwrap();
        let token = security_token(time(100));
        let cases = [
            (token.as_str(), 99, true),
            (token.as_str(), 100, false),
            ("sandbox-security-token-that-is-not-a-secret", 0, false),
            ("", 0, false),
        ];
        for (token, now, expected) in cases {
            assert_eq!(is_valid(token, time(now)), expected, "{token} {now}");
        }
    }
}
