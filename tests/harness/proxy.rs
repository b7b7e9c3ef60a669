//! A proxy that people run: tinyproxy, in front of nothing but this machine.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use crate::host;

/// A proxy that runs until it is dropped.
pub(crate) struct Proxy {
    port: u16,
    log: PathBuf,
    _process: Process,
    _directory: TempDir,
}

impl Proxy {
    /// One with these lines in its configuration besides those that every one has; `None` where the
    /// test is to be passed over.
    pub(crate) fn start(configuration: &str) -> Option<Self> {
        let program = host::find("tinyproxy")?;
        // It takes no port of its own choice. Another program may be faster than it.
        let start = || Self::try_start(&program, configuration);
        Some((0..10).find_map(|_| start()).expect("tinyproxy finds a port"))
    }

    fn try_start(program: &PathBuf, configuration: &str) -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let log = directory.path().join("log");
        let file = directory.path().join("tinyproxy.conf");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 60\nLogLevel Connect\nLogFile \"{}\"\n\
             {configuration}\n",
            log.display()
        );
        fs::write(&file, text).unwrap();
        let mut process =
            Process::start(Command::new(program).arg("-d").arg("-c").arg(&file).env_clear());
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if process.has_ended() {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
        Some(Self { port, log, _process: process, _directory: directory })
    }

    /// Its address, `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it was asked for, such as `CONNECT localhost:4321 HTTP/1.1`.
    pub(crate) fn asked(&self) -> Vec<String> {
        let log = fs::read_to_string(&self.log).unwrap();
        let asked = log.lines().filter_map(|line| line.split_once(": ")?.1.split_once("): "));
        let requests = asked.filter(|(what, _)| what.starts_with("Request "));
        requests.map(|(_, request)| request.to_owned()).collect()
    }
}
