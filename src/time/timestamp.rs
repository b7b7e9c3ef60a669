//! Times as the service sends them, in UTC.
//!
//! The service writes most times without a zone and means UTC; some end in `+00:00`. All digits of
//! a fraction are kept.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time in UTC, with every digit of the second that was sent.
pub(crate) struct SentTime<'a> {
    /// `2020-02-21T07:00:54.065135`, with the fraction as sent.
    text: Cow<'a, str>,
    /// The time without the fraction.
    utc: CivilTime,
}

/// Length of a time without fraction and zone.
const LENGTH: usize = 19;

impl<'a> SentTime<'a> {
    /// Parses `2020-02-21T07:00:54`, with or without a fraction and a zone. Returns `None` for
    /// other forms and for dates that do not exist.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (seconds, rest) = text.split_at_checked(LENGTH)?;
        let local = CivilTime::read(seconds.as_bytes())?;
        let digits = rest.strip_prefix('.').map_or(0, leading_digits);
        let fraction = if digits == 0 { 0 } else { digits + 1 };
        let (text, zone) = text.split_at(LENGTH + fraction);
        if is_utc(zone) {
            return Some(Self { text: Cow::Borrowed(text), utc: local });
        }
        let mut utc = local.date_time()?.checked_sub(offset(zone)?).ok()?.to_string();
        let civil_time = CivilTime::read(utc.as_bytes())?;
        utc.push_str(&text[LENGTH..]);
        Some(Self { text: Cow::Owned(utc), utc: civil_time })
    }

    /// Returns the time without its fraction: `2020-02-21T07:00:54`.
    pub(crate) fn seconds(&self) -> &str {
        &self.text[..LENGTH]
    }

    /// Returns the fraction with its point, such as `.065135`, or an empty text.
    pub(crate) fn fraction(&self) -> &str {
        &self.text[LENGTH..]
    }

    /// Formats the time in RFC 3339, with every digit that was sent.
    pub(crate) fn exact(&self) -> String {
        [&self.text, "Z"].concat()
    }

    /// Appends [`exact`](Self::exact) to `text`.
    pub(crate) fn push_exact(&self, text: &mut String) {
        text.push_str(&self.text);
        text.push('Z');
    }

    /// Returns the moment, without its fraction.
    pub(crate) fn moment(&self) -> Option<Timestamp> {
        TimeZone::UTC.to_timestamp(self.utc.date_time()?).ok()
    }

    /// Returns microseconds since 1970; further digits are dropped.
    pub(crate) fn microsecond(&self) -> Option<i64> {
        let digits = self.fraction().as_bytes().get(1..).unwrap_or_default();
        let digit = |at| digits.get(at).map_or(0, |digit| i64::from(digit - b'0'));
        let fraction = (0..6).fold(0, |number, at| number * 10 + digit(at));
        Some(self.moment()?.as_microsecond() + fraction)
    }

    /// Returns the number of digits of the fraction.
    pub(crate) fn fraction_digits(&self) -> usize {
        self.fraction().len().saturating_sub(1)
    }
}

/// A valid date and time of day.
struct CivilTime {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
}

