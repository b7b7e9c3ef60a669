//! The HTTP client: signs and sends requests, reads answers, and retries transient failures.

mod hedged;
mod request;
mod signed;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use serde::de::Error as _;

use super::body::{Body, BufferPool};
use super::cause::Class;
use super::client_options::ClientOptions;
use super::clock;
use super::error::ApiError;
use super::hedge::Hedging;
use super::identity::{CredentialRefresh, Identity, IdentityCell};
use super::redact::Redaction;
use super::refusal::{Refusal, Spent};
use super::request_log::{Entry, RequestLog};
use super::retry::{Failures, Limits, Retry, RetryPolicy, retry_after};
use super::sign;
use super::silence::Silence;
use super::throttle::{self, Throttle};
use super::transport::Transport;
use super::utf8_body::Utf8Body;
use crate::settings::{Endpoint, Origin};
pub(crate) use request::{Pair, RequestSpec, UnsentRequest};

/// Outcome in the log of a request whose identity was rejected before it was answered.
const WITHDRAWN: &str = "withdrawn, since its credentials were rejected";

/// A client for one endpoint.
pub(crate) struct Client {
    transport: Transport,
    endpoint: Endpoint,
    access: IdentityCell,
    origin: Arc<Origin>,
    retry_policy: RetryPolicy,
    throttle: Arc<Throttle>,
    hedging: Hedging,
    log: Arc<RequestLog>,
    /// Seconds by which this machine's clock is ahead of the service's, by the latest answer;
    /// [`UNKNOWN_CLOCK`] before the first one.
    clock_ahead: AtomicI32,
}

/// No answer has had a date yet.
const UNKNOWN_CLOCK: i32 = i32::MIN;

/// A successful answer.
struct Answer {
    body: Utf8Body,
    headers: HeaderMap,
    request_id: Option<String>,
    redaction: Redaction,
}

/// A request that lacks only date and signature.
struct PreparedRequest<'a> {
    call: &'a RequestSpec<'a>,
    access: Arc<Identity>,
    path: String,
    query: &'a str,
}

impl Client {
    /// Creates a client without sending anything.
    ///
    /// # Errors
    ///
    /// If the certificates or the proxy of the environment cannot be used.
    pub(crate) fn new(
        endpoint: Endpoint,
        access: Identity,
        renewal: Option<Arc<dyn CredentialRefresh>>,
        options: &ClientOptions,
    ) -> Result<Self, ApiError> {
        let transport = Transport::to(&endpoint, &options.trust)?;
        let ClientOptions { retry_policy, log, origin, session, throttle, .. } = options.clone();
        let access = IdentityCell::new(access, renewal, session);
        Ok(Self {
            transport,
            endpoint,
            access,
            origin,
            retry_policy,
            throttle,
            hedging: Hedging::default(),
            log,
            clock_ahead: AtomicI32::new(UNKNOWN_CLOCK),
        })
    }

    /// Returns the seconds by which this machine's clock is ahead of the service's, by the latest
    /// answer. Precise to about 2 seconds.
    pub(crate) fn clock_ahead(&self) -> Option<i32> {
        Some(self.clock_ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNKNOWN_CLOCK)
    }

    /// Returns the project of the requests, if they have one.
    pub(crate) fn project_id(&self) -> Option<String> {
        self.access.project_id()
    }

    /// Returns the endpoint.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Returns URL and headers of a request as if it were sent now. Secret values are marked as
    /// sensitive.
    ///
    /// # Errors
    ///
    /// A setting has characters that a header cannot have.
    pub(crate) fn dry_run_request(
        &self,
        request: &UnsentRequest,
    ) -> Result<(String, HeaderMap), ApiError> {
        let query = sign::canonical_query(&request.pairs);
        let (call, access) =
            (RequestSpec::get(&request.below, &request.pairs), self.access.latest());
        let request =
            PreparedRequest { call: &call, path: self.path(&access, &call), access, query: &query };
        Ok((self.url(&request), self.headers(&request)?))
    }

    fn url(&self, PreparedRequest { path, query, .. }: &PreparedRequest<'_>) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        let base = self.endpoint.base();
        let root = base.strip_suffix(self.endpoint.path()).unwrap_or(base);
        format!("{root}{path}{mark}{query}")
    }

    /// Returns the path of a request, with that of the endpoint.
    fn path(&self, access: &Identity, call: &RequestSpec<'_>) -> String {
        format!("{}{}", self.endpoint.path(), access.path(call.path))
    }

