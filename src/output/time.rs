//! Times as the service sends them, in UTC, and as people like to see them.
//!
//! The service writes most times without a zone, and means UTC; some of its answers end in
//! `+00:00`. Fractions have none to many digits, all of which are kept.

use std::borrow::Cow;
use std::cmp::Ordering;

use clap::ValueEnum;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::screen_text;
use super::value::Precision;

/// How formats for people write times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum TimeStyle {
    /// 2026-11-19T23:57:42Z
    Utc,
    /// 2026-11-20 00:57:42 +01:00, in the zone that TZ names, or this machine's
    Local,
    /// 3 d ago, in 27 d
    Relative,
    /// As the service sends it, without a zone: UTC
    Raw,
}

/// A style, with what it takes.
#[derive(Clone, Debug)]
pub(super) enum Times {
    Utc,
    Local(TimeZone),
    /// To this moment.
    Relative(Timestamp),
    Raw,
}

/// The lengths that times may be shortened to, the longest first.
#[derive(Clone, Copy)]
pub(super) struct Lengths {
    /// Nothing that was meant to be shown is lost.
    pub(super) whole: &'static [usize],
    /// To the minute, the hour or the day.
    pub(super) shortened: &'static [usize],
}

impl TimeStyle {
    /// # Errors
    ///
    /// If the zone of this machine cannot be found. The message is for a usage error.
    pub(super) fn times(self) -> Result<Times, String> {
        Ok(match self {
            Self::Utc => Times::Utc,
            Self::Local => Times::Local(TimeZone::try_system().map_err(|error| {
                format!(
                    "'--time local': the time zone is not known: {error}; set TZ to one such as \
                     Europe/Berlin (which takes the files of the package tzdata) or CET-1, or use \
                     --time utc"
                )
            })?),
            Self::Relative => Times::Relative(Timestamp::now()),
            Self::Raw => Times::Raw,
        })
    }
}

impl Times {
    /// A time that was sent, in this style. What is no time stays as it is.
    pub(super) fn shown<'a>(&self, sent: Cow<'a, str>, precision: Precision) -> Cow<'a, str> {
        let Some(time) = Time::parse(&sent) else { return sent };
        let fraction = if precision == Precision::Full { time.fraction } else { "" };
        let shown = match self {
            Self::Raw => None,
            Self::Utc => Some([&time.seconds, fraction, "Z"].concat()),
            Self::Local(zone) => time.moment().map(|moment| {
                let local = moment.to_zoned_datetime(zone.clone());
                let seconds = local.strftime("%Y-%m-%d %H:%M:%S");
                format!("{seconds}{fraction} {}", local.strftime("%:z"))
            }),
            Self::Relative(now) => time.moment().map(|moment| distance(*now, moment)),
        };
        match shown {
            Some(shown) => Cow::Owned(shown),
            None => sent,
        }
    }

    /// What its times may be shortened to.
    pub(super) fn lengths(&self) -> Lengths {
        match self {
            Self::Utc => Lengths { whole: &[20], shortened: &[17, 14, 11] },
            Self::Local(_) => Lengths { whole: &[26], shortened: &[23, 17, 14] },
            Self::Relative(_) => Lengths { whole: &[], shortened: &[] },
            Self::Raw => Lengths { whole: &[26, 19], shortened: &[17, 14, 11] },
        }
    }
}

/// `3 d ago`, `in 27 d`: whole units, rounded down. Hours up to two days, since a backup that is 26
/// hours old is another matter than one of 47.
fn distance(now: Timestamp, moment: Timestamp) -> String {
    let seconds = now.duration_since(moment).as_secs();
    let (number, unit) = match seconds.unsigned_abs() {
        seconds @ ..60 => (seconds, "s"),
        seconds @ ..3600 => (seconds / 60, "min"),
        seconds @ ..172_800 => (seconds / 3600, "h"),
        seconds => (seconds / 86_400, "d"),
    };
    match seconds.cmp(&0) {
        Ordering::Less => format!("in {number} {unit}"),
        Ordering::Equal | Ordering::Greater => format!("{number} {unit} ago"),
    }
}

