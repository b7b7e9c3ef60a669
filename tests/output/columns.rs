//! `--columns` and `--no-headers`: the selected fields, in the user's order.

use crate::harness::{Answer, Run, Service, cbr, sandboxed};

const RECORD: &str = r#"{"name":"n","id":"i","resource_size":40,
    "extend_info":{"incremental":true,"progress":100,"os_images_data":[{"image_id":"x"},{"image_id":"y"}]},
    "updated_at":null,"children":[{},{}],"shiny":1}"#;

fn list(flags: &str) -> Run {
    let service = Service::answering([Answer::page(&[RECORD], "1")]);
    service.cbr(&format!("backups list {flags}")).with_key().run()
}

#[test]
fn fields_are_in_the_requested_order() {
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
            "-o csv --columns extend_info.progress,children.count",
            "extend_info.progress,children.count\n100,2\n",
        ),
        (
            "-o csv --columns extend_info.os_images_data,id",
            "extend_info.os_images_data,id\n\"x,y\",i\n",
        ),
        ("-o tsv --columns id,+name,-id", "name\nn\n"),
        ("-o table --columns=-default,+name,+id", "NAME  ID\nn     i\n"),
        (
            "-o jsonl --columns extend_info.os_images_data,extend_info.progress",
            "{\"extend_info.os_images_data\":[\"x\",\"y\"],\"extend_info.progress\":100}\n",
        ),
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
fn columns_do_not_change_the_requests() {
    for columns in ["", "--columns name", "--columns id,status --no-headers"] {
        let run = sandboxed("--backups 3", &format!("backups list {columns}")).run();
        assert_eq!(run.windows(), [(0, 1000)]);
        assert!(run.requests[0].filters().is_empty());
    }
}

/// Each column of the help can be selected alone.
#[test]
fn every_documented_column_can_be_chosen() {
    let help = cbr("backups list --help").run().stdout;
    let lines = help.lines().map(str::trim).skip_while(|line| *line != "Columns:").skip(1);
    let columns = lines.map_while(|line| Some(line.strip_prefix("- ")?.split_once(": ")?.0));
    let columns: Vec<_> = columns.collect();
    assert_eq!(columns.len(), 57, "{columns:?}");
    assert!(columns.contains(&"age"), "{columns:?}");
    // These names take a request of their own, which this service does not answer.
    let is_asked = |column: &&str| ["vault_name", "project_name"].contains(column);
    for column in columns.into_iter().filter(|column| !is_asked(column)) {
        let run = list(&format!("-o csv --show-replication --columns {column}"));
        assert_eq!(run.lines()[0], column);
    }
}

#[test]
fn column_groups_expand_to_their_columns() {
    let header = |flags: &str| list(flags).lines()[0].replace(',', " ").to_lowercase();
    let words =
        |flags: &str| header(flags).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words("-o csv --columns default"), words("-o csv"));
    assert_eq!(words("-o table --columns default"), words("-o table"));
    let table = "resource status created expires type size name";
    let wide = "vault_id resource_id resource_az image_type description parent_id incremental id";
    assert_eq!(words("-o table").join(" "), [table, "id"].join(" "));
    assert_eq!(words("-o wide").join(" "), [table, wide].join(" "));
    assert_eq!(words("--columns wide"), words("-o wide"));
    let table = "resource_name status created_at expired_at resource_type resource_size name";
    assert_eq!(words("-o csv --columns wide").join(" "), [table, wide].join(" "));
    assert_eq!(words("-o csv --columns all").len(), 52);
    let added = [words("-o table"), vec!["vault_id".to_owned()]].concat();
    assert_eq!(words("--columns default,+vault_id"), added);
    assert_eq!(words("--columns=+vault_id"), added);
    assert_eq!(words("--columns +vault_id"), added);
    assert_eq!(words("--columns -name -o csv"), words("-o csv --columns default,-name"));
    assert!(!words("--columns default,+vault_id,-name").contains(&"name".to_owned()));
}

/// Without the flag, these columns are always empty, so `cbr` warns.
#[test]
fn replication_columns_need_show_replication() {
    let expected =
        "cbr: warning: replication.status: the service sends it only with --show-replication\n";
    let list = "backups list -o csv --columns replication.status,replication.destination_region,id";
    sandboxed("--backups 300", list).stderr(expected).run();
    let run = sandboxed("--backups 300", &format!("{list} --show-replication")).run();
    assert!(run.stdout.contains("success"), "{}", run.stdout);
    sandboxed("--backups 3", "backups list -o csv --columns all").run();
    let expected = expected.replace("status", "count");
    let list = "backups list -o ids --sort name,replication.count:asc";
    sandboxed("--backups 3", list).stderr(expected).run();
    sandboxed("--backups 3", &format!("{list} --show-replication")).run();
}

