//! The output flags.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueHint;
use clap::builder::ArgPredicate;
use jiff::tz::TimeZone;

use super::csv::Spreadsheet;
use super::format::{Format, FormatParser, Printed, RenderOptions};
use super::selection::{self, Choice, ChoiceParser, ChosenColumn, ColumnSets, TargetColumns};
use super::time::{TimeStyle, Times};
use super::{Output, Renderer, Style};
use crate::record::column::COLUMNS;
use crate::terminal::console::Console;
use crate::terminal::pager::Paged;
use crate::terminal::stdout::Terminal;
use crate::terminal::target::Target;
use crate::time::named_zone;

/// How rows are printed.
#[derive(clap::Args)]
pub(super) struct FormatArgs {
    /// Output format
    ///
    /// On a terminal, control and invisible characters are escaped in every format. In a pipe,
    /// json, jsonl, csv, tsv and yaml are exact. Human-readable formats print sizes with a unit (40
    /// GB), the others plain numbers of GB.
    #[arg(
        short = 'o',
        long = "output",
        value_name = "FORMAT",
        default_value = "table",
        value_parser = FormatParser(Printed::Backups),
        display_order = 1,
        help_heading = "Output"
    )]
    pub(super) format: Format,

    /// Write to this file in place of stdout
    ///
    /// The file is replaced once everything is written; a failure leaves it unchanged.
    #[arg(
        long,
        value_name = "FILE",
        display_order = 2,
        help_heading = "Output",
        value_hint = ValueHint::FilePath
    )]
    pub(super) output_file: Option<PathBuf>,

    /// Omit the header line (table, wide, csv, tsv)
    #[arg(long, display_order = 3, help_heading = "Output")]
    pub(super) no_headers: bool,

    /// Style of times [default: utc; in json, jsonl and yaml as sent]
    ///
    /// On a terminal, tables print minutes, with the zone in the heading; in a pipe seconds. long
    /// prints every digit of the seconds. csv and tsv print RFC 3339 in UTC with every digit, or
    /// with `--time utc` or `--time local` seconds without a zone, which spreadsheets recognize.
    /// json, jsonl and yaml print times as the service sent them, which is UTC without a zone, or
    /// with `--time utc` in RFC 3339 with Z.
    #[arg(long, value_enum, value_name = "STYLE", display_order = 4, help_heading = "Output")]
    pub(super) time: Option<TimeStyle>,

    /// Time zone of this run, such as Europe/Berlin [default: UTC, or with --time local that of TZ]
    ///
    /// It governs the printed times, times and days without a zone in flags such as --since today,
    /// and the days and months of groups.
    #[arg(
        long,
        value_name = "ZONE",
        display_order = 4,
        help_heading = "Output",
        value_parser = zone
    )]
    pub(super) tz: Option<TimeZone>,

    /// Begin csv with a byte order mark
    ///
    /// Excel needs it to read names that are not ASCII. Other programs may take it for a part of the
    /// first header.
    #[arg(long, display_order = 5, help_heading = "Output")]
    csv_bom: bool,

    /// Separate csv fields with this character [default: ,]
    ///
    /// Excel expects ';' where the decimal separator is a comma.
    #[arg(
        long,
        value_name = "CHAR",
        display_order = 5,
        help_heading = "Output",
        value_parser = separator
    )]
    csv_separator: Option<char>,

    /// Put an apostrophe before csv cells that a spreadsheet would evaluate
    ///
    /// Such cells begin with =, +, -, @, a tab or a line break, and are not plain numbers. Anyone
    /// who may name a backup could make one send data or run a program when the file is opened.
    /// The cells then differ from what the service sent, so omit the flag if a program reads them.
    #[arg(long, display_order = 6, help_heading = "Output")]
    csv_safe: bool,
}

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

