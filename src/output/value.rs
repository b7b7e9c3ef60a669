//! The text of a column's value, as formats other than JSON print it.

use std::borrow::Cow;

use super::time::Time;
use crate::backup::Backup;
use crate::column::{Column, Kind};
use crate::json::Json;

/// Times are RFC 3339 in UTC with every digit that was sent; what is no time stays as it is.
pub(super) fn exact<'a>(column: &Column, backup: &Backup<'a>) -> Cow<'a, str> {
    text(column, backup, |time| time.exact())
}

/// Times are to the second: further digits are of no use in a table that people read.
pub(super) fn brief<'a>(column: &Column, backup: &Backup<'a>) -> Cow<'a, str> {
    text(column, backup, |time| time.to_the_second())
}

/// Empty where there is no value.
fn text<'a>(
    column: &Column,
    backup: &Backup<'a>,
    written: fn(&Time<'_>) -> String,
) -> Cow<'a, str> {
    let text = (column.value)(backup).map(Json::text).unwrap_or_default();
    if column.kind == Kind::Time
        && let Some(time) = Time::parse(&text)
    {
        return Cow::Owned(written(&time));
    }
    text
}
