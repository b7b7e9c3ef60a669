//! Programs of the host that tests need.

use std::env;
use std::path::PathBuf;

/// Set this to pass over the tests whose program is missing. Without it they fail, since a test that
/// quietly does not run proves nothing.
const MAY_SKIP: &str = "CBR_TEST_SKIP_MISSING_PROGRAMS";

/// Where the program is, or `None` if the test is to be passed over.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        pass_over(program, "is not installed");
    }
    found
}

/// Says that a test is passed over for want of something, or fails.
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
pub(crate) fn pass_over(what: &str, why: &str) {
    let may_skip = env::var_os(MAY_SKIP).is_some_and(|value| !value.is_empty());
    assert!(may_skip, "{what} {why}; install it, or set {MAY_SKIP}=1");
    eprintln!("passed over: {what} {why}");
}
