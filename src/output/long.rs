//! long: a human-readable block for each record, with one field a line.
//!
//! Nested objects follow with their fields indented, lists of objects as one such block each.
//! Children are a table, or blocks if the table is wider than the screen. Nothing is shortened. A
//! record is rendered when it arrives, so memory stays bounded.

use std::borrow::Cow;
use std::io::Write;
use std::mem;

use anstream::adapter::strip_str;
use anyhow::Context as _;

use super::spool::{SPOOL_ERROR, Spool};
use super::table::Table;
use super::time::Detail;
use super::value;
use super::{Output, Render, Style, color};
use crate::record::backup::Backup;
use crate::record::column::{self, Column, ColumnKind};
use crate::record::json::Json;
use crate::record::row::Row;
use crate::text::sanitize::{cells, visible};

/// Levels of nesting that get their own blocks. Deeper values are printed as JSON.
const MAX_DEPTH: usize = 3;

/// Maximum width that labels are padded to, so that one long label does not push every value off
/// the screen.
const MAX_LABEL_WIDTH: usize = 36;

/// Placeholder for an empty value, as in tables.
const EMPTY_VALUE: &str = "-";

pub(super) struct Long {
    /// The fields to print. `None` prints the whole record: every column, every field without a
    /// column, and the children.
    columns: Option<Vec<Column>>,
    style: Style,
    empty: bool,
    spool: Spool,
}

/// A line of a block.
struct Line<'a> {
    level: usize,
    label: Cow<'a, str>,
    /// `None` for the heading of a block.
    value: Option<(ColumnKind, Cow<'a, str>)>,
}

impl Long {
    pub(super) fn new(columns: Option<Vec<Column>>, style: Style) -> Self {
        Self { columns, style, empty: true, spool: Spool::new() }
    }

    fn column_line<'a>(&self, column: &Column, backup: &Backup<'a>) -> Line<'a> {
        let text = value::shown(column, backup, &self.style.times, Detail::Full);
        let label = self.style.times.heading(column.name, column.kind, Detail::Full);
        Line { level: 0, label, value: Some((column.kind, text)) }
    }

    /// Adds the fields without a column, such as new ones of the service. Includes `children` only
    /// if they are not printed as a table.
    fn other_lines<'a>(&self, record: &'a str, with_children: bool, lines: &mut Vec<Line<'a>>) {
        let columns = column::scalar_set();
        let mut nested = Vec::new();
        Json::new(record).fields(|name, value| {
            let shown_elsewhere = match &*name {
                "children" => !with_children,
                _ => columns.iter().any(|column| column.name == name),
            };
            if !shown_elsewhere {
                let to = if is_block(value) { &mut nested } else { &mut *lines };
                self.unfold(0, name, value, to);
            }
        });
        lines.append(&mut nested);
    }

    /// Adds a field with everything nested in it.
    fn unfold<'a>(
        &self,
        level: usize,
        label: Cow<'a, str>,
        value: Json<'a>,
        lines: &mut Vec<Line<'a>>,
    ) {
        if level >= MAX_DEPTH || !is_block(value) {
            let kind = match &*label {
                "status" => ColumnKind::Status,
                name if name.ends_with("_at") => ColumnKind::Time,
                _ => ColumnKind::Text,
            };
            let text = if value.is_null() {
                Cow::Borrowed("")
            } else {
                value::shown_as(kind, value, &self.style.times, Detail::Full)
            };
            lines.push(Line { level, label, value: Some((kind, text)) });
        } else if value.is_object() {
            lines.push(Line { level, label, value: None });
            value.fields(|name, value| self.unfold(level + 1, name, value, lines));
        } else {
            for (position, element) in value.elements().into_iter().enumerate() {
                self.unfold(level, Cow::Owned(format!("{label}[{position}]")), element, lines);
            }
        }
    }

    /// Adds the children as a table, or as blocks if a line would exceed the screen. No field is
    /// left out.
    fn push_children(&self, text: &mut String, children: &[Json<'_>]) -> anyhow::Result<()> {
        let columns = column::table_set();
        let style = Style { width: None, ..self.style.clone() };
        let mut table = Box::new(Table::whole(columns.clone(), true, style));
        for child in children {
            table.push_backup(&Backup::parse(child.as_sent())?)?;
        }
        let mut rows = Vec::new();
        table.finish(&mut rows)?;
        let rows = String::from_utf8_lossy(&rows);
        let fits = |row: &str| self.style.width.is_none_or(|width| 2 + cells(row) <= width);
        // Colors have no width.
        if rows.lines().all(|row| fits(&strip_str(row).to_string())) {
            text.push_str("children\n");
            rows.lines().for_each(|row| text.extend(["  ", row, "\n"]));
            return Ok(());
        }
        let mut lines = Vec::new();
        for (position, child) in children.iter().enumerate() {
            lines.push(Line {
                level: 0,
                label: format!("children[{position}]").into(),
                value: None,
            });
            let child = Backup::parse(child.as_sent())?;
            let fields = columns.iter().map(|column| self.column_line(column, &child));
            lines.extend(fields.map(|line| Line { level: 1, ..line }));
        }
        push_lines(text, &lines, self.style.colored);
        Ok(())
    }
}

impl Render for Long {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        let (record, backup) = (row.json(), row.backup());
        let mut text = String::new();
        if !mem::replace(&mut self.empty, false) {
            text.push('\n');
        }
        match &self.columns {
            Some(columns) => {
                let lines = columns.iter().map(|column| self.column_line(column, &backup));
                push_lines(&mut text, &lines.collect::<Vec<_>>(), self.style.colored);
            }
            None => {
                let columns = column::scalar_set();
                let mut lines: Vec<_> =
                    columns.iter().map(|column| self.column_line(column, &backup)).collect();
                let children = backup.child_backups();
                self.other_lines(record, children.is_empty(), &mut lines);
                push_lines(&mut text, &lines, self.style.colored);
                if !children.is_empty() {
                    self.push_children(&mut text, &children)?;
                }
            }
        }
        self.spool.write_all(text.as_bytes()).context(SPOOL_ERROR)
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<usize> {
        self.drain(out)?;
        Ok(0)
    }
}

/// Lays out the lines of a record.
fn push_lines(text: &mut String, lines: &[Line<'_>], colored: bool) {
    let width = |line: &Line<'_>| 2 * line.level + cells(&visible(&line.label));
    let widest = lines.iter().filter(|line| line.value.is_some()).map(width).max();
    let widest = widest.unwrap_or(0).min(MAX_LABEL_WIDTH);
    for line in lines {
        text.push_str(&"  ".repeat(line.level));
        text.push_str(&visible(&line.label));
        if let Some((kind, value)) = &line.value {
            let shown = if value.is_empty() { EMPTY_VALUE.into() } else { visible(value) };
            let shown = match kind {
                ColumnKind::Status if colored => color::colored_status(value, shown),
                _ => shown,
            };
            text.push_str(&" ".repeat(widest.saturating_sub(width(line)) + 2));
            text.push_str(&shown);
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
}

/// Returns true for an object with fields and for a list of objects.
fn is_block(value: Json<'_>) -> bool {
    let mut has_fields = false;
    if value.fields(|_, _| has_fields = true).is_some() {
        return has_fields;
    }
    let elements = value.elements();
    !elements.is_empty() && elements.into_iter().all(Json::is_object)
}
