//! Ctrl-C: the run ends at once with 130, wherever it waits, and prints nothing.

use std::sync::mpsc;

use crate::harness::{Answer, Service, sandboxed};

/// The service holds the request and does not answer.
#[test]
fn a_run_waiting_for_the_service_is_interrupted() {
    for stalls in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{\"backups\":["] {
        for command in [
            "backups list",
            "backups list -o jsonl --stream",
            "backups show 6df2b54c-dd62-4059-a07c-1b8f24f2725d",
        ] {
            let (arrived, arrival) = mpsc::channel();
            let service = Service::start(move |_, _| {
                arrived.send(()).unwrap();
                Answer::stalling(stalls)
            });
            let run = service.cbr(command).with_key();
            let process = run.start();
            arrival.recv().unwrap();
            process.signal("INT");
            run.exit(130).check(&process.finish());
        }
    }
}

/// While it waits for its first retry, which would be in ten minutes.
#[test]
fn a_run_between_retries_is_interrupted() {
    let (arrived, arrival) = mpsc::channel();
    let service = Service::start(move |_, _| {
        arrived.send(()).unwrap();
        Answer::with_headers(503, &[("Retry-After", "600")], "")
    });
    let run = service.cbr("backups list").with_key();
    let process = run.start();
    arrival.recv().unwrap();
    process.signal("INT");
    run.exit(130).check(&process.finish());
    assert_eq!(service.received().len(), 1);
}

/// The reader has stopped reading; the text that it has read stays.
#[test]
fn a_blocked_writer_is_interrupted() {
    let run = sandboxed("", "backups list -o json");
    let mut process = run.start();
    let mut lines = process.stdout();
    assert_eq!(lines.next().as_deref(), Some("["));
    process.signal("INT");
    let output = process.finish();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    drop(lines);
}
