//! https: certificates are checked, against those that the environment names; HTTP/2 where it is
//! offered.

use crate::harness::{Cbr, PROJECT_ID, Sandbox, Tls, cbr};

fn list(endpoint: &str) -> Cbr {
    cbr("backups list -o jsonl --columns id --endpoint")
        .arg(endpoint)
        .env("CBR_PROJECT_ID", PROJECT_ID)
        .with_key()
}

/// The sandbox checks the signature, which covers the host as it goes out.
#[test]
fn the_best_protocol_that_is_offered_is_spoken() {
    for (offered, spoken) in
        [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"], "http/1.1"), (&[], "")]
    {
        let sandbox = Sandbox::start("--backups 30");
        let tls = Tls::before(&sandbox, "localhost", offered);
        let run = list(&tls.endpoint("localhost")).args(["--page-size", "10"]);
        let run = run.env("SSL_CERT_FILE", tls.authority()).run();
        assert_eq!(run.lines().len(), 30, "{offered:?}");
        let agreed = tls.agreed();
        assert!(!agreed.is_empty() && agreed.iter().all(|name| name == spoken), "{agreed:?}");
        let host = tls.endpoint("localhost").replace("https://", "");
        let requests = sandbox.requests();
        assert_eq!(requests.len(), 4, "{offered:?}");
        for request in requests {
            assert_eq!(
                (request.status, request.headers["host"].as_str()),
                (Some(200), host.as_str())
            );
        }
    }
}

#[test]
fn pages_that_are_asked_for_together_share_one_connection() {
    let sandbox = Sandbox::start("--backups 100");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let run = list(&tls.endpoint("localhost")).args(["--page-size", "10"]);
    assert_eq!(run.env("SSL_CERT_FILE", tls.authority()).run().lines().len(), 100);
    assert_eq!(tls.agreed(), ["h2"]);
}

/// What is said, and that it is said at once: no second attempt makes a certificate better.
fn assert_refused(run: Cbr, tls: &Tls, why: &str) {
    let told = format!(
        "cbr: error: the service's certificate is not trusted: invalid peer certificate: {why}\n\
         cbr: hint: check --endpoint; for an authority of your own, set SSL_CERT_FILE to its \
         certificate\n"
    );
    run.exit(5).stderr(told).run();
    assert_eq!((tls.accepted(), tls.agreed().len()), (1, 0));
}

#[test]
fn a_certificate_of_nobody_we_trust_is_refused() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    assert_refused(list(&tls.endpoint("localhost")), &tls, "UnknownIssuer");
    // Of another authority with the same name.
    let other = Tls::before(&sandbox, "localhost", &["h2"]);
    let run = list(&other.endpoint("localhost")).env("SSL_CERT_FILE", tls.authority());
    assert_refused(run, &other, "BadSignature");
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "cbr.example.com", &["h2"]);
    let run = list(&tls.endpoint("localhost")).env("SSL_CERT_FILE", tls.authority());
    let why = "certificate not valid for name \"localhost\"; certificate is only valid for \
               DnsName(\"cbr.example.com\")";
    assert_refused(run, &tls, why);
    assert!(sandbox.requests().is_empty());
}
