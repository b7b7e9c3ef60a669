//! `--time`: human-readable times, with their zone.

use serde_json::Value;

use crate::harness::{Answer, Cbr, Run, Service, cbr, sandboxed};

const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

fn list(flags: &str) -> (Service, Cbr) {
    let record = r#"{"id":"a","created_at":"2026-11-19T23:57:42.065135","expired_at":"2026-07-01T22:30:00+00:00"}"#;
    let service = Service::answering([Answer::page(&[record], "1")]);
    let run =
        service.cbr(&format!("backups list --columns created_at,expired_at --no-headers {flags}"));
    (service, run.with_key())
}

#[test]
fn each_style_shows_the_zone() {
    let cases = [
        ("", "UTC", "2026-11-19T23:57:42Z  2026-07-01T22:30:00Z\n"),
        ("--time utc", BERLIN, "2026-11-19T23:57:42Z  2026-07-01T22:30:00Z\n"),
        ("--time local", BERLIN, "2026-11-20 00:57:42 +01:00  2026-07-02 00:30:00 +02:00\n"),
        ("--time local", "IST-5:30", "2026-11-20 05:27:42 +05:30  2026-07-02 04:00:00 +05:30\n"),
        ("--time local", "UTC", "2026-11-19 23:57:42 +00:00  2026-07-01 22:30:00 +00:00\n"),
        ("--time raw", BERLIN, "2026-11-19T23:57:42.065135  2026-07-01T22:30:00+00:00\n"),
    ];
    for (flags, zone, stdout) in cases {
        let (_service, run) = list(flags);
        assert_eq!(run.env("TZ", zone).run().stdout, stdout, "{flags} {zone}");
    }
}

/// Times as sent have no zone, so the heading or label has it.
#[test]
fn the_zone_of_raw_times_is_in_their_heading() {
    let head = |flags: &str| {
        let run = sandboxed("--backups 3", &format!("backups list --time raw {flags}")).run();
        run.lines()[0].split("  ").last().unwrap_or_default().to_owned()
    };
    let columns = "--columns id,created_at";
    assert_eq!(head(columns), "CREATED (UTC)");
    assert_eq!(head(&format!("-o wide {columns}")), "CREATED (UTC)");
    assert_eq!(head(&format!("-o markdown {columns}")), "| id | created_at (UTC) |");
    let run = sandboxed("--backups 3", "backups list --time raw -o long --limit 1").run();
    assert!(run.stdout.contains("\ncreated_at (UTC)          2026-"), "{}", run.stdout);
}

#[test]
fn relative_times_count_from_now() {
    let (_service, run) = list("--time relative");
    let shown = run.run().stdout;
    let cells: Vec<_> = shown.trim().split("  ").collect();
    assert_eq!(cells.len(), 2, "{shown}");
    for cell in cells {
        assert!(cell.ends_with(" ago") || cell.starts_with("in "), "{shown}");
    }
}

#[test]
fn unknown_zones_are_rejected_before_any_request() {
    let run = sandboxed("--backups 3", "backups list --time local").env("TZ", "Nowhere/Atlantis");
    let run =
        run.exit(2).stderr_holds(["--time local", "time zone", "TZ", "tzdata", "--time utc"]).run();
    assert!(run.requests.is_empty());
    // A zone with summer time but without rules is not guessed.
    let run = sandboxed("--backups 3", "backups list --time local").env("TZ", "CET-1CEST");
    let expected = "cbr: error: '--time local': TZ=`CET-1CEST` names an unknown time zone; \
                set TZ to a name such as Europe/Berlin";
    run.exit(2).stderr_holds([expected, "CET-1CEST,M3.5.0,M10.5.0/3"]).run();
    for zone in ["CET-1", "CET-1CEST,M3.5.0,M10.5.0/3"] {
        sandboxed("--backups 3", "backups list --time local").env("TZ", zone).run();
    }
    // Other styles do not need the zone.
    sandboxed("--backups 3", "backups list --time relative").env("TZ", "Nowhere/Atlantis").run();
}

/// Formats for scripts have UTC, with every digit.
#[test]
fn machine_readable_formats_keep_raw_times() {
    for format in ["csv", "tsv", "json", "jsonl", "yaml"] {
        let list = |zone: &str| {
            let run = sandboxed("--backups 20", &format!("backups list -o {format}"));
            run.env("TZ", zone).run().stdout
        };
        assert_eq!(list(BERLIN), list("UTC"), "{format}");
        // A style without a date is only for human-readable formats.
        let run = sandboxed("--backups 3", &format!("backups list -o {format} --time relative"));
        run.exit(2).stderr_holds(["'--time'", &format!("'--output {format}'")]).run();
    }
}

