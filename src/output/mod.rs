//! From records to bytes: the output flags, and a renderer for each format.
//!
//! A renderer takes backups one at a time and writes nothing before [`Renderer::finish`], so the
//! output is complete or empty. Rows are buffered in a [`spool::Spool`], which keeps memory
//! bounded. Knows neither where records come from nor what kind of file it writes to; a [`Target`]
//! describes the file.
//!
//! To add a format, add it to [`Format`] and to the `match` in [`OutputArgs::renderer`]. Tables of
//! rows that are not backups have a second `match`, in [`RowTable::write`]. A format whose rows do
//! not depend on each other implements [`Lines`](lines::Lines).

mod color;
mod csv;
mod format;
mod grid;
mod ids;
mod json;
mod layout;
mod lines;
mod long;
mod markdown;
mod row_table;
mod selection;
mod spool;
mod table;
pub(crate) mod temporary;
mod time;
mod tsv;
mod value;
mod yaml;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;

use clap::builder::ArgPredicate;

pub(crate) use format::{Format, FormatParser, Printed};
pub(crate) use row_table::{RowTable, RowTableArgs, RowTableColumn};

use crate::record::column::{self, COLUMNS, Column, ColumnKind};
use crate::record::row::{Row, RowSink, RowSpan};
use crate::terminal::target::{Output, Target};

use format::FormatArgs;
use grid::Grid;
use layout::Heading;
use lines::LineByLine;
use selection::{Choice, ChoiceParser, ChosenColumn};
use time::Times;

/// How human-readable formats are laid out.
#[derive(Clone)]
struct Style {
    width: Option<usize>,
    colored: bool,
    times: Times,
}

/// How the backups are printed.
#[derive(clap::Args)]
pub(crate) struct OutputArgs {
    #[command(flatten)]
    rows: FormatArgs,

    /// Fields to print; +NAME adds one, -NAME drops one
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        allow_hyphen_values = true,
        value_parser = ChoiceParser,
        ignore_case = true,
        hide_possible_values = true,
        long_help = columns_help(),
        display_order = 2,
        help_heading = "Output"
    )]
    columns: Vec<Choice>,
}

/// The output flags of a list, where there is something to wait for.
#[derive(clap::Args)]
#[command(mut_arg("format", |arg| arg.default_value_if("ids", ArgPredicate::Equals("true".into()), "ids")))]
pub(crate) struct ListOutputArgs {
    #[command(flatten)]
    output: OutputArgs,

    /// Print ids alone, one a line: --output ids
    #[arg(long, conflicts_with = "format", display_order = 2, help_heading = "Output")]
    ids: bool,

    /// Write rows as they come (jsonl, csv, tsv, ids), before the list is known to be complete:
    /// only the exit code tells then whether it is
    #[arg(long, help_heading = "Output")]
    stream: bool,
}

impl ListOutputArgs {
    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        let format = self.output.rows.format;
        if self.stream && !format.streams() {
            return Err(format!(
                "the argument '--stream' cannot be used with '--output {}'; use jsonl, csv, tsv or ids",
                format.name()
            ));
        }
        self.output.check()
    }

    /// Returns a renderer for these flags. Columns named in `queried_columns` are among the last to
    /// be hidden. With `--stream`, rows are written to `stream` after each page.
    ///
    /// # Errors
    ///
    /// If a flag needs something that this machine lacks, such as a known time zone.
    pub(crate) fn renderer(
        &self,
        target: Target,
        queried_columns: &[&str],
        stream: impl Output + Send + 'static,
    ) -> anyhow::Result<Renderer> {
        let output = &self.output;
        let renderer = output.renderer_with(output.rows.style(target)?, queried_columns)?;
        let stream = self.stream.then(|| Box::new(stream) as _);
        Ok(Renderer { stream, ..renderer })
    }

    /// Returns whether rows may be written before the last row is known.
    pub(crate) fn streams(&self) -> bool {
        self.stream
    }

    /// Returns whether the format is read on a screen, so that a pager is useful.
    pub(crate) fn uses_pager(&self) -> bool {
        self.output.uses_pager()
    }

    /// Returns the first selected column that the service fills only with `--show-replication`.
    pub(crate) fn replication_column(&self) -> Option<&'static str> {
        let named = self.output.columns.iter().filter_map(|choice| choice.named());
        named.filter(|column| column.is_of_replication()).map(|column| column.name).next()
    }
}

/// Builds the long help of `--columns` from the table of columns.
fn columns_help() -> String {
    let mut help = "The fields to print, by their API names, in this order. A group stands for its columns; \
        +NAME adds a column or a group to what is there already, -NAME drops it. A list that begins \
        with one of these starts from what the format prints on its own: --columns=+vault_id,-name.\n\n\
        json, jsonl and yaml print objects of these fields alone, each value as the service sent it \
        and null where there is none. Names with a dot are fields inside of others; those of replication are \
        sent only with --show-replication.\n\n\
        In table on a terminal, columns of a group give way where there is no room for them; those that you \
        name stay.\n\nGroups:"
        .to_owned();
    for (name, meaning) in selection::GROUPS {
        help.push_str(&format!("\n- {name}: {meaning}"));
    }
    help.push_str("\n\nColumns:");
    for column in COLUMNS {
        help.push_str(&format!("\n- {}: {}", column.name, column.help));
    }
    help
}

