//! `cbr config`, and the defaults that its file has for flags.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{
    ACCESS_KEY, Cbr, PROJECT_ID, REGION, SECRET_KEY, Sandbox, TOKEN, cbr, script,
};

const OWN: &str = ".config/cbr/config.toml";

/// A file that lasts for several runs.
struct File {
    directory: TempDir,
}

impl File {
    fn new(text: &str) -> Self {
        let file = Self { directory: TempDir::new().unwrap() };
        fs::write(file.path(), text).unwrap();
        file
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("config.toml")
    }

    fn cbr(&self, args: &str) -> Cbr {
        cbr(args).env("CBR_CONFIG_FILE", self.path())
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

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

const FILE: &str = "# mine\ndefault_profile = 'prod' # the usual one\n\n# where\n[profiles.prod]\n\
                    region   = 'eu-de'   # Germany\n# at last\nproject_id = \"p\"\n\n\
                    [profiles.'a.b']\nregion = 'eu-nl'\n";

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

/// Those who keep their settings in a repository link to them.
/// None of them writes what it has read before another one wrote.
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
            "profiles.prod.endpoint: `http://example.com` would send credentials unencrypted; use https",
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
            "cbr: error: defaults.page_size: invalid value '0': must be a whole number from 1 to 1000",
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
fn a_flag_that_contradicts_a_default_names_the_file_and_the_key() {
    let file = File::new("[defaults]\noutput = \"json\"\n");
    let default = [", line 2, column 10: defaults.output: ", "'--no-headers'"];
    file.cbr("backups list --no-headers").exit(2).stderr_holds(default).run();
    let flags = ["'--no-headers'", "hint: see 'cbr backups list --help'"];
    file.cbr("backups list --no-headers -o json").exit(2).stderr_holds(flags).run();
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

#[test]
fn shown_settings_contain_no_secret() {
    let text = format!(
        "# hunter2\ndefault_profile = 'a b'\n[defaults]\ncolumns = 'id,name'\nretries = 3\n\
         [profiles.\"a b\"]\naccess_key = 'HPUAABBCCDDEEFFGGWYH'\nsecret_key = 'hunter2'\n\
         security_token = 'hunter2'\n[profiles.c]\ncredential_command = ['vault', 'hunter2']\n\
         [profiles.d]\ncredential_command = 'vault hunter2'\n\
         [profiles.e]\ncredential_command = 'T=hunter2 vault'\n[profiles.f]\ntoken = '{TOKEN}'\n"
    );
    let shown = "default_profile = \"a b\"\n\n[defaults]\ncolumns = [\"id\",\"name\"]\nretries = 3\n\n\
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
    let told = "cbr: warning: there is no file ~/.config/cbr/config.toml\n";
    assert_eq!(cbr("config show").stderr(told).run().stdout, "");
    assert_eq!(cbr("config show -o json").stderr(told).run().json(), json!({}));
}

/// Told by every command that would go by it, before anything is sent; and fixed by hand only.
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
            let told = format!("cbr: error: {}{error}", file.path().display());
            run.hides("hunter2").exit(2).stderr_holds([told.as_str(), "\ncbr: hint: "]).run();
        }
        assert_eq!(fs::read(file.path()).unwrap(), text);
        file.cbr("config path").run();
        file.cbr("--version").run();
    }
    assert!(sandbox.requests().is_empty());
}

