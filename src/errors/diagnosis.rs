//! Diagnoses common failures from the response, the clock and the settings.

use serde::Serialize;

use super::Verdict;
use super::diagnosis_kind::DiagnosisKind;
use super::kind::FailureKind;
use crate::api::{ApiError, Cause, LOGIN};
use crate::auth::iam::IamProject;
use crate::settings::{Credentials, Project, Resolution, Setting};

/// A failure with a more specific hint than its kind has.
#[derive(Debug, thiserror::Error)]
#[error("{error:#}")]
pub(crate) struct Diagnosed {
    pub(crate) error: anyhow::Error,
    pub(crate) hint: Option<String>,
}

/// A diagnosis of a failure.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Diagnosis {
    pub(crate) kind: DiagnosisKind,
    /// The cause, in a sentence.
    pub(crate) explanation: String,
    /// The remedy.
    pub(crate) hint: Option<String>,
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

/// Returns the seconds by which the local clock is ahead, if known.
pub(crate) fn clock_ahead(error: &anyhow::Error) -> Option<i32> {
    error.downcast_ref::<ApiError>()?.refusal()?.clock_ahead
}

/// Returns true if the service refused the request with 403 or 404.
pub(crate) fn is_forbidden(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref().and_then(|error| match error {
        ApiError::Refused(refusal) => Some(refusal.status),
        _ => None,
    });
    matches!(refused, Some(403 | 404))
}

/// Diagnoses a failure. `iam_project` is the project reported by IAM.
pub(crate) fn of(
    error: &anyhow::Error,
    facts: &Facts,
    iam_project: Option<&IamProject>,
) -> Diagnosis {
    let Verdict { kind, hint, .. } = Verdict::of(error);
    let project = error.downcast_ref().and_then(|error| {
        mismatch(error, facts, iam_project).or_else(|| no_such_project(error, facts))
    });
    let (kind, hint) = match (project, kind) {
        (Some(hint), _) => (DiagnosisKind::WrongProject, Some(hint)),
        (None, FailureKind::Refused(Cause::InvalidCredentials | Cause::UnreadableCredentials))
            if facts.is_token =>
        {
            (DiagnosisKind::ExpiredToken, hint)
        }
        (None, FailureKind::Refused(Cause::NotFound)) if facts.region.is_some() => {
            (DiagnosisKind::WrongRegion, hint)
        }
        (None, kind) => (kind.diagnosis(), hint),
    };
    Diagnosis { kind, explanation: format!("{error:#}"), hint }
}

/// Summarizes a failure that is printed in full elsewhere.
pub(crate) fn brief(error: &anyhow::Error) -> String {
    if let Some(error) = error.downcast_ref::<ApiError>() {
        let brief = error.brief();
        return if error.refusal().is_some() { format!("HTTP {brief}") } else { brief };
    }
    // The message about missing settings is a long list of sources.
    let whole = format!("{error:#}");
    whole.split_once("; ").map_or(whole.clone(), |(first, _)| first.to_owned())
}

/// Returns the hint for a project other than the one reported by IAM.
fn mismatch(error: &ApiError, facts: &Facts, iam_project: Option<&IamProject>) -> Option<String> {
    let (given, iam_project) = (facts.project_id.as_ref()?.value.as_str(), iam_project?);
    if given == iam_project.id || !matches!(error, ApiError::Refused(_)) {
        return None;
    }
    let name = crate::text::sanitize::visible(&iam_project.name);
    let IamProject { id, .. } = iam_project;
    Some(if facts.is_token {
        format!("the token is for project {id} ({name}), and not for {given}")
    } else {
        format!("the project of region {name} is {id}, and not {given}")
    })
}

