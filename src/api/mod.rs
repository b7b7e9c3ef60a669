//! The HTTP client of the service: signs requests, sends them, and retries transient failures.
//!
//! Knows requests and answers. Knows nothing of flags, or of how pages become a listing.

mod backups;
mod body;
mod cause;
mod client;
mod client_options;
mod clock;
mod distrust;
mod encoding;
mod error;
mod events;
mod hedge;
mod identity;
pub(crate) mod inventory;
mod metadata;
mod page;
mod redact;
mod refusal;
mod request_log;
mod retry;
mod session;
pub(crate) mod sign;
mod silence;
mod throttle;
mod transport;
mod utf8_body;

pub(crate) use backups::{Backups, Probe};
pub(crate) use cause::{Cause, Class};
pub(crate) use client::{Client, Pair, RequestSpec, UnsentRequest};
pub(crate) use client_options::ClientOptions;
pub(crate) use distrust::{Distrust, Flaw};
pub(crate) use error::{ApiError, LOGIN};
pub(crate) use events::Events;
pub(crate) use identity::{CredentialRefresh, Identity, Renewed};
pub(crate) use metadata::{ExpiringKeys, MetadataService};
pub(crate) use refusal::{LONGEST_WAIT, Refusal, Spent};
pub(crate) use request_log::RequestLog;
pub(crate) use retry::{LONGEST_RETRY_AFTER, RetryPolicy};
pub(crate) use session::Session;
pub(crate) use throttle::Throttle;
pub(crate) use transport::proxy_to;
