//! Profiles of config.toml: when they are used, and which sources of credentials they can name.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use tempfile::TempDir;

use super::files::origins;
use crate::harness::{
    ACCESS_KEY, Cbr, PASSWORD, PROJECT_ID, SECRET_KEY, SECURITY_TOKEN, Sandbox,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TOKEN, USER_ID, cbr,
};

pub(super) const LIST: &str = "backups list --limit 1 -o jsonl --columns id";
pub(super) const OWN: &str = ".config/cbr/config.toml";
pub(super) const KOOCLI: &str = ".hcloud/config.json";
const CLOUDS: &str = ".config/openstack/clouds.yaml";

pub(super) fn koocli() -> String {
    json!({
        "authEncrypt": "false",
        "current": "theirs",
        "profiles": [{"name": "theirs", "mode": "AKSK", "accessKeyId": ACCESS_KEY,
            "secretAccessKey": SECRET_KEY, "region": "cn-north-4", "projectId": PROJECT_ID}],
    })
    .to_string()
}

fn clouds() -> String {
    format!(
        "clouds: {{otc: {{auth: {{auth_url: 'https://iam.eu-de.otc.t-systems.com/v3', token: \
         '{TOKEN}', project_id: '{PROJECT_ID}'}}, region_name: eu-nl}}}}"
    )
}

/// Returns a setting with a command that prints these credentials.
fn printing(json: &serde_json::Value) -> String {
    format!("credential_command = \"echo '{}'\"", json.to_string().replace('"', "\\\""))
}

