//! The formats: one table with everything that differs between them.

mod parser;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::csv::{Csv, CsvOptions, Spreadsheet};
use super::ids::Ids;
use super::json::Json;
use super::lines::LineByLine;
use super::long::Long;
use super::markdown::Markdown;
use super::prometheus::Prometheus;
use super::selection::{ChosenColumn, ColumnSets};
use super::table::Table;
use super::time::Times;
use super::tsv::Tsv;
use super::yaml::Yaml;
use super::{Render, Style};
use crate::record::column::Column;
use crate::terminal::tty::Reading;
pub(crate) use parser::FormatParser;

/// An output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Table,
    Wide,
    Long,
    Json,
    Jsonl,
    Csv,
    Tsv,
    Yaml,
    Markdown,
    Ids,
    Prometheus,
}

/// Everything that is specific to a format.
struct FormatSpec {
    format: Format,
    /// Value of `--output`.
    name: &'static str,
    /// Help for a list of backups.
    help: &'static str,
    /// Help for one backup, if it differs.
    help_one: Option<&'static str>,
    /// Help for rows that are not backups, if it differs.
    help_rows: Option<&'static str>,
    /// Data that the format can print.
    prints: &'static [Printed],
    /// True if the format has a header line that can be omitted.
    has_headers: bool,
    /// True if the format honors `--time` and prints sizes with a unit.
    is_human_readable: bool,
    /// Kind of pager output, if a pager is useful.
    reading: Option<Reading>,
    /// True if a row can be written before the next one is known.
    streams: bool,
    /// Columns of `--columns default`.
    columns: fn(&ColumnSets) -> &Vec<Column>,
    /// Creates the renderer.
    renderer: fn(RenderOptions<'_>) -> Box<dyn Render>,
}

/// Options for creating a renderer.
pub(super) struct RenderOptions<'a> {
    pub(super) format: Format,
    pub(super) sets: &'a ColumnSets,
    /// Columns of `--columns`.
    pub(super) chosen: Option<Vec<ChosenColumn>>,
    /// Columns that are among the last to be hidden.
    pub(super) queried_columns: &'a [&'a str],
    pub(super) headers: bool,
    pub(super) spreadsheet: Spreadsheet,
    /// Style of times in machine-readable formats, if chosen.
    pub(super) times: Option<Times>,
    pub(super) style: Style,
    /// A single record, which json and yaml print without the enclosing list.
    pub(super) single: bool,
}

/// Kind of printed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    /// Any number of backups.
    Backups,
    /// One backup, not as a list.
    OneBackup,
    /// Rows that are not backups.
    Rows,
    /// The coverage of resources.
    Coverage,
}

