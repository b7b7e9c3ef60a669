//! The flags for format, times and csv.

use std::path::PathBuf;

use clap::ValueHint;
use jiff::tz::TimeZone;

use super::Style;
use super::csv::Spreadsheet;
use super::format::{Format, FormatParser, Printed};
use super::time::{TimeStyle, Times};
use crate::terminal::destination::Destination;
use crate::time::named_zone;

/// The flags for formatting rows.
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
    /// Excel needs it to read names that are not ASCII. Other programs may take it for a part of
    /// the first header.
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

    /// Returns the layout of human-readable formats on `destination`.
    ///
    /// # Errors
    ///
    /// If `--time local` is given and the time zone is unknown.
    pub(super) fn style(&self, destination: Destination) -> anyhow::Result<Style> {
        let Destination { width, is_terminal, colored } = destination;
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

/// Parses a separator of csv. Quotes, line breaks and common characters of values are rejected.
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
        "unknown time zone; write a name such as Europe/Berlin, or an offset such as \
         CET-1"
            .to_owned()
    })
}