#[test]
fn a_profile_gives_credentials_of_each_kind() {
    let sandbox = Sandbox::start("--backups 3");
    let key = format!("access_key = '{ACCESS_KEY}'\nsecret_key = '{SECRET_KEY}'");
    let temporary = format!(
        "access_key = '{TEMPORARY_ACCESS_KEY}'\nsecret_key = '{TEMPORARY_SECRET_KEY}'\n\
         security_token = '{SECURITY_TOKEN}'"
    );
    let files = format!("access_key = '{ACCESS_KEY}'\nsecret_key_file = '~/private/sk'");
    let process = json!({
        "Version": 1, "AccessKeyId": TEMPORARY_ACCESS_KEY, "SecretAccessKey": TEMPORARY_SECRET_KEY,
        "SessionToken": SECURITY_TOKEN, "Expiration": "2999-01-01T00:00:00Z",
    });
    let metadata = json!({"credential": {
        "access": TEMPORARY_ACCESS_KEY, "secret": TEMPORARY_SECRET_KEY,
        "securitytoken": SECURITY_TOKEN, "expires_at": "2999-01-01T00:00:00.000000Z",
    }});
    let plain = json!({"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "security_token": null});
    let cases = [
        (key, "aksk"),
        (temporary, "sts"),
        (files, "aksk"),
        (format!("token = '{TOKEN}'"), "token"),
        ("token_file = 'token'".to_owned(), "token"),
        (printing(&process), "sts"),
        (printing(&metadata), "sts"),
        (printing(&plain), "aksk"),
        (printing(&json!({"token": TOKEN})), "token"),
        ("credential_command = ['/bin/cat', '.config/cbr/token.json']".to_owned(), "token"),
        ("koocli_profile = 'theirs'".to_owned(), "aksk"),
        ("cloud = 'otc'".to_owned(), "token"),
        (
            "username = 'sandbox-user'\ndomain_name = 'sandbox-account'\npassword_file = 'pw'"
                .to_owned(),
            "token",
        ),
        (format!("user_id = '{USER_ID}'\npassword = '{PASSWORD}'"), "token"),
    ];
    let endpoint = sandbox.endpoint();
    for (number, (credentials, auth)) in cases.iter().enumerate() {
        let profile = format!(
            "endpoint = '{endpoint}'\niam_endpoint = '{endpoint}'\nproject_id = '{PROJECT_ID}'\n\
             {credentials}"
        );
        cbr(LIST)
            .private_file(OWN, &format!("[profiles.prod]\n{profile}\n"))
            .private_file("private/sk", &format!("{SECRET_KEY}\r\n"))
            .private_file(".config/cbr/pw", &format!("{PASSWORD}\n"))
            .private_file(".config/cbr/token", &format!("{TOKEN}\n"))
            .private_file(".config/cbr/token.json", &json!({"token": TOKEN}).to_string())
            .file(KOOCLI, &koocli())
            .file(CLOUDS, &clouds())
            .run();
        // Some of them log in first.
        let requests: Vec<_> = sandbox.requests();
        let requests: Vec<_> =
            requests.into_iter().filter(|request| request.path.contains("/backups")).collect();
        assert_eq!(requests.len(), number + 1, "{credentials}");
        assert_eq!((requests[number].auth.as_str(), requests[number].status), (*auth, Some(200)));
        assert_eq!(requests[number].path, format!("/v3/{PROJECT_ID}/backups"));
    }
}

/// Returns two complete profiles, and one with a region and a project only.
fn own() -> String {
    let profile = |name: &str, region: &str| {
        format!(
            "[profiles.{name}]\nregion = '{region}'\nproject_id = '{name}'\naccess_key = \
             '{ACCESS_KEY}'\nsecret_key = '{SECRET_KEY}-{name}'\n"
        )
    };
    format!(
        "{}{}[profiles.place]\nregion = 'eu-de'\nproject_id = 'p'\n",
        profile("prod", "eu-de"),
        profile("test", "eu-nl")
    )
}

#[test]
fn profiles_follow_the_precedence_of_sources() {
    let own = own();
    let show = |args: &str, default: &str| {
        cbr("auth show -o json --quiet")
            .args(args.split_whitespace())
            .private_file(OWN, &format!("default_profile = '{default}'\n{own}"))
            .file(KOOCLI, &koocli())
            .file(CLOUDS, &clouds())
    };
    let entry = |profile: &str, key: &str| format!("~/{OWN} [profiles.{profile}]{key}");
    let whole = |name: &str| [entry(name, ""), entry(name, " region"), entry(name, " project_id")];
    let three = |origins: [&str; 3]| origins.map(str::to_owned);
    let place =
        |keys: &str| [keys.to_owned(), entry("place", " region"), entry("place", " project_id")];
    let with_keys = |run: Cbr| run.env("HW_ACCESS_KEY", "a").env("HW_SECRET_KEY", "b");
    let theirs = "~/.hcloud/config.json, profile `theirs`";
    let otc = "~/.config/openstack/clouds.yaml, cloud `otc`";
    let cases = [
        // The default profile overrides the files of other tools, and has its own region.
        (show("", "prod"), whole("prod")),
        (show("", "prod").env("HW_REGION_NAME", "eu-nl"), whole("prod")),
        (
            show("", "prod").env("CBR_REGION", "eu-nl").env("CBR_PROJECT_ID", "x"),
            [entry("prod", ""), "CBR_REGION".to_owned(), "CBR_PROJECT_ID".to_owned()],
        ),
        (
            show("--region eu-nl --project-id x", "prod"),
            [entry("prod", ""), "--region".to_owned(), "--project-id".to_owned()],
        ),
        // After variables with credentials. Region and project belong to the keys beside them.
        (with_keys(show("", "prod")), three(["HW_*", "-", "-"])),
        (
            with_keys(show("", "prod")).env("HW_REGION", "eu-nl").env("HW_PROJECT_ID", "x"),
            three(["HW_*", "HW_REGION", "HW_PROJECT_ID"]),
        ),
        (show("", "prod").env("OS_CLOUD", "otc"), three([otc, otc, otc])),
        // A profile without credentials is combined with those of any other source.
        (with_keys(show("", "place")), place("HW_*")),
        (show("", "place"), place(theirs)),
        // A profile that is selected by name overrides all others, and nothing of the default
        // profile is mixed in.
        (show("--profile test", "prod"), whole("test")),
        (with_keys(show("--profile test", "prod")), whole("test")),
        (show("", "prod").env("CBR_PROFILE", "test"), whole("test")),
        (show("--profile prod", "prod").env("CBR_PROFILE", "test"), whole("prod")),
        (show("--profile theirs", "prod"), three([theirs, theirs, theirs])),
        (show("--cloud otc", "prod"), three([otc, otc, otc])),
    ];
    for (number, (run, expected)) in cases.into_iter().enumerate() {
        assert_eq!(origins(run), expected, "{number}");
    }
}

#[test]
fn the_config_file_is_listed_with_its_status() {
    let own = own();
    let first = own.lines().take(5).collect::<Vec<_>>().join("\n");
    let variables = [("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", SECRET_KEY)];
    let name = format!("~/{OWN}");
    let prod = format!("{name} [profiles.prod]");
    let several = "several profiles; choose one with --profile, or set default_profile";
    let wrong = "default_profile: no profile `prdo`; did you mean `prod`?";
    let cases: [(String, &[(&str, &str)], &str, &str, serde_json::Value); 7] = [
        (String::new(), &[], &name, "not_set", json!(null)),
        (own.clone(), &[], &name, "passed_over", json!(several)),
        // The only profile needs no selection.
        (first.clone(), &[], &prod, "used", json!(null)),
        (first, &variables, &prod, "passed_over", json!("CBR_* takes precedence")),
        (
            "[profiles.prod]\nregion = 'eu-de'".to_owned(),
            &[],
            &prod,
            "passed_over",
            json!("it holds no credentials"),
        ),
        (format!("default_profile = 'prdo'\n{own}"), &[], &name, "passed_over", json!(wrong)),
        (
            "\n profils = 1".to_owned(),
            &variables,
            &name,
            "passed_over",
            json!("line 2, column 2: unknown key `profils`; did you mean `profiles`?"),
        ),
    ];
    for (text, variables, source, state, reason) in cases {
        let run = cbr("auth show -o json --quiet").private_file(OWN, &text);
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        let shown = run.run().json();
        assert_eq!(
            shown["sources"][5],
            json!({"source": source, "state": state, "reason": reason}),
            "{text}"
        );
    }
}

/// The output may be important, such as a prompt for a second factor.
#[test]
fn stderr_of_the_credential_command_is_shown() {
    let sandbox = Sandbox::start("--backups 3");
    let line = format!(
        "[profiles.p]\ncredential_command = '''echo 'cbr: warning: touch the key' >&2; \
         echo '{{\"token\": \"{TOKEN}\"}}' '''"
    );
    let run = sandbox.cbr(LIST).private_file(OWN, &line);
    run.stderr("cbr: warning: touch the key\n").run();
}

/// It runs only if its credentials are needed.
#[test]
fn the_credential_command_is_run_only_when_needed() {
    let sandbox = Sandbox::start("--backups 3");
    let text = "default_profile = 'p'\n[profiles.p]\ncredential_command = 'echo x > ran; exit 1'\n\
                [profiles.q]\ntoken = 'q'\n";
    sandbox.cbr(LIST).with_key().private_file(OWN, text).run();
    cbr("config show").private_file(OWN, text).run();
    cbr("auth show --profile q").private_file(OWN, text).run();
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn readable_secret_files_are_warned_of() {
    let token = format!("[profiles.p]\ntoken = '{TOKEN}'\n");
    let expected = |name: &str, holds: &str| {
        format!(
            "cbr: warning: {name} holds {holds}, and others can read it; chmod 600 {name} fixes \
             that\n"
        )
    };
    let sandbox = Sandbox::start("--backups 3");
    let own = "~/.config/cbr/config.toml";
    sandbox.cbr(LIST).file(OWN, &token).stderr(expected(own, "secrets")).run();
    sandbox.cbr(LIST).file(OWN, &token).arg("--quiet").run();
    sandbox.cbr(LIST).private_file(OWN, &token).run();
    // A file without secrets may be readable by others.
    let apart = "[profiles.p]\ntoken_file = 't'\n";
    let file = ".config/cbr/t";
    sandbox.cbr(LIST).file(OWN, apart).private_file(file, TOKEN).run();
    let expected = expected("~/.config/cbr/t", "a secret");
    sandbox.cbr(LIST).file(OWN, apart).file(file, TOKEN).stderr(expected).run();
}

/// A command that another user can change runs with the rights of the owner.
#[test]
fn writable_command_files_are_warned_of() {
    let text = "[profiles.p]\ncredential_command = ['x']\n[profiles.q]\ntoken_file = 't'\n";
    let expected = format!(
        "cbr: warning: ~/{OWN} names a command, and others can change it; chmod 600 ~/{OWN} fixes \
         that\n"
    );
    let run = |mode| cbr("auth show").file(OWN, text).mode(OWN, mode);
    run(0o664).stderr(expected).run();
    run(0o644).run();
}

/// The file can be elsewhere: by the variable, or by `XDG_CONFIG_HOME`.
#[test]
fn the_config_file_can_be_moved() {
    let sandbox = Sandbox::start("--backups 3");
    let token = format!("[profiles.p]\ntoken = '{TOKEN}'\n");
    let run = sandbox.cbr(LIST).private_file("f", &token).private_file(OWN, "[broken");
    run.env("CBR_CONFIG_FILE", "f").run();
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("cbr/config.toml");
    fs::create_dir(elsewhere.path().join("cbr")).unwrap();
    fs::write(&file, &token).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let run = sandbox.cbr(LIST).private_file(OWN, "[broken");
    run.env("XDG_CONFIG_HOME", elsewhere.path()).run();
    assert_eq!(sandbox.requests().len(), 2);
    let expected = "cbr: error: CBR_CONFIG_FILE: there is no file none\n\
                cbr: hint: unset CBR_CONFIG_FILE, or make the file: cbr config set KEY VALUE\n";
    sandbox.cbr(LIST).with_key().env("CBR_CONFIG_FILE", "none").exit(2).stderr(expected).run();
}