    /// Maps a transport error; for an unknown host, adds the setting that named it.
    fn fault(&self, error: &reqwest::Error) -> ApiError {
        match self.transport.fault(error) {
            ApiError::UnknownHost { host, .. } => {
                let origin = Some(self.endpoint.origin().to_owned());
                ApiError::UnknownHost { host, origin }
            }
            fault => fault,
        }
    }

    /// Returns the number of transient failures that fewer concurrent requests would reduce.
    pub(super) fn transient_failures(&self) -> u64 {
        self.throttle.transient_failures()
    }

    /// Sends a GET request and reads the answer with `read`, which fails for an invalid body.
    /// Retries as [`RetryPolicy`] allows.
    ///
    /// # Errors
    ///
    /// Those of the last attempt.
    pub(super) async fn get<T>(
        &self,
        path: &str,
        pairs: &[Pair],
        read: impl Fn(&Arc<Body>) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        self.ask(&RequestSpec::get(path, pairs), |body, _| read(body)).await
    }

    /// Sends a request, and reads body and headers of the answer with `read`. Retries as
    /// [`RetryPolicy`] allows, and once more if a [`CredentialRefresh`] has another identity.
    ///
    /// # Errors
    ///
    /// Those of the last attempt.
    pub(crate) async fn ask<T>(
        &self,
        call: &RequestSpec<'_>,
        read: impl Fn(&Arc<Body>, &HeaderMap) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let query = sign::canonical_query(call.pairs);
        let (mut failures, mut may_hedge) = (Failures::default(), true);
        loop {
            while let Some(wait) = self.throttle.wait(Instant::now()) {
                tokio::time::sleep(wait).await;
            }
            let access = self.access.current().await?;
            let sent = Instant::now();
            let request =
                PreparedRequest { call, path: self.path(&access, call), access, query: &query };
            let outcome = self.attempt_hedged(&request, &failures, &mut may_hedge, &read).await;
            let fault = match outcome {
                Ok(Some(value)) => {
                    self.throttle.note_success(Instant::now());
                    return Ok(value);
                }
                Ok(None) => {
                    self.log.note_again(WITHDRAWN);
                    continue;
                }
                Err(fault) => fault,
            };
            if fault.may_need_other_identity() && self.access.renew(&request.access, &fault).await?
            {
                self.log.note_again(&fault.brief());
                continue;
            }
            let (retry, why) = if fault.class() == Class::Throttled {
                (self.throttled(sent, &fault), format!("throttled ({})", fault.brief()))
            } else {
                let has_progress = self.throttle.has_progress_since(sent);
                (self.retry_policy.next(&mut failures, &fault, has_progress), fault.brief())
            };
            let attempts = failures.counted;
            let Retry { pause, is_congestion } = match retry {
                Ok(retry) => retry,
                Err(spent) => {
                    return Err(match fault {
                        ApiError::TimedOut if attempts > 1 => {
                            ApiError::OutOfTime { tries: attempts }
                        }
                        fault => fault.given_up(spent),
                    });
                }
            };
            if is_congestion {
                self.throttle.note_failure();
            }
            self.log.note_retry(&why, pause);
            tokio::time::sleep(pause).await;
        }
    }

    /// Pauses all requests after throttling, and returns the pause.
    fn throttled(&self, sent: Instant, fault: &ApiError) -> Result<Retry, Option<Spent>> {
        let span = match fault {
            ApiError::Refused(refusal) => throttle::named_span(&refusal.message),
            _ => None,
        };
        let (retries, now) = (self.retry_policy.retries, Instant::now());
        self.hedging.note_throttling(now);
        let pause = self.throttle.throttled(sent, now, retry_after(fault), span, retries);
        let pause = self.retry_policy.check_time(pause.ok_or(Some(Spent::Retries))?)?;
        Ok(Retry { pause, is_congestion: true })
    }

