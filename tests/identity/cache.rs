//! The cache between runs, and whose requests use it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{ACCESS_KEY, Cbr, DOMAIN, PASSWORD, PROJECT_ID, SECRET_KEY, Sandbox, USER};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

fn user(sandbox: &Sandbox, cache: &TempDir) -> Cbr {
    sandbox
        .cbr_by_region(LIST)
        .env("HW_USER_NAME", USER)
        .env("HW_USER_PASSWORD", PASSWORD)
        .env("HW_DOMAIN_NAME", DOMAIN)
        .env("XDG_CACHE_HOME", cache.path())
}

fn key(sandbox: &Sandbox, cache: &TempDir) -> Cbr {
    let run = sandbox.cbr_by_region(LIST).env("CBR_ENDPOINT", sandbox.endpoint());
    run.with_key().env("XDG_CACHE_HOME", cache.path())
}

/// Returns the number of requests to IAM.
fn asked(sandbox: &Sandbox) -> usize {
    let paths = sandbox.requests().into_iter().map(|request| request.path);
    paths.filter(|path| !path.ends_with("/backups")).count()
}

fn files(cache: &TempDir) -> Vec<PathBuf> {
    let files = fs::read_dir(cache.path().join("cbr")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_password_logs_in_once_per_run_and_leaves_no_file() {
    let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
    for logins in 1..=2 {
        user(&sandbox, &cache).run();
        assert_eq!(asked(&sandbox), logins);
        assert!(!cache.path().join("cbr").exists());
    }
}

/// An older version cached sealed tokens, in files that are named like those of project ids.
#[test]
fn a_token_of_an_older_version_is_removed() {
    let text = r#"{"until":"2100-01-01T00:00:00Z","value":"00ff"}"#;
    for run in [key, user] {
        let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
        let directory = cache.path().join("cbr");
        fs::create_dir(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
        let old = directory.join("0a".repeat(32));
        fs::write(&old, text).unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o600)).unwrap();
        run(&sandbox, &cache).run();
        assert!(!old.exists());
        assert_eq!(asked(&sandbox), 1);
    }
}

#[test]
fn the_cache_is_private_and_has_no_secret() {
    let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
    key(&sandbox, &cache).run();
    user(&sandbox, &cache).run();
    assert_eq!(mode(&cache.path().join("cbr")), 0o700);
    let files = files(&cache);
    assert_eq!(files.len(), 1);
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
        let text = fs::read_to_string(&file).unwrap();
        for secret in ["sandbox-token", PASSWORD, SECRET_KEY, ACCESS_KEY, USER] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}

#[test]
fn a_project_is_looked_up_once() {
    let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
    key(&sandbox, &cache).run();
    key(&sandbox, &cache).run();
    assert_eq!(asked(&sandbox), 1);
    // The project id of another key may differ.
    let other = key(&sandbox, &cache).secret("CBR_ACCESS_KEY", "OTHERACCESSKEY");
    other.exit(3).stderr_holds(["cannot look up the project at"]).run();
    assert_eq!(asked(&sandbox), 2);
    // And that of another project name does.
    key(&sandbox, &cache).env("CBR_REGION", "sandbox-2").exit(2).stderr_holds([]).run();
    assert_eq!(asked(&sandbox), 4);
    assert_eq!(files(&cache).len(), 1, "only what was found is kept");
}

/// A broken cache file, or one that others could have written, counts as missing.
#[test]
fn an_unusable_cache_file_is_ignored() {
    let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
    let directory = cache.path().join("cbr");
    fs::create_dir_all(&directory).unwrap();
    key(&sandbox, &cache).run();
    let until = r#""until":"2100-01-01T00:00:00Z""#;
    for text in ["", "{", &format!(r#"{{{until},"project_id":"a/b"}}"#), &format!("{{{until}}}")] {
        for file in files(&cache) {
            fs::write(file, text).unwrap();
        }
        let before = asked(&sandbox);
        key(&sandbox, &cache).run();
        assert_eq!(asked(&sandbox), before + 1, "{text}");
    }
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    let before = asked(&sandbox);
    key(&sandbox, &cache).run();
    assert_eq!(asked(&sandbox), before + 1, "others can write there");
    fs::remove_dir_all(&directory).unwrap();
    // No cache directory can be created.
    let before = asked(&sandbox);
    key(&sandbox, &cache).env("XDG_CACHE_HOME", "/dev/null").run();
    assert_eq!(asked(&sandbox), before + 1);
}

#[test]
fn a_cached_project_is_shown_as_cached() {
    let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
    let shown = || {
        let run =
            sandbox.cbr_by_region("auth show -o json").env("CBR_ENDPOINT", sandbox.endpoint());
        let printed = run.with_key().env("XDG_CACHE_HOME", cache.path()).run().json();
        let lines = printed["settings"].as_array().unwrap().iter();
        let line = lines.clone().find(|line| line["setting"] == "project_id").unwrap();
        (line["value"].clone(), line["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(shown(), (Value::Null, "looked up by the name sandbox-1 (CBR_REGION)".to_owned()));
    key(&sandbox, &cache).run();
    let kept = "kept since it was looked up by the name sandbox-1 (CBR_REGION)".to_owned();
    assert_eq!(shown(), (PROJECT_ID.into(), kept));
}
