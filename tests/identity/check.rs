//! `cbr auth check`: the steps that worked, and a name for a failure.

use serde_json::{Value, json};

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, DOMAIN, OTHER_PROJECT_ID, PASSWORD, PROJECT_ID, SECRET_KEY, Sandbox,
    Service, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TOKEN, USER, sandboxed,
};

/// Returns the steps of a report, each with whether it worked.
pub(super) fn steps(report: &Value) -> Vec<(&str, bool)> {
    let steps = report["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["step"].as_str().unwrap(), step["ok"].as_bool().unwrap())).collect()
}

#[test]
fn working_settings_are_reported() {
    let run = sandboxed("", "auth check").run();
    let words = |line: &&str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let shown: Vec<_> = run.lines().iter().map(words).collect();
    assert_eq!(shown, ["STEP RESULT", "settings ok", "service ok", "clock ok"]);
    // One cheap request.
    let lines: Vec<_> = run.requests.iter().map(|request| request.line()).collect();
    assert_eq!(lines, [format!("GET /v3/{PROJECT_ID}/backups?limit=1")]);
}

#[test]
fn working_settings_are_reported_as_json() {
    let sandbox = Sandbox::start("--backups 7");
    let report = user(sandbox.cbr_by_region("auth check -o json")).run().json();
    assert_eq!(
        steps(&report),
        [("settings", true), ("identity", true), ("service", true), ("clock", true)]
    );
    assert_eq!(report["ok"], true);
    assert_eq!(report["exit_code"], 0);
    assert_eq!(report["diagnosis"], Value::Null);
    assert_eq!(report["project_id"], PROJECT_ID);
    assert_eq!(report["endpoint"], sandbox.endpoint());
    assert_eq!(report["count"], 7);
    assert!(report["clock_ahead_seconds"].as_i64().unwrap().abs() <= 2);
}

fn user(run: Cbr) -> Cbr {
    let run = run.env("HW_USER_NAME", USER).env("HW_DOMAIN_NAME", DOMAIN);
    run.env("HW_USER_PASSWORD", PASSWORD)
}

/// A failure: the options of the sandbox, the settings, and the expected report.
struct Case {
    options: &'static str,
    settings: &'static [(&'static str, &'static str)],
    kind: &'static str,
    exit: i32,
    /// The step that fails.
    step: &'static str,
    hint: &'static str,
    /// Number of requests that arrive.
    requests: usize,
}

const KEY: &[(&str, &str)] = &[
    ("CBR_ACCESS_KEY", ACCESS_KEY),
    ("CBR_SECRET_KEY", SECRET_KEY),
    ("CBR_PROJECT_ID", PROJECT_ID),
];

const CASES: &[Case] = &[
    Case {
        options: "--clock 20m",
        settings: KEY,
        kind: "clock_skew",
        exit: 3,
        step: "service",
        hint: "min behind the service's; correct it: a signature is valid for 15 minutes",
        requests: 1,
    },
    Case {
        options: "--clock -3h",
        settings: KEY,
        kind: "clock_skew",
        exit: 3,
        step: "service",
        hint: "this machine's clock is 3 h ahead of the service's; correct it",
        requests: 1,
    },
    Case {
        options: "--clock 20m",
        settings: &[("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", SECRET_KEY)],
        kind: "clock_skew",
        exit: 3,
        step: "identity",
        hint: "min behind the service's; correct it",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("CBR_ACCESS_KEY", "OTHERCLOUDSKEY0000001"),
            ("CBR_SECRET_KEY", SECRET_KEY),
            ("CBR_PROJECT_ID", PROJECT_ID),
        ],
        kind: "unknown_key",
        exit: 3,
        step: "service",
        hint: "the access key of CBR_* is unknown to this cloud",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("CBR_SECRET_KEY", "hunter2hunter2"),
            ("CBR_PROJECT_ID", PROJECT_ID),
        ],
        kind: "wrong_secret_key",
        exit: 3,
        step: "service",
        hint: "check CBR_SECRET_KEY",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[("CBR_TOKEN", "ended"), ("CBR_PROJECT_ID", PROJECT_ID)],
        kind: "expired_token",
        exit: 3,
        step: "service",
        hint: "check the credentials",
        requests: 1,
    },
    // IAM is then requested for the projects of the user.
    Case {
        options: "",
        settings: &[("CBR_TOKEN", TOKEN), ("CBR_PROJECT_ID", OTHER_PROJECT_ID)],
        kind: "wrong_project",
        exit: 3,
        step: "service",
        hint: "the token is for project 5a4db0c5000000000000000000000001 (sandbox-1), and not for \
               5a4db0c5000000000000000000000002",
        requests: 2,
    },
    Case {
        options: "",
        settings: &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("CBR_SECRET_KEY", SECRET_KEY),
            ("CBR_PROJECT_ID", OTHER_PROJECT_ID),
        ],
        kind: "wrong_project",
        exit: 3,
        step: "service",
        hint: "the project of region sandbox-1 is 5a4db0c5000000000000000000000001, and not \
               5a4db0c5000000000000000000000002",
        requests: 2,
    },
    Case {
        options: "--fault 403@*",
        settings: KEY,
        kind: "missing_permission",
        exit: 3,
        step: "service",
        hint: "that the user has the permission cbr:backups:list",
        requests: 2,
    },
    Case {
        options: "--fault 404@*",
        settings: KEY,
        kind: "wrong_region",
        exit: 4,
        step: "service",
        hint: "check that --endpoint is the CBR endpoint of the region",
        requests: 2,
    },
    Case {
        options: "",
        settings: &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("CBR_SECRET_KEY", SECRET_KEY),
            ("CBR_REGION", "r"),
        ],
        kind: "wrong_region",
        exit: 2,
        step: "identity",
        hint: "check CBR_REGION: this user has no project in region r, but in sandbox-1",
        requests: 2,
    },
    Case {
        options: "",
        settings: &[("CBR_ACCESS_KEY", "OTHERCLOUDSKEY0000001"), ("CBR_SECRET_KEY", SECRET_KEY)],
        kind: "unknown_key",
        exit: 3,
        step: "identity",
        hint: "the access key of CBR_* is unknown to this cloud",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
            ("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY),
            ("CBR_PROJECT_ID", PROJECT_ID),
        ],
        kind: "wrong_credentials",
        exit: 3,
        step: "service",
        hint: "set CBR_SECURITY_TOKEN: the access key is temporary and requires it",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
            ("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY),
            ("CBR_SECURITY_TOKEN", "ended"),
            ("CBR_PROJECT_ID", PROJECT_ID),
        ],
        kind: "wrong_credentials",
        exit: 3,
        step: "service",
        hint: "check CBR_SECURITY_TOKEN: it has expired, or does not match the access key",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("HW_USER_NAME", USER),
            ("HW_DOMAIN_NAME", DOMAIN),
            ("HW_USER_PASSWORD", PASSWORD),
            ("HW_PROJECT_ID", "nowhere"),
        ],
        kind: "wrong_project",
        exit: 4,
        step: "identity",
        hint: "check HW_PROJECT_ID: this user has no project with the id nowhere",
        requests: 1,
    },
    Case {
        options: "--iam locked",
        settings: &[
            ("HW_USER_NAME", USER),
            ("HW_DOMAIN_NAME", DOMAIN),
            ("HW_USER_PASSWORD", PASSWORD),
        ],
        kind: "locked",
        exit: 3,
        step: "identity",
        hint: "wait: too many wrong passwords",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("HW_USER_NAME", USER),
            ("HW_DOMAIN_NAME", DOMAIN),
            ("HW_USER_PASSWORD", "hunter2hunter2"),
        ],
        kind: "wrong_password",
        exit: 3,
        step: "identity",
        hint: "check user, password and domain",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[
            ("HW_USER_NAME", USER),
            ("HW_DOMAIN_NAME", DOMAIN),
            ("HW_USER_PASSWORD", PASSWORD),
            ("HW_PROJECT_NAME", "nowhere"),
        ],
        kind: "wrong_region",
        exit: 4,
        step: "identity",
        hint: "check the region, or the name of the project",
        requests: 1,
    },
    Case {
        options: "--fault html@*",
        settings: KEY,
        kind: "unavailable",
        exit: 5,
        step: "service",
        hint: "check that --endpoint is the CBR endpoint",
        requests: 1,
    },
    Case {
        options: "",
        settings: &[("CBR_ACCESS_KEY", ACCESS_KEY)],
        kind: "settings",
        exit: 2,
        step: "settings",
        hint: "set CBR_SECRET_KEY as well",
        requests: 0,
    },
];

