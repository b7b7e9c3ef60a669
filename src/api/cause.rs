//! Causes of refusals, for retries, exit codes, hints and diagnoses.
//!
//! The service's code takes precedence over the status, since clouds send one code with different
//! statuses.
//!
//! Sources: API page "Error Codes" of CBR; "Error Codes" of API Gateway; IAM API reference.

use super::refusal::Refusal;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The clocks are too far apart for a signature.
    ClockSkew,
    /// The access key or the user is locked after too many failures.
    Locked,
    /// No such access key in this cloud.
    UnknownKey,
    /// The secret key does not match the access key.
    WrongSecretKey,
    /// The security token is missing, expired, or does not match the access key.
    SecurityToken,
    /// The token has expired, or belongs to another cloud.
    ExpiredToken,
    /// The gateway cannot read the credentials, such as a token of another cloud.
    UnreadableCredentials,
    /// The credentials are rejected for another reason.
    InvalidCredentials,
    /// The project does not belong to the credentials.
    OtherProject,
    /// The service does not exist in this region.
    OtherRegion,
    /// The account's real name is not verified.
    UnverifiedAccount,
    /// Authenticated, not authorized.
    NotAuthorized,
    /// The gateway has no such API.
    UnknownApi,
    /// No such backup.
    UnknownBackup,
    /// Not found.
    NotFound,
    /// The request is invalid; a retry does not help.
    Rejected,
    /// Too many requests.
    Throttled,
    /// The service gave up waiting for the request (408).
    TimedOut,
    /// A redirect, which is not followed.
    Redirected,
    /// A success status without a list.
    NoList,
    /// The service fails, but a retry may help.
    Failing,
    /// The service fails and a retry does not help, such as 501.
    Broken,
}

/// Class of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Not authenticated, or not authorized.
    Denied,
    /// The request is rejected; a retry does not help.
    Refused,
    /// Too many requests.
    Throttled,
    /// The service does not answer, or fails, or its answer cannot be read.
    Unavailable,
}

/// Clock difference that explains a rejected signature, in seconds. The service allows 15 minutes,
/// of which the answer takes some.
const SKEW: u32 = 14 * 60;

impl Refusal {
    /// Returns the cause.
    pub(crate) fn cause(&self) -> Cause {
        Cause::of(self)
    }

    /// Returns the class of the cause.
    pub(crate) fn class(&self) -> Class {
        self.cause().class()
    }
}

impl Cause {
    pub(super) fn of(refusal: &Refusal) -> Self {
        let Refusal { status, message, .. } = refusal;
        let (service, number) =
            refusal.code.as_deref().and_then(|code| code.split_once('.')).unwrap_or_default();
        let by_code = match (service, number) {
            ("BackupService", "8600") => Some(Self::UnverifiedAccount),
            ("BackupService", "9998") => Some(Self::InvalidCredentials),
            ("BackupService", "6200") => Some(Self::UnknownBackup),
            // A vault, restore point or resource that does not exist.
            ("BackupService", "6000" | "6105" | "6217" | "6302" | "9900") => {
                Some(if *status == 404 { Self::NotFound } else { Self::Rejected })
            }
            // Open Telekom Cloud and dedicated gateways use APIG for APIGW.
            ("APIGW" | "APIG", number) => match number {
                "0101" => Some(Self::UnknownApi),
                "0301" if message.contains("not exist") => Some(Self::UnknownKey),
                "0301" if message.contains("signature") => Some(Self::WrongSecretKey),
                "0301" if message.contains("securityToken") => Some(Self::SecurityToken),
                "0301" => Some(Self::UnreadableCredentials),
                "0307" => Some(Self::ExpiredToken),
                "0308" => Some(Self::Throttled),
                "0310" => Some(Self::OtherProject),
                "0801" | "0802" => Some(Self::OtherRegion),
                "0302" | "0303" | "0304" | "0305" | "0306" | "0311" | "0401" | "0402" | "0404" => {
                    Some(Self::denied(*status))
                }
                _ => None,
            },
            ("IAM", "0001" | "0002" | "0003") => Some(Self::denied(*status)),
            _ => None,
        };
        let cause = by_code.unwrap_or(match status {
            401 | 403 => Self::denied(*status),
            404 => Self::NotFound,
            408 => Self::TimedOut,
            429 => Self::Throttled,
            400..=499 => Self::Rejected,
            300..=399 => Self::Redirected,
            200..=299 => Self::NoList,
            501 | 0..=199 => Self::Broken,
            _ => Self::Failing,
        });
        if cause.class() != Class::Denied {
            return cause;
        }
        let is_signature = *status == 401 && message.contains("sign");
        let is_skewed = refusal.clock_ahead.is_some_and(|ahead| ahead.unsigned_abs() > SKEW);
        let message = message.to_ascii_lowercase();
        if is_signature && is_skewed {
            Self::ClockSkew
        } else if message.contains("reach the limit") || message.contains("locked") {
            Self::Locked
        } else {
            cause
        }
    }

    fn denied(status: u16) -> Self {
        if status == 401 { Self::InvalidCredentials } else { Self::NotAuthorized }
    }

    /// Returns the class.
    pub(crate) fn class(self) -> Class {
        match self {
            Self::ClockSkew
            | Self::Locked
            | Self::UnknownKey
            | Self::WrongSecretKey
            | Self::SecurityToken
            | Self::ExpiredToken
            | Self::UnreadableCredentials
            | Self::InvalidCredentials
            | Self::OtherProject
            | Self::OtherRegion
            | Self::UnverifiedAccount
            | Self::NotAuthorized => Class::Denied,
            Self::UnknownApi | Self::UnknownBackup | Self::NotFound | Self::Rejected => {
                Class::Refused
            }
            Self::Throttled => Class::Throttled,
            Self::TimedOut | Self::Redirected | Self::NoList | Self::Failing | Self::Broken => {
                Class::Unavailable
            }
        }
    }

    /// Returns true if a retry can help.
    pub(crate) fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::TimedOut | Self::Failing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_takes_precedence_over_the_status() {
        let body = |code: &str| format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
        let cases = [
            (500, "BackupService.9998", Class::Denied),
            (403, "BackupService.8600", Class::Denied),
            (400, "BackupService.6105", Class::Refused),
            (404, "BackupService.6200", Class::Refused),
            (500, "BackupService.9910", Class::Unavailable),
            (500, "BackupService.6138", Class::Unavailable),
            (401, "APIG.0301", Class::Denied),
            (403, "APIGW.0802", Class::Denied),
            (429, "APIG.0308", Class::Throttled),
            (404, "APIGW.0101", Class::Refused),
            (405, "APIGW.0501", Class::Refused),
            (503, "APIGW.0613", Class::Unavailable),
            (403, "New.0001", Class::Denied),
            (429, "New.0001", Class::Throttled),
            (418, "New.0001", Class::Refused),
            (302, "New.0001", Class::Unavailable),
        ];
        for (status, code, expected) in cases {
            assert_eq!(
                Refusal::new(status, &body(code), None, None, None).class(),
                expected,
                "{status} {code}"
            );
        }
    }
}
