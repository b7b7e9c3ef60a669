//! Requests the keys of the server's agency from the metadata service of a cloud server (ECS).
//!
//! First requests a session token, which servers can require; a service without tokens is used
//! without one. Outside the cloud nothing answers. This must be detected quickly and is not a
//! failure. No proxy is used, since it would reach another server. Answers are never shown.
//!
//! Sources: "Obtaining ECS Metadata" in the ECS API reference; the vendor's SDK.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::ApiError;
use super::request_log::{Entry, RequestLog};
use super::silence::Silence;
use super::transport::Transport;
use crate::settings::{Credentials, MetadataAddress, Server};
use crate::text::secret::Secret;

/// Time limit for connecting. The service is on the server's own host.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// Time limit for all requests together.
const TIMEOUT: Duration = Duration::from_secs(2);

const TOKEN: &str = "/meta-data/latest/api/token";
const KEYS: &str = "/openstack/latest/securitykey";
const SERVER: &str = "/openstack/latest/meta_data.json";

/// Longest lifetime of a session token, in seconds. A new one is requested each time.
const TOKEN_LIFE: &str = "21600";

/// Message of the service if the server has no agency.
const NO_AGENCY: &str = "Please configure Cloud Service Agency first";

/// A client of the metadata service.
pub(crate) struct MetadataService {
    transport: Transport,
    address: MetadataAddress,
    log: Arc<RequestLog>,
}

/// Keys with an expiry time.
#[derive(Debug, Clone)]
pub(crate) struct ExpiringKeys {
    pub(crate) credentials: Credentials,
    /// `None` if the service does not report it.
    pub(crate) expires: Option<Timestamp>,
}

/// An answer of any status.
struct Reply {
    status: StatusCode,
    body: String,
}

/// The answer with keys, in either of its two documented forms.
#[derive(Deserialize)]
struct Keys {
    #[serde(alias = "credentials")]
    credential: Key,
}

#[derive(Deserialize)]
struct Key {
    #[serde(alias = "access_key_id")]
    access: String,
    #[serde(alias = "secret_access_key")]
    secret: String,
    #[serde(alias = "security_token")]
    securitytoken: String,
    #[serde(alias = "expiration")]
    expires_at: Option<String>,
}

#[derive(Default, Deserialize)]
struct About {
    region_id: Option<String>,
    project_id: Option<String>,
}

impl MetadataService {
    /// Creates a client without sending anything.
    ///
    /// # Errors
    ///
    /// None that are known.
    pub(crate) fn new(address: MetadataAddress, log: Arc<RequestLog>) -> Result<Self, ApiError> {
        Ok(Self { transport: Transport::plain(CONNECT_TIMEOUT)?, address, log })
    }

    /// Requests keys, region and project of this server, and the expiry of the keys.
    ///
    /// # Errors
    ///
    /// The reason for having no keys, as a message for the user.
    pub(crate) async fn server(&self) -> Result<(Server, Option<Timestamp>), String> {
        let end = Instant::now() + TIMEOUT;
        let token = self.token(end).await?;
        let ExpiringKeys { credentials, expires } = self.keys_with(token.as_ref(), end).await?;
        let about = self.get(SERVER, token.as_ref(), end).await.ok();
        let about = about.and_then(|reply| serde_json::from_str::<About>(&reply.body).ok());
        let About { region_id: region, project_id } = about.unwrap_or_default();
        Ok((Server { credentials, region, project_id }, expires))
    }

    /// Requests fresh keys.
    ///
    /// # Errors
    ///
    /// The reason for having no keys, as a message for the user.
    pub(super) async fn keys(&self) -> Result<ExpiringKeys, String> {
        let end = Instant::now() + TIMEOUT;
        self.keys_with(self.token(end).await?.as_ref(), end).await
    }

    /// Requests a session token; `None` if the service has none.
    async fn token(&self, end: Instant) -> Result<Option<Secret>, String> {
        let headers = [("X-Metadata-Token-Ttl-Seconds", TOKEN_LIFE), ("Content-Length", "0")];
        let Reply { status, body } = self.send(Method::PUT, TOKEN, &headers, end).await?;
        Ok((status == StatusCode::OK).then(|| Secret::new(body.trim().to_owned())))
    }

