//! A refusal by the service, its gateway or IAM, parsed from the error body.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::settings::Origin;

/// Limit that ended the retries of a transient failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// The maximum number of retries.
    Retries,
    /// The deadline of the run.
    Time,
}

/// An answer with a status other than success.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The service's code, such as `BackupService.6200`.
    pub(crate) code: Option<String>,
    /// The service's message, or the beginning of the body.
    pub(crate) message: String,
    /// The service's id of the request.
    pub(crate) request_id: Option<String>,
    /// Seconds by which this machine's clock is ahead of the service's, if known.
    pub(crate) clock_ahead: Option<i32>,
    /// The `Retry-After` header, unchanged.
    pub(crate) retry_after: Option<String>,
    /// Limit that ended the retries.
    pub(crate) spent: Option<Spent>,
    /// Origin of the credentials of the request.
    pub(crate) origin: Arc<Origin>,
}

/// Maximum wait that is reported. Longer ones are a mistake of the service.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

impl Refusal {
    /// Returns the wait that the service requests, as seconds or a date (RFC 9110, section 10.2.3),
    /// at most [`LONGEST_WAIT`].
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
        // The gateway echoes the whole request, which `-v` prints already.
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
    pub(super) fn code_of_its_own(&self) -> Option<&str> {
        self.code.as_deref().filter(|code| *code != self.status.to_string())
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

pub(super) fn request(id: Option<&str>) -> String {
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

/// Returns the beginning of an untrusted text on one line, with control characters escaped.
pub(super) fn snippet(text: &str) -> String {
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
}
