//! csv, read back by another implementation.

use serde_json::Value;

use crate::harness::{Answer, Run, Service, cbr, sandboxed};

const HEADER: &str = "\
    id,name,checkpoint_id,project_id,vault_id,provider_id,resource_id,resource_name,\
    resource_type,resource_size,resource_az,status,image_type,created_at,updated_at,\
    protected_at,expired_at,description,parent_id,enterprise_project_id,incremental,\
    version,scheduled_operation_id";

fn list(options: &str, flags: &str) -> Run {
    sandboxed(options, &format!("backups list {flags}")).run()
}

/// Returns the cell for a value: text unchanged, empty for null and missing values.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Includes all awkward names: commas, quotes, line ends of each kind, escapes, formulas.
#[test]
fn another_parser_reads_the_original_values() {
    let rows = list("--backups 300", "-o csv").csv();
    let records = list("--backups 300", "-o json").json();
    let records = records.as_array().unwrap();
    assert_eq!(rows.len(), 1 + records.len());
    assert_eq!(rows[0].join(","), HEADER);
    for (row, record) in rows[1..].iter().zip(records) {
        assert_eq!(row.len(), rows[0].len(), "{row:?}");
        for (name, shown) in rows[0].iter().zip(row) {
            let expected = match name.as_str() {
                // Times have a zone here, and are compared with the service's below.
                name if name.ends_with("_at") => continue,
                "incremental" if record.get(name).is_none() => {
                    cell(&record["extend_info"]["incremental"])
                }
                name => cell(&record[name]),
            };
            assert_eq!(*shown, expected, "{name} of {record}");
        }
    }
}

/// A page whose names contain escapes, and the same page without. Values and names are decoded.
#[test]
fn names_with_escapes_are_recognized() {
    const ESCAPED: &str = r#"{"\u0062ackups":[{"\u0069d":"a","n\u0061me":"x, y","\u0073tatus":"error","st\\u0061tus":"no",
        "extend_inf\u006f":{"incr\u0065mental":true,"boot\u0061ble":"b"},"\ud800":1}],"\u0063ount":1}"#;
    const PLAIN: &str = r#"{"backups":[{"id":"a","name":"x, y","status":"error",
        "extend_info":{"incremental":true,"bootable":"b"}}],"count":1}"#;
    for flags in [
        "-o csv",
        "-o csv --columns id,name,status,incremental,extend_info.bootable",
        "-o tsv",
        "-o wide",
        "-o ids",
        "-o json --columns id,name,status,incremental",
        "-o csv --sort name",
        "-o csv --name-matches x*",
    ] {
        let printed = |body: &str| {
            let service = Service::answering([Answer::new(200, body)]);
            let run = service.cbr(&format!("backups list {flags}")).with_key().run();
            // The count is known, so nothing behind the only row is requested.
            assert_eq!(service.received().len(), 1, "{flags}");
            run.stdout
        };
        assert_eq!(printed(ESCAPED), printed(PLAIN), "{flags}");
    }
}

/// As in `jq` and most other JSON readers.
#[test]
fn the_last_of_several_fields_with_one_name_is_the_cell() {
    let record = r#"{"id":"a","name":"x","n\u0061me":"y","status":"error","status":null,"id":"b"}"#;
    for (flags, expected) in [
        ("-o csv --columns id,name,status", "id,name,status\nb,y,\n"),
        ("-o jsonl", &*format!("{record}\n")),
    ] {
        let service = Service::answering([Answer::page(&[record], "1")]);
        let run = service.cbr(&format!("backups list {flags}")).with_key().run();
        assert_eq!(run.stdout, expected, "{flags}");
    }
}

