//! Points in time and spans of time as users write them.
//!
//! Owns the grammar of time flags and the one form that the API documents for its input,
//! `YYYY-MM-DDTHH:MM:SSZ`. A time without a zone is UTC, as the API's own times are.

use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// A point in time given to a flag, not before 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment(Timestamp);

impl Moment {
    /// As a lower bound of the API: whole seconds, rounded down so that nothing is lost.
    pub(crate) fn at_or_after(&self) -> String {
        self.whole_seconds(self.0.as_second())
    }

    /// As an upper bound of the API: whole seconds, rounded up so that nothing is lost.
    pub(crate) fn at_or_before(&self) -> String {
        self.whole_seconds(self.0.as_second() + i64::from(self.0.subsec_nanosecond() > 0))
    }

    fn whole_seconds(&self, second: i64) -> String {
        Timestamp::from_second(second).unwrap_or(self.0).to_string()
    }

    /// Whether this lies after another one.
    pub(crate) fn is_after(&self, other: &Self) -> bool {
        self.0 > other.0
    }

    /// Reads a date, an RFC 3339 time or an age before `now`.
    fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        let timestamp = match age(text)? {
            Some(age) => now.checked_sub(age).ok(),
            None => text
                .parse()
                .ok()
                .or_else(|| TimeZone::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok()),
        };
        match timestamp {
            Some(timestamp) if timestamp < Timestamp::UNIX_EPOCH => {
                Err("before 1970, when there were no backups".to_owned())
            }
            Some(timestamp) => Ok(Self(timestamp)),
            None => {
                Err("not a time; write 2026-11-01 (UTC midnight), 2026-11-01T12:00:00Z, or an \
                         age such as 36h, 7d or 2w"
                    .to_owned())
            }
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, Timestamp::now())
    }
}

/// An age such as `36h`, `7d` or `2w`: hours, days of 24 hours, weeks of 7 days. `None` where the text
/// is not a number with a unit.
fn age(text: &str) -> Result<Option<SignedDuration>, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    if unit.is_empty() || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = match unit {
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => return Err(format!("unknown unit `{unit}`; use h, d or w, as in 36h, 7d or 2w")),
    };
    let age = digits.parse::<i64>().ok().and_then(|number| number.checked_mul(seconds));
    // A longer age than fits ends before 1970 in any case, and is refused as such.
    Ok(Some(SignedDuration::from_secs(age.unwrap_or(100 * 366 * 24 * 3600))))
}

/// The moment that a time of the service stands for, in microseconds since 1970. The service writes
/// `2020-02-21T07:00:54.065135`, which is UTC, or a time with an offset; `None` for anything else.
pub(crate) fn instant(text: &str) -> Option<i64> {
    // A time without a zone ends in digits, with no sign after its date.
    let has_zone = text.ends_with('Z') || text.get(10..)?.contains(['+', '-']);
    let timestamp = if has_zone {
        text.parse().ok()?
    } else {
        TimeZone::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok()?
    };
    Some(timestamp.as_microsecond())
}

/// Whether a time of the service has six digits of a second or more.
pub(crate) fn is_to_the_microsecond(text: &str) -> bool {
    let digits = |(_, rest): (&str, &str)| rest.bytes().take_while(u8::is_ascii_digit).count();
    text.split_once('.').is_some_and(|parts| digits(parts) >= 6)
}

/// A span of time given to a flag: `30s`, `5m`, `1m30s`, `500ms`.
///
/// # Errors
///
/// Says what would work.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "not a span of time; write 500ms, 30s, 5m or 1h".to_owned())
}

/// A span of time in which something can happen: not zero.
///
/// # Errors
///
/// Says what would work.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match span(text)? {
        Duration::ZERO => Err("no time at all; write 500ms, 30s, 5m or 1h".to_owned()),
        span => Ok(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:30:15.5Z".parse().unwrap()
    }

    #[test]
    fn every_form_of_a_time_becomes_the_one_that_the_api_documents() {
        let cases = [
            ("2026-11-01", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
            ("2026-11-01T12:00:00", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
            ("2026-11-01 12:00", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
            ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
            ("2026-11-01T12:00:00+08:00", "2026-11-01T04:00:00Z", "2026-11-01T04:00:00Z"),
            ("2026-11-01T12:00:00.25Z", "2026-11-01T12:00:00Z", "2026-11-01T12:00:01Z"),
            ("36h", "2026-11-22T00:30:15Z", "2026-11-22T00:30:16Z"),
            ("7d", "2026-11-16T12:30:15Z", "2026-11-16T12:30:16Z"),
            ("2w", "2026-11-09T12:30:15Z", "2026-11-09T12:30:16Z"),
            ("0d", "2026-11-23T12:30:15Z", "2026-11-23T12:30:16Z"),
        ];
        for (text, lower, upper) in cases {
            let moment = Moment::parse(text, now()).unwrap();
            assert_eq!(moment.at_or_after(), lower, "{text}");
            assert_eq!(moment.at_or_before(), upper, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_would_work() {
        let cases = [
            ("", "not a time"),
            ("soon", "not a time"),
            ("2026-13-01", "not a time"),
            ("2026-02-30", "not a time"),
            ("-7d", "not a time"),
            ("7", "not a time"),
            ("d", "not a time"),
            ("7y", "unknown unit `y`"),
            ("7D", "unknown unit `D`"),
            ("1969-12-31", "before 1970"),
            ("99999999999999999999d", "before 1970"),
            ("9223372036854775807w", "before 1970"),
        ];
        for (text, expected) in cases {
            let error = Moment::parse(text, now()).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn the_services_times_are_moments() {
        let cases = [
            ("1970-01-01T00:00:01", Some(1_000_000)),
            ("1970-01-01T00:00:01.000002", Some(1_000_002)),
            ("1970-01-01T00:00:01.250+00:00", Some(1_250_000)),
            ("1970-01-01T08:00:01+08:00", Some(1_000_000)),
            ("1970-01-01T00:00:01Z", Some(1_000_000)),
            ("", None),
            ("yesterday", None),
            ("null", None),
        ];
        for (text, expected) in cases {
            assert_eq!(instant(text), expected, "{text}");
        }
        for (text, expected) in [
            ("2020-02-21T07:00:54.065135", true),
            ("2020-02-21T07:00:54.065135+00:00", true),
            ("2020-02-21T07:00:54.065+00:00", false),
            ("2020-02-21T07:00:54", false),
        ] {
            assert_eq!(is_to_the_microsecond(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_need_a_unit_and_are_longer_than_nothing() {
        let cases = [
            ("30s", Some(30_000)),
            ("500ms", Some(500)),
            ("1m30s", Some(90_000)),
            ("2h", Some(7_200_000)),
            ("0s", None),
            ("30", None),
            ("-5s", None),
            ("", None),
        ];
        for (text, milliseconds) in cases {
            let expected = milliseconds.map(Duration::from_millis);
            assert_eq!(duration(text).ok(), expected, "{text}");
        }
        assert_eq!(span("0ms"), Ok(Duration::ZERO));
    }
}
