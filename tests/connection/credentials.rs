//! Access keys, temporary keys and tokens from each family of variables: one complete set of one
//! family.

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, DOMAIN, PASSWORD, SECRET_KEY, SECURITY_TOKEN, Sandbox, Service,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TOKEN, USER, cbr,
};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

const OTC: (&str, &str) = ("OS_AUTH_URL", "https://iam.eu-de.otc.t-systems.com/v3");

/// Complete sets of variables, and the resulting authentication of the request.
const SETS: &[(&[(&str, &str)], &str)] = &[
    (&[("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", SECRET_KEY)], "aksk"),
    (&[("HUAWEICLOUD_SDK_AK", ACCESS_KEY), ("HUAWEICLOUD_SDK_SK", SECRET_KEY)], "aksk"),
    (
        &[
            ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
            ("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY),
            ("CBR_SECURITY_TOKEN", SECURITY_TOKEN),
        ],
        "sts",
    ),
    (
        &[
            ("HUAWEICLOUD_SDK_AK", TEMPORARY_ACCESS_KEY),
            ("HUAWEICLOUD_SDK_SK", TEMPORARY_SECRET_KEY),
            ("HUAWEICLOUD_SDK_SECURITY_TOKEN", SECURITY_TOKEN),
        ],
        "sts",
    ),
    (&[("CBR_TOKEN", TOKEN)], "token"),
    // White space around a value in a build server's settings is ignored; an empty value counts as
    // unset.
    (
        &[
            ("CBR_ACCESS_KEY", " SANDBOXACCESSKEY0001\n"),
            ("CBR_SECRET_KEY", "sandbox-secret-key-that-is-not-a-secret1\r\n"),
            ("CBR_TOKEN", ""),
            ("CBR_SECURITY_TOKEN", " "),
        ],
        "aksk",
    ),
    (&[("HW_ACCESS_KEY", ACCESS_KEY), ("HW_SECRET_KEY", SECRET_KEY)], "aksk"),
    (&[("HW_AUTH_TOKEN", TOKEN)], "token"),
    (&[OTC, ("OS_ACCESS_KEY", ACCESS_KEY), ("OS_SECRET_KEY", SECRET_KEY)], "aksk"),
    (&[OTC, ("OS_TOKEN", TOKEN)], "token"),
    (&[OTC, ("OS_AUTH_TOKEN", TOKEN)], "token"),
    (&[("CLOUD_SDK_AK", ACCESS_KEY), ("CLOUD_SDK_SK", SECRET_KEY)], "aksk"),
    // Variables for another OpenStack cloud are ignored.
    (
        &[
            ("OS_AUTH_URL", "https://keystone.example.com/v3"),
            ("OS_TOKEN", "other-token"),
            ("CLOUD_SDK_AK", ACCESS_KEY),
            ("CLOUD_SDK_SK", SECRET_KEY),
        ],
        "aksk",
    ),
    // A security token of another family is not used.
    (
        &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("CBR_SECRET_KEY", SECRET_KEY),
            ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "other-token"),
        ],
        "aksk",
    ),
    // The same keys in two families cause no warning.
    (
        &[
            ("HUAWEICLOUD_SDK_AK", ACCESS_KEY),
            ("HUAWEICLOUD_SDK_SK", SECRET_KEY),
            ("HW_ACCESS_KEY", ACCESS_KEY),
            ("HW_SECRET_KEY", SECRET_KEY),
        ],
        "aksk",
    ),
];

fn with(cbr: Cbr, variables: &[(&str, &str)]) -> Cbr {
    variables.iter().fold(cbr, |cbr, (name, value)| cbr.env(name, value))
}

#[test]
fn each_complete_set_of_credentials_is_used() {
    let sandbox = Sandbox::start("--backups 3");
    for (number, (variables, auth)) in SETS.iter().enumerate() {
        let run = with(sandbox.cbr(LIST), variables).run();
        assert_eq!(run.lines().len(), 1, "{variables:?}");
        let requests = sandbox.requests();
        assert_eq!(requests.len(), number + 1, "{variables:?}");
        assert_eq!((requests[number].auth.as_str(), requests[number].status), (*auth, Some(200)));
    }
}