/// What a listing prints and asks for, with these defaults.
#[test]
fn defaults_replace_absent_flags() {
    let ids = "{\"id\":";
    let names = "{\"name\":";
    let cases: [(&str, &str, &str, &[(u64, u64)]); 14] = [
        ("", "", "RESOURCE ", &[(0, 1000)]),
        ("output = 'jsonl'", "", "{\"checkpoint_id\":", &[(0, 1000)]),
        ("output = 'jsonl'", "-o csv", "id,name,checkpoint_id", &[(0, 1000)]),
        ("output = 'jsonl'\ncolumns = ['name']", "", names, &[(0, 1000)]),
        ("output = 'jsonl'\ncolumns = 'name, id'", "-o jsonl", names, &[(0, 1000)]),
        ("output = 'jsonl'\ncolumns = 'name'", "--columns id", ids, &[(0, 1000)]),
        // What asks for another format relies on all of it.
        ("columns = ['name']", "", "NAME\n", &[(0, 1000)]),
        ("columns = ['name']", "-o table", "NAME\n", &[(0, 1000)]),
        ("columns = ['name']", "-o csv", "id,name,checkpoint_id", &[(0, 1000)]),
        ("output = 'csv'\ncolumns = ['name']", "", "name\n", &[(0, 1000)]),
        ("output = 'csv'\ncolumns = ['name']", "-o table", "RESOURCE ", &[(0, 1000)]),
        ("page_size = 4", "", "RESOURCE ", &[(0, 4), (3, 4)]),
        (
            "page_size = 4\nconcurrency = 1\nretries = 0\ntimeout = '1m'",
            "--page-size 10",
            "RESOURCE ",
            &[(0, 10)],
        ),
        ("page_size = 4", "--page-size 1000", "RESOURCE ", &[(0, 1000)]),
    ];
    for (defaults, args, begin, windows) in cases {
        let run = crate::harness::sandboxed("--backups 6", "backups list");
        let run = run.args(args.split_whitespace()).file(OWN, &format!("[defaults]\n{defaults}\n"));
        let run = run.run();
        assert!(run.stdout.starts_with(begin), "{defaults} {args}: {}", run.stdout);
        assert_eq!(run.windows(), windows, "{defaults} {args}");
    }
}

/// The width of one record is no matter of a list's columns, and other commands have formats of
/// their own.
#[test]
fn defaults_apply_to_lists_only() {
    let text = "[defaults]\noutput = 'json'\ncolumns = ['name']\n";
    let sandbox = Sandbox::start("--backups 3");
    let list = sandbox.cbr("backups list").with_key().file(OWN, text).run().json();
    assert_eq!(list[0].as_object().unwrap().len(), 1);
    let listed = sandbox.cbr("backups list --limit 1 --columns id").with_key().file(OWN, text);
    let id = listed.run().json()[0]["id"].as_str().unwrap().to_owned();
    let shown = sandbox.cbr("backups show").arg(&id).with_key().file(OWN, text).run().json();
    assert!(shown.as_object().unwrap().len() > 10);
    // One backup is no table.
    for output in ["table", "wide", "ids"] {
        let text = format!("[defaults]\noutput = '{output}'\n");
        let shown = sandbox.cbr("backups show").arg(&id).with_key().file(OWN, &text).run();
        assert!(shown.lines().len() > 20, "{output}: {}", shown.stdout);
    }
    let text = "[defaults]\noutput = 'ids'\n";
    assert_eq!(sandbox.cbr("backups summary").with_key().file(OWN, text).run().lines().len(), 2);
    let settings = sandbox.cbr("auth show").with_key().file(OWN, text).run();
    assert!(settings.stdout.starts_with("SETTING"));
}

/// A flag against which a default stands is the user's word.
#[test]
fn conflicts_between_flags_are_reported_despite_defaults() {
    let run = cbr("backups list --stream").file(OWN, "[defaults]\noutput = 'json'\n");
    run.exit(2).stderr_holds(["'--stream' cannot be used with '--output json'"]).run();
    let sandbox = Sandbox::start("--backups 3");
    let run = sandbox.cbr("backups list --stream").with_key();
    run.file(OWN, "[defaults]\noutput = 'csv'\n").run();
}

/// What shells ask for at a press of Tab.
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

/// On a terminal the secret is asked for, and what is typed does not show.
#[test]
fn typed_secrets_are_not_echoed() {
    if crate::host::find("script").is_none() {
        return;
    }
    let file = File::new("");
    let command =
        format!("CBR_CONFIG_FILE={} cbr config set profiles.p.token", file.path().display());
    // It is typed once the terminal has been told to show nothing.
    let told = script(&format!(
        "mkfifo keys; (for i in $(seq 400); do
           stty -F \"$(cat tty 2>/dev/null)\" -a 2>/dev/null | grep -q -- '-echo ' && break
           sleep 0.05
         done; echo hunter2) > keys &
         script --quiet --return --command 'tty > tty; {command}' /dev/null < keys
         code=$?; rm keys tty; exit $code"
    ));
    assert_eq!(told.code, Some(0), "{}", told.stdout);
    assert!(told.stdout.contains("token: "), "{}", told.stdout);
    assert!(!told.stdout.contains("hunter2"), "{}", told.stdout);
    assert_eq!(file.text(), "[profiles.p]\ntoken = \"hunter2\"\n");
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

