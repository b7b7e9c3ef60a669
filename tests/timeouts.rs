//! `--timeout`: the whole run ends in time, whatever the service does.

use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::harness::{Answer, Service, cbr, sandboxed};

const TOLD: &str = "cbr: error: no answer from the service in time\n\
                    cbr: hint: allow more time with --timeout, or more --retries\n";

#[test]
fn a_service_that_never_responds_times_out() {
    let run = sandboxed("--backups 3 --fault hang@*", "backups list --timeout 300ms");
    run.exit(5).stderr(TOLD).run();
}

#[test]
fn a_timeout_reports_the_number_of_attempts() {
    let run = sandboxed(
        "--backups 3 --fault 503=0@1 --fault reset@2 --fault hang@3-",
        "backups list --timeout 3s",
    );
    let expected = "cbr: error: no answer from the service in time, in 3 tries\n\
                cbr: hint: allow more time with --timeout, or more --retries\n";
    assert_eq!(run.exit(5).stderr(expected).run().requests.len(), 3);
}

/// The silence limit is half of the time, so the rest suffices for a retry.
#[test]
fn a_silent_connection_is_retried_in_time() {
    let page = |records: &[&str]| Answer::page(records, "1");
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"backups\":[";
    for silent in ["", "HTTP/1.1 200 OK\r\nContent-", cut] {
        let service = Service::answering([Answer::stalling(silent), page(&[r#"{"id":"a"}"#])]);
        let run = service.cbr("backups list -o ids --timeout 4s").with_key().run();
        assert_eq!(run.lines(), ["a"], "{silent}");
        assert_eq!(service.received().len(), 2, "{silent}");
    }
}

/// Without a terminal, this message is the only sign of progress. Requests that wait together are
/// reported once.
#[test]
fn a_long_silence_is_reported_without_a_terminal() {
    let expected =
        "cbr: warning: no answer from HOST for 10 s, still waiting (--timeout limits this)\n";
    let one_page = |flags: &str, expected: &str| {
        let service = Service::answering([Answer::stalling(""), Answer::page(&[], "0")]);
        let expected = expected.replace("HOST", &service.endpoint().replace("http://", ""));
        let run = service.cbr(&format!("backups list --timeout 21s {flags}")).with_key();
        run.stderr(expected).run();
        assert_eq!(service.received().len(), 2);
    };
    let three_pages = || {
        let list = "backups list --page-size 10 --timeout 21s";
        let run = sandboxed("--backups 30 --fault hang@2-3", list);
        let run = run.stderr_holds(["cbr: warning: no answer from 127.0.0.1:"]).run();
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    };
    thread::scope(|scope| {
        scope.spawn(|| one_page("", expected));
        scope.spawn(|| one_page("--quiet", ""));
        scope.spawn(three_pages);
    });
}

/// A label of a name has 63 characters at most, so no name service is needed.
#[test]
fn an_unknown_host_is_reported_at_once() {
    let endpoint = format!("https://{}.example", "x".repeat(64));
    let expected = format!(
        "cbr: error: there is no host {host}\n\
         cbr: hint: check CBR_ENDPOINT, which leads to {host}, and this machine's DNS\n",
        host = &endpoint["https://".len()..]
    );
    let run = cbr("backups list -v").env("CBR_ENDPOINT", &endpoint).env("CBR_PROJECT_ID", "p");
    let run = run.with_key().exit(5).stderr_holds([expected.as_str()]).run();
    assert_eq!(run.stderr.matches("cbr: debug: GET ").count(), 1, "{}", run.stderr);
}

#[test]
fn a_service_that_sends_single_bytes_times_out() {
    let run = sandboxed("--backups 3 --fault drip=1s@*", "backups list --timeout 300ms");
    let run = run.exit(5).stderr(TOLD).run();
    assert_eq!(run.requests.len(), 1);
}

#[test]
fn a_service_slower_than_the_time_limit_times_out() {
    sandboxed("--backups 3 --latency 10s", "backups list --timeout 200ms")
        .exit(5)
        .stderr(TOLD)
        .run();
}

#[test]
fn a_later_page_that_hangs_times_out() {
    let run = sandboxed("--backups 30 --fault hang@3-", "backups list --page-size 10 --timeout 1s");
    run.exit(5).stderr(TOLD).run();
}

#[test]
fn show_times_out() {
    let service = Service::start(|_, _| Answer::stalling("HTTP/1.1 200 OK\r\n"));
    service
        .cbr("backups show 6df2b54c-dd62-4059-a07c-1b8f24f2725d --timeout 300ms")
        .with_key()
        .exit(5)
        .stderr(TOLD)
        .run();
    assert_eq!(service.received().len(), 1);
}

#[test]
fn a_sufficient_time_limit_changes_nothing() {
    let run = sandboxed("--backups 3", "backups list --timeout 50s -o jsonl").run();
    assert_eq!(run.lines().len(), 3);
}

/// The port is the client's end of a connection: it is in use, and nothing listens on it.
#[test]
fn an_unreachable_service_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let endpoint = format!("http://{}", client.local_addr().unwrap());
    let expected = [
        "cbr: error: no answer from the service: ",
        "onnection refused",
        "\ncbr: hint: check the network, --endpoint or --region, and HTTPS_PROXY\n",
    ];
    let run = cbr("backups list --retries 0 --project-id p --endpoint").arg(endpoint).with_key();
    run.exit(5).stderr_holds(expected).run();
}
