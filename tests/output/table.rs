//! table and wide: aligned, greppable, harmless, and whole where nobody is looking.

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
ID                                    NAME         RESOURCE_NAME  RESOURCE_TYPE       RESOURCE_SIZE  STATUS     CREATED_AT            EXPIRED_AT
b1c4afd9-e7a6-4888-9010-c2bac3aa7910  autobk_b629  test001-02     OS::Nova::Server            40 GB  available  2020-02-21T07:00:54Z  -
5606aab5-2dc2-4498-8144-dc848d099af5  a            qsy_000        OS::Cinder::Volume       10000 GB  error      2020-02-21T07:00:34Z  2020-03-22T07:00:34Z
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

/// Backups with these names, given as in JSON, newest first.
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

/// Chinese and emoji take two cells each, marks none.
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
            assert!(line.starts_with(record["id"].as_str().unwrap()), "{line}");
            assert!(!line.ends_with(' '), "{line}");
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(!line.contains(['\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}']), "{line:?}");
        }
    }
}

/// On a pipe: whole, however long it is, and the same whatever the terminal of the user is.
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
        let run = run.with_key().env("COLUMNS", "40").env("TERM", "xterm").run();
        assert_eq!(run.lines()[1], format!("1   {name}  {}", "x".repeat(5000)));
        assert!(!run.stdout.contains('…'));
    }
}

#[test]
fn an_empty_list_is_a_header() {
    let header =
        "ID  NAME  RESOURCE_NAME  RESOURCE_TYPE  RESOURCE_SIZE  STATUS  CREATED_AT  EXPIRED_AT\n";
    assert_eq!(sandboxed("--backups 0", "backups list").run().stdout, header);
    assert_eq!(sandboxed("--backups 0", "backups list --no-headers").run().stdout, "");
    assert!(
        sandboxed("--backups 0", "backups list -o wide")
            .run()
            .stdout
            .starts_with("ID  NAME  VAULT_ID  ")
    );
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
