//! Targets that fail: nothing is printed, or with `--partial` the others, and each outcome is
//! reported.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, Cbr, Sandbox, Service, projects};

const FOUR: &str = "--region sandbox-1,sandbox-2,sandbox-5,sandbox-6 --retries 0";

fn receipt(run: Cbr, code: i32) -> (String, String, Value) {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("receipt.json");
    let run = run.arg("--receipt").arg(&file).reports().exit(code).stderr_holds([""]).run();
    (run.stdout, run.stderr, serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap())
}

fn blocks<'a>(receipt: &'a Value, fields: &[&str]) -> Vec<Vec<&'a Value>> {
    let blocks = receipt["targets"].as_array().unwrap().iter();
    blocks.map(|block| fields.iter().map(|field| &block[*field]).collect()).collect()
}

#[test]
fn one_failing_target_means_no_rows_and_its_exit_code() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let run = sandbox.cbr_of_regions(&format!("backups list {FOUR}"));
    let (stdout, stderr, receipt) = receipt(run, 5);
    assert_eq!(stdout, "");
    for line in [
        "cbr: sandbox-6: failed: HTTP 500 BackupService.9910",
        "cbr: error: 1 of 4 targets failed, and --partial prints the others: sandbox-6: HTTP 500",
        "cbr: sandbox-1: not printed, 20 backups read",
        "cbr: sandbox-5: complete, 0 backups",
    ] {
        assert!(stderr.contains(line), "{line}: {stderr}");
    }
    assert_eq!((&receipt["complete"], &receipt["proven"]), (&json!(false), &json!(false)));
    let found = blocks(&receipt, &["project_name", "complete"]);
    let (yes, no) = (&json!(true), &json!(false));
    let name = |name: &str| json!(name);
    assert_eq!(found[2], [&name("sandbox-5"), yes]);
    assert_eq!(found[3], [&name("sandbox-6"), no]);
    assert_eq!(receipt["targets"][3]["error"]["exit_code"], 5);
}

#[test]
fn partial_lists_have_the_other_targets_and_exit_6() {
    let sandbox = Sandbox::start("--regions --backups 20");
    for (command, rows) in [
        (format!("backups list {FOUR} -o ids"), 40),
        (format!("backups summary {FOUR} --by region -o csv --no-headers"), 3),
        (format!("backups list {FOUR} --count"), 1),
    ] {
        let run = sandbox.cbr_of_regions(&format!("{command} --partial"));
        let (stdout, stderr, receipt) = receipt(run, 6);
        assert_eq!(stdout.lines().count(), rows, "{command}: {stdout}");
        assert!(stderr.contains("cbr: sandbox-1: complete, 20 backups"), "{stderr}");
        let error = "cbr: error: 1 of 4 targets failed: sandbox-6\n";
        assert!(stderr.contains(error), "{stderr}");
        assert_eq!((&receipt["complete"], &receipt["proven"]), (&json!(false), &json!(false)));
        let complete: Vec<_> = blocks(&receipt, &["complete"]).concat();
        let (yes, no) = (json!(true), json!(false));
        assert_eq!(complete, [&yes, &yes, &yes, &no], "{command}");
    }
    // Nothing is left to print.
    let run =
        sandbox.cbr_of_regions("backups list --region sandbox-6,sandbox-6x --partial --retries 0");
    run.exit(4).stderr_holds(["2 of 2 targets failed"]).run();
}

