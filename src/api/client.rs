//! The HTTP client: signs, sends, reads the answer whole, and tries again where that can help.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode, redirect};
use serde::de::Error as _;
use serde_json::Value;

use super::access::{Access, Holder, Renewal};
use super::body::{Body, Spare};
use super::clock;
use super::error::{ApiError, Class, Refusal};
use super::journal::{Entry, Journal};
use super::pace::{self, Pace};
use super::retry::{Patience, retry_after};
use super::sign::{self, Signable};
use crate::connection::{Credentials, Endpoint};
use crate::query::Pair;
use crate::secret::Secret;

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one attempt may take, the whole answer included. The vendor's SDK allows as much.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(120);
/// A page of 1000 backups is about 1 MiB; what is far larger is not a page.
const LARGEST_BODY: usize = 64 << 20;

/// A client for one endpoint.
pub(crate) struct Client {
    http: reqwest::Client,
    endpoint: Endpoint,
    access: Holder,
    patience: Patience,
    pace: Pace,
    journal: Arc<Journal>,
    spare: Arc<Spare>,
}

/// What to ask for.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// Below the project, or below the version where the access has none; with a slash in front.
    pub(crate) path: &'a str,
    pub(crate) pairs: &'a [Pair],
    /// JSON, which may hold a secret. Not signed: only a login has one.
    pub(crate) body: Option<&'a Secret>,
    /// Headers besides those that every request has, which are not shown.
    pub(crate) headers: &'a [(&'static str, &'a Secret)],
    /// The status of an answer that is none of a failure.
    pub(crate) success: StatusCode,
}

impl<'a> Call<'a> {
    /// A GET, which is answered with 200.
    pub(crate) fn get(path: &'a str, pairs: &'a [Pair]) -> Self {
        let success = StatusCode::OK;
        Self { method: Method::GET, path, pairs, body: None, headers: &[], success }
    }
}

/// An answer that is none of a failure.
struct Answer {
    body: Vec<u8>,
    headers: HeaderMap,
    request_id: Option<String>,
}

/// One request, ready but for the date and the signature.
struct Request<'a> {
    call: &'a Call<'a>,
    access: Arc<Access>,
    path: String,
    query: &'a str,
}

impl Client {
    /// A client that has not sent anything yet.
    ///
    /// # Errors
    ///
    /// If the certificates or the proxy of the environment cannot be used.
    pub(crate) fn new(
        endpoint: Endpoint,
        access: Access,
        renewal: Option<Arc<dyn Renewal>>,
        patience: Patience,
        journal: Arc<Journal>,
    ) -> Result<Self, ApiError> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("cbr/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            // An HTTP client forwards X-Auth-Token when it follows a redirect to another host.
            .redirect(redirect::Policy::none())
            // Each attempt needs a date and signature of its own.
            .retry(reqwest::retry::never())
            .tcp_nodelay(true);
        if endpoint.is_https() {
            check_proxies()?;
            // Another provider is only ever there if one was installed before; either will do.
            let _ = rustls::crypto::ring::default_provider().install_default();
        } else {
            // Plain http goes to this machine only: not through a proxy, and without the time that
            // it takes to read the system's certificates.
            http = http.no_proxy().tls_backend_preconfigured(no_tls()?);
        }
        let http = http.build().map_err(|error| ApiError::Setup { reason: chain(&error) })?;
        let access = Holder::new(access, renewal);
        let (pace, spare) = (Pace::new(), Arc::default());
        Ok(Self { http, endpoint, access, patience, pace, journal, spare })
    }

    /// The project that the client asks about, where there is one.
    pub(crate) fn project_id(&self) -> Option<String> {
        self.access.current().project_id.clone()
    }