impl CivilTime {
    /// Parses a text of [`LENGTH`] bytes.
    fn read(text: &[u8]) -> Option<Self> {
        let (date, time) = text.split_first_chunk()?;
        let year_and_month = digits(date, b"0000-00-")?;
        let day_and_hour = digits(time.first_chunk()?, b"00T00:00")?;
        let time = digits(time.last_chunk()?, b"00:00:00")?;
        let two = |digits: [u8; 8], at: usize| (digits[at] * 10 + digits[at + 1]) as i8;
        let year = i16::from(two(year_and_month, 0)) * 100 + i16::from(two(year_and_month, 2));
        let (month, day) = (two(year_and_month, 5), two(day_and_hour, 0));
        let (hour, minute, second) = (two(time, 0), two(time, 3), two(time, 6));
        // Days up to 28 exist in every month.
        let is_date = (1..=12).contains(&month)
            && ((1..=28).contains(&day) || Date::new(year, month, day).is_ok());
        (is_date && hour < 24 && minute < 60 && second < 60).then_some(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    fn date_time(&self) -> Option<DateTime> {
        let Self { year, month, day, hour, minute, second } = *self;
        DateTime::new(year, month, day, hour, minute, second, 0).ok()
    }
}

/// Extracts the digits of a text that has any digit where `form` has a zero, and the same byte
/// elsewhere. Compares all bytes at once.
fn digits(text: &[u8; 8], form: &[u8; 8]) -> Option<[u8; 8]> {
    /// The highest bit of each byte.
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    // Sets the highest bit when added to a byte above 9, or above 0.
    let to_highest = word(&form.map(|byte| if byte == b'0' { 0x80 - 10 } else { 0x80 - 1 }));
    let digits = word(text) ^ word(form);
    let fits = (digits | digits.wrapping_add(to_highest)) & HIGHEST == 0;
    fits.then(|| digits.to_le_bytes())
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "" | "Z" | "+00:00" | "-00:00")
}

/// Returns how far `zone` is ahead of UTC.
fn offset(zone: &str) -> Option<SignedDuration> {
    let (sign, hours, minutes) = match zone.as_bytes() {
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => (sign, number(&[*a, *b])?, number(&[*c, *d])?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = SignedDuration::from_mins(i64::from(hours) * 60 + i64::from(minutes));
    Some(if *sign == b'-' { -ahead } else { ahead })
}

/// Parses a number of at most four decimal digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_forms_are_converted_to_utc() {
        let cases = [
            ("2020-02-21T07:00:54.065135", "2020-02-21T07:00:54.065135Z"),
            ("2020-02-21T07:07:25.114+00:00", "2020-02-21T07:07:25.114Z"),
            ("2020-02-23T01:00:32Z", "2020-02-23T01:00:32Z"),
            ("2025-03-02T02:00:00", "2025-03-02T02:00:00Z"),
            ("2025-03-02T02:00:00.120000", "2025-03-02T02:00:00.120000Z"),
            ("2025-01-01T05:30:00.123456789012+08:00", "2024-12-31T21:30:00.123456789012Z"),
            ("2024-02-28T23:59:59.9-05:30", "2024-02-29T05:29:59.9Z"),
            ("2020-02-21T07:00:54-00:00", "2020-02-21T07:00:54Z"),
            ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
        ];
        for (sent, expected) in cases {
            assert_eq!(
                SentTime::parse(sent).map(|time| time.exact()).as_deref(),
                Some(expected),
                "{sent}"
            );
        }
    }

    #[test]
    fn every_wrong_byte_is_rejected() {
        let text = "2020-02-21T07:00:54";
        for (at, sent) in text.bytes().enumerate() {
            for byte in 0..=u8::MAX {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                let is_form = byte == sent || byte.is_ascii_digit() && sent.is_ascii_digit();
                let is_moment = || match at {
                    5 => byte < b'2',
                    8 => byte < b'3',
                    11 => byte < b'2',
                    14 | 17 => byte < b'6',
                    _ => true,
                };
                let expected = is_form && is_moment() && bytes[5..7] != *b"00";
                assert_eq!(CivilTime::read(&bytes).is_some(), expected, "{at} {byte}");
            }
        }
    }

    #[test]
    fn invalid_times_are_rejected() {
        let cases = [
            "",
            "never",
            "2025-12-31",
            "2020-02-30T07:00:54",
            "2020-13-01T07:00:54",
            "2020-02-21T24:00:00",
            "2020-02-21T07:00:61",
            "2020-02-21 07:00:54",
            "2020-02-21T07:00:54.",
            "2020-02-21T07:00:54.Z",
            "2020-02-21T07:00:54.5z",
            "2020-02-21T07:00:54+8",
            "2020-02-21T07:00:54+24:00",
            "2020-02-21T07:00:54+08:0a",
            "2020-02-21T07:00:54Z ",
            "2020-02-2１T07:00:54",
            "2020-02-21T07:00:5４",
            "+020-02-21T07:00:54",
            "9999-12-31T23:59:59-08:00",
        ];
        for text in cases {
            assert!(SentTime::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn moments_have_microsecond_precision() {
        let cases = [
            ("1970-01-01T00:00:01", 1_000_000),
            ("1970-01-01T00:00:01.5", 1_500_000),
            ("1970-01-01T00:00:01.000002", 1_000_002),
            ("1970-01-01T00:00:01.0000029", 1_000_002),
            ("1970-01-01T01:00:01.25+01:00", 1_250_000),
        ];
        for (sent, expected) in cases {
            assert_eq!(SentTime::parse(sent).unwrap().microsecond(), Some(expected), "{sent}");
        }
    }
}
