//! `cbr backups show`: one backup with all of its fields.

use serde_json::Value;

use crate::harness::{Answer, PROJECT_ID, Run, Sandbox, Service, read_yaml, sandboxed};

const DOCUMENTED: &str = include_str!("../data/show_server_backup.json");
const ID: &str = "6df2b54c-dd62-4059-a07c-1b8f24f2725d";

fn show(body: &str, flags: &str) -> Run {
    let service = Service::answering([Answer::new(200, body)]);
    let run = service.cbr(&format!("backups show {ID} {flags}")).with_key().run();
    assert_eq!(service.received().len(), 1);
    assert_eq!(service.received()[0].line, format!("GET /v3/p1/backups/{ID}"));
    run
}

#[test]
fn the_documented_response_is_printed_completely() {
    let sent: Value = serde_json::from_str(DOCUMENTED).unwrap();
    for format in ["json", "jsonl"] {
        let run = show(DOCUMENTED, &format!("-o {format}"));
        assert_eq!(run.lines().len(), 1, "{format}");
        assert_eq!(run.json(), sent["backup"], "{format}");
    }
    let rows = show(DOCUMENTED, "-o csv").csv();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][0], sent["backup"]["id"]);
}

/// A line for each column and for each field without a column; then the children.
#[test]
fn every_field_has_its_line() {
    let run = show(DOCUMENTED, "");
    assert_eq!(run.stdout, show(DOCUMENTED, "-o long").stdout);
    let lines = run.lines();
    let sent: Value = serde_json::from_str(DOCUMENTED).unwrap();
    let backup = sent["backup"].as_object().unwrap();
    for (name, value) in backup {
        if ["children", "extend_info"].contains(&name.as_str()) {
            continue;
        }
        let line = lines.iter().find(|line| line.split(' ').next() == Some(name));
        let line = line.unwrap_or_else(|| panic!("{name} is not in {}", run.stdout));
        let shown = line.strip_prefix(name.as_str()).unwrap().trim();
        match value {
            Value::Null => assert_eq!(shown, "-", "{name}"),
            Value::String(text) if name.ends_with("_at") => assert_eq!(shown, format!("{text}Z")),
            Value::String(text) => assert_eq!(shown, text, "{name}"),
            Value::Number(size) => assert_eq!(shown, format!("{size} GB"), "{name}"),
            other => assert_eq!(shown, other.to_string(), "{name}"),
        }
    }
    let info = lines.iter().position(|line| *line == "extend_info").unwrap();
    for (name, _) in backup["extend_info"].as_object().unwrap() {
        let is_there = |line: &&str| line.split_whitespace().next() == Some(name);
        assert!(lines[info..].iter().any(is_there), "{name}");
    }
    let children = lines.iter().position(|line| *line == "children").unwrap();
    let child = backup["children"][0]["id"].as_str().unwrap();
    assert!(lines[children + 1].starts_with("  RESOURCE "), "{}", run.stdout);
    assert!(lines[children + 2].ends_with(&format!("  {child}")), "{}", run.stdout);
    assert_eq!(lines.len(), children + 3);
}

#[test]
fn only_chosen_fields_are_shown() {
    let run = show(DOCUMENTED, "--columns status,id");
    let id = serde_json::from_str::<Value>(DOCUMENTED).unwrap()["backup"]["id"].clone();
    assert_eq!(run.stdout, format!("status  available\nid      {}\n", id.as_str().unwrap()));
}

/// Same as a list of one, but json and yaml have no list around it.
#[test]
fn other_formats_print_one_row() {
    let sent: Value = serde_json::from_str(DOCUMENTED).unwrap();
    assert_eq!(read_yaml(&show(DOCUMENTED, "-o yaml").stdout), sent["backup"]);
    let id = sent["backup"]["id"].as_str().unwrap();
    assert_eq!(show(DOCUMENTED, "-o ids").stdout, format!("{id}\n"));
    for (format, lines) in [("table", 2), ("wide", 2), ("tsv", 2), ("markdown", 3)] {
        let run = show(DOCUMENTED, &format!("-o {format}"));
        assert_eq!(run.lines().len(), lines, "{format}");
        assert!(run.lines()[lines - 1].contains(id), "{format}");
    }
}

