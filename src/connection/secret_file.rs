//! A file that holds one secret and nothing else, as a flag or a key of the own file names it.

use std::path::Path;

use super::home::{Hidden, Home, Text};
use crate::config::is_readable_by_others;

/// The secret, and what may surprise about its file.
///
/// # Errors
///
/// There is no such file, it cannot be read or is empty; in words for a user.
pub(super) fn read(home: &Home, path: &Path) -> Result<(Hidden, Option<String>), String> {
    let name = home.name(path);
    let text = match home.read(path) {
        Ok(Some(Text { text, .. })) => text,
        Ok(None) => return Err(format!("there is no file {name}")),
        Err(why) => return Err(format!("{name}: {why}")),
    };
    if text.0.trim().is_empty() {
        return Err(format!("{name} is empty"));
    }
    let warning = is_readable_by_others(path).then(|| {
        format!("{name} holds a secret, and others can read it; chmod 600 {name} mends that")
    });
    Ok((text, warning))
}
