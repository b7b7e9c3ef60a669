//! `cbr backups coverage` and `cbr backups check`, against an account in which every state occurs.

mod check;
mod faults;
mod flags;
mod gaps;
mod prometheus;
mod states;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::{Run, sandboxed};

/// The newest backup is an hour old, whenever the tests run: all times are relative to it.
const RECENT: &str = "--epoch 1h";

/// Warning for the server that was rebuilt under its old name.
const REBUILT: &str = "2 resources are named ecs-df6f-0005: \
                       ab221e63-73b6-472e-a6a8-2b5b859ffc60, \
                       e6908435-2fdb-453c-aa99-087443fa769f; one may have replaced another";

/// Returns the rows of a successful run with `--output json`.
fn rows(flags: &str) -> Vec<Value> {
    let run = sandboxed(RECENT, &format!("-q backups coverage -o json {flags}"));
    objects(&run.run())
}

fn objects(run: &Run) -> Vec<Value> {
    run.json().as_array().unwrap().clone()
}

/// Returns a member of each row, as text.
fn each<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[name].as_str().unwrap_or("-")).collect()
}

/// Returns the states that occur.
fn states(rows: &[Value]) -> BTreeSet<&str> {
    each(rows, "state").into_iter().collect()
}

/// Returns the state of each resource, by its id.
fn by_id(rows: &[Value]) -> BTreeMap<&str, &str> {
    each(rows, "resource_id").into_iter().zip(each(rows, "state")).collect()
}
