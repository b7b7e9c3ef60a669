//! Credentials that the service rejects: one request and no retry, since five failures lock an
//! access key.

use serde_json::json;

use crate::harness::{
    ACCESS_KEY, PROJECT_ID, SECRET_KEY, SECURITY_TOKEN, Sandbox, TEMPORARY_ACCESS_KEY,
    TEMPORARY_SECRET_KEY,
};

const ID: &str = "6df2b54c-dd62-4059-a07c-1b8f24f2725d";

const OTC: &str = "https://iam.eu-de.otc.t-systems.com/v3";

struct Case {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    error: &'static str,
    hint: &'static str,
}

const CASES: [Case; 6] = [
    Case {
        name: "a wrong secret key",
        variables: &[("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", "hunter2hunter2")],
        error: "HTTP 401 APIGW.0301: Incorrect IAM authentication information: verify aksk \
                signature fail (request ",
        hint: "check CBR_SECRET_KEY: it does not match the access key",
    },
    Case {
        name: "an unknown access key",
        variables: &[("CBR_ACCESS_KEY", "UNKNOWNACCESSKEY"), ("CBR_SECRET_KEY", SECRET_KEY)],
        error: "HTTP 401 APIGW.0301: Incorrect IAM authentication information: ak [access key] not \
                exist (request 0000000000000000000000000000000",
        hint: "the access key of CBR_* is unknown to this cloud: ",
    },
    Case {
        name: "a temporary key without its token",
        variables: &[
            ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
            ("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY),
        ],
        error: "decrypt securityToken fail (request ",
        hint: "set CBR_SECURITY_TOKEN: the access key is temporary and requires it",
    },
    Case {
        name: "a temporary key with another token",
        variables: &[
            ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
            ("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY),
            ("CBR_SECURITY_TOKEN", "hunter2hunter2"),
        ],
        error: "decrypt securityToken fail (request ",
        hint: "check CBR_SECURITY_TOKEN: it has expired, or does not match the access key",
    },
    Case {
        name: "a temporary key with another secret key, whose token is echoed",
        variables: &[
            ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
            ("CBR_SECRET_KEY", "hunter2hunter2"),
            ("CBR_SECURITY_TOKEN", SECURITY_TOKEN),
        ],
        error: "verify aksk signature fail (request ",
        hint: "check CBR_SECRET_KEY",
    },
    Case {
        name: "a wrong token",
        variables: &[("CBR_TOKEN", "hunter2hunter2")],
        error: "HTTP 401 APIGW.0301: Incorrect IAM authentication information: decrypt token fail \
                (request 0000000000000000000000000000000",
        hint: "check the credentials of CBR_*: access key and secret key, or token",
    },
];

#[test]
fn wrong_credentials_are_sent_once() {
    let sandbox = Sandbox::start("--backups 3");
    let mut presented = 0;
    for Case { name, variables, error, hint } in CASES {
        for command in ["backups list", &format!("backups show {ID}")] {
            let run = variables
                .iter()
                .fold(sandbox.cbr(command), |run, (name, value)| run.secret(name, value));
            let hint = format!("\ncbr: hint: {hint}");
            run.exit(3).stderr_holds([error, &hint]).run();
            presented += 1;
            let requests = sandbox.requests();
            assert_eq!(requests.len(), presented, "{name}");
            assert!(requests.iter().all(|request| request.status == Some(401)), "{name}");
        }
    }
}

/// The hint names the settings of the user, and no others.
#[test]
fn hints_name_the_settings_of_the_user() {
    let sandbox = Sandbox::start("--backups 3");
    let family = |access_key: &str, secret_key: &str| {
        let run = sandbox.cbr("backups list").env(access_key, ACCESS_KEY);
        run.secret(secret_key, "hunter2hunter2").env("OS_AUTH_URL", OTC)
    };
    let koocli = json!({
        "current": "prod",
        "profiles": [{"name": "prod", "mode": "AKSK", "accessKeyId": ACCESS_KEY,
                      "secretAccessKey": "hunter2hunter2"}],
    });
    let sdk = format!("[basic]\nak = {ACCESS_KEY}\nsk = hunter2hunter2\n");
    let file = |name: &str, text: &str| sandbox.cbr("backups list").file(name, text);
    let cases = [
        (family("CBR_ACCESS_KEY", "CBR_SECRET_KEY"), "CBR_SECRET_KEY"),
        (family("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"), "HUAWEICLOUD_SDK_SK"),
        (family("HW_ACCESS_KEY", "HW_SECRET_KEY"), "HW_SECRET_KEY"),
        (family("OS_ACCESS_KEY", "OS_SECRET_KEY"), "OS_SECRET_KEY"),
        (family("CLOUD_SDK_AK", "CLOUD_SDK_SK"), "CLOUD_SDK_SK"),
        (
            file(".hcloud/config.json", &koocli.to_string()),
            "the secret key of ~/.hcloud/config.json, profile `prod`",
        ),
        (
            file(".huaweicloud/credentials", &sdk),
            "the secret key of ~/.huaweicloud/credentials, [basic]",
        ),
    ];
    for (run, name) in cases {
        let hint = format!("\ncbr: hint: check {name}: it does not match the access key");
        run.exit(3).stderr_holds([hint.as_str()]).run();
    }
}

#[test]
fn a_foreign_project_is_requested_once() {
    let sandbox = Sandbox::start("--backups 3");
    let other = PROJECT_ID.replace('1', "9");
    let expected = format!(
        "cbr: error: HTTP 403 APIGW.0310: The project is unavailable (request {:032})\n\
         cbr: hint: check --project-id, and that the user has the permission cbr:backups:list\n",
        1
    );
    let run = sandbox.cbr("backups list --project-id").arg(&other).with_key();
    run.exit(3).stderr(expected).run();
    let requests = sandbox.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.path, format!("/v3/{other}/backups"));
}