/// A failure is reported on stdout, and on stderr as for any command.
#[test]
fn common_failures_have_a_name_and_a_hint() {
    for Case { options, settings, kind, exit, step, hint, requests } in CASES {
        let sandbox = Sandbox::start(options);
        let run = |args: &str| {
            let run = sandbox.cbr_by_region(args).env("CBR_ENDPOINT", sandbox.endpoint());
            let run = settings.iter().fold(run, |run, (name, value)| run.env(name, value));
            run.reports().exit(*exit).stderr_holds(["cbr: error: ", "\ncbr: hint: ", hint]).run()
        };
        let report = run("auth check -o json").json();
        assert_eq!(report["diagnosis"]["kind"], *kind, "{report}");
        assert_eq!(report["ok"], false);
        assert_eq!(report["exit_code"], *exit);
        assert_eq!(steps(&report).last(), Some(&(*step, false)), "{report}");
        assert!(steps(&report).iter().rev().skip(1).all(|(_, ok)| *ok), "{report}");
        assert!(report["diagnosis"]["hint"].as_str().unwrap().contains(hint), "{report}");
        assert_eq!(sandbox.requests().len(), *requests, "{kind}");

        let table = run("auth check").stdout;
        let failed = table.lines().last().unwrap();
        assert!(failed.starts_with(step) && failed.contains(" failed "), "{table}");
    }
}

