//! The sources in the default account.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::protectables::USER_DATA;
use super::*;

/// Returns the body for a query such as `limit=1&offset=2`.
fn body(source: Source<'_>, query: &str) -> Result<Value, InvalidParameter> {
    faulty_body(source, query, None)
}

fn faulty_body(
    source: Source<'_>,
    query: &str,
    fault: Option<&SourceFault>,
) -> Result<Value, InvalidParameter> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<_> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let body = answer(source, &pairs, &Rows::sample(1663), fault)?;
    Ok(serde_json::from_slice(&body).unwrap())
}

fn key(source: Source<'_>) -> &'static str {
    match source {
        Source::Vaults => "vaults",
        Source::Protectables(_) => "instances",
        Source::Policies => "policies",
        Source::Tasks => "operation_logs",
    }
}

fn items(source: Source<'_>, query: &str) -> Vec<Value> {
    body(source, query).unwrap()[key(source)].as_array().unwrap().clone()
}

fn ids(source: Source<'_>, query: &str) -> Vec<String> {
    items(source, query).iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Returns all protectable resources of a type, page by page.
fn protectables(kind: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let step = if kind == "server" { 1 } else { 50 };
    for page in 0.. {
        let offset = page * step + usize::from(kind == "server");
        let page = items(Source::Protectables(kind), &format!("limit=50&offset={offset}"));
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    all
}

#[test]
fn every_state_of_protection_occurs() {
    let rows = Rows::sample(1663);
    let servers = protectables("server");
    let by_id: HashMap<_, _> =
        servers.iter().map(|server| (server["id"].as_str().unwrap(), server)).collect();
    assert_eq!(by_id.len(), servers.len());
    let bound: Vec<_> = items(Source::Vaults, "protect_type=backup")
        .iter()
        .flat_map(|vault| vault["resources"].as_array().unwrap().clone())
        .collect();
    let newest = |id: &str| {
        let is_usable = |row: &Row| row.resource_id().text() == id && row.status() == "available";
        rows.iter().find(is_usable).map(|row| (rows.newest() - row.created) / clock::DAY)
    };
    let ages: Vec<_> = bound.iter().map(|item| newest(item["id"].as_str().unwrap())).collect();
    assert!(ages.contains(&Some(0)), "fresh");
    assert!(ages.iter().any(|age| age.is_some_and(|days| days > 30)), "stale");
    assert!(ages.contains(&None), "bound without a usable backup");
    let states: HashSet<_> = bound.iter().map(|item| item["protect_status"].as_str()).collect();
    assert!(states.contains(&Some("available")) && states.contains(&Some("deleted")));

    let vault = |server: &Value| server.pointer("/protectable/vault/id").is_some();
    let result = |server: &Value| server.pointer("/protectable/result") == Some(&true.into());
    assert!(servers.iter().any(|server| vault(server) && result(server)), "bound");
    assert!(servers.iter().any(|server| !vault(server) && result(server)), "unprotected");
    assert!(servers.iter().any(|server| !vault(server) && !result(server)), "unsupported");

    let is_server = |row: &Row| row.resource_type() == "OS::Nova::Server";
    let backed_up: HashSet<_> =
        rows.iter().filter(is_server).map(|row| row.resource_id().text()).collect();
    let gone: Vec<_> = backed_up.iter().filter(|id| !by_id.contains_key(id.as_str())).collect();
    let listed = |id: &str| bound.iter().find(|item| item["id"] == *id);
    assert_eq!(gone.len(), 2, "orphans: one reported by its vault, one by nobody");
    let deleted: Vec<_> = gone.iter().filter_map(|id| listed(id)).collect();
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0]["protect_status"], "deleted");
    let rebuilt = servers.iter().filter(|server| server["name"] == deleted[0]["name"]);
    assert_eq!(rebuilt.count(), 1, "same name, other id");

    let foreign: HashSet<_> = rows.shared().map(|row| row.resource_id().text()).collect();
    let own: HashSet<_> = rows.iter().map(|row| row.resource_id().text()).collect();
    assert!(!foreign.is_empty() && foreign.is_disjoint(&own), "shared backups");
}

#[test]
fn vaults_agree_with_the_backups() {
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    for row in Rows::sample(1663).iter() {
        *counts.entry((row.vault().id().text(), row.resource_id().text())).or_default() += 1;
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for vault in items(Source::Vaults, "protect_type=backup") {
        let mut bound = 0;
        for resource in vault["resources"].as_array().unwrap() {
            let key = (text(&vault["id"]), text(&resource["id"]));
            let expected = counts.get(&key).copied().unwrap_or_default();
            assert_eq!(resource["backup_count"], expected, "{resource}");
            assert_eq!(resource["backup_size"] == 0, expected == 0);
            bound += resource["backup_size"].as_u64().unwrap();
        }
        let (used, size) = (&vault["billing"]["used"], &vault["billing"]["size"]);
        let (used, size) = (used.as_u64().unwrap(), size.as_u64().unwrap());
        assert!(bound <= used && used <= size * 1024, "{vault}");
    }
    let resources = |query: &str| {
        let vaults = items(Source::Vaults, query);
        vaults.iter().map(|vault| vault["resources"].clone()).collect::<Vec<_>>()
    };
    let replicas = resources("protect_type=replication");
    assert_eq!(replicas.len(), 1);
    let replicas = replicas[0].as_array().unwrap();
    assert!(!replicas.is_empty());
    assert!(replicas.iter().all(|resource| resource["protect_status"].is_null()));
}

#[test]
fn vaults_and_tasks_have_counted_pages() {
    for (source, total) in [(Source::Vaults, 22), (Source::Tasks, 291)] {
        let all = ids(source, "");
        assert_eq!(all.len(), total);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), total);
        for (query, expected) in [
            ("limit=5", &all[..5]),
            ("limit=5&offset=20", &all[20..total.min(25)]),
            ("offset=100000", &[]),
        ] {
            let body = body(source, query).unwrap();
            assert_eq!(ids(source, query), expected, "{query}");
            assert_eq!(body["count"], total);
            assert!(body["limit"].is_number() && body["offset"].is_number());
        }
        for query in ["limit=0", "limit=1001", "offset=-1", "limit=1&limit=1"] {
            assert!(body(source, query).is_err(), "{query}");
        }
    }
}

