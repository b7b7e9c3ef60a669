//! tsv: a line a record, read back like csv, and by shell tools.

use crate::harness::{Run, sandboxed, script};

fn list(options: &str, flags: &str) -> Run {
    sandboxed(options, &format!("backups list {flags}")).run()
}

/// Returns the value of a field, as a reader decodes it.
fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut chars = field.chars();
    while let Some(char) = chars.next() {
        text.push(match char {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('\\') => '\\',
                Some('0') => '\0',
                other => panic!("{other:?} in {field}"),
            },
            other => other,
        });
    }
    text
}

/// Includes all awkward names.
#[test]
fn fields_equal_those_of_csv() {
    let tsv = list("--backups 300", "-o tsv");
    let rows: Vec<Vec<_>> =
        tsv.lines().iter().map(|line| line.split('\t').map(unescaped).collect()).collect();
    assert_eq!(rows, list("--backups 300", "-o csv").csv());
    assert!(tsv.stdout.contains("\\n") && tsv.stdout.contains("\\t"), "nothing was escaped");
}

/// `jq` writes the same bytes for the same fields.
#[test]
fn values_are_escaped_as_jq_does() {
    if crate::host::find("jq").is_none() {
        return;
    }
    let columns = "id,name,resource_name,resource_size,status,description";
    let fields: Vec<_> = columns.split(',').map(|column| format!(".{column}")).collect();
    let query = format!("[.[] | [{}]][] | @tsv", fields.join(","));
    let list = "cbr sandbox --epoch 2026-11-20 --backups 300 -- backups list";
    let ours = script(&format!("{list} -o tsv --columns {columns} --no-headers"));
    let theirs = script(&format!("{list} -o json | jq -r '{query}'"));
    assert_eq!((ours.code, theirs.code), (Some(0), Some(0)), "{}", theirs.stderr);
    assert_eq!(ours.stdout.lines().count(), 300);
    for (ours, theirs) in ours.stdout.lines().zip(theirs.stdout.lines()) {
        assert_eq!(ours, theirs);
    }
}

#[test]
fn headers_and_streams_equal_those_of_csv() {
    let header = list("--backups 0", "-o csv").stdout.replace(',', "\t");
    assert_eq!(list("--backups 0", "-o tsv").stdout, header);
    assert_eq!(list("--backups 0", "-o tsv --stream").stdout, header);
    assert_eq!(list("--backups 0", "-o tsv --no-headers").stdout, "");
    let whole = list("--backups 300", "-o tsv --page-size 40").stdout;
    assert_eq!(list("--backups 300", "-o tsv --page-size 40 --stream").stdout, whole);
}
