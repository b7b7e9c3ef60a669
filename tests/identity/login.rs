//! Password logins: from each source of a password, once, and again when the token expires.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Condvar, Mutex};
use std::time::Duration;

use crate::harness::{
    Answer, Cbr, DOMAIN, PASSWORD, PROJECT_ID, Request, Sandbox, Service, Tls, USER, USER_ID, cbr,
};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

const OTC: &str = "https://iam.eu-de.otc.t-systems.com/v3";

fn with(cbr: Cbr, variables: &[(&str, &str)]) -> Cbr {
    variables.iter().fold(cbr, |cbr, (name, value)| cbr.env(name, value))
}

fn user(cbr: Cbr) -> Cbr {
    with(cbr, &[("HW_USER_NAME", USER), ("HW_USER_PASSWORD", PASSWORD), ("HW_DOMAIN_NAME", DOMAIN)])
}

/// Returns method, path without the project, status and authentication of each request.
fn lines(requests: &[Request]) -> Vec<String> {
    let line = |request: &Request| {
        let path = request.path.replace(PROJECT_ID, "P");
        let status = request.status.map_or("-".to_owned(), |status| status.to_string());
        format!("{} {path} {status} {}", request.method, request.auth)
    };
    requests.iter().map(line).collect()
}

const LOGIN: &str = "POST /v3/auth/tokens 201 none";
const LISTING: &str = "GET /v3/P/backups 200 token";

#[test]
fn each_kind_of_user_logs_in_once() {
    let sandbox = Sandbox::start("--backups 3");
    let clouds = format!(
        "clouds: {{c: {{auth: {{auth_url: '{OTC}', username: {USER}, user_domain_name: \
         {DOMAIN}}}}}}}"
    );
    let secure = format!("clouds: {{c: {{auth: {{password: {PASSWORD}}}}}}}");
    let os = [("OS_AUTH_URL", OTC), ("OS_PASSWORD", PASSWORD)];
    let run = || sandbox.cbr_by_region(LIST);
    let runs = [
        user(run()),
        with(run(), &[("HW_USER_ID", USER_ID), ("HW_USER_PASSWORD", PASSWORD)]),
        with(with(run(), &os), &[("OS_USERNAME", USER), ("OS_USER_DOMAIN_NAME", DOMAIN)]),
        with(with(run(), &os), &[("OS_USERNAME", USER), ("OS_DOMAIN_NAME", DOMAIN)]),
        with(with(run(), &os), &[("OS_USER_ID", USER_ID)]),
        run()
            .file(".config/openstack/clouds.yaml", &clouds)
            .file(".config/openstack/secure.yaml", &secure)
            .env("OS_CLOUD", "c"),
        // A project name overrides the region's name.
        user(run())
            .env("HW_PROJECT_NAME", "sandbox-1")
            .env("CBR_REGION", "elsewhere")
            .env("CBR_ENDPOINT", sandbox.endpoint()),
        user(run()).args(["--project-id", PROJECT_ID]),
    ];
    let number = runs.len();
    for (number, run) in runs.into_iter().enumerate() {
        assert_eq!(run.run().lines().len(), 1, "{number}");
    }
    assert_eq!(lines(&sandbox.requests()), [LOGIN, LISTING].repeat(number));
}

/// Without an IAM endpoint, the other settings of the same tool decide.
#[test]
fn the_identity_endpoint_follows_the_settings() {
    let sandbox = Sandbox::start("--backups 3");
    let url = format!("{}/v3/", sandbox.endpoint());
    user(cbr(LIST)).env("HW_AUTH_URL", &url).env("CBR_REGION", "sandbox-1").run();
    assert_eq!(lines(&sandbox.requests()), [LOGIN, LISTING]);
    // Settings for other credentials are not used.
    let other = cbr(LIST).env("OS_AUTH_URL", OTC).env("OS_REGION_NAME", "sandbox-1");
    let expected = ["OS_REGION_NAME: unknown region `sandbox-1`"];
    user(other).exit(2).stderr_holds(expected).run();
}