/// Every format, in the order of the help.
const FORMATS: [FormatSpec; 11] = [
    FormatSpec {
        help_rows: None,
        help: "For people. On a terminal it fits the width: long text is shortened (…), then columns \
               are hidden (… at the end of the header, or of each row without it). Elsewhere nothing \
               is shortened",
        has_headers: true,
        is_human_readable: true,
        reading: Some(Reading::Table),
        ..FormatSpec::new(
            Format::Table,
            "table",
            |sets| &sets.table,
            |options| {
                let sets = options.sets;
                let of_group = || sets.table.iter().copied().map(ChosenColumn::of_group).collect();
                let chosen = options.chosen.unwrap_or_else(of_group);
                let (headers, style) = (options.headers, options.style);
                Box::new(Table::fitting(&chosen, headers, style, options.queried_columns))
            },
        )
    },
    FormatSpec {
        help: "For people, with more columns; lines may be longer than the screen is wide",
        help_rows: Some("For people; lines may be longer than the screen is wide"),
        has_headers: true,
        is_human_readable: true,
        reading: Some(Reading::Table),
        ..FormatSpec::new(
            Format::Wide,
            "wide",
            |sets| &sets.wide,
            |options| Box::new(Table::whole(options.columns(), options.headers, options.style)),
        )
    },
    FormatSpec {
        help: "For people: a block for each backup, a field a line, with all that is in it",
        help_one: Some("For people: a field a line, with all that is in it"),
        help_rows: Some("For people: a block for each row, a field a line"),
        is_human_readable: true,
        reading: Some(Reading::Text),
        ..FormatSpec::new(
            Format::Long,
            "long",
            |sets| &sets.scalar,
            |options| Box::new(Long::new(options.projection(), options.style)),
        )
    },
    FormatSpec {
        help: "One array, a backup a line, each as the service sent it",
        help_one: Some("One object, as the service sent it"),
        help_rows: Some("One array, an object a line"),
        ..FormatSpec::new(
            Format::Json,
            "json",
            |sets| &sets.object,
            |options| {
                let (columns, terminal) = (options.projection(), options.is_terminal());
                let json = match options.single {
                    true => Json::single(columns, terminal),
                    false => Json::array(columns, terminal),
                };
                lines(json.with_zones(options.times.is_some()))
            },
        )
    },
    FormatSpec {
        help: "One backup a line, each as the service sent it",
        help_one: Some("The same as json"),
        help_rows: Some("One object a line"),
        streams: true,
        ..FormatSpec::new(
            Format::Jsonl,
            "jsonl",
            |sets| &sets.object,
            |options| {
                let json = Json::lines(options.projection(), options.is_terminal());
                lines(json.with_zones(options.times.is_some()))
            },
        )
    },
    FormatSpec {
        help: "RFC 4180 with plain line feeds, times in RFC 3339 with Z, every field that is one value",
        help_rows: Some("RFC 4180 with plain line feeds, times in RFC 3339 with Z"),
        has_headers: true,
        streams: true,
        ..FormatSpec::new(
            Format::Csv,
            "csv",
            |sets| &sets.scalar,
            |options| {
                let (terminal, spreadsheet) = (options.is_terminal(), options.spreadsheet);
                let csv = CsvOptions { terminal, spreadsheet };
                lines(Csv::new(options.columns(), options.headers, options.times, csv))
            },
        )
    },
    FormatSpec {
        help: "As csv, with tabs between the fields. A tab, line feed, carriage return, backslash or \
               NUL in a value is \\t, \\n, \\r, \\\\ or \\0",
        has_headers: true,
        streams: true,
        ..FormatSpec::new(
            Format::Tsv,
            "tsv",
            |sets| &sets.scalar,
            |options| {
                let (columns, terminal) = (options.columns(), options.is_terminal());
                lines(Tsv::new(columns, options.headers, options.times, terminal))
            },
        )
    },
    FormatSpec {
        help: "A sequence of mappings, with all that the service sent; the same data for YAML 1.1 \
               and 1.2",
        help_one: Some(
            "One mapping, with all that the service sent; the same data for YAML 1.1 and 1.2",
        ),
        help_rows: Some("A sequence of mappings; the same data for YAML 1.1 and 1.2"),
        ..FormatSpec::new(
            Format::Yaml,
            "yaml",
            |sets| &sets.object,
            |options| {
                let yaml = match options.single {
                    true => Yaml::single(options.projection()),
                    false => Yaml::sequence(options.projection()),
                };
                Box::new(yaml.with_zones(options.times.is_some()))
            },
        )
    },
    FormatSpec {
        help: "A table for GitHub and others that render it, with the columns of table",
        help_rows: Some("A table for GitHub and others that render it"),
        is_human_readable: true,
        ..FormatSpec::new(
            Format::Markdown,
            "markdown",
            |sets| &sets.table,
            |options| lines(Markdown::new(options.columns(), options.style)),
        )
    },
    FormatSpec {
        help: "The id of each backup, one a line",
        help_one: Some("The id, on a line"),
        prints: &[Printed::Backups, Printed::OneBackup],
        streams: true,
        ..FormatSpec::new(Format::Ids, "ids", |sets| &sets.table, |_| lines(Ids))
    },
    FormatSpec {
        help: "Metrics for the textfile collector of Prometheus; --output-file writes them safely",
        prints: &[Printed::Coverage],
        ..FormatSpec::new(
            Format::Prometheus,
            "prometheus",
            |sets| &sets.table,
            |_| Box::<Prometheus>::default(),
        )
    },
];

