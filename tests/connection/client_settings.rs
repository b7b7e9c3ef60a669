//! Settings for other clients, from their documentation and bug reports, and how `cbr auth show`
//! reads each.

use serde_json::Value;

use crate::harness::{Cbr, PROJECT_ID, cbr};

const CLOUDS: &str = ".config/openstack/clouds.yaml";
const KOOCLI: &str = ".hcloud/config.json";
const OTC_IAM: &str = "https://iam.eu-de.otc.t-systems.com/v3";

fn show(args: &str) -> Cbr {
    cbr("auth show -o json").args(args.split_whitespace()).env("CBR_ECS_METADATA", "off")
}

/// Runs `cbr` in a home with these entries of the cloud `c` in clouds.yaml.
fn cloud(args: &str, entries: &str) -> Cbr {
    let entries = entries.replace("AK", "ak: AKEXAMPLE, sk: s").replace("URL", OTC_IAM);
    show(args).private_file(CLOUDS, &format!("clouds: {{c: {{{entries}}}}}\n"))
}

/// Runs `cbr` with the keys of Open Telekom Cloud's Terraform provider, and these variables.
fn provider(args: &str, variables: &[(&str, &str)]) -> Cbr {
    let keys = [("OS_ACCESS_KEY", "a"), ("OS_SECRET_KEY", "s"), ("OS_AUTH_URL", OTC_IAM)];
    keys.iter().chain(variables).fold(show(args), |run, (name, value)| run.env(name, value))
}

fn keys(args: &str, variables: &[(&str, &str)]) -> Cbr {
    let keys = [("CBR_ACCESS_KEY", "a"), ("CBR_SECRET_KEY", "s")];
    keys.iter().chain(variables).fold(show(args), |run, (name, value)| run.env(name, value))
}

/// Returns `VALUE | ORIGIN` of a setting, or its problem.
fn line(shown: &Value, setting: &str) -> String {
    let lines = shown["settings"].as_array().unwrap();
    let Some(line) = lines.iter().find(|line| line["setting"] == setting) else {
        return "-".to_owned();
    };
    if let Some(problem) = line["problem"].as_str() {
        return problem.to_owned();
    }
    let text = |key: &str| line[key].as_str().unwrap_or("-");
    format!("{} | {}", text("value"), text("origin"))
}