#[test]
fn a_password_is_not_sent_over_plain_http() {
    let expected = "cbr: error: CBR_IAM_ENDPOINT: `http://iam.example.com` would send credentials \
                unencrypted\ncbr: hint: use https; http only goes to this machine\n";
    let run = user(cbr(LIST)).env("CBR_IAM_ENDPOINT", "http://iam.example.com/v3");
    run.env("CBR_REGION", "eu-de").exit(2).stderr(expected).run();
}

#[test]
fn a_password_is_sent_over_tls_to_trusted_hosts() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let run = |args: &str| {
        let run = user(cbr(args)).env("CBR_IAM_ENDPOINT", tls.endpoint("localhost"));
        run.env("CBR_ENDPOINT", sandbox.endpoint()).env("CBR_REGION", "sandbox-1")
    };
    let report = run("auth check -o json").reports().exit(5);
    let expected = ["cannot log in at https://localhost:", "certificate is not trusted"];
    let report = report.stderr_holds(expected).run().json();
    assert_eq!(report["diagnosis"]["kind"], "untrusted");
    assert!(sandbox.requests().is_empty());
    run(LIST).env("SSL_CERT_FILE", tls.authority()).run();
    assert_eq!(lines(&sandbox.requests()), [LOGIN, LISTING]);
}

/// A few wrong passwords lock a user: none is sent twice.
#[test]
fn a_wrong_password_is_sent_once() {
    let sandbox = Sandbox::start("--backups 3");
    let run = user(sandbox.cbr_by_region(LIST)).secret("HW_USER_PASSWORD", "hunter2hunter2");
    let expected = [
        "cbr: error: cannot log in at http://127.0.0.1:",
        ": HTTP 401: The username or password is wrong. (request 00",
        "cbr: hint: check user, password and domain",
    ];
    run.exit(3).stderr_holds(expected).run();
    assert_eq!(lines(&sandbox.requests()), ["POST /v3/auth/tokens 401 none"]);
}

#[test]
fn a_locked_user_gets_a_hint_to_wait() {
    let sandbox = Sandbox::start("--backups 3 --iam locked");
    let expected = ["The user is locked", "cbr: hint: wait: too many wrong passwords lock a user"];
    user(sandbox.cbr_by_region(LIST)).exit(3).stderr_holds(expected).run();
    assert_eq!(sandbox.requests().len(), 1);
}

/// As for a listing, transient failures are retried.
#[test]
fn transient_failures_of_iam_are_retried() {
    let sandbox = Sandbox::start("--backups 3 --iam 503=1");
    user(sandbox.cbr_by_region(LIST)).run();
    let failed = "POST /v3/auth/tokens 503 none";
    assert_eq!(lines(&sandbox.requests()), [failed, LOGIN, LISTING]);
}

/// Pages in flight when the token is rejected are requested once more: seven at most, besides the
/// rejected one.
#[test]
fn a_token_that_expires_during_a_listing_is_renewed_once() {
    let sandbox = Sandbox::start("--backups 300 --iam expire=20");
    let list = "backups list --page-size 13 -o jsonl --columns id";
    let run = user(sandbox.cbr_by_region(list)).run();
    assert_eq!(run.lines().len(), 300);
    let requests = sandbox.requests();
    let shown = lines(&requests);
    assert_eq!(shown.iter().filter(|line| *line == LOGIN).count(), 2);
    assert!(shown.iter().any(|line| line == "GET /v3/P/backups 401 token"));
    let mut windows: Vec<_> = requests
        .iter()
        .filter(|request| request.method == "GET" && request.status == Some(200))
        .map(Request::window)
        .collect();
    windows.sort_unstable();
    let answered = windows.len();
    windows.dedup();
    assert!(answered - windows.len() <= 7, "{answered} {windows:?}");
}

