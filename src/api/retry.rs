//! Decides whether to retry, after which pause, and how long an attempt may take.

use std::time::{Duration, Instant};

use super::error::ApiError;
use super::refusal::Spent;

/// The first pause after a fault of the network or the service; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The pause after a connection broke while other requests succeeded.
const PAUSE_BESIDE_PROGRESS: Duration = Duration::from_millis(100);
/// The first pause after throttling. The vendor advises to wait for seconds, not milliseconds.
const FIRST_PAUSE_THROTTLED: Duration = Duration::from_secs(2);
/// Longest pause that `cbr` chooses.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// Longest `Retry-After` that `cbr` waits for.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(600);

/// Time limit of one attempt, including the whole answer; the same as in the vendor's SDK.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(120);
/// Limit on the time without a byte, before and within an answer. A page of 1000 backups takes the
/// service seconds, but its gateway may wait 60 s for it. So the limit doubles after each time-out,
/// up to [`ATTEMPT_TIMEOUT`].
pub(super) const SILENCE_LIMIT: Duration = Duration::from_secs(30);
/// Minimum time of a retry for which time is reserved.
const MIN_ATTEMPT: Duration = Duration::from_secs(1);

/// Time limits of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// For the whole answer.
    pub(super) whole: Duration,
    /// For the next part of it.
    pub(super) silence: Duration,
}

/// Failed attempts at one request. [`Throttle`](super::throttle::Throttle) counts throttled ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Failures {
    /// Those that count as retries.
    pub(super) counted: u32,
    /// Those among them that timed out.
    pub(super) timeouts: u32,
    /// Connections that broke while other requests succeeded, as when a service limits the requests
    /// per connection. Not counted as retries, since successful requests are finite.
    pub(super) beside_progress: u32,
}

/// Decision to retry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    /// Pause before the attempt.
    pub(super) pause: Duration,
    /// True if fewer concurrent requests may help.
    pub(super) is_congestion: bool,
}

/// Maximum number of retries, and the deadline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Maximum number of retries per request.
    pub(crate) retries: u32,
    /// Deadline of the whole run.
    pub(crate) deadline: Option<Instant>,
}

impl RetryPolicy {
    /// Returns the time left for the run.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Returns the limits of the attempt after these failures.
    pub(super) fn limits(&self, failures: &Failures) -> Limits {
        let Failures { counted, timeouts, .. } = *failures;
        let has_retry = timeouts == 0 && counted < self.retries;
        limits(self.left(), timeouts, has_retry.then(|| growing(FIRST_PAUSE, counted)))
    }

    /// Returns the pause before the attempt after `attempt` (from 0). Throttling belongs to
    /// [`Throttle`](super::throttle::Throttle).
    ///
    /// # Errors
    ///
    /// `Err` stops retrying, and names the exhausted limit if raising it could help.
    fn pause(&self, attempt: u32, fault: &ApiError) -> Result<Duration, Option<Spent>> {
        if !fault.is_transient() {
            return Err(None);
        }
        if attempt >= self.retries {
            return Err(Some(Spent::Retries));
        }
        self.check_time(retry_after(fault).unwrap_or_else(|| pause_after(fault, attempt)))
    }

    /// Counts a failed attempt and decides on the next one. `has_progress` is true if other
    /// requests succeeded since the attempt began.
    ///
    /// # Errors
    ///
    /// As [`RetryPolicy::pause`].
    pub(super) fn next(
        &self,
        failures: &mut Failures,
        fault: &ApiError,
        has_progress: bool,
    ) -> Result<Retry, Option<Spent>> {
        if fault.is_broken_connection() && has_progress && self.retries > 0 {
            let pause = if *failures == Failures::default() {
                Duration::ZERO
            } else {
                jitter(PAUSE_BESIDE_PROGRESS)
            };
            failures.beside_progress += 1;
            return Ok(Retry { pause: self.check_time(pause)?, is_congestion: false });
        }
        failures.counted += 1;
        failures.timeouts += u32::from(matches!(fault, ApiError::TimedOut));
        let pause = self.pause(failures.counted - 1, fault)?;
        // If no request succeeds, too many concurrent requests may break the connections.
        let breaks_again = fault.is_broken_connection() && failures.counted > 1;
        Ok(Retry { pause, is_congestion: fault.is_congestion() || breaks_again })
    }

    /// Returns the pause, or fails at once if it exceeds the deadline.
    ///
    /// # Errors
    ///
    /// As [`RetryPolicy::pause`].
    pub(super) fn check_time(&self, pause: Duration) -> Result<Duration, Option<Spent>> {
        if pause > LONGEST_RETRY_AFTER {
            return Err(None);
        }
        match self.left() {
            Some(left) if pause >= left => Err(Some(Spent::Time)),
            _ => Ok(pause),
        }
    }
}

