//! A table of cases for each state and each edge.

use super::*;
use crate::record::inventory::{Policy, Protectable, Vault};
use crate::record::row::RowSpan;

const NOW: &str = "2026-11-28T12:00:00Z";

fn now() -> i64 {
    time::instant(NOW).unwrap()
}

/// A backup of resource `r` that is this many hours old.
fn backup(hours: i64, more: &str) -> String {
    let created = time::rfc3339(now() - hours * 3_600_000_000).unwrap();
    let fields = r#""resource_id":"r","resource_type":"OS::Nova::Server","resource_name":"web-1",
        "status":"available""#;
    let comma = if more.is_empty() { "" } else { "," };
    // The last of two equal names counts.
    format!(r#"{{{fields},"created_at":"{created}"{comma}{more}}}"#)
}

fn collected(backups: &[String], include_replicas: bool) -> HashMap<Box<str>, Backups> {
    let mut coverage = Coverage::new(now, Some("own".to_owned()), include_replicas);
    for backup in backups {
        assert!(coverage.push(RowSpan::alone(backup).unwrap().row(backup)).unwrap().is_continue());
    }
    coverage.into_resources()
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).unwrap()
}

fn vaults(protect_status: &str) -> Vec<Vault> {
    parsed(&format!(
        r#"[{{"id":"v","name":"vault-web","billing":{{"protect_type":"backup"}},"resources":
            [{{"id":"r","name":"web-1","protect_status":{protect_status}}}]}}]"#
    ))
}