/// Printed times, days of groups, and times without a zone in flags are all in one zone.
#[test]
fn a_run_has_one_time_zone() {
    // The newest backup of the sandbox is at 23:57 UTC, the next day in Shanghai.
    let day = |flags: &str, zone: Option<&str>| {
        let run = sandboxed("", &format!("backups summary --by day -o csv --no-headers {flags}"));
        let run = if let Some(zone) = zone { run.env("TZ", zone) } else { run };
        run.run().csv()[0][0].clone()
    };
    assert_eq!(day("", None), "2026-11-19");
    assert_eq!(day("", Some("Asia/Shanghai")), "2026-11-19");
    assert_eq!(day("--tz Asia/Shanghai", None), "2026-11-20");
    assert_eq!(day("--tz CST-8", None), "2026-11-20");
    assert_eq!(day("--tz=CST-8", Some("UTC")), "2026-11-20");

    for (flags, expected) in [
        ("", "2026-11-01T00:00:00Z"),
        ("--time local", "2026-10-31T16:00:00Z"),
        ("--time relative", "2026-11-01T00:00:00Z"),
        ("--tz CET-1", "2026-10-31T23:00:00Z"),
    ] {
        let run = sandboxed("--backups 3", &format!("backups list --since 2026-11-01 {flags}"));
        let run = run.env("TZ", "CST-8").run();
        assert_eq!(run.requests[0].filters(), [("start_time", expected)], "{flags}");
    }
    cbr("backups list --tz Nowhere/Atlantis")
        .exit(2)
        .stderr_holds(["--tz", "unknown time zone", "Europe/Berlin"])
        .run();
    cbr("backups list --tz CST-8 --time utc")
        .exit(2)
        .stderr_holds(["'--tz' cannot be used with '--time utc'"])
        .run();
}

/// Only the times differ from what was sent.
#[test]
fn structured_formats_print_the_zone_on_request() {
    let record = r#"{"id":"a","name":"2026-11-19T23:57:42","created_at":"2026-11-19T23:57:42.065135","expired_at":null,"replication_records":[{"created_at":"2026-11-20T01:00:00+08:00"}]}"#;
    let cases = [
        (
            "-o json --time utc",
            "[\n\
             {\"id\":\"a\",\"name\":\"2026-11-19T23:57:42\",\"created_at\":\"2026-11-19T23:57:42.065135Z\",\"expired_at\":null,\"replication_records\":[{\"created_at\":\"2026-11-19T17:00:00Z\"}]}\n]\n",
        ),
        (
            "-o jsonl --time utc --columns created_at,replication.created_at,name",
            "{\"created_at\":\"2026-11-19T23:57:42.065135Z\",\"replication.created_at\":[\"2026-11-19T17:00:00Z\"],\"name\":\"2026-11-19T23:57:42\"}\n",
        ),
        (
            "-o yaml --time utc --columns created_at,expired_at,name",
            "- created_at: \"2026-11-19T23:57:42.065135Z\"\n  expired_at: null\n  name: \
             \"2026-11-19T23:57:42\"\n",
        ),
    ];
    for (flags, expected) in cases {
        let service = Service::answering([Answer::page(&[record], "1")]);
        let run = service.cbr(&format!("backups list --show-replication {flags}")).with_key().run();
        assert_eq!(run.stdout, expected, "{flags}");
    }
    let show = "backups show 7b2bf477-f888-4a0e-a706-dd2f4d197e00 -o json";
    let [sent, utc] = ["", " --time utc"].map(|flag| sandboxed("", &[show, flag].concat()).run());
    let times = |run: &Run| {
        let record = run.json();
        let created = |record: &Value| record["created_at"].as_str().unwrap().to_owned();
        [created(&record), created(&record["children"][0])]
    };
    assert_eq!(times(&utc), times(&sent).map(|time| time + "Z"));
    for (format, style) in [("json", "local"), ("yaml", "raw"), ("ids", "utc")] {
        let run = sandboxed("--backups 3", &format!("backups list -o {format} --time {style}"));
        run.exit(2).stderr_holds(["'--time'", &format!("'--output {format}'")]).run();
    }
}