/// Returns the hint for a login to a project that is not the user's.
fn no_such_project(error: &ApiError, facts: &Facts) -> Option<String> {
    let given = facts.project_id.as_ref()?;
    let ApiError::Identity { doing, fault, .. } = error else { return None };
    let is_missing =
        *doing == LOGIN && matches!(&**fault, ApiError::Refused(refusal) if refusal.status == 404);
    let Setting { origin, value } = given;
    is_missing.then(|| format!("check {origin}: this user has no project with the id {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Refusal;
    use crate::settings::ConnectionError;

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
            (denied("ak X not exist"), &key, DiagnosisKind::UnknownKey),
            (denied("verify aksk signature fail"), &key, DiagnosisKind::WrongSecretKey),
            (denied("AK access failed to reach the limit,forbidden."), &key, DiagnosisKind::Locked),
            (denied("decrypt token fail"), &token, DiagnosisKind::ExpiredToken),
            (denied("decrypt securityToken fail"), &key, DiagnosisKind::WrongCredentials),
            (refused(401, "APIGW.0307", "renew"), &token, DiagnosisKind::ExpiredToken),
            (refused(403, "APIGW.0310", "unavailable"), &key, DiagnosisKind::WrongProject),
            (refused(403, "APIGW.0302", "not allowed"), &key, DiagnosisKind::MissingPermission),
            (refused(403, "APIGW.0801", "not here"), &key, DiagnosisKind::WrongRegion),
            (refused(404, "APIGW.0101", "no such API"), &key, DiagnosisKind::WrongRegion),
            (
                refused(403, "BackupService.8600", "real name"),
                &key,
                DiagnosisKind::MissingPermission,
            ),
            (refused(500, "BackupService.9998", "failed"), &key, DiagnosisKind::WrongCredentials),
            (refused(500, "BackupService.9910", "unknown"), &key, DiagnosisKind::Unavailable),
            (refused(429, "APIGW.0308", "slower"), &key, DiagnosisKind::Throttled),
            (refused(400, "BackupService.9900", "invalid"), &key, DiagnosisKind::Other),
            (iam(refused(401, "", "The password is wrong.")), &key, DiagnosisKind::WrongPassword),
            (
                asked("cannot look up the project", refused(401, "", "no")),
                &key,
                DiagnosisKind::WrongCredentials,
            ),
            (iam(refused(401, "", "The user is locked.")), &key, DiagnosisKind::Locked),
            (iam(denied("verify aksk signature fail")), &key, DiagnosisKind::WrongSecretKey),
            (iam(denied("decrypt token fail")), &token, DiagnosisKind::ExpiredToken),
            (iam(refused(404, "", "no project")), &key, DiagnosisKind::WrongRegion),
            (iam(refused(403, "IAM.0002", "no")), &key, DiagnosisKind::MissingPermission),
            (iam(ApiError::TimedOut), &key, DiagnosisKind::TimedOut),
            (ApiError::TimedOut, &key, DiagnosisKind::TimedOut),
            (ApiError::TooLarge { limit: 1 }, &key, DiagnosisKind::Unavailable),
        ];
        for (error, facts, expected) in cases {
            assert_eq!(of(&error.into(), facts, None).kind, expected);
        }
        let missing = ConnectionError::new("no region", "give one").into();
        assert_eq!(of(&missing, &key, None).kind, DiagnosisKind::Settings);
        let full = anyhow::anyhow!("disk full");
        assert_eq!(of(&full, &key, None).kind, DiagnosisKind::Other);
    }

    #[test]
    fn a_project_that_iam_does_not_have_is_named() {
        let given = Setting { origin: "o".to_owned(), value: "given".to_owned() };
        let facts = |is_token| Facts { project_id: Some(given.clone()), is_token, region: None };
        let iam_project = |id: &str| IamProject { id: id.to_owned(), name: "eu-de".to_owned() };
        let refused = || refused(403, "APIGW.0302", "not allowed").into();
        let (wrong, denied) = (DiagnosisKind::WrongProject, DiagnosisKind::MissingPermission);
        let permission =
            "check --project-id, and that the user has the permission cbr:backups:list";
        let cases = [
            (false, "found", wrong, "the project of region eu-de is found, and not given"),
            (true, "found", wrong, "the token is for project found (eu-de), and not for given"),
            (true, "given", denied, permission),
        ];
        for (is_token, id, kind, hint) in cases {
            let diagnosis = of(&refused(), &facts(is_token), Some(&iam_project(id)));
            assert_eq!((diagnosis.hint.as_deref(), diagnosis.kind), (Some(hint), kind));
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
            let kind = of(&error.into(), &Facts::default(), None).kind;
            assert_eq!(kind == DiagnosisKind::ClockSkew, expected, "{message} {seconds}");
        }
    }
}
