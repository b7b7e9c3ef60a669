//! Log of the requests of a run: counters for the receipt, lines for `-v`, and reasons for pauses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::events::Events;
use super::retry::SILENCE_LIMIT;

/// Log of one run, shared by all requests.
#[derive(Debug)]
pub(crate) struct RequestLog {
    events: Arc<dyn Events>,
    requests: AtomicU64,
    retries: AtomicU64,
    hedged: AtomicU64,
    request_ids: Mutex<Vec<String>>,
    /// Time of the last silence report.
    silence_reported: Mutex<Option<Instant>>,
}

/// One request and its outcome, for `-v`.
pub(super) struct Entry<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) took: Duration,
    /// The status, or a short form of the failure.
    pub(super) outcome: &'a str,
    pub(super) request_id: Option<&'a str>,
}

impl RequestLog {
    /// Creates an empty log that reports to `events`.
    pub(crate) fn new(events: Arc<impl Events + 'static>) -> Self {
        Self {
            events,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            hedged: AtomicU64::new(0),
            request_ids: Mutex::default(),
            silence_reported: Mutex::default(),
        }
    }

    /// Returns the number of requests, including retries and hedges.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns the number of retries.
    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Returns the number of hedged requests.
    pub(crate) fn hedged(&self) -> u64 {
        self.hedged.load(Ordering::Relaxed)
    }

    /// Returns the service's ids of the requests, in the order of the answers.
    pub(crate) fn request_ids(&self) -> Vec<String> {
        self.ids().clone()
    }

    /// Logs a finished request.
    pub(super) fn note(&self, entry: &Entry<'_>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let id = entry.request_id.map(crate::text::sanitize::visible);
        if let Some(id) = &id {
            self.ids().push(id.to_string());
        }
        let Entry { method, path, query, took, outcome, .. } = entry;
        self.events.on_detail(&|| {
            let mark = if query.is_empty() { "" } else { "?" };
            let id = id.as_ref().map_or_else(String::new, |id| format!(", request {id}"));
            format!("{method} {path}{mark}{query}: {outcome}, {} ms{id}", took.as_millis())
        });
    }

    /// Logs the body of an answer.
    pub(super) fn note_body(
        &self,
        method: &str,
        path: &str,
        query: &str,
        body: &dyn Fn() -> String,
    ) {
        self.events.on_body(&|| {
            let mark = if query.is_empty() { "" } else { "?" };
            format!("body of {method} {path}{mark}{query}: {}", body())
        });
    }

    /// Notes that a request will be sent again after a pause.
    pub(super) fn note_retry(&self, why: &str, pause: Duration) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.events.on_pause(why, pause);
        self.events.on_detail(&|| format!("{why}: again in {:.1} s", pause.as_secs_f64()));
    }

    /// Notes that a request is repeated at once with another identity.
    pub(super) fn note_again(&self, why: &str) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.events
            .on_detail(&|| format!("{why}: again with other keys, another token or project"));
    }

    /// Notes that a slow request is hedged.
    pub(super) fn note_hedge(&self, elapsed: Duration) {
        self.hedged.fetch_add(1, Ordering::Relaxed);
        self.events.on_detail(&|| {
            let seconds = elapsed.as_secs_f64();
            format!("no answer for {seconds:.1} s: requested again on another connection")
        });
    }

    /// Notes that a host has sent nothing for this time. Concurrent waits are reported once.
    pub(super) fn note_silence(&self, host: &str, silence: Duration) {
        let now = Instant::now();
        let mut reported = self.silence_reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.is_none_or(|before| now.duration_since(before) >= SILENCE_LIMIT) {
            *reported = Some(now);
            self.events.on_silence(host, silence);
        }
    }

    fn ids(&self) -> MutexGuard<'_, Vec<String>> {
        self.request_ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
