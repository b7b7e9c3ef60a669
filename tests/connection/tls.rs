//! https: certificates are checked against those that the environment names; HTTP/2 is used where
//! it is offered.

use crate::harness::{Cbr, PROJECT_ID, Sandbox, TOKEN, Tls, cbr};

fn list(endpoint: &str) -> Cbr {
    cbr("backups list -o jsonl --columns id --endpoint")
        .arg(endpoint)
        .env("CBR_PROJECT_ID", PROJECT_ID)
        .with_key()
}

/// The sandbox checks the signature, which covers the host as sent.
#[test]
fn the_best_offered_protocol_is_used() {
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
fn concurrent_pages_share_one_connection() {
    let sandbox = Sandbox::start("--backups 100");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let run = list(&tls.endpoint("localhost")).args(["--page-size", "10"]);
    assert_eq!(run.env("SSL_CERT_FILE", tls.authority()).run().lines().len(), 100);
    assert_eq!(tls.agreed(), ["h2"]);
}

/// A retry on the silent connection, or on an idle one that is silent as well, would use up the
/// time. There are too few answers before that for a hedged request.
#[test]
fn a_retry_opens_a_new_connection() {
    for protocol in ["h2", "http/1.1"] {
        let sandbox = Sandbox::start("--backups 30");
        let tls = Tls::dying(20_000, &sandbox, "localhost", &[protocol]);
        let run = list(&tls.endpoint("localhost")).args(["--page-size", "10", "--timeout", "4s"]);
        let run = run.env("SSL_CERT_FILE", tls.authority()).run();
        assert_eq!(run.lines().len(), 30, "{protocol}");
        assert!(tls.agreed().len() > 1, "{protocol}");
    }
}

/// Asserts the message, and that it comes at once: a retry would not change the certificate.
fn assert_refused(run: Cbr, tls: &Tls, why: &str, hint: &str) {
    let expected =
        format!("cbr: error: the service's certificate is not trusted: {why}\ncbr: hint: {hint}\n");
    run.exit(5).stderr(expected).run();
    assert_eq!((tls.accepted(), tls.agreed().len()), (1, 0));
}

#[test]
fn an_untrusted_certificate_is_refused() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let hint = "check --endpoint; where the service, or a proxy on the way, has an authority of \
                its own, give that authority's certificate: --ca-file FILE";
    let why = "its certificate authority is unknown";
    assert_refused(list(&tls.endpoint("localhost")), &tls, why, hint);
    // Another certificate authority with the same name.
    let why = "it is not signed by the trusted certificate authority of that name";
    let hint = |origin: &str| {
        format!(
            "check --endpoint; only the authorities of {origin} are trusted, so the one that \
             issued the service's certificate has to be there"
        )
    };
    for name in ["SSL_CERT_FILE", "OS_CACERT"] {
        let other = Tls::before(&sandbox, "localhost", &["h2"]);
        let run = list(&other.endpoint("localhost")).env(name, tls.authority());
        assert_refused(run, &other, why, &hint(name));
    }
    let other = Tls::before(&sandbox, "localhost", &["h2"]);
    let run = list(&other.endpoint("localhost")).arg("--ca-file").arg(tls.authority());
    assert_refused(run, &other, why, &hint("--ca-file"));
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "cbr.example.com", &["h2"]);
    let run = list(&tls.endpoint("localhost")).env("SSL_CERT_FILE", tls.authority());
    let why = "it is for cbr.example.com, not for localhost";
    let hint = "check --endpoint: its host must be one that the certificate is for";
    assert_refused(run, &tls, why, hint);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn an_expired_certificate_is_refused() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::expired(&sandbox, "localhost");
    let run = list(&tls.endpoint("localhost")).env("SSL_CERT_FILE", tls.authority());
    let hint =
        "the owner of the endpoint must renew it; check --endpoint, and this machine's clock";
    assert_refused(run, &tls, "it expired at 2021-01-01T00:00:00Z", hint);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_self_signed_certificate_must_be_an_end_entity() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::self_signed(&sandbox, "localhost", true);
    let run = list(&tls.endpoint("localhost")).arg("--ca-file").arg(tls.authority());
    let hint = "the endpoint needs a certificate that is marked CA:FALSE; one that signed itself \
                can be issued so too, and given with --ca-file";
    assert_refused(run, &tls, "it is a CA certificate, not a host certificate", hint);
    assert!(sandbox.requests().is_empty());
    let tls = Tls::self_signed(&sandbox, "localhost", false);
    let run = list(&tls.endpoint("localhost")).arg("--ca-file").arg(tls.authority());
    assert_eq!(run.run().lines().len(), 3);
}

/// Sources of certificates: only the one of highest precedence counts.
#[test]
fn certificate_settings_follow_their_precedence() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let other = Tls::before(&sandbox, "localhost", &["h2"]);
    let (ours, others) = (tls.authority(), other.authority());
    let clouds = format!(
        "clouds: {{otc: {{profile: otc, cacert: '{}', auth: {{token: '{TOKEN}'}}}}}}",
        ours.display()
    );
    let run = || list(&tls.endpoint("localhost"));
    let keystone = "https://keystone.example.com/v3";
    let runs = [
        run().arg("--ca-file").arg(ours).env("OS_CACERT", others).env("SSL_CERT_FILE", others),
        run().env("OS_CACERT", ours).env("SSL_CERT_FILE", others),
        run().env("SSL_CERT_DIR", ours.parent().unwrap()),
        run().env("SSL_CERT_FILE", others).env("SSL_CERT_DIR", ours.parent().unwrap()),
        // Certificates for another cloud.
        run().env("OS_CACERT", others).env("OS_AUTH_URL", keystone).env("SSL_CERT_FILE", ours),
        run()
            .args(["--cloud", "otc"])
            .file(".config/openstack/clouds.yaml", &clouds)
            .env("OS_CACERT", others)
            .arg("--quiet"),
    ];
    let number = runs.len();
    for run in runs {
        assert_eq!(run.run().lines().len(), 3);
    }
    assert_eq!(sandbox.requests().len(), number);
}