/// Returns the limits of an attempt in a run with `left` time. `retry` is the longest pause before
/// a retry, if one may follow. Then silence may take half of the time, so that the retry fits. A
/// continuous answer may take all of it.
fn limits(left: Option<Duration>, timeouts: u32, retry: Option<Duration>) -> Limits {
    let whole = left.map_or(ATTEMPT_TIMEOUT, |left| left.min(ATTEMPT_TIMEOUT));
    let silence = SILENCE_LIMIT.saturating_mul(2_u32.saturating_pow(timeouts)).min(whole);
    let half = left.map(|left| left / 2);
    let fits = |half: &Duration| retry.is_some_and(|pause| *half >= pause + MIN_ATTEMPT);
    Limits { whole, silence: half.filter(fits).map_or(silence, |half| silence.min(half)) }
}

/// Returns the pause after consecutive refusals, if the service does not name one.
pub(super) fn throttled_pause(refusals: u32) -> Duration {
    jitter(growing(FIRST_PAUSE_THROTTLED, refusals))
}

/// Returns the pause before the attempt after `attempt` (from 0).
fn pause_after(fault: &ApiError, attempt: u32) -> Duration {
    let pauses = if fault.is_broken_connection() { attempt.checked_sub(1) } else { Some(attempt) };
    pauses.map_or(Duration::ZERO, |pauses| jitter(growing(FIRST_PAUSE, pauses)))
}

/// Returns the pause before jitter: twice as long each time.
fn growing(first: Duration, times: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times)).min(MAX_PAUSE)
}

