//! The text of a column's value, as formats other than JSON print it.

use std::borrow::Cow;

use super::time::Times;
use crate::record::backup::Backup;
use crate::record::column::{Column, Kind};
use crate::record::json::Json;
use crate::time::timestamp::SentTime;

/// For machines: times are RFC 3339 in UTC with every digit that was sent; what is no time stays as it
/// is. Empty where there is no value.
pub(super) fn exact<'a>(column: &Column, backup: &Backup<'a>) -> Cow<'a, str> {
    let Some(value) = column.value(backup) else { return Cow::Borrowed("") };
    value.text_of_each(|value| exact_as(column.kind, value))
}

/// A single value of this kind, for machines.
pub(super) fn exact_as(kind: Kind, value: Json<'_>) -> Cow<'_, str> {
    let text = value.text();
    if kind != Kind::Time {
        return text;
    }
    let exact = SentTime::parse(&text).map(|time| time.exact());
    exact.map_or(text, Cow::Owned)
}

/// For people: times as they like them, sizes with their unit. Empty where there is no value.
pub(super) fn shown<'a>(
    column: &Column,
    backup: &Backup<'a>,
    times: &Times,
    precision: Precision,
) -> Cow<'a, str> {
    let Some(value) = column.value(backup) else { return Cow::Borrowed("") };
    value.text_of_each(|value| shown_as(column.kind, value, times, precision))
}

/// How much of a time is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// Further digits are of no use in a table.
    Second,
    /// Every digit that was sent.
    Full,
}

/// A single value of this kind, for people.
pub(super) fn shown_as<'a>(
    kind: Kind,
    value: Json<'a>,
    times: &Times,
    precision: Precision,
) -> Cow<'a, str> {
    let text = value.text();
    match kind {
        Kind::Time => times.shown(text, precision),
        // What is no number has no unit.
        Kind::Size if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => {
            Cow::Owned([&text, " GB"].concat())
        }
        _ => text,
    }
}
