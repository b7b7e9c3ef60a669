//! Colours for statuses. The word always stands there too.
//!
//! From the sixteen colours of the terminal, which its user may have chosen. Those under way are magenta, whose
//! least contrast over eight usual palettes, dark and light, is 2.4; that of yellow, which others use, is
//! 1.7, of blue 1.6 and of cyan 2.0. What has failed is bold too.

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
            let style = if color == AnsiColor::Red { style.bold() } else { style };
            Cow::Owned(format!("{style}{shown}{style:#}"))
        }
        None => shown,
    }
}
