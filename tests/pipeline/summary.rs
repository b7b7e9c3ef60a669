//! `cbr backups summary`: the numbers, the formats, and the proof.

use serde_json::{Value, json};

use super::model::answers;
use crate::harness::{Answer, Sandbox, Service, read_yaml, sandboxed};

#[test]
fn numbers_match_an_independent_model() {
    let sandbox = Sandbox::start("");
    let records = sandbox.cbr("backups list -o json").with_key().run().json();
    let groups = [
        None,
        Some("resource"),
        Some("vault"),
        Some("type"),
        Some("status"),
        Some("day"),
        Some("month"),
    ];
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string();
    let questions: Vec<_> = groups.iter().map(|by| json!({"by": by, "now": now})).collect();
    let Some(answers) = answers(&records, &questions) else { return };
    for (by, expected) in groups.iter().zip(answers) {
        // A sandbox ends after a while.
        let sandbox = Sandbox::start("");
        let by = by.map(|by| format!("--by {by}")).unwrap_or_default();
        let run = |format: &str| {
            sandbox.cbr(&format!("backups summary {by} -o {format}")).with_key().run()
        };
        let (message, table) = (run("json").json(), run("csv").csv());
        let rows: Vec<_> =
            message.as_array().unwrap().iter().map(|row| values(row, &table[0])).collect();
        // Days and months without backups are rows too.
        let counted = message.as_array().unwrap().iter().filter(|row| row["count"] != 0);
        let counted: Vec<_> = counted.map(|row| modelled(row, &table[0])).collect();
        assert_eq!(Value::from(counted), expected, "{by}");

        // The same rows in each format.
        let lines: Vec<Value> =
            run("jsonl").lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(Value::from(lines), message, "{by}");
        let csv: Vec<Value> = table[1..].iter().map(|row| Value::from(row.clone())).collect();
        let texts = rows.iter().map(|row| {
            row.as_array()
                .unwrap()
                .iter()
                .map(|value| match value {
                    Value::Null => Value::from(""),
                    Value::String(_) => value.clone(),
                    other => Value::from(other.to_string()),
                })
                .collect::<Value>()
        });
        assert_eq!(csv, texts.collect::<Vec<_>>(), "{by}");
        assert_eq!(run("table").lines().len(), 1 + rows.len(), "{by}");
        assert_eq!(read_yaml(&run("yaml").stdout), message, "{by}");
        let tsv = run("tsv");
        let tsv: Vec<Vec<_>> = tsv.lines().iter().map(|line| line.split('\t').collect()).collect();
        assert_eq!(tsv, table, "{by}");
        let markdown = run("markdown");
        assert_eq!(markdown.lines().len(), 2 + rows.len(), "{by}");
        assert!(markdown.lines().iter().all(|line| line.starts_with("| ") && line.ends_with('|')));
        assert_eq!(run("long").stdout.split("\n\n").count(), rows.len(), "{by}");
    }
}

/// Returns the values of a row that the model computes, in its order: the group, with the id first.
fn modelled(row: &Value, columns: &[String]) -> Value {
    const NUMBERS: [&str; 5] = ["count", "total_size", "oldest", "newest", "next_expiry"];
    const OF_VAULTS: [&str; 3] = ["vault_name", "vault_size", "vault_used"];
    let mut group: Vec<_> = columns
        .iter()
        .filter(|name| !NUMBERS.contains(&name.as_str()) && !OF_VAULTS.contains(&name.as_str()))
        .collect();
    group.sort_by_key(|name| !name.ends_with("_id"));
    let names = group.into_iter().map(String::as_str).chain(NUMBERS);
    names.map(|name| row[name].clone()).collect()
}

/// Returns the values of an object in the order of the columns, and asserts that there are no
/// others.
fn values(row: &Value, columns: &[String]) -> Value {
    assert_eq!(row.as_object().unwrap().len(), columns.len());
    columns.iter().map(|column| row[column].clone()).collect()
}

