//! Holds back all requests when the service throttles.
//!
//! One throttled request pauses all, since each refusal may count against the limit. The service
//! sets the pause in `Retry-After`, or names the limit in its message (`limit:60,time:1 minute`).
//! Otherwise pauses grow until a request succeeds.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Pause that all requests of one user share, in all projects.
#[derive(Debug)]
pub(crate) struct Throttle {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Time before which no request is sent.
    not_before: Option<Instant>,
    /// Time of the first request after the last pause: the earliest start of the limit's interval.
    burst: Option<Instant>,
    /// Refusals since the last success.
    refusals: u32,
    /// Time of the last success, or of the first request.
    progress: Option<Instant>,
    /// Failures that fewer concurrent requests would reduce.
    transient_failures: u64,
}

impl Default for Throttle {
    fn default() -> Self {
        let (not_before, burst, progress) = (None, None, None);
        let state = State { not_before, burst, refusals: 0, progress, transient_failures: 0 };
        Self { state: Mutex::new(state) }
    }
}

impl Throttle {
    /// Notes a failure that fewer concurrent requests would reduce.
    pub(super) fn note_failure(&self) {
        self.lock().transient_failures += 1;
    }

    /// Returns the number of failures that fewer concurrent requests would reduce.
    pub(super) fn transient_failures(&self) -> u64 {
        self.lock().transient_failures
    }

    /// Returns how long a request has to wait. `None` means that it is sent now.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let mut state = self.lock();
        if let Some(wait) = state.not_before.and_then(|moment| moment.checked_duration_since(now))
            && !wait.is_zero()
        {
            return Some(wait);
        }
        state.burst.get_or_insert(now);
        state.progress.get_or_insert(now);
        None
    }

    /// Notes that a request succeeded.
    pub(super) fn note_success(&self, now: Instant) {
        let mut state = self.lock();
        state.refusals = 0;
        state.progress = Some(now);
    }

    /// Returns true if a request succeeded after that moment.
    pub(super) fn has_progress_since(&self, moment: Instant) -> bool {
        self.lock().progress.is_some_and(|progress| progress > moment)
    }

    /// Notes that the request sent at `sent` was throttled, and holds back all requests. Returns
    /// the pause, or `None` if the service has throttled for too long.
    pub(super) fn throttled(
        &self,
        sent: Instant,
        now: Instant,
        retry_after: Option<Duration>,
        limit: Option<Duration>,
        retries: u32,
    ) -> Option<Duration> {
        let mut state = self.lock();
        if let Some(not_before) = state.not_before
            && not_before > sent
        {
            // Sent before another refusal began the pause.
            return Some(not_before.saturating_duration_since(now));
        }
        let since_progress = now.saturating_duration_since(state.progress.unwrap_or(now));
        let may_wait = limit.is_some_and(|span| since_progress < span.min(MAX_INTERVAL) * 2);
        if retries == 0 || (state.refusals >= retries && !may_wait) {
            return None;
        }
        let growing = super::retry::throttled_pause(state.refusals);
        // If a pause named by the service did not help, the next is at least the growing pause.
        let named =
            retry_after.map(|named| if state.refusals == 0 { named } else { named.max(growing) });
        let pause = named.unwrap_or_else(|| {
            // The limit is reset when its whole interval has passed.
            let until_reset = limit
                .zip(state.burst)
                .map(|(span, burst)| (burst + span).saturating_duration_since(now) + TOLERANCE);
            until_reset.map_or(growing, |until_reset| growing.min(until_reset))
        });
        state.refusals += 1;
        state.not_before = Some(now + pause);
        state.burst = None;
        Some(pause)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is plain numbers, so it is valid even after a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Longest interval of a limit to wait for, at most twice.
const MAX_INTERVAL: Duration = Duration::from_secs(600);
/// Allowance for clock differences and network latency.
const TOLERANCE: Duration = Duration::from_millis(100);

/// Returns the interval of the limit that a message names: `… limit:60,time:1 minute`.
pub(super) fn named_span(message: &str) -> Option<Duration> {
    let (_, named) = message.split_once("limit:")?;
    let (_, time) = named.split_once(",time:")?;
    let mut words = time.split_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    let unit = words.next()?.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let seconds = match unit.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 24 * 3600,
        _ => return None,
    };
    Some(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_message_names_the_span() {
        let cases = [
            ("policy user over ratelimit,limit:200,time:5 minute", Some(300)),
            ("policy ip over ratelimit,limit:5,time:1 second", Some(1)),
            ("over ratelimit,limit:60,time:1 minutes.", Some(60)),
            ("limit:1,time:2 hour)", Some(7200)),
            ("limit:1,time:x minute", None),
            ("limit:1,time:1 fortnight", None),
            ("limit:1", None),
            ("too many requests", None),
        ];
        for (message, seconds) in cases {
            assert_eq!(named_span(message), seconds.map(Duration::from_secs), "{message}");
        }
    }

    #[test]
    fn one_refusal_holds_all_requests_back() {
        let (pace, start) = (Throttle::default(), Instant::now());
        assert_eq!(pace.wait(start), None);
        assert_eq!(pace.wait(start), None);
        let pause = pace.throttled(start, start + SECOND, Some(3 * SECOND), None, 5);
        assert_eq!(pause, Some(3 * SECOND));
        // The other request was already in flight: its refusal adds nothing.
        assert_eq!(
            pace.throttled(start, start + SECOND, Some(60 * SECOND), None, 5),
            Some(3 * SECOND)
        );
        assert_eq!(pace.wait(start + 2 * SECOND), Some(2 * SECOND));
        assert_eq!(pace.wait(start + 4 * SECOND), None);
    }

    #[test]
    fn a_named_span_is_waited_out_and_no_longer() {
        let (pace, start) = (Throttle::default(), Instant::now());
        let minute = Some(60 * SECOND);
        assert_eq!(pace.wait(start), None);
        pace.note_success(start);
        // The rest of the minute is shorter than any growing pause.
        let now = start + 60 * SECOND - SECOND / 2;
        assert_eq!(pace.throttled(now, now, None, minute, 5), Some(SECOND / 2 + TOLERANCE));
    }

    #[test]
    fn throttling_fails_after_the_retries_or_two_intervals() {
        let refuse = |limit: Option<Duration>, retries: u32| {
            let (pace, start) = (Throttle::default(), Instant::now());
            let mut now = start;
            let mut refusals = 0;
            loop {
                assert_eq!(pace.wait(now), None);
                match pace.throttled(now, now, None, limit, retries) {
                    Some(pause) => now += pause,
                    None => return (refusals, now.duration_since(start)),
                }
                refusals += 1;
                assert!(refusals < 1000, "it does not end");
            }
        };
        assert_eq!(refuse(None, 3).0, 3);
        assert_eq!(refuse(None, 0).0, 0);
        let (_, waited) = refuse(Some(300 * SECOND), 3);
        assert!(waited >= 600 * SECOND && waited < 700 * SECOND, "{waited:?}");
        let (refusals, _) = refuse(Some(SECOND), 5);
        assert!(refusals >= 5, "{refusals}");
    }
}
