//! Decides when a slow request is sent a second time, on another connection.
//!
//! One hung request delays a whole listing, since later pages wait for it. Its time limit is half a
//! minute; a second request can answer after two seconds. Hedging costs the service work, so it is
//! rare.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Minimum age of a request before it is hedged.
const MIN_AGE: Duration = Duration::from_secs(2);
/// A request is hedged after this many times the median duration of the last answers.
const FACTOR: u32 = 4;
/// Minimum number of answers for a median.
const MIN_ANSWERS: usize = 3;
/// Number of latest answers in the median.
const MAX_TIMES: usize = 32;
/// Limit on useless hedges: one per this many requests, plus one.
const REQUESTS_PER_HEDGE: u64 = 10;
/// Time without hedging after throttling, since a second request would count against the limit.
const AFTER_THROTTLING: Duration = Duration::from_secs(60);
/// Interval at which a waiting request is checked.
const INTERVAL: Duration = Duration::from_millis(100);

/// Statistics of a client's requests that decide about hedging.
#[derive(Debug, Default)]
pub(super) struct Hedging(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    /// Durations of the latest answers.
    times: VecDeque<Duration>,
    last_answer: Option<Instant>,
    last_throttling: Option<Instant>,
    sent: u64,
    /// Second attempts that are in flight or were useless.
    useless: u64,
}

impl Hedging {
    /// Notes a request, or its second attempt.
    pub(super) fn note_sent(&self) {
        self.lock().sent += 1;
    }

    /// Notes the duration of an answer.
    pub(super) fn note_answer(&self, now: Instant, took: Duration) {
        let mut record = self.lock();
        if record.times.len() == MAX_TIMES {
            record.times.pop_front();
        }
        record.times.push_back(took);
        record.last_answer = Some(now);
    }

    /// Notes that the service throttles.
    pub(super) fn note_throttling(&self, now: Instant) {
        self.lock().last_throttling = Some(now);
    }

    /// Notes that a second attempt was answered first. Such attempts are not limited: all requests
    /// on a dead connection need one.
    pub(super) fn note_use(&self) {
        self.lock().useless -= 1;
    }

    /// Waits until the request sent at `sent` should be hedged.
    pub(super) async fn due(&self, sent: Instant) {
        tokio::time::sleep(MIN_AGE).await;
        while !self.begin(sent, Instant::now()) {
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Returns true if a request should be hedged now, and counts it.
    fn begin(&self, sent: Instant, now: Instant) -> bool {
        let mut record = self.lock();
        let is_due = record.is_due(sent, now);
        record.useless += u64::from(is_due);
        is_due
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        // Plain numbers are valid even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn is_due(&self, sent: Instant, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(sent);
        let is_slow = self.median().is_some_and(|median| elapsed > MIN_AGE.max(median * FACTOR));
        // If no other request was answered meanwhile, the service is slow.
        let is_alone = self.last_answer.is_some_and(|answer| answer > sent);
        let is_throttled = self
            .last_throttling
            .is_some_and(|throttling| now.saturating_duration_since(throttling) < AFTER_THROTTLING);
        is_slow && is_alone && !is_throttled && self.useless < self.sent / REQUESTS_PER_HEDGE + 1
    }

    /// Returns the median duration, if there are enough answers.
    fn median(&self) -> Option<Duration> {
        if self.times.len() < MIN_ANSWERS {
            return None;
        }
        let mut times: Vec<_> = self.times.iter().copied().collect();
        let middle = times.len() / 2;
        Some(*times.select_nth_unstable(middle).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request that was sent at 0, when others were answered.
    struct Case {
        name: &'static str,
        /// Durations of the answers so far, in milliseconds.
        took: &'static [u64],
        /// Time of the last answer.
        last_answer: i64,
        last_throttling: Option<i64>,
        sent: u64,
        useless: u64,
        /// Time of the decision, and its result.
        now: i64,
        is_due: bool,
    }

    /// A request that is hedged.
    const SLOW: Case = Case {
        name: "far slower than others",
        took: &[50, 60, 70],
        last_answer: 100,
        last_throttling: None,
        sent: 8,
        useless: 0,
        now: 2001,
        is_due: true,
    };

    #[test]
    fn only_a_request_that_is_far_slower_than_others_is_hedged() {
        let cases = [
            SLOW,
            Case { name: "not slow yet", now: 2000, is_due: false, ..SLOW },
            Case { name: "too few answers", took: &[50, 60], is_due: false, ..SLOW },
            Case { name: "a slow service", took: &[900, 900, 900], is_due: false, ..SLOW },
            Case { name: "still slower", took: &[900, 900, 900], now: 3601, ..SLOW },
            Case { name: "one answer was slow", took: &[50, 60, 9000], ..SLOW },
            Case { name: "most answers were slow", took: &[50, 9000, 9000], is_due: false, ..SLOW },
            Case { name: "no answer since", last_answer: -1, is_due: false, ..SLOW },
            Case {
                name: "throttled before",
                last_throttling: Some(-57_000),
                is_due: false,
                ..SLOW
            },
            Case { name: "throttled since", last_throttling: Some(1), is_due: false, ..SLOW },
            Case { name: "throttled long ago", last_throttling: Some(-58_000), ..SLOW },
            Case { name: "the share is used up", useless: 1, is_due: false, ..SLOW },
            Case { name: "the share has grown", sent: 10, useless: 1, ..SLOW },
            Case { name: "and is used up again", sent: 19, useless: 2, is_due: false, ..SLOW },
            Case { name: "a tenth of many", sent: 1000, useless: 100, ..SLOW },
            Case { name: "more of many", sent: 1000, useless: 101, is_due: false, ..SLOW },
        ];
        let start = Instant::now() + Duration::from_secs(3600);
        let at = |milliseconds: i64| {
            let span = Duration::from_millis(milliseconds.unsigned_abs());
            if milliseconds < 0 { start - span } else { start + span }
        };
        for case in cases {
            let record = Record {
                times: case.took.iter().copied().map(Duration::from_millis).collect(),
                last_answer: Some(at(case.last_answer)),
                last_throttling: case.last_throttling.map(at),
                sent: case.sent,
                useless: case.useless,
            };
            let hedging = Hedging(Mutex::new(record));
            assert_eq!(hedging.begin(start, at(case.now)), case.is_due, "{}", case.name);
            let useless = hedging.lock().useless;
            assert_eq!(useless, case.useless + u64::from(case.is_due), "{}", case.name);
        }
    }

    #[test]
    fn second_attempts_that_bring_the_answer_are_not_limited() {
        let (hedging, sent) = (Hedging::default(), Instant::now());
        let now = sent + Duration::from_secs(3);
        hedging.note_sent();
        for _ in 0..MIN_ANSWERS {
            hedging.note_answer(now, Duration::from_millis(50));
        }
        for _ in 0..100 {
            assert!(hedging.begin(sent, now));
            assert!(!hedging.begin(sent, now));
            hedging.note_use();
        }
    }

    #[test]
    fn the_last_answers_count() {
        let hedging = Hedging::default();
        let start = Instant::now();
        let median = |times: &[u64]| {
            for milliseconds in times {
                hedging.note_answer(start, Duration::from_millis(*milliseconds));
            }
            hedging.lock().median().map(|median| median.as_millis())
        };
        assert_eq!(median(&[5, 1]), None);
        assert_eq!(median(&[3]), Some(3));
        assert_eq!(median(&[7; MAX_TIMES]), Some(7));
        assert_eq!(hedging.lock().times.len(), MAX_TIMES);
    }
}
