//! One record for people: a line for each field, then a table of its children.

use std::borrow::Cow;
use std::io::Write;

use serde_json::value::RawValue;

use super::Render as _;
use super::grid::Grid;
use super::layout::Heading;
use super::table::{self, Table};
use crate::backup::{Backup, Fields, text};
use crate::column::{self, COLUMNS, Column, Kind};

/// Objects inside objects that are unfolded; the API has two. What is deeper is shown as JSON.
const LEVELS: usize = 2;

/// How one record is listed.
pub(super) struct Listing<'a> {
    /// The fields to list. If empty, the whole record: every column, every field that has no
    /// column, and the children.
    pub(super) columns: &'a [Column],
    pub(super) headers: bool,
}

impl Listing<'_> {
    /// Nothing is shortened; only the table of children fits the screen.
    pub(super) fn write(
        &self,
        record: &str,
        screen: Option<usize>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let backup = Backup::parse(record)?;
        let whole = self.columns.is_empty();
        let columns = if whole { COLUMNS } else { self.columns };
        let headings = ["FIELD", "VALUE"].map(|text| Heading {
            text: text.to_owned(),
            kind: Kind::Text,
            rank: 0,
        });
        let mut grid = Grid::new(headings.into(), self.headers);
        for column in columns {
            grid.push([Cow::Borrowed(column.name), table::cell(column, &backup)])?;
        }
        if whole {
            for (name, value) in other_fields(record)? {
                grid.push([Cow::Owned(name), value.map(text).unwrap_or_default()])?;
            }
        }
        grid.finish(None, out)?;
        if whole { self.write_children(&backup, screen, out) } else { Ok(()) }
    }

    fn write_children(
        &self,
        backup: &Backup<'_>,
        screen: Option<usize>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let children = backup.children();
        if children.is_empty() {
            return Ok(());
        }
        let mut table = Box::new(Table::fitting(column::table_set(), self.headers, screen));
        for child in children {
            table.push(child.get())?;
        }
        out.write_all(b"\nchildren:\n")?;
        table.finish(out)
    }
}

/// The fields that have no column, such as ones that the service added later.
fn other_fields(record: &str) -> anyhow::Result<Vec<(String, Option<&RawValue>)>> {
    let mut others = Vec::new();
    let Fields(fields) = serde_json::from_str(record)?;
    for (name, value) in fields {
        if name != "children" && !COLUMNS.iter().any(|column| column.name == name) {
            unfold(name, value, LEVELS, &mut others);
        }
    }
    Ok(others)
}

/// The fields of a nested object get lines of their own, under dotted names.
fn unfold<'a>(
    name: String,
    value: &'a RawValue,
    levels: usize,
    into: &mut Vec<(String, Option<&'a RawValue>)>,
) {
    match serde_json::from_str(value.get()) {
        Ok(Fields(fields)) if levels > 0 && !fields.is_empty() => {
            for (inner, value) in fields {
                unfold(format!("{name}.{inner}"), value, levels - 1, into);
            }
        }
        _ => into.push((name, Some(value).filter(|value| value.get() != "null"))),
    }
}
