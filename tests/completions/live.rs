//! Values that only the service knows, as the completion scripts request them.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, DOMAIN, PASSWORD, Request, SECRET_KEY, Sandbox, Service, TOKEN, USER,
    cbr,
};

/// Returns the values that are offered for the last word of a line, with the settings of `run`.
fn offered(run: Cbr, cache: &Path, line: &str) -> Vec<String> {
    let run = run.env("XDG_CACHE_HOME", cache).args(["--"]).args(line.split(' ')).run();
    let mut lines = run.stdout.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("words ")), "{}", run.stdout);
    lines.map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// Returns offset and limit of each request, in the order of arrival.
fn windows(requests: &[Request]) -> Vec<(u64, u64)> {
    requests.iter().map(Request::window).collect()
}

#[test]
fn ids_and_names_of_the_newest_backups_are_offered() {
    let sandbox = Sandbox::start("--backups 300");
    let cache = TempDir::new().unwrap();
    let offered = |line: &str| offered(sandbox.cbr("completions").with_key(), cache.path(), line);
    let body: Value = serde_json::from_str(&sandbox.body("backups?limit=1000")).unwrap();
    let listed = |field: &str| {
        let mut values: Vec<_> = body["backups"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|backup| backup[field].as_str())
            .map(str::to_owned)
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let before = sandbox.requests().len();
    assert_eq!(offered("cbr backups list --vault-id "), listed("vault_id"));
    assert_eq!(offered("cbr backups list --resource-id="), listed("resource_id"));
    assert_eq!(offered("cbr backups list --checkpoint-id "), listed("checkpoint_id"));
    let ids = listed("id");
    assert_eq!(offered("cbr backups show "), ids);
    assert_eq!(offered(&format!("cbr backups show {}", &ids[7][..6])), [ids[7].clone()]);
    let names = offered("cbr backups list --resource-name ecs-d");
    assert!(!names.is_empty() && names.iter().all(|name| listed("resource_name").contains(name)));
    // This takes one request for a few rows, and one for the rest.
    let requests = &sandbox.requests()[before..];
    assert!(requests.iter().all(|request| request.filters().is_empty()));
    assert_eq!(windows(requests), [(0, 200), (200, 1000)]);
}

/// Older backups are requested too, within the time limit.
#[test]
fn older_backups_are_searched_after_the_newest() {
    let sandbox = Sandbox::start("--backups 10000");
    let cache = TempDir::new().unwrap();
    let ids = offered(sandbox.cbr("completions").with_key(), cache.path(), "cbr backups show ");
    let windows = windows(&sandbox.requests());
    let all = [(0, 200), (200, 1000), (1200, 1000), (2200, 1000), (3200, 1000), (4200, 1000)];
    // On a slow machine the time limit is reached earlier.
    assert!(windows.len() > 1 && all.starts_with(&windows), "{windows:?}");
    assert!(ids.len() >= 200, "{}", ids.len());

    // Values that arrived within the time limit are offered.
    let page = |number: u32| {
        let record = |row| format!(r#"{{"id":"{number}-{row}"}}"#);
        let records: Vec<_> = (0..200).map(record).collect();
        Answer::page(&records.iter().map(String::as_str).collect::<Vec<_>>(), "900")
    };
    let service = Service::answering([page(1), Answer::stalling("HTTP/1.1 200 OK\r\n")]);
    let run = || service.cbr("completions").env("CBR_TOKEN", TOKEN);
    assert_eq!(offered(run(), cache.path(), "cbr backups show ").len(), 200);
    assert_eq!(offered(run(), cache.path(), "cbr backups show ").len(), 200);
    assert_eq!(service.received().len(), 2);
}

/// An earlier run caches the project id. It keeps no token, so a password offers nothing.
#[test]
fn cached_settings_of_an_earlier_run_are_used() {
    for by_login in [false, true] {
        let sandbox = Sandbox::start("--backups 3");
        let cache = TempDir::new().unwrap();
        let cbr = |args: &str| {
            let run = sandbox.cbr_by_region(args).env("CBR_ENDPOINT", sandbox.endpoint());
            let run = run.env("XDG_CACHE_HOME", cache.path());
            if !by_login {
                return run.with_key();
            }
            run.env("HW_USER_NAME", USER)
                .env("HW_DOMAIN_NAME", DOMAIN)
                .env("HW_USER_PASSWORD", PASSWORD)
        };
        let line = "cbr backups list --vault-id ";
        let offered = || !offered(cbr("completions"), cache.path(), line).is_empty();
        assert_eq!((offered(), sandbox.requests().len()), (false, 0), "{by_login}");
        cbr("backups list -o ids").run();
        if by_login {
            let before = sandbox.requests().len();
            assert_eq!((offered(), sandbox.requests().len()), (false, before));
            continue;
        }
        // On a busy machine the time limit may be reached too early, and the result is cached.
        let memory = cache.path().join("cbr/completions.json");
        let mut before = sandbox.requests().len();
        let is_offered = (0..5).any(|_| {
            let _ = std::fs::remove_file(&memory);
            before = sandbox.requests().len();
            offered()
        });
        assert!(is_offered, "{by_login}");
        let sent = &sandbox.requests()[before..];
        assert_eq!(windows(sent), [(0, 200)], "{by_login}");
        assert_eq!(sent.len(), 1, "{by_login}");
    }
}

#[test]
fn the_completion_cache_is_private_and_has_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::start("--backups 3");
    let cache = TempDir::new().unwrap();
    offered(sandbox.cbr("completions").with_key(), cache.path(), "cbr backups show ");
    let directory = cache.path().join("cbr");
    let file = directory.join("completions.json");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&file)), (0o700, 0o600));
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains(ACCESS_KEY) && !text.contains(SECRET_KEY), "{text}");
}