/// The id of a listed row shows the backup, with fields that the list does not have.
#[test]
fn a_server_backup_has_its_volumes() {
    let sandbox = Sandbox::start("--backups 100");
    let run = sandbox.cbr("backups list --resource-type server --limit 1 -o jsonl --columns id");
    let id = run.with_key().run().json()["id"].as_str().unwrap().to_owned();
    let sent: Value = serde_json::from_str(&sandbox.body(&format!("backups/{id}"))).unwrap();
    let run = sandbox.cbr("backups show -o json").arg(&id).with_key().run();
    assert_eq!(run.json(), sent["backup"]);
    let children = sent["backup"]["children"].as_array().unwrap();
    assert!(!children.is_empty());
    // A volume can be shown by its own id.
    let child = children[0]["id"].as_str().unwrap();
    let run = sandbox.cbr("backups show -o json").arg(child).with_key().run();
    assert_eq!(run.json(), children[0]);
    let requests = sandbox.requests();
    let request = requests.last().unwrap();
    assert_eq!(request.line(), format!("GET /v3/{PROJECT_ID}/backups/{child}"));
    assert_eq!(request.status, Some(200));
}

#[test]
fn a_missing_backup_is_an_error() {
    let sandbox = Sandbox::start("--backups 3");
    let expected = "cbr: error: HTTP 404 BackupService.6200: Backup does not exist. (request \
                00000000000000000000000000000001)\n\
                cbr: hint: cbr backups list shows the ids that there are\n";
    let id = "6df2b54c-dd62-4059-a07c-1b8f24f2725d";
    sandbox.cbr("backups show").arg(id).with_key().exit(4).stderr(expected).run();
}

