//! The documented account of 1663 backups, 150 of them of servers, and the documented requests.

use crate::harness::sandboxed;

#[test]
fn the_quick_start_prints_every_backup_of_a_server() {
    let run = sandboxed("", "backups list --resource-type OS::Nova::Server").run();
    let lines = run.lines();
    assert_eq!(lines.len(), 1 + 150);
    assert!(lines[0].starts_with("RESOURCE "), "{}", lines[0]);
    assert!(lines[1..].iter().all(|line| line.contains("  OS::Nova::Server  ")));
    assert_eq!(run.windows(), [(0, 1000)]);
}

#[test]
fn the_whole_account_in_every_format() {
    let all = |format: &str| {
        let run = sandboxed("", &format!("backups list -o {format}")).run();
        assert_eq!(run.windows(), [(0, 1000), (999, 1000)], "{format}");
        run
    };
    assert_eq!(all("table").lines().len(), 1 + 1663);
    assert_eq!(all("wide").lines().len(), 1 + 1663);
    assert_eq!(all("csv").csv().len(), 1 + 1663);
    assert_eq!(all("jsonl").lines().len(), 1663);
    assert_eq!(all("json").json().as_array().map(Vec::len), Some(1663));
}

/// API page "Querying Backups", first example request: `GET …/backups?limit=100&offset=0`.
#[test]
fn the_first_documented_request() {
    let run = sandboxed("", "backups list --limit 100 --offset 0 -o jsonl").run();
    assert_eq!(run.lines().len(), 100);
    let [request] = run.requests.as_slice() else { panic!("{:?}", run.requests) };
    assert_eq!(
        request.line(),
        "GET /v3/5a4db0c5000000000000000000000001/backups?limit=100&offset=0&sort=created_at:desc,id:desc"
    );
}

/// API page "Querying Backups", second example request:
/// `GET …/backups?resource_type=OS::Nova::Server&limit=5&offset=0`.
#[test]
fn the_second_documented_request() {
    let args = "backups list --resource-type OS::Nova::Server --limit 5 --offset 0 -o jsonl";
    let run = sandboxed("", args).run();
    assert_eq!(run.lines().len(), 5);
    let [request] = run.requests.as_slice() else { panic!("{:?}", run.requests) };
    assert_eq!(
        request.line(),
        "GET /v3/5a4db0c5000000000000000000000001/backups?limit=5&offset=0&resource_type=OS::Nova::Server&sort=created_at:desc,id:desc"
    );
}