#[test]
fn summaries_are_tables_on_a_terminal() {
    let records = [
        r#"{"id":"a","status":"error","resource_size":40,"created_at":"2020-02-21T07:00:54.065135",
            "expired_at":"9999-01-01T00:00:00"}"#,
        r#"{"id":"b","status":"available","resource_size":2,"created_at":"2020-02-20T07:00:54"}"#,
        r#"{"id":"c","status":"available","resource_size":null,"created_at":"2020-02-19T07:00:54"}"#,
        r#"{"id":"d","resource_size":100,"created_at":"2020-02-18T07:00:54+08:00"}"#,
    ];
    let service = Service::answering([Answer::page(&records, "4")]);
    let run = service.cbr("backups summary --by status").with_key();
    let message =
        "cbr: warning: 1 backups have no resource_size that could be added to total_size\n";
    let expected = "\
STATUS     COUNT  SOURCE_SIZE  OLDEST                NEWEST                NEXT_EXPIRY
available      2         2 GB  2020-02-19T07:00:54Z  2020-02-20T07:00:54Z  -
error          1        40 GB  2020-02-21T07:00:54Z  2020-02-21T07:00:54Z  9999-01-01T00:00:00Z
-              1       100 GB  2020-02-17T23:00:54Z  2020-02-17T23:00:54Z  -
";
    assert_eq!(run.stderr(message).run().stdout, expected);
}

#[test]
fn filters_apply_to_summaries() {
    let summary = |flags: &str| {
        let run = sandboxed("", &format!("backups summary -o csv --no-headers {flags}")).run();
        run.csv().iter().map(|row| row[0].clone()).collect::<Vec<_>>().join(" ")
    };
    let count = |flags: &str| {
        sandboxed("", &format!("backups list --count {flags}")).run().stdout.trim().to_owned()
    };
    for flags in ["--resource-type server", "--min-size 100 --automatic", "--since 2026-11-01"] {
        assert_eq!(summary(flags), count(flags), "{flags}");
    }
    assert_eq!(summary("--by type --resource-type server"), "OS::Nova::Server");
}

#[test]
fn a_summary_of_nothing_is_zero() {
    let summary =
        |flags: &str| sandboxed("--backups 0", &format!("backups summary {flags}")).run().stdout;
    let row = r#"{"count":0,"total_size":0,"oldest":null,"newest":null,"next_expiry":null}"#;
    assert_eq!(summary("-o json"), format!("[\n{row}\n]\n"));
    assert_eq!(summary("-o json --by vault"), "[]\n");
    assert_eq!(summary("-o jsonl --by vault"), "");
    assert_eq!(
        summary("-o csv --by vault"),
        "vault_name,count,total_size,oldest,newest,next_expiry,vault_size,vault_used,vault_id\n"
    );
    assert_eq!(
        summary("-o csv --by type"),
        "resource_type,count,total_size,oldest,newest,next_expiry\n"
    );
    assert_eq!(summary("-o csv --by vault --no-headers"), "");
}

#[test]
fn unproven_listings_have_no_summary() {
    let run = sandboxed("--backups 30 --fault end=20@*", "backups summary").exit(6);
    run.stderr_holds(["the listing could not be proven complete"]).run();
}

#[test]
fn a_format_without_header_cannot_leave_it_out() {
    let run = sandboxed("--backups 3", "backups summary -o json --no-headers").exit(2);
    assert!(run.stderr_holds(["--no-headers", "--output json"]).run().requests.is_empty());
}

#[test]
fn flags_without_effect_on_a_summary_are_refused() {
    for (flags, expected) in [
        ("-o ids", ["--output ids", "cbr backups list"]),
        ("-o csv --time relative", ["--time", "--output csv"]),
        ("-o json --time local", ["--time", "--output json"]),
        ("--csv-safe", ["--csv-safe", "--output table"]),
        ("-o yaml --no-headers", ["--no-headers", "--output yaml"]),
    ] {
        let run = sandboxed("--backups 3", &format!("backups summary {flags}"));
        assert!(run.exit(2).stderr_holds(expected).run().requests.is_empty(), "{flags}");
    }
}

#[test]
fn times_and_colors_are_those_of_lists() {
    let summary = |flags: &str| {
        let run = sandboxed("", &format!("backups summary --by status {flags}"));
        run.env("TZ", "CET-1").run().stdout
    };
    assert!(summary("--time local").contains(" +01:00"));
    assert!(summary("--color always").contains("\u{1b}[32mavailable\u{1b}[0m "));
    assert!(summary("-o csv --csv-bom").starts_with("\u{feff}status,count,"));
}
