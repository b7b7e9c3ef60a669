//! csv: a header and a row for each record, for spreadsheets, databases and scripts.
//!
//! RFC 4180, except that a row ends with a plain line feed: the shell's tools would take a carriage
//! return for a part of the last field, while every reader of CSV takes both. Times are RFC 3339
//! with `Z`, what is null or missing is empty, lists and objects are compact JSON.
//!
//! Two concessions to spreadsheets, each only on request since it changes the bytes that others read: a byte
//! order mark, without which Excel takes UTF-8 for the local code page; and an apostrophe before cells
//! that would be formulas (CWE-1236), since names are text of whoever may create a backup.

use std::borrow::Cow;
use std::io::Write;
use std::mem;

use anyhow::Context as _;
use memchr::{memchr, memchr_iter, memchr3};

use super::screen_text;
use super::spool::{FAULT, Spool};
use super::value;
use super::{Output, Render};
use crate::backup::Backup;
use crate::column::{Column, Kind, Value};
use crate::row::Row;
use crate::sent_time::SentTime;

pub(super) struct Csv {
    columns: Vec<Column>,
    sheet: Sheet,
}

/// Rows of texts.
pub(super) struct Sheet {
    /// The header, if there is one.
    names: Option<Vec<&'static str>>,
    /// Characters that could act on a terminal are shown escaped there; elsewhere the text is exact.
    terminal: bool,
    spreadsheet: Spreadsheet,
    started: bool,
    /// The row that is being written: its memory is used again.
    row: Vec<u8>,
    spool: Spool,
}

/// What to do for spreadsheets.
#[derive(Clone, Copy, Default)]
pub(super) struct Spreadsheet {
    /// Begin with a byte order mark; not on a terminal, where there is no use in it.
    pub(super) mark: bool,
    /// Have no cell that is a formula.
    pub(super) safe: bool,
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Sheet {
    pub(super) fn new(
        names: Option<Vec<&'static str>>,
        terminal: bool,
        spreadsheet: Spreadsheet,
    ) -> Self {
        let (row, spool) = (Vec::new(), Spool::new());
        Self { names, terminal, spreadsheet, started: false, row, spool }
    }

    /// What stands before the first row, also when none follows.
    fn start(&mut self) -> anyhow::Result<()> {
        if mem::replace(&mut self.started, true) {
            return Ok(());
        }
        if self.spreadsheet.mark && !self.terminal {
            self.spool.write_all(BYTE_ORDER_MARK).context(FAULT)?;
        }
        let Some(names) = self.names.take() else { return Ok(()) };
        for name in names {
            push_field(&mut self.row, name);
        }
        self.end_row()
    }

    pub(super) fn push<'a>(
        &mut self,
        row: impl Iterator<Item = Cow<'a, str>>,
    ) -> anyhow::Result<()> {
        self.start()?;
        row.for_each(|value| self.push_value(value));
        self.end_row()
    }

    fn push_value(&mut self, mut value: Cow<'_, str>) {
        if self.spreadsheet.safe && is_formula(&value) {
            value = Cow::Owned(format!("'{value}"));
        }
        if self.terminal {
            value = Cow::Owned(screen_text::visible(&value).into_owned());
        }
        push_field(&mut self.row, &value);
    }

    /// Adds what a backup has for each column.
    fn push_backup(&mut self, columns: &[Column], backup: &Backup<'_>) {
        if self.spreadsheet.safe || self.terminal || !self.push_as_sent(columns, backup) {
            columns.iter().for_each(|column| self.push_value(value::exact(column, backup)));
        }
    }

    /// The same, where almost all is only to be copied: a text without escapes or commas needs no quotes. Whether it
    /// was so is seen at the end, by all commas and backslashes of the row; nothing is added if not.
    fn push_as_sent(&mut self, columns: &[Column], backup: &Backup<'_>) -> bool {
        let (mut commas, mut backslashes) = (0, 0);
        for column in columns {
            let text = match column.value(backup) {
                None => Some(""),
                Some(Value::Sent(json)) => json.unquoted(),
                Some(_) => None,
            };
            let Some(text) = text else {
                let start = self.row.len();
                self.push_value(value::exact(column, backup));
                commas += count(b',', &self.row[start..]);
                backslashes += count(b'\\', &self.row[start..]);
                continue;
            };
            match (column.kind == Kind::Time).then(|| SentTime::parse(text)).flatten() {
                Some(time) => time.push_exact(&mut self.row),
                None => self.row.extend_from_slice(text.as_bytes()),
            }
            self.row.push(b',');
            commas += 1;
        }
        let was_so = (commas, backslashes) == (count(b',', &self.row), count(b'\\', &self.row));
        if !was_so {
            self.row.clear();
        }
        was_so
    }

