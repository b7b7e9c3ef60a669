//! Diagnoses common failures from the response, the clock and the settings.

use serde::Serialize;

use crate::api::{ApiError, Class, LOGIN, Refusal};
use crate::auth::iam::Found;
use crate::settings::{ConnectionError, Credentials, Project, Resolution, Setting, SettingFlaw};

/// A failure with what to do about it, where that is known better than from the failure alone.
#[derive(Debug, thiserror::Error)]
#[error("{error:#}")]
pub(crate) struct Diagnosed {
    pub(crate) error: anyhow::Error,
    pub(crate) hint: Option<String>,
}

/// A diagnosis of a failure.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Diagnosis {
    pub(crate) kind: Kind,
    /// The cause, in a sentence.
    pub(crate) explanation: String,
    /// The remedy.
    pub(crate) hint: Option<String>,
}

/// The kinds of failure, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A setting is missing or invalid.
    Settings,
    /// The clocks are too far apart for a signature.
    ClockSkew,
    /// No such access key in this cloud.
    UnknownKey,
    /// The secret key is not that of the access key.
    WrongSecretKey,
    /// The access key or the user is locked.
    Locked,
    /// User, password and domain do not go together.
    WrongPassword,
    /// The token has expired, or belongs to another cloud.
    ExpiredToken,
    /// The credentials are rejected for another reason.
    WrongCredentials,
    /// The project is not that of the token, or not that of the region.
    WrongProject,
    /// The service is not there for this region, or for no such project.
    WrongRegion,
    /// Authenticated, not authorized.
    MissingPermission,
    /// No connection.
    Unreachable,
    /// No connection through the proxy.
    Proxy,
    /// A certificate that is not trusted.
    Untrusted,
    /// Timeout.
    TimedOut,
    /// Too many requests.
    Throttled,
    /// The service fails, or somebody else answers.
    Unavailable,
    /// Anything else.
    Other,
}

/// The settings that a diagnosis depends on.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    region: Option<String>,
    project_id: Option<Setting>,
    is_token: bool,
}

impl Facts {
    pub(crate) fn of(resolution: &Resolution) -> Self {
        let project_id = match &resolution.project {
            Ok(Project::Id(id)) => Some(id.clone()),
            _ => None,
        };
        let is_token = matches!(&resolution.credentials, Ok((Credentials::Token(_), _)));
        let region = resolution.region.as_ref().map(|region| region.value.clone());
        Self { region, project_id, is_token }
    }
}

/// Apart by more seconds than this, the clocks are what is wrong with a signature, which allows 15
/// minutes. The rest is for the way that an answer takes.
const SKEW: u32 = 14 * 60;

/// What to say of the clock where that has spoilt a signature.
pub(crate) fn skewed_clock(error: &ApiError) -> Option<String> {
    let refusal = refusal(error)?;
    let is_signature = refusal.status == 401 && refusal.message.contains("sign");
    let ahead = refusal.clock_ahead.filter(|ahead| is_signature && ahead.unsigned_abs() > SKEW)?;
    Some(clock(ahead))
}

/// Describes the difference of the clocks; `ahead` is in seconds.
pub(crate) fn clock(ahead: i32) -> String {
    let seconds = ahead.unsigned_abs();
    let span = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1800) / 3600),
    };
    match ahead {
        -2..=2 => "this machine's clock is right".to_owned(),
        3.. => format!("this machine's clock is {span} ahead of the service's"),
        _ => format!("this machine's clock is {span} behind the service's"),
    }
}

/// Returns true if the account is locked after too many failures.
pub(crate) fn is_locked(refusal: &Refusal) -> bool {
    let message = refusal.message.to_ascii_lowercase();
    message.contains("reach the limit") || message.contains("locked")
}

/// Returns the seconds that the local clock is ahead, if the response has a date.
pub(crate) fn clock_ahead(error: &anyhow::Error) -> Option<i32> {
    refusal(error.downcast_ref()?)?.clock_ahead
}

/// Returns true if the caller is authenticated and the request rejected.
pub(crate) fn is_forbidden(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref().and_then(|error| match error {
        ApiError::Refused(refusal) => Some(refusal.status),
        _ => None,
    });
    matches!(refused, Some(403 | 404))
}

fn refusal(error: &ApiError) -> Option<&Refusal> {
    match error {
        ApiError::Refused(refusal) => Some(refusal),
        ApiError::Identity { fault, .. } => refusal(fault),
        _ => None,
    }
}

/// What is wrong. `found` is the project that IAM knows, and `hint` what is known of the failure
/// alone.
pub(crate) fn of(
    error: &anyhow::Error,
    facts: &Facts,
    found: Option<&Found>,
    hint: Option<String>,
) -> Diagnosis {
    let (kind, hint) = match error.downcast_ref::<ApiError>() {
        Some(error) => match (
            mismatch(error, facts, found).or_else(|| no_such_project(error, facts)),
            skewed_clock(error),
        ) {
            (Some(hint), _) => (Kind::WrongProject, Some(hint)),
            (None, Some(_)) => (Kind::ClockSkew, hint),
            (None, None) => (kind(error, facts), hint),
        },
        None => match error.downcast_ref::<ConnectionError>() {
            Some(error) => (kind_of_setting(error), hint),
            None => (Kind::Other, hint),
        },
    };
    Diagnosis { kind, explanation: format!("{error:#}"), hint }
}

