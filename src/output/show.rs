//! One record for people: a line for each field, then a table of its children.

use std::borrow::Cow;
use std::io::Write;

use super::Render as _;
use super::grid::Grid;
use super::layout::Heading;
use super::table::Table;
use super::value;
use crate::backup::Backup;
use crate::column::{self, COLUMNS, Column, Kind};
use crate::json::Json;

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
            grid.push([Cow::Borrowed(column.name), value::exact(column, &backup)])?;
        }
        let children = if whole { backup.children() } else { Vec::new() };
        if whole {
            for (name, value) in other_fields(record, children.is_empty()) {
                grid.push([name.into(), value])?;
            }
        }
        let mut table = Box::new(Table::fitting(column::table_set(), self.headers, screen));
        for child in &children {
            table.push(child.as_sent())?;
        }
        // Nothing can fail from here on but the writing.
        grid.finish(None, out)?;
        if !children.is_empty() {
            out.write_all(b"\nchildren:\n")?;
            table.finish(out)?;
        }
        Ok(())
    }
}

/// The names and texts of the fields that have no column, such as ones that the service added
/// later; `children` among them only if they get no table.
fn other_fields(record: &str, with_children: bool) -> Vec<(String, Cow<'_, str>)> {
    let mut others = Vec::new();
    Json::new(record).fields(|name, value| {
        let shown_elsewhere = match name {
            "children" => !with_children,
            _ => COLUMNS.iter().any(|column| column.name == name),
        };
        if !shown_elsewhere {
            unfold(name, value, &mut others);
        }
    });
    others
}

/// The fields of an object get lines of their own, under dotted names. What is deeper is shown as
/// JSON: longer names would push every value off the screen.
fn unfold<'a>(name: &str, value: Json<'a>, others: &mut Vec<(String, Cow<'a, str>)>) {
    let text = |value: Json<'a>| if value.is_null() { Cow::Borrowed("") } else { value.text() };
    let before = others.len();
    value.fields(|inner, value| others.push((format!("{name}.{inner}"), text(value))));
    if others.len() == before {
        others.push((name.to_owned(), text(value)));
    }
}
