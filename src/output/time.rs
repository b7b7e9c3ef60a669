//! Human-readable forms of the times that the service sends.

use std::borrow::Cow;
use std::cmp::Ordering;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::value::Precision;
use crate::record::column::ColumnKind;
use crate::text::sanitize;
use crate::time::local_zone;
use crate::time::timestamp::SentTime;

/// How human-readable formats print times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum TimeStyle {
    /// 2026-11-19T23:57:42Z
    Utc,
    /// 2026-11-20 00:57:42 +01:00, in the zone that TZ names, or this machine's
    Local,
    /// 3 d ago, in 27 d
    Relative,
    /// As the service sends it; without a zone it is UTC, as the heading says
    Raw,
}

/// A time style with its parameters.
#[derive(Clone, Debug)]
pub(super) enum Times {
    Utc,
    Local(TimeZone),
    /// Relative to this moment.
    Relative(Timestamp),
    Raw,
}

/// Lengths that times may be shortened to, in descending order.
#[derive(Clone, Copy)]
pub(super) struct Lengths {
    /// Lengths at which nothing of the style is lost.
    pub(super) whole: &'static [usize],
    /// Lengths of times cut to the minute or the day.
    pub(super) shortened: &'static [usize],
}

impl TimeStyle {
    /// # Errors
    ///
    /// If the time zone is unknown. The message is for a usage error.
    pub(super) fn times(self) -> Result<Times, String> {
        Ok(match self {
            Self::Utc => Times::Utc,
            Self::Local => Times::Local(local_zone().ok_or_else(unknown_zone)?),
            Self::Relative => Times::Relative(Timestamp::now()),
            Self::Raw => Times::Raw,
        })
    }
}

/// Returns the error for an unknown time zone. A POSIX zone with summer time but without rules is
/// rejected too, since systems interpret it differently.
fn unknown_zone() -> String {
    let zone = match std::env::var("TZ") {
        Ok(zone) => format!("TZ=`{}` names no time zone that is known here", zone.escape_debug()),
        Err(_) => "the time zone of this machine is not known".to_owned(),
    };
    format!(
        "'--time local': {zone}; set TZ to a name such as Europe/Berlin (which takes the files of the package \
         tzdata), to an offset such as CET-1, or to one with its rules such as CET-1CEST,M3.5.0,M10.5.0/3, or \
         use --time utc"
    )
}

impl Times {
    /// Formats a sent time in this style. Other texts are returned unchanged.
    pub(super) fn shown<'a>(&self, sent: Cow<'a, str>, precision: Precision) -> Cow<'a, str> {
        let Some(time) = SentTime::parse(&sent) else { return sent };
        let fraction = if precision == Precision::Full { time.fraction() } else { "" };
        let shown = match self {
            Self::Raw => None,
            Self::Utc => Some([time.seconds(), fraction, "Z"].concat()),
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

    /// Returns the heading of a column or the label of a field. Adds the zone if the times do not
    /// show one.
    pub(super) fn heading<'a>(&self, name: &'a str, kind: ColumnKind) -> Cow<'a, str> {
        match (self, kind) {
            (Self::Raw, ColumnKind::Time) => Cow::Owned(format!("{name} (UTC)")),
            _ => Cow::Borrowed(name),
        }
    }

    /// Returns the lengths that times of this style may be shortened to.
    pub(super) fn lengths(&self) -> Lengths {
        match self {
            Self::Utc => Lengths { whole: &[20], shortened: &[17, 11] },
            Self::Local(_) => Lengths { whole: &[26], shortened: &[23, 17, 14] },
            Self::Relative(_) => Lengths { whole: &[], shortened: &[] },
            Self::Raw => Lengths { whole: &[26, 19], shortened: &[17, 11] },
        }
    }
}

/// Formats a distance such as `3 d ago` or `in 27 d` in whole units, rounded down. Uses hours up to
/// two days, since 26 hours and 47 hours matter differently.
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

/// Shortens a formatted time to `width` cells. Styles of `cbr` keep the zone and lose the seconds,
/// then the time of day: an hour alone could be misread.
pub(super) fn shortened(text: &str, width: usize) -> Cow<'_, str> {
    if text.len() <= width || !text.is_ascii() {
        return sanitize::shortened(text, width);
    }
    let forms: &[[&str; 2]] = match (text.len(), text.as_bytes()[10.min(text.len() - 1)]) {
        // 2026-11-19T23:57:42Z
        (20, b'T') if text.ends_with('Z') => &[[&text[..16], "Z"], [&text[..10], "Z"]],
        // 2026-11-20 00:57:42 +01:00
        (26, b' ') if text.as_bytes()[19] == b' ' => {
            match (&text[19..], text[19..].strip_suffix(":00")) {
                (zone, Some(hours)) => {
                    &[[&text[..16], zone], [&text[..10], zone], [&text[..10], hours]]
                }
                // A zone with half an hour takes the place of the year.
                (zone, None) => &[[&text[..16], zone], [&text[..10], zone], [&text[5..10], zone]],
            }
        }
        _ => return sanitize::shortened(text, width),
    };
    match forms.iter().find(|form| form.concat().len() <= width) {
        Some(form) => Cow::Owned(form.concat()),
        None => sanitize::shortened(text, width),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    /// All styles, in Berlin, 72 hours after the first time of the cases.
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
            (utc, 16, "2026-11-19Z"),
            (utc, 11, "2026-11-19Z"),
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
                assert_eq!(sanitize::cells(&shortened(&shown, length)), length.min(shown.len()));
            }
        }
    }
}