#[test]
fn an_invalid_backup_is_unreadable_in_every_format() {
    for (body, reason) in [
        (r#"{"backup":null}"#, "the backup is not an object"),
        (r#"{"backup":[1]}"#, "the backup is not an object"),
        (r#"{"backups":[]}"#, "missing field `backup` at line 1 column 14"),
        ("<html></html>", "expected value at line 1 column 1"),
    ] {
        for format in ["long", "table", "json", "jsonl", "csv", "yaml"] {
            let service = Service::answering([Answer::new(200, body)]);
            let message = format!(
                "cbr: error: unreadable answer: {reason}: {body}\n\
                 cbr: hint: check that --endpoint is the CBR endpoint, and not a proxy's page\n"
            );
            let run = service.cbr(&format!("backups show {ID} -o {format}")).with_key();
            run.exit(5).stderr(message).run();
            assert_eq!(service.received().len(), 1, "{body}");
        }
    }
}

/// Only a whole id becomes a segment of the path.
#[test]
fn names_cannot_change_the_path() {
    for name in [".", "..", "../vaults", "a/b?c=d#e", "%2e", "备份", &"a".repeat(65)] {
        let service = Service::answering([Answer::new(200, r#"{"backups":[],"count":0}"#)]);
        let run = service.cbr("backups show -o jsonl").arg(name).with_key().exit(4);
        let expected = format!("cbr: error: no backup is named '{name}'\ncbr: hint: ");
        run.stderr_holds([expected.as_str()]).run();
        let lines: Vec<_> = service.received().into_iter().map(|it| it.line).collect();
        assert_eq!(lines.len(), 1, "{name}");
        assert!(lines[0].starts_with("GET /v3/p1/backups?"), "{name} {lines:?}");
    }
}

#[test]
fn invalid_selectors_are_rejected_before_any_request() {
    let typo = ID.replace('f', "g");
    for id in ["", " a", "a ", "auto*", &typo, &"a".repeat(256)] {
        let service = Service::answering([Answer::new(200, "{}")]);
        let run = service.cbr("backups show -o jsonl").args([ID, id]).with_key();
        run.exit(2).stderr_holds(["'<ID>...'"]).run();
        assert!(service.received().is_empty(), "{id}");
    }
}

/// Returns the lines of the requests without their page.
fn requested(sandbox: &Sandbox) -> Vec<String> {
    let line = |line: String| line.split("limit=").next().unwrap_or_default().to_owned();
    sandbox.requests().iter().map(|request| line(request.line())).collect()
}

/// A prefix needs one read of the list, a name one filtered list, and both together the list alone.
#[test]
fn prefixes_and_names_are_resolved_with_few_requests() {
    let listed = sandboxed("--backups 300", "backups list -o json --columns id,name").run().json();
    let rows = listed.as_array().unwrap();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let is_unique = |row: &&Value| rows.iter().filter(|it| it["name"] == row["name"]).count() == 1;
    let of_server = rows.iter().filter(is_unique).find(|row| text(row, "name").len() > 3).unwrap();
    let (id, name) = (text(of_server, "id"), text(of_server, "name"));
    let other = text(&rows[7], "id");
    let list = format!("GET /v3/{PROJECT_ID}/backups?");
    let show = |id: &str| format!("GET /v3/{PROJECT_ID}/backups/{id}");
    let cases = [
        (vec![&id[..8]], vec![id.as_str()], 1),
        (vec![&name], vec![&id], 1),
        (vec![&other, &name], vec![&other, &id], 1),
        (vec![&name, &other[..8], &other[..13]], vec![&id, &other, &other], 1),
        (vec![&other, &id], vec![&other, &id], 0),
    ];
    for (selectors, expected, lists) in cases {
        let sandbox = Sandbox::start("--backups 300");
        let run = sandbox.cbr("backups show -o json").args(&selectors).with_key().run();
        let shown = match run.json() {
            Value::Array(backups) => backups,
            backup => vec![backup],
        };
        assert_eq!(run.stdout.starts_with('['), selectors.len() > 1, "{selectors:?}");
        let ids: Vec<_> = shown.iter().map(|backup| text(backup, "id")).collect();
        assert_eq!(ids, expected, "{selectors:?}");
        let mut lines = requested(&sandbox);
        let first = lines.drain(..lists).collect::<Vec<_>>();
        assert!(first.iter().all(|line| line.starts_with(&list)), "{first:?}");
        lines.sort();
        let mut shows: Vec<_> = expected.iter().map(|id| show(id)).collect();
        shows.sort();
        assert_eq!(lines, shows, "{selectors:?}");
    }
}

#[test]
fn ambiguous_and_unknown_selectors_are_errors() {
    let row = |id: &str, name: &str| {
        format!(
            r#"{{"id":"{id}","name":"{name}","resource_name":"web","created_at":"2026-11-19T23:57:42.5"}}"#
        )
    };
    let (one, two) =
        ("7b2bf477-0000-4000-8000-000000000001", "7b2bf477-0000-4000-8000-000000000002");
    let body = format!(
        r#"{{"count":3,"backups":[{},{},{}]}}"#,
        row(one, "nightly"),
        row(two, "nightly"),
        row("00000000-0000-4000-8000-000000000003", "nightly-2")
    );
    let several = format!(
        "matches 2 backups: {one} (web, 2026-11-19T23:57:42Z), {two} (web, 2026-11-19T23:57:42Z)"
    );
    let cases = [
        ("nightly", 2, several.as_str()),
        ("7b2bf477", 2, &several),
        ("night", 4, "no backup is named 'night'"),
        ("ffffffff", 4, "no backup has an id that begins with 'ffffffff'"),
    ];
    for (selector, exit, expected) in cases {
        let service = Service::answering([Answer::new(200, &body)]);
        let run = service.cbr("backups show").arg(selector).with_key().exit(exit);
        run.stderr_holds([expected, "\ncbr: hint: "]).run();
        assert_eq!(service.received().len(), 1, "{selector}");
    }
}

/// Nothing is printed, and the backup that cannot be read is named.
#[test]
fn one_missing_backup_of_several_is_an_error() {
    let missing = "00000000-0000-4000-8000-000000000000";
    let sandbox = Sandbox::start("--backups 30");
    let run = sandbox.cbr("backups list --limit 1 -o ids").with_key().run();
    let expected = format!("cbr: error: backup {missing}: HTTP 404 BackupService.6200");
    let run = sandbox.cbr("backups show").args([run.lines()[0], missing]).with_key();
    run.exit(4).stderr_holds([expected.as_str()]).run();
}

#[test]
fn a_dry_run_prints_the_first_request() {
    let cases = [
        ("nightly", "/backups?", "# Then one request for each backup that was found."),
        ("7b2bf477", "/backups?", "# Then one request for each backup that was found."),
        (ID, &format!("/backups/{ID}"), ""),
    ];
    for (selector, path, then) in cases {
        let service = Service::answering([Answer::new(200, "{}")]);
        let run = service.cbr("backups show --dry-run").arg(selector).with_key().run();
        assert!(run.stdout.contains(path) && run.stdout.contains(then), "{}", run.stdout);
        assert!(service.received().is_empty(), "{selector}");
    }
}