    /// Writes the fields so far, each with its comma, as a row.
    fn end_row(&mut self) -> anyhow::Result<()> {
        if self.row == b"," {
            // A line without anything would be none.
            self.row.splice(.., *b"\"\",");
        }
        if let Some(last) = self.row.last_mut() {
            *last = b'\n';
        }
        self.spool.write_all(&self.row).context(FAULT)?;
        self.row.clear();
        Ok(())
    }

    pub(super) fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        self.start()?;
        mem::replace(&mut self.spool, Spool::new()).copy_to(out)
    }
}

fn count(byte: u8, text: &[u8]) -> usize {
    memchr_iter(byte, text).count()
}

/// Adds a field and a comma. It stands in quotes where something in it would end it.
fn push_field(row: &mut Vec<u8>, field: &str) {
    let field = field.as_bytes();
    let ends = memchr3(b',', b'"', b'\n', field).or_else(|| memchr(b'\r', field)).is_some();
    if ends {
        row.push(b'"');
        for part in field.split_inclusive(|byte| *byte == b'"') {
            row.extend_from_slice(part);
            if part.ends_with(b"\"") {
                row.push(b'"');
            }
        }
        row.push(b'"');
    } else {
        row.extend_from_slice(field);
    }
    row.push(b',');
}

impl Csv {
    pub(super) fn new(
        columns: Vec<Column>,
        headers: bool,
        terminal: bool,
        spreadsheet: Spreadsheet,
    ) -> Self {
        let names = headers.then(|| columns.iter().map(|column| column.name).collect());
        Self { columns, sheet: Sheet::new(names, terminal, spreadsheet) }
    }

    fn write(&mut self, backup: &Backup<'_>) -> anyhow::Result<()> {
        self.sheet.start()?;
        self.sheet.push_backup(&self.columns, backup);
        self.sheet.end_row()
    }
}

impl Render for Csv {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.write(&Backup::parse(record)?)
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.write(&row.backup())
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        self.sheet.drain(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        self.sheet.drain(out)
    }
}

/// Whether a spreadsheet could take a cell for more than its text: it begins with one of the characters that
/// begin a formula, with their full-width forms, or with white space that may be skipped. A plain number is
/// none.
fn is_formula(value: &str) -> bool {
    let begins =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    value.starts_with(begins) && !is_number(value)
}

/// A number as JSON has it, such as -1.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        let cases: [(&[&str], &str); 8] = [
            (&["a", "", "b c"], "a,,b c\n"),
            (&["", ""], ",\n"),
            (&[""], "\"\"\n"),
            (&["a,b", "c"], "\"a,b\",c\n"),
            (&["say \"hi\"", "\""], "\"say \"\"hi\"\"\",\"\"\"\"\n"),
            (&["a\nb", "a\rb", "\r\n"], "\"a\nb\",\"a\rb\",\"\r\n\"\n"),
            (&[" a ", "\t;|'"], " a ,\t;|'\n"),
            (&["中文, é", "🚀"], "\"中文, é\",🚀\n"),
        ];
        for (row, expected) in cases {
            let mut sheet = Sheet::new(None, false, Spreadsheet::default());
            sheet.push(row.iter().map(|text| Cow::Borrowed(*text))).unwrap();
            let mut out = Vec::new();
            sheet.drain(&mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{row:?}");
        }
    }

    #[test]
    fn formulas_are_recognised_by_their_beginning() {
        for formula in
            ["=1+1", "+49 30", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "+1"]
        {
            assert!(is_formula(formula), "{formula:?}");
        }
        for text in ["", "a=1", "-1", "-1.5", "0", "'=1", "2026-11-01", "中"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
