//! Tables of all forms of times, spans and moments.

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
        // Times as printed by --time utc and --time local, whole and to the minute and the day.
        ("2026-11-19 18:57:42 -05:00", "2026-11-19T23:57:42Z", "2026-11-19T23:57:42Z"),
        ("2026-11-19 18:57:42.5 -05:00", "2026-11-19T23:57:42Z", "2026-11-19T23:57:43Z"),
        ("2026-11-19 18:57 -05:00", "2026-11-19T23:57:00Z", "2026-11-19T23:57:00Z"),
        ("2026-11-19 +05:30", "2026-11-18T18:30:00Z", "2026-11-18T18:30:00Z"),
        ("2026-11-19 +01", "2026-11-18T23:00:00Z", "2026-11-18T23:00:00Z"),
        ("2026-11-19 23:57:42Z", "2026-11-19T23:57:42Z", "2026-11-19T23:57:42Z"),
        ("2026-11-19 23:57Z", "2026-11-19T23:57:00Z", "2026-11-19T23:57:00Z"),
        ("2026-11-19Z", "2026-11-19T00:00:00Z", "2026-11-19T00:00:00Z"),
        // In the named zone; of a repeated hour, the first.
        ("2026-11-19T23:00:00[Asia/Shanghai]", "2026-11-19T15:00:00Z", "2026-11-19T15:00:00Z"),
        ("2026-07-01[Europe/Berlin]", "2026-06-30T22:00:00Z", "2026-06-30T22:00:00Z"),
        ("2026-10-25T02:30[Europe/Berlin]", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z"),
        ("2026-11-01T12:00+01:00[Europe/Berlin]", "2026-11-01T11:00:00Z", "2026-11-01T11:00:00Z"),
        ("2026-11-01T11:00Z[Europe/Berlin]", "2026-11-01T11:00:00Z", "2026-11-01T11:00:00Z"),
        ("36h", "2026-11-22T00:30:15Z", "2026-11-22T00:30:16Z"),
        ("7d", "2026-11-16T12:30:15Z", "2026-11-16T12:30:16Z"),
        ("2w", "2026-11-09T12:30:15Z", "2026-11-09T12:30:16Z"),
        ("0d", "2026-11-23T12:30:15Z", "2026-11-23T12:30:16Z"),
        ("90min", "2026-11-23T11:00:15Z", "2026-11-23T11:00:16Z"),
        ("1d12h", "2026-11-22T00:30:15Z", "2026-11-22T00:30:16Z"),
        ("7 days", "2026-11-16T12:30:15Z", "2026-11-16T12:30:16Z"),
        // By the calendar, not in a fixed number of days.
        ("1mo", "2026-10-23T12:30:15Z", "2026-10-23T12:30:16Z"),
        ("9mo", "2026-02-23T12:30:15Z", "2026-02-23T12:30:16Z"),
        ("1y", "2025-11-23T12:30:15Z", "2025-11-23T12:30:16Z"),
        ("now", "2026-11-23T12:30:15Z", "2026-11-23T12:30:16Z"),
        ("today", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("yesterday", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("tomorrow", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("today[Asia/Shanghai]", "2026-11-22T16:00:00Z", "2026-11-22T16:00:00Z"),
        ("2026-11", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("-7d", "2026-11-16T12:30:15Z", "2026-11-16T12:30:16Z"),
        ("7D", "2026-11-16T12:30:15Z", "2026-11-16T12:30:16Z"),
        ("7 days ago", "2026-11-16T12:30:15Z", "2026-11-16T12:30:16Z"),
        ("8 d ago", "2026-11-15T12:30:15Z", "2026-11-15T12:30:16Z"),
    ];
    for (text, lower, upper) in cases {
        let moment = Moment::parse(text, now(), TimeDirection::Back, &TimeZone::UTC).unwrap();
        assert_eq!(moment.at_or_after(), lower, "{text}");
        assert_eq!(moment.at_or_before(), upper, "{text}");
    }
}

#[test]
fn invalid_times_are_rejected_with_valid_forms() {
    let cases = [
        ("", "not a time"),
        ("soon", "not a time"),
        ("2026-13-01", "not a time"),
        ("2026-02-30", "not a time"),
        ("7", "not a time"),
        ("d", "not a time"),
        ("+7d", "not a time"),
        ("7d ago ago", "not a time"),
        ("--7d", "not a time"),
        ("P7D", "not a time"),
        ("7x", "36h, 7d, 2w, 1mo or 1y"),
        ("Today", "now, today, yesterday"),
        ("30m", "`m` could be minutes or months; write 30min or 1mo"),
        ("1h30m", "`m` could be minutes or months"),
        ("2026-11-19T23:00:00[Foo/Bar]", "no time in a zone `Foo/Bar` that is known here"),
        (
            "2026-11-19T23:00:00[u-ca=hebrew]",
            "write the offset from UTC: 2026-11-01T12:00:00+01:00",
        ),
        ("2026-11-19T23:00:00[Asia/Shanghai][u-ca=hebrew]", "offset from UTC"),
        ("2026-11-19T23:00:00+01:00[Asia/Shanghai]", "offset from UTC"),
        ("2026-11-19T23:00:00[]", "offset from UTC"),
        ("today[Nowhere/Atlantis]", "no time in a zone `Nowhere/Atlantis`"),
        ("soon[Europe/Berlin]", "no time before `[Europe/Berlin]`; write 2026-11-01T12:00["),
        ("1M", "`m` could be minutes or months"),
        ("2026-1", "not a time"),
        ("2026-11-19T23:00:00[Asia/Shanghai", "offset from UTC"),
        ("2026-11-19 25:00 -05:00", "not a time"),
        ("2026-11-19 -05:00 -05:00", "not a time"),
        ("2026-11-1Z", "not a time"),
        ("1969-12-31", "before 1970"),
        ("57y", "before 1970"),
        ("99999999999999999999d", "not a time"),
    ];
    for (text, expected) in cases {
        let error = Moment::parse(text, now(), TimeDirection::Back, &TimeZone::UTC).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn times_without_a_zone_are_in_the_zone_of_the_run() {
    let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let cases = [
        ("2026-11-01", "2026-10-31T23:00:00Z"),
        ("2026-07", "2026-06-30T22:00:00Z"),
        ("2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
        ("today", "2026-11-22T23:00:00Z"),
        ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
        ("2026-11-01T12:00:00+08:00", "2026-11-01T04:00:00Z"),
        ("36h", "2026-11-22T00:30:15Z"),
    ];
    for (text, expected) in cases {
        let moment = Moment::parse(text, now(), TimeDirection::Back, &berlin).unwrap();
        assert_eq!(moment.at_or_after(), expected, "{text}");
    }
}

#[test]
fn only_spans_depend_on_the_direction() {
    let cases = [
        ("36h", "2026-11-25T00:30:15Z"),
        ("2w", "2026-12-07T12:30:15Z"),
        ("3mo", "2027-02-23T12:30:15Z"),
        ("1y", "2027-11-23T12:30:15Z"),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("yesterday", "2026-11-22T00:00:00Z"),
    ];
    for (text, expected) in cases {
        let moment = Moment::parse(text, now(), TimeDirection::Ahead, &TimeZone::UTC).unwrap();
        assert_eq!(moment.at_or_after(), expected, "{text}");
    }
    assert!(Moment::ahead("9999y").unwrap_err().contains("out of range"));
    let month_end = "2026-03-31T00:00:00Z".parse().unwrap();
    let moment = Moment::parse("1mo", month_end, TimeDirection::Back, &TimeZone::UTC).unwrap();
    assert_eq!(moment.at_or_after(), "2026-02-28T00:00:00Z");
}

#[test]
fn days_are_in_the_given_zone() {
    let cases = [
        ("2020-02-21T07:00:54.065135", Some("2020-02-21")),
        ("2020-02-21T00:00:00Z", Some("2020-02-21")),
        ("2020-02-21T07:00:54+08:00", Some("2020-02-20")),
        ("2020-02-21T23:00:54.5-02:00", Some("2020-02-22")),
        ("soon", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(day(text, &TimeZone::UTC).as_deref(), expected, "{text}");
    }
    let shanghai = TimeZone::posix("CST-8").unwrap();
    assert_eq!(day("2020-02-21T23:00:54", &shanghai).as_deref(), Some("2020-02-22"));
}

#[test]
fn times_of_the_service_are_parsed() {
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
        ("2020-02-21T07:00:54.065135", 6),
        ("2020-02-21T07:00:54.065135+00:00", 6),
        ("2020-02-21 07:00:54.065135", 6),
        ("2020-02-21T07:00:54.0651350Z", 7),
        ("2020-02-21 07:00:54.065Z", 3),
        ("2020-02-21T07:00:54.065+00:00", 3),
        ("2020-02-21T07:00:54", 0),
        ("2020-02-21 07:00:54", 0),
    ] {
        let (_, digits) = instant_and_digits(text).unwrap();
        assert_eq!(digits, expected, "{text}");
    }
}

#[test]
fn durations_need_a_unit_and_are_not_zero() {
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

#[test]
fn ages_are_spans_of_a_fixed_length() {
    let hours = |hours: u64| Ok(Duration::from_secs(hours * 3600));
    let cases = [
        ("26h", hours(26)),
        ("7d", hours(168)),
        ("2w", hours(336)),
        ("1d12h", hours(36)),
        ("90min", Ok(Duration::from_secs(5400))),
        ("0h", Err("not an age; write 26h, 7d or 2w")),
        ("26", Err("not an age")),
        ("soon", Err("not an age")),
        ("1mo", Err("months and years differ in length; write days")),
        ("30m", Err("`m` could be minutes or months")),
    ];
    for (text, expected) in cases {
        match (age(text), expected) {
            (Ok(age), Ok(expected)) => assert_eq!(age, expected, "{text}"),
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{text}: {error}"),
            (age, _) => panic!("{text}: {age:?}"),
        }
    }
}

#[test]
fn days_are_added_within_the_range_of_times() {
    let cases = [
        ("2026-11-01T00:00:00Z", -1, "2026-10-31T00:00:00Z"),
        ("2026-11-01T00:00:00.5Z", 1, "2026-11-02T00:00:00Z"),
        ("1970-01-01T12:00:00Z", -1, "1970-01-01T00:00:00Z"),
        ("9999-12-30T22:00:00Z", 1, "9999-12-30T22:00:00Z"),
    ];
    for (text, days, expected) in cases {
        let moment: Moment = text.parse().unwrap();
        assert_eq!(moment.plus_days(days).at_or_after(), expected, "{text} {days}");
    }
}
