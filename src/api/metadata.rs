//! Asks the metadata service of a server in the cloud (ECS) for the keys of the server's agency.
//!
//! First for a session token, as servers can be told to require; a service that knows no such tokens is
//! asked without one. Everywhere but on a server nobody is there: that must show soon, and is no
//! failure. Never through a proxy, which would be another server, and its answers are never shown.
//!
//! Sources: "Obtaining ECS Metadata" in the ECS API reference; the vendor's SDK.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::ApiError;
use super::journal::{Entry, RequestLog};
use super::silence::Silence;
use super::transport::Transport;
use crate::settings::{Credentials, MetadataAddress, Server};
use crate::text::secret::Secret;

/// How long to wait for a connection: the service is on the host of the server.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// How long all of it may take.
const TIMEOUT: Duration = Duration::from_secs(2);

const TOKEN: &str = "/meta-data/latest/api/token";
const KEYS: &str = "/openstack/latest/securitykey";
const SERVER: &str = "/openstack/latest/meta_data.json";

/// As long as a token of the service can live, in seconds; it is asked for anew each time.
const TOKEN_LIFE: &str = "21600";

/// What the service says where the server has no agency.
const NO_AGENCY: &str = "Please configure Cloud Service Agency first";

/// A client of the metadata service.
pub(crate) struct MetadataService {
    transport: Transport,
    address: MetadataAddress,
    journal: Arc<RequestLog>,
}

/// Keys that stop working at some time.
#[derive(Debug, Clone)]
pub(crate) struct ExpiringKeys {
    pub(crate) credentials: Credentials,
    /// `None` if the service does not say.
    pub(crate) expires: Option<Timestamp>,
}

/// An answer, whatever it says.
struct Said {
    status: StatusCode,
    body: String,
}

/// The answer with keys; the service has had two forms of it.
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
    /// The service at an address. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// None that are known.
    pub(crate) fn new(
        address: MetadataAddress,
        journal: Arc<RequestLog>,
    ) -> Result<Self, ApiError> {
        Ok(Self { transport: Transport::plain(CONNECT_TIMEOUT)?, address, journal })
    }

    /// Keys, region and project of the server that this runs on, and when the keys expire.
    ///
    /// # Errors
    ///
    /// Why there are no keys, in words for a user, who usually is on no such server.
    pub(crate) async fn server(&self) -> Result<(Server, Option<Timestamp>), String> {
        let end = Instant::now() + TIMEOUT;
        let token = self.token(end).await?;
        let ExpiringKeys { credentials, expires } = self.keys_with(token.as_ref(), end).await?;
        let about = self.get(SERVER, token.as_ref(), end).await.ok();
        let about = about.and_then(|said| serde_json::from_str::<About>(&said.body).ok());
        let About { region_id: region, project_id } = about.unwrap_or_default();
        Ok((Server { credentials, region, project_id }, expires))
    }

    /// Fresh keys.
    ///
    /// # Errors
    ///
    /// Why there are none, in words for a user.
    pub(super) async fn keys(&self) -> Result<ExpiringKeys, String> {
        let end = Instant::now() + TIMEOUT;
        self.keys_with(self.token(end).await?.as_ref(), end).await
    }

    /// A session token; `None` where the service has none to give.
    async fn token(&self, end: Instant) -> Result<Option<Secret>, String> {
        let headers = [("X-Metadata-Token-Ttl-Seconds", TOKEN_LIFE), ("Content-Length", "0")];
        let Said { status, body } = self.send(Method::PUT, TOKEN, &headers, end).await?;
        Ok((status == StatusCode::OK).then(|| Secret::new(body.trim().to_owned())))
    }

    async fn keys_with(
        &self,
        token: Option<&Secret>,
        end: Instant,
    ) -> Result<ExpiringKeys, String> {
        let Said { status, body } = self.get(KEYS, token, end).await?;
        if body.contains(NO_AGENCY) {
            return Err("this server has no agency".to_owned());
        }
        if status != StatusCode::OK {
            return Err(format!("no keys at {}: HTTP {}", self.address.base(), status.as_u16()));
        }
        read_keys(&body)
            .ok_or_else(|| format!("the answer of {} holds no keys", self.address.base()))
    }

    async fn get(&self, path: &str, token: Option<&Secret>, end: Instant) -> Result<Said, String> {
        let header = token.map(|token| ("X-Metadata-Token", token.reveal()));
        self.send(Method::GET, path, header.as_slice(), end).await
    }

    /// One request, which is over at `end`, and a line about it in the journal. Neither its headers nor its
    /// answer are in there: they are what is secret.
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        end: Instant,
    ) -> Result<Said, String> {
        let sent = Instant::now();
        let url = format!("{}{path}", self.address.base());
        let request = self.transport.http().request(method.clone(), url);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let asked = async {
            let response = request
                .send()
                .await
                .map_err(|_| ("no answer", format!("nobody answers at {}", self.address.base())))?;
            let status = response.status();
            // All of it is over at `end`.
            let silence = Silence::new(TIMEOUT, &|_| ());
            let body = self.transport.body(response, silence, Vec::with_capacity).await;
            let body = body.unwrap_or_default();
            Ok(Said { status, body: String::from_utf8_lossy(&body.into_bytes()).into_owned() })
        };
        let late = |_| Err(("timed out", "no answer in time".to_owned()));
        let said = tokio::time::timeout_at(end.into(), asked).await.unwrap_or_else(late);
        self.journal.note(&Entry {
            method: method.as_str(),
            path,
            query: "",
            took: sent.elapsed(),
            outcome: said
                .as_ref()
                .map_or_else(|(outcome, _)| *outcome, |said| said.status.as_str()),
            request_id: None,
        });
        said.map_err(|(_, why)| why)
    }
}

fn read_keys(body: &str) -> Option<ExpiringKeys> {
    let Key { access, secret, securitytoken, expires_at } =
        serde_json::from_str::<Keys>(body).ok()?.credential;
    // What cannot stand in a header is none.
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
