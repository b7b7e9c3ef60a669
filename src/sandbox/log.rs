//! Request log: one line of JSON per request.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::call::Call;
use crate::terminal::message::{ErrorFormat, Level};

/// The headers that are logged. No other is: it might be a secret.
const HEADERS: [&str; 7] = [
    "accept",
    "accept-encoding",
    "content-type",
    "host",
    "user-agent",
    "x-project-id",
    "x-sdk-date",
];

/// One request and its answer.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    /// Counts all requests, from 1, in the order in which they arrived.
    pub(super) n: u64,
    /// Counts the listings among them; absent for other requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<u64>,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    /// Null when there was no answer.
    pub(super) status: Option<u16>,
    /// What the caller presented: `aksk`, `sts`, `token` or `none`.
    pub(super) auth: &'static str,
    pub(super) headers: BTreeMap<&'static str, &'a str>,
    /// The faults that it met, absent when there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) faults: Vec<&'a str>,
    /// The ids of backups that had gone just before, absent when there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) deleted: Vec<String>,
    /// The ids of backups that had come just before, absent when there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) inserted: Vec<String>,
}

/// The headers of a call that may be logged.
pub(super) fn headers(call: &Call) -> BTreeMap<&'static str, &str> {
    HEADERS.into_iter().filter_map(|name| Some((name, call.header(name)?))).collect()
}

/// The file that lines are appended to.
pub(super) struct Log(File);

impl Log {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Appends a line in one piece, so that the file can be read at any moment.
    ///
    /// What the client sees does not depend on the log: a line that cannot be written is reported
    /// and lost.
    pub(super) fn write(&self, line: &Line<'_>) {
        let written = serde_json::to_vec(line).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            (&self.0).write_all(&line)
        });
        if let Err(error) = written {
            let format = ErrorFormat::Text;
            format.write(&format.line(Level::Warning, &format!("cannot write the log: {error}")));
        }
    }
}
