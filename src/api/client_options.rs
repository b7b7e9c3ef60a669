//! Options of the HTTP client.

use std::sync::Arc;

use super::throttle::Throttle;
use super::{RequestLog, RetryPolicy, Session};
use crate::settings::{Origin, Trust};

/// Options that all clients of a run share.
#[derive(Clone)]
pub(crate) struct ClientOptions {
    /// Maximum number of retries, and the deadline.
    pub(crate) retry_policy: RetryPolicy,
    /// Log of the requests.
    pub(crate) log: Arc<RequestLog>,
    /// Trusted certificates.
    pub(crate) trust: Trust,
    /// Origin of the credentials.
    pub(crate) origin: Arc<Origin>,
    /// Session that replaces keys before they expire.
    pub(crate) session: Option<Arc<Session>>,
    /// Pauses that all requests of one user share: services throttle by user.
    pub(crate) throttle: Arc<Throttle>,
}
