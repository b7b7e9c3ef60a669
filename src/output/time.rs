//! Human-readable forms of times.

use std::borrow::Cow;
use std::cmp::Ordering;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::record::column::ColumnKind;
use crate::time::timestamp::SentTime;
use crate::time::{local_zone, now};

/// Level of detail of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Times to the minute without their zone, short names of types: for tables on a screen.
    Short,
    /// Times to the second, whole values: for tables in a pipe.
    Second,
    /// Every digit that was sent.
    Full,
}

/// Style of times in human-readable formats.
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

impl TimeStyle {
    /// # Errors
    ///
    /// If the time zone is unknown. The message is for a usage error.
    pub(super) fn times(self) -> Result<Times, String> {
        Ok(match self {
            Self::Utc => Times::Utc,
            Self::Local => Times::Local(local_zone().ok_or_else(unknown_zone)?),
            Self::Relative => Times::Relative(now()),
            Self::Raw => Times::Raw,
        })
    }
}

/// Returns the error for an unknown time zone. A POSIX zone with summer time but without rules is
/// rejected too, since systems interpret it differently.
fn unknown_zone() -> String {
    let zone = match std::env::var("TZ") {
        Ok(zone) => format!("TZ=`{}` names an unknown time zone", zone.escape_debug()),
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
    pub(super) fn shown<'a>(&self, sent: Cow<'a, str>, detail: Detail) -> Cow<'a, str> {
        let Some(time) = SentTime::parse(&sent) else { return sent };
        let fraction = if detail == Detail::Full { time.fraction() } else { "" };
        let shown = match self {
            Self::Raw => None,
            Self::Utc if detail == Detail::Short => Some(time.seconds()[..16].replace('T', " ")),
            Self::Utc => Some([time.seconds(), fraction, "Z"].concat()),
            Self::Local(zone) => time.moment().map(|moment| {
                let local = moment.to_zoned_datetime(zone.clone());
                if detail == Detail::Short {
                    return local.strftime("%Y-%m-%d %H:%M").to_string();
                }
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

    /// Formats a sent time to the second, without its zone. Other texts are returned unchanged.
    pub(super) fn without_zone<'a>(&self, sent: Cow<'a, str>) -> Cow<'a, str> {
        let Some(time) = SentTime::parse(&sent) else { return sent };
        let shown = match self {
            Self::Local(zone) => time.moment().map(|moment| {
                moment.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
            }),
            Self::Utc | Self::Relative(_) | Self::Raw => Some(time.seconds().replace('T', " ")),
        };
        shown.map_or(sent, Cow::Owned)
    }

    /// Returns the heading of a column or the label of a field. Adds the zone if the times do not
    /// show it.
    pub(super) fn heading<'a>(
        &self,
        name: &'a str,
        kind: ColumnKind,
        detail: Detail,
    ) -> Cow<'a, str> {
        if kind != ColumnKind::Time {
            return Cow::Borrowed(name);
        }
        match self {
            Self::Raw => Cow::Owned(format!("{name} (UTC)")),
            Self::Utc if detail == Detail::Short => Cow::Owned(format!("{name} (UTC)")),
            Self::Local(zone) if detail == Detail::Short => {
                Cow::Owned(format!("{name} ({})", zone_name(zone)))
            }
            Self::Utc | Self::Local(_) | Self::Relative(_) => Cow::Borrowed(name),
        }
    }
}

/// Returns the offset of a zone if it is constant, otherwise its abbreviations: `+08:00`,
/// `CET/CEST`.
fn zone_name(zone: &TimeZone) -> String {
    let now = now();
    let next = zone.following(now).next().map(|next| next.timestamp());
    let infos = [Some(now), next].into_iter().flatten().map(|at| zone.to_offset_info(at));
    let mut infos: Vec<_> =
        infos.map(|info| (info.dst(), info.offset(), info.abbreviation().to_owned())).collect();
    infos.sort_by_key(|(_, offset, _)| *offset);
    infos.dedup_by_key(|(_, offset, _)| *offset);
    match &infos[..] {
        [(_, offset, _)] => {
            now.to_zoned_datetime(offset.to_time_zone()).strftime("%:z").to_string()
        }
        _ => infos.iter().map(|(_, _, name)| name.as_str()).collect::<Vec<_>>().join("/"),
    }
}

/// Formats a number of seconds in whole units, rounded down: `26 h`. A negative number is a time in
/// the future.
pub(super) fn age(seconds: i64) -> String {
    let (number, unit) = whole_units(seconds.unsigned_abs());
    let sign = if seconds < 0 { "-" } else { "" };
    format!("{sign}{number} {unit}")
}

/// Returns a number of seconds in whole units. Uses hours up to two days, since 26 hours and 47
/// hours matter differently.
fn whole_units(seconds: u64) -> (u64, &'static str) {
    match seconds {
        seconds @ ..60 => (seconds, "s"),
        seconds @ ..3600 => (seconds / 60, "min"),
        seconds @ ..172_800 => (seconds / 3600, "h"),
        seconds => (seconds / 86_400, "d"),
    }
}

/// Formats a distance such as `3 d ago` or `in 27 d` in whole units, rounded down.
fn distance(now: Timestamp, moment: Timestamp) -> String {
    let seconds = now.duration_since(moment).as_secs();
    let (number, unit) = whole_units(seconds.unsigned_abs());
    match seconds.cmp(&0) {
        Ordering::Less => format!("in {number} {unit}"),
        Ordering::Equal | Ordering::Greater => format!("{number} {unit} ago"),
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
                assert_eq!(times.shown(sent.into(), Detail::Second), expected, "{times:?}");
            }
        }
        let full = every_style().map(|times| {
            times.shown("2026-11-19T23:57:42.065135".into(), Detail::Full).into_owned()
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
    fn short_times_have_one_length_and_name_the_zone_in_the_heading() {
        let heading =
            |times: &Times| times.heading("T", ColumnKind::Time, Detail::Short).into_owned();
        let [utc, berlin, relative, raw] = every_style();
        let shanghai = Times::Local(TimeZone::posix("CST-8").unwrap());
        let sent = "2026-11-19T23:57:42.065135";
        let cases = [
            (&utc, "2026-11-19 23:57", "T (UTC)"),
            (&berlin, "2026-11-20 00:57", "T (CET/CEST)"),
            (&shanghai, "2026-11-20 07:57", "T (+08:00)"),
            (&relative, "3 d ago", "T"),
            (&raw, sent, "T (UTC)"),
        ];
        for (times, expected, name) in cases {
            assert_eq!(times.shown(sent.into(), Detail::Short), expected, "{times:?}");
            assert_eq!(heading(times), name, "{times:?}");
            assert_eq!(times.heading("T", ColumnKind::Text, Detail::Short), "T", "{times:?}");
        }
    }

    #[test]
    fn times_for_spreadsheets_have_no_zone() {
        let [utc, berlin, ..] = every_style();
        for (times, expected) in [(&utc, "2026-11-19 23:57:42"), (&berlin, "2026-11-20 00:57:42")] {
            assert_eq!(times.without_zone("2026-11-19T23:57:42.065135".into()), expected);
            assert_eq!(times.without_zone("soon".into()), "soon");
        }
    }

    #[test]
    fn ages_are_whole_units() {
        for (seconds, expected) in [(0, "0 s"), (93_600, "26 h"), (172_800, "2 d"), (-60, "-1 min")]
        {
            assert_eq!(age(seconds), expected);
        }
    }
}
