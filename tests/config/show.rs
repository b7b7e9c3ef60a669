//! `cbr config show`, `list`, `get` and `profiles`, the errors of the file, and completions.

use std::fs;

use serde_json::json;

use super::{File, OWN};
use crate::harness::{Sandbox, TOKEN, cbr};

#[test]
fn shown_settings_contain_no_secret() {
    let text = format!(
        "# hunter2\ndefault_profile = 'a b'\n[defaults]\ncolumns = 'id,name'\nretries = 3\n\
         [profiles.\"a b\"]\naccess_key = 'HPUAABBCCDDEEFFGGWYH'\nsecret_key = 'hunter2'\n\
         security_token = 'hunter2'\n[profiles.c]\ncredential_command = ['vault', 'hunter2']\n\
         [profiles.d]\ncredential_command = 'vault hunter2'\n\
         [profiles.e]\ncredential_command = 'T=hunter2 vault'\n[profiles.f]\ntoken = '{TOKEN}'\n"
    );
    let shown = "default_profile = \"a b\"\n\n[defaults]\ncolumns = [\"id\",\"name\"]\n\
                 retries = 3\n\n\
                 [profiles.\"a b\"]\naccess_key = \"HPUA…GWYH\"\nsecret_key = \"(not shown)\"\n\
                 security_token = \"(not shown)\"\n\n\
                 [profiles.c]\ncredential_command = [\"vault\",\"(not shown)\"]\n\n\
                 [profiles.d]\ncredential_command = \"vault (not shown)\"\n\n\
                 [profiles.e]\ncredential_command = \"(not shown)\"\n\n\
                 [profiles.f]\ntoken = \"(not shown)\"\n";
    let run = |args| cbr(args).private_file(OWN, &text).hides("hunter2").run();
    assert_eq!(run("config show").stdout, shown);
    let expected = json!({
        "default_profile": "a b",
        "defaults": {"columns": ["id", "name"], "retries": 3},
        "profiles": {
            "a b": {"access_key": "HPUA…GWYH", "secret_key": "(not shown)", "security_token": "(not shown)"},
            "c": {"credential_command": ["vault", "(not shown)"]},
            "d": {"credential_command": "vault (not shown)"},
            "e": {"credential_command": "(not shown)"},
            "f": {"token": "(not shown)"},
        },
    });
    assert_eq!(run("config show -o json").json(), expected);
    let message = "cbr: warning: there is no file ~/.config/cbr/config.toml\n";
    assert_eq!(cbr("config show").stderr(message).run().stdout, "");
    assert_eq!(cbr("config show -o json").stderr(message).run().json(), json!({}));
}

/// Every command that reads the file reports them before it sends a request, and none changes the
/// file.
#[test]
fn groups_of_targets_are_shown() {
    let text = "[profiles.p]\nregion = 'eu-de'\n[[groups.'a b']]\nprofile = 'p'\n\
                region = 'eu-de, eu-nl'\n[[groups.'a b']]\nall_projects = true\n\
                except_region = ['eu-ch2']\n";
    let file = File::new(text);
    let shown = "[profiles.p]\nregion = \"eu-de\"\n\n[[groups.\"a b\"]]\nprofile = \"p\"\n\
                 region = [\"eu-de\",\"eu-nl\"]\n\n[[groups.\"a b\"]]\nall_projects = true\n\
                 except_region = [\"eu-ch2\"]\n";
    assert_eq!(file.cbr("config show").run().stdout, shown);
    let json = file.cbr("config show -o json").run().json();
    let expected = json!([
        {"profile": "p", "region": ["eu-de", "eu-nl"]},
        {"all_projects": true, "except_region": ["eu-ch2"]},
    ]);
    assert_eq!(json["groups"]["a b"], expected);
    // Setting a key keeps them.
    file.cbr("config set profiles.p.region eu-nl").run();
    assert_eq!(file.cbr("config show -o json").run().json()["groups"]["a b"], expected);
}

#[test]
fn syntax_errors_have_line_and_column() {
    let cases: [(&[u8], &str); 5] = [
        (b"[profiles.p]\ntoken = hunter2\n", ", line 2, column 9: not TOML: "),
        (
            b"[profiles.p]\ntokne = 'hunter2'\n",
            ", line 2, column 1: unknown key `tokne`; did you mean `token`?",
        ),
        (
            b"[defaults]\npage_size = 5000\n",
            ", line 2, column 13: defaults.page_size: invalid value '5000'",
        ),
        (
            b"[defaults]\npage_size = '5'\n",
            ", line 2, column 13: page_size takes a whole number, and this is a string",
        ),
        (b"a = '\xff'", ": cannot be read: it is not valid UTF-8"),
    ];
    let sandbox = Sandbox::start("--backups 3");
    for (text, error) in cases {
        let file = File::new("");
        fs::write(file.path(), text).unwrap();
        for args in ["backups list", "config show", "config set defaults.output csv"] {
            let run = sandbox.cbr(args).with_key().env("CBR_CONFIG_FILE", file.path());
            let expected = format!("cbr: error: {}{error}", file.path().display());
            run.hides("hunter2").exit(2).stderr_holds([expected.as_str(), "\ncbr: hint: "]).run();
        }
        assert_eq!(fs::read(file.path()).unwrap(), text);
        file.cbr("config path").run();
        file.cbr("--version").run();
    }
    assert!(sandbox.requests().is_empty());
}

