//! Colours for statuses. The word always stands there too.
//!
//! Of the sixteen colours that every terminal has, since its user has made those readable on their background;
//! which of them are in most palettes, light and dark, is why it is these.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

/// The words of the API for backups and copies, each with its colour.
const COLORS: [(AnsiColor, &[&str]); 3] = [
    (AnsiColor::Green, &["available", "success"]),
    (AnsiColor::Red, &["error", "fail"]),
    (
        AnsiColor::Magenta,
        &[
            "protecting",
            "deleting",
            "restoring",
            "waiting_protect",
            "waiting_delete",
            "waiting_restore",
            "replicating",
            "waiting_replicate",
        ],
    ),
];

/// `shown`, which may be a shortened form of it, in the colour of `status`. A status that is not known, or
/// stands among others, has none.
pub(super) fn painted<'a>(status: &str, shown: Cow<'a, str>) -> Cow<'a, str> {
    let color = COLORS.iter().find(|(_, words)| words.contains(&status)).map(|(color, _)| *color);
    match color {
        Some(color) => {
            let style = Style::new().fg_color(Some(color.into()));
            Cow::Owned(format!("{style}{shown}{style:#}"))
        }
        None => shown,
    }
}
