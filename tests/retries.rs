//! Retries: which failures, how often, and the message if they do not help.

use jiff::Timestamp;

use crate::harness::{Answer, Cbr, Run, Service, sandboxed};

/// A listing of three rows that takes one request when nothing goes wrong.
fn list(faults: &str, flags: &str) -> Cbr {
    let faults: String =
        faults.split_whitespace().map(|fault| format!(" --fault {fault}")).collect();
    sandboxed(&format!("--backups 3{faults}"), &format!("backups list -o jsonl {flags}"))
}

/// Returns the status of each answer; `None` if there was no complete answer.
fn statuses(run: &Run) -> Vec<Option<u16>> {
    run.requests.iter().map(|request| request.status).collect()
}

#[test]
fn transient_failures_are_retried() {
    let cases: [(&str, &[u16]); 5] = [
        ("503@1", &[503, 200]),
        ("500@1", &[500, 200]),
        ("502=0@1 504=0@2", &[502, 504, 200]),
        ("429=0@1-4", &[429, 429, 429, 429, 200]),
        // The default number of retries.
        ("503=0@1-5", &[503, 503, 503, 503, 503, 200]),
    ];
    for (faults, expected) in cases {
        let run = list(faults, "").run();
        assert_eq!(run.lines().len(), 3, "{faults}");
        let expected: Vec<_> = expected.iter().copied().map(Some).collect();
        assert_eq!(statuses(&run), expected, "{faults}");
        let asked: Vec<_> = run.requests.iter().map(|request| request.line()).collect();
        assert!(asked.windows(2).all(|pair| pair[0] == pair[1]), "{asked:?}");
    }
}

#[test]
fn truncated_responses_are_retried() {
    for fault in ["reset@1", "truncate@1", "gzip-broken@1", "invalid-json@1"] {
        let run = list(fault, "").run();
        assert_eq!(run.lines().len(), 3, "{fault}");
        assert_eq!(run.requests.len(), 2, "{fault}: {:?}", run.requests);
    }
}

#[test]
fn show_is_retried_like_a_list() {
    let again = [("Retry-After", "0")];
    let answers = [
        Answer::with_headers(503, &again, ""),
        Answer::with_headers(408, &again, ""),
        Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"backup\":{\"id\""),
        Answer::new(200, r#"{"backup":{"id":"a"}}"#),
    ];
    let service = Service::answering(answers);
    let run =
        service.cbr("backups show 6df2b54c-dd62-4059-a07c-1b8f24f2725d -o json").with_key().run();
    assert_eq!(run.stdout, "{\"id\":\"a\"}\n");
    let lines: Vec<_> = service.received().into_iter().map(|request| request.line).collect();
    assert_eq!(lines, ["GET /v3/p1/backups/6df2b54c-dd62-4059-a07c-1b8f24f2725d"; 4]);
}

/// Each permanent fault, with its message.
const LASTING: &[(&str, &str, &str)] = &[
    (
        "503=0@*",
        "HTTP 503 APIGW.0613: An error occurred while connecting to IAM (request ",
        "the service is failing; try again later, or allow more --retries",
    ),
    (
        "429=0@*",
        "HTTP 429 APIGW.0308: The throttling threshold has been reached: policy user over \
         ratelimit,limit:60,time:1 minute (request ",
        "wait, or allow more --retries",
    ),
    (
        "reset@*",
        "no answer from the service: ",
        "check the network, --endpoint or --region, and HTTPS_PROXY",
    ),
    (
        "truncate@*",
        "no answer from the service: ",
        "check the network, --endpoint or --region, and HTTPS_PROXY",
    ),
    (
        "invalid-json@*",
        "unreadable answer: EOF while parsing",
        "check that --endpoint is the CBR endpoint, and not a proxy's page",
    ),
];

#[test]
fn without_retries_there_is_one_request() {
    for (fault, error, hint) in LASTING {
        let expected = [&format!("cbr: error: {error}"), &format!("\ncbr: hint: {hint}\n")];
        let run = list(fault, "--retries 0");
        let run = run.exit(5).stderr_holds(expected.map(String::as_str)).run();
        assert_eq!(run.requests.len(), 1, "{fault}: {:?}", run.requests);
    }
}

#[test]
fn retries_are_counted() {
    for (fault, error, hint) in LASTING {
        // Throttling that names its limit is waited out, any number of times.
        if fault.starts_with("429") {
            continue;
        }
        let expected = [&format!("cbr: error: {error}"), &format!("\ncbr: hint: {hint}\n")];
        let run = list(fault, "--retries 1");
        let run = run.exit(5).stderr_holds(expected.map(String::as_str)).run();
        assert_eq!(run.requests.len(), 2, "{fault}: {:?}", run.requests);
    }
    let limitless = Answer::with_headers(429, &[("Retry-After", "0")], "");
    let service = Service::answering(vec![limitless; 4]);
    let expected = "cbr: error: HTTP 429: no explanation\n\
                cbr: hint: wait, or allow more --retries\n";
    let run = service.cbr("backups list --retries 3").with_key();
    run.exit(5).stderr(expected).run();
    assert_eq!(service.received().len(), 4);
}