#[test]
fn offsets_of_servers_are_pages_and_those_of_disks_are_rows() {
    let page = |kind, query: &str| ids(Source::Protectables(kind), query);
    assert_eq!(page("server", "offset=0"), page("server", "offset=1"));
    assert_eq!(page("server", "limit=10&offset=2"), page("server", "")[10..20]);
    assert_eq!(page("disk", "offset=10")[..40], page("disk", "")[10..]);
    for kind in ["server", "disk", "turbo", "workspace_v2"] {
        let first = page(kind, "limit=7");
        let next = page(kind, &format!("limit=7&marker={}", first[6]));
        assert!(next.len() == 7 && first.iter().all(|id| !next.contains(id)), "{kind}");
    }
    assert!(protectables("server").len() > 50 && protectables("disk").len() > 150);
    assert_eq!(page("workspace", ""), Vec::<String>::new());
    let server = Source::Protectables("server");
    assert!(body(server, "").unwrap().as_object().unwrap().keys().eq(["instances"]));
    assert_eq!(body(server, "limit=51"), Err(InvalidParameter("limit")));
    let unknown = Source::Protectables("vmware");
    assert_eq!(body(unknown, ""), Err(InvalidParameter("protectable_type")));
}

#[test]
fn disks_of_servers_have_no_vault_and_name_their_server() {
    let servers = protectables("server");
    let server = servers.iter().find(|server| !server["protectable"]["vault"].is_null()).unwrap();
    assert_eq!(server["detail"]["OS-EXT-SRV-ATTR:user_data"], USER_DATA);
    let id = server["id"].as_str().unwrap();
    let disks = items(Source::Protectables("disk"), &format!("server_id={id}"));
    let children = server["children"].as_array().unwrap();
    assert!(!disks.is_empty());
    assert_eq!(disks.len(), children.len());
    for (disk, child) in disks.iter().zip(children) {
        assert_eq!(disk["id"], child["id"]);
        assert_eq!(disk["protectable"]["vault"], Value::Null);
        assert_eq!(disk["detail"]["attachments"][0]["server_id"], *id);
    }
}