    /// Where it asks.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
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
        self.ask(&Call::get(path, pairs), |body, _| read(body)).await
    }

    /// Asks, and reads body and headers of the answer with `read`. Tries again as [`Patience`] allows, and
    /// once more where a [`Renewal`] has another access than the one that was refused.
    ///
    /// # Errors
    ///
    /// What the last attempt came to.
    pub(crate) async fn ask<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Arc<Body>, &HeaderMap) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let query = sign::canonical_query(call.pairs);
        let mut faults = 0;
        loop {
            while let Some(wait) = self.pace.wait(Instant::now()) {
                tokio::time::sleep(wait).await;
            }
            let sent = Instant::now();
            let access = self.access.current();
            let request = Request { call, path: access.path(call.path), access, query: &query };
            let fault = match self.attempt(&request, sent, &read).await {
                Ok(value) => {
                    self.pace.came_through(Instant::now());
                    return Ok(value);
                }
                Err(fault) => fault,
            };
            if fault.may_be_of_the_access() && self.access.renew(&request.access, &fault).await? {
                self.journal.note_again(&fault.brief());
                continue;
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
        request: &Request<'_>,
        sent: Instant,
        read: &impl Fn(&Arc<Body>, &HeaderMap) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let time = self.patience.left().map_or(ATTEMPT_TIMEOUT, |left| left.min(ATTEMPT_TIMEOUT));
        let answer =
            tokio::time::timeout(time, self.send(request)).await.unwrap_or(Err(ApiError::TimedOut));
        let success = request.call.success.as_str();
        let (outcome, request_id) = match &answer {
            Ok(answer) => (success.to_owned(), answer.request_id.as_deref()),
            Err(fault) => (fault.brief(), fault.request_id()),
        };
        self.journal.note(&Entry {
            method: request.call.method.as_str(),
            path: &request.path,
            query: request.query,
            took: sent.elapsed(),
            outcome: &outcome,
            request_id,
        });
        let Answer { body, headers, request_id } = answer?;
        let unreadable = |error: serde_json::Error, body: &str| {
            ApiError::unreadable(&error, &request.access.redact(body), request_id)
        };
        match String::from_utf8(body) {
            Ok(text) => {
                let body = Arc::new(Body::new(text, &self.spare));
                read(&body, &headers).map_err(|error| unreadable(error, body.text()))
            }
            Err(error) => Err(unreadable(
                serde_json::Error::custom(error.utf8_error()),
                &String::from_utf8_lossy(error.as_bytes()),
            )),
        }
    }

    async fn send(&self, request: &Request<'_>) -> Result<Answer, ApiError> {
        let Request { call, access, path, query } = request;
        let mut url = format!("{}{path}", self.endpoint.base());
        if !query.is_empty() {
            url.push('?');
            url.push_str(query);
        }
        let headers = self.headers(request)?;
        let mut sending = self.http.request(call.method.clone(), url).headers(headers);
        if let Some(body) = call.body {
            sending = sending.body(body.reveal().to_owned());
        }
        let mut response = sending.send().await.map_err(|error| fault(&error))?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = text("x-request-id").or_else(|| text("x-iam-trace-id")).map(str::to_owned);
        let body = self.body(response).await;
        if status == call.success {
            return Ok(Answer { body: body?, request_id, headers });
        }
        // A refusal counts even where its explanation did not arrive whole.
        let explanation = access.explanation(&body.unwrap_or_default());
        let (location, retry_after) = (text("location"), text("retry-after"));
        let status = status.as_u16();
        let refusal = Refusal::new(status, &explanation, request_id, location, retry_after);
        Err(ApiError::Refused(Refusal { clock_ahead: clock::ahead(&headers), ..refusal }))
    }

    /// Reads the body, up to [`LARGEST_BODY`], after decompression.
    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ApiError> {
        let announced = response.content_length().unwrap_or(0).min(LARGEST_BODY as u64);
        let mut body = self.spare.take(announced as usize);
        while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(ApiError::TooLarge { limit: LARGEST_BODY });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The headers of one attempt, with a fresh date and signature.
    fn headers(&self, request: &Request<'_>) -> Result<HeaderMap, ApiError> {
        let Request { call, access, path, query } = request;
        let mut headers = HeaderMap::new();
        let mut insert = |name: &'static str, value: &str, secret: bool| {
            let mut value = HeaderValue::from_str(value).map_err(|_| ApiError::Setup {
                reason: format!("the value of the header {name} has characters that no header can"),
            })?;
            value.set_sensitive(secret);
            headers.insert(HeaderName::from_static(name), value);
            Ok::<_, ApiError>(())
        };
        insert("accept", "application/json", false)?;
        if call.body.is_some() {
            insert("content-type", "application/json;charset=utf8", false)?;
        }
        for (name, value) in call.headers {
            insert(name, value.reveal(), true)?;
        }
        let project_id = access.project_id.as_deref();
        if let Some(project_id) = project_id {
            insert("x-project-id", project_id, false)?;
        }
        match &access.credentials {
            Credentials::Password(_) => {}
            Credentials::Token(token) => insert("x-auth-token", token.reveal(), true)?,
            Credentials::Key { access_key, secret_key, security_token } => {
                let date = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
                let host = self.endpoint.host();
                let mut signed = vec![("host", host.as_str()), ("x-sdk-date", &date)];
                signed.extend(project_id.map(|id| ("x-project-id", id)));
                if let Some(token) = security_token {
                    signed.push(("x-security-token", token.reveal()));
                    insert("x-security-token", token.reveal(), true)?;
                }
                let method = call.method.as_str();
                let request = Signable { method, path, query, headers: &signed, body: b"" };
                let authorization =
                    sign::authorization(access_key, secret_key.reveal(), &date, &request);
                insert("x-sdk-date", &date, false)?;
                insert("authorization", &authorization, true)?;
            }
        }
        Ok(headers)
    }
}

