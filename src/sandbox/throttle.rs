//! Rate limit of the gateway: `--throttle 60/1m`.

use std::fmt::{self, Display};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::time;

/// Number of requests per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    limit: u32,
    period: Duration,
}

impl Rate {
    /// Rate in the message of the fault `429`.
    pub(super) const DEFAULT: Self = Self { limit: 60, period: Duration::from_secs(60) };

    /// Rate in the message of a throttled project, whose listings are counted, not timed.
    pub(super) const OF_THROTTLED_PROJECT: Self = Self { limit: 2, period: Duration::from_secs(1) };

    /// Parses `60/1m`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (limit, period) = text.split_once('/').ok_or("a rate is N/DURATION, such as 60/1m")?;
        let limit = limit.parse().map_err(|_| format!("`{limit}` is not a number of requests"))?;
        let period = time::span(period)?;
        if limit == 0 || period.is_zero() {
            return Err("a rate must be 1 or more requests in more than no time".to_owned());
        }
        Ok(Self { limit, period })
    }
}

/// Formats as the gateway does: `limit:60,time:1 minute`, with the unit in the singular.
impl Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.period.as_millis();
        let (unit, length) = [("hour", 3_600_000), ("minute", 60_000), ("second", 1_000)]
            .into_iter()
            .find(|(_, length)| milliseconds.is_multiple_of(*length))
            .unwrap_or(("millisecond", 1));
        write!(f, "limit:{},time:{} {unit}", self.limit, milliseconds / length)
    }
}

/// Counts requests in fixed windows; the first begins with the first request. Refused requests do
/// not count.
#[derive(Debug)]
pub(super) struct Throttle {
    pub(super) rate: Rate,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    begin: Option<Instant>,
    used: u32,
}

impl Throttle {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, window: Mutex::default() }
    }

    /// Returns true if a request at `now` is admitted.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.begin.is_none_or(|begin| now.duration_since(begin) >= self.rate.period) {
            *window = Window { begin: Some(now), used: 0 };
        }
        let admitted = window.used < self.rate.limit;
        window.used += u32::from(admitted);
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_parsed_and_formatted() {
        for (text, message) in [
            ("60/1m", "limit:60,time:1 minute"),
            ("200/5m", "limit:200,time:5 minute"),
            ("5/1s", "limit:5,time:1 second"),
            ("5/90s", "limit:5,time:90 second"),
            ("1/1h", "limit:1,time:1 hour"),
            ("3/500ms", "limit:3,time:500 millisecond"),
        ] {
            assert_eq!(Rate::parse(text).unwrap().to_string(), message);
        }
        for text in ["", "60", "60/", "/1m", "0/1m", "60/0s", "-1/1m", "60/m"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_window_admits_its_limit() {
        let throttle = Throttle::new(Rate::parse("2/10s").unwrap());
        let start = Instant::now();
        for (second, admitted) in [
            (0, true),
            (9, true),
            (9, false),
            (9, false),
            (10, true),
            (11, true),
            (19, false),
            (20, true),
        ] {
            let now = start + Duration::from_secs(second);
            assert_eq!(throttle.admits(now), admitted, "second {second}");
        }
    }
}
