//! A received request, decoded, and its line in the log.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use hyper::body::Bytes;
use hyper::header::{HOST, HeaderMap};
use hyper::{Method, Request};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::cloud::Cloud;
use crate::terminal::message::{ErrorFormat, Level};

/// A received request.
pub(super) struct ReceivedRequest {
    head: Request<()>,
    /// Empty except for logins.
    body: Bytes,
    pairs: Vec<(String, String)>,
    cloud: Cloud,
}

/// Resource that the path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// `/v3/{project_id}/backups`
    List {
        project: &'a str,
    },
    /// `/v3/{project_id}/backups/{backup_id}`
    Show {
        project: &'a str,
        backup: &'a str,
    },
    /// Any other list of a project.
    Source {
        project: &'a str,
        source: Source<'a>,
    },
    Iam(IamRoute),
    /// Metadata service, which only a cloud server reaches.
    Metadata(Metadata),
    Unknown,
}

/// List beside the backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// `/v3/{project_id}/vaults`
    Vaults,
    /// `/v3/{project_id}/protectables/{type}/instances`
    Protectables(&'a str),
    /// `/v3/{project_id}/policies`
    Policies,
    /// `/v3/{project_id}/operation-logs`
    Tasks,
}

impl Source<'_> {
    /// Names of the sources, as in their paths.
    pub(super) const NAMES: [&'static str; 4] =
        ["vaults", "protectables", "policies", "operation-logs"];

    pub(super) fn name(self) -> &'static str {
        let [vaults, protectables, policies, tasks] = Self::NAMES;
        match self {
            Self::Vaults => vaults,
            Self::Protectables(_) => protectables,
            Self::Policies => policies,
            Self::Tasks => tasks,
        }
    }
}

/// Resource of the metadata service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metadata {
    /// `/meta-data/latest/api/token`
    Token,
    /// `/openstack/latest/securitykey`
    Keys,
    /// `/openstack/latest/meta_data.json`
    Server,
}

/// Resource of IAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IamRoute {
    /// `/v3/auth/tokens`
    Tokens,
    /// `/v3/projects`: all projects of the account
    Projects,
    /// `/v3/auth/projects`: the projects that the caller can use
    OwnProjects,
    /// `/v3/auth/catalog`
    Catalog,
    /// `/v3/auth/domains`: the accounts that the caller can use
    Accounts,
    /// `/v3/regions`
    Regions,
    /// `/v3`: the version of the API
    Version,
    /// `/`: all versions of the API
    Versions,
}

impl ReceivedRequest {
    /// Creates a request without a body.
    #[cfg(test)]
    pub(super) fn new<B>(request: Request<B>) -> Self {
        Self::with_body(request, Bytes::new(), Cloud::Single)
    }

    pub(super) fn with_body<B>(request: Request<B>, body: Bytes, cloud: Cloud) -> Self {
        let pairs = decode(request.uri().query().unwrap_or_default());
        Self { head: request.map(drop), body, pairs, cloud }
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn method(&self) -> &Method {
        self.head.method()
    }

    /// Returns the path as it was received.
    pub(super) fn path(&self) -> &str {
        self.head.uri().path()
    }

    /// Returns the region that the path begins with, or else the first one.
    pub(super) fn region(&self) -> &'static str {
        self.cloud.split(self.path()).0
    }

    /// Returns the decoded query pairs, in order of arrival.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// Returns the text of a header. HTTP/2 has `:authority` instead of `host`.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers().get(name).and_then(|value| value.to_str().ok());
        let authority = || self.head.uri().authority().filter(|_| name == HOST.as_str());
        header.or_else(|| authority().map(|authority| authority.as_str()))
    }

    pub(super) fn route(&self) -> Route<'_> {
        let (_, path) = self.cloud.split(self.path());
        let segments: Vec<_> = path.split('/').collect();
        match segments.as_slice() {
            ["", "v3", "auth", "tokens"] => Route::Iam(IamRoute::Tokens),
            ["", "v3", "projects"] => Route::Iam(IamRoute::Projects),
            ["", "v3", "auth", "projects"] => Route::Iam(IamRoute::OwnProjects),
            ["", "v3", "auth", "catalog"] => Route::Iam(IamRoute::Catalog),
            ["", "v3", "auth", "domains"] => Route::Iam(IamRoute::Accounts),
            ["", "v3", "regions"] => Route::Iam(IamRoute::Regions),
            ["", "v3"] | ["", "v3", ""] => Route::Iam(IamRoute::Version),
            ["", ""] => Route::Iam(IamRoute::Versions),
            ["", "v3", project, "backups"] => Route::List { project },
            ["", "v3", project, "backups", backup] => Route::Show { project, backup },
            ["", "v3", project, "vaults"] => Route::Source { project, source: Source::Vaults },
            ["", "v3", project, "protectables", kind, "instances"] => {
                Route::Source { project, source: Source::Protectables(kind) }
            }
            ["", "v3", project, "policies"] => Route::Source { project, source: Source::Policies },
            ["", "v3", project, "operation-logs"] => {
                Route::Source { project, source: Source::Tasks }
            }
            ["", "meta-data", "latest", "api", "token"] => Route::Metadata(Metadata::Token),
            ["", "openstack", "latest", "securitykey"] => Route::Metadata(Metadata::Keys),
            ["", "openstack", "latest", "meta_data.json"] => Route::Metadata(Metadata::Server),
            _ => Route::Unknown,
        }
    }
}

