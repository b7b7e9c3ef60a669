use serde_json::json;

use super::*;
use crate::settings::Credentials;
use crate::settings::home::Hidden;

const KEY: &str = "HPUAABBCCDDEEFFGGWYH";

fn read(file: &Value, profile: Option<&str>) -> Result<Source, String> {
    let text = Text { name: "~/f".to_owned(), text: Hidden(file.to_string()) };
    source(&text, profile)
}

fn file(profile: Value) -> Value {
    let mut profile = profile;
    profile["name"] = json!("p");
    json!({"current": "p", "authEncrypt": "false", "profiles": [{"name": "q"}, profile]})
}

#[test]
fn a_profile_gives_keys_region_and_project() {
    let file = file(json!({
        "mode": "AKSK", "accessKeyId": KEY, "secretAccessKey": "s", "securityToken": "",
        "region": "cn-north-4", "projectId": "0a1b", "readTimeout": "10", "unknown": [1],
    }));
    let source = read(&file, None).unwrap();
    assert_eq!(source.name, "~/f, profile `p`");
    let Ok(Some(Credentials::Key { access_key, secret_key, security_token: None })) =
        source.credentials
    else {
        panic!("{source:?}")
    };
    assert_eq!((access_key.as_str(), secret_key.reveal()), (KEY, "s"));
    let setting = |value| Some(Setting::new("~/f, profile `p`", value));
    assert_eq!((source.region, source.project_id), (setting("cn-north-4"), setting("0a1b")));
}

#[test]
fn a_session_of_single_sign_on_gives_its_temporary_keys() {
    let token = json!({"accessKeyId": KEY, "secretAccessKey": "s", "securityToken": "t"});
    let file = file(json!({"mode": "SSO", "ssoAuth": {"stsToken": token}}));
    let credentials = read(&file, None).unwrap().credentials;
    let Ok(Some(Credentials::Key { security_token: Some(token), .. })) = credentials else {
        panic!("{credentials:?}")
    };
    assert_eq!(token.reveal(), "t");
}

#[test]
fn a_session_without_keys_says_how_to_log_in() {
    let expected = "its mode is SSO, and it has no keys yet: log in with hcloud configure sso";
    for session in [
        json!({"mode": "SSO"}),
        json!({"mode": "SSO", "ssoAuth": {}}),
        json!({"mode": "SSO", "ssoAuth": {"stsToken": {"accessKeyId": ""}}, "accessKeyId": KEY}),
    ] {
        let source = read(&file(session), None).unwrap();
        assert_eq!((source.note.as_deref(), source.credentials), (Some(expected), Ok(None)));
    }
}

#[test]
fn secrets_that_only_koocli_can_use_are_explained() {
    let keys = |access_key: &str| json!({"accessKeyId": access_key, "secretAccessKey": "s"});
    let with = |flag: Value, profile: Value| {
        let mut file = file(profile);
        file["authEncrypt"] = flag;
        file
    };
    let agency = |mode: &str| {
        json!({"mode": mode, "agencyName": "ops", "agencyDomainName": "other",
            "sourceProfile": "q", "accessKeyId": KEY, "secretAccessKey": "s"})
    };
    let token = |token: &str| json!({"mode": "token", "xAuthToken": token});
    let old = json!({"mode": "token", "xAuthToken": "t", "expiresAt": "2020-01-04T09:05:22Z"});
    let cases = [
        (with(json!("true"), keys(KEY)), "its keys are encrypted"),
        (with(json!(true), keys(KEY)), "its keys are encrypted"),
        (with(json!("TRUE"), keys("x")), "its keys are encrypted"),
        (with(json!(null), keys("9f8a7b6c5d4e3f2a1b0c9d8e7f")), "its keys are encrypted"),
        (with(json!("false"), keys("HPU****WYH")), "its keys are masked"),
        (with(json!("false"), keys("HPU***WYH")), "its keys are masked"),
        (with(json!("false"), keys("***")), "its keys are masked"),
        (with(json!("false"), agency("AGENCY")), "its mode is agency: KooCLI assumes agency `ops`"),
        (with(json!("false"), agency("")), "its mode is agency: KooCLI assumes agency `ops`"),
        (with(json!("true"), token("t")), "its token is encrypted"),
        (with(json!(null), token("t")), "its token is encrypted"),
        (with(json!("false"), token("MII***")), "its token is masked"),
        (with(json!("false"), old), "its token has expired"),
    ];
    for (file, expected) in cases {
        let source = read(&file, None).unwrap();
        assert_eq!(source.credentials, Ok(None), "{file}");
        assert!(source.note.as_deref().is_some_and(|note| note.starts_with(expected)), "{file}");
    }
    // Without the flag, and in the form of an access key: an old version that did not encrypt it.
    let source = read(&with(json!(null), keys(KEY)), None).unwrap();
    assert!(matches!(source.credentials, Ok(Some(_))), "{source:?}");
}

