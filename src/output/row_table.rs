//! Tables of rows that are not backups, such as those of a summary, in the formats of lists.
//!
//! There are few rows, so they are kept in memory. Knows nothing of what the rows are about.

use std::borrow::Cow;
use std::io::Write;

use super::format::{Format, FormatArgs, FormatParser, Printed};
use super::grid::Grid;
use super::layout::Heading;
use super::long::{self, Line};
use super::value::{self, Precision};
use super::yaml::Yaml;
use super::{Output, Render as _, Style, Target, csv, markdown, tsv};
use crate::record::column::ColumnKind;
use crate::record::json::Json;
use crate::text::{number, sanitize};

/// How a report is printed.
#[derive(clap::Args)]
#[command(mut_arg("format", |arg| arg.value_parser(FormatParser(Printed::Summary))))]
pub(crate) struct RowTableArgs {
    #[command(flatten)]
    rows: FormatArgs,
}

/// Rows with the same columns.
pub(crate) struct RowTable {
    columns: Vec<RowTableColumn>,
    rows: Vec<Vec<Option<String>>>,
}

/// A column of such a table.
#[derive(Clone, Copy)]
pub(crate) struct RowTableColumn {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
    /// On a narrow terminal columns with the highest rank are hidden first; rank 0 is never hidden.
    pub(crate) rank: u8,
}

impl RowTable {
    pub(crate) fn new(columns: Vec<RowTableColumn>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row: the JSON text of a value for each column, `None` where there is none.
    pub(crate) fn push(&mut self, row: Vec<Option<String>>) {
        self.rows.push(row);
    }

    /// Returns the rows so far.
    #[cfg(test)]
    pub(crate) fn rows(&self) -> &[Vec<Option<String>>] {
        &self.rows
    }

    /// Writes everything to `out` at once and flushes it. A failed write keeps its `io::Error` in
    /// the error chain.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](RowTableArgs::check) and of `out`.
    pub(crate) fn write(
        &self,
        args: &RowTableArgs,
        target: Target,
        out: &mut dyn Output,
    ) -> anyhow::Result<()> {
        let args = &args.rows;
        let style = args.style(target)?;
        let terminal = target.width.is_some();
        let names = self.columns.iter().map(|column| column.name);
        let text = match args.format {
            Format::Table => return self.table(args.headers(), style, |rank| rank, out),
            Format::Wide => return self.table(args.headers(), style, |_| 0, out),
            Format::Long => self.long(&style),
            Format::Json => match self.objects(terminal) {
                objects if objects.is_empty() => "[]\n".to_owned(),
                objects => format!("[\n{}\n]\n", objects.join(",\n")),
            },
            Format::Jsonl => {
                self.objects(terminal).into_iter().map(|object| object + "\n").collect()
            }
            Format::Csv => {
                let csv = csv::CsvOptions { terminal, spreadsheet: args.spreadsheet() };
                let mut text = csv.head(args.headers().then_some(names));
                self.rows.iter().for_each(|row| csv.push_row(&mut text, self.exact(row)));
                text
            }
            Format::Tsv => {
                let mut text = if args.headers() { tsv::head(names) } else { String::new() };
                for row in &self.rows {
                    tsv::push_row(&mut text, self.exact(row), terminal);
                }
                text
            }
            Format::Yaml => {
                let mut yaml = Box::new(Yaml::sequence(None));
                self.objects(false).iter().try_for_each(|object| yaml.push_object(object))?;
                return yaml.finish(out);
            }
            Format::Markdown => {
                let rows = self.rows.iter().map(|row| markdown::row(self.shown(row, &style)));
                let columns = self.columns.iter().map(|column| (column.name.into(), column.kind));
                [markdown::head(columns)].into_iter().chain(rows).collect()
            }
            // Rejected by the parser of the flag.
            Format::Ids => String::new(),
        };
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn table(
        &self,
        headers: bool,
        style: Style,
        rank: fn(u8) -> u8,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let heading = |column: &RowTableColumn| Heading {
            text: column.name.to_ascii_uppercase(),
            kind: column.kind,
            rank: rank(column.rank),
        };
        let headings = self.columns.iter().map(heading).collect();
        let mut grid = Grid::new(headings, headers, style.clone());
        self.rows.iter().try_for_each(|row| grid.push(self.shown(row, &style)))?;
        grid.finish(out)
    }

    fn long(&self, style: &Style) -> String {
        let blocks = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(self.shown(row, style));
            let lines: Vec<_> =
                cells.map(|(column, text)| Line::field(column.name, column.kind, text)).collect();
            let mut text = String::new();
            long::push_lines(&mut text, &lines, style.colored);
            text
        });
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// Returns the rows as JSON objects.
    fn objects(&self, terminal: bool) -> Vec<String> {
        let object = |row: &Vec<Option<String>>| {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
            let cells = self.columns.iter().zip(row);
            let fields: Vec<_> = cells
                .map(|(column, cell)| format!("\"{}\":{}", column.name, value(cell)))
                .collect();
            let object = format!("{{{}}}", fields.join(","));
            if terminal { sanitize::json(&object) } else { object }
        };
        self.rows.iter().map(object).collect()
    }

    /// Returns the cells of a row for machine-readable formats.
    fn exact<'a>(&'a self, row: &'a [Option<String>]) -> impl Iterator<Item = Cow<'a, str>> {
        self.texts(row, |kind, value| value::exact_as(kind, value))
    }

    /// Returns the cells of a row for human-readable formats.
    fn shown<'a>(
        &'a self,
        row: &'a [Option<String>],
        style: &'a Style,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        self.texts(row, |kind, value| {
            let text = value::shown_as(kind, value, &style.times, Precision::Second);
            match kind {
                // Sums are long.
                ColumnKind::Number | ColumnKind::Size => Cow::Owned(with_thousands(&text)),
                _ => text,
            }
        })
    }

    fn texts<'a>(
        &'a self,
        row: &'a [Option<String>],
        text: impl Fn(ColumnKind, Json<'a>) -> Cow<'a, str>,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        self.columns.iter().zip(row).map(move |(column, cell)| {
            cell.as_deref().map(|cell| text(column.kind, Json::new(cell))).unwrap_or_default()
        })
    }
}

/// Adds commas between the thousands of a whole number, which may have a unit.
fn with_thousands(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    number::grouped_digits(number) + rest
}

impl RowTableArgs {
    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.rows.check()
    }

    /// Returns whether the format is read on a screen, so that a pager is useful.
    pub(crate) fn uses_pager(&self) -> bool {
        self.rows.uses_pager()
    }
}
