//! The files of other tools, in homes of users of each of them.

use serde_json::json;

use crate::harness::{ACCESS_KEY, Cbr, PROJECT_ID, SECRET_KEY, Sandbox, TOKEN, cbr};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

const KOOCLI: &str = ".hcloud/config.json";
const SDK: &str = ".huaweicloud/credentials";
const CLOUDS: &str = ".config/openstack/clouds.yaml";
const SECURE: &str = ".config/openstack/secure.yaml";

/// KooCLI's file with two profiles, of which `prod` is the current one.
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
        "\u{feff}# mine\r\n[basic]\r\nak = \"{ACCESS_KEY}\"\r\nsk = {SECRET_KEY} ; c\r\nproject_id: \
         {PROJECT_ID}\r\n"
    )
}

const OTC: &str = "https://iam.eu-de.otc.t-systems.com/v3";

fn clouds(auth_url: &str) -> String {
    format!(
        "clouds:\n  otc:\n    auth:\n      auth_url: {auth_url}\n      project_id: {PROJECT_ID}\n    \
         region_name: eu-de\n"
    )
}

fn secure() -> String {
    format!("clouds: {{otc: {{auth: {{token: '{TOKEN}'}}}}}}")
}

/// The origin of the credentials, of the region and of the project.
pub(super) fn origins(run: Cbr) -> [String; 3] {
    let told = run.run().json();
    let settings = told["settings"].as_array().unwrap();
    let origin = |names: &[&str]| {
        let found = settings.iter().find(|line| names.contains(&line["setting"].as_str().unwrap()));
        let origin = found.and_then(|line| line["origin"].as_str()).unwrap_or("-");
        origin.split(" by the name ").next().unwrap().to_owned()
    };
    [origin(&["access_key", "token"]), origin(&["region"]), origin(&["project_id"])]
}

#[test]
fn a_user_of_another_tool_lists_without_setting_anything_up() {
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
fn sources_go_in_their_order() {
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
        // Variables go before files, and what was asked for by name before them.
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
        // That two sources differ is told; here is what was taken.
        assert_eq!(origins(run.arg("--quiet")), expected, "{number}");
    }
}

#[test]
fn what_a_user_asked_for_by_name_must_be_there_and_of_use() {
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
            "--profile: ~/.hcloud/config.json, profile `prod`: its keys are encrypted; hcloud configure set --cli-auth-encrypt=false keeps them as they are",
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
        let told = format!("cbr: error: {error}\n");
        run.exit(2).stderr_holds([told.as_str(), "cbr: hint: leave out --"]).run();
    }
}

#[test]
fn files_of_no_use_are_named_with_the_reason() {
    let run = cbr(LIST)
        .file(KOOCLI, &koocli("true"))
        .file(SDK, "[global]\nak = a\nsk = hunter2hunter2\n")
        .file(CLOUDS, &clouds("https://keystone.example.com/v3"))
        .file(SECURE, &secure());
    let told = [
        "~/.hcloud/config.json, profile `prod` (its keys are encrypted; hcloud configure set",
        "~/.huaweicloud/credentials (no section [basic])",
        "cloud `otc` (its auth_url leads to another cloud (keystone.example.com))",
    ];
    run.exit(2).stderr_holds(told).run();
}

/// A checked-out repository can bring a `clouds.yaml`, which the user's secrets would go with.
#[test]
fn a_file_of_the_current_directory_counts_only_when_asked_for() {
    let show =
        || cbr("auth show -o json").file("clouds.yaml", &clouds(OTC)).file(SECURE, &secure());
    assert_eq!(origins(show()), ["-", "-", "-"]);
    let here = "clouds.yaml, cloud `otc`";
    assert_eq!(origins(show().args(["--cloud", "otc"])), [here, here, here]);
    assert_eq!(origins(show().env("OS_CLOUD", "otc")), [here, here, here]);
}

/// Files that nobody could read do no harm to those whose variables say it all.
#[test]
fn no_file_is_read_where_the_variables_are_enough() {
    let sandbox = Sandbox::start("--backups 3");
    let files = [KOOCLI, SDK, CLOUDS, SECURE, ".huaweicloud/regions.yaml"];
    let run = files.into_iter().fold(sandbox.cbr(LIST), |run, name| run.file(name, "[broken"));
    run.with_key().env("OS_CLOUD", "x").run();
    assert_eq!(sandbox.requests().len(), 1);
}