/// In each of the forms that the service sends.
#[test]
fn times_end_in_z_and_keep_all_digits() {
    let cases = [
        (r#""2020-02-21T07:00:54.065135""#, "2020-02-21T07:00:54.065135Z"),
        (r#""2020-02-21T07:07:25.114+00:00""#, "2020-02-21T07:07:25.114Z"),
        (r#""2020-02-21T07:00:54""#, "2020-02-21T07:00:54Z"),
        (r#""2020-02-21T23:30:00.5+08:00""#, "2020-02-21T15:30:00.5Z"),
        (r#""2020-02-23T01:00:32Z""#, "2020-02-23T01:00:32Z"),
        (r#""soon""#, "soon"),
        ("null", ""),
        (r#""""#, ""),
    ];
    for (sent, shown) in cases {
        let record = format!(r#"{{"id":"a","updated_at":{sent}}}"#);
        let service = Service::answering([Answer::page(&[&record], "1")]);
        let run = service.cbr("backups list -o csv --columns updated_at,id").with_key().run();
        assert_eq!(run.stdout, format!("updated_at,id\n{shown},a\n"), "{sent}");
    }
    let times = list("--backups 300", "-o csv --columns created_at --no-headers");
    assert_eq!(times.lines().len(), 300);
    assert!(times.lines().iter().all(|time| time.ends_with('Z')), "{}", times.stdout);
}

#[test]
fn an_empty_list_has_its_header() {
    assert_eq!(list("--backups 0", "-o csv").stdout, format!("{HEADER}\n"));
    assert_eq!(list("--backups 0", "-o csv --stream").stdout, format!("{HEADER}\n"));
    assert_eq!(list("--backups 0", "-o csv --columns name,id").stdout, "name,id\n");
    assert_eq!(list("--backups 0", "-o csv --no-headers").stdout, "");
}

#[test]
fn streaming_changes_no_byte() {
    let whole = list("--backups 300", "-o csv --page-size 40").stdout;
    assert_eq!(list("--backups 300", "-o csv --page-size 40 --stream").stdout, whole);
}

/// Lists and objects stay JSON; a row ends with a plain line feed.
#[test]
fn nested_values_are_json_on_one_line() {
    let record = "{\"id\":\"a\",\"name\":{\"b\" : [1, \"c\\n\"]},\"status\":true,\"version\":1E+2,\
                  \"description\":[\n]}";
    let service = Service::answering([Answer::page(&[record], "1")]);
    let run = service.cbr("backups list -o csv --columns name,status,version,description");
    let run = run.with_key().run();
    assert!(!run.stdout.contains('\r'));
    assert_eq!(run.csv()[1], [r#"{"b":[1,"c\n"]}"#, "true", "1E+2", "[]"]);
}

#[test]
fn spreadsheet_output_has_a_bom_and_no_formulas() {
    const MARK: &str = "\u{feff}";
    let plain = list("--backups 300", "-o csv");
    let marked = list("--backups 300", "-o csv --csv-bom").stdout;
    assert_eq!(marked.strip_prefix(MARK), Some(&*plain.stdout));
    assert_eq!(list("--backups 0", "-o csv --csv-bom --no-headers").stdout, MARK);
    let streamed = list("--backups 300", "-o csv --csv-bom --stream --page-size 40").stdout;
    assert_eq!(streamed, marked);

    let safe = list("--backups 300", "-o csv --csv-safe");
    let mut formulas = 0;
    for (safe, plain) in safe.csv().iter().flatten().zip(plain.csv().iter().flatten()) {
        if plain.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
            formulas += 1;
            assert_eq!(*safe, format!("'{plain}"));
        } else {
            assert_eq!(safe, plain);
        }
    }
    assert!(formulas > 3, "{formulas}");
}

/// A number is not escaped as a formula, whatever its sign.
#[test]
fn numbers_are_no_formulas() {
    let record = r#"{"id":"a","resource_size":-1,"version":"-1+2"}"#;
    let service = Service::answering([Answer::page(&[record], "1")]);
    let run =
        service.cbr("backups list -o csv --csv-safe --columns resource_size,version --no-headers");
    assert_eq!(run.with_key().run().stdout, "-1,'-1+2\n");
}

/// Excel in Germany or France separates by semicolons, and recognizes times without a zone.
#[test]
fn spreadsheets_get_their_separator_and_times() {
    let record = r#"{"id":"a;b","name":"c,d","created_at":"2026-11-19T23:57:42.065135"}"#;
    for (flags, expected) in [
        ("--csv-separator ;", "\"a;b\";c,d;2026-11-19T23:57:42.065135Z\n"),
        ("--csv-separator ; --time utc", "\"a;b\";c,d;2026-11-19 23:57:42\n"),
        ("--csv-separator tab --time local", "a;b\tc,d\t2026-11-20 00:57:42\n"),
        ("--time local", "a;b,\"c,d\",2026-11-20 00:57:42\n"),
        ("", "a;b,\"c,d\",2026-11-19T23:57:42.065135Z\n"),
    ] {
        let service = Service::answering([Answer::page(&[record], "1")]);
        let command = format!("backups list -o csv --no-headers --columns id,name,created {flags}");
        let run = service.cbr(&command).with_key().env("TZ", "CET-1");
        assert_eq!(run.run().stdout, expected, "{flags}");
    }
    cbr("backups list -o csv --csv-separator x")
        .exit(2)
        .stderr_holds(["--csv-separator", "write ',', ';', '|' or tab"])
        .run();
}
