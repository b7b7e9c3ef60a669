//! `--receipt FILE`: the proof, for scripts.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Cbr, PROJECT_ID, cbr, program, sandboxed};

/// Returns the receipt of a run, without the values that differ from run to run.
fn receipt(run: impl FnOnce(&str) -> Cbr) -> Value {
    receipt_and_output(run).0
}

/// Same as [`receipt`], with the output.
fn receipt_and_output(run: impl FnOnce(&str) -> Cbr) -> (Value, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("receipt.json");
    let printed = run(path.to_str().unwrap()).run().stdout;
    let text = fs::read_to_string(path).unwrap();
    let mut receipt: Value = serde_json::from_str(&text).expect(&text);
    let times = ["started_at", "ended_at"].map(|name| {
        let time = receipt.as_object_mut().unwrap().remove(name).unwrap();
        time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap()
    });
    assert!(times.is_sorted(), "{times:?}");
    (receipt, printed)
}

/// Returns SHA-256 in hexadecimal.
fn sha256(text: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_complete_listing_is_proven() {
    let (receipt, printed) = receipt_and_output(|path| {
        let run = sandboxed(
            "--backups 30 --fault 503=0@2 --change delete=3@3",
            "backups list --page-size 10 --concurrency 1 --own-type private -o jsonl --receipt",
        );
        run.arg(path)
    });
    let expected = json!({
        "complete": true,
        "proven": true,
        "bytes": printed.len(),
        "sha256": sha256(&printed),
        "rows": 30,
        "listed": 30,
        "matched": 30,
        "stopped_early": false,
        "count": 29,
        "limit": null,
        "offset": 0,
        "latest": null,
        "per": null,
        "pages": 5,
        "requests": 6,
        "retries": 1,
        "rereads": 0,
        "hedged": 0,
        "seams_mended": 1,
        "duplicates": 8,
        "out_of_order": false,
        "query": [["own_type", "private"]],
        "filter": [],
        "sort": "created_at:desc,id:desc",
        "request_ids": (1..=6).map(|id| format!("{id:032}")).collect::<Vec<_>>(),
        "targets": [{
            "region": "sandbox-1",
            "project_id": PROJECT_ID,
            "project_name": null,
            "profile": null,
            "complete": true,
            "proven": true,
            "listed": 30,
            "count": 29,
            "pages": 5,
            "seams_mended": 1,
            "duplicates": 8,
            "out_of_order": false,
            "error": null,
        }],
        "skipped": [],
        "error": null,
    });
    assert_eq!(receipt, expected);
}

/// The number of matches among the rows that were read is not the total.
#[test]
fn a_stopped_listing_is_marked() {
    let cases = [
        // Flags, stopped early, complete.
        ("--limit 3", true, false),
        ("--offset 2 --limit 3", true, false),
        ("--offset 27 --limit 3", false, false),
        ("--limit 30", false, true),
        ("--limit 3 --name-matches *", true, false),
        ("--limit 3 --name-matches * --sort resource_size", false, false),
        ("--limit 31 --name-matches *", false, true),
        ("--latest 3", true, true),
        ("", false, true),
    ];
    for (flags, expected, complete) in cases {
        let receipt = receipt(|path| {
            let list = format!("backups list --page-size 10 {flags} --receipt");
            sandboxed("--backups 30", &list).arg(path)
        });
        assert_eq!(receipt["proven"], true, "{flags} {receipt}");
        assert_eq!(receipt["complete"], complete, "{flags} {receipt}");
        assert_eq!(receipt["stopped_early"], expected, "{flags} {receipt}");
    }
}

#[test]
fn the_output_is_hashed() {
    for command in [
        "list",
        "list -o json",
        "list -o csv --stream --page-size 10",
        "list -o yaml",
        "list -o ids --sort name",
        "list --count",
        "summary --by vault",
        "coverage -o prometheus",
    ] {
        let (receipt, printed) = receipt_and_output(|path| {
            sandboxed("--backups 300", &format!("-q backups {command} --receipt")).arg(path)
        });
        assert!(!printed.is_empty(), "{command}");
        assert_eq!(receipt["bytes"], printed.len(), "{command}");
        assert_eq!(receipt["sha256"], sha256(&printed), "{command}");
    }
}

#[test]
fn a_failed_listing_is_marked() {
    for (options, flags, code, message) in [
        (
            "--backups 30 --fault end=0@*",
            "",
            6,
            "the listing could not be proven complete: the service counts more backups than it \
             lists (0 seen, 30 counted)",
        ),
        (
            "--backups 30 --fault 400@1",
            "",
            4,
            "HTTP 400 BackupService.9900: Parameter check failed. (request \
             00000000000000000000000000000001)",
        ),
        ("--backups 30 --fault hang@*", "--timeout 200ms", 5, "no answer from the service in time"),
    ] {
        let receipt = receipt(|path| {
            let run = sandboxed(options, &format!("backups list {flags} --receipt")).arg(path);
            run.exit(code).stderr_holds([message])
        });
        assert_eq!(receipt["complete"], false, "{receipt}");
        assert_eq!(receipt["proven"], false, "{receipt}");
        assert_eq!(receipt["bytes"], 0, "{receipt}");
        let target = &receipt["targets"][0];
        assert_eq!((&target["project_id"], &target["proven"]), (&PROJECT_ID.into(), &false.into()));
        assert_eq!(receipt["rows"], 0, "{receipt}");
        assert_eq!(receipt["error"], json!({"exit_code": code, "message": message}));
    }
}

#[test]
fn an_unwritable_receipt_is_rejected_before_any_request() {
    let expected = "cbr: error: --receipt: cannot write /nowhere/receipt: No such file or directory \
                (os error 2)\n";
    let run = sandboxed("--backups 3", "backups list --receipt /nowhere/receipt");
    assert!(run.exit(1).stderr(expected).run().requests.is_empty());
}

/// A run that fails before its first request must not leave an older receipt that could be mistaken
/// for its own.
#[test]
fn a_missing_setting_replaces_an_older_receipt() {
    let receipt = receipt(|path| {
        fs::write(path, r#"{"complete":true,"rows":1663,"padding":"longer than what follows"}"#)
            .unwrap();
        cbr("backups list --receipt").arg(path).exit(2).stderr_holds(["no credentials"])
    });
    assert_eq!(receipt["complete"], false, "{receipt}");
    assert_eq!(receipt["error"]["exit_code"], 2, "{receipt}");
}

#[test]
fn a_usage_error_replaces_an_older_receipt() {
    let older = r#"{"complete":true,"rows":1663,"padding":"longer than what follows"}"#;
    let cases = [
        (
            "backups list -o ids --receipt FILE --page-size 5000",
            "invalid value '5000' for '--page-size <N>'",
        ),
        ("--region eu-de backups ls --since= --receipt=FILE", "--since"),
        ("backups summary --receipt FILE --min-size 2 --max-size 1", "--min-size 2 is more than"),
        ("backups list --colums id --receipt FILE", "unexpected argument '--colums' found"),
    ];
    for (line, message) in cases {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("receipt.json");
        fs::write(&path, older).unwrap();
        let words = line.replace("FILE", path.to_str().unwrap());
        cbr(&words).exit(2).stderr_holds([message]).run();
        let text = fs::read_to_string(&path).unwrap();
        let receipt: Value = serde_json::from_str(&text).expect(&text);
        assert_eq!(receipt["complete"], false, "{line}");
        assert_eq!(receipt["error"]["exit_code"], 2, "{line}");
        let expected = receipt["error"]["message"].as_str().unwrap();
        assert!(expected.contains(message) && !expected.contains('\n'), "{expected}");
    }
    // Files for other commands are not written to, and help is not a failure.
    for (line, code) in
        [("backups show x --receipt FILE", 2), ("backups list --receipt FILE --help", 0)]
    {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("receipt.json");
        fs::write(&path, older).unwrap();
        let words = line.replace("FILE", path.to_str().unwrap());
        cbr(&words).exit(code).stderr_holds([]).run();
        assert_eq!(fs::read_to_string(&path).unwrap(), older, "{line}");
    }
}

#[test]
fn the_receipt_cannot_be_written_to_stdout() {
    let directory = TempDir::new().unwrap();
    let log = directory.path().join("log");
    for receipt in [log.to_str().unwrap(), "/dev/stdout"] {
        fs::write(&log, "keep\n").unwrap();
        let command = format!(
            "'{}' sandbox --backups 3 -- backups list --receipt '{receipt}' >> '{}' 2> /dev/null",
            program().display(),
            log.display()
        );
        let status = std::process::Command::new("sh").args(["-c", &command]).status().unwrap();
        assert_eq!(status.code(), Some(1), "{receipt}");
        assert_eq!(fs::read_to_string(&log).unwrap(), "keep\n", "{receipt}");
    }
}
