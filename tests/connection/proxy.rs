//! The proxy of the environment: used for https, and never for plain http, which only reaches this
//! machine. A scripted proxy checks the messages; tinyproxy checks that it works.

use std::net::TcpListener;

use crate::harness::{Answer, Cbr, PROJECT_ID, Proxy, Sandbox, Service, Tls, Tunnel, cbr};

/// Starts a proxy that refuses every connection.
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
fn https_uses_the_proxy() {
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
        // Headers for the service do not reach the proxy.
        for header in ["authorization", "x-project-id", "x-sdk-date"] {
            assert_eq!(request.header(header), None, "{variable}");
        }
    }
}

#[test]
fn proxy_passwords_are_sent_to_the_proxy_only() {
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
fn loopback_bypasses_the_proxy() {
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

/// Lists over TLS, so that a real proxy can be in between.
fn list_behind(tls: &Tls) -> Cbr {
    let run = cbr("backups list -o jsonl").env("CBR_ENDPOINT", tls.endpoint("localhost"));
    run.env("CBR_PROJECT_ID", PROJECT_ID).with_key().arg("--ca-file").arg(tls.authority())
}

/// The proxy gets host and port; the rest is encrypted between client and service, HTTP/2 included.
#[test]
fn a_listing_works_through_a_real_proxy() {
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
        assert_eq!(proxy.requests(), [connect.as_str()], "{variable}");
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
        assert_eq!(proxy.requests().len(), through, "{variable}={value}");
        assert_eq!(tls.accepted(), number + 1, "{variable}={value}");
    }
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let hint = "check HTTPS_PROXY, and that the proxy lets the service through; hosts in NO_PROXY \
                are reached without it";
    let password = "write HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT";
    let wants = "it requires a user name and a password";
    let cases = [
        ("ConnectPort 1", "", "it does not connect to the service", hint, "0"),
        // It is not retried: a wrong password stays wrong.
        ("BasicAuth user hunter2", "", wants, password, "3"),
        (
            "BasicAuth user hunter2",
            "user:hunter3@",
            "it does not connect to the service",
            hint,
            "0",
        ),
    ];
    for (configuration, user, why, hint, retries) in cases {
        let Some(proxy) = Proxy::start(configuration) else { return };
        let address = proxy.address();
        let expected = format!(
            "cbr: error: no way through the proxy {address} of HTTPS_PROXY: {why}\n\
             cbr: hint: {hint}\n"
        );
        let run = list_behind(&tls).args(["--retries", retries]);
        let run = run.secret("HTTPS_PROXY", &format!("http://{user}{address}"));
        run.exit(5).stderr(expected).run();
        assert_eq!(proxy.requests().len(), 1, "{configuration}");
    }
    assert_eq!(tls.accepted(), 0);
}

#[test]
fn a_proxy_that_is_down_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let expected =
        format!("cbr: error: no way through the proxy {free} of ALL_PROXY: tcp connect error");
    let run = list("https://cbr.example.com").env("ALL_PROXY", free.to_string());
    run.exit(5).stderr_holds([expected.as_str(), "cbr: hint: check ALL_PROXY, "]).run();
}

/// A service behind the proxy must still present a valid certificate.
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
fn an_invalid_proxy_variable_is_an_error() {
    for value in ["socks5://localhost:1080", "http://:80", "http://user:hunter2@:80"] {
        let expected = "cbr: error: cannot set up HTTP: ALL_PROXY is not the URL of an HTTP proxy\n\
                    cbr: hint: write ALL_PROXY as http://HOST:PORT\n";
        let run = list("https://cbr.example.com").secret("ALL_PROXY", value);
        run.exit(2).stderr(expected).run();
    }
}

/// Returns base64, as a proxy receives it.
fn encoded(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| {
        let bits =
            (0..3).fold(0, |bits, at| bits << 8 | bytes.get(at).map_or(0, |byte| u32::from(*byte)));
        let digit = |at: usize| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize % 64]);
        (0..4).map(|at| if at <= bytes.len() { digit(at) } else { '=' }).collect::<String>()
    };
    text.as_bytes().chunks(3).map(group).collect()
}

