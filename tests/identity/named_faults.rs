//! `cbr auth check`: failures that resemble others, each with its own name.

use serde_json::json;

use super::check::steps;
use crate::harness::{Answer, Service};

/// A problem on this machine is reported as a problem of the settings, even if they are valid.
#[test]
fn unusable_settings_are_one_failed_step() {
    let check = |args: &str| {
        let run = crate::harness::cbr("auth check -o json --region eu-de").with_key();
        run.args(args.split_whitespace()).reports().exit(2)
    };
    let cases = [
        (
            check("--project-id p --ca-file /nope"),
            "--ca-file: /nope cannot be read: No such file or directory",
        ),
        (check("--ca-file /nope"), "--ca-file: /nope cannot be read: No such file or directory"),
        (
            check("--project-id p").env("HTTPS_PROXY", "socks5://127.0.0.1:1"),
            "HTTPS_PROXY is not the URL of an HTTP proxy",
        ),
    ];
    for (run, why) in cases {
        let report = run.stderr_holds([why]).run().json();
        assert_eq!(steps(&report), [("settings", false)]);
        assert!(report["steps"][0]["detail"].as_str().unwrap().starts_with(why), "{report}");
        assert_eq!(report["diagnosis"]["kind"], "settings");
    }
}

/// A key has neither a user name nor a password.
#[test]
fn a_refused_project_lookup_is_not_reported_as_a_login() {
    let body = json!({"error": {"code": 401, "message": "The request you have made requires \
                                                         authentication."}});
    let service = Service::answering([Answer::new(401, &body.to_string())]);
    let run = crate::harness::cbr("auth check -o json").with_key().env("CBR_REGION", "r");
    let run =
        run.env("CBR_ENDPOINT", service.endpoint()).env("CBR_IAM_ENDPOINT", service.endpoint());
    let expected =
        "cbr: hint: check the credentials of CBR_*: access key and secret key, or token\n";
    let report = run.reports().exit(3).stderr_holds([expected]).run().json();
    assert_eq!(report["diagnosis"]["kind"], "wrong_credentials");
}

/// The proxy rejects the credentials that the setting has.
#[test]
fn a_proxy_that_refuses_its_password_says_so() {
    let proxy = Service::start(|_, _| Answer::new(407, ""));
    let address = proxy.endpoint().replace("http://", "");
    let run = |variable: String| {
        let run = crate::harness::cbr("backups list --retries 0 --region eu-de --project-id p");
        run.with_key().env("HTTPS_PROXY", variable).hides("hunter2hunter2").exit(5)
    };
    let expected = [
        "it rejects the user name and password",
        "cbr: hint: check the user name and password in HTTPS_PROXY; in a URL, @, : and / in them",
    ];
    run(format!("http://me:hunter2hunter2@{address}")).stderr_holds(expected).run();
    let expected =
        ["it requires a user name and a password", "write HTTPS_PROXY as http://USER:PASSWORD@"];
    run(format!("http://{address}")).stderr_holds(expected).run();
}
