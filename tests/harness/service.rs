//! A service with scripted answers, for answers that the sandbox never gives.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::cbr::{Cbr, cbr};

/// An answer, byte for byte.
#[derive(Clone)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    /// True if the connection stays open without more data until the client closes it.
    stays: bool,
}

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Method and target, such as `GET /v3/p/backups?limit=1`.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
}

/// A service on loopback, until the test ends.
pub(crate) struct Service {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Answer {
    /// Creates an answer with a JSON body.
    pub(crate) fn new(status: u16, body: &str) -> Self {
        Self::with_headers(status, &[("Content-Type", "application/json")], body)
    }

    /// Creates an answer with these headers and a length.
    pub(crate) fn with_headers(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut head = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::raw(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    /// Creates an answer of these bytes, after which the connection ends.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), stays: false }
    }

    /// Creates an answer of these bytes, after which nothing follows.
    pub(crate) fn stalling(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), stays: true }
    }

    /// Creates a page of a listing with these records.
    pub(crate) fn page(records: &[&str], count: &str) -> Self {
        let records = records.join(",");
        Self::new(200, &format!(r#"{{"backups":[{records}],"count":{count}}}"#))
    }
}

impl Received {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Service {
    /// Starts a service that gives these answers in turn. Any further request gets a failure that
    /// no test expects.
    pub(crate) fn answering(answers: impl Into<Vec<Answer>>) -> Self {
        let answers = answers.into();
        Self::start(move |_, number| {
            let beyond = || Answer::new(418, r#"{"error_code":"Test","error_msg":"one too many"}"#);
            answers.get(number).cloned().unwrap_or_else(beyond)
        })
    }

    /// Starts a service that answers with `answer`, which receives the request and the number of
    /// earlier ones.
    pub(crate) fn start(
        answer: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let service = Self { address, received: Arc::clone(&received) };
        let answer = Arc::new(answer);
        // The threads end with the test program: they hold nothing but sockets.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (received, answer) = (Arc::clone(&received), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    let number = {
                        let mut received = received.lock().unwrap();
                        received.push(request.clone());
                        received.len() - 1
                    };
                    send(&stream, &answer(&request, number));
                });
            }
        });
        service
    }

    /// Returns its URL.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Creates a run of `cbr` that has this endpoint and a project, and nothing else.
    pub(crate) fn cbr(&self, args: &str) -> Cbr {
        cbr(args).env("CBR_ENDPOINT", self.endpoint()).env("CBR_PROJECT_ID", "p1")
    }

    /// Returns the requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// Reads a request; `None` if the client disconnected.
fn read(stream: &TcpStream) -> Option<Received> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let line = lines.next()?;
    let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    });
    let headers = headers.collect();
    Some(Received { line: line.trim_end_matches(" HTTP/1.1").to_owned(), headers })
}

/// Sends an answer. Ignores a client that disconnected.
fn send(mut stream: &TcpStream, answer: &Answer) {
    let sent = stream.write_all(&answer.bytes);
    if sent.is_ok() && answer.stays {
        let _ = stream.read(&mut [0]);
    }
}