/// A shown time in at most `width` cells. Times of ours keep their zone, and lose seconds, minutes and hours.
pub(super) fn shortened(text: &str, width: usize) -> Cow<'_, str> {
    if text.len() <= width || !text.is_ascii() {
        return screen_text::shortened(text, width);
    }
    let forms: [[&str; 2]; 3] = match (text.len(), text.as_bytes()[10.min(text.len() - 1)]) {
        // 2026-11-19T23:57:42Z
        (20, b'T') if text.ends_with('Z') => {
            [&text[..16], &text[..13], &text[..10]].map(|kept| [kept, "Z"])
        }
        // 2026-11-20 00:57:42 +01:00
        (26, b' ') if text.as_bytes()[19] == b' ' => {
            match (&text[19..], text[19..].strip_suffix(":00")) {
                (zone, Some(hours)) => {
                    [[&text[..16], zone], [&text[..10], zone], [&text[..10], hours]]
                }
                // For half an hour the year goes.
                (zone, None) => [[&text[..16], zone], [&text[..10], zone], [&text[5..10], zone]],
            }
        }
        _ => return screen_text::shortened(text, width),
    };
    match forms.iter().find(|form| form.concat().len() <= width) {
        Some(form) => Cow::Owned(form.concat()),
        None => screen_text::shortened(text, width),
    }
}

/// A time in UTC, to the digit of a second that was sent.
pub(super) struct Time<'a> {
    /// `2020-02-21T07:00:54`
    seconds: Cow<'a, str>,
    /// As sent, with its point, or empty: no zone changes it.
    fraction: &'a str,
    /// The same as `seconds`.
    utc: DateTime,
}

/// The separators of a time and where they stand; digits are around them.
const SEPARATORS: [(usize, u8); 5] = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];

/// The bytes of a time without fraction and zone.
const LENGTH: usize = 19;

impl<'a> Time<'a> {
    /// Reads `2020-02-21T07:00:54`, with or without a fraction and a zone. `None` if `text` is not
    /// of that form or names no real moment.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (seconds, rest) = text.split_at_checked(LENGTH)?;
        let local = date_time(seconds.as_bytes())?;
        let digits = rest.strip_prefix('.').map_or(0, leading_digits);
        let (fraction, zone) = rest.split_at(if digits == 0 { 0 } else { digits + 1 });
        let (utc, seconds) = match offset(zone)? {
            SignedDuration::ZERO => (local, Cow::Borrowed(seconds)),
            offset => {
                let utc = local.checked_sub(offset).ok()?;
                (utc, Cow::Owned(utc.to_string()))
            }
        };
        Some(Self { seconds, fraction, utc })
    }

    /// RFC 3339 with every digit that was sent.
    pub(super) fn exact(&self) -> String {
        [&self.seconds, self.fraction, "Z"].concat()
    }

    /// The moment, without its fraction.
    fn moment(&self) -> Option<Timestamp> {
        TimeZone::UTC.to_timestamp(self.utc).ok()
    }
}

