//! table and wide: aligned, greppable, harmless, and complete in a pipe.

use crate::harness::{Answer, Run, Service, sandboxed};

fn list(records: &[&str], flags: &str) -> Run {
    let service = Service::answering([Answer::page(records, &records.len().to_string())]);
    service.cbr(&format!("backups list {flags}")).with_key().run()
}

#[test]
fn columns_are_aligned_without_borders() {
    let records = [
        r#"{"id":"b1c4afd9-e7a6-4888-9010-c2bac3aa7910","name":"autobk_b629","resource_name":"test001-02",
            "resource_type":"OS::Nova::Server","resource_size":40,"status":"available",
            "created_at":"2020-02-21T07:00:54.065135","expired_at":null}"#,
        r#"{"id":"5606aab5-2dc2-4498-8144-dc848d099af5","name":"a","resource_name":"qsy_000",
            "resource_type":"OS::Cinder::Volume","resource_size":10000,"status":"error",
            "created_at":"2020-02-21T07:00:34+00:00","expired_at":"2020-03-22T07:00:34.877896"}"#,
    ];
    let table = "\
RESOURCE    STATUS     CREATED               EXPIRES               TYPE                    SIZE  NAME         ID
test001-02  available  2020-02-21T07:00:54Z  -                     OS::Nova::Server       40 GB  autobk_b629  b1c4afd9-e7a6-4888-9010-c2bac3aa7910
qsy_000     error      2020-02-21T07:00:34Z  2020-03-22T07:00:34Z  OS::Cinder::Volume  10000 GB  a            5606aab5-2dc2-4498-8144-dc848d099af5
";
    assert_eq!(list(&records, "").stdout, table);
    assert_eq!(list(&records, "-o table").stdout, table);
    let rows = list(&records, "--no-headers --columns id,resource_size,status").stdout;
    let without = "\
b1c4afd9-e7a6-4888-9010-c2bac3aa7910     40 GB  available
5606aab5-2dc2-4498-8144-dc848d099af5  10000 GB  error
";
    assert_eq!(rows, without);
}

/// Lists backups with these names, given as in JSON, newest first.
fn named(names: &[&str]) -> Vec<String> {
    let record = |(version, name)| {
        let second = 59 - version;
        format!(
            r#"{{"id":"00000000-0000-4000-8000-{version:012}","version":{version},"name":"{name}",
                "created_at":"2020-02-21T07:00:{second}.000001"}}"#
        )
    };
    names.iter().enumerate().map(record).collect()
}

/// Chinese characters and emoji take two cells each, combining marks none.
#[test]
fn wide_characters_are_counted_in_cells() {
    let records = named(&["生产", "👩‍👩‍👧", "e\\u0301", "plain"]);
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let table = "\
NAME   STATUS
生产   -
👩‍👩‍👧     -
e\u{301}      -
plain  -
";
    assert_eq!(list(&records, "--columns name,status").stdout, table);
}