/// Only the eight requests already in flight are sent with the expired token. A few refusals lock
/// an access key, so a client must not reuse a token that it knows to be expired.
#[test]
fn an_expired_token_is_not_sent_during_its_renewal() {
    const ROWS: u64 = 300;
    let (first, in_flight) = ("ended", 8);
    let (together, renewal) = (Barrier::new(in_flight), (Mutex::new(Renewal::No), Condvar::new()));
    let logins = AtomicUsize::new(0);
    let service = Service::start(move |request, number| {
        if request.line.starts_with("POST ") {
            let logins = logins.fetch_add(1, Ordering::Relaxed);
            if logins == 1 {
                let mut state = renewal.0.lock().unwrap();
                *state = Renewal::Begun;
                renewal.1.notify_all();
                // Gives a client that ignores the renewal the time to send a wrong request, which
                // fails the assertion at the end.
                let limit = Duration::from_millis(200);
                let is_begun = |state: &mut Renewal| *state == Renewal::Begun;
                drop(renewal.1.wait_timeout_while(state, limit, is_begun).unwrap());
            }
            let project = r#"{"token":{"project":{"id":"p1","name":"sandbox-1"}}}"#;
            let token = if logins == 0 { first } else { "fresh" };
            return Answer::with_headers(201, &[("X-Subject-Token", token)], project);
        }
        // The login and the first page are earlier.
        if request.header("x-auth-token") == Some(first) && number > 1 {
            if number < 2 + in_flight && together.wait().is_leader() {
                return Answer::new(401, "{}");
            }
            let mut state = renewal.0.lock().unwrap();
            if number >= 2 + in_flight {
                *state = Renewal::Ignored;
                renewal.1.notify_all();
            }
            drop(renewal.1.wait_while(state, |state| *state == Renewal::No).unwrap());
        }
        page(&request.line, ROWS)
    });
    let run = service.cbr("backups list --page-size 10 --concurrency 8 -o ids");
    let run = user(run).env("CBR_IAM_ENDPOINT", service.endpoint()).run();
    assert_eq!(run.lines().len() as u64, ROWS);
    let received = service.received();
    let ended = received.iter().filter(|request| request.header("x-auth-token") == Some(first));
    assert_eq!(ended.count(), 1 + in_flight);
    let logins = received.iter().filter(|request| request.line.starts_with("POST "));
    assert_eq!(logins.count(), 2);
}

/// Renewal of a token, as the service sees it.
#[derive(PartialEq, Eq)]
enum Renewal {
    No,
    Begun,
    /// A request with the expired token has arrived since then.
    Ignored,
}

