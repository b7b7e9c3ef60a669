//! The file of Huawei Cloud's own command line, KooCLI (`hcloud`): `~/.hcloud/config.json`.
//!
//! Read leniently, since the types of its values have changed between versions: what should be a
//! boolean or a number may be a string. Only ever read, never written.

use jiff::Timestamp;
use serde_json::Value;

use super::given_file::{self, FileError};
use super::selected;
use crate::settings::credentials::{Part, Parts};
use crate::settings::home::{Home, Text};
use crate::settings::lookup::Lookup;
use crate::settings::source::Source;
use crate::settings::{Context, Environment, Setting};
use crate::text::suggest;

/// Hint for values that only KooCLI can use.
const DECRYPT: &str = "hcloud configure set --cli-auth-encrypt=false keeps them as they are";

const FILE: &str = ".hcloud/config.json";
const VARIABLE: &str = "HW_SHARED_CONFIG_FILE";

/// Looks up the profile that `HW_PROFILE` selects, or the current one.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let Context { environment, home, .. } = context;
    Some(match environment.get("HW_PROFILE").filter(|_| !is_decided) {
        Some(profile) => {
            let read = read(environment, home, Some(profile));
            selected::named("HW_PROFILE", read, context, is_decided)
        }
        None => Lookup::file("~/.hcloud/config.json", context, is_decided, || {
            read(environment, home, None)
        }),
    })
}

/// Reads the profile of this name, or the current one.
///
/// # Errors
///
/// The file has no such profile, or cannot be read; in words for a user.
pub(in crate::settings) fn read(
    environment: &Environment,
    home: &Home,
    profile: Option<&str>,
) -> Result<Option<Source>, FileError> {
    let file = given_file::read(environment, home, VARIABLE, FILE)?;
    Ok(file.map(|file| source(&file, profile)).transpose()?)
}

/// Returns the name of the file and of its profiles; none if it cannot be read.
pub(in crate::settings) fn profiles(
    environment: &Environment,
    home: &Home,
) -> (String, Vec<String>) {
    let file = given_file::read(environment, home, VARIABLE, FILE).ok();
    let Some(Text { name, text }) = file.flatten() else { return (String::new(), Vec::new()) };
    let mut names = serde_json::from_str(&text.0).map(|file| names(&file)).unwrap_or_default();
    // Completion prints each as a word on a line.
    names.retain(|name| !name.contains(char::is_control));
    (name, names)
}

/// Returns the names of the profiles.
fn names(file: &Value) -> Vec<String> {
    let profiles = file.get("profiles").and_then(Value::as_array);
    profiles.into_iter().flatten().filter_map(|profile| string(profile, "name")).collect()
}

fn source(Text { name, text }: &Text, profile: Option<&str>) -> Result<Source, String> {
    let file = parse(&text.0).map_err(|why| format!("{name}: {why}"))?;
    let current = string(&file, "current");
    let Some(wanted) = profile.map(str::to_owned).or(current) else {
        let names: Vec<_> = names(&file).iter().map(|name| quoted(name)).collect();
        return Err(match names.as_slice() {
            [] => format!("{name}: it has no profiles; hcloud configure init adds one"),
            _ => format!(
                "{name}: `current` is empty; choose one of its profiles with --profile or HW_PROFILE: {}",
                names.join(", ")
            ),
        });
    };
    let profiles = file.get("profiles").and_then(Value::as_array);
    let found = profiles
        .into_iter()
        .flatten()
        .find(|profile| string(profile, "name").is_some_and(|name| name == wanted));
    let Some(profile) = found else {
        let names = names(&file);
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let question = suggest::question(&wanted, &names);
        return Err(format!("{name}: no profile `{}`{question}", wanted.escape_debug()));
    };
    let wanted = wanted.escape_debug();

    let name = format!("{name}, profile `{wanted}`");
    let setting = |key| string(profile, key).map(|value| Setting::new(&name, value));
    let rest = Source {
        region: setting("region"),
        project_id: setting("projectId"),
        ..Source::named(&name)
    };
    let keys = match Mode::of(profile) {
        // The server's metadata service has the keys, and this mode selects those.
        Mode::Server => return Ok(Source { asks_metadata: true, ..rest }),
        Mode::Agency => {
            let agency = string(profile, "agencyName").unwrap_or_default();
            return Ok(noted(
                rest,
                format!(
                    "its mode is agency: KooCLI assumes agency `{}` of another account, \
                     which cbr cannot do, and its own keys would list their own account",
                    agency.escape_debug()
                ),
            ));
        }
        Mode::Session => match profile.pointer("/ssoAuth/stsToken") {
            Some(keys) if string(keys, "accessKeyId").is_some() => keys,
            _ => {
                return Ok(noted(
                    rest,
                    "its mode is SSO, and it has no keys yet: log in with hcloud configure sso"
                        .to_owned(),
                ));
            }
        },
        Mode::Token | Mode::Keys => profile,
    };
    let is_token = Mode::of(profile) == Mode::Token;
    let names: &[&str] = if is_token {
        &["xAuthToken"]
    } else {
        &["accessKeyId", "secretAccessKey", "securityToken"]
    };
    if let Some(note) = unusable(&file, keys, names) {
        return Ok(noted(rest, note));
    }
    let expires = string(profile, "expiresAt");
    let expires = expires.filter(|_| is_token).and_then(|time| time.parse::<Timestamp>().ok());
    if expires.is_some_and(|end| end <= Timestamp::now()) {
        return Ok(noted(rest, "its token has expired".to_owned()));
    }
    let part = |key| {
        let value = string(keys, key).filter(|_| names.contains(&key));
        Part::new(key, value.as_deref())
    };
    let parts = Parts {
        place: format!("{name}: "),
        access_key: part("accessKeyId"),
        secret_key: part("secretAccessKey"),
        security_token: part("securityToken"),
        token: part("xAuthToken"),
        ..Parts::default()
    };
    Ok(Source { credentials: parts.whole(), ..rest })
}

