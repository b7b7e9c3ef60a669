//! `--columns` and `--no-headers`: the fields that were chosen, in the user's order.

use crate::harness::{Answer, Run, Service, cbr, sandboxed};

const RECORD: &str = r#"{"name":"n","id":"i","resource_size":40,"extend_info":{"incremental":true},
    "updated_at":null,"shiny":1}"#;

fn list(flags: &str) -> Run {
    let service = Service::answering([Answer::page(&[RECORD], "1")]);
    service.cbr(&format!("backups list {flags}")).with_key().run()
}

#[test]
fn fields_stand_in_the_order_of_the_user() {
    let cases = [
        ("-o csv --columns resource_size,id,name", "resource_size,id,name\n40,i,n\n"),
        ("-o csv --columns name --columns id", "name,id\nn,i\n"),
        ("-o csv --columns NAME,Id", "name,id\nn,i\n"),
        ("-o csv --columns incremental,updated_at", "incremental,updated_at\ntrue,\n"),
        ("-o csv --columns id,name --no-headers", "i,n\n"),
        ("-o table --columns name,id", "NAME  ID\nn     i\n"),
        ("-o wide --columns name,id", "NAME  ID\nn     i\n"),
        ("-o table --columns name,id --no-headers", "n  i\n"),
        ("-o table --columns updated_at,id", "UPDATED_AT  ID\n-           i\n"),
        ("-o json --columns name,id", "[\n{\"name\":\"n\",\"id\":\"i\"}\n]\n"),
        ("-o jsonl --columns resource_size,id", "{\"resource_size\":40,\"id\":\"i\"}\n"),
        (
            "-o jsonl --columns updated_at,status,incremental",
            "{\"updated_at\":null,\"status\":null,\"incremental\":true}\n",
        ),
    ];
    for (flags, stdout) in cases {
        assert_eq!(list(flags).stdout, stdout, "{flags}");
    }
}

#[test]
fn columns_change_nothing_of_what_is_asked_for() {
    for columns in ["", "--columns name", "--columns id,status --no-headers"] {
        let run = sandboxed("--backups 3", &format!("backups list {columns}")).run();
        assert_eq!(run.windows(), [(0, 1000)]);
        assert!(run.requests[0].filters().is_empty());
    }
}

/// Each column of the help can be chosen, alone.
#[test]
fn every_documented_column_can_be_chosen() {
    let help = cbr("backups list --help").run().stdout;
    let lines = help.lines().map(str::trim).skip_while(|line| *line != "Columns:").skip(1);
    let columns = lines.map_while(|line| Some(line.strip_prefix("- ")?.split_once(": ")?.0));
    let columns: Vec<_> = columns.collect();
    assert_eq!(columns.len(), 23, "{columns:?}");
    for column in columns {
        let run = list(&format!("-o csv --columns {column}"));
        assert_eq!(run.lines()[0], column);
    }
}
