//! Errors of a request, and how the service reports them.
//!
//! Reads the error bodies of the service, of its gateway and of IAM. Classifies by the service's
//! code first and by the status second, since the same code comes with different statuses in
//! different clouds. Wording for people (hints, exit codes) is not decided here.
//!
//! Sources: API page "Error Codes" of CBR; "Error Codes" of API Gateway; IAM API reference.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::transport::Distrust;
use crate::settings::Origin;

/// Error of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The client could not be set up.
    #[error("cannot set up HTTP: {reason}")]
    Setup {
        /// Why, and which setting cannot be used.
        reason: String,
        /// What would work.
        hint: String,
    },
    /// No connection, or it broke.
    #[error("no answer from the service: {reason}")]
    Unreachable {
        /// Why, from the outside in.
        reason: String,
        /// True if an established connection broke.
        was_connected: bool,
    },
    /// No connection through the proxy of the environment.
    #[error("no way through the proxy {address} of {variable}: {reason}")]
    Proxy {
        /// The variable that names it.
        variable: &'static str,
        /// Its host and port.
        address: String,
        /// Why.
        reason: String,
        /// True if it requires a user name and a password (407).
        wants_password: bool,
        /// Whether the variable has them.
        has_password: bool,
    },
    /// The server's certificate is not trusted for the endpoint.
    #[error("the service's certificate is not trusted: {0}")]
    Untrusted(Distrust),
    /// The host of the endpoint has no address.
    #[error("there is no host {host}")]
    UnknownHost {
        /// Its name.
        host: String,
        /// The flag, variable or file that names it, if known.
        origin: Option<String>,
    },
    /// No whole answer in time.
    #[error("no answer from the service in time")]
    TimedOut,
    /// No whole answer in time, after all retries.
    #[error("no answer from the service in time, in {tries} tries")]
    OutOfTime {
        /// Two or more.
        tries: u32,
    },
    /// The service answered, and not with 200.
    #[error("{0}")]
    Refused(Refusal),
    /// A preceding request to IAM failed.
    #[error("{doing} at {address}: {fault}")]
    Identity {
        /// The failed action, such as `cannot log in`.
        doing: &'static str,
        /// Address of IAM.
        address: String,
        /// Error of the request to IAM.
        fault: Box<ApiError>,
    },
    /// The answer is larger than any page.
    #[error("unreadable answer: more than {} MiB", limit >> 20)]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The answer is not what the API documents.
    #[error("unreadable answer: {reason}{}{}", request(request_id.as_deref()), shown(snippet))]
    Unreadable {
        /// What is wrong with it, and where.
        reason: String,
        /// How it begins, escaped. Empty if nothing of it can be shown.
        snippet: String,
        /// The service's id of the request.
        request_id: Option<String>,
        /// Whether it ends too early, so that another attempt may bring the rest.
        cut_short: bool,
    },
}

/// The action of a login, in [`ApiError::Identity`].
pub(crate) const LOGIN: &str = "cannot log in";

/// Class of a failure, for retries and exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Not authenticated, or not allowed.
    Denied,
    /// The service rejects the request, however often it is sent.
    Refused,
    /// Too many requests.
    Throttled,
    /// The service does not answer, or fails, or its answer cannot be read.
    Unavailable,
}

/// Limit that ended the retries of a transient failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// The maximum number of retries.
    Retries,
    /// The deadline of the run.
    Time,
}

/// An answer other than 200.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The service's code, such as `BackupService.6200`.
    pub(crate) code: Option<String>,
    /// The service's message, or how the body begins.
    pub(crate) message: String,
    /// The service's id of the request.
    pub(crate) request_id: Option<String>,
    /// Seconds by which this machine's clock is ahead of the service's, if known.
    pub(crate) clock_ahead: Option<i32>,
    /// The `Retry-After` header, as it came.
    pub(crate) retry_after: Option<String>,
    /// Limit that ended the retries.
    pub(crate) spent: Option<Spent>,
    /// Origin of the credentials of the request.
    pub(crate) origin: Arc<Origin>,
}

impl ApiError {
    /// Creates the error for an answer of 200 whose body cannot be read.
    pub(super) fn unreadable(
        reason: String,
        body: &str,
        request_id: Option<String>,
        cut_short: bool,
    ) -> Self {
        let reason = snippet(&reason);
        Self::Unreadable { reason, snippet: snippet(body), request_id, cut_short }
    }