/// A list without children does not contain their number.
#[test]
fn the_number_of_children_is_empty_without_children() {
    for (children, csv, json) in [
        ("[{},{}]", "2", "2"),
        ("[{}]", "1", "1"),
        ("[]", "", "null"),
        ("null", "", "null"),
        ("7", "", "null"),
    ] {
        let record = format!(r#"{{"id":"i","children":{children}}}"#);
        let printed = |format: &str| {
            let service = Service::answering([Answer::page(&[&record], "1")]);
            let run = service.cbr(&format!("backups list -o {format} --columns children.count,id"));
            run.with_key().run().stdout
        };
        assert_eq!(printed("csv"), format!("children.count,id\n{csv},i\n"), "{children}");
        let expected = format!("{{\"children.count\":{json},\"id\":\"i\"}}\n");
        assert_eq!(printed("jsonl"), expected, "{children}");
    }
}

/// Scripts get seconds, a terminal shows whole units.
#[test]
fn age_is_the_time_since_creation() {
    let created = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(26);
    let record = format!(r#"{{"id":"i","created_at":"{created:.0}"}}"#).replace("Z\"", "\"");
    let printed = |record: &str, flags: &str| {
        let service = Service::answering([Answer::page(&[record], "1")]);
        let run = service.cbr(&format!("backups list --columns age --no-headers {flags}"));
        run.with_key().run().stdout.trim_end().to_owned()
    };
    assert_eq!(printed(&record, "-o wide"), "26 h");
    let seconds: u64 = printed(&record, "-o csv").parse().unwrap();
    assert!((26 * 3600..27 * 3600).contains(&seconds), "{seconds}");
    for unknown in [r#"{"id":"i"}"#, r#"{"id":"i","created_at":"soon"}"#] {
        assert_eq!(printed(unknown, "-o csv"), "\"\"", "{unknown}");
        assert_eq!(printed(unknown, "-o wide"), "-", "{unknown}");
    }
}

/// The names come from the list of vaults, with one more request.
#[test]
fn names_of_vaults_take_one_more_request() {
    let run = sandboxed("--backups 9", "backups list -o csv --columns vault_name,vault_id").run();
    let paths: Vec<_> = run.requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths.iter().filter(|path| path.ends_with("/vaults")).count(), 1, "{paths:?}");
    let rows = run.csv();
    assert_eq!(rows.len(), 10);
    assert!(rows[1..].iter().all(|row| row[0].starts_with("vault-")), "{rows:?}");
    // A name selects what its id selects.
    let (name, id) = (&rows[2][0], &rows[2][1]);
    let ids =
        |flags: &str| sandboxed("--backups 9", &format!("backups list --ids {flags}")).run().stdout;
    assert_eq!(ids(&format!("--vault {name}")), ids(&format!("--vault-id {id}")));
    assert_eq!(ids(&format!("--vault {id}")), ids(&format!("--vault-id {id}")));
    sandboxed("--backups 9", "backups list --vault vault-nowhere")
        .exit(4)
        .stderr_holds(["cbr: error: no vault has the name or ID `vault-nowhere`"])
        .run();
    let service = Service::start(|request, _| {
        let vaults = r#"{"count":2,"vaults":[{"id":"1","name":"db"},{"id":"2","name":"db"}]}"#;
        let is_list = request.line.contains("/vaults") && !request.line.contains("offset=2");
        Answer::new(200, if is_list { vaults } else { r#"{"count":2,"vaults":[]}"# })
    });
    let run = service.cbr("backups list --vault db").with_key().exit(2);
    run.stderr_holds(["2 vaults have the name `db`: 1, 2", "hint: give one of these ids"]).run();
    // Without the permission the names are missing, and the rows are complete.
    let run = sandboxed(
        "--backups 9 --source-fault vaults=403",
        "backups list -o csv --columns vault_name,vault_id",
    );
    let run = run.stderr_holds(["cbr: warning: the names of the vaults are missing"]).run();
    assert_eq!(run.csv().len(), 10);
    // If the list of vaults is not proven complete, a warning says so.
    let expected =
        "cbr: warning: the list of vaults could not be proven complete: some may be missing\n";
    for command in ["backups list -o csv --columns vault_name", "backups summary --by vault -o csv"]
    {
        let run =
            sandboxed("--backups 9 --source-fault vaults=short", command).stderr(expected).run();
        assert!(run.csv().len() > 3, "{command}");
    }
}
