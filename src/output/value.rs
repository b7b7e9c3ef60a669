//! Text of a column's value, for formats other than JSON.

use std::borrow::Cow;

use super::time::{self, Detail, Times};
use crate::record::backup::Backup;
use crate::record::column::{Column, ColumnKind};
use crate::record::json::Json;
use crate::record::resource_type;
use crate::text::number;
use crate::time::timestamp::SentTime;

/// Returns the text for machine-readable formats: times in RFC 3339, UTC, with every digit that was
/// sent. Invalid times are unchanged. Empty if there is no value.
///
/// With `times`, times are in this style, without a zone, for spreadsheets.
pub(super) fn exact<'a>(
    column: &Column,
    backup: &Backup<'a>,
    times: Option<&Times>,
) -> Cow<'a, str> {
    let Some(value) = column.value(backup) else { return Cow::Borrowed("") };
    value.text_of_each(|value| match times {
        Some(times) if column.kind == ColumnKind::Time => times.without_zone(value.text()),
        _ => exact_as(column.kind, value),
    })
}

/// Returns the text of a single value for machine-readable formats.
pub(super) fn exact_as(kind: ColumnKind, value: Json<'_>) -> Cow<'_, str> {
    let text = value.text();
    if kind != ColumnKind::Time {
        return text;
    }
    let exact = SentTime::parse(&text).map(|time| time.exact());
    exact.map_or(text, Cow::Owned)
}

/// Returns the text for human-readable formats: times in the chosen style, sizes with a unit. Empty
/// if there is no value.
pub(super) fn shown<'a>(
    column: &Column,
    backup: &Backup<'a>,
    times: &Times,
    detail: Detail,
) -> Cow<'a, str> {
    let Some(value) = column.value(backup) else { return Cow::Borrowed("") };
    let text = value.text_of_each(|value| shown_as(column.kind, value, times, detail));
    match column.kind {
        ColumnKind::Age => text.parse().map_or(text, |age| Cow::Owned(time::age(age))),
        // Sums may be long.
        ColumnKind::Number | ColumnKind::Size if column.is_computed() => {
            Cow::Owned(with_thousands(&text))
        }
        _ => text,
    }
}

/// Returns the text of a single value for human-readable formats.
pub(super) fn shown_as<'a>(
    kind: ColumnKind,
    value: Json<'a>,
    times: &Times,
    detail: Detail,
) -> Cow<'a, str> {
    let text = value.text();
    match kind {
        ColumnKind::Time => times.shown(text, detail),
        ColumnKind::Type if detail == Detail::Short => {
            resource_type::short(&text).map_or(text, Cow::Borrowed)
        }
        // Only numbers get a unit.
        ColumnKind::Size if is_whole(&text) => Cow::Owned([&text, " GB"].concat()),
        _ => text,
    }
}

/// Adds commas between the thousands of a whole number, which may have a unit.
fn with_thousands(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    number::grouped_digits(number) + rest
}

fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