    /// Returns a few words: status and code, or the kind of failure.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Refused(refusal) => match refusal.code_of_its_own() {
                Some(code) => format!("{} {code}", refusal.status),
                None => refusal.status.to_string(),
            },
            Self::Identity { fault, .. } => fault.brief(),
            Self::TimedOut | Self::OutOfTime { .. } => "timed out".to_owned(),
            Self::UnknownHost { .. } => "no such host".to_owned(),
            Self::Setup { reason, .. } => reason.clone(),
            Self::Unreachable { .. } => "no answer".to_owned(),
            Self::Proxy { .. } => "no way through the proxy".to_owned(),
            Self::Untrusted(_) => "not trusted".to_owned(),
            Self::TooLarge { .. } | Self::Unreadable { .. } => "unreadable answer".to_owned(),
        }
    }

    /// Returns true if a local setting prevented the request.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Setup { .. } => true,
            Self::Identity { fault, .. } => fault.is_local(),
            _ => false,
        }
    }

    /// Returns the service's id of the request, if it answered.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(Refusal { request_id, .. }) | Self::Unreadable { request_id, .. } => {
                request_id.as_deref()
            }
            Self::Identity { fault, .. } => fault.request_id(),
            _ => None,
        }
    }

    /// Returns the refusal by the service or IAM, if there was one.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Identity { fault, .. } => fault.refusal(),
            _ => None,
        }
    }

    /// Returns how long the service asks the client to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.wait(),
            _ => None,
        }
    }

    /// Adds the limit that ended the retries.
    pub(super) fn given_up(self, spent: Option<Spent>) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Refusal { spent, ..refusal }),
            fault => fault,
        }
    }

    /// Returns the class of the failure.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Identity { fault, .. } => fault.class(),
            Self::Refused(refusal) => refusal.class(),
            _ => Class::Unavailable,
        }
    }

    /// Returns true if the credentials were rejected (401).
    pub(super) fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 401)
    }

    /// Returns true if another token or project might be accepted: access is denied, or the gateway
    /// reports 404. The gateway knows nothing of backups.
    pub(super) fn may_be_of_the_access(&self) -> bool {
        match self {
            Self::Refused(Refusal { status: 404, code, .. }) => {
                !code.as_deref().is_some_and(|code| code.starts_with("BackupService."))
            }
            Self::Refused(refusal) => refusal.class() == Class::Denied,
            _ => false,
        }
    }

    /// Returns true if the connection caused the failure, so that others like it may fail as well.
    pub(super) fn is_of_connection(&self) -> bool {
        self.is_broken_connection() || matches!(self, Self::TimedOut)
    }

    /// Returns true if an established connection broke.
    pub(super) fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Unreachable { was_connected: true, .. })
    }

    /// Returns whether fewer requests at a time may help. A connection that breaks says nothing
    /// about the load: load balancers close connections after some time or number of requests.
    pub(super) fn is_congestion(&self) -> bool {
        match self {
            Self::TimedOut => true,
            Self::Refused(refusal) => refusal.class() == Class::Throttled || self.is_transient(),
            _ => false,
        }
    }

    /// Returns true if a retry can help.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Setup { .. } | Self::Untrusted(_) | Self::TooLarge { .. } => false,
            // A proxy that wants a password goes on wanting it.
            Self::Proxy { wants_password, .. } => !wants_password,
            // It was tried again where that could help.
            Self::Identity { .. } => false,
            // A host name does not appear during a retry.
            Self::UnknownHost { .. } => false,
            Self::Unreachable { .. } | Self::TimedOut | Self::OutOfTime { .. } => true,
            Self::Unreadable { cut_short, .. } => *cut_short,
            Self::Refused(refusal) => match refusal.class() {
                Class::Throttled => true,
                Class::Unavailable => {
                    refusal.status == 408 || (refusal.status >= 500 && refusal.status != 501)
                }
                Class::Denied | Class::Refused => false,
            },
        }
    }
}

/// The longest wait that is reported as it was sent. Longer ones are a mistake of the service.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