/// Parses the file.
///
/// # Errors
///
/// It is empty, begins with a notice, or is not JSON. Nothing of the text is shown.
fn parse(text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err("it is empty; hcloud configure init writes it".to_owned());
    }
    // The message has a line and a column.
    serde_json::from_str(text).map_err(|error| {
        let json = text.lines().position(|line| line.trim_start().starts_with('{'));
        match json {
            Some(lines @ 1..) if text.lines().take(lines).all(is_notice) => format!(
                "it begins with a notice and not with JSON; remove what is before line {}",
                lines + 1
            ),
            _ => error.to_string(),
        }
    })
}

/// Returns true for a line that is no part of a JSON document.
fn is_notice(line: &str) -> bool {
    !line.trim_start().starts_with(['{', '}', '[', ']', '"'])
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.escape_debug())
}

/// Returns the source without credentials, with the reason.
fn noted(source: Source, note: String) -> Source {
    Source { note: Some(note), ..source }
}

/// How a profile authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// With an access key.
    Keys,
    /// With the temporary keys of single sign-on.
    Session,
    /// With a token.
    Token,
    /// As an agency, through the keys of another profile.
    Agency,
    /// With the keys of the server's agency.
    Server,
}

impl Mode {
    fn of(profile: &Value) -> Self {
        match string(profile, "mode").unwrap_or_default().to_ascii_lowercase().as_str() {
            "ecsagency" => Self::Server,
            "sso" => Self::Session,
            "token" => Self::Token,
            "agency" => Self::Agency,
            // Old files have no mode.
            "" if string(profile, "agencyName").is_some() => Self::Agency,
            _ => Self::Keys,
        }
    }
}

/// Returns why these secrets must not be sent: they are ciphertext, which only KooCLI can read, or
/// masked, as KooCLI prints them.
fn unusable(file: &Value, keys: &Value, names: &[&str]) -> Option<String> {
    let set: Vec<_> = names.iter().filter_map(|key| string(keys, key)).collect();
    if set.is_empty() {
        return None;
    }
    let (what, are) = if names.len() > 1 { ("keys", "are") } else { ("token", "is") };
    // As `configure show` prints them, with more or fewer stars.
    if set.iter().any(|value| value.contains('*')) {
        return Some(format!("its {what} {are} masked"));
    }
    let is_encrypted = match string(file, "authEncrypt") {
        Some(flag) => flag.eq_ignore_ascii_case("true"),
        // Older versions do not say; an access key as it is has a form of its own.
        None => !string(keys, "accessKeyId").is_some_and(|key| is_access_key(&key)),
    };
    is_encrypted.then(|| format!("its {what} {are} encrypted; {DECRYPT}"))
}

fn is_access_key(value: &str) -> bool {
    value.len() == 20
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Returns a scalar as text; an empty one is absent.
fn string(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
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
        let told = "its mode is SSO, and it has no keys yet: log in with hcloud configure sso";
        for session in [
            json!({"mode": "SSO"}),
            json!({"mode": "SSO", "ssoAuth": {}}),
            json!({"mode": "SSO", "ssoAuth": {"stsToken": {"accessKeyId": ""}}, "accessKeyId": KEY}),
        ] {
            let source = read(&file(session), None).unwrap();
            assert_eq!((source.note.as_deref(), source.credentials), (Some(told), Ok(None)));
        }
    }

    #[test]
    fn what_only_koocli_can_use_is_explained_and_never_taken() {
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
            (
                with(json!("false"), agency("AGENCY")),
                "its mode is agency: KooCLI assumes agency `ops`",
            ),
            (with(json!("false"), agency("")), "its mode is agency: KooCLI assumes agency `ops`"),
            (with(json!("true"), token("t")), "its token is encrypted"),
            (with(json!(null), token("t")), "its token is encrypted"),
            (with(json!("false"), token("MII***")), "its token is masked"),
            (with(json!("false"), old), "its token has expired"),
        ];
        for (file, expected) in cases {
            let source = read(&file, None).unwrap();
            assert_eq!(source.credentials, Ok(None), "{file}");
            assert!(
                source.note.as_deref().is_some_and(|note| note.starts_with(expected)),
                "{file}"
            );
        }
        // Without the flag, and in the form of an access key: an old version that kept it as it is.
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
        // An agency that was set up before the mode was changed plays no part.
        let keys = json!({"mode": "AKSK", "agencyName": "ops", "accessKeyId": KEY, "secretAccessKey": "s"});
        assert!(matches!(read(&file(keys), None).unwrap().credentials, Ok(Some(_))));
        let server = json!({"mode": "ecsAgency", "region": "eu-de", "accessKeyId": KEY});
        let server = read(&file(server), None).unwrap();
        assert_eq!((server.credentials, server.asks_metadata), (Ok(None), true));
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
}