/// No backup in the readable targets says nothing of the others.
#[test]
fn nothing_is_claimed_of_targets_that_failed() {
    let sandbox = Sandbox::start("--regions --backups 20");
    for (args, code) in [
        ("list --region sandbox-5,sandbox-2 --status error --name nothing --fail-on-empty", 7),
        ("list --region sandbox-5,sandbox-6 --partial --fail-on-empty", 6),
        ("coverage --region sandbox-1,sandbox-6 --partial --fail-on none,stale", 6),
    ] {
        let run = sandbox.cbr_of_regions(&format!("backups {args} --retries 0"));
        let (_, _, receipt) = receipt(run, code);
        assert_eq!(receipt["proven"], code == 7, "{args}");
    }
    let check = "backups check --region sandbox-1,sandbox-6 --retries 0";
    for check in [check.to_owned(), format!("{check} --partial --warning 9000d --critical 9999d")] {
        let output = sandbox.cbr_of_regions(&check).start().finish();
        assert_eq!(output.status.code(), Some(3), "{check}");
    }
}

#[test]
fn the_worst_failure_decides_the_exit_code() {
    let sandbox = Sandbox::start("--regions --backups 20");
    // A service that fails may work later; a permission does not come by itself.
    let args = "backups list --all-projects --except-region sandbox-4 --retries 0";
    let run = sandbox.cbr_of_regions(args);
    let (stdout, stderr, receipt) = receipt(run, 3);
    assert_eq!(stdout, "");
    let error = "cbr: error: 2 of 8 targets failed, and --partial prints the others: \
                 sandbox-3_denied, sandbox-6: HTTP 403";
    assert!(stderr.contains(error), "{stderr}");
    let skipped: Vec<_> = receipt["skipped"].as_array().unwrap().iter().collect();
    let reasons: Vec<_> = skipped.iter().map(|it| (&it["project_name"], &it["reason"])).collect();
    let (old, mos) = (json!("sandbox-3_old"), json!("MOS"));
    let (four, excepted) = (json!("sandbox-4"), json!("its region is excepted"));
    let (disabled, no_region) = (json!("it is disabled"), json!("its name names no region"));
    assert_eq!(reasons, [(&old, &disabled), (&four, &excepted), (&mos, &no_region)]);
}

#[test]
fn a_target_that_fails_on_a_later_page_is_left_out_as_well() {
    let options = format!("--regions --backups 300 --fault {}:500@4-", projects::SANDBOX_2);
    let sandbox = Sandbox::start(&options);
    let args = "backups list --region sandbox-1,sandbox-2 --page-size 50 --retries 0 -o ids";
    sandbox.cbr_of_regions(args).exit(5).stderr_holds(["sandbox-2: failed: HTTP 500"]).run();
    let partial = sandbox.cbr_of_regions(&format!("{args} --partial")).reports().exit(6);
    let partial = partial.stderr_holds(["1 of 2 targets failed: sandbox-2"]).run();
    let alone = sandbox.cbr_of_regions("backups list --region sandbox-1 -o ids").run();
    assert_eq!(partial.stdout, alone.stdout);
}

#[test]
fn one_throttled_target_does_not_fail_the_others() {
    let sandbox = Sandbox::start("--regions --backups 200");
    let args = "backups list --region sandbox-1,sandbox-4 --page-size 100 -o ids";
    assert_eq!(sandbox.cbr_of_regions(args).run().lines().len(), 400);
}

#[test]
fn a_slow_target_has_a_time_limit_of_its_own() {
    let options = format!("--regions --backups 20 --fault {}:hang@1-", projects::SANDBOX_2);
    let sandbox = Sandbox::start(&options);
    let args = "backups list --region sandbox-1,sandbox-2 --target-timeout 1s --retries 0 -o ids";
    sandbox.cbr_of_regions(args).exit(5).stderr_holds(["sandbox-2: failed: "]).run();
    let partial = sandbox.cbr_of_regions(&format!("{args} --partial")).reports().exit(6);
    assert_eq!(partial.stderr_holds(["sandbox-2: failed: "]).run().lines().len(), 20);
}