#[test]
fn flags_on_the_line_are_used() {
    let sandbox = Sandbox::start("--backups 3");
    let cache = TempDir::new().unwrap();
    let run = cbr("completions").with_key();
    let line = format!(
        "cbr --endpoint {} --project-id 5a4db0c5000000000000000000000001 backups show ",
        sandbox.endpoint()
    );
    assert_eq!(offered(run, cache.path(), &line).len(), 3);
}

/// Five failures lock an access key.
#[test]
fn a_key_that_is_refused_is_not_sent_again() {
    let sandbox = Sandbox::start("--backups 3");
    let cache = TempDir::new().unwrap();
    for _ in 0..3 {
        let run = sandbox.cbr("completions").env("CBR_ACCESS_KEY", ACCESS_KEY);
        let run = run.secret("CBR_SECRET_KEY", "hunter2-hunter2-hunter2-hunter2-hunter2-");
        assert!(offered(run, cache.path(), "cbr backups list --vault-id ").is_empty());
    }
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn without_a_cache_nothing_is_sent() {
    let sandbox = Sandbox::start("--backups 3");
    let run = sandbox.cbr("completions").with_key();
    assert!(offered(run, Path::new("/dev/null"), "cbr backups list --vault-id ").is_empty());
    assert!(sandbox.requests().is_empty());
}

#[test]
fn failures_offer_nothing_silently() {
    let cache = TempDir::new().unwrap();
    let nothing = |run: Cbr| {
        assert!(offered(run, cache.path(), "cbr backups list --vault-id ").is_empty());
    };
    // No settings, and settings that contradict each other.
    nothing(cbr("completions"));
    nothing(cbr("completions").with_key());
    nothing(cbr("completions").with_key().env("CBR_TOKEN", TOKEN));
    let answers = [
        Answer::new(500, "{}"),
        Answer::new(200, "<html>"),
        Answer::new(200, r#"{"backups":[{"vault_id":7}]}"#),
        Answer::stalling("HTTP/1.1 200 OK\r\n"),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let service = Service::answering([answer]);
        nothing(service.cbr("completions").env("CBR_TOKEN", format!("{TOKEN}-{number}")));
        assert_eq!(service.received().len(), 1);
    }
}

#[test]
fn no_command_is_run_for_credentials() {
    let sandbox = Sandbox::start("--backups 3");
    let cache = TempDir::new().unwrap();
    let own = "[profiles.a]\ncredential_command = \"touch ran\"\n";
    let run = sandbox.cbr("completions").file(".config/cbr/config.toml", own).with_key();
    assert!(offered(run, cache.path(), "cbr --profile a backups list --vault-id ").is_empty());
    assert!(sandbox.requests().is_empty());
    // No request is sent with other credentials. A profile in the file does not prevent that.
    let own = format!(
        "{own}[profiles.b]\naccess_key = \"{ACCESS_KEY}\"\nsecret_key = \"{SECRET_KEY}\"\n"
    );
    let run = || {
        let run = sandbox.cbr("completions").private_file(".config/cbr/config.toml", &own);
        run.hides(SECRET_KEY)
    };
    assert!(!offered(run(), cache.path(), "cbr --profile b backups list --vault-id ").is_empty());
    assert!(offered(run(), cache.path(), "cbr --profile a backups list --vault-id ").is_empty());
    assert!(!offered(run().with_key(), cache.path(), "cbr backups list --vault-id ").is_empty());
}

/// Too many failures lock a user.
#[test]
fn no_password_is_sent() {
    let service = Service::answering([]);
    let cache = TempDir::new().unwrap();
    let run = service
        .cbr("completions")
        .env("CBR_IAM_ENDPOINT", service.endpoint())
        .env("HW_USER_NAME", "somebody")
        .env("HW_DOMAIN_NAME", "somewhere")
        .secret("HW_USER_PASSWORD", "hunter2-hunter2");
    assert!(offered(run, cache.path(), "cbr backups list --vault-id ").is_empty());
    // No project is looked up either.
    let run = cbr("completions").env("CBR_ENDPOINT", service.endpoint());
    let run = run.env("CBR_IAM_ENDPOINT", service.endpoint()).with_key();
    assert!(offered(run, cache.path(), "cbr --region eu-de backups list --vault-id ").is_empty());
    assert!(service.received().is_empty());
}

#[test]
fn a_variable_turns_requests_off() {
    let sandbox = Sandbox::start("--backups 3");
    // The variable's value, and whether values of the service are offered.
    for (value, expected) in [("1", false), ("yes", false), ("0", true), ("", true)] {
        let cache = TempDir::new().unwrap();
        let before = sandbox.requests().len();
        let run = |line: &str| {
            let run = sandbox.cbr("completions").with_key().env("CBR_COMPLETE_OFFLINE", value);
            offered(run, cache.path(), line)
        };
        // Flags and fixed values do not depend on it.
        assert_eq!(run("cbr backups list --status av"), ["available"], "{value}");
        run("cbr backups list --vault-id ");
        assert_eq!(sandbox.requests().len() > before, expected, "{value}");
        let is_cached = cache.path().join("cbr").exists();
        assert_eq!(is_cached, expected, "{value}");
    }
}

/// Only the names in the files are read, nothing else.
#[test]
fn names_of_clouds_and_topics_are_offered() {
    let cache = TempDir::new().unwrap();
    let clouds = "clouds:\n  otc: {}\n  other: {}\n";
    let run = cbr("completions").file(".config/openstack/clouds.yaml", clouds);
    assert_eq!(offered(run, cache.path(), "cbr --cloud o"), ["otc", "other"]);
    let run = cbr("completions").file(".config/openstack/clouds.yaml", ": [");
    assert!(offered(run, cache.path(), "cbr --cloud o").is_empty());
    assert_eq!(offered(cbr("completions"), cache.path(), "cbr help ex"), ["exit-codes"]);
    assert!(
        offered(cbr("completions"), cache.path(), "cbr help b").contains(&"backups".to_owned())
    );
}

#[test]
fn groups_profiles_and_regions_of_targets_are_offered() {
    let cache = TempDir::new().unwrap();
    let config = "[profiles.prod]\nregion = 'eu-de'\n[profiles.test]\nregion = 'eu-nl'\n\
                  [[groups.everything]]\nprofile = 'prod'\n[[groups.europe]]\nregion = 'eu-*'\n";
    let offered = |line: &str| {
        let run = cbr("completions").private_file(".config/cbr/config.toml", config);
        offered(run, cache.path(), line)
    };
    assert_eq!(offered("cbr backups list --group e"), ["everything", "europe"]);
    assert_eq!(offered("cbr backups list --group eu"), ["europe"]);
    assert_eq!(offered("cbr backups summary --profile prod,t"), ["test"]);
    assert_eq!(offered("cbr backups list --region eu-de,eu-n"), ["eu-nl"]);
}

/// Text from a service could run commands on a command line.
#[test]
fn values_that_a_shell_could_interpret_are_not_offered() {
    let cache = TempDir::new().unwrap();
    let record = |name: &str| format!(r#"{{"id":"1","resource_name":{}}}"#, Value::from(name));
    let names =
        ["$(touch x)", "a -rf", "-rf", "a\tb", "a\u{1b}[31m", "ok-1", "数据库", "web front"];
    let records = names.map(record);
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let service = Service::answering([Answer::page(&records, "8")]);
    let run = service.cbr("completions").env("CBR_TOKEN", TOKEN);
    let offered = offered(run, cache.path(), "cbr backups list --resource-name ");
    assert_eq!(offered, ["ok-1", "web front", "数据库"]);
}
