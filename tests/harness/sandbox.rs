//! A sandbox for several runs, or for a run whose settings the test chooses.

use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;

use super::account::{PROJECT_ID, REGION, TOKEN};
use super::cbr::{Cbr, cbr, fixed_epoch};
use super::http;
use super::process::Process;
use super::request::{self, Request};

/// A sandbox that serves until it is dropped.
pub(crate) struct Sandbox {
    address: SocketAddr,
    log: PathBuf,
    _directory: TempDir,
    _process: Process,
}

impl Sandbox {
    /// Starts a sandbox with these options.
    pub(crate) fn start(options: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let log = directory.path().join("requests.jsonl");
        let command = cbr("sandbox").args(fixed_epoch(options)).args(options.split_whitespace());
        let command = command.arg("--log").arg(&log);
        let mut process = command.start();
        let address =
            process.stdout().find_map(|line| address(&line)).expect("the sandbox says where it is");
        Self { address, log, _directory: directory, _process: process }
    }

    /// Returns its URL, without a region.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address of its socket.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Creates a run of `cbr` with these arguments, the endpoint and the project; nothing else.
    pub(crate) fn cbr(&self, args: &str) -> Cbr {
        cbr(args).env("CBR_ENDPOINT", self.endpoint()).env("CBR_PROJECT_ID", PROJECT_ID)
    }

    /// Creates a run of `cbr` with these arguments, the URL of IAM and the region; nothing else.
    pub(crate) fn cbr_by_region(&self, args: &str) -> Cbr {
        cbr(args).env("CBR_IAM_ENDPOINT", self.endpoint()).env("CBR_REGION", REGION)
    }

    /// Returns the requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        request::read(&self.log)
    }

    /// Returns the body of the response to `GET /v3/{project_id}/{rest}`, without `cbr`.
    pub(crate) fn body(&self, rest: &str) -> String {
        http::get(self.address, &format!("/v3/{PROJECT_ID}/{rest}"), &[("X-Auth-Token", TOKEN)])
    }

    /// Returns the body of the response to a GET request with a token, without `cbr`. The path may
    /// begin with a region.
    pub(crate) fn body_at(&self, path: &str, token: &str) -> String {
        http::get(self.address, path, &[("X-Auth-Token", token)])
    }
}

/// Returns the address in a printed line, without the place of a region.
fn address(line: &str) -> Option<SocketAddr> {
    let value = line.strip_prefix("export CBR_ENDPOINT=")?.trim_matches('\'');
    value.strip_prefix("http://")?.trim_end_matches("/{region}").parse().ok()
}