/// Forms of the variable that users write and curl accepts. The proxy gets the whole password, and
/// no other host gets a part of it.
#[test]
fn proxy_passwords_are_sent_whole_and_redacted() {
    let cases = [
        ("http://user:hunter2@hunter3@HOST", "user:hunter2@hunter3"),
        ("http://hunter3@x:hunter2@HOST", "hunter3@x:hunter2"),
        ("user:hunter2:@HOST", "user:hunter2:"),
        ("http://user:hunter2%2F%23%40@HOST", "user:hunter2/#@"),
        (r"http://HUNTER\user:hunter2@HOST", r"HUNTER\user:hunter2"),
        ("http://jürgen:hunter2ß@HOST", "jürgen:hunter2ß"),
        (" http://user:hunter2@HOST\n", "user:hunter2"),
        ("http:/user:hunter2@HOST", "user:hunter2"),
        ("http://user:hunter2@HOST/", "user:hunter2"),
    ];
    for (value, login) in cases {
        let proxy = proxy();
        let address = proxy.endpoint().replace("http://", "");
        let value = value.replace("HOST", &address);
        let run = |run: Cbr| run.secret("HTTPS_PROXY", &value).hides(login).hides(&encoded(login));
        let expected = format!("no way through the proxy {address} of HTTPS_PROXY: ");
        run(list("https://cbr.example.com")).exit(5).stderr_holds([expected.as_str()]).run();
        let json = list("https://cbr.example.com").args(["--error-format", "json"]);
        run(json.arg("-v")).exit(5).stderr_holds([expected.as_str()]).run();
        let show = cbr("auth show --endpoint https://cbr.example.com --project-id p").with_key();
        let shown = run(show).run().stdout;
        assert!(shown.contains(&format!("{address} (password not shown)")), "{shown}");
        let received = proxy.received();
        assert_eq!(received.len(), 2, "{value}");
        for request in received {
            let credentials = request.header("proxy-authorization").map(str::to_owned);
            assert_eq!(credentials, Some(format!("Basic {}", encoded(login))), "{value}");
        }
    }
}

/// Otherwise a part of the password would be used as the host, and sent to the name service.
#[test]
fn unescaped_proxy_passwords_are_refused() {
    for value in [
        "http://alice:4711/hunter2@127.0.0.1:9",
        "http://alice:4711#hunter2@127.0.0.1:9",
        "http://alice:4711?hunter2@127.0.0.1:9",
        "http://alice:4711@y/hunter2@127.0.0.1:9",
    ] {
        let expected = "cbr: error: cannot set up HTTP: HTTPS_PROXY holds a /, ? or # before its last \
                    @\n\
                    cbr: hint: in the user name and password of HTTPS_PROXY, write @ as %40, / as \
                    %2F, ? as %3F and # as %23\n";
        let run = |run: Cbr| run.secret("HTTPS_PROXY", value).hides("alice").hides("4711");
        run(list("https://cbr.example.com")).exit(2).stderr(expected).run();
        let show = cbr("auth show --endpoint https://cbr.example.com -o json --project-id p");
        let show = show.with_key().secret("HTTPS_PROXY", value).run();
        assert!(show.stdout.contains("holds a /, ? or # before its last @"), "{}", show.stdout);
    }
}

#[test]
fn empty_proxy_variables_are_ignored() {
    let (proxy, service) = (proxy(), Service::start(|_, _| Answer::new(400, "")));
    let https = service.endpoint().replace("http://", "https://");
    let direct = "no answer from the service: ";
    let through = "no way through the proxy ";
    let here = proxy.endpoint();
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("HTTPS_PROXY", &here), ("NO_PROXY", ""), ("no_proxy", "127.0.0.1")], direct),
        (&[("HTTPS_PROXY", &here), ("NO_PROXY", ""), ("no_proxy", "")], through),
        (&[("HTTPS_PROXY", ""), ("https_proxy", &here)], through),
        (&[("https_proxy", "")], direct),
        (&[("https_proxy", ""), ("ALL_PROXY", &here)], direct),
        (&[("https_proxy", " \n")], direct),
    ];
    let mut asked = 0;
    for (variables, expected) in cases {
        let run = variables.iter().fold(list(&https), |run, (name, value)| run.env(name, value));
        run.exit(5).stderr_holds([expected]).run();
        asked += usize::from(expected == through);
        assert_eq!(proxy.received().len(), asked, "{variables:?}");
    }
}

/// End to end: the tunnel carries the listing, and was requested with the whole password.
#[test]
fn proxy_passwords_can_contain_an_at_sign() {
    let sandbox = Sandbox::start("--backups 3");
    let tls = Tls::before(&sandbox, "localhost", &["h2"]);
    let proxy = Tunnel::start();
    let value = format!("http://user:hunter2@hunter3@{}", proxy.address());
    let run = list_behind(&tls).secret("HTTPS_PROXY", &value).arg("-v");
    let run = run.stderr_holds(["cbr: debug: GET /v3/"]).run();
    assert_eq!(run.lines().len(), 3);
    let requests = proxy.asked();
    let [head] = requests.as_slice() else { panic!("{requests:?}") };
    let connect = format!("CONNECT {} HTTP/1.1", tls.endpoint("localhost").replace("https://", ""));
    assert_eq!(head.first(), Some(&connect));
    let login = format!("Basic {}", encoded("user:hunter2@hunter3"));
    let mut headers = head.iter().filter_map(|line| line.split_once(": "));
    let sent = headers.find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
    assert_eq!(sent.map(|(_, value)| value), Some(login.as_str()), "{head:?}");
}
