//! `--error-format json`: one object on a line of stderr, for scripts.

use serde_json::{Value, json};

use crate::harness::{Answer, Cbr, Service, TOKEN, cbr, sandboxed, terminal};

/// Returns the objects that a run has printed on stderr.
fn objects(run: Cbr) -> Vec<Value> {
    let run = run.stderr_holds([]).run();
    run.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Returns the only error of a run.
fn error(run: Cbr) -> Value {
    let mut objects = objects(run);
    assert_eq!(objects.len(), 1, "{objects:?}");
    objects.remove(0)
}

#[test]
fn a_refusal_has_every_field() {
    let headers = [("X-Request-Id", "7f1c9d4e"), ("Content-Type", "application/json")];
    let body = r#"{"error_code":"BackupService.6200","error_msg":"Backup \"x\" does not\nexist."}"#;
    let service = Service::answering([Answer::with_headers(404, &headers, body)]);
    let run = service
        .cbr("backups show 6df2b54c-dd62-4059-a07c-1b8f24f2725d --error-format json")
        .secret("CBR_TOKEN", "t-o-k-e-n")
        .exit(4);
    assert_eq!(
        error(run),
        json!({
            "level": "error",
            "code": "not_found",
            "exit_code": 4,
            "service_code": "BackupService.6200",
            "http_status": 404,
            "message": "HTTP 404 BackupService.6200: Backup \"x\" does not\\nexist. (request \
                        7f1c9d4e)",
            "request_id": "7f1c9d4e",
            "retryable": false,
            "retry_after": null,
            "hint": "cbr backups list shows the ids that there are",
        })
    );
}

/// The flag belongs to every command, and can be anywhere.
#[cfg(feature = "sandbox")]
#[test]
fn the_error_format_of_the_sandbox_applies_to_its_command() {
    let run = |flags: &str, command: &str| {
        let words = format!("{flags} sandbox --backups 3 --fault 400@1 -- {command}");
        cbr(&words).exit(4)
    };
    let list = "backups list";
    assert_eq!(error(run("--error-format json", list))["code"], "refused");
    assert_eq!(error(run("--error-format=json", "backups summary"))["code"], "refused");
    assert_eq!(error(run("", "backups list --error-format json"))["code"], "refused");
    let text = "backups list --error-format text";
    run("--error-format json", text).stderr_holds(["cbr: error: HTTP 400"]).run();
}

#[test]
fn each_kind_of_failure_has_an_error_code() {
    let cases = [
        ("--fault 401@1", "", "unauthenticated", 3, json!(401), false),
        ("--fault 403@1", "", "forbidden", 3, json!(403), false),
        ("--fault auth500@1", "", "unauthenticated", 3, json!(500), false),
        ("--fault 400@1", "", "refused", 4, json!(400), false),
        ("--fault 429=0@*", "--retries 0", "throttled", 5, json!(429), true),
        ("--fault 503=0@*", "--retries 0", "failing", 5, json!(503), true),
        ("--fault reset@*", "--retries 0", "unreachable", 5, json!(null), true),
        ("--fault hang@*", "--timeout 200ms", "timed_out", 5, json!(null), true),
        ("--fault html@*", "", "unreadable", 5, json!(null), false),
        ("--fault end=1@*", "", "incomplete", 6, json!(null), true),
        ("", "--project-id a/b", "configuration", 2, json!(null), false),
        ("", "--limit 0", "usage", 2, json!(null), false),
        ("", "--stream", "usage", 2, json!(null), false),
        ("", "--receipt /nowhere/at/all", "local", 1, json!(null), false),
    ];
    for (options, flags, code, exit, status, retryable) in cases {
        let args = format!("backups list --error-format json {flags}");
        let error = error(sandboxed(&format!("--backups 3 {options}"), &args).exit(exit));
        assert_eq!(error["level"], "error", "{options} {flags}");
        assert_eq!(error["code"], code, "{options} {flags}");
        assert_eq!(error["exit_code"], exit, "{options} {flags}");
        assert_eq!(error["http_status"], status, "{options} {flags}");
        assert_eq!(error["retryable"], retryable, "{options} {flags}");
    }
}

#[test]
fn usage_errors_are_json_wherever_the_flag_is() {
    let cases = [
        (
            "--error-format json backups lst",
            "unrecognized subcommand 'lst'",
            "similar subcommands exist",
        ),
        (
            "backups list --stauts error --error-format=json",
            "unexpected argument '--stauts' found",
            "'--status'",
        ),
        ("backups list -o jsn --error-format json", "[possible values: table, ", "'json'"),
        ("--error-format json", "requires a subcommand", "see 'cbr --help'"),
        ("list --error-format json", "unrecognized subcommand 'list'", "'backups list'"),
        (
            "help exit-cods --error-format json",
            "unrecognized subcommand 'exit-cods'",
            "'exit-codes'",
        ),
        (
            "backups list --columns id,id --error-format json",
            "'id' is listed twice",
            "see 'cbr backups list --help'",
        ),
        (
            "man --region x --error-format json",
            "'--region' has no effect on 'cbr man'",
            "'--region' is for commands that send requests",
        ),
    ];
    for (args, message, hint) in cases {
        let error = error(cbr(args).exit(2));
        assert_eq!(error["code"], "usage", "{args}");
        assert!(error["message"].as_str().unwrap().contains(message), "{args}: {error}");
        assert!(error["hint"].as_str().unwrap().contains(hint), "{args}: {error}");
    }
}

#[test]
fn an_unknown_error_format_is_reported_as_text() {
    let expected = ["invalid value 'jsn' for '--error-format <FORMAT>'", "'json'"];
    cbr("backups list --error-format jsn").exit(2).stderr_holds(expected).run();
}

#[test]
fn warnings_and_details_are_objects_too() {
    let run = sandboxed("--backups 3", "backups list --error-format json --name a* -v");
    let objects = objects(run);
    let levels: Vec<_> = objects.iter().map(|object| object["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["warning", "debug"]);
    assert!(objects[0]["message"].as_str().unwrap().contains("* is literal"));
    assert!(objects[1]["message"].as_str().unwrap().starts_with("GET /v3/"));
}

#[test]
fn retry_after_is_a_number() {
    let body = r#"{"error_code":"APIGW.0308","error_msg":"too many"}"#;
    for (after, seconds) in [("700", 700), ("18446744073709551615", 31_536_000)] {
        let headers = [("Retry-After", after)];
        let service = Service::answering([Answer::with_headers(429, &headers, body)]);
        let run = service.cbr("backups list --error-format json").secret("CBR_TOKEN", TOKEN);
        let error = error(run.exit(5));
        assert_eq!((&error["code"], &error["retry_after"]), (&json!("throttled"), &json!(seconds)));
    }
}

/// Progress and other text for a terminal is not printed between objects.
#[test]
fn a_terminal_shows_only_objects() {
    let shown = |flags: &str| {
        terminal(80, &format!("cbr sandbox --backups 3 -- backups list {flags} >/dev/null"))
    };
    assert_ne!(shown(""), "");
    assert_eq!(shown("--error-format json"), "");
}
