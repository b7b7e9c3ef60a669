//! How requests are made, whatever they are for.

use std::sync::Arc;

use super::{RequestLog, RetryPolicy, Session};
use crate::settings::{Origin, Trust};

/// What all clients of a run share.
#[derive(Clone)]
pub(crate) struct ClientOptions {
    /// How often and how long to try.
    pub(crate) patience: RetryPolicy,
    /// What keeps track of it.
    pub(crate) journal: Arc<RequestLog>,
    /// Whose certificates count.
    pub(crate) trust: Trust,
    /// Where the credentials come from.
    pub(crate) origin: Arc<Origin>,
    /// Who gives others before they expire.
    pub(crate) session: Option<Arc<Session>>,
}