/// Formats for scripts, ids and counts are of the whole list, and have exact times.
#[test]
fn display_defaults_apply_to_what_people_read() {
    let file = File::new(
        "[defaults]\nlimit = 3\ntime = 'relative'\nsort = ['name']\ncolumns = 'name,created_at'\n",
    );
    // Flags; the number of lines; whether times are relative.
    let cases = [
        ("", 4, true),
        ("-o table", 4, true),
        ("-o wide", 4, true),
        ("--limit 2", 3, true),
        ("--time utc", 4, false),
        ("-o csv", 31, false),
        ("-o jsonl", 30, false),
        ("-o ids", 30, false),
        ("--ids", 30, false),
        ("--count", 1, false),
        ("-o markdown", 32, true),
    ];
    let sandbox = Sandbox::start("--backups 30 --epoch 2026-11-20");
    for (flags, lines, is_relative) in cases {
        let run = sandbox.cbr(&format!("backups list {flags}")).with_key();
        let run = run.env("CBR_CONFIG_FILE", file.path()).run();
        let count = run.stdout.lines().count();
        assert!(if flags == "-o csv" { count >= lines } else { count == lines }, "{flags} {count}");
        assert_eq!(run.stdout.contains(" ago"), is_relative, "{flags}\n{}", run.stdout);
    }
    for command in ["summary", "summary -o json", "coverage", "show 00000000"] {
        let run = sandbox.cbr(&format!("backups {command}")).with_key();
        let exit = if command.starts_with("show") { 4 } else { 0 };
        run.env("CBR_CONFIG_FILE", file.path()).exit(exit).stderr_holds([]).run();
    }
}

/// Days and times without a zone in flags are in that zone too.
#[test]
fn a_default_time_zone_applies_unless_the_style_is_utc() {
    let sandbox = Sandbox::start("--epoch 2026-11-20");
    // The newest backup is at 23:57 UTC, the next day in Shanghai.
    let cases = [
        ("tz = 'Asia/Shanghai'", "", "2026-11-20", "2026-10-31T16:00:00Z"),
        ("tz = 'Asia/Shanghai'", "--time utc", "2026-11-19", "2026-11-01T00:00:00Z"),
        ("tz = 'Asia/Shanghai'", "--tz UTC", "2026-11-19", "2026-11-01T00:00:00Z"),
        ("tz = 'Asia/Shanghai'", "--time relative", "2026-11-20", "2026-10-31T16:00:00Z"),
        ("tz = 'Asia/Shanghai'\ntime = 'local'", "", "2026-11-20", "2026-10-31T16:00:00Z"),
        ("tz = 'Asia/Shanghai'\ntime = 'utc'", "", "2026-11-19", "2026-11-01T00:00:00Z"),
        ("tz = 'Asia/Shanghai'", "-o csv", "2026-11-20", "2026-10-31T16:00:00Z"),
    ];
    for (defaults, flags, day, start) in cases {
        let file = File::new(&format!("[defaults]\n{defaults}\n"));
        let before = sandbox.requests().len();
        let run = sandbox.cbr(&format!("backups summary --by day --since 2026-11-01 {flags}"));
        let run = run.with_key().env("CBR_CONFIG_FILE", file.path()).run();
        let first = run.lines().into_iter().find(|line| line.contains("2026")).unwrap();
        assert!(first.starts_with(day), "{defaults} {flags}: {first}");
        let sent = &sandbox.requests()[before];
        assert_eq!(sent.filters(), [("start_time", start)], "{defaults} {flags}");
    }
}

#[test]
fn defaults_of_time_zone_and_pager_can_be_set_and_unset() {
    let file = File::new("");
    for (key, value, invalid, why) in [
        ("defaults.tz", "Europe/Berlin", "Nowhere/Atlantis", "no time zone that is known here"),
        ("defaults.pager", "less -S", "less 'x", "a quote has no end"),
    ] {
        let set = |value: &str| file.cbr(&format!("config set {key}")).arg(value);
        set(value).run();
        assert_eq!(file.cbr(&format!("config get {key}")).run().stdout, format!("{value}\n"));
        set(invalid).exit(2).stderr_holds([key, why]).run();
        file.cbr(&format!("config unset {key}")).run();
        file.cbr(&format!("config get {key}")).exit(2).stderr_holds(["is not set"]).run();
    }
    let list = file.cbr("config list").run();
    let rows: Vec<Vec<_>> = list
        .lines()
        .iter()
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect())
        .collect();
    let row = vec!["defaults.pager", "PAGER or less", "PAGER or less", "default"];
    assert!(rows.contains(&row), "{}", list.stdout);
}