/// Returns between half the pause and all of it, so that clients do not retry in step.
fn jitter(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Returns the pause that the service requests, at most a second above [`LONGEST_RETRY_AFTER`]:
/// longer pauses are not waited for, and could overflow a clock.
pub(super) fn retry_after(fault: &ApiError) -> Option<Duration> {
    Some(fault.retry_after()?.min(LONGEST_RETRY_AFTER + Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::super::refusal::Refusal;
    use super::*;

    fn refused(status: u16, body: &str, retry_after: Option<&str>) -> ApiError {
        ApiError::Refused(Refusal::new(status, body, None, None, retry_after))
    }

    fn broken(was_connected: bool) -> ApiError {
        ApiError::Unreachable { reason: String::new(), was_connected }
    }

    fn proxy(wants_password: bool) -> ApiError {
        let (address, reason) = (String::new(), String::new());
        ApiError::Proxy {
            variable: "HTTPS_PROXY",
            address,
            reason,
            wants_password,
            has_password: false,
        }
    }

    #[test]
    fn permanent_failures_are_not_retried() {
        let retry_policy = RetryPolicy { retries: 2, deadline: None };
        let locked = r#"{"error_code":"BackupService.9998","error_msg":"authentication failed"}"#;
        let cases = [
            (0, refused(401, "", None), false),
            (0, refused(403, "", None), false),
            (0, refused(404, "", None), false),
            (0, refused(500, locked, None), false),
            (0, refused(501, "", None), false),
            (0, refused(302, "", None), false),
            (0, refused(500, "", None), true),
            (0, refused(503, "", None), true),
            (1, refused(503, "", None), true),
            (2, refused(503, "", None), false),
            (0, refused(503, "", Some("601")), false),
            (0, refused(503, "", Some("18446744073709551615")), false),
            (0, ApiError::TimedOut, true),
            (0, broken(true), true),
            (0, broken(false), true),
            (0, proxy(false), true),
            (0, proxy(true), false),
            (0, ApiError::Setup { reason: String::new(), hint: String::new() }, false),
            (0, ApiError::TooLarge { limit: 1 }, false),
        ];
        for (attempt, fault, expected) in cases {
            assert_eq!(
                retry_policy.pause(attempt, &fault).is_ok(),
                expected,
                "{attempt} {fault:?}"
            );
        }
    }

    #[test]
    fn pauses_grow_up_to_a_bound_and_stay_above_half() {
        let cases = [
            (FIRST_PAUSE, 0, 500),
            (FIRST_PAUSE, 1, 1000),
            (FIRST_PAUSE, 4, 8000),
            (FIRST_PAUSE, 40, 30_000),
            (FIRST_PAUSE_THROTTLED, 0, 2000),
            (FIRST_PAUSE_THROTTLED, 3, 16_000),
        ];
        for (first, times, expected) in cases {
            let pause = growing(first, times);
            assert_eq!(pause, Duration::from_millis(expected), "{first:?} {times}");
            let jittered = jitter(pause);
            assert!(jittered >= pause / 2 && jittered <= pause, "{jittered:?}");
        }
    }

    #[test]
    fn broken_connections_are_retried_at_once_and_count_where_nothing_else_comes_through() {
        let reset = || broken(true);
        // Consecutive faults: whether other requests succeeded, then the longest pause in
        // milliseconds and whether it is congestion; `None` for no retry.
        let cases: [(u32, Vec<(ApiError, bool, Option<(u64, bool)>)>); 7] = [
            (5, vec![(reset(), false, Some((0, false))), (reset(), false, Some((500, true)))]),
            (5, vec![(reset(), true, Some((0, false))), (reset(), true, Some((100, false)))]),
            (
                1,
                vec![
                    (reset(), true, Some((0, false))),
                    (reset(), true, Some((100, false))),
                    (reset(), true, Some((100, false))),
                    (reset(), false, Some((0, false))),
                    (reset(), true, Some((100, false))),
                    (reset(), false, None),
                ],
            ),
            (0, vec![(reset(), true, None)]),
            (1, vec![(ApiError::TimedOut, true, Some((500, true))), (reset(), false, None)]),
            (
                5,
                vec![
                    (broken(false), true, Some((500, false))),
                    (reset(), true, Some((100, false))),
                ],
            ),
            (1, vec![(refused(503, "", None), true, Some((500, true))), (reset(), false, None)]),
        ];
        for (retries, faults) in cases {
            let retry_policy = RetryPolicy { retries, deadline: None };
            let mut failures = Failures::default();
            for (fault, has_progress, expected) in faults {
                let message = format!("{fault:?} {failures:?}");
                let retry = retry_policy.next(&mut failures, &fault, has_progress).ok();
                let congestion = retry.map(|retry| retry.is_congestion);
                assert_eq!(congestion, expected.map(|(_, congestion)| congestion), "{message}");
                let (Some(Retry { pause, .. }), Some((longest, _))) = (retry, expected) else {
                    continue;
                };
                let longest = Duration::from_millis(longest);
                assert!(pause >= longest / 2 && pause <= longest, "{message} {pause:?}");
            }
        }
    }

    #[test]
    fn retry_after_overrides_the_own_pause() {
        let retry_policy = RetryPolicy { retries: 2, deadline: None };
        let later = SystemTime::now() + Duration::from_secs(90);
        let cases = [
            ("7", 7..=7),
            ("0", 0..=0),
            (&httpdate::fmt_http_date(later), 88..=90),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0..=0),
        ];
        for (value, expected) in cases {
            let pause = retry_policy.pause(0, &refused(503, "", Some(value))).unwrap();
            assert!(expected.contains(&pause.as_secs()), "{value}: {pause:?}");
        }
    }

    #[test]
    fn silence_is_limited_and_leaves_time_for_a_retry() {
        let seconds = Duration::from_secs;
        // Seconds left, time-outs so far, the pause before a retry, the limits of the attempt.
        let cases = [
            (None, 0, Some(0.5), 120.0, 30.0),
            (None, 1, None, 120.0, 60.0),
            (None, 2, None, 120.0, 120.0),
            (None, 99, None, 120.0, 120.0),
            (Some(500.0), 0, Some(0.5), 120.0, 30.0),
            (Some(60.0), 0, Some(0.5), 60.0, 30.0),
            (Some(30.0), 0, Some(0.5), 30.0, 15.0),
            (Some(30.0), 0, None, 30.0, 30.0),
            (Some(16.0), 1, None, 16.0, 16.0),
            (Some(3.0), 0, Some(0.5), 3.0, 1.5),
            // A retry would not fit.
            (Some(2.9), 0, Some(0.5), 2.9, 2.9),
            (Some(9.0), 0, Some(8.0), 9.0, 9.0),
            (Some(0.0), 0, Some(0.5), 0.0, 0.0),
        ];
        for (left, timeouts, pause, whole, silence) in cases {
            let [left, pause] = [left, pause].map(|time| time.map(Duration::from_secs_f64));
            let actual = limits(left, timeouts, pause);
            let expected = [whole, silence].map(Duration::from_secs_f64);
            assert_eq!([actual.whole, actual.silence], expected, "{left:?} {timeouts} {pause:?}");
        }
        // The last attempt, and one after a time-out, have all the remaining time.
        let retry_policy = RetryPolicy { retries: 2, deadline: Some(Instant::now() + seconds(20)) };
        for (counted, timeouts, halves) in
            [(0, 0, true), (1, 0, true), (2, 0, false), (1, 1, false), (2, 1, false)]
        {
            let failures = Failures { counted, timeouts, beside_progress: 9 };
            let Limits { silence, .. } = retry_policy.limits(&failures);
            assert_eq!(silence <= seconds(10), halves, "{failures:?}");
        }
    }

    #[test]
    fn no_pause_outlasts_the_run() {
        let deadline = Some(Instant::now() + Duration::from_secs(5));
        let retry_policy = RetryPolicy { retries: 2, deadline };
        let pause = |attempt, after| retry_policy.pause(attempt, &refused(503, "", Some(after)));
        assert_eq!(pause(0, "6"), Err(Some(Spent::Time)));
        assert_eq!(pause(2, "6"), Err(Some(Spent::Retries)));
        assert_eq!(pause(0, "601"), Err(None));
        assert!(pause(0, "3").is_ok());
    }
}
