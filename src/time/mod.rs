//! Points in time and spans of time as users write them.
//!
//! Owns the grammar of time flags and the API's input format, `YYYY-MM-DDTHH:MM:SSZ`. A run has one
//! time zone, by default UTC, for times without a zone, days and months. `now` is the same moment
//! for all flags.

pub(crate) mod timestamp;
mod zone;

use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use timestamp::SentTime;
pub(crate) use zone::{local as local_zone, named as named_zone};

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ZonedDateTime, civil, tz::TimeZone};

/// A point in time given to a flag, not before 1970. [`FromStr`] parses `7d` as seven days ago.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment(Timestamp);

/// Direction of a span of time from now.
#[derive(Clone, Copy)]
enum TimeDirection {
    Back,
    Ahead,
}

impl Moment {
    /// Returns examples for completion: the shortest of each kind.
    pub(crate) fn offered() -> impl Iterator<Item = &'static str> {
        ["now", "today", "yesterday", "36h", "7d", "2w", "1mo", "1y"].into_iter()
    }

    /// Formats a lower bound for the API: whole seconds, rounded down so that no backup is lost.
    pub(crate) fn at_or_after(&self) -> String {
        self.whole_seconds(self.0.as_second())
    }

    /// Formats an upper bound for the API: whole seconds, rounded up so that no backup is lost.
    pub(crate) fn at_or_before(&self) -> String {
        self.whole_seconds(self.0.as_second() + i64::from(self.0.subsec_nanosecond() > 0))
    }

    fn whole_seconds(&self, second: i64) -> String {
        Timestamp::from_second(second).unwrap_or(self.0).to_string()
    }

    /// Returns true if this moment is after `other`.
    pub(crate) fn is_after(&self, other: &Self) -> bool {
        self.0 > other.0
    }

    /// Returns true at 00:00 in the zone of the run.
    pub(crate) fn is_midnight(&self) -> bool {
        zone().to_datetime(self.0).time() == civil::Time::midnight()
    }

    /// Returns the date in the zone of the run.
    pub(crate) fn day(&self) -> civil::Date {
        zone().to_datetime(self.0).date()
    }

    /// Returns the date of the next day.
    pub(crate) fn next_day(&self) -> civil::Date {
        self.day().saturating_add(Span::new().days(1))
    }

    /// Returns the moment this many days of 24 hours later, but not before 1970.
    pub(crate) fn plus_days(&self, days: i64) -> Self {
        let moved = self.0.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(self.0);
        Self(moved.max(Timestamp::UNIX_EPOCH))
    }

    /// Returns microseconds since 1970, as [`instant`] does.
    pub(crate) fn microsecond(&self) -> i64 {
        self.0.as_microsecond()
    }

    /// Parses a time, where `7d` is seven days in the future.
    ///
    /// # Errors
    ///
    /// If the text is invalid; the message shows valid forms.
    pub(crate) fn ahead(text: &str) -> Result<Self, String> {
        Self::parse(text, *NOW, TimeDirection::Ahead, zone())
    }

    /// Parses a date, an RFC 3339 time, a word such as `today`, or a span that counts from `now`. A
    /// time without a zone is in `zone`.
    fn parse(
        text: &str,
        now: Timestamp,
        direction: TimeDirection,
        zone: &TimeZone,
    ) -> Result<Self, String> {
        if let Some(moment) = Self::relative(text, now, direction)? {
            return Ok(moment);
        }
        // A word in a zone, such as `today[Europe/Berlin]`.
        if let Some((word, named)) = text.strip_suffix(']').and_then(|text| text.split_once('['))
            && let Some(days) = days_from_today(word)
        {
            let zone = TimeZone::get(named).map_err(|_| unknown_zone(named))?;
            return Self::not_too_early(midnight(days, now, &zone)?);
        }
        let in_run_zone = |time: civil::DateTime| zone.to_timestamp(time).ok();
        let timestamp = match text {
            "now" => Some(now),
            _ if text.contains('[') => Some(in_zone(text)?),
            _ => match days_from_today(text) {
                Some(days) => Some(midnight(days, now, zone)?),
                None => with_offset(text)
                    .or_else(|| in_run_zone(text.parse().ok()?))
                    .or_else(|| in_run_zone(format!("{text}-01").parse().ok()?)),
            },
        };
        let unknown = || {
            format!(
                "not a time; write 2026-11-01 (00:00 of that day), 2026-11-01T12:00:00Z, now, \
                 today, yesterday, or {SPANS}"
            )
        };
        Self::not_too_early(timestamp.ok_or_else(unknown)?)
    }

    /// Parses a span that counts from `now`. Returns `None` if the text is not a span.
    fn relative(
        text: &str,
        now: Timestamp,
        direction: TimeDirection,
    ) -> Result<Option<Self>, String> {
        let Some(span) = written_span(text)? else { return Ok(None) };
        let now = TimeZone::UTC.to_datetime(now);
        let time = match direction {
            TimeDirection::Back => now.checked_sub(span),
            TimeDirection::Ahead => now.checked_add(span),
        };
        let timestamp = time.and_then(|time| TimeZone::UTC.to_timestamp(time));
        let timestamp = timestamp.map_err(|_| "out of range".to_owned())?;
        Self::not_too_early(timestamp).map(Some)
    }

    fn not_too_early(timestamp: Timestamp) -> Result<Self, String> {
        if timestamp < Timestamp::UNIX_EPOCH {
            return Err("before 1970".to_owned());
        }
        Ok(Self(timestamp))
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, *NOW, TimeDirection::Back, zone())
    }
}

