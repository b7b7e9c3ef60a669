//! Programs of this machine that tests need.
//!
//! A test whose program is missing is skipped, and `tests/skipped.rs` names it at the end of the
//! run. With `CBR_TEST_REQUIRE_PROGRAMS=1`, as in CI, it fails.

use std::env;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::thread;

/// Variable that lets a test fail if its program is missing.
const REQUIRED: &str = "CBR_TEST_REQUIRE_PROGRAMS";

/// Returns the path of the program, or `None` if the test is to be skipped.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        skip(program, "is not installed");
    }
    found
}

/// Notes that the current test is skipped, or fails it.
pub(crate) fn skip(what: &str, why: &str) {
    let is_required = env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
    assert!(!is_required, "{what} {why}, and {REQUIRED} is set");
    let current = thread::current();
    let test = current.name().unwrap_or("a test");
    let line = format!("{what} {why}\t{test}\n");
    let mut file = File::options().create(true).append(true).open(skipped()).unwrap();
    // In one write: tests run concurrently.
    file.write_all(line.as_bytes()).unwrap();
}

/// Returns the list of skipped tests of this run of `cargo test`, which is the parent of all test
/// programs.
fn skipped() -> PathBuf {
    let run = std::os::unix::process::parent_id();
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("skipped-{run}.tsv"))
}