#[test]
fn other_modes_have_their_credentials_elsewhere() {
    let token = json!({"mode": "token", "xAuthToken": "t", "expiresAt": "2999-01-04T09:05:22Z",
        "accessKeyId": KEY, "agencyName": "left over"});
    let credentials = read(&file(token), None).unwrap().credentials;
    let Ok(Some(Credentials::Token(token))) = credentials else { panic!("{credentials:?}") };
    assert_eq!(token.reveal(), "t");
    // An agency that was set up before the mode was changed does not apply.
    let keys =
        json!({"mode": "AKSK", "agencyName": "ops", "accessKeyId": KEY, "secretAccessKey": "s"});
    assert!(matches!(read(&file(keys), None).unwrap().credentials, Ok(Some(_))));
    let server = json!({"mode": "ecsAgency", "region": "eu-de", "accessKeyId": KEY});
    let server = read(&file(server), None).unwrap();
    assert_eq!((server.credentials, server.refers_to_metadata), (Ok(None), true));
    assert_eq!(server.region.unwrap().value, "eu-de");
}

#[test]
fn files_that_say_nothing_say_why() {
    let half = file(json!({"accessKeyId": KEY}));
    let error = read(&half, None).unwrap().credentials.unwrap_err().to_string();
    assert_eq!(error, "~/f, profile `p`: accessKeyId is set, but secretAccessKey is not");
    let cases = [
        (json!({}), None, "~/f: it has no profiles; hcloud configure init adds one"),
        (
            json!({"current": "", "profiles": [{"name": "p"}]}),
            None,
            "~/f: `current` is empty; choose one of its profiles with --profile or HW_PROFILE: `p`",
        ),
        (json!({"current": "p"}), None, "~/f: no profile `p`"),
        (json!({"current": "p", "profiles": {}}), None, "~/f: no profile `p`"),
        (half, Some("z\u{1b}"), "~/f: no profile `z\\u{1b}`; known: `q`, `p`"),
    ];
    for (file, profile, expected) in cases {
        assert_eq!(read(&file, profile).unwrap_err(), expected);
    }
    for (text, expected) in [
        ("", "~/f: it is empty; hcloud configure init writes it"),
        (" \n", "~/f: it is empty; hcloud configure init writes it"),
        (
            "A new version hunter2 is there\n\n{\"current\": \"p\"}",
            "~/f: it begins with a notice and not with JSON; remove what is before line 3",
        ),
        ("hunter2", "~/f: expected value at line 1 column 1"),
    ] {
        let text = Text { name: "~/f".to_owned(), text: Hidden(text.to_owned()) };
        assert_eq!(source(&text, None).unwrap_err(), expected);
    }
    let broken = Text { name: "~/f".to_owned(), text: Hidden("{\"a\": hunter2".to_owned()) };
    let error = source(&broken, None).unwrap_err();
    assert_eq!(error, "~/f: expected value at line 1 column 7");
}
