//! Flags that select, order and print resources.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{RECENT, each, objects, rows, states};
use crate::harness::{read_yaml, sandboxed};

#[test]
fn states_are_selected_and_can_fail_the_run() {
    let only = rows("--inventory all --only none,orphan");
    assert_eq!(states(&only), BTreeSet::from(["none", "orphan"]));
    assert_eq!(each(&only, "state").first(), Some(&"none"), "the worst come first");

    for (flags, code) in [
        ("--fail-on none", 7),
        ("--fail-on unprotected", 0),
        ("--inventory all --fail-on unprotected", 7),
        ("--fail-on unknown", 0),
        ("--inventory none --fail-on unknown,none", 7),
        // Rows that are not printed count too.
        ("--only ok --fail-on none", 7),
        ("--only none --resource-id 00000000-0000-0000-0000-000000000000 --fail-on none", 0),
    ] {
        let run = sandboxed(RECENT, &format!("-q backups coverage -o json {flags}")).reports();
        let message: &[&str] = if code == 0 { &[] } else { &["--fail-on: "] };
        let run = run.exit(code).stderr_holds(message.iter().copied()).run();
        assert!(run.json().is_array(), "{flags}");
    }
}

#[test]
fn the_maximum_age_decides_what_is_stale() {
    let count = |flags: &str| rows(&format!("--only ok {flags}")).len();
    let (short, long) = (count("--max-age 2d"), count("--max-age 400d"));
    assert!(short < long, "{short} {long}");
    assert!(rows("--only stale --max-age 400d").is_empty());
    let ages: BTreeSet<_> = rows("").iter().map(|row| row["max_age"].as_i64().unwrap()).collect();
    assert!(ages.len() > 1, "the policies of the vaults differ: {ages:?}");
    let ages: BTreeSet<_> =
        rows("--max-age 3h").iter().map(|row| row["max_age"].as_i64().unwrap()).collect();
    assert_eq!(ages, BTreeSet::from([3 * 3600]));
}

#[test]
fn resources_are_selected() {
    let all = rows("");
    let first = &all[0];
    let (id, vault) =
        (first["resource_id"].as_str().unwrap(), first["vault_name"].as_str().unwrap());
    let is = |name: &'static str, value: &str| {
        let value = value.to_owned();
        move |row: &&Value| row[name] == *value
    };
    let cases: [(String, Box<dyn Fn(&&Value) -> bool>); 5] = [
        (format!("--resource-id {id}"), Box::new(is("resource_id", id))),
        (format!("--vault {vault}"), Box::new(is("vault_name", vault))),
        (
            format!("--vault-id {}", first["vault_id"].as_str().unwrap()),
            Box::new(is("vault_id", first["vault_id"].as_str().unwrap())),
        ),
        ("--resource-type server".to_owned(), Box::new(is("resource_type", "OS::Nova::Server"))),
        (
            "--resource-name-matches volume-*".to_owned(),
            Box::new(|row| row["resource_name"].as_str().unwrap().starts_with("volume-")),
        ),
    ];
    for (flags, selects) in cases {
        let expected = all.iter().filter(|row| selects(row)).count();
        let selected = rows(&flags);
        assert!(expected > 0 && selected.len() == expected, "{flags}");
        assert!(selected.iter().all(|row| selects(&row)), "{flags}");
    }
}

#[test]
fn rows_are_sorted_and_cut() {
    let names = rows("--sort resource_name --limit 5");
    let names = each(&names, "resource_name");
    assert!(names.len() == 5 && names.is_sorted(), "{names:?}");
    let counts = rows("--sort -count");
    let counts: Vec<_> = counts.iter().map(|row| row["count"].as_u64().unwrap()).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    let oldest = rows("--sort age --limit 1 --only stale");
    let all = rows("--only stale");
    let most = all.iter().map(|row| row["age"].as_i64()).max().unwrap();
    assert!((oldest[0]["age"].as_i64().unwrap() - most.unwrap()).abs() < 60);
}

#[test]
fn every_format_prints_the_same_resources() {
    let print = |format: &str| {
        let flags = "--only none --columns resource_name,state,resource_id";
        sandboxed(RECENT, &format!("-q backups coverage -o {format} {flags}")).run()
    };
    let expected = objects(&print("json"));
    assert!(!expected.is_empty());
    let lines = print("jsonl");
    let lines: Vec<Value> =
        lines.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, expected);
    assert_eq!(read_yaml(&print("yaml").stdout), Value::Array(expected.clone()));
    let as_rows: Vec<Vec<String>> = expected
        .iter()
        .map(|row| {
            ["resource_name", "state", "resource_id"].map(|name| row[name].as_str().unwrap().into())
        })
        .map(Vec::from)
        .collect();
    assert_eq!(print("csv").csv()[1..], as_rows);
    let tsv = print("tsv");
    let tsv: Vec<Vec<_>> =
        tsv.lines()[1..].iter().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    assert_eq!(tsv, as_rows);
    for format in ["table", "wide", "long", "markdown"] {
        let text = print(format).stdout;
        assert!(as_rows.iter().flatten().all(|value| text.contains(value)), "{format}");
    }
    // Formats for scripts have every column by default.
    let csv = sandboxed(RECENT, "-q backups coverage -o csv --limit 1").run().csv();
    let row = &rows("--limit 1")[0];
    let mut names: Vec<_> = row.as_object().unwrap().keys().cloned().collect();
    let mut header = csv[0].clone();
    names.sort_unstable();
    header.sort_unstable();
    assert_eq!(header, names);
    assert!(header.contains(&"resource_id".to_owned()));
}

