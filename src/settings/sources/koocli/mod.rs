//! The file of Huawei Cloud's own command line, KooCLI (`hcloud`): `~/.hcloud/config.json`.
//!
//! Read leniently, since the types of its values have changed between versions: what should be a
//! boolean or a number may be a string. Only ever read, never written.

use jiff::Timestamp;
use serde_json::Value;

use crate::settings::credentials::Parts;
use crate::settings::given_file::{self, FileError};
use crate::settings::home::{Home, Text};
use crate::settings::lookup::Lookup;
use crate::settings::part::Part;
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
            Lookup::entry("HW_PROFILE", read, context, is_decided)
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
    // Completion prints one name a line.
    names.retain(|name| !name.contains(char::is_control));
    (name, names)
}

/// Returns the names of the profiles.
fn names(file: &Value) -> Vec<String> {
    let profiles = file.get("profiles").and_then(Value::as_array);
    profiles.into_iter().flatten().filter_map(|profile| string(profile, "name")).collect()
}

fn source(Text { name, text }: &Text, profile: Option<&str>) -> Result<Source, String> {
    let in_file = |why| format!("{name}: {why}");
    let file = parse(&text.0).map_err(in_file)?;
    let (profile_name, profile) = chosen(&file, profile).map_err(in_file)?;
    let name = format!("{name}, profile {}", quoted(&profile_name));
    let setting = |key| string(profile, key).map(|value| Setting::new(&name, value));
    let settings = Source {
        region: setting("region"),
        project_id: setting("projectId"),
        ..Source::named(&name)
    };
    // The server's metadata service has the keys, and this mode selects those.
    if Mode::of(profile) == Mode::Server {
        return Ok(Source { refers_to_metadata: true, ..settings });
    }
    Ok(match Secrets::of(&file, profile) {
        Ok(secrets) => Source { credentials: secrets.parts(&name).whole(), ..settings },
        Err(note) => Source { note: Some(note), ..settings },
    })
}

/// Returns the profile of this name, or the current one, with its name.
fn chosen<'a>(file: &'a Value, profile: Option<&str>) -> Result<(String, &'a Value), String> {
    let Some(wanted) = profile.map(str::to_owned).or(string(file, "current")) else {
        let names: Vec<_> = names(file).iter().map(|name| quoted(name)).collect();
        return Err(match names.as_slice() {
            [] => "it has no profiles; hcloud configure init adds one".to_owned(),
            _ => format!(
                "`current` is empty; choose one of its profiles with --profile or HW_PROFILE: {}",
                names.join(", ")
            ),
        });
    };
    let profiles = file.get("profiles").and_then(Value::as_array);
    let found = profiles
        .into_iter()
        .flatten()
        .find(|profile| string(profile, "name").is_some_and(|name| name == wanted));
    found.map(|profile| (wanted.clone(), profile)).ok_or_else(|| {
        let names = names(file);
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        format!("no profile {}{}", quoted(&wanted), suggest::question(&wanted, &names))
    })
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

/// Returns true for a line that is not part of a JSON document.
fn is_notice(line: &str) -> bool {
    !line.trim_start().starts_with(['{', '}', '[', ']', '"'])
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.escape_debug())
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

/// The secrets of a profile: the object that holds them, and their keys.
struct Secrets<'a> {
    object: &'a Value,
    keys: &'static [&'static str],
}

impl<'a> Secrets<'a> {
    /// Finds the secrets of a profile.
    ///
    /// # Errors
    ///
    /// The reason why they cannot be used.
    fn of(file: &Value, profile: &'a Value) -> Result<Self, String> {
        let mode = Mode::of(profile);
        let object = match mode {
            Mode::Agency => {
                let agency = string(profile, "agencyName").unwrap_or_default();
                return Err(format!(
                    "its mode is agency: KooCLI assumes agency `{}` of another account, \
                     which cbr cannot do, and its own keys would list their own account",
                    agency.escape_debug()
                ));
            }
            Mode::Session => profile
                .pointer("/ssoAuth/stsToken")
                .filter(|keys| string(keys, "accessKeyId").is_some())
                .ok_or(
                    "its mode is SSO, and it has no keys yet: log in with hcloud configure sso",
                )?,
            Mode::Token | Mode::Keys | Mode::Server => profile,
        };
        let keys: &[&str] = match mode {
            Mode::Token => &["xAuthToken"],
            _ => &["accessKeyId", "secretAccessKey", "securityToken"],
        };
        if let Some(reason) = unusable(file, object, keys) {
            return Err(reason);
        }
        let expires = string(profile, "expiresAt").filter(|_| mode == Mode::Token);
        let expires = expires.and_then(|time| time.parse::<Timestamp>().ok());
        if expires.is_some_and(|end| end <= Timestamp::now()) {
            return Err("its token has expired".to_owned());
        }
        Ok(Self { object, keys })
    }

    /// Returns the secrets as parts of credentials. `name` is the profile in messages.
    fn parts(&self, name: &str) -> Parts {
        let part = |key| {
            let value = string(self.object, key).filter(|_| self.keys.contains(&key));
            Part::new(key, value.as_deref())
        };
        Parts {
            place: format!("{name}: "),
            access_key: part("accessKeyId"),
            secret_key: part("secretAccessKey"),
            security_token: part("securityToken"),
            token: part("xAuthToken"),
            ..Parts::default()
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
        // Older versions do not have the flag; an unencrypted access key has its own form.
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
mod tests;
