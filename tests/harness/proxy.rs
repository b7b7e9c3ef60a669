//! A real proxy, tinyproxy, that serves this machine only.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

use super::process::Process;
use crate::host;

/// A proxy that runs until it is dropped.
pub(crate) struct Proxy {
    port: u16,
    log: Mutex<Log>,
    _process: Process,
    _directory: TempDir,
}

/// The log of a proxy, which it prints.
struct Log {
    lines: Box<dyn Iterator<Item = String> + Send>,
    requests: Vec<String>,
}

/// Marks the end of the log so far. Nothing listens there.
const MARKER: &str = "GET http://127.0.0.1:9/end-of-log HTTP/1.0";

impl Proxy {
    /// Starts a proxy with these lines in its configuration; `None` if the test has to be skipped.
    pub(crate) fn start(configuration: &str) -> Option<Self> {
        let program = host::find("tinyproxy")?;
        // It cannot pick a free port itself, so another program may take the port first.
        let start = || Self::try_start(&program, configuration);
        Some((0..10).find_map(|_| start()).expect("tinyproxy finds a port"))
    }

    fn try_start(program: &PathBuf, configuration: &str) -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("tinyproxy.conf");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text =
            format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nLogLevel Info\n{configuration}\n");
        fs::write(&file, text).unwrap();
        let mut process =
            Process::start(Command::new(program).arg("-d").arg("-c").arg(&file).env_clear());
        let mut lines = process.stdout();
        lines.find(|line| line.ends_with("Accepting connections."))?;
        let log = Log { lines: Box::new(lines), requests: Vec::new() };
        Some(Self { port, log: Mutex::new(log), _process: process, _directory: directory })
    }

    /// Returns its address, `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns all requests so far, such as `CONNECT localhost:4321 HTTP/1.1`.
    pub(crate) fn requests(&self) -> Vec<String> {
        let mut log = self.log.lock().unwrap();
        let Log { lines, requests } = &mut *log;
        // Requests are logged in order, so all others are read once this one is.
        let mut marker = TcpStream::connect(self.address()).unwrap();
        write!(marker, "{MARKER}\r\n\r\n").unwrap();
        let logged = lines.filter_map(|line| {
            let (what, request) = line.split_once(": ")?.1.split_once("): ")?;
            what.starts_with("Request ").then(|| request.to_owned())
        });
        requests.extend(logged.take_while(|request| request != MARKER));
        requests.clone()
    }
}