#[test]
fn policies_are_those_of_the_vaults_and_of_the_backups() {
    let policies = items(Source::Policies, "");
    assert_eq!(body(Source::Policies, "").unwrap()["count"], policies.len());
    assert!(policies.len() <= 32, "the maximum of a project");
    assert_eq!(policies.iter().filter(|policy| policy["enabled"] == false).count(), 1);
    let unused = policies.iter().filter(|policy| policy["associated_vaults"].is_null());
    assert_eq!(unused.count(), 1);
    assert_eq!(ids(Source::Policies, "operation_type=replication").len(), 1);
    assert!(body(Source::Policies, "operation_type=copy").is_err());
    for row in Rows::sample(300).iter().filter(|row| row.is_automatic()) {
        let vault = row.vault();
        let found = items(Source::Policies, &format!("vault_id={}", vault.id().text()));
        let found: Vec<_> = found.iter().map(|policy| policy["id"].clone()).collect();
        assert_eq!(found, [vault.policy_id().text()]);
    }
}

#[test]
fn tasks_are_those_of_the_backups_and_of_failed_attempts() {
    let rows = Rows::sample(1663);
    let tasks = items(Source::Tasks, "");
    let times: Vec<_> = tasks.iter().map(|task| task["created_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    for (status, least) in [("failed", 4), ("skipped", 7), ("timeout", 7), ("running", 1)] {
        let found = items(Source::Tasks, &format!("status={status}"));
        assert!(found.len() >= least, "{status}");
        let has_error = ["failed", "skipped", "timeout"].contains(&status);
        for task in found {
            assert_eq!(task["error_info"]["code"] != "", has_error, "{task}");
        }
    }
    for row in rows.iter().take_while(|row| row.created >= rows.newest() - 7 * clock::DAY) {
        let id = row.id.text();
        let is_of = |task: &&Value| task["extra_info"]["backup"]["backup_id"] == *id;
        let task = tasks.iter().find(is_of).unwrap();
        assert_eq!(task["status"] == "failed", row.status() == "error", "{task}");
        assert_eq!(task["extra_info"]["resource"]["id"], row.resource_id().text());
    }
    let recent = ids(Source::Tasks, "start_time=2026-11-18T00:00:00Z");
    let old = ids(Source::Tasks, "end_time=2026-11-17T23:59:59Z");
    assert!(!recent.is_empty() && recent.len() + old.len() == tasks.len());
    let server = tasks[0]["extra_info"]["resource"]["id"].as_str().unwrap();
    let of_server = items(Source::Tasks, &format!("resource_id={server}&operation_type=backup"));
    assert!(of_server.iter().any(|task| task["id"] == tasks[0]["id"]));
    for query in ["status=broken", "operation_type=nonsense", "start_time=yesterday"] {
        assert!(body(Source::Tasks, query).is_err(), "{query}");
    }
}

#[test]
fn filters_of_vaults_select_by_their_field() {
    let all = items(Source::Vaults, "");
    let (id, other) = (all[0]["id"].as_str().unwrap(), all[1]["id"].as_str().unwrap());
    let resource = all[0]["resources"][0]["id"].as_str().unwrap();
    let policy = Vault::all(ProjectKey::default()).next().unwrap().policy_id().text();
    for (query, expected) in [
        (format!("id={id}&id={other}"), 2),
        (format!("resource_ids={resource},x"), 1),
        (format!("policy_id={policy}"), 1),
        ("name=vault-volume-2".to_owned(), 1),
        ("object_type=disk".to_owned(), 3),
        ("protect_type=backup&cloud_type=public".to_owned(), 21),
        ("status=frozen".to_owned(), 0),
        ("enterprise_project_id=all_granted_eps".to_owned(), 22),
        ("enterprise_project_id=x".to_owned(), 0),
    ] {
        assert_eq!(items(Source::Vaults, &query).len(), expected, "{query}");
    }
}

#[test]
fn faults_shorten_and_repeat_pages() {
    let page = |source: Source<'_>, query: &str, fault: &str| {
        let fault = SourceFault::parse(&format!("{}={fault}", source.name())).unwrap();
        let body = faulty_body(source, query, Some(&fault)).unwrap();
        let ids = body[key(source)].as_array().unwrap().iter().map(|item| item["id"].clone());
        (ids.collect::<Vec<_>>(), body["count"].clone())
    };
    let all = ids(Source::Vaults, "");
    assert_eq!(page(Source::Vaults, "", "short"), (as_values(&all[..11]), 22.into()));
    let repeated = page(Source::Vaults, "limit=5&offset=5", "repeat");
    assert_eq!(repeated, (as_values(&all[4..9]), 22.into()));
    let servers = Source::Protectables("server");
    let first = ids(servers, "limit=10");
    let (second, _) = page(servers, "limit=10&offset=2", "repeat");
    assert_eq!(second[0], first[9].as_str());
}

fn as_values(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| Value::from(id.as_str())).collect()
}
