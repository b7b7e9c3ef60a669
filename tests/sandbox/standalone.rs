//! `cbr sandbox` without a command: prints an environment, then serves until interrupted.

use crate::harness::{Process, Sandbox, cbr, sandboxed, script};

/// Reads the printed lines, then uses the keys, the token, the temporary key and the metadata
/// service in turn.
const EVALUATES: &str = r#"
    mkfifo printed
    cbr sandbox --backups 5 > printed & sandbox=$!
    printed=$(sed '/CBR_ECS_METADATA/q' printed)
    rm printed
    eval "$printed"
    cbr backups list -o jsonl --columns id | wc -l
    unset CBR_ACCESS_KEY CBR_SECRET_KEY
    eval "$(echo "$printed" | sed -n 's/^#  *\(export CBR_TOKEN=\)/\1/p')"
    cbr backups list --limit 2 -o jsonl --columns id | wc -l
    unset CBR_TOKEN
    eval "$(echo "$printed" | sed -n '/temporary/,/SECURITY/ s/^#  *export/export/p')"
    cbr backups list --limit 3 -o jsonl --columns id | wc -l
    unset CBR_ACCESS_KEY CBR_SECRET_KEY CBR_SECURITY_TOKEN CBR_PROJECT_ID
    eval "$(echo "$printed" | sed -n 's/^#  *\(export CBR_ECS_METADATA=\)/\1/p')"
    cbr backups list --limit 4 -o jsonl --columns id | wc -l
    kill $sandbox
    wait $sandbox
"#;

/// The printed lines can be passed to `eval` unchanged.
#[test]
fn printed_lines_work_in_a_shell() {
    let script = script(EVALUATES);
    let numbers: Vec<_> = script.stdout.split_whitespace().collect();
    assert_eq!(numbers, ["5", "2", "3", "4"], "{}", script.stderr);
    assert_eq!(script.stderr, "");
}

/// Starts a sandbox and waits until it serves.
fn serving() -> Process {
    let mut process = cbr("sandbox --backups 3").start();
    let mut lines = process.stdout();
    assert!(lines.any(|line| line.starts_with("export CBR_ENDPOINT=http://127.0.0.1:")));
    process
}

#[test]
fn it_serves_until_it_is_interrupted_or_terminated() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let output = serving().end_with(signal);
        assert_eq!(output.status.code(), Some(code), "{signal}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{signal}");
    }
}

#[test]
fn it_serves_one_run_after_another() {
    let sandbox = Sandbox::start("--backups 3");
    for number in 1..=3 {
        let run = sandbox.cbr("backups list -o jsonl").with_key().run();
        assert_eq!(run.lines().len(), 3);
        assert_eq!(sandbox.requests().len(), number);
    }
}

#[test]
fn a_used_port_is_an_error() {
    let sandbox = Sandbox::start("--backups 3");
    let endpoint = sandbox.endpoint();
    let address = endpoint.strip_prefix("http://").unwrap();
    let port = address.rsplit(':').next().unwrap();
    let expected =
        format!("cbr: error: cannot listen on {address}: Address already in use (os error 98)\n");
    cbr("sandbox --port").arg(port).exit(1).stderr(expected).run();
}

#[test]
fn an_unwritable_log_is_an_error() {
    let expected =
        "cbr: error: cannot open the log /nowhere/log: No such file or directory (os error 2)\n";
    cbr("sandbox --log /nowhere/log").exit(1).stderr(expected).run();
}

#[test]
fn invalid_flags_are_errors_with_valid_values() {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--port", "65536"], &["--port", "must be a whole number from 0 to 65535"]),
        (&["--port", "-1"], &["--port", "must be a whole number from 0 to 65535"]),
        (&["--backups", "many"], &["--backups", "must be a whole number from 0 to 10000000"]),
        (&["--latency", "5"], &["--latency", "write 500ms, 30s"]),
        (&["--fault", "503"], &["--fault", "add @WHEN"]),
        (&["--fault", "fire@1"], &["--fault", "fire"]),
        (&["--change", "delete@1"], &["--change", "delete=POS@WHEN"]),
        (&["--throttle", "5"], &["--throttle"]),
        (&["backups", "list"], &["unexpected argument 'backups'"]),
    ];
    for (flags, expected) in cases {
        cbr("sandbox").args(flags).exit(2).stderr_holds(expected.iter().copied()).run();
    }
}

/// The log contains what tests need, but no secret.
#[test]
fn the_log_contains_no_secret() {
    let run = sandboxed("--backups 3", "backups list").run();
    let [request] = run.requests.as_slice() else { panic!("{:?}", run.requests) };
    assert_eq!(request.auth, "aksk");
    assert_eq!(request.headers["user-agent"], concat!("cbr/", env!("CARGO_PKG_VERSION")));
    assert_eq!(request.headers["accept"], "application/json");
    assert!(!format!("{request:?}").contains("Signature"), "{request:?}");
}