#[test]
fn an_unreachable_host_is_a_network_failure() {
    let nobody = Service::answering([]).endpoint().replace("127.0.0.1", "127.0.0.2");
    let run = crate::harness::cbr("auth check -o json --retries 0").with_key();
    let run = run.env("CBR_ENDPOINT", &nobody).env("CBR_PROJECT_ID", PROJECT_ID);
    let report = run.reports().exit(5).stderr_holds(["no answer from the service"]).run().json();
    assert_eq!(report["diagnosis"]["kind"], "unreachable");
    assert_eq!(steps(&report), [("settings", true), ("service", false)]);
}

#[test]
fn a_refusing_proxy_is_named_in_the_check() {
    let proxy = Service::start(|_, _| Answer::new(403, ""));
    let run = |args: &str| {
        let run = crate::harness::cbr(args).args(["--retries", "0", "--region", "eu-de"]);
        run.with_key().env("HTTPS_PROXY", proxy.endpoint()).reports().exit(5)
    };
    let shown = ["no way through the proxy 127.0.0.1:", "cbr: hint: check HTTPS_PROXY"];
    let report = run("auth check -o json --project-id p").stderr_holds(shown).run().json();
    assert_eq!(report["diagnosis"]["kind"], "proxy");
    assert_eq!(steps(&report), [("settings", true), ("service", false)]);
    let report = run("auth check -o json").stderr_holds(shown).run().json();
    assert_eq!(report["diagnosis"]["kind"], "proxy");
    assert_eq!(steps(&report), [("settings", true), ("identity", false)]);
}

/// The service reports that the key is locked; further failures would prolong the lock.
#[test]
fn a_locked_key_is_sent_once() {
    let body = json!({
        "error_code": "APIGW.0301",
        "error_msg": "Incorrect IAM authentication information: AK access failed to reach the \
                      limit,forbidden.",
    });
    let service = Service::answering([Answer::new(401, &body.to_string())]);
    let run = service.cbr("auth check -o json").with_key().reports().exit(3);
    let report =
        run.stderr_holds(["the access key of CBR_* is locked for five minutes"]).run().json();
    assert_eq!(report["diagnosis"]["kind"], "locked");
    assert_eq!(service.received().len(), 1);
}

/// The whole text is the message on stderr, once.
#[test]
fn the_table_shortens_failures() {
    let sandbox = Sandbox::start("");
    let wrong = "hunter2hunter2";
    let run = sandbox.cbr("auth check").env("CBR_ACCESS_KEY", ACCESS_KEY);
    let run = run.secret("CBR_SECRET_KEY", wrong).reports().exit(3);
    let hint = "\ncbr: hint: check CBR_SECRET_KEY: it does not match the access key\n";
    let run = run.stderr_holds(["cbr: error: HTTP 401 APIGW.0301: Incorrect IAM", hint]).run();
    let last = run.lines().last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(last, "service failed HTTP 401 APIGW.0301");
    let run = crate::harness::cbr("auth check").reports().exit(2);
    let run = run.stderr_holds(["cbr: error: no credentials; not set: CBR_*"]).run();
    let last = run.lines().last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(last, "settings failed no credentials");
}
