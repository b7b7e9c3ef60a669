//! The output flags.

use std::io;
use std::sync::Arc;

use clap::builder::ArgPredicate;

use super::format::{Format, RenderOptions};
use super::format_args::FormatArgs;
use super::selection::{self, Choice, ChoiceParser, ChosenColumn, ColumnSets, TargetColumns};
use super::{Output, Renderer, Style};
use crate::record::column::COLUMNS;
use crate::terminal::console::Console;
use crate::terminal::destination::Destination;
use crate::terminal::pager::Paged;
use crate::terminal::tty::Terminal;

/// How the backups are printed.
#[derive(clap::Args)]
pub(crate) struct OutputArgs {
    #[command(flatten)]
    pub(super) rows: FormatArgs,

    /// Fields to print; +NAME adds one, -NAME drops one
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        allow_hyphen_values = true,
        value_parser = ChoiceParser(COLUMNS),
        ignore_case = true,
        hide_possible_values = true,
        long_help = columns_help(),
        display_order = 2,
        help_heading = "Output"
    )]
    columns: Vec<Choice>,
}

/// The output flags of a list.
#[derive(clap::Args)]
#[command(mut_arg("format", |arg| arg.default_value_if("ids", ArgPredicate::Equals("true".into()), "ids")))]
pub(crate) struct ListOutputArgs {
    #[command(flatten)]
    output: OutputArgs,

    /// Print only ids, one per line: --output ids
    #[arg(long, conflicts_with = "format", display_order = 2, help_heading = "Output")]
    ids: bool,

    /// Write rows as they arrive (jsonl, csv, tsv, ids), before the list is proven complete
    ///
    /// Only the exit code then shows whether it is complete.
    #[arg(long, help_heading = "Output")]
    stream: bool,
}

impl ListOutputArgs {
    /// Returns the properties of the destination.
    pub(crate) fn destination(&self, terminal: &Terminal) -> Destination {
        self.output.destination(terminal)
    }

    /// Opens the destination.
    ///
    /// # Errors
    ///
    /// If the file of `--output-file` cannot be created.
    pub(crate) fn open(&self, terminal: &Terminal, console: &Arc<Console>) -> io::Result<Paged> {
        self.output.open(terminal, console)
    }

    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        let format = self.output.rows.format;
        if self.stream && !format.streams() {
            return Err(format!(
                "the argument '--stream' cannot be used with '--output {}'; use jsonl, csv, tsv or ids",
                format.name()
            ));
        }
        self.output.check(&ColumnSets::backups())
    }

    /// Returns a renderer for these flags. Columns in `queried_columns` are hidden last; `targets`
    /// are added. With `--stream`, rows are written to `stream` after each page.
    ///
    /// # Errors
    ///
    /// If a flag cannot be applied on this machine, such as an unknown time zone.
    pub(crate) fn renderer(
        &self,
        destination: Destination,
        queried_columns: &[&str],
        targets: TargetColumns,
        stream: impl Output + Send + 'static,
    ) -> anyhow::Result<Renderer> {
        let output = &self.output;
        let sets = targets.add_to(ColumnSets::backups(), COLUMNS);
        let style = output.rows.style(destination)?;
        let renderer = output.renderer_with(style, &sets, queried_columns, false)?;
        let stream = self.stream.then(|| Box::new(stream) as _);
        Ok(Renderer { stream, ..renderer })
    }

    /// Returns true if rows may be written before the last row is known.
    pub(crate) fn streams(&self) -> bool {
        self.stream
    }

    /// Returns true if a column of this name is selected.
    pub(crate) fn selects(&self, name: &str) -> bool {
        let mut named = self.output.columns.iter().filter_map(|choice| choice.named());
        named.any(|column| column.name == name)
    }

    /// Returns the first selected column that the service fills only with `--show-replication`.
    pub(crate) fn replication_column(&self) -> Option<&'static str> {
        let named = self.output.columns.iter().filter_map(|choice| choice.named());
        named.filter(|column| column.is_of_replication()).map(|column| column.name).next()
    }
}

/// Builds the long help of `--columns` from the table of columns.
fn columns_help() -> String {
    let mut help = "The fields to print, by their API names, in this order. A group selects its columns; \
        +NAME adds a column or a group to what is there already, -NAME drops it. A list that begins \
        with one of these starts from what the format prints on its own: --columns=+vault_id,-name.\n\n\
        json, jsonl and yaml print objects of these fields alone, each value as the service sent it \
        and null where there is none. Names with a dot are fields inside of others; those of replication are \
        sent only with --show-replication.\n\n\
        In table on a terminal, columns of a group are hidden if there is no room for them; those that you \
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
    /// Returns the properties of the destination; a file is not a terminal.
    pub(crate) fn destination(&self, terminal: &Terminal) -> Destination {
        if self.rows.output_file.is_some() {
            Destination::default()
        } else {
            terminal.destination()
        }
    }

    /// Opens the destination.
    ///
    /// # Errors
    ///
    /// If the file of `--output-file` cannot be created.
    pub(crate) fn open(&self, terminal: &Terminal, console: &Arc<Console>) -> io::Result<Paged> {
        match &self.rows.output_file {
            Some(path) => Paged::to_file(path, Arc::clone(console)),
            None => Ok(terminal.output(self.rows.format.reading(), console)),
        }
    }

    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(crate) fn check(&self, sets: &ColumnSets) -> Result<(), String> {
        self.rows.check()?;
        if self.rows.format == Format::Ids && !self.columns.is_empty() {
            return self.rows.cannot("--columns", "which prints one column");
        }
        self.chosen(sets).map(drop)
    }

    /// Returns the names that `--columns` selects.
    pub(crate) fn named_columns(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter_map(|choice| choice.named()).map(|column| column.name)
    }

    /// Returns the format.
    pub(crate) fn format(&self) -> Format {
        self.rows.format
    }

    /// Returns the columns of `--columns`, or `None` without that flag.
    fn chosen(&self, sets: &ColumnSets) -> Result<Option<Vec<ChosenColumn>>, String> {
        if self.columns.is_empty() {
            return Ok(None);
        }
        selection::chosen(&self.columns, self.rows.format.columns(sets), sets).map(Some)
    }

    /// Returns a renderer of rows with these columns.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](Self::check).
    pub(crate) fn renderer(
        &self,
        destination: Destination,
        sets: &ColumnSets,
    ) -> anyhow::Result<Renderer> {
        self.renderer_with(self.rows.style(destination)?, sets, &[], false)
    }

    /// Returns a renderer of a single backup. json and yaml print it without the enclosing list.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](Self::check).
    pub(crate) fn single_renderer(&self, destination: Destination) -> anyhow::Result<Renderer> {
        self.renderer_with(self.rows.style(destination)?, &ColumnSets::backups(), &[], true)
    }

    pub(super) fn renderer_with(
        &self,
        style: Style,
        sets: &ColumnSets,
        queried_columns: &[&str],
        single: bool,
    ) -> anyhow::Result<Renderer> {
        let options = RenderOptions {
            format: self.rows.format,
            sets,
            chosen: self.chosen(sets).map_err(anyhow::Error::msg)?,
            queried_columns,
            headers: self.rows.headers(),
            spreadsheet: self.rows.spreadsheet(),
            times: self.rows.time.map(|_| style.times.clone()),
            style,
            single,
        };
        Ok(Renderer::new(options.renderer()))
    }
}
