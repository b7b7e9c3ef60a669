//! Messages on stderr: a line of text, or a JSON object per line for scripts.
//!
//! All of stderr except the progress bar goes through [`ErrorFormat::write`]. Paths, names and
//! arguments are untrusted, so control characters are escaped.
//!
//! Knows nothing of errors: [`errors`](crate::errors) decides on texts and exit codes.

use crate::text::sanitize;
use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

/// Format of the messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorFormat {
    /// `cbr: error: …`, and `cbr: hint: …` if something can be done about it
    #[default]
    Text,
    /// One JSON object per line, for scripts; `cbr help errors` lists the fields
    Json,
}

/// Severity of a message.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// The run has failed. Used once, for the last message.
    Error,
    /// A possible mistake; the run continues.
    Warning,
    /// Outcome of one of several targets.
    Info,
    /// Printed with `--verbose`.
    Debug,
}

/// A message without further fields.
#[derive(Serialize)]
struct Remark<'a> {
    level: Level,
    message: &'a str,
}

/// The message of a run that has failed. Fields are stable: new ones may be added.
#[derive(Debug, Serialize)]
pub(crate) struct FailureMessage {
    /// Always [`Level::Error`].
    pub(crate) level: Level,
    /// A word of [`ErrorCode`](crate::errors::ErrorCode).
    pub(crate) code: &'static str,
    /// The exit code of the process.
    pub(crate) exit_code: u8,
    /// The service's own code.
    pub(crate) service_code: Option<String>,
    /// The HTTP status, if there was a response.
    pub(crate) http_status: Option<u16>,
    /// What went wrong.
    pub(crate) message: String,
    /// The service's id of the request.
    pub(crate) request_id: Option<String>,
    /// True if the same command may succeed later.
    pub(crate) retryable: bool,
    /// Seconds to wait, as requested by the service.
    pub(crate) retry_after: Option<u64>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// The fields of [`FailureMessage`] and what they mean, for `cbr help errors`.
pub(crate) const FIELDS: [(&str, &str); 10] = [
    (
        "level",
        "error; a warning has `warning`, a line of --verbose `debug`, and the outcome of one of \
         several targets `info`, each with a message",
    ),
    ("code", "the kind of failure: a word of the table above"),
    ("exit_code", "the exit code of the process"),
    (
        "service_code",
        "the error code of the service, such as BackupService.6200; null if there is none",
    ),
    ("http_status", "the HTTP status of the answer; null if there was none"),
    ("message", "what is wrong, as in text"),
    ("request_id", "the request id of the service, for its support; null if there is none"),
    ("retryable", "true if the same command may succeed later"),
    (
        "retry_after",
        "seconds to wait, as requested by the service, a year at most; null if not requested",
    ),
    ("hint", "what to do about it; null if there is no hint"),
];

impl ErrorFormat {
    /// Writes lines to stderr, with control and invisible characters escaped except line ends.
    /// Errors are ignored, since they cannot be reported.
    pub(crate) fn write(self, lines: &str) {
        let shown = match self {
            Self::Json => sanitize::json(lines),
            Self::Text => lines.split('\n').map(sanitize::visible).collect::<Vec<_>>().join("\n"),
        };
        let _ = writeln!(io::stderr().lock(), "{shown}");
    }

    /// Formats a message of one line, without its line feed.
    pub(crate) fn line(self, level: Level, message: &str) -> String {
        match self {
            Self::Json => json(&Remark { level, message }),
            Self::Text => {
                let word = match level {
                    Level::Error => "error",
                    Level::Warning => "warning",
                    Level::Info => return format!("cbr: {}", sanitize::visible(message)),
                    Level::Debug => "debug",
                };
                format!("cbr: {word}: {}", sanitize::visible(message))
            }
        }
    }

    /// Prints the failure of the run.
    pub(crate) fn print_failure(self, report: &FailureMessage) {
        self.write(&match (self, &report.hint) {
            (Self::Json, _) => json(report),
            (Self::Text, None) => self.line(Level::Error, &report.message),
            (Self::Text, Some(hint)) => {
                let line = self.line(Level::Error, &report.message);
                format!("{line}\ncbr: hint: {}", sanitize::visible(hint))
            }
        });
    }
}

/// Serializes a message on one line; JSON escapes line ends. Cannot fail for these types.
fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_documented() {
        let report = FailureMessage {
            level: Level::Error,
            code: "",
            exit_code: 0,
            service_code: None,
            http_status: None,
            message: String::new(),
            request_id: None,
            retryable: false,
            retry_after: None,
            hint: None,
        };
        let text = serde_json::to_string(&report).unwrap();
        for (field, _) in FIELDS {
            assert!(text.contains(&format!("\"{field}\":")), "{field}");
        }
        assert_eq!(text.matches("\":").count(), FIELDS.len());
    }
}
