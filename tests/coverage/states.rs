//! Each state, and the sources of the resources.

use std::collections::BTreeSet;

use super::{REBUILT, RECENT, by_id, each, objects, rows, states};
use crate::harness::sandboxed;

#[test]
fn every_state_occurs() {
    let with_replicas = rows("--inventory all --max-age 7d --include-replicas");
    let all = rows("--inventory all --max-age 7d");
    let known = ["none", "ok", "orphan", "stale", "unprotected", "unsupported"];
    assert_eq!(states(&all), BTreeSet::from(known));
    // Nothing is claimed about resources that only unusable backups name.
    let none = rows("--inventory none --max-age 7d");
    assert_eq!(states(&none), BTreeSet::from(["ok", "stale", "unknown"]));
    // Vaults report a resource as deleted, but do not list those that are in no vault.
    let vaults = rows("--max-age 7d");
    assert_eq!(states(&vaults), BTreeSet::from(["none", "ok", "orphan", "stale"]));

    let ids = by_id(&all);
    assert_eq!(ids.len(), all.len(), "a resource is one row");
    for smaller in [&none, &vaults] {
        assert!(by_id(smaller).keys().all(|id| ids.contains_key(id)));
    }
    // Replicas can only improve a state.
    let count = |rows: &[serde_json::Value]| -> u64 {
        rows.iter().map(|row| row["count"].as_u64().unwrap()).sum()
    };
    assert!(count(&with_replicas) > count(&all));
    let improved = by_id(&with_replicas);
    for (id, state) in ids.iter().filter(|(_, state)| **state == "ok") {
        assert_eq!(improved[id], *state);
    }
}

#[test]
fn protectable_resources_are_read_page_by_page() {
    let run = sandboxed(RECENT, "-q backups coverage --inventory all -o json").run();
    let all = objects(&run);
    // More servers and volumes than a page holds.
    for kind in ["OS::Nova::Server", "OS::Cinder::Volume"] {
        let count = each(&all, "resource_type").into_iter().filter(|it| *it == kind).count();
        assert!(count > 50, "{count} {kind}");
    }
    let paths = |kind: &str| {
        let part = format!("/protectables/{kind}/instances");
        run.requests.iter().filter(|request| request.path.ends_with(&part)).count()
    };
    // Two passes, each of which ends with a page without new resources.
    assert!(paths("server") >= 6, "{}", paths("server"));
    assert!(paths("disk") >= 6, "{}", paths("disk"));
}

#[test]
fn a_rebuilt_server_is_two_rows() {
    let run = sandboxed(RECENT, "backups coverage --inventory all -o json")
        .stderr(format!("cbr: warning: {REBUILT}\n"))
        .run();
    let rows = objects(&run);
    let rebuilt: Vec<_> =
        rows.iter().filter(|row| row["resource_name"] == "ecs-df6f-0005").collect();
    let mut states: Vec<_> = rebuilt.iter().map(|row| row["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["orphan", "unprotected"]);
}

#[test]
fn names_of_any_script_are_printed() {
    for (format, name) in [
        ("json", "数据库-主"),
        ("table", "数据库-主"),
        ("csv", "web 前端 (北京)"),
        ("prometheus", "数据库-主"),
    ] {
        let flags = format!("-q backups coverage -o {format}");
        let run = sandboxed(RECENT, &flags).run();
        assert!(run.stdout.contains(name), "{format}");
    }
}

#[test]
fn an_empty_account_is_no_failure() {
    let empty =
        |flags: &str| sandboxed("--backups 0", &format!("backups coverage -o json {flags}")).run();
    assert_eq!(empty("--inventory none").json(), serde_json::json!([]));
    // Resources that are in no vault, or were never backed up.
    let all = objects(&empty("--inventory all"));
    assert_eq!(states(&all), BTreeSet::from(["none", "unprotected", "unsupported"]));
    assert!(all.iter().all(|row| row["count"] == 0 && row["newest"].is_null()));
}

#[test]
fn a_skewed_clock_is_reported_and_does_not_change_ages() {
    let ages = |clock: &str| -> Vec<i64> {
        let options = format!("{RECENT} --clock {clock}");
        let run = sandboxed(&options, "backups coverage --only ok --max-age 7d -o json");
        let run = match clock {
            "0s" => run.run(),
            _ => run.stderr_holds(["this machine's clock is ", " behind the service's"]).run(),
        };
        objects(&run).iter().map(|row| row["age"].as_i64().unwrap()).collect()
    };
    // The clock of the sandbox does not move its backups, so they seem 10 minutes older.
    let (even, ahead) = (ages("0s"), ages("10m"));
    let newest = |ages: &[i64]| *ages.iter().min().unwrap();
    let difference = newest(&ahead) - newest(&even);
    assert!((540..660).contains(&difference), "{difference}");
}