/// A file that was named and cannot be used is not skipped.
#[test]
fn unusable_certificate_files_are_errors() {
    let no_certificate = "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
    let no_file = "cannot be read: No such file or directory (os error 2)";
    let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    let cases = [
        ("SSL_CERT_FILE", "nowhere.pem", no_file),
        ("SSL_CERT_DIR", "nowhere", no_file),
        ("OS_CACERT", "nowhere.pem", no_file),
        ("SSL_CERT_FILE", "empty.pem", no_certificate),
        ("SSL_CERT_FILE", "words.pem", no_certificate),
        ("SSL_CERT_FILE", "cut.pem", "ends within a certificate"),
        ("SSL_CERT_FILE", "wrong.pem", no_certificate),
        ("SSL_CERT_FILE", "folder", "cannot be read: it is a directory, not a regular file"),
        ("SSL_CERT_DIR", "folder", no_certificate),
        ("SSL_CERT_DIR", "words.pem", "cannot be read: Not a directory (os error 20)"),
    ];
    let home = |run: Cbr| {
        run.file("empty.pem", "")
            .file("words.pem", "an authority\n")
            .file("cut.pem", cut)
            .file("wrong.pem", &format!("{cut}-----END CERTIFICATE-----\n"))
            .file("folder/words", "an authority\n")
    };
    for (variable, value, why) in cases {
        let expected = format!(
            "cbr: error: cannot set up HTTP: {variable}: {value} {why}\n\
             cbr: hint: {variable} takes the CA certificates to trust, as PEM\n"
        );
        let run = home(list("https://localhost:9")).env(variable, value);
        run.exit(2).stderr(expected).run();
    }
    let expected = "cbr: error: cannot set up HTTP: --ca-file: nowhere.pem cannot be read: No such \
                file or directory (os error 2)\n\
                cbr: hint: --ca-file takes the CA certificates to trust, as PEM\n";
    list("https://localhost:9").args(["--ca-file", "nowhere.pem"]).exit(2).stderr(expected).run();
    let expected = "cbr: error: cannot set up HTTP: SSL_CERT_FILE is empty\n\
                cbr: hint: unset SSL_CERT_FILE\n";
    list("https://localhost:9").env("SSL_CERT_FILE", "").exit(2).stderr(expected).run();
}

const INSECURE: &str = "cbr: warning: --insecure: certificates are not checked; anyone on the \
                        network path can read and change the traffic\n";

/// Only the flag disables the checks, and each such run warns.
#[test]
fn only_a_flag_disables_certificate_checks() {
    let sandbox = Sandbox::start("--backups 3");
    for tls in [Tls::expired(&sandbox, "cbr.example.com"), Tls::before(&sandbox, "x", &["h2"])] {
        for quiet in [&[][..], &["--quiet"]] {
            let run = list(&tls.endpoint("localhost")).arg("--insecure").args(quiet);
            assert_eq!(run.stderr(INSECURE).run().lines().len(), 3);
        }
    }
    assert_eq!(sandbox.requests().len(), 4);

    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let variables = [("OS_INSECURE", "true"), ("HW_INSECURE", "true"), ("CBR_INSECURE", "true")];
    let run = variables
        .into_iter()
        .fold(list(&tls.endpoint("localhost")), |run, (name, value)| run.env(name, value));
    run.exit(5).stderr_holds(["certificate is not trusted"]).run();

    let clouds =
        format!("clouds: {{otc: {{profile: otc, verify: false, auth: {{token: '{TOKEN}'}}}}}}");
    let run = cbr("backups list --cloud otc --endpoint").arg(tls.endpoint("localhost"));
    let run = run.env("CBR_PROJECT_ID", PROJECT_ID).file(".config/openstack/clouds.yaml", &clouds);
    let expected = "cbr: warning: ~/.config/openstack/clouds.yaml, cloud `otc`: `verify: false` is \
                ignored: only --insecure disables certificate checks\n";
    run.exit(5).stderr_holds([expected, "certificate is not trusted"]).run();
    assert_eq!(sandbox.requests().len(), 4);
}

/// Terraform's provider accepts certificates in this variable itself, or a file. A value that is
/// neither is never printed.
#[test]
fn certificates_can_be_in_the_variable_itself() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let text = std::fs::read_to_string(tls.authority()).unwrap();
    let list = || list(&tls.endpoint("localhost"));
    assert_eq!(list().env("OS_CACERT", &text).run().lines().len(), 3);
    let body: String = text.lines().filter(|line| !line.contains("-----")).collect();
    let inside = &body[40..80];
    let expected = ["cbr: error: cannot set up HTTP: OS_CACERT: ", "… cannot be read: "];
    list().env("OS_CACERT", &body).hides(inside).exit(2).stderr_holds(expected).run();
    let cut = text.replace("-----END", "");
    let expected = ["OS_CACERT: its PEM text ends within a certificate"];
    list().env("OS_CACERT", &cut).hides(inside).exit(2).stderr_holds(expected).run();
    let expected = "cbr: warning: save the certificates of OS_CACERT to a file authorities.pem: the \
                command reads them\n";
    let run =
        list().arg("--print-curl").env("OS_CACERT", &text).hides(inside).stderr(expected).run();
    assert!(run.stdout.contains(" --cacert authorities.pem"), "{}", run.stdout);
}