/// Returns the page for a request.
fn page(line: &str, rows: u64) -> Answer {
    let number = |name: &str| -> u64 {
        let (_, value) = line.split_once(name).unwrap();
        value.split('&').next().unwrap().parse().unwrap()
    };
    let (offset, limit) = (number("offset="), number("limit="));
    let row = |row: u64| {
        let id = format!("00000000-0000-4000-8000-{:012}", rows - row);
        format!(r#"{{"id":"{id}","created_at":"2025-01-01T00:00:00.000000"}}"#)
    };
    let records: Vec<_> = (offset..rows.min(offset + limit)).map(row).collect();
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    Answer::page(&records, &rows.to_string())
}

/// It is renewed once at most: a service that rejects a fresh token rejects the user.
#[test]
fn a_refused_new_token_is_an_error() {
    let sandbox = Sandbox::start("--backups 3 --iam expire=0");
    let expected =
        ["HTTP 401 APIGW.0301: Incorrect IAM authentication information: decrypt token fail"];
    user(sandbox.cbr_by_region(LIST)).exit(3).stderr_holds(expected).run();
    let refused = "GET /v3/P/backups 401 token";
    assert_eq!(lines(&sandbox.requests()), [LOGIN, refused, LOGIN, refused]);
}

/// `cbr` cannot renew a token that another tool fetched.
#[test]
fn a_given_token_is_not_renewed() {
    let sandbox = Sandbox::start("--backups 3");
    let run = user(sandbox.cbr(LIST)).env("CBR_TOKEN", "ended").arg("--quiet");
    run.exit(3).stderr_holds(["decrypt token fail"]).run();
    assert_eq!(lines(&sandbox.requests()), ["GET /v3/P/backups 401 token"]);
}

#[test]
fn the_catalog_gives_the_endpoint_unless_the_user_does() {
    let sandbox = Sandbox::start("--backups 3");
    let nowhere = Service::answering([Answer::new(404, "{}")]);
    // The region of the catalog is not one that `cbr` knows.
    user(sandbox.cbr_by_region(LIST)).run();
    let elsewhere = user(sandbox.cbr_by_region(LIST)).env("CBR_ENDPOINT", nowhere.endpoint());
    elsewhere.exit(4).stderr_holds([]).run();
    assert_eq!(nowhere.received().len(), 1);
    assert_eq!(lines(&sandbox.requests()), [LOGIN, LISTING, LOGIN]);

    let broken = user(sandbox.cbr_by_region(LIST)).env("CBR_ENDPOINT", "http://cbr.example.com");
    broken.exit(2).stderr_holds(["CBR_ENDPOINT: `http://cbr.example.com` would send"]).run();

    let without = Sandbox::start("--backups 3 --iam no-catalog");
    let expected = ["cbr: error: CBR_REGION: unknown region `sandbox-1`\n"];
    user(without.cbr_by_region(LIST)).exit(2).stderr_holds(expected).run();
    assert_eq!(lines(&without.requests()), [LOGIN]);
}

/// The domain of a cloud, as Terraform users set it, gives the hosts of any region.
#[test]
fn the_cloud_is_found_by_its_domain() {
    let show = |cloud: &str| {
        let run = user(cbr("auth show -o json")).env("HW_REGION_NAME", "mars-1");
        run.env("HW_CLOUD", cloud).run().json()["settings"].clone()
    };
    let settings = show("cloud.example.com");
    let value = |setting: &str| {
        let mut lines = settings.as_array().unwrap().iter();
        lines.find(|line| line["setting"] == setting).unwrap()["value"].clone()
    };
    assert_eq!(value("endpoint"), "https://cbr.mars-1.cloud.example.com");
    assert_eq!(value("iam_endpoint"), "https://iam.mars-1.cloud.example.com");
    assert!(show("a/b").to_string().contains("HW_CLOUD cannot be a part of a host"));
}

#[test]
fn a_login_response_without_a_token_is_unreadable() {
    let token = |body: &str, token: Option<&str>| {
        let token = token.map(|token| ("X-Subject-Token", token));
        Answer::with_headers(201, &token.into_iter().collect::<Vec<_>>(), body)
    };
    let project = r#"{"token":{"project":{"id":"p1","name":"sandbox-1"}}}"#;
    let answers = [
        (token(project, None), "unreadable answer: no token"),
        (token("{}", Some("t")), "unreadable answer: missing field `token`"),
        (token(r#"{"token":{}}"#, Some("t")), "unreadable answer: the token is for no project"),
        (
            token(r#"{"token":{"project":{"id":"a/b"}}}"#, Some("t")),
            "unreadable answer: a project without a proper id",
        ),
        (token("<html>", Some("t")), "unreadable answer: "),
    ];
    for (answer, expected) in answers {
        let service = Service::answering([answer]);
        let run = user(service.cbr(LIST)).env("CBR_IAM_ENDPOINT", service.endpoint());
        run.exit(5).stderr_holds(["cannot log in at ", expected]).run();
        assert_eq!(service.received().len(), 1, "{expected}");
    }
}

/// Gateways echo a refused request in various encodings.
#[test]
fn an_echoed_password_is_redacted() {
    for body in ["hunter2\"hunter2", r#"{"error_msg":"bad: hunter2\"hunter2"}"#] {
        let service = Service::answering([Answer::new(401, body)]);
        let run = user(service.cbr(LIST)).secret("HW_USER_PASSWORD", "hunter2\"hunter2");
        let run = run.env("CBR_IAM_ENDPOINT", service.endpoint()).arg("-vv");
        run.exit(3).stderr_holds(["[redacted]"]).run();
    }
}
