//! Local filters: the rows that pass, the requests, and the proof.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::model::answers;
use crate::harness::{Run, Sandbox, sandboxed};

/// Filters and their values; each passes some of the account's backups, and not all.
pub(crate) const FILTERS: [(&str, &str); 17] = [
    ("--automatic", "true"),
    ("--automatic", "false"),
    ("--encrypted", "true"),
    ("--encrypted", "false"),
    ("--system-disk", "true"),
    ("--system-disk", "false"),
    ("--min-size", "100"),
    ("--min-size", "50"),
    ("--max-size", "100"),
    ("--max-size", "500"),
    ("--expires-after", "2026-10-01T00:00:00+00:00"),
    ("--expires-before", "2026-11-01T00:00:00+00:00"),
    ("--name-matches", "autobk_?0*"),
    ("--name-matches", "/^manual.*[0-9]$/"),
    ("--resource-name-matches", "ecs-*"),
    ("--resource-name-matches", "/-000[1-5]/"),
    // Excludes others, so it is the last and alone.
    ("--never-expires", ""),
];

const GROUPS: [&str; 7] = ["resource", "vault", "type", "status", "checkpoint", "day", "month"];
const SORTS: [&str; 6] = [
    "created_at:desc,id:desc",
    "created_at:asc,id:asc",
    "name:asc,id:asc",
    "status:desc",
    "resource_size:desc,created_at:asc,id:asc",
    "id:asc",
];

/// Joins a flag and its value, if it has one: boolean flags accept no other form.
fn word((flag, value): (&str, &str)) -> String {
    if value.is_empty() { flag.to_owned() } else { format!("{flag}={value}") }
}

fn ids(run: &Run) -> Value {
    run.json().as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
}

/// Each filter alone, then random combinations of filters, sort, groups, offset and limit.
#[test]
fn rows_match_an_independent_model() {
    let sandbox = Sandbox::start("");
    let records = sandbox.cbr("backups list -o json").with_key().run().json();
    assert_eq!(records.as_array().unwrap().len(), 1663);

    let mut random = fastrand::Rng::with_seed(5);
    let mut questions = Vec::new();
    for filter in FILTERS {
        questions.push((vec![filter], None, None, SORTS[0], 0, None));
    }
    for group in GROUPS {
        questions.push((vec![], Some(1), Some(group), SORTS[0], 0, None));
    }
    for _ in 0..25 {
        let filters: Vec<_> =
            (0..random.usize(..3)).map(|_| FILTERS[random.usize(..FILTERS.len() - 1)]).collect();
        // A flag may be given once.
        let twice = filters.len() == 2 && filters[0].0 == filters[1].0;
        let filters = if twice { vec![filters[0]] } else { filters };
        let latest = random.bool().then(|| random.u64(1..4));
        let per = latest.filter(|_| random.u8(..4) > 0).map(|_| GROUPS[random.usize(..7)]);
        let sort = SORTS[random.usize(..SORTS.len())];
        let offset = if random.bool() { 0 } else { random.u64(..20) };
        // With a limit alone the service sorts, and it decides where rows without a value are.
        let own = latest.is_some() || !filters.is_empty();
        let limit = (own && random.bool()).then(|| random.u64(1..200));
        questions.push((filters, latest, per, sort, offset, limit));
    }

    let asked: Vec<_> = questions
        .iter()
        .map(|(filters, latest, per, sort, offset, limit)| {
            let keys: Vec<_> = sort.split(',').map(|key| key.split_once(':').unwrap()).collect();
            json!({"filters": filters, "latest": latest, "per": per, "sort": keys,
                   "offset": offset, "limit": limit})
        })
        .collect();
    let Some(answers) = answers(&records, &asked) else { return };
    let asked: Vec<_> = questions.iter().zip(answers).collect();
    // A sandbox ends after a while.
    for some in asked.chunks(8) {
        let sandbox = Sandbox::start("");
        for ((filters, latest, per, sort, offset, limit), expected) in some {
            let mut words: Vec<_> = filters.iter().copied().map(word).collect();
            words.extend(latest.map(|latest| format!("--latest={latest}")));
            words.extend(per.map(|per| format!("--per={per}")));
            words.extend(limit.map(|limit| format!("--limit={limit}")));
            words.extend([format!("--offset={offset}"), "--page-size=300".to_owned()]);
            let list = |flags: &str| {
                let command = format!("backups list {flags}");
                sandbox.cbr(&command).args(&words).with_key().run()
            };
            let found = ids(&list(&format!("-o json --sort {sort}")));
            assert_eq!(found, *expected, "{words:?} {sort}");
            let number = expected.as_array().unwrap().len();
            assert_eq!(list("--count").stdout, format!("{number}\n"), "{words:?}");
            if filters.len() == 1 && words.len() == 3 {
                assert!((1..1663).contains(&number), "{words:?}: {number}");
            }
        }
    }
}

/// The moment of the flag is between just before and just after the run.
#[test]
fn ages_count_back_from_now() {
    let month = SignedDuration::from_hours(30 * 24);
    let records = sandboxed("", "backups list -o json").run().json();
    let until = |moment: Timestamp| {
        let created = |row: &&Value| {
            let text = row["created_at"].as_str().unwrap().trim_end_matches("+00:00").to_owned();
            (text + "Z").parse::<Timestamp>().unwrap() <= moment
        };
        records.as_array().unwrap().iter().filter(created).count()
    };
    let before = until(Timestamp::now() - month);
    let older = sandboxed("", "backups list -o json --older-than 30d").run().json();
    let newer = sandboxed("", "backups list -o json --newer-than 30d").run().json();
    let after = until(Timestamp::now() - month);
    let [older, newer] = [older, newer].map(|rows| rows.as_array().unwrap().len());
    assert!((before..=after).contains(&older), "{before} {older} {after}");
    assert!((before..=after).contains(&(1663 - newer)), "{before} {newer} {after}");
}

