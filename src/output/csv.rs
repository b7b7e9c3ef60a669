//! csv: a header and a row for each record, for spreadsheets, databases and scripts.
//!
//! RFC 4180, except that a row ends with a plain line feed. Shell tools would treat a carriage
//! return as part of the last field, while every CSV reader accepts both. Times are RFC 3339 with
//! `Z`, null and missing values are empty, lists and objects are compact JSON.
//!
//! Two options for spreadsheets change the bytes for other readers, so they are off by default. A
//! byte order mark: without it Excel reads UTF-8 as the local code page. An apostrophe before cells
//! that would be formulas (CWE-1236): anyone who may create a backup chooses its name.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::lines::Lines;
use super::time::Times;
use super::value;
use crate::record::backup::Backup;
use crate::record::column::{Column, ColumnKind};
use crate::record::json::has_any;
use crate::record::row::Row;
use crate::text::sanitize;
use crate::time::timestamp::SentTime;

pub(super) struct Csv {
    columns: Vec<Column>,
    headers: bool,
    /// Times in this style, without a zone. `None` prints them exactly.
    times: Option<Times>,
    options: CsvOptions,
}

/// How values are written.
#[derive(Clone, Copy)]
pub(super) struct CsvOptions {
    /// The output is a terminal: control characters are escaped. Otherwise the text is exact.
    pub(super) terminal: bool,
    pub(super) spreadsheet: Spreadsheet,
}

/// The options for spreadsheets.
#[derive(Clone, Copy)]
pub(super) struct Spreadsheet {
    /// Begin with a byte order mark, except on a terminal.
    pub(super) mark: bool,
    /// Put an apostrophe before cells that a spreadsheet would evaluate.
    pub(super) safe: bool,
    /// Separates fields: an ASCII character.
    pub(super) separator: char,
}

/// Marks the text as UTF-8 for Excel.
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Csv {
    pub(super) fn new(
        columns: Vec<Column>,
        headers: bool,
        times: Option<Times>,
        options: CsvOptions,
    ) -> Self {
        Self { columns, headers, times, options }
    }

    /// Fast path: adds a value that can be copied unchanged, as most can. Returns false otherwise.
    fn push_as_sent(&self, text: &mut String, column: &Column, backup: &Backup<'_>) -> bool {
        let Some(sent) = column.sent(backup) else { return false };
        if let Some(json) = sent {
            let Some(value) = json.unquoted() else { return false };
            if column.kind == ColumnKind::Time
                && let Some(time) = SentTime::parse(value)
            {
                time.push_exact(text);
            } else if has_any(value.as_bytes(), [self.options.spreadsheet.separator as u8, b'\\']) {
                // The value needs quotes or contains escapes. Literal quotes and control characters
                // cannot occur in it.
                return false;
            } else {
                text.push_str(value);
            }
        }
        text.push(self.options.spreadsheet.separator);
        true
    }
}

impl Lines for Csv {
    fn push(&self, row: Row<'_>, text: &mut String) {
        let (start, backup) = (text.len(), row.backup());
        let is_exact =
            !self.options.terminal && !self.options.spreadsheet.safe && self.times.is_none();
        for column in &self.columns {
            if !(is_exact && self.push_as_sent(text, column, &backup)) {
                self.options.push_value(text, value::exact(column, &backup, self.times.as_ref()));
            }
        }
        end_row(text, start);
    }

    fn head(&self) -> String {
        let names = self.columns.iter().map(|column| column.name);
        self.options.head(self.headers.then_some(names))
    }
}

impl CsvOptions {
    /// Returns the text before the first row: the byte order mark and the header, if wanted.
    pub(super) fn head<'a>(&self, names: Option<impl Iterator<Item = &'a str>>) -> String {
        let marked = self.spreadsheet.mark && !self.terminal;
        let mut text = if marked { BYTE_ORDER_MARK } else { "" }.to_owned();
        if let Some(names) = names {
            let start = text.len();
            names.for_each(|name| push_field(&mut text, name, self.spreadsheet.separator));
            end_row(&mut text, start);
        }
        text
    }

    fn push_value(&self, text: &mut String, mut value: Cow<'_, str>) {
        if self.spreadsheet.safe && is_formula(&value) {
            value = Cow::Owned(format!("'{value}"));
        }
        if self.terminal {
            value = Cow::Owned(sanitize::visible(&value).into_owned());
        }
        push_field(text, &value, self.spreadsheet.separator);
    }
}

/// Ends the row whose fields begin at `start`, each followed by a separator.
fn end_row(text: &mut String, start: usize) {
    let fields = text.pop();
    if text.len() == start && fields.is_some() {
        // An empty line would not be a row.
        text.push_str("\"\"");
    }
    text.push('\n');
}

/// Adds a field and a separator. Quotes the field if it contains one.
fn push_field(text: &mut String, field: &str, separator: char) {
    let bytes = field.as_bytes();
    let needs_quotes =
        memchr3(separator as u8, b'"', b'\n', bytes).or_else(|| memchr(b'\r', bytes)).is_some();
    if needs_quotes {
        text.push('"');
        for part in field.split_inclusive('"') {
            text.push_str(part);
            if part.ends_with('"') {
                text.push('"');
            }
        }
        text.push('"');
    } else {
        text.push_str(field);
    }
    text.push(separator);
}

/// Returns true if a spreadsheet could evaluate the cell: it begins with a character that starts a
/// formula, a full-width form of one, or white space that may be skipped. Plain numbers are safe.
fn is_formula(value: &str) -> bool {
    let begins =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    value.starts_with(begins) && !is_number(value)
}

/// Returns true for a JSON number such as -1.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_separators_are_quoted() {
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
            let mut text = String::new();
            let start = text.len();
            row.iter().for_each(|field| push_field(&mut text, field, ','));
            end_row(&mut text, start);
            assert_eq!(text, expected, "{row:?}");
        }
    }

    #[test]
    fn formulas_are_recognized_by_their_first_character() {
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
