//! From records to bytes: the output flags, and a renderer for each format.
//!
//! A renderer takes records one at a time and writes nothing before [`Renderer::finish`], so the
//! output is complete or empty. Rows wait in a [`spool::Spool`], which keeps memory bounded. Knows
//! neither where records come from nor what kind of file it writes to; the width of the screen is
//! told.
//!
//! To add a format, add it to [`Format`] and to the one `match` in [`OutputArgs::renderer`].

mod csv;
mod grid;
mod json;
mod layout;
mod report;
mod screen_text;
mod show;
mod spool;
mod table;
mod time;
mod value;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Write;

use clap::ValueEnum;

pub(crate) use report::{Report, ReportArgs};
pub(crate) use screen_text::visible;

use crate::column::{self, COLUMNS, Column, Kind};
use crate::row::Row;

use grid::Grid;
use layout::Heading;

/// How the backups are printed.
#[derive(clap::Args)]
pub(crate) struct OutputArgs {
    /// The format to print in
    ///
    /// On a terminal, characters that could act on it or hide are shown as escapes in every format.
    /// Elsewhere json, jsonl and csv are exact.
    #[arg(
        short = 'o',
        long = "output",
        value_enum,
        value_name = "FORMAT",
        default_value_t = Format::Table,
        help_heading = "Output"
    )]
    format: Format,

    /// The fields to print, by their API names, in this order
    #[arg(
        long,
        value_enum,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        ignore_case = true,
        hide_possible_values = true,
        long_help = columns_help(),
        help_heading = "Output"
    )]
    columns: Vec<Column>,

    /// Leave out the header line (table, wide, csv)
    #[arg(long, help_heading = "Output")]
    no_headers: bool,
}

/// The output flags of a list, where there is something to wait for.
#[derive(clap::Args)]
pub(crate) struct ListOutputArgs {
    #[command(flatten)]
    output: OutputArgs,

    /// Write rows as they come (jsonl, csv), before the list is known to be complete: only the exit
    /// code tells then whether it is
    #[arg(long, help_heading = "Output")]
    stream: bool,
}

impl ListOutputArgs {
    /// What clap cannot see: flags that contradict each other. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        let format = self.output.format;
        if self.stream && !matches!(format, Format::Jsonl | Format::Csv) {
            return Err(format!(
                "the argument '--stream' cannot be used with '--output {}'; use jsonl or csv",
                format.name()
            ));
        }
        self.output.check()
    }

    /// A renderer for these flags. `screen` is the width in cells if stdout is a terminal.
    pub(crate) fn renderer(&self, screen: Option<usize>) -> Renderer {
        Renderer { stream: self.stream, ..self.output.renderer(screen) }
    }
}

/// The formats.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people. On a terminal it fits the width: long text is shortened (…), then columns give
    /// way (… at the end of the header). Elsewhere nothing is shortened
    Table,
    /// For people, with more columns; runs past the edge rather than leave one out
    Wide,
    /// One array, a backup a line, each as the service sent it
    Json,
    /// One backup a line, each as the service sent it
    Jsonl,
    /// RFC 4180 with plain line feeds, times in RFC 3339 with Z, every column
    Csv,
}

impl Format {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn has_headers(self) -> bool {
        match self {
            Self::Table | Self::Wide | Self::Csv => true,
            Self::Json | Self::Jsonl => false,
        }
    }
}

/// The long help of `--columns`, from the one table of columns.
fn columns_help() -> String {
    let mut help = "The fields to print, by their API names, in this order.\n\
        json and jsonl print objects of these fields alone, each value as the service sent it \
        and null where there is none.\n\nColumns:"
        .to_owned();
    for column in COLUMNS {
        help.push_str(&format!("\n- {}: {}", column.name, column.help));
    }
    help
}