/// Summarizes a failure that is also printed in full.
pub(crate) fn brief(error: &anyhow::Error) -> String {
    if let Some(error) = error.downcast_ref::<ApiError>() {
        let brief = error.brief();
        return if error.refusal().is_some() { format!("HTTP {brief}") } else { brief };
    }
    // What was not set, and where, is a long list.
    let whole = format!("{error:#}");
    whole.split_once("; ").map_or(whole.clone(), |(first, _)| first.to_owned())
}

/// That the project is another one than IAM has.
fn mismatch(error: &ApiError, facts: &Facts, found: Option<&Found>) -> Option<String> {
    let (given, found) = (facts.project_id.as_ref()?.value.as_str(), found?);
    if given == found.id || !matches!(error, ApiError::Refused(_)) {
        return None;
    }
    let name = crate::text::sanitize::visible(&found.name);
    let Found { id, .. } = found;
    Some(if facts.is_token {
        format!("the token is for project {id} ({name}), and not for {given}")
    } else {
        format!("the project of region {name} is {id}, and not {given}")
    })
}

/// That a login fails for the project that it is to be for.
fn no_such_project(error: &ApiError, facts: &Facts) -> Option<String> {
    let given = facts.project_id.as_ref()?;
    let ApiError::Identity { doing, fault, .. } = error else { return None };
    let is_missing =
        *doing == LOGIN && matches!(&**fault, ApiError::Refused(refusal) if refusal.status == 404);
    let Setting { origin, value } = given;
    is_missing.then(|| format!("check {origin}: this user has no project with the id {value}"))
}

fn kind_of_setting(error: &ConnectionError) -> Kind {
    match error.flaw {
        SettingFlaw::Plain => Kind::Settings,
        SettingFlaw::Late => Kind::TimedOut,
        SettingFlaw::OtherRegion => Kind::WrongRegion,
    }
}

