//! `cbr --version` and `cbr -V`.

use std::env::consts::ARCH;
use std::path::Path;

use crate::harness::cbr;

#[test]
fn the_short_version_is_one_line() {
    assert_eq!(cbr("-V").run().stdout, "cbr 0.1.0\n");
}

#[test]
fn the_long_version_names_target_features_and_commit() {
    let version = cbr("--version").run().stdout;
    let mut lines = version.lines();
    assert_eq!(lines.next(), Some("cbr 0.1.0"));
    let mut value = |name: &str| {
        let line = lines.next().unwrap_or_else(|| panic!("no {name} in {version}"));
        line.strip_prefix(name).unwrap_or_else(|| panic!("no {name} in {version}")).to_owned()
    };
    assert!(value("target: ").starts_with(ARCH), "{version}");
    assert_eq!(value("features: "), "sandbox");
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join(".git");
    // A packaged crate is not a checkout.
    if checkout.exists() {
        let commit = value("commit: ");
        assert!(commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    assert_eq!(lines.next(), None, "{version}");
}