#[test]
fn columns_and_formats_are_checked() {
    for (flags, message) in [
        ("-o ids", "'--output ids'"),
        ("--columns nope", "nope"),
        ("--columns from", "there is no column 'from' without '--gaps', only with it"),
        ("--sort length", "there is no column 'length' without '--gaps'"),
        ("--gaps 26h --columns state", "there is no column 'state' with '--gaps'"),
        ("--gaps 26h -o prometheus", "'--output prometheus' has no metrics of '--gaps'"),
        ("--gaps 26h --max-age 3h", "--max-age"),
        ("--since 30d", "--gaps"),
        ("--only never", "never"),
    ] {
        let run = sandboxed("", &format!("backups coverage {flags}"));
        assert!(run.exit(2).stderr_holds([message]).run().requests.is_empty(), "{flags}");
    }
}

#[test]
fn why_names_the_task_that_failed() {
    let why = rows("--inventory all --why --only none,stale");
    let with_reason = why.iter().filter_map(|row| row["why"].as_str());
    let kinds: BTreeSet<_> =
        with_reason.filter_map(|why| why.split_once(" on ").map(|(status, _)| status)).collect();
    assert!(kinds.contains("skipped") && kinds.contains("timeout"), "{kinds:?}");
    let requests = sandboxed(RECENT, "-q backups coverage -o json").run().requests;
    assert!(!requests.iter().any(|request| request.path.ends_with("/operation-logs")));
    let unsupported = rows("--inventory all --only unsupported");
    assert!(
        each(&unsupported, "why")
            .contains(&"BackupService.0114: Shared disks cannot be backed up.")
    );
}

#[test]
fn the_receipt_says_what_was_judged() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("receipt.json");
    let receipt = |options: &str, flags: &str, code: i32| -> Value {
        let args = format!("-q backups coverage -o json {flags} --receipt");
        let run = sandboxed(&format!("{RECENT} {options}"), &args).arg(&path).reports();
        run.exit(code).stderr_holds([]).run();
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
    };
    let cases = [
        ("", "", 0, true, json!(null), "vaults", true, true),
        ("", "--inventory all --max-age 26h", 0, true, json!(93_600), "all", false, true),
        ("", "--inventory none", 0, true, json!(null), "none", false, true),
        ("--source-fault policies=403", "", 0, true, json!(null), "vaults", false, true),
        ("--source-fault vaults=403", "", 6, false, json!(null), "vaults", true, false),
        // A flag turns this into a failure, and the list is still proven.
        ("", "--fail-on none", 7, true, json!(null), "vaults", true, true),
    ];
    for (options, flags, code, complete, max_age, inventory, policies, is_whole) in cases {
        let receipt = receipt(options, flags, code);
        let expected = json!({
            "inventory": inventory, "max_age": max_age, "policies_read": policies,
            "complete": is_whole,
        });
        assert_eq!(receipt["coverage"], expected, "{options} {flags}");
        assert_eq!(receipt["complete"], complete, "{options} {flags}");
        assert_eq!(receipt["listed"], 1663, "{options} {flags}");
    }
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("cbr.out");
    for format in ["json", "csv", "table", "prometheus"] {
        fs::write(&path, "old").unwrap();
        let args = format!("-q backups coverage -o {format} --output-file");
        let run = sandboxed(RECENT, &args).arg(&path).run();
        assert_eq!(run.stdout, "");
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.len() > 1000 && written.ends_with('\n'), "{format}");
    }
    for (options, code) in [("--fault 400@*", 4), ("--fault end=0@*", 6)] {
        fs::write(&path, "old").unwrap();
        let run = sandboxed(options, "-q backups coverage -o prometheus --output-file").arg(&path);
        run.exit(code).stderr_holds([]).run();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old", "{options}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no file is left behind");
    let run = sandboxed("", "backups coverage --output-file /nowhere/cbr.prom");
    run.exit(1).stderr_holds(["--output-file: cannot write /nowhere/cbr.prom"]).run();
}
