//! `cbr auth show`: where each setting comes from, without a secret and without a request.

use serde_json::{Value, json};

use crate::harness::{Cbr, PROJECT_ID, SECRET_KEY, SECURITY_TOKEN, cbr};

#[test]
fn settings_have_an_origin_and_no_secret() {
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
    let printed: Vec<_> = lines.iter().map(|line| words(line)).collect();
    let expected = [
        "SETTING VALUE ORIGIN",
        "access_key HPUA…GWYH HW_*",
        "secret_key (not shown) HW_*",
        "security_token (not shown) HW_*",
        "region eu-de --region",
        &format!("project_id {PROJECT_ID} HW_PROJECT_ID"),
        "endpoint https://cbr.eu-de.otc.t-systems.com --region",
        "certificates the system's -",
        "proxy - -",
        "timeout - -",
        "retries 5 -",
        "",
        "SOURCE STATE REASON",
        "CBR_* not set -",
        "HUAWEICLOUD_SDK_* not set -",
        "HW_* used -",
        "OS_* skipped OS_AUTH_URL is not set, so they may belong to another cloud",
        "CLOUD_SDK_* not set -",
        "~/.config/cbr/config.toml not set -",
        "~/.hcloud/config.json not read -",
        "~/.huaweicloud/credentials not read -",
        "clouds.yaml not read -",
        "ECS metadata not read -",
    ];
    assert_eq!(printed, expected);
}

/// It succeeds where a listing would fail: it reports what is missing.
#[test]
fn missing_settings_are_listed() {
    let run = cbr("auth show -o json").env("CBR_ACCESS_KEY", "HPUAABBCCDDEEFFGGWYH").run();
    let printed = run.json();
    let half = "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not";
    let setting = |setting: &str, problem: Option<&str>| json!({"setting": setting, "value": null, "origin": null, "problem": problem});
    let expected = [
        setting("credentials", Some(half)),
        setting("region", None),
        setting("project_id", Some("no project id")),
        setting("endpoint", Some("no region")),
        json!({"setting": "certificates", "value": "the system's", "origin": null, "problem": null}),
        setting("timeout", None),
        json!({"setting": "retries", "value": "5", "origin": null, "problem": null}),
    ];
    assert_eq!(printed["settings"], json!(expected));
    let first = json!({"source": "CBR_*", "state": "passed_over", "reason": half});
    assert_eq!(printed["sources"][0], first);
}

/// Settings other than the connection that also affect a run.
#[test]
fn proxy_retries_and_defaults_are_listed() {
    let own = ".config/cbr/config.toml";
    let text =
        "[defaults]\noutput = 'wide'\ncolumns = ['id', 'name']\npage_size = 500\ntimeout = '5m'\n";
    let printed = |run: Cbr| {
        let printed = run.run().json();
        let lines = printed["settings"].as_array().unwrap().clone();
        move |setting: &str| {
            let found = lines.iter().find(|line| line["setting"] == setting);
            let text = |key: &str| {
                let line: &Value = found.unwrap_or(&Value::Null);
                line[key].as_str().unwrap_or("-").to_owned()
            };
            [text("value"), text("origin"), text("problem")].join(" | ")
        }
    };
    let run = cbr("auth show -o json --region eu-de --retries 2").private_file(own, text);
    let run = run.env("HTTPS_PROXY", "http://me:hunter2hunter2@127.0.0.1:3128");
    let line = printed(run.hides("hunter2hunter2"));
    let place = |key: &str| format!("~/{own} [defaults] {key}");
    assert_eq!(line("proxy"), "127.0.0.1:3128 (password not shown) | HTTPS_PROXY | -");
    assert_eq!(line("timeout"), format!("300 s | {} | -", place("timeout")));
    assert_eq!(line("retries"), "2 | --retries | -");
    assert_eq!(line("output"), format!("wide | {} | -", place("output")));
    assert_eq!(line("columns"), format!("id,name | {} | -", place("columns")));
    assert_eq!(line("page_size"), format!("500 | {} | -", place("page_size")));
    let line = printed(cbr("auth show -o json --timeout 30s").private_file(own, text));
    assert_eq!(line("timeout"), "30 s | --timeout | -");
    // An error that would stop a listing is reported.
    for broken in ["output = 'nonsense'", "timeout = 'soon'", "page_size = 0"] {
        let run = cbr("auth show -o json").private_file(own, &format!("[defaults]\n{broken}\n"));
        let line = printed(run)("defaults");
        let key = broken.split(' ').next().unwrap();
        assert!(line.contains(&format!("~/{own}, line 2, column")), "{line}");
        assert!(line.contains(&format!("defaults.{key}: ")), "{line}");
    }
    let line =
        printed(cbr("auth show -o json --region eu-de").env("HTTPS_PROXY", "socks5://127.0.0.1:1"));
    assert!(line("proxy").contains("HTTPS_PROXY is not the URL of an HTTP proxy"));
}