/// Decodes a form-encoded query, in which a plus is a space.
fn decode(query: &str) -> Vec<(String, String)> {
    let component =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (component(key), component(value)))
        .collect()
}

/// Headers that are logged. Any other might contain a secret.
const HEADERS: [&str; 7] = [
    "accept",
    "accept-encoding",
    "content-type",
    "host",
    "user-agent",
    "x-project-id",
    "x-sdk-date",
];

/// One request and its response.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    /// Number of the request in order of arrival, from 1.
    pub(super) n: u64,
    /// Number among the listings, from 1; absent for other requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<u64>,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    /// Null if there was no response.
    pub(super) status: Option<u16>,
    /// Kind of credentials: `aksk`, `sts`, `token` or `none`.
    pub(super) auth: &'static str,
    /// Id of the access key of the signature; only with `--regions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<&'static str>,
    /// Name of the account of the credentials; only with `--regions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<&'static str>,
    pub(super) headers: BTreeMap<&'static str, &'a str>,
    /// Faults that applied; absent if none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) faults: Vec<&'a str>,
    /// Ids of backups deleted just before; absent if none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) deleted: Vec<String>,
    /// Ids of backups inserted just before; absent if none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) inserted: Vec<String>,
}

/// Returns the headers that are logged.
pub(super) fn headers(call: &ReceivedRequest) -> BTreeMap<&'static str, &str> {
    HEADERS.into_iter().filter_map(|name| Some((name, call.header(name)?))).collect()
}

/// File of the request log.
pub(super) struct Log(File);

impl Log {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Appends a line with one write, so that a reader never sees a part of it.
    ///
    /// A line that cannot be written is reported and lost; the client still gets its response.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn call(uri: &str) -> ReceivedRequest {
        ReceivedRequest::new(Request::get(uri).body(()).unwrap())
    }

    #[test]
    fn paths_are_routed() {
        for (path, route) in [
            ("/v3/p/backups", Route::List { project: "p" }),
            ("/v3/p/backups?limit=1", Route::List { project: "p" }),
            ("/v3/p/backups/x", Route::Show { project: "p", backup: "x" }),
            ("/v3/p/backups/", Route::Show { project: "p", backup: "" }),
            ("/v3/p/backups/x/metadata", Route::Unknown),
            ("/v3/p/vaults?limit=1", Route::Source { project: "p", source: Source::Vaults }),
            ("/v3/p/policies", Route::Source { project: "p", source: Source::Policies }),
            ("/v3/p/operation-logs", Route::Source { project: "p", source: Source::Tasks }),
            (
                "/v3/p/protectables/disk/instances",
                Route::Source { project: "p", source: Source::Protectables("disk") },
            ),
            ("/v3/p/protectables/disk", Route::Unknown),
            ("/v3/p/checkpoints", Route::Unknown),
            ("/v3/auth/tokens", Route::Iam(IamRoute::Tokens)),
            ("/v3/projects?name=r", Route::Iam(IamRoute::Projects)),
            ("/v3/auth/projects", Route::Iam(IamRoute::OwnProjects)),
            ("/v3/auth/catalog", Route::Iam(IamRoute::Catalog)),
            ("/v3/auth/domains", Route::Iam(IamRoute::Accounts)),
            ("/v3/regions", Route::Iam(IamRoute::Regions)),
            ("/v3", Route::Iam(IamRoute::Version)),
            ("/v3/", Route::Iam(IamRoute::Version)),
            ("/", Route::Iam(IamRoute::Versions)),
            ("/v3/auth", Route::Unknown),
            ("/meta-data/latest/api/token", Route::Metadata(Metadata::Token)),
            ("/openstack/latest/securitykey", Route::Metadata(Metadata::Keys)),
            ("/openstack/latest/meta_data.json", Route::Metadata(Metadata::Server)),
            ("/openstack/latest", Route::Unknown),
            ("/v1/p/backups", Route::Unknown),
            ("//", Route::Unknown),
        ] {
            assert_eq!(call(path).route(), route, "{path}");
        }
    }

    #[test]
    fn query_pairs_keep_order_and_duplicates() {
        let call = call("/?b=2&a=%E5%A4%9C+%2B%26&b=1&flag&=x&&");
        let pairs = [("b", "2"), ("a", "夜 +&"), ("b", "1"), ("flag", ""), ("", "x")];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(call.pairs(), pairs);
    }
}
