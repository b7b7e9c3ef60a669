//! The service over HTTP: one signed request at a time, tried again where that can help.
//!
//! Knows requests and answers. Does not know flags, and does not know how pages become a listing.

mod access;
mod backups;
mod body;
mod client;
mod clock;
mod error;
mod events;
mod hedge;
mod incoming;
mod journal;
mod means;
mod metadata;
mod pace;
mod page;
mod redact;
mod retry;
mod session;
pub(crate) mod sign;
mod silence;
mod transport;

pub(crate) use access::{CredentialRefresh, Identity, Renewed};
pub(crate) use backups::{Backups, Probe};
pub(crate) use client::{Client, Pair, RequestSpec, UnsentRequest};
pub(crate) use error::{ApiError, Class, LOGIN, LONGEST_WAIT, Refusal, Spent};
pub(crate) use events::Events;
pub(crate) use journal::RequestLog;
pub(crate) use means::ClientOptions;
pub(crate) use metadata::{ExpiringKeys, MetadataService};
pub(crate) use retry::{LONGEST_RETRY_AFTER, RetryPolicy};
pub(crate) use session::Session;
pub(crate) use transport::{Distrust, Flaw, proxy_to};
