//! The HTTP client: signs, sends, reads the answer whole, and tries again where that can help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::Error as _;

use super::body::{Body, Spare};
use super::error::{ApiError, Class, Refusal};
use super::journal::{Entry, Journal};
use super::pace::{self, Pace};
use super::redact::Redaction;
use super::retry::{Patience, retry_after};
use super::session::Session;
use super::sign::{self, Signable};
use super::transport::Transport;
use crate::connection::{Connection, Credentials};
use crate::query::Pair;

/// How long one attempt may take, the whole answer included. The vendor's SDK allows as much.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(120);

/// A client for one connection.
pub(crate) struct Client {
    transport: Transport,
    connection: Connection,
    session: Session,
    patience: Patience,
    pace: Pace,
    journal: Arc<Journal>,
    spare: Arc<Spare>,
}

/// What the service answered with 200.
struct Answer {
    body: Vec<u8>,
    request_id: Option<String>,
    redaction: Redaction,
}

impl Client {
    /// A client that has not sent anything yet.
    ///
    /// # Errors
    ///
    /// If the certificates or the proxy of the environment cannot be used.
    pub(crate) fn new(
        connection: Connection,
        session: Session,
        patience: Patience,
        journal: Arc<Journal>,
    ) -> Result<Self, ApiError> {
        let transport = Transport::to(&connection.endpoint, &connection.trust)?;
        let (pace, spare) = (Pace::new(), Arc::default());
        Ok(Self { transport, connection, session, patience, pace, journal, spare })
    }

    /// The project that the client asks about.
    pub(super) fn project_id(&self) -> &str {
        &self.connection.project_id
    }

    /// Faults so far that asking less would ease.
    pub(super) fn troubles(&self) -> u64 {
        self.journal.troubles()
    }

    /// Asks for `path` with a query and reads the answer with `read`, which fails where the body is not
    /// what it should be. Tries again as [`Patience`] allows.
    ///
    /// # Errors
    ///
    /// What the last attempt came to.
    pub(super) async fn get<T>(
        &self,
        path: &str,
        pairs: &[Pair],
        read: impl Fn(&Arc<Body>) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let query = sign::canonical_query(pairs);
        let mut faults = 0;
        let mut refused = false;
        loop {
            while let Some(wait) = self.pace.wait(Instant::now()) {
                tokio::time::sleep(wait).await;
            }
            let credentials = self.session.credentials().await;
            let sent = Instant::now();
            let fault = match self.attempt(path, &query, sent, &credentials, &read).await {
                Ok(value) => {
                    self.pace.came_through(Instant::now());
                    return Ok(value);
                }
                Err(fault) => fault,
            };
            // Keys may stop working before they expire. Others are no second try of the same ones, which
            // could lock an access key.
            if fault.is_unauthenticated() && !refused {
                refused = true;
                if self.session.has_others_than(&credentials).await {
                    self.journal.note_new_keys(&fault.brief());
                    continue;
                }
            }
            let (pause, why) = if fault.class() == Class::Throttled {
                (self.throttled(sent, &fault), format!("throttled ({})", fault.brief()))
            } else {
                faults += 1;
                (self.patience.pause(faults - 1, &fault), fault.brief())
            };
            let Some(pause) = pause else { return Err(fault) };
            self.journal.note_retry(&why, pause);
            tokio::time::sleep(pause).await;
        }
    }

    /// How long to wait after a refusal for asking too much, which holds back all requests.
    fn throttled(&self, sent: Instant, fault: &ApiError) -> Option<Duration> {
        let span = match fault {
            ApiError::Refused(refusal) => pace::named_span(&refusal.message),
            _ => None,
        };
        let retries = self.patience.retries;
        let pause = self.pace.throttled(sent, Instant::now(), retry_after(fault), span, retries)?;
        self.patience.affords(pause)
    }

