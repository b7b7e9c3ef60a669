//! Rows that are no backups, such as those of a summary, in the formats of lists.
//!
//! There are few of them, so they wait in memory. Knows nothing of what the rows are about.

use std::borrow::Cow;
use std::io::Write;

use super::format::{Format, FormatArgs, FormatParser, Printed};
use super::grid::Grid;
use super::layout::Heading;
use super::long::{self, Line};
use super::value::{self, Precision};
use super::yaml::Yaml;
use super::{Output, Render as _, Style, Target, csv, markdown, tsv};
use crate::record::column::Kind;
use crate::record::json::Json;
use crate::text::{number, sanitize};

/// How a report is printed.
#[derive(clap::Args)]
#[command(mut_arg("format", |arg| arg.value_parser(FormatParser(Printed::Summary))))]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    rows: FormatArgs,
}

/// Rows with the same columns.
pub(crate) struct Report {
    columns: Vec<ReportColumn>,
    rows: Vec<Vec<Option<String>>>,
}

/// A column of a report.
#[derive(Clone, Copy)]
pub(crate) struct ReportColumn {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// On a narrow terminal those with the highest rank give way first; rank 0 stays.
    pub(crate) rank: u8,
}

impl Report {
    pub(crate) fn new(columns: Vec<ReportColumn>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Takes a row: the JSON text of a value for each column, `None` where there is none.
    pub(crate) fn push(&mut self, row: Vec<Option<String>>) {
        self.rows.push(row);
    }

    /// The rows so far.
    #[cfg(test)]
    pub(crate) fn rows(&self) -> &[Vec<Option<String>>] {
        &self.rows
    }

    /// Writes everything to `out`, in one go, and flushes it. A failed write leaves its `io::Error` as it is
    /// inside the error.
    ///
    /// # Errors
    ///
    /// Those of [`check`](ReportArgs::check) and of `out`.
    pub(crate) fn write(
        &self,
        args: &ReportArgs,
        target: Target,
        out: &mut dyn Output,
    ) -> anyhow::Result<()> {
        let args = &args.rows;
        let look = args.look(target)?;
        let terminal = target.width.is_some();
        let names = self.columns.iter().map(|column| column.name);
        let text = match args.format {
            Format::Table => return self.table(args.headers(), look, |rank| rank, out),
            Format::Wide => return self.table(args.headers(), look, |_| 0, out),
            Format::Long => self.long(&look),
            Format::Json => match self.objects(terminal) {
                objects if objects.is_empty() => "[]\n".to_owned(),
                objects => format!("[\n{}\n]\n", objects.join(",\n")),
            },
            Format::Jsonl => {
                self.objects(terminal).into_iter().map(|object| object + "\n").collect()
            }
            Format::Csv => {
                let style = csv::Style { terminal, spreadsheet: args.spreadsheet() };
                let mut text = style.head(args.headers().then_some(names));
                self.rows.iter().for_each(|row| style.push_row(&mut text, self.exact(row)));
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
                self.objects(false).iter().try_for_each(|object| yaml.push(object))?;
                return yaml.finish(out);
            }
            Format::Markdown => {
                let rows = self.rows.iter().map(|row| markdown::row(self.shown(row, &look)));
                let columns = self.columns.iter().map(|column| (column.name.into(), column.kind));
                [markdown::head(columns)].into_iter().chain(rows).collect()
            }
            // Its parser takes no such format.
            Format::Ids => String::new(),
        };
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn table(
        &self,
        headers: bool,
        look: Style,
        rank: fn(u8) -> u8,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let heading = |column: &ReportColumn| Heading {
            text: column.name.to_ascii_uppercase(),
            kind: column.kind,
            rank: rank(column.rank),
        };
        let headings = self.columns.iter().map(heading).collect();
        let mut grid = Grid::new(headings, headers, look.clone());
        self.rows.iter().try_for_each(|row| grid.push(self.shown(row, &look)))?;
        grid.finish(out)
    }

    fn long(&self, look: &Style) -> String {
        let blocks = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(self.shown(row, look));
            let lines: Vec<_> =
                cells.map(|(column, text)| Line::field(column.name, column.kind, text)).collect();
            let mut text = String::new();
            long::push_lines(&mut text, &lines, look.colored);
            text
        });
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// The rows as JSON objects.
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

    /// The cells of a row for machines.
    fn exact<'a>(&'a self, row: &'a [Option<String>]) -> impl Iterator<Item = Cow<'a, str>> {
        self.texts(row, |kind, value| value::exact_as(kind, value))
    }

    /// The cells of a row for people.
    fn shown<'a>(
        &'a self,
        row: &'a [Option<String>],
        look: &'a Style,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        self.texts(row, |kind, value| {
            let text = value::shown_as(kind, value, &look.times, Precision::Second);
            match kind {
                // Sums are long.
                Kind::Number | Kind::Size => Cow::Owned(with_thousands(&text)),
                _ => text,
            }
        })
    }

    fn texts<'a>(
        &'a self,
        row: &'a [Option<String>],
        text: impl Fn(Kind, Json<'a>) -> Cow<'a, str>,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        self.columns.iter().zip(row).map(move |(column, cell)| {
            cell.as_deref().map(|cell| text(column.kind, Json::new(cell))).unwrap_or_default()
        })
    }
}

/// A whole number, with its unit if it has one, with commas between the thousands.
fn with_thousands(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    number::grouped_digits(number) + rest
}

impl ReportArgs {
    /// What clap cannot see: flags that contradict each other. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.rows.check()
    }

    /// Whether people read it, a screen at a time.
    pub(crate) fn is_for_reading(&self) -> bool {
        self.rows.is_for_reading()
    }
}
