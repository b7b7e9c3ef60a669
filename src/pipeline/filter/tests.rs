//! Tests each condition alone, all together, and their errors and receipt.

use clap::Parser as _;

use super::*;

#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    filter: LocalFilters,
}

fn filter(flags: &str) -> LocalFilters {
    let words = std::iter::once("cbr").chain(flags.split_whitespace());
    Flags::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).filter
}

fn passes(flags: &str, record: &str) -> bool {
    filter(flags).conditions().pass(&Backup::parse(record).unwrap())
}

#[test]
fn each_condition_filters_alone() {
    let info = |field: &str, value: &str| format!(r#"{{"extend_info":{{"{field}":{value}}}}}"#);
    let field = |field: &str, value: &str| format!(r#"{{"{field}":{value}}}"#);
    // Flags; a record; whether it passes.
    let cases = [
        ("--automatic", info("auto_trigger", "true"), true),
        ("--automatic=true", info("auto_trigger", "false"), false),
        ("--automatic=false", info("auto_trigger", "false"), true),
        ("--automatic=false", info("auto_trigger", "null"), false),
        ("--automatic=false", "{}".to_owned(), false),
        ("--automatic", info("auto_trigger", r#""true""#), true),
        ("--encrypted", info("encrypted", "true"), true),
        ("--encrypted=false", info("encrypted", "false"), true),
        ("--encrypted=false", r#"{"extend_info":null}"#.to_owned(), false),
        ("--system-disk", info("system_disk", "true"), true),
        ("--system-disk=false", info("system_disk", "true"), false),
        ("--min-size 40", field("resource_size", "40"), true),
        ("--min-size 40", field("resource_size", "39"), false),
        ("--max-size 40", field("resource_size", "40"), true),
        ("--max-size 40", field("resource_size", "40.5"), false),
        ("--max-size 40", field("resource_size", r#""7""#), true),
        ("--min-size 0", field("resource_size", "null"), false),
        ("--max-size 99", "{}".to_owned(), false),
        ("--min-size 40 --max-size 40", field("resource_size", "40"), true),
        ("--expires-after 2026-01-01", field("expired_at", r#""2026-01-01T00:00:00""#), true),
        ("--expires-after 2026-01-01", field("expired_at", r#""2025-12-31T23:59:59.9""#), false),
        ("--expires-before 2026-01-01", field("expired_at", r#""2025-12-31T23:59:59.9""#), true),
        ("--expires-before 2026-01-01", field("expired_at", r#""2026-01-01T00:00:00Z""#), false),
        (
            "--expires-before 2026-01-01",
            field("expired_at", r#""2026-01-01T01:00:00+08:00""#),
            true,
        ),
        ("--expires-before 9999-01-01", field("expired_at", "null"), false),
        ("--expires-after 1970-01-01", field("expired_at", "null"), false),
        ("--expires-after 1970-01-01", field("expired_at", r#""never""#), false),
        ("--expires-before 1d", field("expired_at", r#""1999-01-01T00:00:00""#), true),
        ("--expires-after 1d", field("expired_at", r#""9999-01-01T00:00:00""#), true),
        ("--older-than 1y", field("created_at", r#""1999-01-01T00:00:00""#), true),
        ("--older-than 1y", field("created_at", r#""9999-01-01T00:00:00""#), false),
        ("--newer-than 1y", field("created_at", r#""1999-01-01T00:00:00""#), false),
        ("--newer-than 1y", field("created_at", r#""9999-01-01T00:00:00""#), true),
        ("--newer-than 1y", field("created_at", "null"), false),
        ("--older-than 1y", "{}".to_owned(), false),
        ("--older-than 2026-01-01", field("created_at", r#""2025-12-31T23:59:59.9""#), true),
        ("--older-than 2026-01-01", field("created_at", r#""2026-01-01T00:00:00""#), false),
        ("--newer-than 2026-01-01", field("created_at", r#""2026-01-01T00:00:00""#), true),
        ("--newer-than 2026-01-01", field("created_at", r#""2025-12-31T23:59:59.9""#), false),
        ("--older-than now", field("created_at", r#""1999-01-01T00:00:00""#), true),
        ("--newer-than yesterday", field("created_at", r#""9999-01-01T00:00:00Z""#), true),
        ("--name-matches web-*", field("name", r#""web-1""#), true),
        ("--name-matches web-*", field("name", r#""my web-1""#), false),
        ("--name-matches web-* --name-matches /1$/", field("name", r#""db-1""#), true),
        ("--never-expires", field("expired_at", "null"), true),
        ("--never-expires", "{}".to_owned(), true),
        ("--never-expires", field("expired_at", r#""2026-01-01T00:00:00""#), false),
        ("--name-matches *", field("name", "null"), false),
        ("--name-matches *", r#"{"resource_name":"a"}"#.to_owned(), false),
        ("--resource-name-matches 备*", field("resource_name", r#""\u5907份""#), true),
        ("--resource-name-matches a", field("name", r#""a""#), false),
        ("", "{}".to_owned(), true),
    ];
    for (flags, record, expected) in cases {
        assert_eq!(passes(flags, &record), expected, "{flags} {record}");
        assert_eq!(filter(flags).conditions().is_empty(), flags.is_empty(), "{flags}");
    }
}

#[test]
fn all_conditions_must_be_met() {
    let record = r#"{"resource_size":40,"name":"a","extend_info":{"encrypted":true}}"#;
    assert!(passes("--min-size 40 --name-matches a --encrypted", record));
    for flags in [
        "--min-size 41 --name-matches a --encrypted",
        "--min-size 40 --name-matches b --encrypted",
        "--min-size 40 --name-matches a --encrypted=false",
    ] {
        assert!(!passes(flags, record), "{flags}");
    }
}

#[test]
fn impossible_conditions_are_rejected() {
    let cases = [
        ("--min-size 5 --max-size 4", Some("--min-size 5 is more than --max-size 4")),
        ("--min-size 4 --max-size 4", None),
        ("--expires-after 2026-02-01 --expires-before 2026-02-01", Some("2026-02-01T00:00:00Z")),
        ("--expires-after 2026-02-01 --expires-before 2026-02-02", None),
        ("--newer-than 1d --older-than 1d", Some("--older-than")),
        ("--newer-than 2d --older-than 1d", None),
    ];
    for (flags, expected) in cases {
        let error = filter(flags).check().err();
        assert_eq!(error.is_some(), expected.is_some(), "{flags} {error:?}");
        let is_named = expected.is_none_or(|part| {
            error.is_some_and(|error| error.contains(part) && error.ends_with("nothing can match"))
        });
        assert!(is_named, "{flags}");
    }
}

#[test]
fn the_receipt_lists_every_condition() {
    let flags = "--automatic --encrypted=false --expires-after 2026-01-01 --expires-before \
                 2026-02-01T00:00:00.5Z --max-size 9 --min-size 1 --name-matches a* \
                 --name-matches /b/ --newer-than 2y --older-than 1y --resource-name-matches c \
                 --system-disk";
    let to_pairs = filter(flags).conditions().to_pairs();
    let names: Vec<_> =
        to_pairs.iter().map(|(name, _)| format!("--{}", name.replace('_', "-"))).collect();
    let given = flags.split_whitespace().filter(|word| word.starts_with("--"));
    let given = given.map(|word| word.split('=').next().unwrap_or_default().to_owned()).collect();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(names), sorted(given));
    for part in [
        ("expires_before", "2026-02-01T00:00:00.500000Z"),
        ("name_matches", "a*"),
        ("name_matches", "/b/"),
        ("encrypted", "false"),
    ] {
        assert!(to_pairs.iter().any(|(name, value)| (*name, value.as_str()) == part), "{part:?}");
    }
}
