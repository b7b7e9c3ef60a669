//! `cbr config set` and `cbr config unset`: what is written and what is refused.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;
use tempfile::TempDir;

use super::{FILE, File, mode};
use crate::harness::{Cbr, cbr, script};

#[test]
fn the_first_setting_creates_a_private_file() {
    let elsewhere = TempDir::new().unwrap();
    let run = |args: &str| cbr(args).env("XDG_CONFIG_HOME", elsewhere.path());
    let path = elsewhere.path().join("cbr/config.toml");
    assert_eq!(run("config path").run().stdout, format!("{}\n", path.display()));
    assert!(!path.exists());

    run("config set profiles.prod.region eu-de").run();
    run("config set profiles.prod.secret_key").stdin("hunter2hunter2\r\n").hides("hunter2").run();
    run("config set profiles.prod.access_key HPUAABBCCDDEEFFGGWYH").run();
    run("config set defaults.columns id,name,status").run();
    run("config set defaults.page_size 100").run();
    run("config set profiles.sso.credential_command vault read x").run();
    let text = "[profiles.prod]\nregion = \"eu-de\"\nsecret_key = \"hunter2hunter2\"\n\
                access_key = \"HPUAABBCCDDEEFFGGWYH\"\n\n\
                [profiles.sso]\ncredential_command = [\"vault\", \"read\", \"x\"]\n\n\
                [defaults]\ncolumns = [\"id\", \"name\", \"status\"]\npage_size = 100\n";
    let written = fs::read_to_string(&path).unwrap();
    let tables = |text: &str| {
        let mut tables: Vec<_> = text.trim().split("\n\n").map(str::to_owned).collect();
        tables.sort();
        tables
    };
    assert_eq!(tables(&written), tables(text));
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_change_preserves_the_rest_of_the_file() {
    let nl = FILE.replace("'eu-de' ", "\"eu-nl\" ");
    let cases = [
        ("set profiles.prod.region eu-nl", nl.as_str()),
        ("set profiles.prod.region eu-de", &FILE.replace("'eu-de' ", "\"eu-de\" ")),
        ("set profiles.'a.b'.project_id q", &format!("{FILE}project_id = \"q\"\n")),
        ("set defaults.output json", &format!("{FILE}\n[defaults]\noutput = \"json\"\n")),
        ("unset profiles.prod.project_id", &FILE.replace("# at last\nproject_id = \"p\"\n", "")),
        ("unset profiles.'a.b'", &FILE.replace("\n[profiles.'a.b']\nregion = 'eu-nl'\n", "")),
        (
            "unset default_profile",
            &FILE.replace("# mine\ndefault_profile = 'prod' # the usual one\n", ""),
        ),
    ];
    for (args, expected) in cases {
        for (before, expected) in [
            (FILE.to_owned(), expected.to_owned()),
            (FILE.replace('\n', "\r\n"), expected.replace('\n', "\r\n")),
            (format!("\u{feff}{FILE}"), expected.to_owned()),
        ] {
            let file = File::new(&before);
            file.cbr(&format!("config {args}")).run();
            assert_eq!(file.text(), expected, "{args}");
            assert_eq!(mode(&file.path()), 0o600);
        }
    }
}

/// Each process reads what the others have written.
#[test]
fn concurrent_changes_are_all_saved() {
    const NUMBER: usize = 20;
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("below").join("config.toml");
    let run = |args: String| cbr(&args).env("CBR_CONFIG_FILE", &file);
    let all = |args: &dyn Fn(usize) -> String| {
        let runs: Vec<_> = (0..NUMBER).map(|number| run(args(number))).collect();
        let started: Vec<_> = runs.iter().map(Cbr::start).collect();
        for (run, process) in runs.into_iter().zip(started) {
            run.check(&process.finish());
        }
        let shown = run("config show -o json".to_owned()).run().json();
        shown.get("profiles").and_then(Value::as_object).map_or(0, |profiles| profiles.len())
    };
    assert_eq!(all(&|number| format!("config set profiles.p{number}.region eu-de")), NUMBER);
    assert_eq!(all(&|number| format!("config set profiles.q{number}.region eu-de")), 2 * NUMBER);
    assert_eq!(all(&|number| format!("config unset profiles.p{number}")), NUMBER);
}

#[test]
fn a_symlink_is_preserved() {
    let file = File::new("");
    let link = TempDir::new().unwrap();
    let path = link.path().join("link.toml");
    symlink(file.path(), &path).unwrap();
    cbr("config set defaults.output csv").env("CBR_CONFIG_FILE", &path).run();
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(file.text(), "[defaults]\noutput = \"csv\"\n");
}

/// Nothing is written, and no secret is repeated.
#[test]
fn invalid_settings_are_refused() {
    let cases = [
        (
            "set profiles.prod.secret_key hunter2",
            "profiles.prod.secret_key is a secret, and others can see arguments: in the list of \
             processes, and in the shell's history",
            "cbr config set profiles.prod.secret_key prompts for it; \
             cbr config set profiles.prod.secret_key < FILE reads it",
        ),
        ("set profiles.prod.secret_key", "secret_key is empty; give it a value", ""),
        (
            "set profiles.prod.regin x",
            "profiles.prod.regin: unknown key `regin`; did you mean `region`?",
            "",
        ),
        ("set outptu json", "outptu: unknown key `outptu`; known: `default_profile`", ""),
        ("set defaults x", "defaults is a table, not a key", ""),
        ("set profiles.prod x", "profiles.prod is a table, not a key", ""),
        ("set a.b.c.d x", "a.b.c.d: there are keys of [defaults] and of [profiles.NAME] only", ""),
        ("set a[ x", "a[: not a key; write defaults.output, or profiles.NAME.region", ""),
        ("set profiles.''.region x", "the name of the profile is empty", ""),
        ("set profiles.prod.region", "profiles.prod.region takes a value", ""),
        ("set profiles.prod.region a b", "profiles.prod.region takes one value", ""),
        (
            "set profiles.prod.project_id a/b",
            "profiles.prod.project_id: `a/b` is not a project id",
            "",
        ),
        (
            "set profiles.prod.endpoint http://example.com",
            "profiles.prod.endpoint: `http://example.com` would send credentials unencrypted; use \
             https",
            "",
        ),
        ("set profiles.prod.credential_timeout 5", "credential_timeout: not a span of time", ""),
        (
            "set defaults.output josn",
            "cbr: error: defaults.output: invalid value 'josn' \
             [possible values: table,",
            "cbr backups list --help",
        ),
        (
            "set defaults.page_size 0",
            "cbr: error: defaults.page_size: invalid value '0': must be a whole number from 1 to \
             1000",
            "",
        ),
        ("set defaults.page_size many", "defaults.page_size takes a whole number", ""),
        (
            "set defaults.page_size 5000",
            "cbr: error: defaults.page_size: invalid value '5000': must be a whole number from 1",
            "",
        ),
        (
            "set defaults.columns id,id",
            "error: defaults.columns: 'id' is listed twice; each column",
            "",
        ),
        ("set defaults.columns id,", "defaults.columns is empty", ""),
        ("set defaults.timeout soon", "defaults.timeout: invalid value 'soon': ", ""),
        ("unset defaults.output", "defaults.output is not set in ", "cbr config show"),
        ("unset profiles.q", "profiles.q is not set in ", "cbr config show"),
        ("unset regoin", "regoin: unknown key `regoin`", "cbr config show"),
    ];
    let text = format!("{FILE}\n");
    for (args, error, hint) in cases {
        let file = File::new(&text);
        let run = file.cbr(&format!("config {args}")).hides("hunter2");
        run.exit(2).stderr_holds(["cbr: error: ", error, "\ncbr: hint: ", hint]).run();
        assert_eq!(file.text(), text, "{args}");
    }
}

#[test]
fn surprising_settings_are_warned_of() {
    let file = File::new("[profiles.prod]\n");
    let warned = |args: &str, text: &str| {
        file.cbr(args).stderr_holds(["cbr: warning: ", text]).run();
    };
    warned(
        "config set profiles.prod.region eu-dee",
        "`eu-dee` is not a known region (did you mean eu-de?)",
    );
    warned(
        "config set default_profile prdo",
        "default_profile: no profile `prdo`; did you mean `prod`?",
    );
    file.cbr("config set default_profile prod").run();
    warned("config unset profiles.prod", "config.toml: default_profile: no profile `prod`");
    file.cbr("config unset default_profile").run();
}

#[test]
fn values_with_a_dash_follow_a_double_dash() {
    let file = File::new("");
    let tip = "hint: put a value that begins with a dash after '--': cbr config set KEY -- VALUE";
    let run = file.cbr("config set defaults.columns -name").exit(2).stderr_holds([tip]).run();
    assert!(!run.stderr.contains("-- -n"), "{}", run.stderr);
    file.cbr("config set defaults.columns -- -name").run();
    assert_eq!(file.text(), "[defaults]\ncolumns = [\"-name\"]\n");
}

/// On a terminal it prompts for the secret, without an echo.
#[test]
fn typed_secrets_are_not_echoed() {
    if crate::host::find("script").is_none() {
        return;
    }
    let file = File::new("");
    let command =
        format!("CBR_CONFIG_FILE={} cbr config set profiles.p.token", file.path().display());
    // The secret is typed once the terminal has turned echo off.
    let shown = script(&format!(
        "mkfifo keys; (for i in $(seq 400); do
           stty -F \"$(cat tty 2>/dev/null)\" -a 2>/dev/null | grep -q -- '-echo ' && break
           sleep 0.05
         done; echo hunter2) > keys &
         script --quiet --return --command 'tty > tty; {command}' /dev/null < keys
         code=$?; rm keys tty; exit $code"
    ));
    assert_eq!(shown.code, Some(0), "{}", shown.stdout);
    assert!(shown.stdout.contains("token: "), "{}", shown.stdout);
    assert!(!shown.stdout.contains("hunter2"), "{}", shown.stdout);
    assert_eq!(file.text(), "[profiles.p]\ntoken = \"hunter2\"\n");
}