/// The signed headers, and that no authentication method sends the headers of another.
#[test]
fn each_authentication_method_has_its_headers() {
    let key = "SDK-HMAC-SHA256 Access=SANDBOXACCESSKEY0001, \
               SignedHeaders=host;x-project-id;x-sdk-date, Signature=";
    let temporary = "SDK-HMAC-SHA256 Access=SANDBOXTEMPORARY0002, \
                     SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, Signature=";
    let cases = [
        (0, Some(key), None, None),
        (2, Some(temporary), Some(SECURITY_TOKEN), None),
        (4, None, None, Some(TOKEN)),
    ];
    for (set, authorization, security_token, token) in cases {
        let service = Service::answering([Answer::page(&[], "0")]);
        with(service.cbr(LIST), SETS[set].0).run();
        let received = service.received();
        let [request] = received.as_slice() else { panic!("{received:?}") };
        let signed = request.header("authorization").map(|value| {
            let (signed, signature) = value.split_at(value.len() - 64);
            assert!(signature.bytes().all(|byte| byte.is_ascii_hexdigit()), "{value}");
            signed
        });
        assert_eq!(signed, authorization);
        assert_eq!(request.header("x-security-token"), security_token);
        assert_eq!(request.header("x-auth-token"), token);
        assert_eq!(request.header("x-project-id"), Some("p1"));
        assert_eq!(request.header("x-sdk-date").is_some(), authorization.is_some());
    }
}

/// Incomplete and contradictory sets, and their messages.
const HALVES: &[(&[(&str, &str)], &str, &str)] = &[
    (
        &[],
        "no credentials; not set: CBR_*, HUAWEICLOUD_SDK_*, HW_*, OS_*, CLOUD_SDK_*, \
         ~/.config/cbr/config.toml, ~/.hcloud/config.json, ~/.huaweicloud/credentials, \
         clouds.yaml; skipped: ECS metadata (CBR_ECS_METADATA is off)",
        "export CBR_ACCESS_KEY, CBR_SECRET_KEY and CBR_REGION (such as eu-de), or save them with \
         cbr config set; or try it without an account: cbr sandbox -- backups list",
    ),
    (
        &[("CBR_ACCESS_KEY", ACCESS_KEY)],
        "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not",
        "set CBR_SECRET_KEY as well, or unset CBR_ACCESS_KEY",
    ),
    (
        &[("CBR_SECRET_KEY", SECRET_KEY)],
        "CBR_SECRET_KEY is set, but CBR_ACCESS_KEY is not",
        "set CBR_ACCESS_KEY as well, or unset CBR_SECRET_KEY",
    ),
    (
        &[("CBR_SECURITY_TOKEN", SECURITY_TOKEN)],
        "CBR_SECURITY_TOKEN is set, but CBR_ACCESS_KEY is not",
        "set CBR_ACCESS_KEY as well, or unset CBR_SECURITY_TOKEN",
    ),
    // An incomplete set of `CBR_` variables is not skipped in favor of a complete one of another
    // family.
    (
        &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("HUAWEICLOUD_SDK_AK", ACCESS_KEY),
            ("HUAWEICLOUD_SDK_SK", SECRET_KEY),
        ],
        "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not",
        "set CBR_SECRET_KEY as well, or unset CBR_ACCESS_KEY",
    ),
    // The other family does not complete it either.
    (
        &[("CBR_ACCESS_KEY", ACCESS_KEY), ("HUAWEICLOUD_SDK_SK", SECRET_KEY)],
        "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not",
        "set CBR_SECRET_KEY as well, or unset CBR_ACCESS_KEY",
    ),
    (
        &[("HUAWEICLOUD_SDK_AK", ACCESS_KEY), ("HUAWEICLOUD_SDK_SK", "  ")],
        "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not",
        "set HUAWEICLOUD_SDK_SK as well, or unset HUAWEICLOUD_SDK_AK",
    ),
    (
        &[("CBR_TOKEN", TOKEN), ("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", SECRET_KEY)],
        "CBR_TOKEN is set, and so are keys: which to use is not clear",
        "unset CBR_TOKEN, or unset CBR_ACCESS_KEY, CBR_SECRET_KEY and CBR_SECURITY_TOKEN",
    ),
    (
        &[("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", "two words")],
        "CBR_SECRET_KEY holds a blank, a control character or a letter that is not ASCII",
        "set CBR_SECRET_KEY to the value as the service gave it, without quotes or line breaks",
    ),
    (
        &[("HW_USER_NAME", USER), ("HW_USER_PASSWORD", PASSWORD)],
        "HW_USER_PASSWORD is set, but HW_DOMAIN_NAME is not",
        "set HW_DOMAIN_NAME as well, or unset HW_USER_PASSWORD",
    ),
    (
        &[OTC, ("OS_PASSWORD", PASSWORD), ("OS_DOMAIN_NAME", DOMAIN)],
        "OS_PASSWORD is set, but OS_USERNAME is not",
        "set OS_USERNAME as well, or unset OS_PASSWORD",
    ),
    (
        &[("CBR_TOKEN", "two words")],
        "CBR_TOKEN holds a blank, a control character or a letter that is not ASCII",
        "set CBR_TOKEN to the value as the service gave it, without quotes or line breaks",
    ),
];

