//! Compares the output of every format with files of `tests/data/output`.

use std::path::Path;

use super::*;

/// Compares with a file of `tests/data/output`, or rewrites the file on demand.
fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/output").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    for (position, (actual, expected)) in actual.lines().zip(expected.lines()).enumerate() {
        assert_eq!(actual, expected, "{name}:{}", position + 1);
    }
    assert_eq!(actual, expected, "{name}");
}

/// Returns everything that `list` can print of these records.
fn every_list(records: &[&str]) -> String {
    let mut all = String::new();
    let mut add = |line: &str, screen: Option<usize>| {
        let on = screen.map_or("a pipe".to_owned(), |cells| format!("a terminal of {cells}"));
        let _ = write!(all, "### {line}, on {on}\n{}", printed(line, records, screen));
    };
    for format in Format::of_backups() {
        let line = format!("-o {}", format.name());
        for screen in [Some(80), Some(120), None] {
            add(&line, screen);
        }
    }
    for screen in [Some(80), Some(120), Some(200)] {
        for style in ["local", "relative", "raw"] {
            add(&format!("-o table --time {style}"), screen);
        }
    }
    add("-o table", Some(40));
    add("-o table", Some(200));
    add("-o wide", Some(200));
    add("-o wide --time local", None);
    add("-o long --time local", None);
    add("-o markdown --time relative", None);
    add("-o table --columns name,status,id", Some(80));
    add("-o table --columns=+vault_id,-name,-resource_name", Some(120));
    add("-o table --no-headers", None);
    add("-o long --columns name,status,created_at,extend_info.progress", None);
    add("-o csv --columns name,created_at --no-headers", None);
    add("-o csv --columns all", None);
    add("-o csv --csv-safe --csv-bom", None);
    add("-o json --columns status,id,incremental,replication.status", None);
    add("-o yaml --columns status,id,incremental,replication.status", None);
    add("-o markdown --columns id,extend_info.auto_trigger,replication.status", None);
    all
}

#[test]
fn golden_lists() {
    let (list, offset, turbo) = (records(LIST), records(LIST_OFFSET), records(LIST_TURBO));
    assert_golden("list_none.txt", &every_list(&[]));
    assert_golden("list_one.txt", &every_list(&list[..1]));
    assert_golden("list_many.txt", &every_list(&[list, offset, turbo].concat()));
    assert_golden("list_awkward.txt", &every_list(&records(AWKWARD)));
}

#[test]
fn golden_show() {
    let record = records(SHOW)[0];
    let mut all = String::new();
    for format in Format::of_backups() {
        let line = format!("-o {}", format.name());
        let _ = write!(all, "### {line}\n{}", shown(&line, record, Some(80)));
    }
    for line in [
        "-o long --columns status,incremental",
        "-o jsonl --columns id,expired_at",
        "-o yaml --columns id,expired_at",
    ] {
        let _ = write!(all, "### {line}\n{}", shown(line, record, Some(80)));
    }
    assert_golden("show.txt", &all);
    let all: String =
        records(AWKWARD).iter().map(|record| shown("-o long", record, None) + "\n").collect();
    assert_golden("show_awkward.txt", &all);
}

/// Without the colors every byte is the same, since colors have no width.
#[test]
fn golden_colors() {
    let all = [records(LIST), records(LIST_TURBO), records(AWKWARD)].concat();
    let mut golden = String::new();
    for (line, width) in [
        ("-o table", Some(80)),
        ("-o table", Some(200)),
        ("-o wide", None),
        ("-o long", Some(80)),
        ("-o table --columns status,replication.status,id", Some(60)),
    ] {
        let colored = printed_to(
            line,
            &all,
            Destination { width, is_terminal: width.is_some(), colored: true },
        );
        let plain = printed(line, &all, width);
        assert_ne!(colored, plain, "{line}");
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain, "{line}");
        let _ = write!(golden, "### {line}\n{}", colored.replace('\u{1b}', "ESC"));
    }
    for format in ["json", "jsonl", "csv", "tsv", "yaml", "markdown", "ids"] {
        let line = format!("-o {format}");
        let target = Destination { width: Some(80), is_terminal: true, colored: true };
        assert_eq!(printed_to(&line, &all, target), printed(&line, &all, Some(80)), "{format}");
    }
    assert_golden("colors.txt", &golden);
}