fn protectables(protectable: &str) -> Vec<Protectable> {
    parsed(&format!(r#"[{{"id":"r","name":"web-1","protectable":{protectable}}}]"#))
}

/// The state of resource `r`.
fn state(backups: &[String], knowledge: &Knowledge, inventory: Inventory) -> Option<State> {
    let assessments = assess(collected(backups, false), knowledge, inventory, None, now());
    assessments.iter().find(|it| it.resource_id == "r").map(|it| it.state)
}

#[test]
fn only_usable_backups_count() {
    let cases = [
        ("", 1),
        (r#""status":"error""#, 0),
        (r#""status":"waiting_protect""#, 0),
        (r#""expired_at":"2026-11-28T11:59:59""#, 0),
        (r#""expired_at":"2026-11-28T12:00:01""#, 1),
        (r#""expired_at":null"#, 1),
        (r#""expired_at":"soon""#, 0),
        (r#""image_type":"replication""#, 0),
        (r#""image_type":"backup""#, 1),
        (r#""project_id":"own""#, 1),
    ];
    for (more, usable) in cases {
        let resources = collected(&[backup(1, more)], false);
        assert_eq!(resources["r"].usable, usable, "{more}");
    }
    let replica = backup(1, r#""image_type":"replication""#);
    assert_eq!(collected(&[replica], true)["r"].usable, 1);
    let shared = backup(1, r#""project_id":"other""#);
    assert!(collected(&[shared], false).is_empty(), "a shared backup counts for its owner only");
    assert!(collected(&[backup(1, r#""resource_id":null"#)], false).is_empty());
}

#[test]
fn a_usable_backup_of_unknown_age_makes_no_claim() {
    let undated = backup(1, r#""created_at":"soon""#);
    let failed = backup(1, r#""created_at":"soon","status":"error""#);
    let cases = [
        (vec![undated.clone()], State::Unknown),
        (vec![undated.clone(), backup(30, "")], State::Unknown),
        (vec![undated, backup(1, "")], State::Ok),
        (vec![failed], State::None),
    ];
    for (backups, expected) in cases {
        let knowledge =
            Knowledge { vaults: Source::Complete(vaults("\"available\"")), ..Knowledge::default() };
        assert_eq!(state(&backups, &knowledge, Inventory::Vaults), Some(expected), "{backups:?}");
    }
}

#[test]
fn the_newest_attempt_is_kept_beside_the_newest_usable_backup() {
    let backups = [backup(2, r#""status":"error""#), backup(30, ""), backup(60, "")];
    let resource = &collected(&backups, false)["r"];
    let hour = 3_600_000_000;
    assert_eq!(resource.newest, Some(now() - 30 * hour));
    assert_eq!(resource.oldest, Some(now() - 60 * hour));
    assert_eq!(resource.last_try, Some((now() - 2 * hour, "error".to_owned())));
}

#[test]
fn each_state_follows_from_backups_and_inventory() {
    use Inventory::{All, None as NoInventory, Vaults};
    let fresh = || vec![backup(1, "")];
    let old = || vec![backup(30, "")];
    let failed = || vec![backup(1, r#""status":"error""#)];
    let in_vault = || Source::Complete(vaults("\"available\""));
    let empty_vaults = || Source::Complete(Vec::new());
    let protectable = |json: &str| Source::Complete(protectables(json));
    let free = r#"{"result":true,"vault":null}"#;
    let refused = r#"{"result":false,"code":"BackupService.1","reason":"no","vault":null}"#;
    let cases = [
        // Backups, vaults, protectables, inventory, state.
        (fresh(), in_vault(), Source::Unused, Vaults, Some(State::Ok)),
        (old(), in_vault(), Source::Unused, Vaults, Some(State::Stale)),
        (failed(), in_vault(), Source::Unused, Vaults, Some(State::None)),
        (vec![], in_vault(), Source::Unused, Vaults, Some(State::None)),
        (failed(), empty_vaults(), Source::Unused, Vaults, Some(State::None)),
        (vec![], empty_vaults(), Source::Unused, Vaults, None),
        (old(), empty_vaults(), Source::Unused, Vaults, Some(State::Stale)),
        (vec![], empty_vaults(), protectable(free), All, Some(State::Unprotected)),
        (old(), empty_vaults(), protectable(free), All, Some(State::Unprotected)),
        (fresh(), empty_vaults(), protectable(free), All, Some(State::Ok)),
        (vec![], empty_vaults(), protectable(refused), All, Some(State::Unsupported)),
        (fresh(), in_vault(), Source::Complete(Vec::new()), All, Some(State::Orphan)),
        (
            fresh(),
            Source::Complete(vaults("\"deleted\"")),
            Source::Unused,
            Vaults,
            Some(State::Orphan),
        ),
        // Protectables are not listed for this type.
        (
            vec![backup(30, r#""resource_type":"OS::Hybrid::VirtualMachine""#)],
            empty_vaults(),
            Source::Complete(Vec::new()),
            All,
            Some(State::Stale),
        ),
        // Unreadable or unproven sources make no claim.
        (fresh(), Source::Unreadable, Source::Unused, Vaults, Some(State::Ok)),
        (old(), Source::Unreadable, Source::Unused, Vaults, Some(State::Stale)),
        (failed(), Source::Unreadable, Source::Unused, Vaults, Some(State::Unknown)),
        (
            vec![],
            Source::Partial(vaults("\"available\"")),
            Source::Unused,
            Vaults,
            Some(State::Unknown),
        ),
        (vec![], empty_vaults(), Source::Partial(protectables(free)), All, Some(State::Unknown)),
        (failed(), in_vault(), Source::Unreadable, All, Some(State::Unknown)),
        (fresh(), Source::Unreadable, Source::Complete(Vec::new()), All, Some(State::Ok)),
        (vec![], Source::Unreadable, protectable(free), All, Some(State::Unknown)),
        (fresh(), in_vault(), Source::Partial(Vec::new()), All, Some(State::Ok)),
        // Only resources that have backups.
        (failed(), Source::Unused, Source::Unused, NoInventory, Some(State::Unknown)),
        (fresh(), Source::Unused, Source::Unused, NoInventory, Some(State::Ok)),
    ];
    for (number, (backups, vaults, protectables, inventory, expected)) in
        cases.into_iter().enumerate()
    {
        let knowledge = Knowledge { vaults, protectables, ..Knowledge::default() };
        assert_eq!(state(&backups, &knowledge, inventory), expected, "case {number}");
    }
}

#[test]
fn vaults_contradict_protectables_that_lack_their_resources() {
    let vault = |resource_type: &str, protect_status: &str, protect_type: &str| -> Source<Vault> {
        Source::Complete(parsed(&format!(
            r#"[{{"id":"v","billing":{{"protect_type":"{protect_type}"}},"resources":
                [{{"id":"r","type":"{resource_type}","protect_status":"{protect_status}"}}]}}]"#
        )))
    };
    let (server, machine) = ("OS::Nova::Server", "OS::Hybrid::VirtualMachine");
    let listed = || protectables(r#"{"result":true}"#);
    let cases = [
        (vault(server, "available", "backup"), Source::Complete(Vec::new()), 1),
        (vault(server, "available", "backup"), Source::Complete(listed()), 0),
        (vault(server, "available", "backup"), Source::Partial(Vec::new()), 0),
        (vault(server, "available", "backup"), Source::Unused, 0),
        (vault(server, "deleted", "backup"), Source::Complete(Vec::new()), 0),
        (vault(server, "available", "replication"), Source::Complete(Vec::new()), 0),
        (vault(machine, "available", "backup"), Source::Complete(Vec::new()), 0),
        (Source::Unreadable, Source::Complete(Vec::new()), 0),
    ];
    for (number, (vaults, protectables, expected)) in cases.into_iter().enumerate() {
        let knowledge = Knowledge { vaults, protectables, ..Knowledge::default() };
        assert_eq!(knowledge.missing_protectables(), expected, "case {number}");
    }
}

#[test]
fn the_policy_of_the_vault_sets_the_age() {
    let policy = |pattern: &str, more: &str| -> Source<Policy> {
        Source::Complete(parsed(&format!(
            r#"[{{"id":"p","trigger":{{"properties":{{"pattern":["{pattern}"]}}}},
                "associated_vaults":[{{"vault_id":"v"}}]{more}}}]"#
        )))
    };
    let weekly = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=0";
    let cases = [
        (25, Source::Unused, None, State::Ok),
        (27, Source::Unused, None, State::Stale),
        (27, policy(weekly, ""), None, State::Ok),
        (169, policy(weekly, ""), None, State::Stale),
        (27, policy(weekly, r#","enabled":false"#), None, State::Stale),
        (27, policy(weekly, ""), Some(26), State::Stale),
        (27, Source::Unreadable, Some(28), State::Ok),
        (11, policy("FREQ=DAILY;BYHOUR=0,6,12,18", ""), None, State::Stale),
    ];
    for (hours, policies, max_age, expected) in cases {
        let vaults = Source::Complete(vaults("\"available\""));
        let knowledge = Knowledge { vaults, policies, ..Knowledge::default() };
        let max_age = max_age.map(|hours: i64| hours * 3_600_000_000);
        let resources = collected(&[backup(hours, "")], false);
        let assessments = assess(resources, &knowledge, Inventory::Vaults, max_age, now());
        assert_eq!(assessments[0].state, expected, "{hours} {max_age:?}");
        assert_eq!(assessments[0].vault_name.as_deref(), Some("vault-web"));
    }
}

#[test]
fn a_volume_is_covered_by_its_server() {
    let knowledge = |server_vault: &str| Knowledge {
        vaults: Source::Complete(vaults("\"available\"")),
        protectables: Source::Complete(parsed(&format!(
            r#"[{{"id":"r","name":"web-1","protectable":{{"result":true,"vault":{server_vault}}},
                "children":[{{"id":"disk"}}]}},
                {{"id":"disk","name":"web-1-root","protectable":{{"result":true,"vault":null}}}}]"#
        ))),
        ..Knowledge::default()
    };
    for (hours, expected) in [(1, State::Ok), (30, State::Unprotected)] {
        let resources = collected(&[backup(hours, "")], false);
        let knowledge = knowledge(r#"{"id":"v","name":"vault-web"}"#);
        let assessments = assess(resources, &knowledge, Inventory::All, None, now());
        let disk = assessments.iter().find(|it| it.resource_id == "disk").unwrap();
        assert_eq!(disk.state, expected, "{hours}");
        let why = (expected == State::Ok).then_some("backed up with web-1");
        assert_eq!(disk.why.as_deref(), why);
    }
}

#[test]
fn a_failed_task_says_why() {
    let task = |started: &str| {
        parsed(&format!(
            r#"[{{"id":"t","status":"failed","started_at":"{started}","error_info":
                {{"code":"BackupService.6202","message":"The vault is full."}},
                "extra_info":{{"resource":{{"id":"r"}}}}}}]"#
        ))
    };
    let cases = [
        (
            "2026-11-28T02:00:00",
            Some("failed on 2026-11-28: BackupService.6202: The vault is full."),
        ),
        // Older than the newest usable backup.
        ("2026-11-26T02:00:00", None),
    ];
    for (started, expected) in cases {
        let knowledge = Knowledge {
            vaults: Source::Complete(vaults("\"available\"")),
            tasks: Source::Complete(task(started)),
            ..Knowledge::default()
        };
        let resources = collected(&[backup(30, "")], false);
        let assessments = assess(resources, &knowledge, Inventory::Vaults, None, now());
        assert_eq!(assessments[0].why.as_deref(), expected, "{started}");
    }
}

#[test]
fn the_worst_come_first() {
    let rows = [("r1", 1), ("r2", 40), ("r3", 30), ("r4", 2)];
    let backups: Vec<_> = rows
        .iter()
        .map(|(id, hours)| backup(*hours, &format!(r#""resource_id":"{id}""#)))
        .collect();
    let knowledge =
        Knowledge { vaults: Source::Complete(vaults("\"available\"")), ..Knowledge::default() };
    let resources = collected(&backups, false);
    let assessments = assess(resources, &knowledge, Inventory::Vaults, None, now());
    let ids: Vec<_> = assessments.iter().map(|it| it.resource_id.as_str()).collect();
    assert_eq!(ids, ["r", "r2", "r3", "r4", "r1"]);
}

#[test]
fn a_row_has_every_column() {
    let resources = collected(&[backup(30, "")], false);
    let knowledge = Knowledge::default();
    let assessments = assess(resources, &knowledge, Inventory::None, None, now());
    let row = assessments[0].to_json(now());
    let row: serde_json::Value = serde_json::from_str(&row).unwrap();
    let names: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    // Those of the target are in the row if there are several.
    let columns = COVERAGE_COLUMNS.iter().filter(|column| !column.is_of_target());
    let mut columns: Vec<_> = columns.map(|column| column.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    columns.sort_unstable();
    assert_eq!(sorted, columns);
    assert_eq!((&row["age"], &row["max_age"]), (&108_000.into(), &93_600.into()));
    assert_eq!(row["newest"], "2026-11-27T06:00:00.000000Z");
}
