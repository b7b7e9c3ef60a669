//! The proxy of the environment: for https, and never for plain http, which only goes to this machine.
//! What is told about a proxy is asserted with a scripted one; that it works, with tinyproxy.

use std::net::TcpListener;

use crate::harness::{Answer, Cbr, PROJECT_ID, Proxy, Sandbox, Service, Tls, cbr};

/// A proxy that lets nobody through.
fn proxy() -> Service {
    Service::start(|_, _| Answer::new(403, ""))
}

fn list(endpoint: &str) -> Cbr {
    cbr("backups list --retries 0 -o jsonl --endpoint")
        .arg(endpoint)
        .env("CBR_PROJECT_ID", PROJECT_ID)
        .with_key()
}

#[test]
fn https_goes_through_the_proxy() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = proxy();
        let address = proxy.endpoint().replace("http://", "");
        let run = list("https://cbr.example.com").env(variable, proxy.endpoint());
        run.exit(5)
            .stderr_holds([
                format!("no way through the proxy {address} of {variable}: ").as_str(),
                format!("cbr: hint: check {variable}, and that the proxy lets").as_str(),
            ])
            .run();
        let received = proxy.received();
        let [request] = received.as_slice() else { panic!("{variable}: {received:?}") };
        assert_eq!(request.line, "CONNECT cbr.example.com:443", "{variable}");
        // What is for the service alone goes to it alone.
        for header in ["authorization", "x-project-id", "x-sdk-date"] {
            assert_eq!(request.header(header), None, "{variable}");
        }
    }
}

#[test]
fn the_password_of_a_proxy_is_for_the_proxy_alone() {
    let proxy = proxy();
    let url = proxy.endpoint().replace("http://", "http://user:hunter2@");
    let run = list("https://cbr.example.com").secret("HTTPS_PROXY", &url);
    let run = run.exit(5).stderr_holds(["no way through the proxy 127.0.0.1:"]).run();
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    // "user:hunter2" in base64.
    let credentials = Some("Basic dXNlcjpodW50ZXIy");
    assert_eq!(proxy.received()[0].header("proxy-authorization"), credentials);
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let (proxy, sandbox) = (proxy(), Sandbox::start("--backups 3"));
    for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        list(&sandbox.endpoint()).env(variable, proxy.endpoint()).run();
    }
    assert_eq!(sandbox.requests().len(), 5);
    assert!(proxy.received().is_empty(), "{:?}", proxy.received());
}

#[test]
fn no_proxy_makes_exceptions() {
    let (proxy, service) = (proxy(), Service::start(|_, _| Answer::new(400, "")));
    let https = service.endpoint().replace("http://", "https://");
    let run = list(&https).env("HTTPS_PROXY", proxy.endpoint()).env("NO_PROXY", "127.0.0.1");
    run.exit(5).stderr_holds(["no answer from the service: "]).run();
    assert!(proxy.received().is_empty(), "{:?}", proxy.received());
}

/// A listing over TLS, which a real proxy may be on the way to.
fn list_behind(tls: &Tls) -> Cbr {
    let run = cbr("backups list -o jsonl").env("CBR_ENDPOINT", tls.endpoint("localhost"));
    run.env("CBR_PROJECT_ID", PROJECT_ID).with_key().arg("--ca-file").arg(tls.authority())
}

/// What the proxy was asked for is the host and port; the rest is between the two ends, HTTP/2 included.
#[test]
fn a_listing_goes_through_a_real_proxy() {
    let sandbox = Sandbox::start("--backups 30");
    let tls = Tls::before(&sandbox, "localhost", &["h2", "http/1.1"]);
    let connect = format!("CONNECT {} HTTP/1.1", tls.endpoint("localhost").replace("https://", ""));
    for (number, variable) in
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].iter().enumerate()
    {
        let Some(proxy) = Proxy::start("BasicAuth user hunter2") else { return };
        let run = list_behind(&tls).args(["--page-size", "10", "-v"]);
        let run = run.secret(variable, &format!("http://user:hunter2@{}", proxy.address()));
        let run = run.stderr_holds(["cbr: debug: GET /v3/"]).run();
        assert_eq!(run.lines().len(), 30, "{variable}");
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        assert_eq!(proxy.asked(), [connect.as_str()], "{variable}");
        assert_eq!(tls.accepted(), number + 1);
    }
    assert!(tls.agreed().iter().all(|protocol| protocol == "h2"));
}

