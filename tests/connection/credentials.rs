//! Access keys, temporary keys and tokens, from each family of variables; one whole set of one family.

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, SECRET_KEY, SECURITY_TOKEN, Sandbox, Service, TEMPORARY_ACCESS_KEY,
    TEMPORARY_SECRET_KEY, TOKEN, cbr,
};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

/// Sets of variables that are complete, and how the sandbox was asked.
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
    // What surrounds a value in a build server's settings does not belong to it; empty is not set.
    (
        &[
            ("CBR_ACCESS_KEY", " SANDBOXACCESSKEY0001\n"),
            ("CBR_SECRET_KEY", "sandbox-secret-key-that-is-not-a-secret1\r\n"),
            ("CBR_TOKEN", ""),
            ("CBR_SECURITY_TOKEN", " "),
        ],
        "aksk",
    ),
    // Ours come first, whole: nothing of the other family is looked at.
    (
        &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("CBR_SECRET_KEY", SECRET_KEY),
            ("HUAWEICLOUD_SDK_AK", "other"),
            ("HUAWEICLOUD_SDK_SK", "other-secret"),
            ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "other-token"),
        ],
        "aksk",
    ),
    (
        &[("CBR_TOKEN", TOKEN), ("HUAWEICLOUD_SDK_AK", "other"), ("HUAWEICLOUD_SDK_SK", "secret")],
        "token",
    ),
];

fn with(cbr: Cbr, variables: &[(&str, &str)]) -> Cbr {
    variables.iter().fold(cbr, |cbr, (name, value)| cbr.env(name, value))
}

#[test]
fn each_complete_set_is_used_as_it_is_meant() {
    let sandbox = Sandbox::start("--backups 3");
    for (number, (variables, auth)) in SETS.iter().enumerate() {
        let run = with(sandbox.cbr(LIST), variables).run();
        assert_eq!(run.lines().len(), 1, "{variables:?}");
        let requests = sandbox.requests();
        assert_eq!(requests.len(), number + 1, "{variables:?}");
        assert_eq!((requests[number].auth.as_str(), requests[number].status), (*auth, Some(200)));
    }
}

/// What is signed, and that each way to authenticate sends nothing of the others.
#[test]
fn each_way_to_authenticate_has_its_own_headers() {
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

/// Sets that are not complete or not clear, and what is said.
const HALVES: &[(&[(&str, &str)], &str, &str)] = &[
    (
        &[],
        "no credentials: neither CBR_ACCESS_KEY with CBR_SECRET_KEY, nor CBR_TOKEN, nor \
         HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK is set",
        "export CBR_ACCESS_KEY and CBR_SECRET_KEY; or try it without an account: cbr sandbox -- \
         backups list",
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
    // A half set of ours is not passed over for a whole one of the other family.
    (
        &[
            ("CBR_ACCESS_KEY", ACCESS_KEY),
            ("HUAWEICLOUD_SDK_AK", ACCESS_KEY),
            ("HUAWEICLOUD_SDK_SK", SECRET_KEY),
        ],
        "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not",
        "set CBR_SECRET_KEY as well, or unset CBR_ACCESS_KEY",
    ),
    // Nor is it made whole by the other family.
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
        &[("CBR_TOKEN", "two words")],
        "CBR_TOKEN holds a blank, a control character or a letter that is not ASCII",
        "set CBR_TOKEN to the value as the service gave it, without quotes or line breaks",
    ),
];

#[test]
fn a_half_set_names_what_is_missing_and_asks_nobody() {
    let sandbox = Sandbox::start("--backups 3");
    for (variables, error, hint) in HALVES {
        let told = format!("cbr: error: {error}\ncbr: hint: {hint}\n");
        with(sandbox.cbr(LIST), variables).exit(2).stderr(told).run();
    }
    assert!(sandbox.requests().is_empty());
}

/// Elsewhere in the environment of users of other tools: not read, and so not taken for ours.
#[test]
fn variables_of_other_tools_alone_are_no_credentials() {
    let run = cbr(LIST)
        .env("CBR_REGION", "eu-de")
        .env("HW_ACCESS_KEY", "a")
        .env("HW_SECRET_KEY", "b")
        .env("OS_AUTH_TOKEN", "c");
    run.exit(2).stderr_holds(["no credentials"]).run();
}
