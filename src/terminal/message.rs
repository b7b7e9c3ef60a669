//! One message on stderr, in the form that its reader asked for: a line of text for people, an object on
//! a line for scripts.
//!
//! Everything that `cbr` writes to stderr goes through [`ErrorFormat::write`], besides the progress bar. Paths,
//! names and arguments in it may come from anywhere, so nothing in it acts on a terminal.
//!
//! Knows no error: what is said, and with which exit code, is decided in [`errors`](crate::errors).

use crate::text::sanitize;
use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

/// The form of the messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorFormat {
    /// `cbr: error: …`, and where something can be done about it, `cbr: hint: …`
    #[default]
    Text,
    /// One object a line, for scripts; `cbr help errors` lists the fields
    Json,
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// The run has failed. The only message of this level, and the last of all.
    Error,
    /// Something may surprise; the run goes on.
    Warning,
    /// What `--verbose` asks for.
    Debug,
}

/// A message that is no more than its text.
#[derive(Serialize)]
struct Remark<'a> {
    level: Level,
    message: &'a str,
}

/// The message of a run that has failed. Fields are only ever added.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Always [`Level::Error`].
    pub(crate) level: Level,
    /// A word of [`ErrorCode`](crate::errors::ErrorCode).
    pub(crate) code: &'static str,
    /// What the process ends with.
    pub(crate) exit_code: u8,
    /// The service's own code.
    pub(crate) service_code: Option<String>,
    /// The status of the answer, if there was one.
    pub(crate) http_status: Option<u16>,
    /// What went wrong.
    pub(crate) message: String,
    /// The service's id of the request.
    pub(crate) request_id: Option<String>,
    /// Whether the same command may succeed later.
    pub(crate) retryable: bool,
    /// Seconds that the service asks to wait.
    pub(crate) retry_after: Option<u64>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// The fields of [`Report`] and what they mean, for `cbr help errors`.
pub(crate) const FIELDS: [(&str, &str); 10] = [
    ("level", "error; a warning has `warning`, a line of --verbose `debug`, each with its message"),
    ("code", "what kind of failure it is: a word of the table above"),
    ("exit_code", "the code that the process ends with"),
    ("service_code", "the service's own code, such as BackupService.6200; null if there is none"),
    ("http_status", "the status of the answer; null if there was none"),
    ("message", "what went wrong, as in text"),
    ("request_id", "the service's id of the request, for its support; null if there is none"),
    ("retryable", "true if the same command may succeed later"),
    (
        "retry_after",
        "seconds that the service asks to wait, a year at most; null if it does not say",
    ),
    ("hint", "what to do about it; null if the message says it all"),
];

impl ErrorFormat {
    /// What a command line asks for, right or wrong: where it is wrong, nobody else can tell.
    pub(crate) fn of_words(words: impl Iterator<Item = OsString>) -> Self {
        let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        let value = words.iter().enumerate().rev().find_map(|(index, word)| {
            match word.strip_prefix("--error-format")? {
                "" => words.get(index + 1).map(String::as_str),
                rest => rest.strip_prefix('='),
            }
        });
        value.and_then(|value| Self::from_str(value, false).ok()).unwrap_or_default()
    }

    /// Writes lines to stderr. A character that acts on a terminal or cannot be seen is shown as its escape;
    /// only line ends are kept. There is nowhere to tell that stderr is closed.
    pub(crate) fn write(self, lines: &str) {
        let shown = match self {
            Self::Json => sanitize::json(lines),
            Self::Text => lines.split('\n').map(sanitize::visible).collect::<Vec<_>>().join("\n"),
        };
        let _ = writeln!(io::stderr().lock(), "{shown}");
    }

    /// A message of one line, without its end.
    pub(crate) fn line(self, level: Level, message: &str) -> String {
        match self {
            Self::Json => json(&Remark { level, message }),
            Self::Text => {
                let word = match level {
                    Level::Error => "error",
                    Level::Warning => "warning",
                    Level::Debug => "debug",
                };
                format!("cbr: {word}: {}", sanitize::visible(message))
            }
        }
    }

    /// Reports why the run has failed.
    pub(crate) fn tell(self, report: &Report) {
        self.write(&match (self, &report.hint) {
            (Self::Json, _) => json(report),
            (Self::Text, None) => self.line(Level::Error, &report.message),
            (Self::Text, Some(hint)) => {
                let line = self.line(Level::Error, &report.message);
                format!("{line}\ncbr: hint: {}", sanitize::visible(hint))
            }
        });
    }

    /// Reports a usage error, whose message has several paragraphs.
    pub(crate) fn tell_usage(self, report: &Report) {
        match self {
            Self::Json => self.tell(report),
            Self::Text => self.write(&format!("cbr: error: {}", report.message)),
        }
    }
}

/// On one line, since JSON escapes every line end. What goes in here can always be written.
fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_found_wherever_it_stands() {
        let cases = [
            ("cbr backups list", ErrorFormat::Text),
            ("cbr --error-format json backups lst", ErrorFormat::Json),
            ("cbr backups list --nonsense --error-format=json", ErrorFormat::Json),
            ("cbr sandbox --nonsense -- backups list --error-format json", ErrorFormat::Json),
            ("cbr --error-format json --error-format text", ErrorFormat::Text),
            ("cbr --error-format", ErrorFormat::Text),
            ("cbr --error-format jsn", ErrorFormat::Text),
            ("cbr --error-formats=json", ErrorFormat::Text),
        ];
        for (line, expected) in cases {
            let words = line.split(' ').map(OsString::from);
            assert_eq!(ErrorFormat::of_words(words), expected, "{line}");
        }
    }

    #[test]
    fn every_field_is_told_of() {
        let report = Report {
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
