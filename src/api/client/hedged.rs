//! Hedged requests: a slow request is sent a second time, and the first answer is used.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use reqwest::header::HeaderMap;
use reqwest::{Client as HttpClient, Method};

use super::{ApiError, Body, Class, Client, Entry, Failures, PreparedRequest};

/// Outcome of the slower attempt in the log.
const DROPPED: &str = "dropped, since the other attempt was faster";

impl Client {
    /// Sends a request within its limits. If `may_hedge`, sends it once more if it is far slower
    /// than others.
    ///
    /// Returns `None` if it was withdrawn because its identity was rejected meanwhile.
    ///
    /// # Errors
    ///
    /// Those of the last attempt, or of one whose failure is final.
    pub(super) async fn attempt_hedged<T>(
        &self,
        request: &PreparedRequest<'_>,
        failures: &Failures,
        may_hedge: &mut bool,
        read: &impl Fn(&Arc<Body>, &HeaderMap) -> Result<T, serde_json::Error>,
    ) -> Result<Option<T>, ApiError> {
        let (http, sent) = (self.transport.http(), Instant::now());
        let limits = self.retry_policy.limits(failures);
        let mut first = pin!(self.attempt(request, &http, sent, limits, read));
        // Hedging repeats a request as well, so `--retries 0` excludes it.
        if !*may_hedge || request.call.method != Method::GET || self.retry_policy.retries == 0 {
            return first.await;
        }
        tokio::select! {
            biased;
            outcome = &mut first => return outcome,
            () = self.hedging.due(sent) => {}
        }
        *may_hedge = false;
        self.log.note_hedge(sent.elapsed());
        let other_http = self.other_connections(&http);
        let resent = Instant::now();
        let limits = self.retry_policy.limits(failures);
        let mut second = pin!(self.attempt(request, &other_http, resent, limits, read));
        let (outcome, dropped) = tokio::select! {
            biased;
            outcome = &mut first => {
                if is_retryable(&outcome) {
                    let outcome = second.await;
                    if matches!(outcome, Ok(Some(_))) {
                        self.hedging.note_use();
                    }
                    return outcome;
                }
                (outcome, resent)
            }
            outcome = &mut second => {
                if is_retryable(&outcome) || matches!(outcome, Ok(None)) {
                    return first.await;
                }
                if outcome.is_ok() {
                    self.hedging.note_use();
                }
                (outcome, sent)
            }
        };
        self.log.note(&Entry {
            method: request.call.method.as_str(),
            path: &request.path,
            query: request.query,
            took: dropped.elapsed(),
            outcome: DROPPED,
            request_id: None,
        });
        outcome
    }

    /// Returns a client that shares no connection with this one. Later requests use it as well,
    /// since the connection may be why the request is slow.
    fn other_connections(&self, http: &Arc<HttpClient>) -> Arc<HttpClient> {
        self.transport.leave(http);
        self.transport.http()
    }
}

/// Returns true if the other attempt may have a better outcome.
fn is_retryable<T>(outcome: &Result<T, ApiError>) -> bool {
    matches!(outcome, Err(fault) if fault.is_transient() && fault.class() != Class::Throttled)
}
