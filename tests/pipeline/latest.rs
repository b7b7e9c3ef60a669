//! `--latest N [--per GROUP]`: the order of the steps.

use crate::harness::{Answer, Service, sandboxed};

fn column(flags: &str, column: &str) -> Vec<String> {
    let command = format!("backups list -o csv --no-headers --columns {column} {flags}");
    sandboxed("", &command).run().lines().into_iter().map(str::to_owned).collect()
}

/// Filter, sort, group, latest, limit.
#[test]
fn filter_group_and_limit_apply_in_order() {
    let newest =
        |flags: &str| column(&format!("--latest 1 --per type {flags}"), "created_at,resource_type");
    let all = newest("");
    assert_eq!(all.len(), 7);
    assert!(all.is_sorted_by(|a, b| a > b), "newest first: {all:?}");

    // The filter applies before grouping: the newest of the passing rows.
    let by_hand = newest("--automatic=false");
    assert_eq!(by_hand.len(), 7);
    assert!(by_hand.iter().any(|row| !all.contains(row)), "{by_hand:?}");

    // The sort order does not change which rows are the newest.
    let mut upwards = newest("--sort created_at:asc");
    upwards.reverse();
    assert_eq!(upwards, all);

    // The limit and the offset come last.
    assert_eq!(newest("--offset 2 --limit 3"), all[2..5]);
    assert_eq!(newest("--sort created_at:asc --limit 2"), [all[6].clone(), all[5].clone()]);
}

#[test]
fn latest_without_a_group_applies_to_all() {
    let newest = column("--limit 5", "id");
    assert_eq!(column("--latest 5", "id"), newest);
    let mut sorted = newest.clone();
    sorted.sort();
    assert_eq!(column("--latest 5 --sort id:asc", "id"), sorted);
    assert_eq!(column("--latest 5 --stream", "id"), newest);
}

#[test]
fn a_group_needs_a_number() {
    let run =
        sandboxed("--backups 3", "backups list --per type").exit(2).stderr_holds(["--latest"]);
    assert!(run.run().requests.is_empty());
    let run = sandboxed("--backups 3", "backups list --latest 1 --per server").exit(2);
    run.stderr_holds(["--per", "resource, vault, type, status, checkpoint, day, month"]).run();
}

/// The newest backup of each resource, if it is old: filters would find the newest of the old ones.
#[test]
fn stale_keeps_the_groups_without_a_newer_backup() {
    let records: Vec<String> = [("a", "x", 1), ("b", "y", 30), ("c", "x", 40), ("d", "z", 200)]
        .map(|(id, resource, hours)| {
            let created = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
            format!(
                r#"{{"id":"{id}","resource_id":"{resource}","created_at":"{}"}}"#,
                created.strftime("%Y-%m-%dT%H:%M:%S.%6f")
            )
        })
        .into();
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    for (flags, expected) in [
        ("--stale 26h", "b\nd\n"),
        ("--stale 7d", "d\n"),
        ("--stale 1w2d", ""),
        ("--stale 26h --latest 5 --per resource", "b\nd\n"),
        ("--stale 26h --sort created_at:asc --limit 1", "d\n"),
        ("--latest 1 --per resource", "a\nb\nd\n"),
    ] {
        let service = Service::answering([Answer::page(&records, "4")]);
        let run = service.cbr(&format!("backups list --ids {flags}")).with_key().run();
        assert_eq!(run.stdout, expected, "{flags}");
    }
}