    /// One request, within the time that is left, and a line about it in the journal.
    async fn attempt<T>(
        &self,
        path: &str,
        query: &str,
        sent: Instant,
        credentials: &Credentials,
        read: &impl Fn(&Arc<Body>) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let time = self.patience.left().map_or(ATTEMPT_TIMEOUT, |left| left.min(ATTEMPT_TIMEOUT));
        let answer = tokio::time::timeout(time, self.send(path, query, credentials))
            .await
            .unwrap_or(Err(ApiError::TimedOut));
        let (outcome, request_id) = match &answer {
            Ok(answer) => ("200".to_owned(), answer.request_id.as_deref()),
            Err(fault) => (fault.brief(), fault.request_id()),
        };
        let took = sent.elapsed();
        self.journal.note(&Entry { path, query, took, outcome: &outcome, request_id });
        let answer = answer?;
        let redaction = answer.redaction;
        let unreadable = |error: serde_json::Error, body: &str| {
            let (reason, body) = (redaction.text(&error.to_string()), redaction.text(body));
            ApiError::unreadable(reason, &body, answer.request_id, error.is_eof())
        };
        match String::from_utf8(answer.body) {
            Ok(text) => {
                let body = Arc::new(Body::new(text, &self.spare));
                read(&body).map_err(|error| unreadable(error, body.text()))
            }
            Err(error) => Err(unreadable(
                serde_json::Error::custom(error.utf8_error()),
                &String::from_utf8_lossy(error.as_bytes()),
            )),
        }
    }

    async fn send(
        &self,
        path: &str,
        query: &str,
        credentials: &Credentials,
    ) -> Result<Answer, ApiError> {
        let mut url = format!("{}{path}", self.connection.endpoint.base());
        if !query.is_empty() {
            url.push('?');
            url.push_str(query);
        }
        let headers = self.headers(path, query, credentials)?;
        let authorization = headers.get("authorization").cloned();
        let sent = self.transport.http().get(url).headers(headers).send().await;
        let response = sent.map_err(|error| self.transport.fault(&error))?;
        let status = response.status();
        let authorization = authorization.as_ref().and_then(|value| value.to_str().ok());
        let redaction = Redaction::of(credentials, authorization);
        let headers = response.headers();
        let text = |name: &str| Some(redaction.text(headers.get(name)?.to_str().ok()?));
        let request_id = text("x-request-id").or_else(|| text("x-iam-trace-id"));
        let (location, retry_after) = (text("location"), text("retry-after"));
        let body = self.transport.body(response, |size| self.spare.take(size)).await;
        if status == StatusCode::OK {
            return Ok(Answer { body: body?, request_id, redaction });
        }
        // A refusal counts even where its explanation did not arrive whole.
        let text = redaction.body(&body.unwrap_or_default());
        let (location, retry_after) = (location.as_deref(), retry_after.as_deref());
        let refusal = Refusal::new(status.as_u16(), &text, request_id, location, retry_after);
        Err(ApiError::Refused(refusal.of(&self.connection.origin)))
    }

    /// The headers of one attempt, with a fresh date and signature.
    fn headers(
        &self,
        path: &str,
        query: &str,
        credentials: &Credentials,
    ) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        let mut insert = |name: &'static str, value: &str, secret: bool| {
            let mut value = HeaderValue::from_str(value).map_err(|_| ApiError::Setup {
                reason: format!("the value of the header {name} has characters that no header can"),
                hint: "cbr auth show says where it comes from".to_owned(),
            })?;
            value.set_sensitive(secret);
            headers.insert(HeaderName::from_static(name), value);
            Ok::<_, ApiError>(())
        };
        insert("accept", "application/json", false)?;
        insert("x-project-id", self.project_id(), false)?;
        match credentials {
            Credentials::Token(token) => insert("x-auth-token", token.reveal(), true)?,
            Credentials::Key { access_key, secret_key, security_token } => {
                let date = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
                let host = self.connection.endpoint.host();
                let mut signed = vec![
                    ("host", host.as_str()),
                    ("x-project-id", self.project_id()),
                    ("x-sdk-date", &date),
                ];
                if let Some(token) = security_token {
                    signed.push(("x-security-token", token.reveal()));
                    insert("x-security-token", token.reveal(), true)?;
                }
                let request = Signable { method: "GET", path, query, headers: &signed, body: b"" };
                let authorization =
                    sign::authorization(access_key, secret_key.reveal(), &date, &request);
                insert("x-sdk-date", &date, false)?;
                insert("authorization", &authorization, true)?;
            }
        }
        Ok(headers)
    }
}