/// Every flag for a time accepts the same forms.
#[test]
fn older_and_newer_take_a_time_as_well_as_an_age() {
    let count = |flags: &str| {
        let run = sandboxed("--backups 200", &format!("backups list --count {flags}")).run();
        run.stdout.trim().parse::<u64>().unwrap()
    };
    // The service's own filter for the same moments.
    for time in ["2026-10-01", "2026-10-01T12:00:00+08:00", "2026-10-01[Asia/Shanghai]"] {
        let newer = count(&format!("--newer-than {time}"));
        assert_eq!(newer, count(&format!("--since {time}")), "{time}");
        assert_eq!(count(&format!("--older-than {time}")), 200 - newer, "{time}");
        assert!((1..200).contains(&newer), "{time}: {newer}");
    }
    assert_eq!(count("--older-than now"), 200);
}

/// The filters of the service still apply, and reading ends once there are enough rows.
#[test]
fn reading_stops_once_enough_have_matched() {
    let all: &[(u64, u64)] = &[(0, 500), (499, 500), (997, 500), (1495, 500)];
    let cases = [
        ("--automatic=false --limit 3", &all[..1]),
        ("--automatic=false --limit 3 --offset 2", &all[..1]),
        ("--latest 1 --per type --limit 3", &all[..1]),
        ("--latest 3 --automatic", &all[..1]),
        ("--latest 3 --automatic --sort name", &all[..1]),
        ("--count --automatic --limit 3", &all[..1]),
        ("--latest 3", &[(0, 3)]),
        ("--latest 3 --sort name:asc", &[(0, 3)]),
        ("--latest 3 --offset 1", &[(0, 3)]),
        // These need the whole list.
        ("--automatic=false", all),
        ("--automatic=false --limit 3 --sort name", all),
        ("--latest 1 --per type", all),
        ("--latest 1 --per type --limit 3 --sort name", all),
        ("--min-size 99999 --limit 1", all),
    ];
    for (flags, windows) in cases {
        let format = if flags.starts_with("--count") { "" } else { "-o jsonl" };
        let run = sandboxed("", &format!("backups list {format} --page-size 500 {flags}")).run();
        assert_eq!(run.windows(), windows, "{flags}");
        assert!(run.requests.iter().all(|request| request.filters().is_empty()), "{flags}");
    }
}

/// Rows are created and deleted, and the passing rows are still proven.
#[test]
fn a_filter_that_passes_all_rows_changes_nothing() {
    for changes in ["delete=3@3", "insert=3@3", "delete=2@2 --change insert=1@4"] {
        let list = |flags: &str| {
            let flags = format!("backups list --page-size 10 --concurrency 1 -o jsonl {flags}");
            sandboxed(&format!("--backups 60 --change {changes}"), &flags).run().stdout
        };
        let plain = list("");
        assert!(plain.lines().count() >= 55, "{changes}");
        assert_eq!(list("--min-size 0"), plain, "{changes}");
        assert_eq!(list("--min-size 0 --stream"), plain, "{changes}");
    }
}

/// If the service does not sort, the first backups are unknown.
#[test]
fn a_limit_on_an_unsorted_service_is_refused() {
    for flags in
        ["--min-size 0 --limit 3", "--latest 1 --per type", "--latest 3", "--min-size 0 --offset 1"]
    {
        let run = sandboxed(
            "--backups 60 --fault ignore-sort@*",
            &format!("backups list --page-size 10 {flags}"),
        );
        run.exit(6).stderr_holds(["the service does not sort as requested"]).run();
    }
    // A complete list does not depend on the order.
    let run = sandboxed("--backups 60 --fault ignore-sort@*", "backups list --count --min-size 0");
    assert_eq!(run.stderr_holds(["did not sort"]).run().stdout, "60\n");
}

#[test]
fn an_unproven_listing_prints_no_filtered_row() {
    for flags in ["--min-size 0", "--latest 1 --per type", "--count --min-size 0"] {
        let run = sandboxed("--backups 30 --fault end=20@*", &format!("backups list {flags}"));
        let expected = ["the listing could not be proven complete"];
        assert_eq!(run.exit(6).stderr_holds(expected).run().stdout, "");
    }
}

#[test]
fn the_receipt_has_rows_read_and_matched() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("receipt.json");
    let cases = [
        ("--min-size 100 --name-matches a*", json!([["min_size", "100"], ["name_matches", "a*"]])),
        ("--latest 1 --per type", json!([])),
        ("--automatic --latest 1 --per type --sort name --limit 3", json!([["automatic", "true"]])),
    ];
    for (flags, filter) in cases {
        let run =
            sandboxed("", &format!("backups list -o jsonl {flags} --receipt")).arg(&path).run();
        let receipt: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(receipt["proven"], true, "{receipt}");
        // The limit excludes other types.
        assert_eq!(receipt["complete"], !flags.contains("--limit"), "{receipt}");
        assert_eq!(receipt["rows"], run.lines().len(), "{receipt}");
        assert_eq!((&receipt["listed"], &receipt["count"]), (&json!(1663), &json!(1663)));
        assert_eq!(receipt["filter"], filter, "{receipt}");
        let groups =
            if flags.contains("--per") { json!([1, "resource_type"]) } else { json!([null, null]) };
        assert_eq!(json!([receipt["latest"], receipt["per"]]), groups, "{receipt}");
        let matched = receipt["matched"].as_u64().unwrap();
        assert_eq!(matched < 1663, filter != json!([]), "{receipt}");
        assert!(matched >= run.lines().len() as u64, "{receipt}");
    }
}
