//! Colors of statuses. The word is always printed too.
//!
//! Uses the terminal's sixteen colors, which the user may have chosen. Statuses in progress are
//! magenta: its lowest contrast in eight common palettes, dark and light, is 2.4. Yellow has 1.7,
//! blue 1.6 and cyan 2.0. Failures are also bold.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

/// The API's statuses of backups and replication records, by color.
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

/// Colors `shown`, a possibly shortened form of `status`. Unknown statuses, and lists of several,
/// stay uncolored.
pub(super) fn colored_status<'a>(status: &str, shown: Cow<'a, str>) -> Cow<'a, str> {
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
