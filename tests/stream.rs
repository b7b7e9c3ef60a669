//! `--stream`: rows are printed as they arrive, and only the exit code shows whether they are
//! complete.

use crate::harness::{Answer, Service, sandboxed};

fn record(number: u32) -> String {
    let second = 59 - number;
    format!(
        r#"{{"id":"00000000-0000-4000-8000-{number:012}","created_at":"2020-02-21T07:00:{second}.000001"}}"#
    )
}

/// The second page never arrives; the rows of the first one are printed meanwhile.
#[test]
fn streamed_rows_are_printed_early() {
    let first = Answer::page(&[&record(0), &record(1)], "3");
    let service = Service::start(move |_, number| match number {
        0 => first.clone(),
        _ => Answer::stalling(""),
    });
    let run = service.cbr("backups list -o jsonl --stream --page-size 2").with_key();
    let mut process = run.start();
    let mut lines = process.stdout();
    assert_eq!(lines.next(), Some(record(0)));
    assert_eq!(lines.next(), Some(record(1)));
    process.signal("INT");
    assert_eq!(process.finish().status.code(), Some(130));
    assert_eq!(lines.next(), None);
}

#[test]
fn a_failed_stream_has_printed_its_beginning() {
    for (format, lines) in [("jsonl", 10), ("csv", 11)] {
        let command = format!("backups list --page-size 10 --stream -o {format}");
        let run = sandboxed("--backups 30 --fault 400@2-", &command);
        let output = run.start().finish();
        assert_eq!(output.status.code(), Some(4), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), lines, "{format}");
        let run = sandboxed("--backups 30 --fault 400@2-", &command.replace("--stream", ""));
        run.exit(4).stderr_holds(["HTTP 400"]).run();
    }
}
