//! As whom the requests of a run are made, for as long as it lasts: keys that expire are replaced before
//! they do.
//!
//! Does not know what the keys are used for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::metadata::{ExpiringKeys, MetadataService};
use crate::settings::Credentials;

/// Keys that have less left than this are replaced.
const MARGIN: Duration = Duration::from_secs(10 * 60);

/// The keys of a run, and the service that gives others.
pub(crate) struct Session {
    service: MetadataService,
    held: Mutex<Held>,
}

/// The keys that are in use.
struct Held {
    credentials: Credentials,
    /// When to ask for others; `None` for never.
    renew_at: Option<Timestamp>,
    /// Whether they were replaced since they were refused, which is done once.
    was_refused: bool,
}

impl Session {
    /// Of the keys that a metadata service gave.
    pub(crate) fn new(service: MetadataService, keys: ExpiringKeys) -> Self {
        Self { service, held: Mutex::new(Held::new(keys, Timestamp::now())) }
    }

    /// The credentials for a request that is sent now. Where no others are to be had, those that there
    /// are: whether they still work is the service's to say, whose clock may differ.
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

    /// Whether there are others than those, which were refused. What was fetched for that reason and is
    /// refused too is not replaced: the keys are not what is wrong.
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

/// How long to leave a service alone that did not answer.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

impl Held {
    fn new(ExpiringKeys { credentials, expires }: ExpiringKeys, now: Timestamp) -> Self {
        let renew_at = expires.map(|expires| renew_at(expires, now));
        Self { credentials, renew_at, was_refused: false }
    }
}

/// When to replace keys that were given at `now`: [`MARGIN`] before they expire, or half-way where they
/// have no more than twice that.
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