#[test]
fn hosts_in_no_proxy_are_reached_without_it() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let Some(proxy) = Proxy::start("") else { return };
    let cases = [
        ("NO_PROXY", "localhost", false),
        ("no_proxy", "localhost", false),
        ("NO_PROXY", "example.com, localhost", false),
        ("NO_PROXY", "*", false),
        ("NO_PROXY", "example.com", true),
        ("NO_PROXY", "", true),
    ];
    let mut through = 0;
    for (number, (variable, value, goes_through)) in cases.into_iter().enumerate() {
        let run = list_behind(&tls).env("HTTPS_PROXY", proxy.address()).env(variable, value);
        assert_eq!(run.run().lines().len(), 3);
        through += usize::from(goes_through);
        assert_eq!(proxy.asked().len(), through, "{variable}={value}");
        assert_eq!(tls.accepted(), number + 1, "{variable}={value}");
    }
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let hint = "check HTTPS_PROXY, and that the proxy lets the service through; hosts in NO_PROXY are \
                reached without it";
    let password = "write HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT";
    let wants = "it wants a user name and a password";
    let cases = [
        ("ConnectPort 1", "", "it makes no connection to the service", hint, "0"),
        // Nothing is tried again: a wrong password stays wrong.
        ("BasicAuth user hunter2", "", wants, password, "3"),
        (
            "BasicAuth user hunter2",
            "user:hunter3@",
            "it makes no connection to the service",
            hint,
            "0",
        ),
    ];
    for (configuration, user, why, hint, retries) in cases {
        let Some(proxy) = Proxy::start(configuration) else { return };
        let address = proxy.address();
        let told = format!(
            "cbr: error: no way through the proxy {address} of HTTPS_PROXY: {why}\n\
             cbr: hint: {hint}\n"
        );
        let run = list_behind(&tls).args(["--retries", retries]);
        let run = run.secret("HTTPS_PROXY", &format!("http://{user}{address}"));
        run.exit(5).stderr(told).run();
        assert_eq!(proxy.asked().len(), 1, "{configuration}");
    }
    assert_eq!(tls.accepted(), 0);
}

#[test]
fn a_proxy_that_is_down_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told =
        format!("cbr: error: no way through the proxy {free} of ALL_PROXY: tcp connect error");
    let run = list("https://cbr.example.com").env("ALL_PROXY", free.to_string());
    run.exit(5).stderr_holds([told.as_str(), "cbr: hint: check ALL_PROXY, "]).run();
}

/// Whoever is behind the proxy has to prove itself all the same.
#[test]
fn certificates_are_checked_behind_a_proxy_too() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "cbr.example.com", &["h2"]);
    let Some(proxy) = Proxy::start("") else { return };
    let run = list_behind(&tls).env("HTTPS_PROXY", proxy.address());
    run.exit(5)
        .stderr_holds(["is not trusted: it is for cbr.example.com, not for localhost"])
        .run();
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_variable_that_names_no_proxy_is_an_error() {
    for value in ["socks5://localhost:1080", "http://:80", "http://user:hunter2@:80"] {
        let told = "cbr: error: cannot set up HTTP: ALL_PROXY is not the URL of an HTTP proxy\n\
                    cbr: hint: write ALL_PROXY as http://HOST:PORT\n";
        let run = list("https://cbr.example.com").secret("ALL_PROXY", value);
        run.exit(2).stderr(told).run();
    }
}
