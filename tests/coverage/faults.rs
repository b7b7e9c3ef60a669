//! Sources that fail: certain states remain, the others become unknown, and the exit code shows it.

use std::fs;

use tempfile::TempDir;

use super::{RECENT, by_id, objects, rows, states};
use crate::harness::sandboxed;

const PERMISSIONS: [(&str, &str); 4] = [
    ("vaults", "cbr:vaults:list"),
    ("protectables", "cbr:vaults:listProtectables, ecs:cloudServers:list and evs:volumes:list"),
    ("policies", "cbr:policies:list"),
    ("operation-logs", "cbr:tasks:list"),
];

/// Returns true for a source without which the inventory has a gap; the others only explain.
fn is_inventory(source: &str) -> bool {
    matches!(source, "vaults" | "protectables")
}

#[test]
fn an_unreadable_source_makes_no_claim() {
    let complete = rows("--inventory all --why");
    let complete = by_id(&complete);
    for (source, permission) in PERMISSIONS {
        for fault in ["403", "500", "truncate"] {
            let options = format!("{RECENT} --source-fault {source}={fault}");
            let args = "--retries 0 backups coverage --inventory all --why -o json";
            let code = if is_inventory(source) { 6 } else { 0 };
            let run = sandboxed(&options, args).reports().exit(code);
            let needs = format!("needs the permission {permission}\n");
            let run = run.stderr_holds(["cannot be read: ", &needs]).run();
            let rows = objects(&run);
            let expected = format!("{options} {:?}", states(&rows));
            if is_inventory(source) {
                assert!(!states(&rows).contains("none"), "{expected}");
                assert!(!states(&rows).contains("unprotected"), "{expected}");
                assert!(states(&rows).contains("unknown"), "{expected}");
            }
            for (id, state) in by_id(&rows).into_iter().filter(|(_, state)| *state == "ok") {
                // Only a resource that is gone, or one that another age applies to, can have a
                // better state.
                let allowed = ["ok", "orphan"].contains(&complete[id]) || source == "policies";
                assert!(allowed, "{expected} {id} {state} {}", complete[id]);
            }
        }
    }
}

#[test]
fn an_unproven_inventory_makes_no_claim() {
    for fault in ["vaults=short", "protectables=short"] {
        let options = format!("{RECENT} --source-fault {fault}");
        let run = sandboxed(&options, "backups coverage --inventory all -o json").reports();
        let run =
            run.exit(6).stderr_holds(["could not be proven complete", "is not complete"]).run();
        let rows = objects(&run);
        let states = states(&rows);
        for claim in ["none", "unprotected"] {
            assert!(!states.contains(claim), "{fault} {states:?}");
        }
    }
    // Rows that are listed twice count once.
    let expected = rows("--inventory all");
    for fault in ["vaults=repeat", "protectables=repeat", "policies=repeat"] {
        let options = format!("{RECENT} --source-fault {fault}");
        let run = sandboxed(&options, "-q backups coverage --inventory all -o json").run();
        assert_eq!(by_id(&objects(&run)), by_id(&expected), "{fault}");
    }
}

#[test]
fn no_inventory_needs_no_other_source() {
    for (source, _) in PERMISSIONS {
        let options = format!("{RECENT} --source-fault {source}=403");
        let run = sandboxed(&options, "backups coverage --inventory none -o json").run();
        let paths: Vec<_> = run.requests.iter().map(|request| &request.path).collect();
        assert!(paths.iter().all(|path| path.ends_with("/backups")), "{paths:?}");
    }
    // The policies are not needed where the flag overrides them.
    let options = format!("{RECENT} --source-fault policies=403");
    sandboxed(&options, "-q backups coverage --max-age 26h").run();
}

/// The harness searches all output for it; this test produces the output that could contain it.
#[test]
fn user_data_is_never_shown() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("receipt.json");
    let bait = "I2Nsb3VkLWNvbmZpZwpwYXNzd2Q6";
    for fault in ["", "--source-fault protectables=truncate", "--source-fault protectables=short"] {
        for flags in ["-o long --columns all", "-o json", "--gaps 26h -o yaml"] {
            let args =
                format!("-vv --retries 0 backups coverage --inventory all {flags} --receipt");
            let run = sandboxed(&format!("{RECENT} {fault}"), &args).arg(&path).reports();
            let code = if fault.is_empty() { 0 } else { 6 };
            let run = run.exit(code).stderr_holds(["/protectables/server/instances"]).run();
            for text in [run.stdout, run.stderr, fs::read_to_string(&path).unwrap()] {
                assert!(!text.contains(bait), "{fault} {flags}");
                assert!(!text.contains("user_data"), "{fault} {flags}");
            }
        }
    }
}
