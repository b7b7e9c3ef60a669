//! Redirects are not followed: an HTTP client would send the token to another host.

use std::io::ErrorKind;
use std::net::TcpListener;

use crate::harness::{Answer, Service, TOKEN};

#[test]
fn redirects_are_not_followed() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    target.set_nonblocking(true).unwrap();
    let location = format!("http://{}/v3/p1/backups", target.local_addr().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let service =
            Service::answering([Answer::with_headers(status, &[("Location", &location)], "")]);
        let expected = format!(
            "cbr: error: HTTP {status}: redirected to {location}\n\
             cbr: hint: redirects are not followed, since they could leak credentials; check \
             --endpoint\n"
        );
        service.cbr("backups list").secret("CBR_TOKEN", TOKEN).exit(5).stderr(expected).run();
        let received = service.received();
        let [request] = received.as_slice() else { panic!("{received:?}") };
        assert_eq!(request.header("x-auth-token"), Some(TOKEN));
    }
    let connection = target.accept().map_err(|error| error.kind());
    assert!(matches!(connection, Err(ErrorKind::WouldBlock)), "{connection:?}");
}
