//! `cbr auth show`: where each setting comes from, without a secret and without a request.

use serde_json::json;

use crate::harness::{PROJECT_ID, SECRET_KEY, SECURITY_TOKEN, cbr};

#[test]
fn each_setting_has_its_origin_and_no_secret_is_shown() {
    let run = cbr("auth show --region eu-de")
        .env("HW_ACCESS_KEY", "HPUAABBCCDDEEFFGGWYH")
        .env("HW_SECRET_KEY", SECRET_KEY)
        .env("HW_SECURITY_TOKEN", SECURITY_TOKEN)
        .env("HW_PROJECT_ID", PROJECT_ID)
        .env("HW_REGION_NAME", "eu-nl")
        .secret("OS_PASSWORD", "hunter2hunter2")
        .run();
    let lines: Vec<_> = run.lines().iter().map(|line| line.trim_end().to_owned()).collect();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let told: Vec<_> = lines.iter().map(|line| words(line)).collect();
    let expected = [
        "SETTING VALUE ORIGIN",
        "access_key HPUA…GWYH HW_*",
        "secret_key (not shown) HW_*",
        "security_token (not shown) HW_*",
        "region eu-de --region",
        &format!("project_id {PROJECT_ID} HW_PROJECT_ID"),
        "endpoint https://cbr.eu-de.otc.t-systems.com --region",
        "certificates the system's -",
        "",
        "SOURCE STATE REASON",
        "CBR_* not set -",
        "HUAWEICLOUD_SDK_* not set -",
        "HW_* used -",
        "OS_* passed over OS_AUTH_URL is not set, so they may belong to another cloud",
        "CLOUD_SDK_* not set -",
        "~/.config/cbr/config.toml not set -",
        "~/.hcloud/config.json not looked at -",
        "~/.huaweicloud/credentials not looked at -",
        "clouds.yaml not looked at -",
        "ECS metadata not looked at -",
    ];
    assert_eq!(told, expected);
}

/// It succeeds where a listing would not: what is missing is what it is asked for.
#[test]
fn what_is_missing_is_told_as_well() {
    let run = cbr("auth show -o json").env("CBR_ACCESS_KEY", "HPUAABBCCDDEEFFGGWYH").run();
    let told = run.json();
    let half = "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not";
    let setting = |setting: &str, problem: Option<&str>| json!({"setting": setting, "value": null, "origin": null, "problem": problem});
    let expected = [
        setting("credentials", Some(half)),
        setting("region", None),
        setting("project_id", Some("no project id")),
        setting("endpoint", Some("no region")),
        json!({"setting": "certificates", "value": "the system's", "origin": null, "problem": null}),
    ];
    assert_eq!(told["settings"], json!(expected));
    let first = json!({"source": "CBR_*", "state": "passed_over", "reason": half});
    assert_eq!(told["sources"][0], first);
}