    /// Sends one request within its limits and logs it. Returns `None` if it was withdrawn because
    /// its identity was rejected meanwhile.
    async fn attempt<T>(
        &self,
        request: &PreparedRequest<'_>,
        http: &Arc<reqwest::Client>,
        sent: Instant,
        limits: Limits,
        read: &impl Fn(&Arc<Body>, &HeaderMap) -> Result<T, serde_json::Error>,
    ) -> Result<Option<T>, ApiError> {
        self.hedging.note_sent();
        let notify = |silence| self.log.note_silence(&self.endpoint.host(), silence);
        let answer = self.send(request, http, Silence::new(limits.silence, &notify));
        let answer = tokio::time::timeout(limits.whole, answer).await;
        let answer = answer.unwrap_or(Err(ApiError::TimedOut));
        match &answer {
            Ok(Some(_)) => self.hedging.note_answer(Instant::now(), sent.elapsed()),
            Err(fault) if fault.is_connection_fault() => self.transport.leave(http),
            _ => {}
        }
        self.log_attempt(request, sent.elapsed(), &answer);
        let Some(Answer { body, headers, request_id, redaction }) = answer? else {
            return Ok(None);
        };
        let unreadable = |error: serde_json::Error, body: &str| {
            let body = if request.call.is_private { "" } else { body };
            let (reason, body) = (redaction.text(&error.to_string()), redaction.text(body));
            ApiError::unreadable(reason, &body, request_id, error.is_eof())
        };
        match body.into_text() {
            Ok(text) => {
                self.note_body(request, &redaction, text.as_bytes());
                let body = Arc::new(Body::new(text, BufferPool::of_process()));
                let value = read(&body, &headers);
                value.map(Some).map_err(|error| unreadable(error, body.text()))
            }
            Err(error) => Err(unreadable(
                serde_json::Error::custom(error.utf8_error()),
                &String::from_utf8_lossy(error.as_bytes()),
            )),
        }
    }

    /// Logs one attempt with its outcome.
    fn log_attempt(
        &self,
        request: &PreparedRequest<'_>,
        took: Duration,
        answer: &Result<Option<Answer>, ApiError>,
    ) {
        let (outcome, request_id) = match answer {
            Ok(Some(answer)) => {
                (request.call.success.as_str().to_owned(), answer.request_id.as_deref())
            }
            Ok(None) => (WITHDRAWN.to_owned(), None),
            Err(fault) => (fault.brief(), fault.request_id()),
        };
        self.log.note(&Entry {
            method: request.call.method.as_str(),
            path: &request.path,
            query: request.query,
            took,
            outcome: &outcome,
            request_id,
        });
    }

    async fn send(
        &self,
        request: &PreparedRequest<'_>,
        http: &reqwest::Client,
        silence: Silence<'_>,
    ) -> Result<Option<Answer>, ApiError> {
        let PreparedRequest { call, access, .. } = request;
        if self.access.is_rejected(access) {
            return Ok(None);
        }
        let url = self.url(request);
        let headers = self.headers(request)?;
        let authorization = headers.get("authorization").cloned();
        let mut sending = http.request(call.method.clone(), url).headers(headers);
        if let Some(body) = call.body {
            sending = sending.body(body.reveal().to_owned());
        }
        // The request may still wait for a connection when its identity is rejected.
        let sent = tokio::select! {
            biased;
            sent = silence.wait_for(sending.send()) => sent?,
            () = self.access.rejection(access) => return Ok(None),
        };
        let response = sent.map_err(|error| self.fault(&error))?;
        let status = response.status();
        let authorization = authorization.as_ref().and_then(|value| value.to_str().ok());
        let mut redaction = Redaction::of(&access.credentials, authorization);
        call.headers.iter().for_each(|(_, value)| redaction.hide(value.reveal()));
        let headers = response.headers().clone();
        if let Some(ahead) = clock::ahead(&headers) {
            self.clock_ahead.store(ahead, Ordering::Relaxed);
        }
        let text = |name: &str| Some(redaction.text(headers.get(name)?.to_str().ok()?));
        let request_id = text("x-request-id").or_else(|| text("x-iam-trace-id"));
        let body = self
            .transport
            .body(response, silence, |size| BufferPool::of_process().take(size))
            .await;
        if status == call.success {
            return Ok(Some(Answer { body: body?, request_id, redaction, headers }));
        }
        // The status of a refusal is enough, even if its body is incomplete.
        let body = body.unwrap_or_default().into_bytes();
        self.note_body(request, &redaction, &body);
        let explanation = redaction.body(&body);
        let (location, retry_after) = (text("location"), text("retry-after"));
        let (location, retry_after) = (location.as_deref(), retry_after.as_deref());
        let status = status.as_u16();
        let refusal = Refusal::new(status, &explanation, request_id, location, retry_after);
        let refusal = Refusal { clock_ahead: clock::ahead(&headers), ..refusal };
        Err(ApiError::Refused(refusal.of(&self.origin)))
    }

    /// Logs the body of an answer, if it may be shown.
    fn note_body(&self, request: &PreparedRequest<'_>, redaction: &Redaction, body: &[u8]) {
        let PreparedRequest { call, path, query, .. } = request;
        if call.may_show_body() {
            self.log.note_body(call.method.as_str(), path, query, &|| redaction.beginning(body));
        }
    }
}
