//! Rows that are no backups, such as those of a summary, in the formats of lists.
//!
//! There are few of them, so they wait in memory. Knows nothing of what the rows are about.

use std::borrow::Cow;
use std::io::Write;

use super::Format;
use super::grid::Grid;
use super::layout::Heading;
use super::screen_text;
use super::time::Time;
use crate::column::Kind;
use crate::json::Json;

/// How a report is printed.
#[derive(clap::Args)]
pub(crate) struct ReportArgs {
    /// The format to print in
    #[arg(
        short = 'o',
        long = "output",
        value_enum,
        value_name = "FORMAT",
        default_value_t = Format::Table,
        help_heading = "Output"
    )]
    format: Format,

    /// Leave out the header line (table, wide, csv)
    #[arg(long, help_heading = "Output")]
    no_headers: bool,
}

/// Rows with the same columns.
pub(crate) struct Report {
    columns: Vec<(&'static str, Kind)>,
    rows: Vec<Vec<Option<String>>>,
}

impl Report {
    pub(crate) fn new(columns: Vec<(&'static str, Kind)>) -> Self {
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

    /// Writes everything to `out`, in one go, and flushes it. `screen` is the width in cells if stdout
    /// is a terminal. A failed write leaves its `io::Error` as it is inside the error.
    pub(crate) fn write(
        &self,
        args: &ReportArgs,
        screen: Option<usize>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let text = match args.format {
            Format::Table | Format::Wide => return self.table(!args.no_headers, screen, out),
            Format::Json => match self.objects(screen) {
                objects if objects.is_empty() => "[]\n".to_owned(),
                objects => format!("[\n{}\n]\n", objects.join(",\n")),
            },
            Format::Jsonl => self.objects(screen).into_iter().map(|object| object + "\n").collect(),
            Format::Csv => self.csv(!args.no_headers, screen)?,
        };
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn table(
        &self,
        headers: bool,
        screen: Option<usize>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let heading = |&(name, kind): &(&str, Kind)| Heading {
            text: name.to_ascii_uppercase(),
            kind,
            rank: 0,
        };
        let mut grid = Grid::new(self.columns.iter().map(heading).collect(), headers);
        for row in &self.rows {
            grid.push(self.texts(row, |time| time.to_the_second()))?;
        }
        grid.finish(screen, out)
    }

    fn csv(&self, headers: bool, screen: Option<usize>) -> anyhow::Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        if headers {
            writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        }
        for row in &self.rows {
            let cells = self.texts(row, |time| time.exact()).map(|text| match screen {
                Some(_) => screen_text::visible(&text).into_owned(),
                None => text.into_owned(),
            });
            writer.write_record(cells)?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }

    /// The rows as JSON objects.
    fn objects(&self, screen: Option<usize>) -> Vec<String> {
        let object = |row: &Vec<Option<String>>| {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
            let cells = self.columns.iter().zip(row);
            let fields: Vec<_> =
                cells.map(|((name, _), cell)| format!("\"{name}\":{}", value(cell))).collect();
            let object = format!("{{{}}}", fields.join(","));
            if screen.is_some() { screen_text::json(&object) } else { object }
        };
        self.rows.iter().map(object).collect()
    }

    /// The cells of a row as text, times in UTC as `written` has them.
    fn texts<'a>(
        &'a self,
        row: &'a [Option<String>],
        written: fn(&Time<'_>) -> String,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        self.columns.iter().zip(row).map(move |((_, kind), cell)| {
            let text = cell.as_deref().map(|cell| Json::new(cell).text()).unwrap_or_default();
            match Time::parse(&text) {
                Some(time) if *kind == Kind::Time => Cow::Owned(written(&time)),
                _ => text,
            }
        })
    }
}

impl ReportArgs {
    /// What clap cannot see: flags that contradict each other. The message is for a usage error.
    pub(crate) fn check(&self) -> Result<(), String> {
        super::check_headers(self.no_headers, self.format)
    }
}