#[test]
fn a_region_is_named_or_implied() {
    let file = "~/.config/openstack/clouds.yaml, cloud `c`";
    let at = |how: &str| format!("{file} ({how})");
    let name = |region: &str, origin: &str| format!("{region} | {origin}");
    let host = |region: &str| format!("https://cbr.{region}.otc.t-systems.com");
    let project = |name: &'static str| ("OS_PROJECT_NAME", name);
    let cases = [
        // The documentation of Open Telekom Cloud.
        (
            cloud("", "profile: otc, auth: {username: u, password: p, user_domain_name: d}"),
            name("eu-de", &at("profile otc")),
            host("eu-de"),
        ),
        (cloud("", "profile: otc, AK"), name("eu-de", &at("profile otc")), host("eu-de")),
        (cloud("", "profile: otc, auth: {AK}"), name("eu-de", &at("profile otc")), host("eu-de")),
        (
            cloud("", "profile: otc, auth: {auth_url: 'URL', AK}"),
            name("eu-de", &at("identity host")),
            host("eu-de"),
        ),
        (
            cloud("", "profile: otc-swiss, AK"),
            name("eu-ch2", &at("profile otc-swiss")),
            "https://cbr.eu-ch2.sc.otc.t-systems.com".to_owned(),
        ),
        (
            cloud("", "profile: otc, auth: {project_name: eu-nl_app, AK}"),
            name("eu-nl", &at("project name")),
            host("eu-nl"),
        ),
        (
            cloud("", "profile: otc, regions: [eu-nl, eu-de], AK"),
            name("eu-nl", &at("first of regions")),
            host("eu-nl"),
        ),
        (cloud("", "profile: otc, region_name: eu-nl, AK"), name("eu-nl", file), host("eu-nl")),
        // Its Terraform provider.
        (
            provider("", &[project("eu-de_app")]),
            name("eu-de", "OS_PROJECT_NAME (project name)"),
            host("eu-de"),
        ),
        (
            provider("", &[project("eu-nl")]),
            name("eu-nl", "OS_PROJECT_NAME (project name)"),
            host("eu-nl"),
        ),
        (
            provider("", &[project("my_app")]),
            name("eu-de", "OS_AUTH_URL (identity host)"),
            host("eu-de"),
        ),
        (provider("", &[]), name("eu-de", "OS_AUTH_URL (identity host)"), host("eu-de")),
        (
            provider("", &[("OS_REGION", "eu-nl"), project("eu-de_app")]),
            name("eu-nl", "OS_REGION"),
            host("eu-nl"),
        ),
        (
            provider("", &[("OS_REGION_NAME", "eu-nl"), ("OS_REGION", "eu-de")]),
            name("eu-nl", "OS_REGION_NAME"),
            host("eu-nl"),
        ),
        (
            provider("--region eu-nl", &[project("eu-de_app")]),
            name("eu-nl", "--region"),
            host("eu-nl"),
        ),
        // A region of another cloud does not apply to a cloud that a flag selects.
        (
            cloud("--cloud c", "profile: otc, AK").env("HW_REGION_NAME", "cn-north-4"),
            name("eu-de", &at("profile otc")),
            host("eu-de"),
        ),
        (
            cloud("--cloud c", "profile: otc, AK").env("CBR_REGION", "eu-nl"),
            name("eu-nl", "CBR_REGION"),
            host("eu-nl"),
        ),
        // The region of another service does not imply the region of CBR.
        (
            provider("", &[("CBR_ENDPOINT", "http://127.0.0.1:1")]),
            name("eu-de", "OS_AUTH_URL (identity host)"),
            "http://127.0.0.1:1".to_owned(),
        ),
        // The vendor's SDK.
        (
            keys("", &[("HUAWEICLOUD_SDK_REGION", "cn-north-4")]),
            name("cn-north-4", "HUAWEICLOUD_SDK_REGION"),
            "https://cbr.cn-north-4.myhuaweicloud.com".to_owned(),
        ),
        // A project of a private cloud may have the name of a region of another cloud.
        (
            provider("", &[project("eu-de_app"), ("CBR_IAM_ENDPOINT", "https://iam.example.com")]),
            "- | -".to_owned(),
            "no region".to_owned(),
        ),
    ];
    for (number, (run, region, endpoint)) in cases.into_iter().enumerate() {
        let shown = run.run().json();
        assert_eq!(line(&shown, "region"), region, "case {number}");
        let found = line(&shown, "endpoint");
        let found = found.split(" | ").next().unwrap_or_default();
        assert_eq!(found, endpoint, "case {number}");
    }
}

