//! Replaces expiring credentials during a run.
//!
//! Knows nothing of the use of the keys.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::metadata::{ExpiringKeys, MetadataService};
use crate::settings::Credentials;

/// Keys with less time left than this are replaced.
const MARGIN: Duration = Duration::from_secs(10 * 60);

/// Keys of a run, replaced by the metadata service.
pub(crate) struct Session {
    service: MetadataService,
    current: Mutex<CurrentKeys>,
}

/// The current keys.
struct CurrentKeys {
    credentials: Credentials,
    /// Time to fetch new keys; `None` for never.
    renew_at: Option<Timestamp>,
    /// True if the keys were fetched after a rejection. Such keys are not replaced when rejected.
    was_refused: bool,
}

impl Session {
    /// Creates a session with keys of the metadata service.
    pub(crate) fn new(service: MetadataService, keys: ExpiringKeys) -> Self {
        Self { service, current: Mutex::new(CurrentKeys::new(keys, Timestamp::now())) }
    }

    /// Returns the credentials for a request. If refreshing fails, returns the current keys; only
    /// the service knows whether they have expired.
    pub(super) async fn credentials(&self) -> Credentials {
        // Concurrent requests wait for the same answer.
        let mut current = self.current.lock().await;
        let now = Timestamp::now();
        if current.renew_at.is_some_and(|time| time <= now) {
            match self.service.keys().await {
                Ok(keys) => *current = CurrentKeys::new(keys, now),
                Err(_) => current.renew_at = now.checked_add(PAUSE).ok(),
            }
        }
        current.credentials.clone()
    }

    /// Returns true if keys other than the refused ones are available. Keys fetched after a
    /// rejection are not replaced if rejected too: the keys are not the cause.
    pub(super) async fn has_others_than(&self, refused: &Credentials) -> bool {
        let mut current = self.current.lock().await;
        if current.credentials == *refused
            && !current.was_refused
            && let Ok(keys) = self.service.keys().await
        {
            *current =
                CurrentKeys { was_refused: true, ..CurrentKeys::new(keys, Timestamp::now()) };
        }
        current.credentials != *refused
    }
}

/// Pause after the metadata service failed to answer.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

impl CurrentKeys {
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
        // Remaining lifetime on arrival, and time until the replacement.
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