fn kind(error: &ApiError, facts: &Facts) -> Kind {
    let refusal = match error {
        ApiError::Refused(refusal) => refusal,
        ApiError::Identity { doing, fault, .. } => {
            return match (fault.as_ref(), kind(fault, facts)) {
                (ApiError::Refused(refusal), Kind::WrongCredentials | Kind::ExpiredToken)
                    if *doing == LOGIN && refusal.code_number() != Some("0301") =>
                {
                    Kind::WrongPassword
                }
                (ApiError::Refused(refusal), _) if refusal.status == 404 => Kind::WrongRegion,
                (_, kind) => kind,
            };
        }
        ApiError::Setup { .. } => return Kind::Settings,
        ApiError::Unreachable { .. } | ApiError::UnknownHost { .. } => return Kind::Unreachable,
        ApiError::Proxy { .. } => return Kind::Proxy,
        ApiError::Untrusted { .. } => return Kind::Untrusted,
        ApiError::TimedOut | ApiError::OutOfTime { .. } => return Kind::TimedOut,
        ApiError::TooLarge { .. } | ApiError::Unreadable { .. } => return Kind::Unavailable,
    };
    let message = refusal.message.as_str();
    match (refusal.code_number(), error.class()) {
        _ if is_locked(refusal) => Kind::Locked,
        (Some("0301"), _) if message.contains("not exist") => Kind::UnknownKey,
        (Some("0301"), _) if message.contains("signature") => Kind::WrongSecretKey,
        (Some("0307"), _) => Kind::ExpiredToken,
        (Some("0310"), _) => Kind::WrongProject,
        (Some("0801" | "0802" | "0101"), _) => Kind::WrongRegion,
        (_, Class::Denied) if refusal.status == 401 && facts.is_token => Kind::ExpiredToken,
        (_, Class::Denied) if refusal.status == 401 => Kind::WrongCredentials,
        (Some("9998"), _) => Kind::WrongCredentials,
        (_, Class::Denied) => Kind::MissingPermission,
        (_, Class::Throttled) => Kind::Throttled,
        (_, Class::Unavailable) => Kind::Unavailable,
        (_, Class::Refused) if facts.region.is_some() && refusal.status == 404 => Kind::WrongRegion,
        (_, Class::Refused) => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_told_in_words() {
        let cases = [
            (0, "this machine's clock is right"),
            (-2, "this machine's clock is right"),
            (3, "this machine's clock is 3 s ahead of the service's"),
            (-1199, "this machine's clock is 20 min behind the service's"),
            (90_000, "this machine's clock is 25 h ahead of the service's"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(clock(seconds), expected);
        }
    }

    fn refused(status: u16, code: &str, message: &str) -> ApiError {
        let body = serde_json::json!({"error_code": code, "error_msg": message}).to_string();
        ApiError::Refused(Refusal::new(status, &body, None, None, None))
    }

    #[test]
    fn each_failure_has_its_name() {
        let key = Facts { region: Some("eu-de".to_owned()), ..Facts::default() };
        let token = Facts { is_token: true, ..Facts::default() };
        let wrong = "Incorrect IAM authentication information: ";
        let asked = |doing, fault| ApiError::Identity {
            doing,
            address: String::new(),
            fault: Box::new(fault),
        };
        let iam = |fault| asked(LOGIN, fault);
        let denied = |message: &str| refused(401, "APIGW.0301", &format!("{wrong}{message}"));
        let cases = [
            (denied("ak X not exist"), &key, Kind::UnknownKey),
            (denied("verify aksk signature fail"), &key, Kind::WrongSecretKey),
            (denied("AK access failed to reach the limit,forbidden."), &key, Kind::Locked),
            (denied("decrypt token fail"), &token, Kind::ExpiredToken),
            (denied("decrypt securityToken fail"), &key, Kind::WrongCredentials),
            (refused(401, "APIGW.0307", "renew"), &token, Kind::ExpiredToken),
            (refused(403, "APIGW.0310", "unavailable"), &key, Kind::WrongProject),
            (refused(403, "APIGW.0302", "not allowed"), &key, Kind::MissingPermission),
            (refused(403, "APIGW.0801", "not here"), &key, Kind::WrongRegion),
            (refused(404, "APIGW.0101", "no such API"), &key, Kind::WrongRegion),
            (refused(403, "BackupService.8600", "real name"), &key, Kind::MissingPermission),
            (refused(500, "BackupService.9998", "failed"), &key, Kind::WrongCredentials),
            (refused(500, "BackupService.9910", "unknown"), &key, Kind::Unavailable),
            (refused(429, "APIGW.0308", "slower"), &key, Kind::Throttled),
            (refused(400, "BackupService.9900", "invalid"), &key, Kind::Other),
            (iam(refused(401, "", "The password is wrong.")), &key, Kind::WrongPassword),
            (
                asked("cannot look up the project", refused(401, "", "no")),
                &key,
                Kind::WrongCredentials,
            ),
            (iam(refused(401, "", "The user is locked.")), &key, Kind::Locked),
            (iam(denied("verify aksk signature fail")), &key, Kind::WrongSecretKey),
            (iam(denied("decrypt token fail")), &token, Kind::ExpiredToken),
            (iam(refused(404, "", "no project")), &key, Kind::WrongRegion),
            (iam(refused(403, "IAM.0002", "no")), &key, Kind::MissingPermission),
            (iam(ApiError::TimedOut), &key, Kind::TimedOut),
            (ApiError::TimedOut, &key, Kind::TimedOut),
            (ApiError::TooLarge { limit: 1 }, &key, Kind::Unavailable),
        ];
        for (error, facts, expected) in cases {
            assert_eq!(of(&error.into(), facts, None, None).kind, expected);
        }
        let missing = ConnectionError::new("no region", "give one").into();
        assert_eq!(of(&missing, &key, None, None).kind, Kind::Settings);
        let full = anyhow::anyhow!("disk full");
        assert_eq!(of(&full, &key, None, None).kind, Kind::Other);
    }

    #[test]
    fn a_project_that_iam_does_not_have_is_named() {
        let given = Setting { origin: "o".to_owned(), value: "given".to_owned() };
        let facts = |is_token| Facts { project_id: Some(given.clone()), is_token, region: None };
        let found = |id: &str| Found { id: id.to_owned(), name: "eu-de".to_owned() };
        let refused = || refused(403, "APIGW.0302", "not allowed").into();
        let cases = [
            (false, "found", Some("the project of region eu-de is found, and not given")),
            (true, "found", Some("the token is for project found (eu-de), and not for given")),
            (true, "given", None),
        ];
        for (is_token, id, hint) in cases {
            let diagnosis = of(&refused(), &facts(is_token), Some(&found(id)), None);
            let kind = if hint.is_some() { Kind::WrongProject } else { Kind::MissingPermission };
            assert_eq!((diagnosis.hint.as_deref(), diagnosis.kind), (hint, kind));
        }
    }

    #[test]
    fn only_a_signature_is_spoilt_by_a_clock() {
        let cases = [
            (401, "signature expired", 1200, true),
            (401, "signature expired", -1200, true),
            (401, "signature expired", 60, false),
            (401, "decrypt token fail", 1200, false),
            (403, "signature expired", 1200, false),
        ];
        for (status, message, seconds, expected) in cases {
            let ApiError::Refused(refusal) = refused(status, "APIGW.0301", message) else {
                continue;
            };
            let clock_ahead = Some(seconds);
            let error = ApiError::Refused(Refusal { clock_ahead, ..refusal });
            assert_eq!(skewed_clock(&error).is_some(), expected, "{message} {seconds}");
            let kind = of(&error.into(), &Facts::default(), None, None).kind;
            assert_eq!(kind == Kind::ClockSkew, expected, "{message} {seconds}");
        }
    }
}