/// `bytes` are [`LENGTH`] long.
fn date_time(bytes: &[u8]) -> Option<DateTime> {
    if SEPARATORS.iter().any(|&(at, separator)| bytes[at] != separator) {
        return None;
    }
    let two = |at: usize| i8::try_from(number(&bytes[at..at + 2])?).ok();
    DateTime::new(number(&bytes[..4])?, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, 0).ok()
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// How far local time is ahead of UTC in `zone`; none is UTC.
fn offset(zone: &str) -> Option<SignedDuration> {
    let (sign, hours, minutes) = match zone.as_bytes() {
        [] | [b'Z'] => return Some(SignedDuration::ZERO),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => (sign, number(&[*a, *b])?, number(&[*c, *d])?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = SignedDuration::from_mins(i64::from(hours) * 60 + i64::from(minutes));
    Some(if *sign == b'-' { -ahead } else { ahead })
}

/// A number of at most four decimal digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_forms_in_utc() {
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
                Time::parse(sent).map(|time| time.exact()).as_deref(),
                Some(expected),
                "{sent}"
            );
        }
    }

    #[test]
    fn what_is_no_time() {
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
            assert!(Time::parse(text).is_none(), "{text}");
        }
    }

    /// Berlin, 72 hours after the first of the times below.
    fn every_style() -> [Times; 4] {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        [
            Times::Utc,
            Times::Local(berlin),
            Times::Relative("2026-11-22T23:57:42.9Z".parse().unwrap()),
            Times::Raw,
        ]
    }

    #[test]
    fn each_style_names_the_zone_or_needs_none() {
        let cases = [
            (
                "2026-11-19T23:57:42.065135",
                [
                    "2026-11-19T23:57:42Z",
                    "2026-11-20 00:57:42 +01:00",
                    "3 d ago",
                    "2026-11-19T23:57:42.065135",
                ],
            ),
            (
                "2026-07-01T10:00:00+08:00",
                [
                    "2026-07-01T02:00:00Z",
                    "2026-07-01 04:00:00 +02:00",
                    "144 d ago",
                    "2026-07-01T10:00:00+08:00",
                ],
            ),
            ("soon", ["soon"; 4]),
            ("", [""; 4]),
        ];
        for (sent, expected) in cases {
            for (times, expected) in every_style().iter().zip(expected) {
                assert_eq!(times.shown(sent.into(), Precision::Second), expected, "{times:?}");
            }
        }
        let full = every_style().map(|times| {
            times.shown("2026-11-19T23:57:42.065135".into(), Precision::Full).into_owned()
        });
        let expected = [
            "2026-11-19T23:57:42.065135Z",
            "2026-11-20 00:57:42.065135 +01:00",
            "3 d ago",
            "2026-11-19T23:57:42.065135",
        ];
        assert_eq!(full, expected);
    }

    #[test]
    fn distances_are_whole_units_of_the_right_size() {
        let cases = [
            (0, "0 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
            (26 * 3600, "26 h ago"),
            (48 * 3600 - 1, "47 h ago"),
            (48 * 3600, "2 d ago"),
            (400 * 86_400, "400 d ago"),
            (-1, "in 1 s"),
            (-27 * 86_400 - 5, "in 27 d"),
        ];
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        for (seconds, expected) in cases {
            let moment = now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
            assert_eq!(distance(now, moment), expected);
        }
    }

    #[test]
    fn a_shortened_time_keeps_its_zone() {
        let (utc, local) = ("2026-11-19T23:57:42Z", "2026-11-20 00:57:42 +01:00");
        let cases = [
            (utc, 20, utc),
            (utc, 19, "2026-11-19T23:57Z"),
            (utc, 17, "2026-11-19T23:57Z"),
            (utc, 14, "2026-11-19T23Z"),
            (utc, 12, "2026-11-19Z"),
            (utc, 10, "2026-11-1…"),
            (local, 26, local),
            (local, 23, "2026-11-20 00:57 +01:00"),
            (local, 17, "2026-11-20 +01:00"),
            ("9999-99-99 long long a text", 14, "9999-99-99 lo…"),
            (local, 16, "2026-11-20 +01"),
            (local, 13, "2026-11-20 0…"),
            ("2026-11-20 05:27:42 +05:30", 14, "11-20 +05:30"),
            ("2026-11-19T23:57:42.065135", 17, "2026-11-19T23:57…"),
            ("in 27 d", 5, "in 2…"),
        ];
        for (text, width, expected) in cases {
            assert_eq!(shortened(text, width), expected, "{text} {width}");
        }
        for times in every_style() {
            let Lengths { whole, shortened: lengths } = times.lengths();
            let shown = times.shown("2026-11-19T23:57:42.065135".into(), Precision::Second);
            for &length in whole.iter().chain(lengths) {
                assert_eq!(screen_text::cells(&shortened(&shown, length)), length.min(shown.len()));
            }
        }
    }
}