    async fn keys_with(
        &self,
        token: Option<&Secret>,
        end: Instant,
    ) -> Result<ExpiringKeys, String> {
        let Reply { status, body } = self.get(KEYS, token, end).await?;
        if body.contains(NO_AGENCY) {
            return Err("this server has no agency".to_owned());
        }
        if status != StatusCode::OK {
            return Err(format!("no keys at {}: HTTP {}", self.address.base(), status.as_u16()));
        }
        read_keys(&body)
            .ok_or_else(|| format!("the answer of {} holds no keys", self.address.base()))
    }

    async fn get(&self, path: &str, token: Option<&Secret>, end: Instant) -> Result<Reply, String> {
        let header = token.map(|token| ("X-Metadata-Token", token.reveal()));
        self.send(Method::GET, path, header.as_slice(), end).await
    }

    /// Sends one request, which must end by `end`, and logs it. The log has neither headers nor
    /// answer, since both are secret.
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        end: Instant,
    ) -> Result<Reply, String> {
        let sent = Instant::now();
        let url = format!("{}{path}", self.address.base());
        let request = self.transport.http().request(method.clone(), url);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let exchange = async {
            let response = request
                .send()
                .await
                .map_err(|_| ("no answer", format!("no answer from {}", self.address.base())))?;
            let status = response.status();
            // The time-out at `end` covers everything.
            let silence = Silence::new(TIMEOUT, &|_| ());
            let body = self.transport.body(response, silence, Vec::with_capacity).await;
            let body = body.unwrap_or_default();
            Ok(Reply { status, body: String::from_utf8_lossy(&body.into_bytes()).into_owned() })
        };
        let late = |_| Err(("timed out", "no answer in time".to_owned()));
        let reply = tokio::time::timeout_at(end.into(), exchange).await.unwrap_or_else(late);
        self.log.note(&Entry {
            method: method.as_str(),
            path,
            query: "",
            took: sent.elapsed(),
            outcome: reply
                .as_ref()
                .map_or_else(|(outcome, _)| *outcome, |reply| reply.status.as_str()),
            request_id: None,
        });
        reply.map_err(|(_, why)| why)
    }
}

fn read_keys(body: &str) -> Option<ExpiringKeys> {
    let Key { access, secret, securitytoken, expires_at } =
        serde_json::from_str::<Keys>(body).ok()?.credential;
    // A key with characters that a header cannot hold is invalid.
    let parts = [&access, &secret, &securitytoken];
    let whole =
        |part: &&String| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    if !parts.iter().all(whole) {
        return None;
    }
    let credentials = Credentials::Key {
        access_key: access,
        secret_key: Secret::new(secret),
        security_token: Some(Secret::new(securitytoken)),
    };
    let expires = expires_at.and_then(|time| time.parse().ok());
    Some(ExpiringKeys { credentials, expires })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_both_forms_and_only_whole() {
        let expires = "2024-02-29T10:15:30.000000Z";
        let old = |access: &str| {
            format!(
                r#"{{"credential":{{"access":"{access}","secret":"S","securitytoken":"T","expires_at":"{expires}"}}}}"#
            )
        };
        let new = format!(
            r#"{{"credentials":{{"access_key_id":"A","secret_access_key":"S","security_token":"T","expiration":"{expires}"}}}}"#
        );
        let endless = r#"{"credential":{"access":"A","secret":"S","securitytoken":"T"}}"#;
        let cases = [
            (old("A"), Some(Some(expires))),
            (new, Some(Some(expires))),
            (endless.to_owned(), Some(None)),
            (old(""), None),
            (old("A B"), None),
            (r#"{"credential":{"access":"A","secret":"S"}}"#.to_owned(), None),
            ("<html>".to_owned(), None),
        ];
        for (body, expected) in cases {
            let expected = expected.map(|time| time.map(|time| time.parse().unwrap()));
            let keys = read_keys(&body);
            assert_eq!(keys.as_ref().map(|keys| keys.expires), expected, "{body}");
            let shown = format!("{keys:?}");
            assert!(!shown.contains('S') || shown.contains("[redacted]"), "{shown}");
        }
    }
}