/// Returns the number of days from today to the day that a word names.
fn days_from_today(word: &str) -> Option<i64> {
    match word {
        "today" => Some(0),
        "yesterday" => Some(-1),
        "tomorrow" => Some(1),
        _ => None,
    }
}

/// Returns the beginning of the day this many days from today.
fn midnight(days: i64, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let day = zone.to_datetime(now).date() + Span::new().days(days);
    zone.to_timestamp(day.into()).map_err(|error| error.to_string())
}

/// Time zone of this run.
static ZONE: OnceLock<TimeZone> = OnceLock::new();

/// Sets the time zone of this run, before any flag is parsed. Later calls have no effect.
pub(crate) fn set_zone(zone: TimeZone) {
    drop(ZONE.set(zone));
}

/// Returns the time zone of this run.
pub(crate) fn zone() -> &'static TimeZone {
    ZONE.get_or_init(|| TimeZone::UTC)
}

/// Start of this run, shared by all flags: `--since 7d` and `--older-than 7d` mean the same moment.
static NOW: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);

/// Returns the start of this run, which all ages and flags count from.
pub(crate) fn now() -> Timestamp {
    *NOW
}

/// Valid spans, for messages.
const SPANS: &str = "a span such as 36h, 7d, 2w, 1mo or 1y";

/// Parses a time with its zone: `2026-11-01T12:00[Europe/Berlin]`. If the hour is repeated at the
/// end of summer time, the first one is used, as in RFC 5545.
///
/// # Errors
///
/// If the text in brackets is not a zone, or contradicts the offset before it.
fn in_zone(text: &str) -> Result<Timestamp, String> {
    let zone = text.split(['[', ']']).nth(1).unwrap_or_default();
    // jiff would silently skip annotations such as a calendar.
    let is_alone = text.ends_with(']') && text.matches(['[', ']']).count() == 2;
    let time = text.parse::<ZonedDateTime>().ok().filter(|_| is_alone && !zone.contains('='));
    time.map(|time| time.timestamp()).ok_or_else(|| match TimeZone::get(zone) {
        Ok(_) if is_alone => format!(
            "no time before `[{zone}]`; write 2026-11-01T12:00[{zone}], or the offset from UTC: \
             2026-11-01T12:00:00+01:00"
        ),
        _ => unknown_zone(zone),
    })
}

fn unknown_zone(zone: &str) -> String {
    format!(
        "no time in a zone `{}` that is known here; write the offset from UTC: \
         2026-11-01T12:00:00+01:00",
        zone.escape_debug()
    )
}

