//! Errors of the service: code, message and request id reach the user in whatever form they are
//! sent, and decide the exit code.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::harness::{Answer, Service, sandboxed};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const HTML: (&str, &str) = ("Content-Type", "text/html");

struct Case {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    exit: i32,
    stderr: &'static str,
}

/// Refusals that a retry would not change.
const FINAL: &[Case] = &[
    // From the service itself: no request id inside.
    Case {
        status: 400,
        headers: &[JSON],
        body: r#"{"error_code":"BackupService.9900","error_msg":"Invalid vault_id provided."}"#,
        exit: 4,
        stderr: "cbr: error: HTTP 400 BackupService.9900: Invalid vault_id provided.\n",
    },
    Case {
        status: 404,
        headers: &[JSON, ("X-Request-Id", "7f1c9d4e")],
        body: r#"{"error_code":"BackupService.6200","error_msg":"Backup does not exist."}"#,
        exit: 4,
        stderr: "cbr: error: HTTP 404 BackupService.6200: Backup does not exist. (request \
                 7f1c9d4e)\n\
                 cbr: hint: cbr backups list shows the ids that there are\n",
    },
    Case {
        status: 403,
        headers: &[JSON],
        body: r#"{"error_code":"BackupService.8600","error_msg":"Real-name verification required."}"#,
        exit: 3,
        stderr: "cbr: error: HTTP 403 BackupService.8600: Real-name verification required.\n\
                 cbr: hint: the account's owner must complete its real-name verification\n",
    },
    // An authentication failure that is reported as a failure of the service.
    Case {
        status: 500,
        headers: &[JSON],
        body: r#"{"error_code":"BackupService.9998","error_msg":"Authentication failed."}"#,
        exit: 3,
        stderr: "cbr: error: HTTP 500 BackupService.9998: Authentication failed.\n\
                 cbr: hint: check the credentials of CBR_*: access key and secret key, or token\n",
    },
    // From the gateway, with its own request id.
    Case {
        status: 401,
        headers: &[JSON],
        body: "{\n  \"error_msg\": \"Incorrect IAM authentication information: decrypt token \
               fail\",\n  \"error_code\": \"APIGW.0301\",\n  \"request_id\": \
               \"00000000000000000000000000000001\"\n}\n",
        exit: 3,
        stderr: "cbr: error: HTTP 401 APIGW.0301: Incorrect IAM authentication information: \
                 decrypt token fail (request 00000000000000000000000000000001)\n\
                 cbr: hint: check the credentials of CBR_*: access key and secret key, or token\n",
    },
    // Open Telekom Cloud spells the same code in another way; the header's id takes precedence.
    Case {
        status: 401,
        headers: &[JSON, ("X-Request-Id", "of-the-header")],
        body: r#"{"error_msg":"token expires","error_code":"APIG.0307","request_id":"of-the-body"}"#,
        exit: 3,
        stderr: "cbr: error: HTTP 401 APIG.0307: token expires (request of-the-header)\n\
                 cbr: hint: the token has expired, or belongs to another region\n",
    },
    Case {
        status: 404,
        headers: &[JSON],
        body: r#"{"error_msg":"The API does not exist","error_code":"APIGW.0101","request_id":"1"}"#,
        exit: 4,
        stderr: "cbr: error: HTTP 404 APIGW.0101: The API does not exist (request 1)\n\
                 cbr: hint: check that --endpoint is the CBR endpoint of the region\n",
    },
    // From IAM, nested, with a number as a code, and its own header.
    Case {
        status: 401,
        headers: &[JSON, ("X-IAM-Trace-Id", "token_cn-north-4_null_1a")],
        body: r#"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#,
        exit: 3,
        stderr: "cbr: error: HTTP 401: The username or password is wrong. (request \
                 token_cn-north-4_null_1a)\n\
                 cbr: hint: check the credentials of CBR_*: access key and secret key, or token\n",
    },
    // From IAM, flat.
    Case {
        status: 403,
        headers: &[JSON],
        body: r#"{"error_code":"IAM.0002","error_msg":"You are not authorized to perform the requested action."}"#,
        exit: 3,
        stderr: "cbr: error: HTTP 403 IAM.0002: You are not authorized to perform the requested \
                 action.\n\
                 cbr: hint: check --project-id, and that the user has the permission \
                 cbr:backups:list\n",
    },
    Case {
        status: 403,
        headers: &[JSON],
        body: r#"{"error_code":"PAP5.0001","error_msg":"Denied by policy.","encoded_authorization_message":"x"}"#,
        exit: 3,
        stderr: "cbr: error: HTTP 403 PAP5.0001: Denied by policy.\n\
                 cbr: hint: check --project-id, and that the user has the permission \
                 cbr:backups:list\n",
    },
    // From other clouds.
    Case {
        status: 400,
        headers: &[JSON],
        body: r#"{"errorCode":"Other.1","errorMsg":"Not like this."}"#,
        exit: 4,
        stderr: "cbr: error: HTTP 400 Other.1: Not like this.\n",
    },
    Case {
        status: 409,
        headers: &[JSON],
        body: r#"{"code":"Other.2","message":"Not now."}"#,
        exit: 4,
        stderr: "cbr: error: HTTP 409 Other.2: Not now.\n",
    },
    // Not from the service at all.
    Case {
        status: 404,
        headers: &[HTML],
        body: "<html>\r\n<head><title>404</title></head>\r\n</html>\r\n",
        exit: 4,
        stderr: "cbr: error: HTTP 404: <html>\\r\\n<head><title>404</title></head>\\r\\n</html>\n",
    },
    Case {
        status: 400,
        headers: &[JSON],
        body: r#"{"error_code":"BackupService.9900","error_msg":"Inv"#,
        exit: 4,
        stderr: "cbr: error: HTTP 400: \
                 {\"error_code\":\"BackupService.9900\",\"error_msg\":\"Inv\n",
    },
    Case {
        status: 403,
        headers: &[],
        body: "",
        exit: 3,
        stderr: "cbr: error: HTTP 403: no explanation\n\
                 cbr: hint: check --project-id, and that the user has the permission \
                 cbr:backups:list\n",
    },
    // Characters that would act on a terminal are escaped.
    Case {
        status: 400,
        headers: &[JSON, ("X-Request-Id", "r\u{9b}2J")],
        body: r#"{"error_code":"A\u001b[31m","error_msg":"line\nfeed\u0007 \u202ebidi \u0000"}"#,
        exit: 4,
        stderr: "cbr: error: HTTP 400 A\\u{1b}[31m: line\\nfeed\\u{7} \\u{202e}bidi \\u{0}\n",
    },
];