impl OutputArgs {
    /// What clap cannot see: flags that contradict each other. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_headers(self.no_headers, self.format)?;
        let twice = self.columns.iter().enumerate().find(|(position, column)| {
            self.columns[..*position].iter().any(|earlier| earlier.name == column.name)
        });
        match twice {
            Some((_, column)) => Err(format!(
                "'{}' stands twice in '--columns'; each column can be printed once",
                column.name
            )),
            None => Ok(()),
        }
    }

    /// A renderer for these flags. `screen` is the width in cells if stdout is a terminal.
    pub(crate) fn renderer(&self, screen: Option<usize>) -> Renderer {
        let chosen = (!self.columns.is_empty()).then(|| self.columns.clone());
        let headers = !self.no_headers;
        let render: Box<dyn Render> = match self.format {
            Format::Table => match chosen {
                Some(columns) => Box::new(table::Table::whole(columns, headers, screen)),
                None => Box::new(table::Table::fitting(column::table_set(), headers, screen)),
            },
            Format::Wide => {
                let columns = chosen.unwrap_or_else(column::wide_set);
                Box::new(table::Table::whole(columns, headers, screen))
            }
            Format::Json => Box::new(json::Json::array(chosen, screen.is_some())),
            Format::Jsonl => Box::new(json::Json::lines(chosen, screen.is_some())),
            Format::Csv => {
                let columns = chosen.unwrap_or_else(|| COLUMNS.to_vec());
                Box::new(csv::Csv::new(columns, headers, screen.is_some()))
            }
        };
        Renderer { render, stream: false }
    }

    /// Prints one record: for people every field on a line of its own, then its children; in the
    /// other formats as a list of one would be, but json without the array.
    pub(crate) fn show(
        &self,
        record: &str,
        screen: Option<usize>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let mut renderer = match self.format {
            Format::Table | Format::Wide => {
                let listing = show::Listing { columns: &self.columns, headers: !self.no_headers };
                return listing.write(record, screen, out);
            }
            Format::Json => {
                let single =
                    OutputArgs { format: Format::Jsonl, columns: self.columns.clone(), ..*self };
                single.renderer(screen)
            }
            Format::Jsonl | Format::Csv => self.renderer(screen),
        };
        renderer.push(record)?;
        renderer.finish(out)
    }
}

/// A format that has no header cannot leave it out.
fn check_headers(no_headers: bool, format: Format) -> Result<(), String> {
    if no_headers && !format.has_headers() {
        return Err(format!(
            "the argument '--no-headers' cannot be used with '--output {}', which has no header",
            format.name()
        ));
    }
    Ok(())
}

/// Prints a table of texts that are no backups, with nothing shortened.
pub(crate) fn table<'a, const N: usize>(
    headings: [&str; N],
    rows: impl Iterator<Item = [&'a str; N]>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let headings =
        headings.map(|text| Heading { text: text.to_owned(), kind: Kind::Text, rank: 0 });
    let mut grid = Grid::new(headings.into(), true);
    for row in rows {
        grid.push(row.map(Cow::Borrowed))?;
    }
    grid.finish(None, out)
}

/// Takes records, then writes them all.
pub(crate) struct Renderer {
    render: Box<dyn Render>,
    /// Whether rows may be written before the last one is there.
    stream: bool,
}

/// What a format does.
trait Render: Send {
    fn push(&mut self, record: &str) -> anyhow::Result<()>;
    /// The same with a row whose fields are found already.
    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.push(row.json())
    }
    /// Writes what can be written already.
    fn drain(&mut self, out: &mut dyn Write) -> anyhow::Result<()>;
    fn finish(self: Box<Self>, out: &mut dyn Write) -> anyhow::Result<()>;
}

impl Renderer {
    /// Takes one record: the JSON text of one object, exactly as the service sent it.
    pub(crate) fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.render.push(record)
    }

    /// Takes one row.
    pub(crate) fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.render.push_row(row)
    }

    /// Writes the rows so far to `out` if they are to be streamed.
    pub(crate) fn advance(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.stream { self.render.drain(out) } else { Ok(()) }
    }

    /// Writes everything to `out`, in one go, and flushes it. A failed write leaves its
    /// `io::Error` as it is inside the error.
    pub(crate) fn finish(self, out: &mut dyn Write) -> anyhow::Result<()> {
        self.render.finish(out)
    }
}