/// The hint depends on the settings that exist.
#[test]
fn missing_credentials_get_the_shortest_hint() {
    let keys = "cbr: hint: export CBR_ACCESS_KEY and CBR_SECRET_KEY, or save them";
    cbr(LIST).args(["--region", "eu-de"]).exit(2).stderr_holds([keys]).run();
    let other = "cbr: hint: HUAWEICLOUD_ACCESS_KEY_ID belongs to another tool, and cbr does not \
                 read it: export CBR_ACCESS_KEY=\"$HUAWEICLOUD_ACCESS_KEY_ID\" \
                 CBR_SECRET_KEY=\"$HUAWEICLOUD_SECRET_ACCESS_KEY\"";
    let run = cbr(LIST).env("HUAWEICLOUD_ACCESS_KEY_ID", ACCESS_KEY);
    let run = run.secret("HUAWEICLOUD_SECRET_ACCESS_KEY", SECRET_KEY);
    run.env("HUAWEICLOUD_REGION", "eu-de").exit(2).stderr_holds([other]).run();
}

/// A user who has set such a variable believes that certificates are not checked.
#[test]
fn disabled_checks_are_always_warned_of() {
    let expected = |name: &str| {
        format!("cbr: warning: {name} is ignored: only --insecure disables certificate checks\n")
    };
    let sandbox = Sandbox::start("--backups 3");
    for name in ["HW_INSECURE", "OS_INSECURE"] {
        sandbox.cbr(LIST).with_key().env(name, "true").stderr(expected(name)).run();
        sandbox.cbr(LIST).with_key().env(name, "false").run();
    }
}

#[test]
fn incomplete_credentials_are_an_error_before_any_request() {
    let sandbox = Sandbox::start("--backups 3");
    for (variables, error, hint) in HALVES {
        let expected = format!("cbr: error: {error}\ncbr: hint: {hint}\n");
        with(sandbox.cbr(LIST), variables).exit(2).stderr(expected).run();
    }
    assert!(sandbox.requests().is_empty());
}

/// The family of higher precedence is used, and one warning says that another one differs.
#[test]
fn two_complete_families_that_differ_are_warned_of() {
    let sandbox = Sandbox::start("--backups 3");
    let both =
        [("HW_ACCESS_KEY", "other"), ("HW_SECRET_KEY", "other-secret"), ("CBR_TOKEN", TOKEN)];
    let expected =
        "cbr: warning: CBR_* and HW_* hold different credentials; those of CBR_* are used\n";
    with(sandbox.cbr(LIST), &both).stderr(expected).run();
    with(sandbox.cbr(LIST).arg("--quiet"), &both).run();
    let requests = sandbox.requests();
    assert!(requests.iter().all(|request| request.auth == "token"), "{requests:?}");
}

/// Credentials that are recognized and not used are named, with the reason.
#[test]
fn skipped_credentials_are_reported() {
    let run = cbr(LIST)
        .env("HW_USER_NAME", "someone")
        .secret("OS_TOKEN", "hunter3hunter3")
        .env("OS_AUTH_URL", "https://keystone.example.com/v3");
    let expected = [
        "no credentials; not set: CBR_*, HUAWEICLOUD_SDK_*, CLOUD_SDK_*",
        "; skipped: HW_* (HW_USER_NAME is set, but HW_USER_PASSWORD is not)",
        "; skipped: OS_* (OS_AUTH_URL leads to another cloud (keystone.example.com); if you \
         trust that host, ",
    ];
    run.exit(2).stderr_holds(expected).run();
}

/// Region and project come from the family of the credentials, and `CBR_` variables override them.
#[test]
fn region_and_project_come_with_the_family() {
    let hw = [
        ("HW_ACCESS_KEY", "a"),
        ("HW_SECRET_KEY", "s"),
        ("HW_PROJECT_ID", "p"),
        ("HW_REGION_NAME", "nowhere"),
    ];
    let expected = ["HW_REGION_NAME: unknown region `nowhere`"];
    with(cbr(LIST), &hw).exit(2).stderr_holds(expected).run();
    let expected = ["CBR_REGION: unknown region `elsewhere`"];
    with(cbr(LIST), &hw).env("CBR_REGION", "elsewhere").exit(2).stderr_holds(expected).run();
    // The region of another family applies, and its project does not: it belongs to its keys.
    let expected = ["HW_REGION_NAME: unknown region `nowhere`"];
    with(cbr(LIST), &hw).env("CBR_TOKEN", "t").exit(2).stderr_holds(expected).run();
    let run = with(cbr("auth show"), &hw).env("CBR_TOKEN", "t").args(["--region", "eu-de"]);
    let run = run.arg("--quiet").run();
    assert!(run.lines().iter().any(|line| line.contains("looked up: that of the token")));
}