#[test]
fn a_refusal_is_reported_once_in_the_words_of_the_service() {
    for Case { status, headers, body, exit, stderr } in FINAL {
        for command in ["backups list", "backups show 6df2b54c-dd62-4059-a07c-1b8f24f2725d"] {
            let service = Service::answering([Answer::with_headers(*status, headers, body)]);
            service.cbr(command).with_key().exit(*exit).stderr(*stderr).run();
            assert_eq!(service.received().len(), 1, "{status} {body}");
        }
    }
}

/// Answers with status 200 that are no list: the error, and the quoted part.
const UNREADABLE: &[(&str, &str, &str)] = &[
    (
        "<html>Please log in</html>",
        "expected value at line 1 column 1",
        "<html>Please log in</html>",
    ),
    ("{}", "missing field `backups` at line 1 column 2", "{}"),
    ("[1]", "invalid type: integer `1`, expected a sequence at line 1 column 2", "[1]"),
    (
        r#"{"backups":null,"count":0}"#,
        "invalid type: null, expected a sequence at line 1 column 15",
        r#"{"backups":null,"count":0}"#,
    ),
    (
        r#"{"backups":[{"name":"a"}],"count":1}"#,
        "missing field `id` at line 1 column 24",
        r#"{"backups":[{"name":"a"}],"count":1}"#,
    ),
    (
        r#"{"backups":[{"id":7}],"count":1}"#,
        "invalid type: integer `7`, expected a string at line 1 column 19",
        r#"{"backups":[{"id":7}],"count":1}"#,
    ),
    (
        r#"{"backups":[{"id":"\ud800"}],"count":1}"#,
        "unexpected end of hex escape at line 1 column 26",
        r#"{"backups":[{"id":"\ud800"}],"count":1}"#,
    ),
    (
        r#"{"backups":[],"backups":[]}"#,
        "duplicate field `backups` at line 1 column 23",
        r#"{"backups":[],"backups":[]}"#,
    ),
    (
        r#"{"count":1,"backups":[],"c\u006funt":1}"#,
        "duplicate field `count` at line 1 column 36",
        r#"{"count":1,"backups":[],"c\u006funt":1}"#,
    ),
    (
        "{\"backups\":[]}\u{7}\u{1b}[2J",
        "trailing characters at line 1 column 15",
        "{\"backups\":[]}\\u{7}\\u{1b}[2J",
    ),
];