impl OutputArgs {
    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.rows.check()?;
        if self.rows.format == Format::Ids && !self.columns.is_empty() {
            return self.rows.cannot("--columns", "which prints one column");
        }
        self.chosen().map(drop)
    }

    /// Returns the columns of `--columns`, or `None` without that flag.
    fn chosen(&self) -> Result<Option<Vec<ChosenColumn>>, String> {
        if self.columns.is_empty() {
            return Ok(None);
        }
        selection::chosen(&self.columns, &self.rows.format.columns()).map(Some)
    }

    /// Returns whether the format is read on a screen, so that a pager is useful.
    pub(crate) fn uses_pager(&self) -> bool {
        self.rows.uses_pager()
    }

    /// Returns a renderer for these flags.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](Self::check).
    pub(crate) fn renderer(&self, target: Target) -> anyhow::Result<Renderer> {
        self.renderer_with(self.rows.style(target)?, &[])
    }

    /// Returns the columns of `--columns`, without the information which of them may be hidden.
    fn chosen_columns(&self) -> anyhow::Result<Option<Vec<Column>>> {
        let chosen = self.chosen().map_err(anyhow::Error::msg)?;
        Ok(chosen.map(|chosen| chosen.iter().map(|chosen| chosen.column).collect()))
    }

    fn renderer_with(&self, style: Style, queried_columns: &[&str]) -> anyhow::Result<Renderer> {
        let chosen = self.chosen_columns()?;
        let headers = self.rows.headers();
        let terminal = style.width.is_some();
        let columns = || chosen.clone().unwrap_or_else(|| self.rows.format.columns());
        let render: Box<dyn Render> = match self.rows.format {
            Format::Table => {
                let table_columns =
                    || column::table_set().into_iter().map(ChosenColumn::of_group).collect();
                let chosen =
                    self.chosen().map_err(anyhow::Error::msg)?.unwrap_or_else(table_columns);
                Box::new(table::Table::fitting(&chosen, headers, style, queried_columns))
            }
            Format::Wide => Box::new(table::Table::whole(columns(), headers, style)),
            Format::Long => Box::new(long::Long::new(chosen, style)),
            Format::Json => Box::new(LineByLine::new(json::Json::array(chosen, terminal))),
            Format::Jsonl => Box::new(LineByLine::new(json::Json::lines(chosen, terminal))),
            Format::Csv => {
                let options = csv::CsvOptions { terminal, spreadsheet: self.rows.spreadsheet() };
                Box::new(LineByLine::new(csv::Csv::new(columns(), headers, options)))
            }
            Format::Tsv => Box::new(LineByLine::new(tsv::Tsv::new(columns(), headers, terminal))),
            Format::Yaml => Box::new(yaml::Yaml::sequence(chosen)),
            Format::Markdown => {
                Box::new(LineByLine::new(markdown::Markdown::new(columns(), style)))
            }
            Format::Ids => Box::new(LineByLine::new(ids::Ids)),
        };
        Ok(Renderer::new(render))
    }

    /// Returns a renderer for a single record. json and yaml print it without the enclosing list.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](Self::check).
    pub(crate) fn single_renderer(&self, target: Target) -> anyhow::Result<Renderer> {
        let terminal = target.width.is_some();
        let render: Box<dyn Render> = match self.rows.format {
            Format::Json => {
                Box::new(LineByLine::new(json::Json::lines(self.chosen_columns()?, terminal)))
            }
            Format::Yaml => Box::new(yaml::Yaml::single(self.chosen_columns()?)),
            _ => return self.renderer(target),
        };
        Ok(Renderer::new(render))
    }
}

/// Prints a table of plain texts, with nothing shortened.
pub(crate) fn table<'a, const N: usize>(
    headings: [&str; N],
    rows: impl Iterator<Item = [&'a str; N]>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let headings =
        headings.map(|text| Heading { text: text.to_owned(), kind: ColumnKind::Text, rank: 0 });
    let style = Style { width: None, colored: false, times: Times::Utc };
    let mut grid = Grid::new(headings.into(), true, style);
    for row in rows {
        grid.push(row.map(Cow::Borrowed))?;
    }
    grid.finish(out)
}

/// Collects backups, then writes them all.
pub(crate) struct Renderer {
    render: Box<dyn Render>,
    /// Destination of rows that may be written before the last row is known.
    stream: Option<Box<dyn Output + Send>>,
}

/// Renders backups in one format.
trait Render: Send {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<()>;
    /// Writes the rows that are ready.
    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()>;
    fn finish(self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()>;
}

impl Renderer {
    fn new(render: Box<dyn Render>) -> Self {
        Self { render, stream: None }
    }

    /// Adds one backup: the JSON text of one object, exactly as the service sent it.
    ///
    /// # Errors
    ///
    /// If the text is not a JSON object, and those of [`push`](RowSink::push).
    pub(crate) fn push_record(&mut self, record: &str) -> anyhow::Result<()> {
        self.render.push(RowSpan::alone(record)?.row(record))
    }

    /// Writes everything to `out` at once and flushes it. A failed write keeps its `io::Error` in
    /// the error chain.
    pub(crate) fn finish(self, out: &mut dyn Output) -> anyhow::Result<()> {
        self.render.finish(out)
    }
}

impl RowSink for Renderer {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        self.render.push(row)?;
        Ok(ControlFlow::Continue(()))
    }

    /// Writes the rows so far if streaming is on.
    fn page_end(&mut self) -> anyhow::Result<()> {
        match &mut self.stream {
            Some(out) => self.render.drain(&mut **out),
            None => Ok(()),
        }
    }
}
