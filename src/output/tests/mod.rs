//! Compares every format with golden files, and checks invariants for any record and width.
//!
//! `UPDATE_GOLDEN=1 cargo test golden` rewrites the files; review the differences.

mod failed_writes;
mod golden;

use std::fmt::Write as _;

use clap::{CommandFactory as _, Parser};
use serde_json::Value;
use serde_json::value::RawValue;

use super::time::TimeStyle;
use super::*;
use crate::record::column::{self, COLUMNS};
use crate::record::json::Json;
use crate::terminal::destination::Destination;
use crate::text::sanitize::cells;

const SHOW: &str = include_str!("../../../tests/data/show_server_backup.json");
const LIST: &str = include_str!("../../../tests/data/list_no_echo.json");
const LIST_OFFSET: &str = include_str!("../../../tests/data/list_offset_timestamps.json");
const LIST_TURBO: &str = include_str!("../../../tests/data/list_turbo_desktop_replication.json");
const AWKWARD: &str = include_str!("../../../tests/data/list_awkward.json");

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    output: OutputArgs,
}

fn args(line: &str) -> OutputArgs {
    let argv = ["cbr"].into_iter().chain(line.split_whitespace());
    Cli::try_parse_from(argv).unwrap_or_else(|error| panic!("{error}")).output
}

/// Returns the records of a page, unchanged.
fn records(body: &str) -> Vec<&str> {
    let mut records = Vec::new();
    let page = Json::new(body).fields(|name, value| match &*name {
        "backups" => records = value.elements().into_iter().map(Json::as_sent).collect(),
        "backup" => records = vec![value.as_sent()],
        _ => {}
    });
    assert!(page.is_some() && !records.is_empty());
    records
}

/// Uses a fixed zone and moment, independent of this machine.
fn times(args: &OutputArgs) -> Times {
    let zone = "CET-1CEST,M3.5.0,M10.5.0/3";
    match args.rows.time {
        Some(TimeStyle::Local) => Times::Local(jiff::tz::TimeZone::posix(zone).unwrap()),
        Some(TimeStyle::Relative) => Times::Relative("2026-11-22T23:57:42Z".parse().unwrap()),
        _ => args.rows.times().unwrap(),
    }
}

/// Returns a target without colors, which have their own golden file.
fn destination(width: Option<usize>) -> Destination {
    Destination { width, is_terminal: width.is_some(), colored: false }
}

fn printed(line: &str, records: &[&str], screen: Option<usize>) -> String {
    printed_to(line, records, destination(screen))
}

fn printed_to(line: &str, records: &[&str], destination: Destination) -> String {
    let args = args(line);
    assert_eq!(args.check(&ColumnSets::backups()), Ok(()), "{line}");
    let Destination { width, is_terminal, colored } = destination;
    let mut renderer = args
        .renderer_with(
            Style { width, is_terminal, colored, times: times(&args) },
            &ColumnSets::backups(),
            &[],
            false,
        )
        .unwrap();
    for record in records {
        renderer.push_record(record).unwrap();
    }
    let mut out = Vec::new();
    renderer.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns what `cbr backups show` prints. `line` names the format.
fn shown(line: &str, record: &str, screen: Option<usize>) -> String {
    let mut renderer = args(line).single_renderer(destination(screen)).unwrap();
    renderer.push_record(record).unwrap();
    let mut out = Vec::new();
    renderer.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_table_fits_every_screen_that_has_room_for_an_id() {
    for body in [LIST, LIST_OFFSET, LIST_TURBO, AWKWARD] {
        for screen in 36..=250 {
            let table = printed("", &records(body), Some(screen));
            for line in table.lines() {
                assert!(cells(line) <= screen, "{screen}: {line}");
            }
        }
    }
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let acts = |char: char| {
        char != '\n' && (char.is_control() || ('\u{202a}'..='\u{202e}').contains(&char))
    };
    let awkward = records(AWKWARD);
    let tabs = |output: &str| output.matches('\t').count();
    for format in Format::of_backups() {
        let line = format!("-o {}", format.name());
        let output = printed(&line, &awkward, Some(120));
        assert!(!output.replace('\t', "").contains(acts), "{line}");
        // The tabs of tsv separate its fields.
        let fields = if *format == Format::Tsv { 22 * (awkward.len() + 1) } else { 0 };
        assert_eq!(tabs(&output), fields, "{line}");
        let lines = match format {
            // Records have as many lines as fields.
            Format::Long | Format::Yaml | Format::Json | Format::Prometheus => continue,
            Format::Table | Format::Wide | Format::Csv | Format::Tsv => awkward.len() + 1,
            Format::Markdown => awkward.len() + 2,
            Format::Jsonl | Format::Ids => awkward.len(),
        };
        assert_eq!(output.lines().count(), lines, "{line}");
    }
    for format in ["table", "wide", "long", "yaml", "markdown", "ids"] {
        let line = format!("-o {format}");
        assert!(!printed(&line, &awkward, None).contains(acts), "{line} on a pipe");
    }
}

/// Returns the same table from a trivial layout algorithm.
fn laid_out_plainly(rows: &[Vec<&str>], right: usize) -> String {
    let width = |column: usize| rows.iter().map(|row| cells(row[column])).max().unwrap_or(0);
    let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
    let mut table = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let space = " ".repeat(widths[column] - cells(cell));
            let (before, after) = if column == right { (&*space, "") } else { ("", &*space) };
            let _ = write!(line, "{before}{cell}{after}  ");
        }
        let _ = writeln!(table, "{}", line.trim_end_matches(' '));
    }
    table
}

