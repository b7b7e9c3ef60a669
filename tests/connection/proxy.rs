//! The proxy of the environment: for https, and never for this machine.

use crate::harness::{Answer, Cbr, PROJECT_ID, Sandbox, Service, cbr};

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