/// Parses a time with its offset from UTC, or `Z`: in RFC 3339, and in the forms that `--time utc`
/// and `--time local` print, down to a day. Returns `None` for anything else.
fn with_offset(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked("2026-11-01".len())?;
    let (time, offset) = rest.split_at_checked(rest.find(['+', '-', 'Z', 'z'])?)?;
    let time = match time.strip_suffix(' ').unwrap_or(time) {
        "" => "T00:00",
        time => time,
    };
    [date, time, offset].concat().parse().ok()
}

/// Parses a span such as `36h`, `7d`, `1mo` or `1y6mo`; also `-7d`, `7D`, and `8 d ago` as printed
/// in tables. Returns `None` if the text is not a span.
///
/// # Errors
///
/// For the unit `m`, which could be minutes or months.
fn written_span(text: &str) -> Result<Option<Span>, String> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let text = text.strip_suffix(" ago").unwrap_or(text);
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(None);
    }
    let Ok(span) = text.to_ascii_lowercase().parse::<Span>() else { return Ok(None) };
    let mut units = text.split(|char: char| !char.is_ascii_alphabetic());
    if units.any(|unit| unit.eq_ignore_ascii_case("m")) {
        return Err("`m` could be minutes or months; write 30min or 1mo".to_owned());
    }
    Ok((!span.is_negative()).then_some(span))
}

/// Returns the date of a time sent by the service, in this zone: `2020-02-21`. `None` if
/// [`instant`] returns `None`.
pub(crate) fn day(text: &str, zone: &TimeZone) -> Option<String> {
    let timestamp = Timestamp::from_microsecond(instant(text)?).ok()?;
    Some(zone.to_datetime(timestamp).date().to_string())
}

/// Formats microseconds since 1970 in RFC 3339. Always prints six fractional digits, so that the
/// texts sort by time.
pub(crate) fn rfc3339(microsecond: i64) -> Option<String> {
    Some(format!("{:.6}", Timestamp::from_microsecond(microsecond).ok()?))
}

/// Parses a time sent by the service to microseconds since 1970. The service writes
/// `2020-02-21T07:00:54.065135`, which is UTC, or a time with an offset. Returns `None` for
/// anything else.
pub(crate) fn instant(text: &str) -> Option<i64> {
    instant_and_digits(text).map(|(instant, _)| instant)
}

/// Same as [`instant`], with the number of digits of the fraction.
pub(crate) fn instant_and_digits(text: &str) -> Option<(i64, usize)> {
    match SentTime::parse(text) {
        Some(time) => Some((time.microsecond()?, time.fraction_digits())),
        None => unusual_instant(text),
    }
}

/// Parses valid times in forms that the service is not known to send.
fn unusual_instant(text: &str) -> Option<(i64, usize)> {
    // A time without a zone ends in digits, with no sign after its date.
    let has_zone = text.ends_with('Z') || text.get(10..)?.contains(['+', '-']);
    let timestamp = if has_zone {
        text.parse().ok()?
    } else {
        TimeZone::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok()?
    };
    let (_, fraction) = text.split_once('.').unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    Some((timestamp.as_microsecond(), digits))
}

/// Parses a span of time given to a flag: `30s`, `5m`, `1m30s`, `500ms`.
///
/// # Errors
///
/// If the text is invalid; the message shows valid forms.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "not a span of time; write 500ms, 30s, 5m or 1h".to_owned())
}

/// Parses an age such as `26h`, `7d` or `2w`. A day has 24 hours.
///
/// # Errors
///
/// If the text is invalid or zero; the message shows valid forms.
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let invalid = || "not an age; write 26h, 7d or 2w".to_owned();
    let span = written_span(text)?.ok_or_else(invalid)?;
    if span.get_months() != 0 || span.get_years() != 0 {
        return Err("months and years differ in length; write days, such as 30d".to_owned());
    }
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
    let duration = duration.ok().and_then(|duration| Duration::try_from(duration).ok());
    duration.filter(|duration| !duration.is_zero()).ok_or_else(invalid)
}

/// Parses a span of time that is not zero.
///
/// # Errors
///
/// If the text is invalid; the message shows valid forms.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match span(text)? {
        Duration::ZERO => Err("must be more than zero; write 500ms, 30s, 5m or 1h".to_owned()),
        span => Ok(span),
    }
}

#[cfg(test)]
mod tests;