#[test]
fn all_chunks_of_a_long_table_align() {
    let names = ["a", "中文名字", "👨\u{200d}👩\u{200d}👧", "cafe\u{301}", "some longer name", ""];
    let sizes = ["1 GB", "40 GB", "32768 GB"];
    let rows: Vec<_> = (0..1234).map(|row| (names[row % 6], sizes[row / 400 % 3], "x")).collect();
    let records: Vec<_> = rows
        .iter()
        .map(|(name, size, id)| {
            let size = size.trim_end_matches(" GB");
            format!(r#"{{"name":"{name}","resource_size":{size},"id":"{id}"}}"#)
        })
        .collect();
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let table = printed("--columns name,resource_size,id", &records, None);

    let mut expected = vec![vec!["NAME", "SIZE", "ID"]];
    expected.extend(
        rows.iter()
            .map(|&(name, size, id)| vec![if name.is_empty() { "-" } else { name }, size, id]),
    );
    assert_eq!(table, laid_out_plainly(&expected, 1));
}

#[test]
fn a_cell_of_any_length_stays_on_its_line() {
    let name = "x".repeat(70_000);
    let record = format!(r#"{{"id":"1","name":"{name}"}}"#);
    let table = printed("--columns name,id", &[&record], None);
    assert_eq!(table.lines().count(), 2);
    assert!(table.ends_with(&format!("\n{name}  1\n")));
}

#[test]
fn json_is_what_the_service_sent() {
    for body in [LIST, LIST_OFFSET, LIST_TURBO, AWKWARD] {
        let sent = records(body);
        let array = printed("-o json", &sent, None);
        let lines = printed("-o jsonl", &sent, None);
        let from_array: Vec<&RawValue> = serde_json::from_str(&array).unwrap();
        assert_eq!(from_array.len(), sent.len());
        assert_eq!(lines.lines().count(), sent.len());
        for ((sent, element), line) in sent.iter().zip(from_array).zip(lines.lines()) {
            assert_eq!(element.get(), line);
            assert_eq!(line, Json::new(sent).one_line());
            // Compared as text, because a number of any size must survive.
            assert_eq!(line.replace(' ', ""), sent.split_ascii_whitespace().collect::<String>());
        }
        for line in ["-o json", "-o json --columns name,id"] {
            let values = [None, Some(80)].map(|screen| {
                serde_json::from_str::<Value>(&printed(line, &records(LIST), screen)).unwrap()
            });
            assert_eq!(values[0], values[1], "{line}");
        }
    }
}

#[test]
fn csv_can_be_parsed_back() {
    for body in [LIST, LIST_OFFSET, LIST_TURBO, AWKWARD] {
        let sent = records(body);
        let output = printed("-o csv", &sent, None);
        let mut reader = ::csv::Reader::from_reader(output.as_bytes());
        let columns = column::scalar_set();
        let names: Vec<_> = columns.iter().map(|column| column.name).collect();
        assert_eq!(reader.headers().unwrap(), names);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), sent.len());
        for (row, sent) in rows.iter().zip(sent) {
            assert_eq!(row.len(), names.len());
            Json::new(sent).fields(|name, value| {
                let text = if value.is_null() { "".into() } else { value.text() };
                if let Some(at) =
                    names.iter().position(|column| *column == name && !name.ends_with("_at"))
                {
                    assert_eq!(row[at], *text, "{name}");
                }
            });
        }
    }
}

