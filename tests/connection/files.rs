//! Files of other tools, in home directories of their users.

use serde_json::json;

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, PROJECT_ID, SECRET_KEY, Sandbox, Service, TOKEN, cbr,
};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

const KOOCLI: &str = ".hcloud/config.json";
const SDK: &str = ".huaweicloud/credentials";
const CLOUDS: &str = ".config/openstack/clouds.yaml";
const SECURE: &str = ".config/openstack/secure.yaml";

/// KooCLI's file with two profiles; `prod` is the current one.
fn koocli(encrypted: &str) -> String {
    json!({
        "authEncrypt": encrypted,
        "current": "prod",
        "profiles": [
            {"name": "test", "mode": "AKSK", "accessKeyId": "TESTTESTTESTTESTTEST",
             "secretAccessKey": "hunter2hunter2", "region": "eu-nl"},
            {"name": "prod", "mode": "AKSK", "accessKeyId": ACCESS_KEY, "readTimeout": 10,
             "secretAccessKey": SECRET_KEY, "region": "cn-north-4", "projectId": PROJECT_ID},
        ],
    })
    .to_string()
}

fn sdk() -> String {
    format!(
        "\u{feff}# mine\r\n[basic]\r\nak = \"{ACCESS_KEY}\"\r\nsk = {SECRET_KEY} ; c\r\n\
         project_id: {PROJECT_ID}\r\n"
    )
}

const OTC: &str = "https://iam.eu-de.otc.t-systems.com/v3";

fn clouds(auth_url: &str) -> String {
    format!(
        "clouds:\n  otc:\n    auth:\n      auth_url: {auth_url}\n      project_id: \
         {PROJECT_ID}\n    region_name: eu-de\n"
    )
}

fn secure() -> String {
    format!("clouds: {{otc: {{auth: {{token: '{TOKEN}'}}}}}}")
}

/// Returns the origins of credentials, region and project.
pub(super) fn origins(run: Cbr) -> [String; 3] {
    let shown = run.run().json();
    let settings = shown["settings"].as_array().unwrap();
    let origin = |names: &[&str]| {
        let found = settings.iter().find(|line| names.contains(&line["setting"].as_str().unwrap()));
        let origin = found.and_then(|line| line["origin"].as_str()).unwrap_or("-");
        origin.split(" by the name ").next().unwrap().to_owned()
    };
    [origin(&["access_key", "token"]), origin(&["region"]), origin(&["project_id"])]
}

