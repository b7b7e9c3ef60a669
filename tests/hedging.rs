//! A request that hangs while others are answered is sent a second time, on another connection.

use std::{fs, thread};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Cbr, PROJECT_ID, Request, Run, Sandbox, Tls, cbr, sandboxed};

/// Returns the run and its receipt.
fn with_receipt(run: impl FnOnce(&str) -> Cbr) -> (Run, Value) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("receipt.json");
    let run = run(path.to_str().unwrap()).run();
    let receipt = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    (run, receipt)
}

/// Returns the number of requests that were sent more than once.
fn repeated(run: &Run) -> usize {
    let mut windows = run.windows();
    let requests = windows.len();
    windows.dedup();
    requests - windows.len()
}

#[test]
fn one_hung_page_is_requested_a_second_time() {
    let (run, receipt) = with_receipt(|path| {
        let list = "backups list --page-size 10 -o ids -v --receipt";
        let run = sandboxed("--backups 300 --fault hang@6", list).arg(path);
        run.stderr_holds(["s: requested again on another connection\n"])
    });
    assert_eq!(run.lines().len(), 300);
    let dropped = ": dropped, since the other attempt was faster, ";
    assert_eq!(run.stderr.matches(dropped).count(), 1, "{}", run.stderr);
    let numbers = ["hedged", "retries"].map(|key| receipt[key].as_u64().unwrap());
    assert_eq!(numbers, [1, 0], "{receipt}");
    assert_eq!(receipt["requests"].as_u64(), Some(run.requests.len() as u64));
    assert_eq!(repeated(&run), 1);
    // Each attempt has its own date and signature.
    let date = |request: &Request| request.headers["x-sdk-date"].clone();
    let hung = run.requests.iter().find(|request| request.status.is_none()).unwrap();
    let same = |request: &&Request| request.window() == hung.window();
    assert!(run.requests.iter().filter(same).map(date).max() > Some(date(hung)));
}

/// HTTP/2 sends everything over one connection, unless a request is hedged.
#[test]
fn the_second_request_uses_a_new_connection() {
    let sandbox = Sandbox::start("--backups 300 --fault hang@6");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let run = cbr("backups list --page-size 10 -o ids --endpoint").arg(tls.endpoint("localhost"));
    let run = run.env("CBR_PROJECT_ID", PROJECT_ID).with_key();
    assert_eq!(run.env("SSL_CERT_FILE", tls.authority()).run().lines().len(), 300);
    assert!(tls.agreed().len() > 1);
}

/// One page at a time, just after throttling, and with a service that is slow for all requests.
#[test]
fn other_requests_are_not_hedged() {
    let cases = [
        ("--fault hang@6", "--page-size 10 --timeout 6s --concurrency 1"),
        ("--fault 429=0@3 --fault hang@9", "--page-size 10 --timeout 6s"),
        ("--fault hang@1", "--page-size 10 --timeout 6s"),
        ("--latency 2500ms", "--page-size 40"),
    ];
    thread::scope(|scope| {
        for (options, flags) in cases {
            scope.spawn(move || {
                let (run, receipt) = with_receipt(|path| {
                    let list = format!("backups list -o ids {flags} --receipt");
                    sandboxed(&format!("--backups 300 {options}"), &list).arg(path)
                });
                assert_eq!(run.lines().len(), 300, "{options}");
                assert_eq!(receipt["hedged"], 0, "{options} {receipt}");
            });
        }
    });
}

#[test]
fn without_retries_nothing_is_requested_twice() {
    let list = "backups list --page-size 10 --retries 0 --timeout 3s";
    let run = sandboxed("--backups 300 --fault hang@6", list);
    let run = run.exit(5).stderr_holds(["no answer from the service in time"]).run();
    assert_eq!(repeated(&run), 0);
}
