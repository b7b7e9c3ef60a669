//! Requests that arrived at the sandbox, from its log.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// One request that arrived at the sandbox.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    n: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The pairs of the query, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
    /// Status of the answer; `None` if there was none.
    pub(crate) status: Option<u16>,
    /// `aksk`, `sts`, `token` or `none`.
    pub(crate) auth: String,
    /// The access key of the signature; only with `--regions`.
    pub(crate) key: Option<String>,
    /// The name of the account of the credentials; only with `--regions`.
    pub(crate) account: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    /// Ids of the backups that were deleted just before.
    #[serde(default)]
    pub(crate) deleted: Vec<String>,
    /// Ids of the backups that were created just before.
    #[serde(default)]
    pub(crate) inserted: Vec<String>,
}

impl Request {
    /// Returns the whole request on a line, decoded: `GET /v3/p/backups?limit=5&offset=0`.
    pub(crate) fn line(&self) -> String {
        let pairs: Vec<_> =
            self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, pairs.join("&"))
    }

    /// Returns the value of a parameter, and asserts that it does not repeat.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} repeats: {self:?}");
        value
    }

    /// Returns the parameters other than offset, limit and sort.
    pub(crate) fn filters(&self) -> Vec<(&str, &str)> {
        let pairs = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, _)| !["limit", "offset", "sort"].contains(name)).collect()
    }

    /// Returns offset and limit.
    pub(crate) fn window(&self) -> (u64, u64) {
        ["offset", "limit"].map(|name| self.value(name).unwrap().parse().unwrap()).into()
    }
}

/// Returns the requests in a log, in the order of their arrival; none if there is no log.
pub(crate) fn read(log: &Path) -> Vec<Request> {
    let Ok(log) = fs::read_to_string(log) else { return Vec::new() };
    let mut requests: Vec<Request> =
        log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    requests.sort_by_key(|request| request.n);
    requests
}

/// Returns offset and limit of each listing, by offset.
pub(crate) fn windows(requests: &[Request]) -> Vec<(u64, u64)> {
    let mut windows: Vec<_> = requests.iter().map(Request::window).collect();
    windows.sort_unstable();
    windows
}
