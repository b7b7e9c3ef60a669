//! The formats, and the output flags that all kinds of rows share.

use std::ffi::OsStr;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};

use super::csv::Spreadsheet;
use super::time::{TimeStyle, Times};
use super::{Style, Target};
use crate::record::column::{self, Column};

/// How rows are printed.
#[derive(clap::Args)]
pub(super) struct FormatArgs {
    /// The format to print in
    ///
    /// On a terminal, characters that could act on it or hide are shown as escapes in every format.
    /// Elsewhere json, jsonl, csv, tsv and yaml are exact. For people sizes have their unit (40
    /// GB); for machines they are plain numbers of GB.
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

    /// Leave out the header line (table, wide, csv, tsv)
    #[arg(long, display_order = 3, help_heading = "Output")]
    pub(super) no_headers: bool,

    /// How to write times for people (table, wide, long, markdown) [default: utc]
    ///
    /// long has every digit of the seconds, the others whole seconds. Other formats are exact: csv
    /// and tsv in UTC with every digit, json and yaml as the service sent it.
    #[arg(long, value_enum, value_name = "STYLE", display_order = 4, help_heading = "Output")]
    pub(super) time: Option<TimeStyle>,

    /// Begin csv with a byte order mark
    ///
    /// Excel then reads names that are not ASCII as they are. Other programs may take the mark for
    /// a part of the first header.
    #[arg(long, display_order = 5, help_heading = "Output")]
    csv_bom: bool,

    /// Write an apostrophe before csv cells that a spreadsheet would take for formulas
    ///
    /// Those begin with =, +, -, @, a tab or a line break, and are no plain numbers. Whoever may
    /// name a backup could have such a cell send data away or run a program when the file is
    /// opened. The price: these cells are not what the service sent, so leave it out where a
    /// program reads the file.
    #[arg(long, display_order = 6, help_heading = "Output")]
    csv_safe: bool,
}

/// An output format.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people. On a terminal it fits the width: long text is shortened (…), then columns give
    /// way (… at the end of the header, or of each row without it). Elsewhere nothing is shortened
    Table,
    /// For people, with more columns; runs past the edge rather than leave one out
    Wide,
    /// For people: a block for each backup, a field a line, with all that is in it
    Long,
    /// One array, a backup a line, each as the service sent it
    Json,
    /// One backup a line, each as the service sent it
    Jsonl,
    /// RFC 4180 with plain line feeds, times in RFC 3339 with Z, every field that is one value
    Csv,
    /// As csv, with tabs between the fields. A tab, line feed, carriage return, backslash or NUL in
    /// a value is \t, \n, \r, \\ or \0
    Tsv,
    /// A sequence of mappings, with all that the service sent; the same data for YAML 1.1 and 1.2
    Yaml,
    /// A table for GitHub and others that render it, with the columns of table
    Markdown,
    /// The id of each backup, one a line
    Ids,
}

/// What is printed, on which the appearance of a format depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    /// Any number of backups.
    Backups,
    /// One backup, not as a list.
    OneBackup,
    /// Rows that are not backups.
    Summary,
}

/// Parses a format that can print the given rows.
#[derive(Clone)]
pub(crate) struct FormatParser(pub(crate) Printed);

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Format, clap::Error> {
        let format = EnumValueParser::<Format>::new().parse_ref(command, arg, value)?;
        if format.can_print(self.0) {
            return Ok(format);
        }
        Err(command.clone().error(
            ErrorKind::InvalidValue,
            "a summary has no ids, so '--output ids' cannot be used; cbr backups list has it",
        ))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let fitting = Format::value_variants().iter().filter(|format| format.can_print(self.0));
        Some(Box::new(fitting.filter_map(|format| {
            let value = format.to_possible_value()?;
            Some(match format.help(self.0) {
                Some(help) => value.help(help),
                None => value,
            })
        })))
    }
}

impl Format {
    fn can_print(self, printed: Printed) -> bool {
        (self, printed) != (Self::Ids, Printed::Summary)
    }

    /// Returns the help, if it differs from the help for a list of backups.
    fn help(self, printed: Printed) -> Option<&'static str> {
        use Printed::{OneBackup, Summary};
        Some(match (self, printed) {
            (Self::Wide, Summary) => {
                "For people; runs past the edge rather than leave a column out"
            }
            (Self::Long, OneBackup) => "For people: a field a line, with all that is in it",
            (Self::Long, Summary) => "For people: a block for each row, a field a line",
            (Self::Json, OneBackup) => "One object, as the service sent it",
            (Self::Json, Summary) => "One array, an object a line",
            (Self::Jsonl, OneBackup) => "The same as json",
            (Self::Jsonl, Summary) => "One object a line",
            (Self::Csv, Summary) => "RFC 4180 with plain line feeds, times in RFC 3339 with Z",
            (Self::Yaml, OneBackup) => {
                "One mapping, with all that the service sent; the same data for YAML 1.1 and 1.2"
            }
            (Self::Yaml, Summary) => "A sequence of mappings; the same data for YAML 1.1 and 1.2",
            (Self::Markdown, Summary) => "A table for GitHub and others that render it",
            (Self::Ids, OneBackup) => "The id, on a line",
            _ => return None,
        })
    }

    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Returns true if the format has a header line that can be omitted.
    fn has_headers(self) -> bool {
        matches!(self, Self::Table | Self::Wide | Self::Csv | Self::Tsv)
    }

    /// Returns true for human-readable formats: they honor `--time` and print sizes with a unit.
    fn is_human_readable(self) -> bool {
        matches!(self, Self::Table | Self::Wide | Self::Long | Self::Markdown)
    }

    /// Returns the columns of `--columns default`.
    pub(super) fn columns(self) -> Vec<Column> {
        match self {
            Self::Wide => column::wide_set(),
            Self::Long | Self::Csv | Self::Tsv => column::scalar_set(),
            Self::Table | Self::Json | Self::Jsonl | Self::Yaml | Self::Markdown | Self::Ids => {
                column::table_set()
            }
        }
    }

    /// Returns true if a row can be written before the next one is known.
    pub(super) fn streams(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv | Self::Tsv | Self::Ids)
    }
}

impl FormatArgs {
    /// Rejects contradictory flags that clap cannot detect. The message is for a usage error.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.no_headers && !self.format.has_headers() {
            return self.cannot("--no-headers", "which has no header to leave out");
        }
        if self.time.is_some() && !self.format.is_human_readable() {
            return self.cannot("--time", "which is exact; use table, wide, long or markdown");
        }
        for (flag, given) in [("--csv-bom", self.csv_bom), ("--csv-safe", self.csv_safe)] {
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

    /// Returns whether the format is read on a screen, so that a pager is useful.
    pub(super) fn uses_pager(&self) -> bool {
        matches!(self.format, Format::Table | Format::Wide | Format::Long)
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
        let Target { width, colored } = target;
        Ok(Style { width, colored, times: self.times().map_err(anyhow::Error::msg)? })
    }

    pub(super) fn times(&self) -> Result<Times, String> {
        self.time.unwrap_or(TimeStyle::Utc).times()
    }

    pub(super) fn spreadsheet(&self) -> Spreadsheet {
        Spreadsheet { mark: self.csv_bom, safe: self.csv_safe }
    }
}