#[test]
fn a_default_region_is_the_last_source() {
    let file = File::new("[defaults]\nregion = 'eu-nl'\n");
    let list = |flags: &str| {
        let run = file.cbr(&format!("backups list --dry-run --project-id p {flags}"));
        run.secret("CBR_TOKEN", "hunter2-hunter2")
    };
    assert!(list("").run().stdout.starts_with("GET https://cbr.eu-nl."));
    assert!(list("--region eu-de").run().stdout.starts_with("GET https://cbr.eu-de."));
    assert!(list("").env("CBR_REGION", "eu-de").run().stdout.starts_with("GET https://cbr.eu-de."));
}

#[test]
fn init_needs_a_terminal() {
    let file = File::new("");
    let run = file.cbr("config init prod").exit(2);
    run.stderr_holds([
        "cbr: error: there is no terminal to ask on\n",
        "cbr config set profiles.prod.secret_key < FILE",
        "cbr config set profiles.prod.region VALUE",
    ])
    .run();
    assert_eq!(file.text(), "");
}

/// Runs `config init` on a terminal with these settings of the sandbox, and types the answers: the
/// secret once the terminal has been told to show nothing.
fn init(file: &File, sandbox: &Sandbox, secret: &str, answers: &str) -> (String, Option<i32>) {
    let regions = file.directory.path().join("regions.yaml");
    let text = format!("CBR:\n  - id: {REGION}\n    endpoint: {}\n", sandbox.endpoint());
    fs::write(&regions, text).unwrap();
    let told = script(&format!(
        "mkfifo keys; (echo {ACCESS_KEY}; for i in $(seq 400); do
           stty -F \"$(cat tty 2>/dev/null)\" -a 2>/dev/null | grep -q -- '-echo ' && break
           sleep 0.05
         done; printf '%s\\n' {secret} {answers}) > keys &
         HUAWEICLOUD_SDK_REGIONS_FILE={} CBR_CONFIG_FILE={} \\
         script --quiet --return --command 'tty > tty; cbr config init' /dev/null < keys > shown
         code=$?; sed 's/{ACCESS_KEY}/ACCESS_KEY/' shown; rm keys tty shown; exit $code",
        regions.display(),
        file.path().display()
    ));
    assert!(!told.stdout.contains(secret), "{}", told.stdout);
    (told.stdout, told.code)
}

#[test]
fn init_saves_a_profile_that_works() {
    let (file, sandbox) = (File::new(""), Sandbox::start("--backups 30"));
    let answers = format!("eu-dee {REGION} {REGION} {PROJECT_ID}");
    let (shown, code) = init(&file, &sandbox, SECRET_KEY, &answers);
    assert_eq!(code, Some(0), "{shown}");
    for part in ["did you mean eu-de?", "has 30 backups", "It is the default profile"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let text = format!(
        "[profiles.default]\naccess_key = \"{ACCESS_KEY}\"\nsecret_key = \"{SECRET_KEY}\"\n\
         region = \"{REGION}\"\nproject_id = \"{PROJECT_ID}\"\n"
    );
    assert_eq!(file.text(), text);
    assert_eq!(mode(&file.path()), 0o600);
    assert_eq!(sandbox.requests().len(), 1);
    let run = file.cbr("config init").exit(2);
    run.stderr_holds(["there is no terminal"]).run();
}

#[test]
fn init_saves_nothing_that_does_not_work_unless_confirmed() {
    for (answer, is_saved) in [("n", false), ("y", true)] {
        let (file, sandbox) = (File::new(""), Sandbox::start("--backups 30"));
        let answers = format!("{REGION} {REGION} {PROJECT_ID} {answer}");
        let (shown, code) = init(&file, &sandbox, "hunter2hunter2", &answers);
        assert_eq!(code, Some(if is_saved { 0 } else { 3 }), "{shown}");
        assert!(shown.contains("The settings do not work: HTTP 401"), "{shown}");
        assert_eq!(!file.text().is_empty(), is_saved, "{}", file.text());
    }
}