fn lines(format: impl super::lines::Lines + 'static) -> Box<dyn Render> {
    Box::new(LineByLine::new(format))
}

impl FormatSpec {
    /// Returns an entry in which all properties are off.
    const fn new(
        format: Format,
        name: &'static str,
        columns: fn(&ColumnSets) -> &Vec<Column>,
        renderer: fn(RenderOptions<'_>) -> Box<dyn Render>,
    ) -> Self {
        Self {
            format,
            name,
            help: "",
            help_one: None,
            help_rows: None,
            prints: &[Printed::Backups, Printed::OneBackup, Printed::Rows, Printed::Coverage],
            has_headers: false,
            is_human_readable: false,
            reading: None,
            streams: false,
            columns,
            renderer,
        }
    }
}

impl RenderOptions<'_> {
    /// Creates the renderer of the format.
    pub(super) fn renderer(self) -> Box<dyn Render> {
        (self.format.spec().renderer)(self)
    }

    fn is_terminal(&self) -> bool {
        self.style.is_terminal
    }

    /// Returns the columns to print: the chosen ones, or those of the format.
    fn columns(&self) -> Vec<Column> {
        self.chosen_columns().unwrap_or_else(|| self.format.columns(self.sets).clone())
    }

    /// Returns the fields to print, or `None` to print records whole.
    fn projection(&self) -> Option<Vec<Column>> {
        match self.sets.are_records {
            true => self.chosen_columns(),
            false => Some(self.columns()),
        }
    }

    fn chosen_columns(&self) -> Option<Vec<Column>> {
        let columns = self.chosen.as_ref()?.iter().map(|chosen| chosen.column);
        Some(columns.collect())
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        const VARIANTS: [Format; FORMATS.len()] = {
            let mut variants = [Format::Table; FORMATS.len()];
            let mut index = 0;
            while index < FORMATS.len() {
                variants[index] = FORMATS[index].format;
                index += 1;
            }
            variants
        };
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.spec().help))
    }
}

impl Format {
    /// Returns the entry of the table, which is in the order of the variants.
    fn spec(self) -> &'static FormatSpec {
        const TABLE: &[FormatSpec] = &FORMATS;
        &TABLE[self as usize]
    }

    fn can_print(self, printed: Printed) -> bool {
        self.spec().prints.contains(&printed)
    }

    /// Returns the formats of backups.
    #[cfg(test)]
    pub(super) fn of_backups() -> impl Iterator<Item = &'static Self> {
        let of_backups = |spec: &&FormatSpec| spec.format.can_print(Printed::Backups);
        const TABLE: &[FormatSpec] = &FORMATS;
        TABLE.iter().filter(of_backups).map(|spec| &spec.format)
    }

    /// Returns the value of `--output`.
    pub(super) fn name(self) -> &'static str {
        self.spec().name
    }

    /// Returns true if the format has a header line that can be omitted.
    pub(super) fn has_headers(self) -> bool {
        self.spec().has_headers
    }

    /// Returns true for human-readable formats: they honor `--time` and print sizes with a unit.
    pub(super) fn is_human_readable(self) -> bool {
        self.spec().is_human_readable
    }

    /// Returns the kind of pager output, if a pager is useful.
    pub(super) fn reading(self) -> Option<Reading> {
        self.spec().reading
    }

    /// Returns true if a row can be written before the next one is known.
    pub(super) fn streams(self) -> bool {
        self.spec().streams
    }

    /// Returns the columns of `--columns default`.
    pub(super) fn columns(self, sets: &ColumnSets) -> &Vec<Column> {
        (self.spec().columns)(sets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, spec) in FORMATS.iter().enumerate() {
            assert_eq!(spec.format as usize, index, "{}", spec.name);
            assert!(!spec.help.is_empty(), "{}", spec.name);
        }
    }
}