impl Refusal {
    /// Returns how long the service requests to wait, in seconds or until a date (RFC 9110, section
    /// 10.2.3), at most [`LONGEST_WAIT`].
    pub(crate) fn wait(&self) -> Option<Duration> {
        let value = self.retry_after.as_deref()?.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = value.parse().map(Duration::from_secs);
            return Some(seconds.map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT)));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(SystemTime::now()).unwrap_or_default().min(LONGEST_WAIT))
    }

    pub(crate) fn new(
        status: u16,
        body: &str,
        request_id: Option<String>,
        location: Option<&str>,
        retry_after: Option<&str>,
    ) -> Self {
        let json = serde_json::from_str::<Value>(body).unwrap_or_default();
        let (code, message) = explanation(&json).unwrap_or((None, None));
        // The gateway's echo of the whole request is long, and says nothing that -v does not.
        let message = message.map(|message| match message.split_once(", canonicalRequest:") {
            Some((reason, _)) => reason.to_owned(),
            None => message,
        });
        let message = message.unwrap_or_else(|| match (location, body.trim()) {
            (Some(location), _) => format!("redirected to {}", snippet(location)),
            (None, "") => "no explanation".to_owned(),
            (None, body) => snippet(body),
        });
        let request_id = request_id.or_else(|| text(json.get("request_id")?));
        let retry_after = retry_after.map(str::to_owned);
        let origin = Arc::default();
        let (clock_ahead, spent) = (None, None);
        Self { status, code, message, request_id, clock_ahead, retry_after, spent, origin }
    }

    /// Adds the origin of the credentials.
    pub(super) fn of(self, origin: &Arc<Origin>) -> Self {
        Self { origin: Arc::clone(origin), ..self }
    }

    /// Returns the code, unless it only repeats the status, as in IAM.
    fn code_of_its_own(&self) -> Option<&str> {
        self.code.as_deref().filter(|code| *code != self.status.to_string())
    }

    /// Returns the number in the code, which is the same in clouds that spell the letters
    /// differently.
    pub(crate) fn code_number(&self) -> Option<&str> {
        Some(self.code.as_deref()?.split_once('.')?.1)
    }

    /// Classifies by code if it is known, else by status.
    fn class(&self) -> Class {
        let by_code = self.code.as_deref().and_then(|code| {
            let (service, number) = code.split_once('.')?;
            match (service, number) {
                ("BackupService", "8600" | "9998") => Some(Class::Denied),
                // A backup, vault, restore point or resource that does not exist.
                ("BackupService", "6000" | "6105" | "6200" | "6217" | "6302" | "9900") => {
                    Some(Class::Refused)
                }
                // Open Telekom Cloud and dedicated gateways write APIG for APIGW.
                ("APIGW" | "APIG", number) => match number {
                    "0301" | "0302" | "0303" | "0304" | "0305" | "0306" | "0307" | "0310"
                    | "0311" | "0401" | "0402" | "0404" | "0801" | "0802" => Some(Class::Denied),
                    "0308" => Some(Class::Throttled),
                    _ => None,
                },
                ("IAM", "0001" | "0002" | "0003") => Some(Class::Denied),
                _ => None,
            }
        });
        by_code.unwrap_or(match self.status {
            401 | 403 => Class::Denied,
            408 => Class::Unavailable,
            429 => Class::Throttled,
            400..=499 => Class::Refused,
            _ => Class::Unavailable,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HTTP {}", self.status)?;
        if let Some(code) = self.code_of_its_own() {
            write!(formatter, " {code}")?;
        }
        write!(formatter, ": {}{}", self.message, request(self.request_id.as_deref()))
    }
}

fn request(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(" (request {})", snippet(id)))
}

/// Returns code and message from the top level or any nested object, under any of the known names.
fn explanation(json: &Value) -> Option<(Option<String>, Option<String>)> {
    const NAMES: [(&str, &str); 3] =
        [("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")];
    let object = json.as_object()?;
    for (code, message) in NAMES {
        let message = object.get(message).and_then(text);
        if message.is_some() {
            return Some((object.get(code).and_then(text), message));
        }
    }
    object.values().find_map(explanation)
}

/// Returns a string or number as text that is safe to show.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(snippet(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the snippet behind a colon, or nothing for an empty one.
fn shown(snippet: &str) -> String {
    if snippet.is_empty() { String::new() } else { format!(": {snippet}") }
}

