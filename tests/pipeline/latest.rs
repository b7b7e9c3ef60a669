//! `--latest N [--per GROUP]`: what stands in which order.

use crate::harness::sandboxed;

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

    // The filter comes before the groups: the newest of what passes, not what passes of the newest.
    let by_hand = newest("--automatic=false");
    assert_eq!(by_hand.len(), 7);
    assert!(by_hand.iter().any(|row| !all.contains(row)), "{by_hand:?}");

    // The order of the rows has no say in which are the newest.
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