/// Values that completion offers.
#[test]
fn keys_and_profiles_are_offered_by_name() {
    let own = "[profiles.prod]\n[profiles.'a b']\n";
    let koocli = r#"{"profiles": [{"name": "prod"}, {"name": "theirs"}]}"#;
    let offered = |words: &str, own: &str, koocli: &str| {
        let run = cbr("completions --").args(words.split(' '));
        let run = run.file(OWN, own).file(".hcloud/config.json", koocli).run();
        let values = run.lines().into_iter().skip(1);
        values.map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered("cbr --profile ", own, koocli), ["prod", "a b", "theirs"]);
    assert_eq!(offered("cbr --profile ", "[broken", "{"), [""; 0]);
    assert_eq!(offered("cbr config set profiles.prod.re", own, koocli), ["profiles.prod.region"]);
    assert_eq!(
        offered("cbr config unset de", own, koocli),
        [
            "default_profile",
            "defaults.output",
            "defaults.columns",
            "defaults.sort",
            "defaults.limit",
            "defaults.time",
            "defaults.tz",
            "defaults.pager",
            "defaults.color",
            "defaults.region",
            "defaults.page_size",
            "defaults.concurrency",
            "defaults.timeout",
            "defaults.retries",
        ]
    );
}

/// A key that is not set has its default, and no secret is shown.
#[test]
fn all_keys_are_listed_with_value_default_and_origin() {
    let file = File::new(
        "[defaults]\nlimit = 3\n[profiles.p]\nregion = 'eu-de'\nsecret_key = 'hunter2'\n",
    );
    let run = file.cbr("config list").hides("hunter2").run();
    let rows: Vec<Vec<_>> =
        run.lines().iter().map(|line| line.split_whitespace().collect()).collect();
    let path = format!("{},", file.path().display());
    let at = |line, column| vec![path.as_str(), "line", line, "column", column];
    let cases = [
        (vec!["KEY", "VALUE", "DEFAULT", "ORIGIN"], vec![]),
        (vec!["default_profile", "-", "-", "-"], vec![]),
        (vec!["defaults.output", "table", "table", "default"], vec![]),
        (vec!["defaults.limit", "3", "all"], at("2,", "9")),
        (vec!["defaults.time", "utc", "utc", "default"], vec![]),
        (vec!["defaults.region", "-", "-", "-"], vec![]),
        (vec!["profiles.p.region", "eu-de", "-"], at("4,", "10")),
        (vec!["profiles.p.secret_key", "set", "-"], at("5,", "14")),
    ];
    for (start, origin) in cases {
        let expected = [start, origin].concat();
        assert!(rows.contains(&expected), "{expected:?}\n{}", run.stdout);
    }
}

#[test]
fn one_key_is_printed() {
    let file =
        File::new("[defaults]\ncolumns = ['id', 'name']\n[profiles.p]\nsecret_key = 'hunter2'\n");
    for (key, expected) in [("defaults.columns", "id,name\n"), ("profiles.p.secret_key", "set\n")] {
        let run = file.cbr(&format!("config get {key}")).hides("hunter2").run();
        assert_eq!(run.stdout, expected, "{key}");
    }
    for (key, error) in [
        ("defaults.output", "defaults.output is not set in "),
        ("defaults", "defaults is a table, not a key"),
        ("profiles.p.regoin", "did you mean `region`?"),
    ] {
        let run = file.cbr(&format!("config get {key}")).exit(2);
        run.stderr_holds([error, "hint: cbr config list prints all keys"]).run();
    }
}

#[test]
fn profiles_are_listed_with_their_regions() {
    let both = "[profiles.a]\nregion = 'eu-de'\n[profiles.b]\n";
    let cases = [
        (both.to_owned(), "PROFILE  REGION  DEFAULT\na        eu-de   -\nb        -       -\n"),
        (
            format!("default_profile = 'b'\n{both}"),
            "PROFILE  REGION  DEFAULT\na        eu-de   -\nb        -       yes\n",
        ),
        (String::new(), "PROFILE  REGION  DEFAULT\n"),
    ];
    for (text, expected) in cases {
        let stdout = File::new(&text).cbr("config profiles").run().stdout;
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect();
        let (stdout, expected): (Vec<String>, Vec<String>) = (lines(&stdout), lines(expected));
        assert_eq!(stdout, expected, "{text}");
    }
}
