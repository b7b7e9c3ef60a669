//! A file with one secret and nothing else, named by a flag or a key of config.toml.
//!
//! It may be a pipe, such as `<(command)`, `/dev/stdin` or a named one of a password manager.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::settings::config::is_readable_by_others;
use crate::settings::home::{Hidden, Home, unreadable};
use crate::settings::{ConnectionError, SettingFlaw};
use crate::text::small_file;

/// Time limit for a pipe. Its writer may prompt for a second factor.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Error for a secret that cannot be read.
#[derive(Debug)]
pub(in crate::settings) struct Unread {
    /// In words for a user.
    pub(in crate::settings) why: String,
    flaw: SettingFlaw,
}

impl Unread {
    /// Returns the error for the flag or key that names the file.
    pub(in crate::settings) fn error(self, name: &str, hint: &str) -> ConnectionError {
        let Self { why, flaw } = self;
        ConnectionError { flaw, ..ConnectionError::new(format!("{name}: {why}"), hint) }
    }
}

impl From<String> for Unread {
    fn from(why: String) -> Self {
        Self { why, flaw: SettingFlaw::Plain }
    }
}

/// Returns the secret, with warnings about its file. A pipe may take `timeout`, the time for the
/// whole run, and no longer than a minute.
///
/// # Errors
///
/// There is no such file, it cannot be read or is empty.
pub(in crate::settings) fn read(
    home: &Home,
    path: &Path,
    timeout: Option<Duration>,
) -> Result<(Hidden, Option<String>), Unread> {
    let name = home.name(path);
    let of_run = timeout.filter(|timeout| *timeout < TIME_LIMIT);
    let read = small_file::read_or_wait(path, of_run.unwrap_or(TIME_LIMIT));
    let text = read.and_then(small_file::text).map_err(|error| match (error.kind(), of_run) {
        (ErrorKind::NotFound | ErrorKind::NotADirectory, _) => {
            Unread::from(format!("there is no file {name}"))
        }
        (ErrorKind::TimedOut, Some(_)) => Unread {
            why: format!("{name} {}, which is all of --timeout", unreadable(&error)),
            flaw: SettingFlaw::Late,
        },
        _ => Unread::from(format!("{name} {}", unreadable(&error))),
    })?;
    if text.trim().is_empty() {
        return Err(Unread::from(format!("{name} is empty")));
    }
    let warning = is_readable_by_others(path).then(|| {
        format!("{name} holds a secret, and others can read it; chmod 600 {name} fixes that")
    });
    Ok((Hidden(text), warning))
}
