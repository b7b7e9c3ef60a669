//! The last program of `cargo test`: names the tests that were skipped, and why.

#![expect(clippy::print_stdout, reason = "this is the end of the test report")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn main() {
    let run = std::os::unix::process::parent_id();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("skipped-{run}.tsv"));
    // Without skipped tests there is no file.
    let Ok(lines) = fs::read_to_string(&path) else { return };
    let _ = fs::remove_file(&path);
    let mut reasons: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (reason, test) in lines.lines().filter_map(|line| line.split_once('\t')) {
        reasons.entry(reason).or_default().insert(test);
    }
    let tests: BTreeSet<_> = reasons.values().flatten().collect();
    println!("\n{} tests were skipped, in whole or in part:", tests.len());
    for (reason, tests) in reasons {
        println!("  {reason}: {}", tests.into_iter().collect::<Vec<_>>().join(", "));
    }
    println!("CBR_TEST_REQUIRE_PROGRAMS=1 makes them fail instead.");
}