/// Returns the beginning of an untrusted text on one line, with control characters escaped.
fn snippet(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut shown: String =
        crate::text::sanitize::visible(text.trim()).chars().take(LONGEST).collect();
    if text.trim().chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        Refusal::new(status, body, None, None, None)
    }

    #[test]
    fn every_shape_of_error_body_gives_code_message_and_request() {
        let cases = [
            (
                400,
                r#"{"error_code":"BackupService.9900","error_msg":"Invalid vault_id provided."}"#,
                "HTTP 400 BackupService.9900: Invalid vault_id provided.",
            ),
            (
                401,
                r#"{"error_msg":"decrypt token fail","error_code":"APIGW.0301","request_id":"01"}"#,
                "HTTP 401 APIGW.0301: decrypt token fail (request 01)",
            ),
            (
                401,
                r#"{"error":{"code":401,"message":"The password is wrong.","title":"Unauthorized"}}"#,
                "HTTP 401: The password is wrong.",
            ),
            (
                403,
                r#"{"error_code":"IAM.0002","error_msg":"You are not authorized."}"#,
                "HTTP 403 IAM.0002: You are not authorized.",
            ),
            (
                403,
                r#"{"error_code":"PAP5.0001","error_msg":"No.","encoded_authorization_message":"x"}"#,
                "HTTP 403 PAP5.0001: No.",
            ),
            (400, r#"{"errorCode":"A.1","errorMsg":"b"}"#, "HTTP 400 A.1: b"),
            (400, r#"{"code":"A.2","message":"c"}"#, "HTTP 400 A.2: c"),
            (400, r#"{"a":[],"b":{"c":{"code":"A.3","message":"d"}}}"#, "HTTP 400 A.3: d"),
            (502, "<html>\r\n<b>Bad Gateway</b>", r"HTTP 502: <html>\r\n<b>Bad Gateway</b>"),
            (500, "\u{1b}[31mred", r"HTTP 500: \u{1b}[31mred"),
            (503, "", "HTTP 503: no explanation"),
            (500, r#"{"error_code":null}"#, r#"HTTP 500: {"error_code":null}"#),
            (500, "[1,2]", "HTTP 500: [1,2]"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(refusal(status, body).to_string(), expected);
        }
    }

    #[test]
    fn long_bodies_are_cut() {
        let shown = refusal(500, &"x".repeat(10_000)).to_string();
        assert_eq!(shown.chars().count(), "HTTP 500: ".len() + 300 + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn a_redirect_says_where_to() {
        let refusal = Refusal::new(302, "", None, Some("https://other.example/\u{7}"), None);
        assert_eq!(refusal.to_string(), r"HTTP 302: redirected to https://other.example/\u{7}");
    }

    #[test]
    fn only_an_overloaded_service_is_congestion() {
        let unreachable =
            |was_connected| ApiError::Unreachable { reason: String::new(), was_connected };
        let cut_short = ApiError::unreadable(String::new(), "", None, true);
        let cases = [
            (ApiError::TimedOut, true),
            (ApiError::Refused(refusal(429, "")), true),
            (ApiError::Refused(refusal(408, "")), true),
            (ApiError::Refused(refusal(500, "")), true),
            (ApiError::Refused(refusal(503, "")), true),
            (ApiError::Refused(refusal(401, "")), false),
            (ApiError::Refused(refusal(404, "")), false),
            (unreachable(true), false),
            (unreachable(false), false),
            (cut_short, false),
        ];
        for (fault, expected) in cases {
            assert_eq!(fault.is_congestion(), expected, "{fault:?}");
        }
    }

    #[test]
    fn the_code_counts_before_the_status() {
        let body = |code: &str| format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
        let cases = [
            (500, "BackupService.9998", Class::Denied),
            (403, "BackupService.8600", Class::Denied),
            (400, "BackupService.6105", Class::Refused),
            (404, "BackupService.6200", Class::Refused),
            (500, "BackupService.9910", Class::Unavailable),
            (500, "BackupService.6138", Class::Unavailable),
            (401, "APIG.0301", Class::Denied),
            (403, "APIGW.0802", Class::Denied),
            (429, "APIG.0308", Class::Throttled),
            (404, "APIGW.0101", Class::Refused),
            (405, "APIGW.0501", Class::Refused),
            (503, "APIGW.0613", Class::Unavailable),
            (403, "New.0001", Class::Denied),
            (429, "New.0001", Class::Throttled),
            (418, "New.0001", Class::Refused),
            (302, "New.0001", Class::Unavailable),
        ];
        for (status, code, expected) in cases {
            assert_eq!(refusal(status, &body(code)).class(), expected, "{status} {code}");
        }
    }
}
