//! Secrets reach only their destination: they are not in stdout, stderr, receipts or errors, with
//! or without `-v`, whatever a service answers. The harness checks every run; these services would
//! expose them.

use crate::harness::{
    ACCESS_KEY, Answer, Cbr, Received, SECRET_KEY, SECURITY_TOKEN, Service, TEMPORARY_ACCESS_KEY,
    TEMPORARY_SECRET_KEY, TOKEN,
};

/// Each kind of credentials.
const WAYS: [&[(&str, &str)]; 5] = [
    &[("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", SECRET_KEY)],
    &[("HW_ACCESS_KEY", ACCESS_KEY), ("HW_SECRET_KEY", "hunter2/+\"=")],
    &[
        ("HUAWEICLOUD_SDK_AK", TEMPORARY_ACCESS_KEY),
        ("HUAWEICLOUD_SDK_SK", TEMPORARY_SECRET_KEY),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", SECURITY_TOKEN),
    ],
    &[("CBR_TOKEN", TOKEN)],
    &[("CBR_TOKEN", "hunter3\"\\/<>&'")],
];

/// Returns the values of the headers that hold a secret; the names are not secret.
fn secrets(request: &Received) -> String {
    let names = ["authorization", "x-auth-token", "x-security-token"];
    let values: Vec<_> = names.iter().filter_map(|name| request.header(name)).collect();
    values.join(" ")
}

type Echo = fn(&Received) -> Answer;

/// Services that echo the request.
const SERVICES: [(&str, i32, Echo); 11] = [
    ("a refusal, in a message", 3, |request| {
        let message =
            serde_json::json!({"error_code": "APIGW.0301", "error_msg": secrets(request)});
        Answer::new(401, &message.to_string())
    }),
    ("a refusal, in a code", 4, |request| {
        let message = serde_json::json!({"error_code": secrets(request), "error_msg": "m"});
        Answer::new(400, &message.to_string())
    }),
    ("a refusal, deep inside", 4, |request| {
        let message =
            serde_json::json!({"a": [{"b": secrets(request)}], "request_id": secrets(request)});
        Answer::new(404, &message.to_string())
    }),
    ("a refusal, with other escapes", 3, |request| {
        let escaped: String =
            secrets(request).chars().map(|char| format!("\\u{:04x}", u32::from(char))).collect();
        Answer::new(403, &format!(r#"{{"error_code":"A","error_msg":"{escaped}"}}"#))
    }),
    ("a page", 5, |request| Answer::new(502, &format!("<pre>{}</pre>", secrets(request)))),
    ("a redirect", 5, |request| {
        let location = format!("https://example.com/?{}", secrets(request));
        Answer::with_headers(302, &[("Location", &location)], "")
    }),
    ("the id of a request", 4, |request| {
        Answer::with_headers(400, &[("X-Request-Id", &secrets(request))], "{}")
    }),
    ("the id of a request that succeeds", 0, |request| {
        let body = r#"{"backups":[],"count":0}"#;
        Answer::with_headers(200, &[("X-Request-Id", &secrets(request))], body)
    }),
    ("no JSON", 5, |request| Answer::new(200, &secrets(request))),
    ("other JSON", 5, |request| Answer::new(200, &format!("{:?}", secrets(request)))),
    ("a list that is none", 5, |request| {
        Answer::new(200, &format!(r#"{{"backups":{:?},"count":0}}"#, secrets(request)))
    }),
];

fn with(cbr: Cbr, variables: &[(&str, &str)]) -> Cbr {
    variables.iter().fold(cbr, |cbr, (name, value)| match name.ends_with("KEY") {
        true => cbr.env(name, value),
        false => cbr.secret(name, value),
    })
}

#[test]
fn echoing_services_reveal_no_secret() {
    for (what, exit, answer) in SERVICES {
        for way in WAYS {
            for verbose in [&[][..], &["--verbose"], &["-vv"]] {
                let service = Service::start(move |request, _| answer(request));
                let run = with(service.cbr("backups list --retries 0 --receipt receipt"), way);
                // The harness checks stdout, stderr and the receipt.
                run.args(verbose).makes("receipt").exit(exit).stderr_holds([]).run();
                let received = service.received();
                let [request] = received.as_slice() else { panic!("{what}: {received:?}") };
                assert!(!secrets(request).is_empty(), "{what}: {request:?}");
            }
        }
    }
}
