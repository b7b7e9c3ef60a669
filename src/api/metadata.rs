//! Asks the metadata service of a server in the cloud (ECS) for the keys of the server's agency.
//!
//! First for a session token, as servers can be told to require; a service that knows no such tokens is
//! asked without one. Everywhere but on a server nobody is there: that must show soon, and is no
//! failure. Never through a proxy, which would be another server, and its answers are never shown.
//!
//! Sources: "Obtaining ECS Metadata" in the ECS API reference; the vendor's SDK.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;

use super::ApiError;
use super::transport::Transport;
use crate::connection::{Credentials, MetadataAddress, Server};
use crate::secret::Secret;

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
    pub(crate) fn new(address: MetadataAddress) -> Result<Self, ApiError> {
        Ok(Self { transport: Transport::plain(CONNECT_TIMEOUT)?, address })
    }

    /// Keys, region and project of the server that this runs on, and when the keys expire.
    ///
    /// # Errors
    ///
    /// Why there are no keys, in words for a user, who usually is on no such server.
    pub(crate) async fn server(&self) -> Result<(Server, Option<Timestamp>), String> {
        let asked = async {
            let token = self.token().await?;
            let ExpiringKeys { credentials, expires } = self.keys_with(token.as_ref()).await?;
            let about = self.get(SERVER, token.as_ref()).await.ok();
            let about = about.and_then(|said| serde_json::from_str::<About>(&said.body).ok());
            let About { region_id: region, project_id } = about.unwrap_or_default();
            Ok((Server { credentials, region, project_id }, expires))
        };
        in_time(asked).await
    }

    /// Fresh keys.
    ///
    /// # Errors
    ///
    /// Why there are none, in words for a user.
    pub(super) async fn keys(&self) -> Result<ExpiringKeys, String> {
        in_time(async { self.keys_with(self.token().await?.as_ref()).await }).await
    }

    /// A session token; `None` where the service has none to give.
    async fn token(&self) -> Result<Option<Secret>, String> {
        let url = format!("{}{TOKEN}", self.address.base());
        let request = self.transport.http().put(url);
        let request = request.header("X-Metadata-Token-Ttl-Seconds", TOKEN_LIFE);
        let Said { status, body } = self.send(request.header("Content-Length", "0")).await?;
        Ok((status == StatusCode::OK).then(|| Secret::new(body.trim().to_owned())))
    }

    async fn keys_with(&self, token: Option<&Secret>) -> Result<ExpiringKeys, String> {
        let Said { status, body } = self.get(KEYS, token).await?;
        if body.contains(NO_AGENCY) {
            return Err("this server has no agency".to_owned());
        }
        if status != StatusCode::OK {
            return Err(format!("no keys at {}: HTTP {}", self.address.base(), status.as_u16()));
        }
        read_keys(&body)
            .ok_or_else(|| format!("the answer of {} holds no keys", self.address.base()))
    }

    async fn get(&self, path: &str, token: Option<&Secret>) -> Result<Said, String> {
        let mut request = self.transport.http().get(format!("{}{path}", self.address.base()));
        if let Some(token) = token {
            request = request.header("X-Metadata-Token", token.reveal());
        }
        self.send(request).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Said, String> {
        let nobody = |_| format!("nobody answers at {}", self.address.base());
        let response = request.send().await.map_err(nobody)?;
        let status = response.status();
        let body = self.transport.body(response, Vec::with_capacity).await.unwrap_or_default();
        Ok(Said { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

async fn in_time<T>(asked: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let late = |_| Err("no answer in time".to_owned());
    tokio::time::timeout(TIMEOUT, asked).await.unwrap_or_else(late)
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