#[test]
fn a_failed_inventory_makes_unknown_of_its_target_alone() {
    let options =
        format!("--regions --backups 100 --source-fault {}:vaults=403", projects::SANDBOX_2);
    let sandbox = Sandbox::start(&options);
    let args = "backups coverage --region sandbox-1,sandbox-2 -o csv --columns region,state";
    let run = sandbox.cbr_of_regions(args).reports().exit(6);
    let run = run.stderr_holds(["sandbox-2: the vaults cannot be read", "sandbox-2: "]).run();
    let rows = run.csv();
    let has = |region: &str, state: &str| rows.iter().any(|row| row == &[region, state]);
    assert!(has("sandbox-1", "none") && !has("sandbox-2", "none"));
}

#[test]
fn auth_check_has_a_line_for_each_target() {
    let sandbox = Sandbox::start("--regions --backups 20");
    let run = sandbox.cbr_of_regions("auth check --all-projects --retries 0 -o json");
    let run = run.reports().exit(3);
    let run = run.stderr_holds(["2 of 9 targets failed, "]).run();
    let lines: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line["project_name"].as_str().unwrap(), line["result"].as_str().unwrap()))
        .collect();
    let ok = [
        "sandbox-1",
        "sandbox-1_team",
        "sandbox-2",
        "sandbox-2_team",
        "sandbox-3",
        "sandbox-4",
        "sandbox-5",
    ];
    let mut expected: Vec<_> = ok.map(|name| (name, "ok")).into();
    expected.extend([("sandbox-3_denied", "failed"), ("sandbox-6", "failed")]);
    expected.extend([("sandbox-3_old", "skipped"), ("MOS", "skipped")]);
    assert_eq!(found, expected);
    assert_eq!(lines[0]["count"], 20);
    let table = sandbox.cbr_of_regions("auth check --region sandbox-1,sandbox-2").run();
    assert!(table.lines()[0].starts_with("TARGET  "), "{}", table.stdout);
    assert_eq!(table.lines().len(), 3);
}

/// A name that is not unique in one target is an error, whatever the others have.
#[test]
fn vaults_that_are_not_known_leave_no_target_out() {
    let vaults = |names: &[&str], count: usize| {
        let vault =
            |(index, name): (usize, &&str)| format!(r#"{{"id":"v{index}","name":"{name}"}}"#);
        let vaults: Vec<_> = names.iter().enumerate().map(vault).collect();
        format!(r#"{{"count":{count},"vaults":[{}]}}"#, vaults.join(","))
    };
    // Vaults of a, b and c, which the requests name; the exit code, and what is said.
    let cases = [
        (
            [vaults(&["web", "web"], 2), vaults(&[], 0), vaults(&["web"], 1)],
            2,
            "2 vaults have the name `web`",
        ),
        (
            [vaults(&["web"], 1), vaults(&["db"], 4), vaults(&["db"], 1)],
            6,
            "b: failed: the vaults are not proven",
        ),
        ([vaults(&["web"], 1), "{".to_owned(), vaults(&["db"], 1)], 5, "b: failed: "),
        (
            [vaults(&["db"], 1), vaults(&["db"], 1), vaults(&["db"], 1)],
            4,
            "no vault has the name or ID `web`",
        ),
    ];
    for (vaults, code, expected) in cases {
        let service = Service::start(move |request, _| {
            let project = ["/v3/a/", "/v3/b/", "/v3/c/"];
            let project = project.iter().position(|path| request.line.contains(path)).unwrap();
            if request.line.contains("offset=")
                && request.line.contains("/vaults")
                && !request.line.contains("offset=0")
            {
                return Answer::new(200, r#"{"count":4,"vaults":[]}"#);
            }
            match request.line.contains("/vaults") {
                true => Answer::new(200, &vaults[project]),
                false => Answer::new(200, r#"{"count":0,"backups":[]}"#),
            }
        });
        let config = "[[groups.g]]\nproject_id = 'a'\n[[groups.g]]\nproject_id = 'b'\n\
                      [[groups.g]]\nproject_id = 'c'\n";
        let run = service.cbr("backups list --group g --vault web --retries 0").with_key();
        let run = run.private_file(".config/cbr/config.toml", config).exit(code);
        run.stderr_holds([expected]).run();
    }
}