#[test]
fn columns_are_printed_in_the_given_order() {
    let record = [r#"{"id":"i","name":"n","status":"s"}"#];
    let cases = [
        ("-o csv --columns status,id", "status,id\ns,i\n"),
        ("-o tsv --columns status,+id,-status", "id\ni\n"),
        ("-o ids", "i\n"),
        ("-o yaml --columns status,vault_id", "- status: \"s\"\n  vault_id: null\n"),
        ("-o markdown --columns status,id", "| status | id |\n| --- | --- |\n| s | i |\n"),
        ("-o long --columns status,id", "status  s\nid      i\n"),
        ("-o csv --columns id --columns STATUS", "id,status\ni,s\n"),
        ("-o wide --columns status,id", "STATUS  ID\ns       i\n"),
        ("-o jsonl --columns name,vault_id", "{\"name\":\"n\",\"vault_id\":null}\n"),
    ];
    for (line, expected) in cases {
        assert_eq!(printed(line, &record, None), expected, "{line}");
    }
}

#[test]
fn contradictory_flags_are_rejected() {
    let parse = |line: &str| Cli::try_parse_from(["cbr"].into_iter().chain(line.split(' ')));
    let error = parse("--columns id,statsu").err().unwrap().to_string();
    for part in ["'statsu'", "'--columns", "similar value exists: 'status'", "'cbr help columns'"] {
        assert!(error.contains(part), "{part} in {error}");
    }
    for line in ["--columns id,,name", "--columns id,shiny", "-o xml"] {
        assert!(parse(line).is_err(), "{line}");
    }
    let checks = [
        ("-o json --no-headers", Some("--no-headers")),
        ("-o jsonl --no-headers", Some("jsonl")),
        ("--columns id,name,ID", Some("'id'")),
        ("-o csv --no-headers --columns id,name", None),
        ("-o long --no-headers", Some("--no-headers")),
        ("-o markdown --no-headers", Some("markdown")),
        ("-o ids --columns id", Some("--columns")),
        ("-o csv --time relative", Some("'--time'")),
        ("-o tsv --time utc", None),
        ("-o csv --csv-separator ;", None),
        ("-o tsv --csv-separator ;", Some("--csv-separator")),
        ("-o yaml --time utc", None),
        ("-o json --time local", Some("except with utc")),
        ("-o ids --time utc", Some("--time")),
        ("-o tsv --csv-bom", Some("--csv-bom")),
        ("--csv-safe", Some("--output table")),
        ("--columns=-default", Some("drops every column")),
        ("-o csv --csv-bom --csv-safe", None),
        ("-o markdown --time relative", None),
        ("-o json --columns id", None),
    ];
    for (line, message) in checks {
        match (args(line).check(&ColumnSets::backups()), message) {
            (Ok(()), None) => {}
            (Err(error), Some(part)) => assert!(error.contains(part), "{error}"),
            (result, _) => panic!("{line}: {result:?}"),
        }
    }
    Cli::command().debug_assert();
}

#[test]
fn help_names_every_column() {
    let help = Cli::command().render_long_help().to_string();
    for column in COLUMNS {
        assert!(help.contains(&format!("- {}: {}", column.name, column.help)), "{}", column.name);
    }
}

#[test]
fn one_backup_shows_everything_that_was_sent() {
    let record = r#"{"shiny":1,"children":[7],"extend_info":{"new":{"a":[1]},"gone":null,
        "made_at":"2026-11-19T23:57:42.5"},"empty":{},"deep":[{"a":{"b":{"c":{"d":1}}}},{"status":"x"}]}"#;
    let listing = shown("-o long", record, None);
    let others: Vec<_> = listing.lines().skip(column::scalar_set().len()).collect();
    let expected = [
        "shiny                   1",
        "children                [7]",
        "empty                   {}",
        "extend_info",
        "  new",
        "    a                   [1]",
        "  gone                  -",
        "  made_at               2026-11-19T23:57:42.5Z",
        "deep[0]",
        "  a",
        "    b",
        "      c                 {\"d\":1}",
        "deep[1]",
        "  status                x",
    ];
    assert_eq!(others, expected);
}

#[test]
fn a_record_that_is_not_an_object_is_an_error() {
    for format in Format::of_backups() {
        let is_copied = matches!(format, Format::Json | Format::Jsonl);
        let columns = if is_copied { "--columns id" } else { "" };
        let args = args(&format!("-o {} {columns}", format.name()));
        assert!(
            args.renderer(destination(None), &ColumnSets::backups())
                .unwrap()
                .push_record("[1]")
                .is_err(),
            "{}",
            format.name()
        );
        assert!(args.single_renderer(destination(None)).unwrap().push_record("7").is_err());
    }
}

/// The output depends neither on the order of a map's keys nor on time or addresses.
#[test]
fn the_same_data_gives_the_same_bytes() {
    for body in [LIST_TURBO, AWKWARD] {
        for format in Format::of_backups() {
            let line = format!("-o {}", format.name());
            for screen in [None, Some(100)] {
                let first = printed(&line, &records(body), screen);
                assert_eq!(printed(&line, &records(body), screen), first, "{line}");
            }
        }
    }
}