impl Access {
    /// The whole path of what is below the project, or below nothing.
    fn path(&self, below: &str) -> String {
        match &self.project_id {
            Some(project_id) => format!("/v3/{project_id}{below}"),
            None => format!("/v3{below}"),
        }
    }

    /// The body of a refusal as text, without any of the credentials: a gateway echoes them when it refuses
    /// them. JSON can write the same text in many ways, so it is looked for in the text that is meant.
    fn explanation(&self, body: &[u8]) -> String {
        let text = match serde_json::from_slice::<Value>(body) {
            Ok(mut json) => {
                each_text(&mut json, &|text| *text = self.redact(text));
                json.to_string()
            }
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        self.redact(&text)
    }

    /// The text without any of the credentials.
    fn redact(&self, text: &str) -> String {
        match &self.credentials {
            Credentials::Password(login) => text.replace(login.password.reveal(), "[redacted]"),
            Credentials::Token(token) => text.replace(token.reveal(), "[redacted]"),
            Credentials::Key { access_key, secret_key, security_token } => {
                let mut text = text.replace(secret_key.reveal(), "[redacted]");
                if let Some(token) = security_token {
                    text = text.replace(token.reveal(), "[redacted]");
                }
                text.replace(access_key, "[access key]")
            }
        }
    }
}

/// Changes each text inside, wherever it stands; names of fields stay.
fn each_text(json: &mut Value, change: &impl Fn(&mut String)) {
    match json {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A proxy that cannot be understood would be passed by without a word.
fn check_proxies() -> Result<(), ApiError> {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let value = std::env::var_os(name).unwrap_or_default();
        let value = value.to_string_lossy();
        let url = if value.contains("://") { value.to_string() } else { format!("http://{value}") };
        let is_proxy = reqwest::Url::parse(&url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        if !value.is_empty() && !is_proxy {
            let reason = format!("{name} is not the URL of a proxy; write http://HOST:PORT");
            return Err(ApiError::Setup { reason });
        }
    }
    Ok(())
}

/// TLS settings that trust nobody, for a connection that does not use TLS.
fn no_tls() -> Result<rustls::ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ApiError::Setup { reason: error.to_string() })?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

fn fault(error: &reqwest::Error) -> ApiError {
    if error.is_timeout() {
        return ApiError::TimedOut;
    }
    match certificate_fault(error) {
        Some(fault) => ApiError::Untrusted { reason: fault.to_string() },
        None => ApiError::Unreachable { reason: chain(error) },
    }
}

/// What is wrong with the certificate of the other side, if that is why there is no connection.
fn certificate_fault(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(fault @ rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Some(fault);
        }
        // What an error of input and output was made from is not its source.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// What went wrong, from the outside in, without the URL and without saying anything twice.
fn chain(error: &reqwest::Error) -> String {
    let mut reasons: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        let reason = error.to_string();
        if !reasons.iter().any(|known| known.contains(&reason)) {
            reasons.push(reason);
        }
        source = error.source();
    }
    if reasons.is_empty() { error.to_string() } else { reasons.join(": ") }
}
