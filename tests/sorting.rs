//! The order of the rows: what is asked for, and that it is kept.

use crate::harness::sandboxed;

/// What is given, and what is asked for: always a total order.
const ORDERS: &[(&str, &str)] = &[
    ("created_at", "created_at:desc,id:desc"),
    ("created_at:asc", "created_at:asc,id:asc"),
    ("id:asc", "id:asc"),
    ("name:asc,created_at", "name:asc,created_at:desc,id:desc"),
    ("status:desc,id:asc", "status:desc,id:asc"),
    ("updated_at,protected_at:asc", "updated_at:desc,protected_at:asc,id:asc"),
];

#[test]
fn every_order_that_is_asked_for_is_total() {
    for (given, sent) in ORDERS {
        let run = sandboxed("--backups 3", "backups list -o jsonl --sort").arg(given).run();
        let [request] = run.requests.as_slice() else { panic!("{:?}", run.requests) };
        assert_eq!(request.value("sort"), Some(*sent));
    }
}

#[test]
fn rows_are_printed_in_the_order_that_was_asked_for() {
    for (sort, column, backwards) in [
        ("created_at:desc", "created_at", true),
        ("created_at:asc", "created_at", false),
        ("id:asc", "id", false),
        ("name:asc", "name", false),
        ("status:desc", "status", true),
    ] {
        let command =
            format!("backups list --page-size 7 --sort {sort} --columns {column} -o json");
        let rows = sandboxed("--backups 60", &command).run().json();
        let mut values: Vec<_> =
            rows.as_array().unwrap().iter().map(|row| row[column].as_str().unwrap()).collect();
        if backwards {
            values.reverse();
        }
        assert_eq!(values.len(), 60, "{sort}");
        assert!(values.is_sorted(), "{sort}: {values:?}");
    }
}