#[test]
fn settings_of_other_tools_are_used() {
    let sandbox = Sandbox::start("--backups 3");
    let homes = [
        (cbr(LIST).file(KOOCLI, &koocli("false")), "aksk"),
        (cbr(LIST).file(SDK, &sdk()), "aksk"),
        (cbr(LIST).file(CLOUDS, &clouds(OTC)).file(SECURE, &secure()), "token"),
        (cbr(LIST).file("f", &sdk()).env("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "f"), "aksk"),
        (cbr(LIST).file("f", &koocli("false")).env("HW_SHARED_CONFIG_FILE", "f"), "aksk"),
    ];
    for (number, (home, auth)) in homes.into_iter().enumerate() {
        home.env("CBR_ENDPOINT", sandbox.endpoint()).run();
        let requests = sandbox.requests();
        assert_eq!(requests.len(), number + 1);
        assert_eq!((requests[number].auth.as_str(), requests[number].status), (auth, Some(200)));
        assert_eq!(requests[number].path, format!("/v3/{PROJECT_ID}/backups"));
    }
}

#[test]
fn sources_follow_their_precedence() {
    let show = |args: &str| {
        cbr("auth show -o json")
            .args(args.split_whitespace())
            .file(KOOCLI, &koocli("false"))
            .file(SDK, &sdk())
            .file(CLOUDS, &clouds(OTC))
            .file(SECURE, &secure())
    };
    let (prod, test) =
        ("~/.hcloud/config.json, profile `prod`", "~/.hcloud/config.json, profile `test`");
    let otc = "~/.config/openstack/clouds.yaml, cloud `otc`";
    let keys = |run: Cbr| run.env("HW_ACCESS_KEY", "a").env("HW_SECRET_KEY", "b");
    let cases = [
        (show(""), [prod, prod, prod]),
        (show("").env("HW_PROFILE", "test"), [test, test, "looked up"]),
        (show("").env("HW_REGION_NAME", "eu-nl"), [prod, "HW_REGION_NAME", prod]),
        (show("--profile test"), [test, test, "looked up"]),
        (show("--cloud otc"), [otc, otc, otc]),
        (show("").env("OS_CLOUD", "otc"), [otc, otc, otc]),
        (show("").env("CBR_PROFILE", "test"), [test, test, "looked up"]),
        // Variables override files, and a source that is selected by name overrides variables.
        (keys(show("")), ["HW_*", "-", "-"]),
        (keys(show("")).env("OS_CLOUD", "otc"), ["HW_*", "-", "-"]),
        (keys(show("--profile prod")).env("HW_PROJECT_ID", "x"), [prod, prod, prod]),
        (show("--profile prod").env("CBR_REGION", "eu-nl"), [prod, prod, prod]),
        (
            show("").env("CBR_PROFILE", "prod").env("CBR_REGION", "eu-nl"),
            [prod, "CBR_REGION", prod],
        ),
        (show("--cloud otc --region eu-nl").env("CBR_PROFILE", "test"), [otc, "--region", otc]),
    ];
    for (number, (run, expected)) in cases.into_iter().enumerate() {
        // A warning says that two sources differ; this checks which one is used.
        assert_eq!(origins(run.arg("--quiet")), expected, "{number}");
    }
}

#[test]
fn named_profiles_must_exist_and_be_usable() {
    let file = koocli("true");
    let cases = [
        ("--profile prod", "--profile: there is no file with profiles", None),
        (
            "--profile x",
            "--profile: ~/.hcloud/config.json: no profile `x`; known: `test`, `prod`",
            Some((KOOCLI, &*file)),
        ),
        (
            "--profile prod",
            "--profile: ~/.hcloud/config.json, profile `prod`: its keys are encrypted; hcloud \
             configure set --cli-auth-encrypt=false keeps them as they are",
            Some((KOOCLI, &*file)),
        ),
        ("--cloud x", "--cloud: no clouds.yaml, and so no cloud `x`", None),
        (
            "--cloud x",
            "--cloud: ~/.config/openstack/clouds.yaml: not YAML, at line 2",
            Some((CLOUDS, "{")),
        ),
    ];
    for (args, error, home) in cases {
        let run = cbr(LIST).args(args.split_whitespace()).with_key();
        let run = home.into_iter().fold(run, |run, (name, text)| run.file(name, text));
        let expected = format!("cbr: error: {error}\n");
        run.exit(2).stderr_holds([expected.as_str(), "cbr: hint: leave out --"]).run();
    }
}

#[test]
fn unusable_files_are_named_with_the_reason() {
    let run = cbr(LIST)
        .file(KOOCLI, &koocli("true"))
        .file(SDK, "[global]\nak = a\nsk = hunter2hunter2\n")
        .file(CLOUDS, &clouds("https://keystone.example.com/v3"))
        .file(SECURE, &secure());
    let expected = [
        "~/.hcloud/config.json, profile `prod` (its keys are encrypted; hcloud configure set",
        "~/.huaweicloud/credentials (no section [basic])",
        "cloud `otc` (its auth_url leads to another cloud (keystone.example.com); if you trust \
         that host, set CBR_IAM_ENDPOINT=https://keystone.example.com)",
    ];
    run.exit(2).stderr_holds(expected).run();
}

/// A checked-out repository can contain a `clouds.yaml`.
#[test]
fn files_of_the_current_directory_are_used_on_request_only() {
    let show = || {
        cbr("auth show -o json").file("clouds.yaml", &clouds(OTC)).file("secure.yaml", &secure())
    };
    assert_eq!(origins(show()), ["-", "-", "-"]);
    let here = "clouds.yaml, cloud `otc`";
    let expected = format!(
        "cbr: warning: {here}: clouds.yaml and secure.yaml of the current directory are used, and \
         the credentials go to iam.eu-de.otc.t-systems.com\n"
    );
    assert_eq!(origins(show().args(["--cloud", "otc"]).stderr(&*expected)), [here, here, here]);
    assert_eq!(origins(show().env("OS_CLOUD", "otc").stderr(&*expected)), [here, here, here]);
    assert_eq!(origins(show().args(["--cloud", "otc", "--quiet"])), [here, here, here]);
    // A file that a variable names was chosen by the user.
    let mine =
        || cbr("auth show -o json").file("clouds.yaml", &clouds(OTC)).file(SECURE, &secure());
    let named = || mine().env("OS_CLIENT_CONFIG_FILE", "clouds.yaml");
    assert_eq!(origins(named()), [here, here, here]);
}

/// Otherwise a foreign `clouds.yaml` would decide where the user's secrets are sent.
#[test]
fn a_file_of_the_current_directory_cannot_redirect_secrets() {
    let hosts = [
        (
            "https://0123abcd.apic.eu-de.otc.t-systems.com/v3",
            "its auth_url leads to another cloud (0123abcd.",
        ),
        (
            "https://iam.eu-de.otc.t-systems.com/v3",
            "it is not combined with ~/.config/openstack/secure.yaml, which",
        ),
    ];
    for (url, why) in hosts {
        let host = url.trim_end_matches("/v3");
        let expected =
            [format!("clouds.yaml, cloud `otc`: {why}"), format!("set CBR_IAM_ENDPOINT={host}\n")];
        let expected = expected.each_ref().map(String::as_str);
        let password = "clouds: {otc: {auth: {user_id: u, password: hunter2hunter2}}}";
        for (args, variable) in
            [(&["--cloud", "otc"][..], ("LANG", "C")), (&[], ("OS_CLOUD", "otc"))]
        {
            let proxy = Service::start(|_, _| Answer::new(403, ""));
            let run = cbr("backups list --retries 0").args(args).env(variable.0, variable.1);
            let run = run.file("clouds.yaml", &clouds(url)).file(SECURE, password);
            let run = run.env("HTTPS_PROXY", proxy.endpoint()).hides("hunter2hunter2");
            run.exit(2).stderr_holds(expected).run();
            assert!(proxy.received().is_empty(), "{url}: {:?}", proxy.received());
        }
    }
    let allowed = |url: &str| {
        let run = cbr("auth show -o json --quiet --cloud otc").env("CBR_IAM_ENDPOINT", url);
        origins(run.file("clouds.yaml", &clouds(OTC)).file(SECURE, &secure()))
    };
    let here = "clouds.yaml, cloud `otc`";
    assert_eq!(allowed("https://iam.eu-de.otc.t-systems.com"), [here, here, here]);
    // The file is not used: the region comes from the host that the user names.
    let named = ["-", "CBR_IAM_ENDPOINT (identity host)", "looked up"];
    assert_eq!(allowed("https://iam.eu-nl.otc.t-systems.com"), named);
}

/// A profile is permanent, so it does not depend on the directory of a run.
#[test]
fn the_cloud_of_a_profile_ignores_the_current_directory() {
    let theirs = clouds("https://iam.eu-nl.otc.t-systems.com/v3").replace(PROJECT_ID, "theirs");
    let own = ".config/cbr/config.toml";
    for args in ["auth show -o json", "auth show -o json --profile p"] {
        let run = cbr(args)
            .private_file(own, "[profiles.p]\ncloud = 'otc'\n")
            .file(CLOUDS, &clouds(OTC))
            .file(SECURE, &secure())
            .file("clouds.yaml", &theirs)
            .file(
                "secure.yaml",
                "clouds: {otc: {auth: {auth_url: 'https://iam.eu-nl.otc.t-systems.com'}}}",
            );
        let profile = format!("~/{own} [profiles.p]");
        let otc = "~/.config/openstack/clouds.yaml, cloud `otc`";
        assert_eq!(origins(run), [profile.as_str(), otc, otc], "{args}");
    }
}

/// Tools in Python write `True` and `False`.
#[test]
fn booleans_of_clouds_yaml_can_be_capitalized() {
    let expected = "cbr: warning: ~/.config/openstack/clouds.yaml, cloud `otc`: `verify: false` is \
                ignored: only --insecure disables certificate checks\n";
    let values = ["true", "True", "'True'", "TRUE", "false", "False", "'False'", "FALSE"];
    for (value, expected) in values.into_iter().zip([""; 4].into_iter().chain([expected; 4])) {
        let cloud = clouds(OTC) + &format!("    verify: {value}\n");
        let run = cbr("auth show --cloud otc").file(CLOUDS, &cloud).file(SECURE, &secure());
        run.stderr(expected).run();
    }
}

/// Certificate settings of a cloud apply, or are reported, also if a profile of config.toml selects
/// the cloud.
#[test]
fn a_profile_uses_the_certificates_of_its_cloud() {
    let cloud = clouds(OTC) + "    cacert: ~/ca.pem\n    verify: false\n";
    let expected = "cbr: warning: ~/.config/openstack/clouds.yaml, cloud `otc`: `verify: false` is \
                ignored: only --insecure disables certificate checks\n";
    let run = cbr("auth show")
        .private_file(".config/cbr/config.toml", "[profiles.p]\ncloud = 'otc'\n")
        .file(CLOUDS, &cloud)
        .file(SECURE, &secure());
    let run = run.stderr(expected).run();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let [certificates] = &run
        .lines()
        .iter()
        .map(|line| words(line))
        .filter(|words| words.first().is_some_and(|word| word == "certificates"))
        .collect::<Vec<_>>()[..]
    else {
        panic!("{}", run.stdout)
    };
    assert!(certificates[1].ends_with("/ca.pem"), "{certificates:?}");
    assert_eq!(certificates[2..].join(" "), "~/.config/openstack/clouds.yaml, cloud `otc`");
}

/// Each of these would list another account than its own tool does.
#[test]
fn an_agency_is_never_ignored_silently() {
    let profile = json!({"name": "ops", "mode": "agency", "agencyName": "ops", "agencyDomainName": "x",
        "sourceProfile": "prod", "accessKeyId": ACCESS_KEY, "secretAccessKey": SECRET_KEY});
    let file = json!({"authEncrypt": "false", "current": "ops", "profiles": [profile]}).to_string();
    let sandbox = Sandbox::start("--backups 3");
    let list = || sandbox.cbr(LIST).file(KOOCLI, &file);
    let why = "its mode is agency: KooCLI assumes agency `ops` of another account";
    list().exit(2).stderr_holds(["no credentials; ", why]).run();
    let named = format!("cbr: error: --profile: ~/.hcloud/config.json, profile `ops`: {why}");
    list().args(["--profile", "ops"]).exit(2).stderr_holds([named.as_str()]).run();
    let named = named.replace("--profile", "HW_PROFILE");
    list().env("HW_PROFILE", "ops").exit(2).stderr_holds([named.as_str()]).run();
    let terraform = || {
        let run = sandbox.cbr(LIST).env("HW_ACCESS_KEY", ACCESS_KEY);
        run.env("HW_SECRET_KEY", SECRET_KEY)
    };
    for variable in ["HW_ASSUME_ROLE_AGENCY_NAME", "HW_ASSUME_ROLE_DOMAIN_NAME"] {
        let expected = format!("cbr: error: {variable} is set: it assumes an agency");
        let hint = format!("cbr: hint: unset {variable} to list as the user");
        terraform().env(variable, "x").exit(2).stderr_holds([&*expected, &*hint]).run();
    }
    assert!(sandbox.requests().is_empty());
}

/// A missing file or profile is not replaced by credentials of another account.
#[test]
fn a_file_named_by_a_variable_must_exist() {
    let files = [
        ("HW_SHARED_CONFIG_FILE", "~/none"),
        ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "~/none"),
        ("OS_CLIENT_CONFIG_FILE", "none"),
    ];
    for (variable, path) in files {
        let expected = format!(
            "cbr: error: {variable}: there is no file {path}\n\
             cbr: hint: unset {variable}, or let it name a file that can be read\n"
        );
        cbr(LIST).env(variable, path).exit(2).stderr(expected).run();
        let show = cbr("auth show").env(variable, path).run();
        assert!(show.stdout.contains(&format!("there is no file {path}")), "{}", show.stdout);
    }
    let expected =
        "cbr: error: HW_PROFILE: ~/.hcloud/config.json: no profile `prdo`; did you mean `prod`?\n";
    let run = cbr(LIST).file(KOOCLI, &koocli("false")).file(SDK, &sdk()).env("HW_PROFILE", "prdo");
    run.exit(2).stderr_holds([expected]).run();
    // No shell has expanded `~` in a variable from a file.
    let run =
        cbr("auth show -o json").file("f", &koocli("false")).env("HW_SHARED_CONFIG_FILE", "~/f");
    assert_eq!(origins(run), ["~/f, profile `prod`"; 3]);
}

/// Unreadable files do not matter if variables give all settings.
#[test]
fn no_file_is_read_if_variables_are_complete() {
    let sandbox = Sandbox::start("--backups 3");
    let files = [KOOCLI, SDK, CLOUDS, SECURE, ".huaweicloud/regions.yaml"];
    let run = files.into_iter().fold(sandbox.cbr(LIST), |run, name| run.file(name, "[broken"));
    run.with_key().env("OS_CLOUD", "x").run();
    assert_eq!(sandbox.requests().len(), 1);
}