#[test]
fn permanent_failures_are_not_retried() {
    for (fault, exit, error) in [
        ("400@*", 4, "HTTP 400 "),
        ("401@*", 3, "HTTP 401 "),
        ("403@*", 3, "HTTP 403 "),
        ("404@*", 4, "HTTP 404 "),
        ("501@*", 5, "HTTP 501 "),
        ("auth500@*", 3, "HTTP 500 BackupService.9998: "),
        (
            "redirect=https://cbr.example.com/@*",
            5,
            "HTTP 302: redirected to https://cbr.example.com/",
        ),
        ("html@*", 5, "unreadable answer: "),
        ("invalid-utf8@*", 5, "unreadable answer: "),
        ("nested@*", 5, "unreadable answer: "),
    ] {
        let run = list(fault, "").exit(exit).stderr_holds([error]).run();
        assert_eq!(run.requests.len(), 1, "{fault}: {:?}", run.requests);
    }
}

/// Each attempt has its own signature: the second one has the date two seconds later, which is the
/// requested wait.
#[test]
fn retry_after_is_respected() {
    let run = list("503=2@1", "").run();
    let dates: Vec<_> = run
        .requests
        .iter()
        .map(|request| {
            let date = &request.headers["x-sdk-date"];
            Timestamp::strptime("%Y%m%dT%H%M%S%z", date.replace('Z', "+0000")).unwrap().as_second()
        })
        .collect();
    let [first, second] = dates.as_slice() else { panic!("{dates:?}") };
    assert!(second - first >= 2, "{dates:?}");
}

/// Seconds, dates, and numbers that no clock can hold.
#[test]
fn an_excessive_retry_after_is_an_error() {
    for (after, asked, then) in [
        ("601", "601 s", "then"),
        ("31535999", "31535999 s", "then"),
        ("31536000", "a year or more", "later"),
        ("18446744073709551615", "a year or more", "later"),
        ("99999999999999999999", "a year or more", "later"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "a year or more", "later"),
    ] {
        for status in [429, 503] {
            let answer = Answer::with_headers(status, &[("Retry-After", after)], "");
            let service = Service::answering([answer]);
            // More retries would change nothing, so the hint does not suggest them.
            let expected = format!(
                "cbr: error: HTTP {status}: no explanation\n\
                 cbr: hint: the service asks to wait {asked}, and cbr waits 600 s at most: run it \
                 again {then}\n"
            );
            service.cbr("backups list").with_key().exit(5).stderr(expected).run();
            assert_eq!(service.received().len(), 1, "{after}");
        }
    }
}

#[test]
fn a_retry_after_beyond_the_time_limit_is_an_error() {
    for fault in ["429=60@*", "503=60@*"] {
        let expected = ["cbr: error: HTTP ", "the service asks to wait 60 s: run it again then"];
        let run = list(fault, "--timeout 50s").exit(5).stderr_holds(expected).run();
        assert_eq!(run.requests.len(), 1, "{fault}");
    }
}

/// Five pages, most of them concurrent: more than the limit of the sandbox.
#[test]
fn throttled_listings_are_slow_and_complete() {
    let command = "backups list --page-size 4 -o jsonl --columns id";
    let run = sandboxed("--backups 15 --throttle 3/3s", command).run();
    let mut ids = run.lines();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 15);
    assert!(statuses(&run).contains(&Some(429)), "{:?}", run.requests);
}

/// Two limits end the attempts, and the hint names the one that did.
#[test]
fn the_hint_names_the_exhausted_limit() {
    let time = "allow more time with --timeout: the next attempt would have come too late\n";
    let cases = [
        ("--fault 503@*", "--timeout 200ms", time),
        ("--fault 503=0@*", "--retries 1", "try again later, or allow more --retries\n"),
        ("--throttle 2/1m", "--timeout 3s --retries 100 --page-size 50", time),
        ("--fault 429=0@*", "--retries 0", "wait, or allow more --retries\n"),
        ("--fault 503=9@*", "--timeout 3s", "or leave that much time in --timeout\n"),
        ("--fault 503=9@*", "--retries 0", "run it again then, or allow more --retries\n"),
    ];
    for (options, flags, hint) in cases {
        let run = sandboxed(options, &format!("backups list -o ids {flags}"));
        run.exit(5).stderr_holds([hint]).run();
    }
}
