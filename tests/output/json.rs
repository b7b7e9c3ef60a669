//! json and jsonl: the bytes that the service sent.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::harness::{Answer, Sandbox, Service, sandboxed, script};

/// Returns the records of a listing as they are in its body.
fn records(body: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Listing<'a> {
        #[serde(borrow)]
        backups: Vec<&'a RawValue>,
    }
    let listing: Listing<'_> = serde_json::from_str(body).unwrap();
    listing.backups.into_iter().map(|record| record.get().to_owned()).collect()
}

fn array(records: &[String]) -> String {
    format!("[\n{}\n]\n", records.join(",\n"))
}

fn lines(records: &[String]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Includes the awkward backups: nulls, unknown fields, numbers that no float holds, duplicate
/// keys, escapes of every kind.
#[test]
fn every_byte_of_every_record_is_kept() {
    let sandbox = Sandbox::start("--backups 300");
    let sent = records(&sandbox.body("backups?sort=created_at:desc,id:desc"));
    assert_eq!(sent.len(), 300);
    assert!(sent.iter().any(|record| record.contains("123456789012345678901234567890")));
    let list = |flags: &str| {
        let run = sandbox.cbr("backups list --page-size 50").args(flags.split_whitespace());
        run.with_key().run().stdout
    };
    assert_eq!(list("-o json"), array(&sent));
    assert_eq!(list("-o jsonl"), lines(&sent));
    assert_eq!(list("-o jsonl --stream"), lines(&sent));
    assert_eq!(list("-o jsonl --limit 7 --offset 3"), lines(&sent[3..10]));
    assert_eq!(list("-o json --limit 1"), array(&sent[..1]));
}

#[test]
fn replication_records_are_printed_on_request() {
    let sandbox = Sandbox::start("--backups 300");
    let query = "backups?sort=created_at:desc,id:desc&show_replication=true";
    let sent = records(&sandbox.body(query));
    assert!(sent.iter().any(|record| record.contains("destination_region")));
    let run = sandbox.cbr("backups list -o json --show-replication").with_key().run();
    assert_eq!(run.stdout, array(&sent));
}

#[test]
fn an_empty_list_is_an_empty_array() {
    assert_eq!(sandboxed("--backups 0", "backups list -o json").run().stdout, "[]\n");
    assert_eq!(sandboxed("--backups 0", "backups list -o jsonl").run().stdout, "");
}

/// Records that a careless reader changes. Only line breaks between tokens are removed, so that a
/// record stays on its line.
#[test]
fn awkward_records_are_unchanged_on_one_line_each() {
    let cases = [
        (r#"{"id":"a","n":123456789012345678901234567890,"m":-0,"e":1E+2,"f":1.10}"#, None),
        (r#"{"id":"a","\u0069d2":"\u0041\/\ud83d\ude00","s":"\u0000\u001b"}"#, None),
        (r#"{ "id" : "a" , "twice" : 1 , "twice" : 2 }"#, None),
        (r#"{"zebra":1,"id":"a","ape":{"b":1,"a":[[],{}]},"null":null}"#, None),
        (r#"{"id":"not-a-uuid","id_again":"a"}"#, None),
        (r#"{"id":"备份 \"1\"","half":"\ud83d"}"#, None),
        ("{\n  \"id\": \"a\",\n  \"b\": \" \\n \"\r\n}", Some(r#"{"id":"a","b":" \n "}"#)),
    ];
    for (record, on_one_line) in cases {
        let expected = on_one_line.unwrap_or(record);
        for (format, printed) in
            [("jsonl", format!("{expected}\n")), ("json", format!("[\n{expected}\n]\n"))]
        {
            let service = Service::answering([Answer::page(&[record], "1")]);
            let run = service.cbr(&format!("backups list -o {format}")).with_key().run();
            assert_eq!(run.stdout, printed);
        }
    }
}

/// The documented answers, unchanged. They have no offset and limit, and times in two forms.
#[test]
fn documented_responses_are_printed_unchanged() {
    for (body, rows) in [
        (include_str!("../data/list_no_echo.json"), 2),
        (include_str!("../data/list_offset_timestamps.json"), 2),
    ] {
        let service = Service::answering([Answer::new(200, body)]);
        let run = service.cbr("backups list -o json").with_key().run();
        let sent: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(run.json(), sent["backups"]);
        assert_eq!(run.lines().len(), rows + 2);
    }
}

/// Every format has the same ids, as jq and shell tools read them.
#[test]
fn jq_reads_what_ids_prints() {
    if crate::host::find("jq").is_none() {
        return;
    }
    let list = "cbr sandbox --epoch 2026-11-20 --backups 300 -- backups list";
    let ids = script(&format!("{list} -o ids | while read -r id; do echo \"$id\"; done"));
    assert_eq!(ids.stdout.lines().count(), 300);
    for read in [
        "-o json | jq -r '.[].id'",
        "-o jsonl | jq -r .id",
        "-o json --columns id,extend_info.auto_trigger | jq -r '.[] | .id'",
        "-o yaml | sed -n 's/^  id: \"\\(.*\\)\"$/\\1/p; s/^- id: \"\\(.*\\)\"$/\\1/p'",
        "-o tsv --no-headers | cut -f 1",
        "-o long | awk '$1 == \"id\" { print $2 }'",
        "-o table --no-headers | awk '{ print $NF }'",
        "-o markdown | sed 1,2d | awk '{ print $(NF - 1) }'",
    ] {
        let shown = script(&format!("{list} {read}"));
        assert_eq!((shown.stdout, shown.stderr.as_str()), (ids.stdout.clone(), ""), "{read}");
    }
}
