//! The service over HTTP: one signed GET at a time, tried again where that can help.
//!
//! Knows requests and answers. Does not know flags, and does not know how pages become a listing.

mod backups;
mod body;
mod client;
mod error;
mod journal;
mod metadata;
mod pace;
mod redact;
mod retry;
mod session;
pub(crate) mod sign;
mod transport;

pub(crate) use backups::Backups;
pub(crate) use client::Client;
pub(crate) use error::{ApiError, Class, Refusal};
pub(crate) use journal::Journal;
pub(crate) use metadata::{ExpiringKeys, MetadataService};
pub(crate) use retry::Patience;
pub(crate) use session::Session;
pub(crate) use transport::{Distrust, Flaw};
