//! The order of the rows: the requested one, whether the service sorts, and the result.

use crate::harness::{Run, sandboxed};

const SAFE: &str = "created_at:desc,id:desc";

/// The flag, and the order in the request: always a total order. The service sorts by keys that
/// never change, and by others only for the first rows. Otherwise the safe order is requested and
/// `cbr` sorts.
const ORDERS: &[(&str, &str)] = &[
    ("created_at", "created_at:desc,id:desc"),
    ("created_at:asc", "created_at:asc,id:asc"),
    ("created_at:desc,id:asc", "created_at:desc,id:asc"),
    ("id:asc", "id:asc"),
    ("id", "id:asc"),
    ("-id", "id:desc"),
    ("-created_at", "created_at:desc,id:desc"),
    ("created_at --reverse", "created_at:asc,id:asc"),
    ("name --reverse", SAFE),
    ("name --limit 2", "name:asc,id:asc"),
    ("name --reverse --limit 2", "name:desc,id:desc"),
    ("name:asc", SAFE),
    ("status:desc,id:asc", SAFE),
    ("resource_size", SAFE),
    ("name:asc --limit 2", "name:asc,id:asc"),
    ("name:asc,created_at --limit 2", "name:asc,created_at:desc,id:desc"),
    ("status:desc,id:asc --limit 2", "status:desc,id:asc"),
    ("updated_at,protected_at:asc --limit 2", "updated_at:desc,protected_at:asc,id:asc"),
    ("resource_size --limit 2", SAFE),
];

fn list(backups: u32, flags: &str) -> Run {
    sandboxed(&format!("--backups {backups}"), &format!("backups list -o json {flags}")).run()
}

/// Returns the values of a field, from the first row to the last.
fn values(run: &Run, field: &str) -> Vec<String> {
    let rows = run.json();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_requested_order_is_total() {
    for (given, sent) in ORDERS {
        let run = list(3, &format!("--sort {given}"));
        let [request] = run.requests.as_slice() else { panic!("{:?}", run.requests) };
        assert_eq!(request.value("sort"), Some(*sent), "{given}");
    }
}

#[test]
fn rows_are_printed_in_the_requested_order() {
    for (sort, field, backwards) in [
        ("created_at:desc", "created_at", true),
        ("created_at:asc", "created_at", false),
        ("id:asc", "id", false),
        ("name:asc", "name", false),
        ("status:desc", "status", true),
        ("NAME:ASC", "name", false),
        ("Status:Desc", "status", true),
        ("resource_name", "resource_name", false),
        ("resource_name --reverse", "resource_name", true),
        ("-resource_name", "resource_name", true),
    ] {
        for limit in ["", "--limit 60"] {
            let run = list(60, &format!("--page-size 7 --sort {sort} {limit}"));
            let mut values = values(&run, field);
            if backwards {
                values.reverse();
            }
            assert_eq!(values.len(), 60, "{sort} {limit}");
            assert!(values.is_sorted(), "{sort} {limit}: {values:?}");
        }
    }
}

#[test]
fn numbers_sort_by_value_and_nulls_last() {
    let sizes: Vec<_> = list(60, "--sort resource_size:asc")
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["resource_size"].as_u64().unwrap())
        .collect();
    assert!(sizes.is_sorted(), "{sizes:?}");
    assert!(sizes.first() < sizes.last(), "{sizes:?}");
    for direction in ["asc", "desc"] {
        let expiries = values(&list(60, &format!("--sort expired_at:{direction}")), "expired_at");
        let mut with: Vec<_> = expiries.iter().take_while(|expiry| !expiry.is_empty()).collect();
        assert!(!with.is_empty() && with.len() < 60, "{expiries:?}");
        assert!(expiries[with.len()..].iter().all(String::is_empty), "{expiries:?}");
        if direction == "desc" {
            with.reverse();
        }
        assert!(with.is_sorted(), "{expiries:?}");
    }
}

/// Rows that `cbr` sorts are limited after sorting.
#[test]
fn limit_and_offset_apply_after_sorting() {
    let whole = values(&list(60, "--sort resource_name:asc,id:asc"), "id");
    let piece = list(60, "--sort resource_name:asc,id:asc --offset 10 --limit 20");
    assert_eq!(values(&piece, "id"), whole[10..30]);
    assert_eq!(piece.windows(), [(0, 1000)]);
    // If the service sorts, only the needed rows are read.
    let whole = values(&list(60, "--sort name:asc"), "id");
    let piece = list(60, "--sort name:asc --offset 10 --limit 20");
    assert_eq!(values(&piece, "id"), whole[10..30]);
    assert_eq!(piece.windows(), [(10, 20)]);
}