#[test]
fn control_and_invisible_characters_are_escaped() {
    let records = named(&[
        r"\u001b[31mred\u001b[0m",
        r"a\nb\tc\rd",
        r"x\u202egpj.exe\u202c",
        r"pay\u200bpal",
        r"\u009b\u007f\u0000",
    ]);
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let table = r"
0  \u{1b}[31mred\u{1b}[0m
1  a\nb\tc\rd
2  x\u{202e}gpj.exe\u{202c}
3  pay\u{200b}pal
4  \u{9b}\u{7f}\u{0}
";
    for format in ["table", "wide"] {
        let flags = format!("-o {format} --columns version,name --no-headers");
        assert_eq!(list(&records, &flags).stdout, table.trim_start());
    }
}

/// The account with all its awkward names.
#[test]
fn each_backup_is_one_line_without_control_characters() {
    let json = sandboxed("", "backups list -o json").run().json();
    let records = json.as_array().unwrap();
    for format in ["table", "wide"] {
        let run = sandboxed("", &format!("backups list -o {format}")).run();
        let lines = run.lines();
        assert_eq!(lines.len(), 1 + records.len(), "{format}");
        for (line, record) in lines[1..].iter().zip(records) {
            assert!(line.ends_with(&format!("  {}", record["id"].as_str().unwrap())), "{line}");
            assert!(!line.starts_with(' '), "{line}");
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(!line.contains(['\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}']), "{line:?}");
        }
    }
}

/// In a pipe: complete, of any length, and independent of the user's terminal.
#[test]
fn huge_names_are_complete_on_a_pipe() {
    let name = "x".repeat(1 << 20);
    let record = format!(r#"{{"id":"a","name":"{name}","status":"error"}}"#);
    for (format, expected) in [
        ("table", format!("a   {name}  error\n")),
        ("markdown", format!("| a | {name} | error |\n")),
        ("csv", format!("a,{name},error\n")),
    ] {
        let service = Service::answering([Answer::page(&[&record], "1")]);
        let command = format!("backups list -o {format} --columns id,name,status");
        let stdout = service.cbr(&command).with_key().run().stdout;
        assert!(stdout.ends_with(&expected), "{format}: {} bytes", stdout.len());
    }
}

#[test]
fn values_are_not_shortened_on_a_pipe() {
    let name = "每周全量备份_".repeat(36);
    let record = format!(r#"{{"id":"1","name":"{name}","description":"{}"}}"#, "x".repeat(5000));
    for format in ["table", "wide"] {
        let service = Service::answering([Answer::page(&[&record], "1")]);
        let run = service.cbr(&format!("backups list -o {format} --columns id,name,description"));
        let run = run.with_key().env("TERM", "xterm").run();
        assert_eq!(run.lines()[1], format!("1   {name}  {}", "x".repeat(5000)));
        assert!(!run.stdout.contains('…'));
    }
}

/// The limit is 60 cells, not characters or bytes: Chinese takes two cells each.
#[test]
fn a_text_over_60_cells_does_not_pad_other_lines() {
    for (long, width) in [
        ("x".repeat(59), 59),
        ("x".repeat(60), 60),
        ("x".repeat(61), 60),
        ("x".repeat(300), 60),
        ("备".repeat(30), 60),
        ("备".repeat(150), 60),
    ] {
        let records = named(&["short", &long]);
        let records: Vec<_> = records.iter().map(String::as_str).collect();
        let run = list(&records, "--columns version,name,status");
        let head = format!("VERSION  {:width$}  STATUS", "NAME");
        let short = format!("{:>7}  {:width$}  -", 0, "short");
        let whole = format!("{:>7}  {long}  -", 1);
        assert_eq!(run.stdout, [head, short, whole, String::new()].join("\n"), "{long}");
    }
}

/// Programs such as `watch` export the width of the screen that they fill.
#[test]
fn exported_columns_are_the_width_in_a_pipe() {
    let records = named(&[&"每周全量备份_".repeat(36), &"x".repeat(300)]);
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let list = |columns: &str, flags: &str| {
        let service = Service::answering([Answer::page(&records, "2")]);
        let run = service.cbr(&format!("backups list {flags}")).with_key();
        run.env("COLUMNS", columns).run().stdout
    };
    let expected = "\
ID                                    NAME
00000000-0000-4000-8000-000000000000  每周全量备份_每周全量备份_每周全量备份_每…
00000000-0000-4000-8000-000000000001  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
";
    assert_eq!(list("80", "--columns id,name"), expected);
    let expected = "\
RESOURCE  STATUS  CREATED (UTC)     EXPIRES (UTC)  TYPE  NAME           ID …
-         -       2020-02-21 07:00  -              -     每周全量备份…  00000000
-         -       2020-02-21 07:00  -              -     xxxxxxxxxxxx…  00000000
";
    assert_eq!(list("80", ""), expected);
    // Other formats, and values that are not a width, change nothing.
    let whole = list("", "");
    assert!(!whole.contains('…') && whole.contains("2020-02-21T07:00:59Z"), "{whole}");
    for invalid in ["0", "-1", "wide", "80.5"] {
        assert_eq!(list(invalid, ""), whole, "{invalid}");
    }
    for format in ["csv", "jsonl", "json", "markdown", "ids"] {
        let flags = format!("-o {format}");
        assert_eq!(list("80", &flags), list("", &flags), "{format}");
    }
}

#[test]
fn an_empty_list_is_a_header() {
    let header = "RESOURCE  STATUS  CREATED  EXPIRES  TYPE  SIZE  NAME  ID\n";
    assert_eq!(sandboxed("--backups 0", "backups list").run().stdout, header);
    assert_eq!(sandboxed("--backups 0", "backups list --no-headers").run().stdout, "");
    let wide = sandboxed("--backups 0", "backups list -o wide").run().stdout;
    assert!(wide.starts_with("RESOURCE  STATUS  CREATED  EXPIRES  TYPE  SIZE  NAME  VAULT_ID  "));
    assert!(wide.ends_with("  ID\n"), "{wide}");
}

#[test]
fn wide_extends_the_columns_of_table() {
    let header = |format: &str| {
        let run = sandboxed("--backups 0", &format!("backups list -o {format}")).run();
        run.stdout.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let (table, wide) = (header("table"), header("wide"));
    assert!(table.iter().all(|column| wide.contains(column)), "{table:?} {wide:?}");
    assert!(wide.len() > table.len(), "{wide:?}");
}
