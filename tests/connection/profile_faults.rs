//! Profiles that cannot be used: the error names the file, the profile and the setting.

use super::profiles::{KOOCLI, LIST, OWN, koocli};
use crate::harness::{ACCESS_KEY, PROJECT_ID, SECRET_KEY, Sandbox, TOKEN, cbr};

/// Errors in the file or in a file or program that a profile names: each has its position, and none
/// contains a secret.
#[test]
fn an_unusable_profile_is_an_error_before_any_request() {
    let place = "~/.config/cbr/config.toml [profiles.p]";
    let command = |line: &str| format!("credential_command = '''{line}'''");
    let cases = [
        ("access_key = 'a'".to_owned(), ": access_key is set, but secret_key is not"),
        (
            "access_key = 'a'\ncredential_command = 'x'".to_owned(),
            ": access_key is set, and so is credential_command: which to use is not clear",
        ),
        (
            "secret_key = 'hunter2'\nsecret_key_file = 'x'".to_owned(),
            ": secret_key is set, and so is secret_key_file: which to use is not clear",
        ),
        (
            "access_key = 'a'\nsecret_key = 'hunter2 hunter2'".to_owned(),
            ": secret_key holds a blank, a control character or a letter that is not ASCII",
        ),
        ("token_file = 'none'".to_owned(), " token_file: there is no file ~/.config/cbr/none"),
        ("token_file = 'empty'".to_owned(), " token_file: ~/.config/cbr/empty is empty"),
        ("token_file = 'two'".to_owned(), ": token_file holds a blank, a control character"),
        ("token_file = '~'".to_owned(), " token_file: there is no file ~/.config/cbr/~"),
        (
            "credential_timeout = '1s'".to_owned(),
            ": credential_timeout is set, but credential_command is not",
        ),
        (
            "credential_timeout = '1'\ncredential_command = 'x'".to_owned(),
            " credential_timeout: not a span of time; write 500ms, 30s, 5m or 1h",
        ),
        (command("echo hunter2; exit 3"), " credential_command: failed: exit status: 3"),
        (
            "credential_command = ['/no/such', 'hunter2']".to_owned(),
            " credential_command: cannot be run: No such file or directory",
        ),
        (
            command("sleep 60") + "\ncredential_timeout = '200ms'",
            " credential_command: did not end within 0.2 s; credential_timeout gives it more time",
        ),
        (
            // It closes its stdout and keeps running.
            command("exec >&-; exec sleep 60") + "\ncredential_timeout = '200ms'",
            " credential_command: did not end within 0.2 s; credential_timeout gives it more time",
        ),
        (command("head -c 2000000 /dev/zero"), " credential_command: printed more than 1 MiB"),
        (
            command("echo hunter2"),
            " credential_command: printed something that is not JSON: expected value at line 1",
        ),
        (command("true"), " credential_command: printed something that is not JSON: EOF"),
        (
            command("echo '[\"hunter2\"]'"),
            " credential_command: printed JSON that is not an object",
        ),
        (
            command("echo '{\"password\": \"hunter2\"}'"),
            " credential_command: printed JSON without access_key, secret_key or token",
        ),
        (
            command("echo '{\"SecretAccessKey\": \"hunter2\"}'"),
            " credential_command: in its output, SecretAccessKey is set, but access_key is not",
        ),
        (
            command("echo '{\"token\": \"hunter2\", \"expires_at\": \"2001-01-01T00:00:00Z\"}'"),
            " credential_command: printed credentials that have expired",
        ),
        (
            command("echo '{\"token\": \"hunter2\", \"Expiration\": \"hunter2\"}'"),
            " credential_command: printed Expiration, which is not a time of RFC 3339",
        ),
        ("username = 'u'".to_owned(), ": username is set, but password is not"),
        ("domain_id = 'd'".to_owned(), ": domain_id is set, but password is not"),
        ("password = 'hunter2'".to_owned(), ": password is set, but username is not"),
        (
            "password = 'hunter2'\nusername = 'u'".to_owned(),
            ": password is set, but domain_name is not",
        ),
        (
            "password = 'hunter2'\ntoken = 't'".to_owned(),
            ": token is set, and so is password: which to use is not clear",
        ),
        ("koocli_profile = 'x'".to_owned(), " koocli_profile: there is no such file"),
        ("cloud = 'x'".to_owned(), " cloud: no clouds.yaml, and so no cloud `x`"),
    ];
    let sandbox = Sandbox::start("--backups 3");
    for (profile, error) in cases {
        let message = format!("cbr: error: {place}{error}");
        sandbox
            .cbr(LIST)
            .private_file(OWN, &format!("[profiles.p]\n{profile}\n"))
            .private_file(".config/cbr/empty", "\n")
            .private_file(".config/cbr/two", "hunter2 hunter2")
            .hides("hunter2")
            .exit(2)
            .stderr_holds([message.as_str(), "\ncbr: hint: "])
            .run();
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn an_unknown_profile_lists_the_known_ones() {
    let known = "[profiles.prod]\n[profiles.test]\n";
    let cases = [
        (
            "prdo",
            None,
            "--profile: ~/.config/cbr/config.toml: no profile `prdo`; did you mean `prod`?",
        ),
        ("x", None, "--profile: ~/.config/cbr/config.toml: no profile `x`; known: `prod`, `test`"),
        (
            "thiers",
            Some(koocli()),
            "--profile: ~/.hcloud/config.json: no profile `thiers`; did you mean `theirs`?; \
             ~/.config/cbr/config.toml has none either; known: `prod`, `test`",
        ),
        (
            "prod",
            None,
            "--profile: ~/.config/cbr/config.toml [profiles.prod]: it holds no credentials",
        ),
    ];
    for (name, koocli, error) in cases {
        let run = cbr(LIST).args(["--profile", name]).private_file(OWN, known).with_key();
        let run = koocli.iter().fold(run, |run, text| run.file(KOOCLI, text));
        let expected = format!("cbr: error: {error}\n");
        run.exit(2).stderr_holds([expected.as_str(), "cbr: hint: leave out --profile"]).run();
    }
}

/// The error names the place of the setting.
#[test]
fn an_invalid_setting_names_its_entry() {
    let cases = [
        ("region = 'eu-dee'", "region: unknown region `eu-dee`"),
        (
            "endpoint = 'http://example.com'",
            "endpoint: `http://example.com` would send credentials",
        ),
        ("region = 'eu-de'\nproject_id = 'a/b'", "project_id: `a/b` is not a project id"),
    ];
    for (setting, error) in cases {
        let text = format!("[profiles.p]\ntoken = '{TOKEN}'\n{setting}\n");
        let expected = format!("cbr: error: ~/{OWN} [profiles.p] {error}");
        cbr(LIST).private_file(OWN, &text).exit(2).stderr_holds([expected.as_str()]).run();
    }
}

#[test]
fn several_profiles_without_a_choice_are_an_error() {
    let sandbox = Sandbox::start("--backups 3");
    let keys = format!("access_key = '{ACCESS_KEY}'\nsecret_key = '{SECRET_KEY}'");
    let own = format!("[profiles.prod]\n{keys}\n[profiles.test]\n{keys}\n");
    let on_server = |own: &str| {
        let run = cbr(LIST).env("CBR_ECS_METADATA", sandbox.endpoint());
        run.env("CBR_ENDPOINT", sandbox.endpoint()).private_file(OWN, own)
    };
    let expected = "cbr: error: ~/.config/cbr/config.toml has several profiles, and none is chosen: \
                `prod`, `test`\n\
                cbr: hint: choose one with --profile NAME, or permanently: cbr config set \
                default_profile NAME\n";
    on_server(&own).exit(2).stderr(expected).run();
    assert!(sandbox.requests().is_empty());
    // With credentials from another source, or none in the profiles, no choice is needed.
    on_server(&own).env("CBR_PROJECT_ID", PROJECT_ID).with_key().run();
    on_server("[profiles.a]\nregion = 'eu-de'\n[profiles.b]\nregion = 'eu-nl'\n").run();
}

#[test]
fn a_profile_with_broken_credentials_still_has_its_project() {
    let own = format!(
        "[profiles.prod]\nregion = 'eu-de'\nproject_id = '{PROJECT_ID}'\n\
         access_key = '{ACCESS_KEY}'\n\
         secret_key_file = '~/none'\n"
    );
    let shown = cbr("auth show -o json").private_file(OWN, &own).run().json();
    let settings = shown["settings"].as_array().unwrap().iter();
    let [project] = settings.filter(|line| line["setting"] == "project_id").collect::<Vec<_>>()[..]
    else {
        panic!("{shown}")
    };
    assert_eq!(project["value"], PROJECT_ID);
    assert_eq!(project["origin"], "~/.config/cbr/config.toml [profiles.prod] project_id");
}