#[test]
fn an_unexpected_response_is_quoted_briefly() {
    for (body, reason, shown) in UNREADABLE {
        let answer = Answer::with_headers(200, &[("X-Request-Id", "r1")], body);
        let service = Service::answering([answer]);
        let expected = format!(
            "cbr: error: unreadable answer: {reason} (request r1): {shown}\n\
             cbr: hint: check that --endpoint is the CBR endpoint, and not a proxy's page\n"
        );
        service.cbr("backups list").with_key().exit(5).stderr(expected).run();
        assert_eq!(service.received().len(), 1, "{body}");
    }
}

/// Values that are not JSON, also where the listing does not need them.
const BROKEN_VALUES: [&str; 10] =
    ["", "-", "1.", "1e", "01", "+1", "nul.", "fal]e", "'1'", r#"{"a":[1}"#];

#[test]
fn a_page_with_a_broken_member_is_an_error() {
    for member in ["count", "offset", "limit", "links"] {
        for value in BROKEN_VALUES {
            for body in [
                format!(r#"{{"backups":[{{"id":"a"}}],"{member}":{value}}}"#),
                format!(r#"{{"backups":[],"{member}":{value}}}"#),
                format!(r#"{{"{member}":{value},"backups":[{{"id":"a"}}]}}"#),
            ] {
                let service = Service::answering([Answer::new(200, &body)]);
                let expected = ["cbr: error: unreadable answer: ", &body];
                let run = service.cbr("backups list -o json").with_key();
                let run = run.exit(5).stderr_holds(expected).run();
                assert_eq!(run.stdout, "", "{body}");
                assert_eq!(service.received().len(), 1, "{body}");
            }
        }
    }
}

/// Returns an answer that is compressed in several members, as gzip allows.
fn compressed(pieces: &[&str], behind: &[u8]) -> Answer {
    let member = |piece: &&str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(piece.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let body = [pieces.iter().flat_map(member).collect(), behind.to_vec()].concat();
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: ";
    Answer::raw([format!("{head}{}\r\n\r\n", body.len()).as_bytes(), &body].concat())
}

#[test]
fn all_members_of_a_gzip_answer_are_read() {
    for pieces in [
        &[r#"{"backups":[{"id":"a"}],"count":1}"#][..],
        &[r#"{"backups":[{"id":""#, r#"a"}],"count":1}"#],
        &["", r#"{"backups":[{"id":"a"}]"#, "", r#","count":1"#, "}"],
    ] {
        let service = Service::answering([compressed(pieces, b"")]);
        let run = service.cbr("backups list -o json").with_key().run();
        assert_eq!(run.stdout, "[\n{\"id\":\"a\"}\n]\n", "{pieces:?}");
    }
}

#[test]
fn a_damaged_gzip_answer_is_an_error() {
    let page = r#"{"backups":[{"id":"a"}],"count":1}"#;
    for (pieces, behind, reason) in [
        (&[page][..], &b"bytes that are no member"[..], "invalid gzip header"),
        (&[], b"{\"backups\":[]}", "invalid gzip header"),
        (&[page], &[0x1f, 0x8b, 8], "incomplete deflate stream"),
    ] {
        let service = Service::answering([compressed(pieces, behind)]);
        let expected = format!(
            "cbr: error: unreadable answer: damaged gzip: {reason}\n\
             cbr: hint: check that --endpoint is the CBR endpoint, and not a proxy's page\n"
        );
        let run = service.cbr("backups list --retries 0").with_key();
        assert_eq!(run.exit(5).stderr(expected).run().stdout, "");
    }
}

#[test]
fn long_error_bodies_are_truncated() {
    let body = "x".repeat(100_000);
    let expected = format!("cbr: error: HTTP 400: {}…\n", "x".repeat(300));
    let service = Service::answering([Answer::new(400, &body)]);
    service.cbr("backups list").with_key().exit(4).stderr(expected).run();
}

/// No page is nearly as large; memory stays bounded, also for a body that compresses well.
#[test]
fn endless_responses_are_abandoned() {
    let expected = "cbr: error: unreadable answer: more than 16 MiB\n\
                cbr: hint: try a smaller --page-size\n";
    for options in ["--fault huge=70MB@*", "--gzip --fault gzip-bomb=70MB@*"] {
        let run = sandboxed(options, "backups list").exit(5).stderr(expected).run();
        assert_eq!(run.requests.len(), 1, "{options}");
    }
}

/// A gateway echoes the request, in any form that JSON allows.
#[test]
fn echoed_secrets_are_redacted() {
    const SECRET: &str = "MIIe+token/with=all==";
    let echoes = [
        SECRET.to_owned(),
        SECRET.replace('/', "\\/"),
        SECRET.replace('=', "\\u003d").replace('+', "\\u002b"),
    ];
    for echo in &echoes {
        for variable in ["CBR_TOKEN", "CBR_SECRET_KEY", "CBR_SECURITY_TOKEN"] {
            let body = format!(r#"{{"error_code":"APIGW.0301","error_msg":"bad: {echo} !"}}"#);
            let service = Service::answering([Answer::new(401, &body)]);
            let expected = "cbr: error: HTTP 401 APIGW.0301: bad: [redacted] !\n\
                        cbr: hint: check the credentials of CBR_*: access key and secret key, or \
                        token\n";
            let run = service.cbr("backups list");
            let run = if variable == "CBR_TOKEN" { run } else { run.with_key() };
            run.secret(variable, SECRET).exit(3).stderr(expected).run();
        }
    }
}

/// Not a secret, but not for others to see.
#[test]
fn echoed_access_keys_are_redacted() {
    let body = r#"{"error_code":"APIGW.0301","error_msg":"ak SANDBOXACCESSKEY0001 is locked"}"#;
    let service = Service::answering([Answer::new(401, body)]);
    let expected = "cbr: error: HTTP 401 APIGW.0301: ak [access key] is locked\n\
                cbr: hint: the access key of CBR_* is locked for five minutes after too many \
                failures\n";
    service.cbr("backups list").with_key().exit(3).stderr(expected).run();
}

/// Secrets are redacted before a text is cut, since half a secret is too much.
#[test]
fn a_truncated_secret_is_redacted() {
    const TOKEN: &str = "hunter2-hunter2-hunter2";
    let body = format!("{}{TOKEN}", "x".repeat(290));
    let expected = format!(
        "cbr: error: HTTP 401: {}[redacted]\n\
         cbr: hint: check the credentials of CBR_*: access key and secret key, or token\n",
        "x".repeat(290)
    );
    let service = Service::answering([Answer::new(401, &body)]);
    let run = service.cbr("backups list").secret("CBR_TOKEN", TOKEN).exit(3).stderr(expected).run();
    assert!(!run.stderr.contains("hunter"), "{}", run.stderr);
}
