//! Text that must never be shown, and a prompt to read it.

use std::fmt;
use std::io::{self, IsTerminal as _, Read as _};

use anyhow::Context as _;

/// A secret key, token or signature. `Debug` prints `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the secret itself, for the signer and the header that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Reads a secret: from the terminal without echo, or from stdin if that is not a terminal. `name`
/// is the prompt.
///
/// # Errors
///
/// If the terminal or stdin cannot be read.
pub(crate) fn ask(name: &str) -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{name}: "))
            .context("cannot read the secret from the terminal");
    }
    let mut text = String::new();
    // Limits the input, which may be endless.
    io::stdin().lock().take(1 << 16).read_to_string(&mut text).context("cannot read stdin")?;
    Ok(text)
}

/// Returns both ends of an access key. A shorter text may be another secret by mistake, so it is
/// hidden.
pub(crate) fn shortened(access_key: &str) -> String {
    let length = access_key.len();
    match (access_key.get(..4), access_key.get(length.saturating_sub(4)..)) {
        (Some(start), Some(end)) if length >= 16 => format!("{start}…{end}"),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, shortened};

    #[test]
    fn debug_output_hides_the_secret() {
        let shown = format!("{:?}", Some(Secret::new("hunter2".to_owned())));
        assert_eq!(shown, "Some([redacted])");
    }

    #[test]
    fn an_access_key_keeps_its_ends_only() {
        let cases = [
            ("HPUAABBCCDDEEFFGGWYH", "HPUA…GWYH"),
            ("0123456789abcdef", "0123…cdef"),
            ("0123456789abcde", "…"),
            ("", "…"),
        ];
        for (access_key, expected) in cases {
            assert_eq!(shortened(access_key), expected);
        }
    }
}