/// The output flags of a list, where there is something to wait for.
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
    /// Returns what the format depends on.
    pub(crate) fn target(&self, terminal: &Terminal) -> Target {
        self.output.target(terminal)
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

    /// Returns a renderer for these flags. Columns named in `queried_columns` are among the last to
    /// be hidden; `targets` are added. With `--stream`, rows are written to `stream` after each
    /// page.
    ///
    /// # Errors
    ///
    /// If a flag needs something that this machine lacks, such as a known time zone.
    pub(crate) fn renderer(
        &self,
        target: Target,
        queried_columns: &[&str],
        targets: TargetColumns,
        stream: impl Output + Send + 'static,
    ) -> anyhow::Result<Renderer> {
        let output = &self.output;
        let sets = targets.add_to(ColumnSets::backups(), COLUMNS);
        let style = output.rows.style(target)?;
        let renderer = output.renderer_with(style, &sets, queried_columns, false)?;
        let stream = self.stream.then(|| Box::new(stream) as _);
        Ok(Renderer { stream, ..renderer })
    }

    /// Returns whether rows may be written before the last row is known.
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
    /// Returns what the format depends on: a file is no terminal.
    pub(crate) fn target(&self, terminal: &Terminal) -> Target {
        if self.rows.output_file.is_some() { Target::default() } else { terminal.target() }
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
    pub(crate) fn renderer(&self, target: Target, sets: &ColumnSets) -> anyhow::Result<Renderer> {
        self.renderer_with(self.rows.style(target)?, sets, &[], false)
    }

    /// Returns a renderer of a single backup. json and yaml print it without the enclosing list.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](Self::check).
    pub(crate) fn single_renderer(&self, target: Target) -> anyhow::Result<Renderer> {
        self.renderer_with(self.rows.style(target)?, &ColumnSets::backups(), &[], true)
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

impl FormatArgs {
    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.no_headers && !self.format.has_headers() {
            return self.cannot("--no-headers", "which has no header to leave out");
        }
        let is_table = matches!(self.format, Format::Csv | Format::Tsv);
        let is_structured = matches!(self.format, Format::Json | Format::Jsonl | Format::Yaml);
        match self.time {
            Some(TimeStyle::Relative | TimeStyle::Raw) if is_table => {
                return self.cannot("--time", "except with utc or local");
            }
            Some(TimeStyle::Utc) if is_structured => {}
            Some(_) if is_structured => return self.cannot("--time", "except with utc"),
            Some(_) if !is_table && !self.format.is_human_readable() => {
                return self.cannot("--time", "which prints no times in a style");
            }
            _ => {}
        }
        let for_csv = [
            ("--csv-bom", self.csv_bom),
            ("--csv-safe", self.csv_safe),
            ("--csv-separator", self.csv_separator.is_some()),
        ];
        for (flag, given) in for_csv {
            if given && self.format != Format::Csv {
                return self.cannot(flag, "since it is for csv");
            }
        }
        self.times().map(drop)
    }

    /// Returns the error for a flag that does not apply to the format.
    pub(super) fn cannot(&self, flag: &str, why: &str) -> Result<(), String> {
        let format = self.format.name();
        Err(format!("the argument '{flag}' cannot be used with '--output {format}', {why}"))
    }

    pub(super) fn headers(&self) -> bool {
        !self.no_headers
    }

    /// Returns how human-readable formats are laid out on `target`.
    ///
    /// # Errors
    ///
    /// If `--time local` is given and the time zone is unknown.
    pub(super) fn style(&self, target: Target) -> anyhow::Result<Style> {
        let Target { width, is_terminal, colored } = target;
        let times = self.times().map_err(anyhow::Error::msg)?;
        Ok(Style { width, is_terminal, colored, times })
    }

    pub(super) fn times(&self) -> Result<Times, String> {
        match (self.time, &self.tz) {
            (Some(TimeStyle::Utc | TimeStyle::Raw), Some(_)) => {
                Err("'--tz' cannot be used with '--time utc' or '--time raw'".to_owned())
            }
            (None | Some(TimeStyle::Local), Some(zone)) => Ok(Times::Local(zone.clone())),
            (style, _) => style.unwrap_or(TimeStyle::Utc).times(),
        }
    }

    pub(super) fn spreadsheet(&self) -> Spreadsheet {
        let separator = self.csv_separator.unwrap_or(',');
        Spreadsheet { mark: self.csv_bom, safe: self.csv_safe, separator }
    }
}

/// Parses a separator of csv. Quotes, line breaks and what values contain everywhere cannot be one.
fn separator(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" => Ok('\t'),
        "," | ";" | "|" | "\t" => Ok(text.chars().next().unwrap_or(',')),
        _ => Err("write ',', ';', '|' or tab".to_owned()),
    }
}

/// Parses a time zone.
fn zone(text: &str) -> Result<TimeZone, String> {
    named_zone(text).ok_or_else(|| {
        "no time zone that is known here; write a name such as Europe/Berlin, or an offset such as \
         CET-1"
            .to_owned()
    })
}
