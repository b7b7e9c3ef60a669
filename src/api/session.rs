//! Credentials that expire: replaced before they do, for the duration of a run.
//!
//! Does not know what the keys are used for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::metadata::{ExpiringKeys, MetadataService};
use crate::settings::Credentials;

/// Keys with less time left than this are replaced.
const MARGIN: Duration = Duration::from_secs(10 * 60);

/// Keys of a run, and the service that replaces them.
pub(crate) struct Session {
    service: MetadataService,
    held: Mutex<Held>,
}

/// The current keys.
struct Held {
    credentials: Credentials,
    /// When to fetch new keys; `None` for never.
    renew_at: Option<Timestamp>,
    /// True if they were fetched after a rejection, which happens once.
    was_refused: bool,
}

impl Session {
    /// Creates a session with keys of the metadata service.
    pub(crate) fn new(service: MetadataService, keys: ExpiringKeys) -> Self {
        Self { service, held: Mutex::new(Held::new(keys, Timestamp::now())) }
    }

    /// Returns the credentials for a request that is sent now. If refreshing fails, returns the
    /// current keys; only the service knows whether they have expired.
    pub(super) async fn credentials(&self) -> Credentials {
        // Requests that are sent meanwhile wait for the same answer.
        let mut held = self.held.lock().await;
        let now = Timestamp::now();
        if held.renew_at.is_some_and(|time| time <= now) {
            match self.service.keys().await {
                Ok(keys) => *held = Held::new(keys, now),
                Err(_) => held.renew_at = now.checked_add(PAUSE).ok(),
            }
        }
        held.credentials.clone()
    }

    /// Returns true if there are other keys than the refused ones. Keys that were fetched after a
    /// rejection and are rejected too are not replaced: the keys are not the cause.
    pub(super) async fn has_others_than(&self, refused: &Credentials) -> bool {
        let mut held = self.held.lock().await;
        if held.credentials == *refused
            && !held.was_refused
            && let Ok(keys) = self.service.keys().await
        {
            *held = Held { was_refused: true, ..Held::new(keys, Timestamp::now()) };
        }
        held.credentials != *refused
    }
}

/// Pause after the metadata service failed to answer.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

impl Held {
    fn new(ExpiringKeys { credentials, expires }: ExpiringKeys, now: Timestamp) -> Self {
        let renew_at = expires.map(|expires| renew_at(expires, now));
        Self { credentials, renew_at, was_refused: false }
    }
}

/// Returns when to replace keys that were issued at `now`: [`MARGIN`] before they expire, or
/// half-way if they live for less than twice that.
fn renew_at(expires: Timestamp, now: Timestamp) -> Timestamp {
    let left = expires.duration_since(now);
    let margin = SignedDuration::try_from(MARGIN).unwrap_or(SignedDuration::ZERO).min(left / 2);
    expires.checked_sub(margin.max(SignedDuration::ZERO)).unwrap_or(expires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_replaced_early_and_not_at_once() {
        let hours = |hours: i64| 3600 * hours;
        // What they have left when they come, and after how long they are replaced.
        let cases = [
            (hours(24), hours(24) - 600),
            (1200, 600),
            (1201, 601),
            (600, 300),
            (2, 1),
            (0, 0),
            (-9, -9),
        ];
        for (left, after) in cases {
            let time = |second| Timestamp::from_second(second).unwrap();
            assert_eq!(renew_at(time(1000 + left), time(1000)), time(1000 + after), "{left}");
        }
    }
}
