//! Usage errors, including those of clap, in the form of all other failures.

/// An invalid command line.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UsageError {
    /// The error, on one line.
    message: String,
    /// How to fix it.
    pub(super) hint: String,
}

impl UsageError {
    /// Creates an error that points to the help of `command`, such as `cbr backups list`.
    pub(crate) fn new(message: impl Into<String>, command: &str) -> Self {
        Self { message: message.into(), hint: format!("see '{command} --help'") }
    }

    /// Converts an error of clap's parser. Its first paragraph is the message; its tips are the
    /// hint. The others repeat the usage.
    pub(crate) fn from_clap(error: &clap::Error, command: &str) -> Self {
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let mut paragraphs = text.split("\n\n");
        let lines = paragraphs.next().unwrap_or_default().lines().map(str::trim);
        let error = Self::new(lines.collect::<Vec<_>>().join(" "), command);
        let lines = paragraphs.flat_map(str::lines);
        let tips: Vec<_> = lines.filter_map(|line| line.trim().strip_prefix("tip: ")).collect();
        if tips.is_empty() { error } else { error.with_hint(tips.join("; ")) }
    }

    /// Replaces the hint.
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}