/// Without `auth_url`, the vendor of the cloud implies one for its region.
#[test]
fn a_vendor_has_its_own_identity_host() {
    let password = "auth: {username: u, password: p, user_domain_name: d}";
    let cases = [
        ("otc", "", "https://iam.eu-de.otc.t-systems.com"),
        ("otc", "region_name: eu-nl, ", "https://iam.eu-nl.otc.t-systems.com"),
        ("otc-swiss", "", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
    ];
    for (vendor, region, expected) in cases {
        let shown = cloud("", &format!("profile: {vendor}, {region}{password}")).run().json();
        let found = line(&shown, "iam_endpoint");
        assert!(found.starts_with(&format!("{expected} | ")), "{vendor} {region}: {found}");
    }
    let old = [("CBR_IAM_ENDPOINT", "https://iam.myhwclouds.com/v3")];
    let shown = keys("--region cn-north-1", &old).run().json();
    assert_eq!(line(&shown, "iam_endpoint"), "https://iam.myhwclouds.com | CBR_IAM_ENDPOINT");
}

#[test]
fn new_regions_are_taken_with_a_note_and_mistyped_ones_refused() {
    for region in ["sa-argentina-1", "sa-peru-1", "sa-chile-1"] {
        let note = format!(
            "--region: cbr does not know the region `{region}`, and takes it for one of Huawei \
             Cloud: https://cbr.{region}.myhuaweicloud.com; --endpoint overrides that"
        );
        let run = keys(&format!("--region {region}"), &[]).stderr_holds([note.as_str()]);
        let shown = run.run().json();
        let endpoint = format!("https://cbr.{region}.myhuaweicloud.com | --region");
        assert_eq!(line(&shown, "endpoint"), endpoint);
        assert_eq!(line(&shown, "iam_endpoint"), "https://iam.myhuaweicloud.com | --region");
    }
    for (region, nearest) in [("cn-north-3", "cn-north-4"), ("eu-ed", "eu-de")] {
        let list = cbr("backups list --region").arg(region).with_key();
        let list = list.env("CBR_PROJECT_ID", PROJECT_ID).exit(2);
        let run = list
            .stderr_holds([
                format!("--region: unknown region `{region}`").as_str(),
                "If the region is new, give its URL with --endpoint",
            ])
            .run();
        assert!(run.stderr.contains("did you mean "), "{nearest}: {}", run.stderr);
    }
}

#[test]
fn an_account_has_several_names() {
    let login = [("OS_AUTH_URL", OTC_IAM), ("OS_USERNAME", "u"), ("OS_REGION_NAME", "eu-de")];
    for (variables, expected) in [
        (&[("OS_PROJECT_DOMAIN_NAME", "d")][..], "d"),
        (&[("DEFAULT_DOMAIN", "d")], "d"),
        (&[("DEFAULT_DOMAIN", "x"), ("OS_PROJECT_DOMAIN_NAME", "d")], "d"),
        (&[("OS_USER_DOMAIN_NAME", "d"), ("OS_PROJECT_DOMAIN_NAME", "x")], "d"),
    ] {
        let run =
            login.iter().chain(variables).fold(show(""), |run, (name, value)| run.env(name, value));
        let shown = run.secret("OS_PASSWORD", "hunter2hunter2").run().json();
        assert_eq!(line(&shown, "domain"), format!("{expected} | OS_*"), "{variables:?}");
    }
}

#[test]
fn keys_that_are_not_read_get_a_hint() {
    for (access_key, secret_key) in [
        ("HUAWEI_ACCESS_KEY", "HUAWEI_SECRET_KEY"),
        ("HUAWEICLOUD_ACCESS_KEY", "HUAWEICLOUD_SECRET_KEY"),
        ("HUAWEICLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SECRET_ACCESS_KEY"),
    ] {
        let list = cbr("backups list").env("CBR_ECS_METADATA", "off").exit(2);
        let list = list.env(access_key, "a").secret(secret_key, "hunter2hunter2");
        let hint = format!(
            "{access_key} belongs to another tool, and cbr does not read it: export \
             CBR_ACCESS_KEY=\"${access_key}\" CBR_SECRET_KEY=\"${secret_key}\""
        );
        list.stderr_holds([hint.as_str()]).run();
    }
}

#[test]
fn a_file_of_koocli_without_keys_says_why() {
    let session = r#"{"current": "s", "profiles": [{"name": "s", "mode": "SSO"}]}"#;
    let cases = [
        (session, "its mode is SSO, and it has no keys yet: log in with hcloud configure sso"),
        ("", "it is empty; hcloud configure init writes it"),
        (
            "A newer version is available\n{\"current\": \"s\"}",
            "it begins with a notice and not with JSON; remove what is before line 2",
        ),
        (
            r#"{"current": "", "profiles": [{"name": "s"}]}"#,
            "`current` is empty; choose one of its profiles with --profile or HW_PROFILE: `s`",
        ),
        (
            r#"{"current": "", "profiles": []}"#,
            "it has no profiles; hcloud configure init adds one",
        ),
    ];
    for (text, expected) in cases {
        let shown = show("").private_file(KOOCLI, text).run().json();
        let sources = shown["sources"].as_array().unwrap();
        let found = sources
            .iter()
            .find(|source| source["source"].as_str().unwrap().starts_with("~/.hcloud/config.json"));
        assert_eq!(found.unwrap()["reason"], expected, "{text}");
    }
}
