//! The table of failures: for each kind its error code, its diagnosis and its hint.
//!
//! The error code determines the exit code. [`api`](crate::api) decides on retries.

use super::diagnosis_kind::DiagnosisKind;
use super::{
    ConditionMet, ErrorCode, Incomplete, NoBackups, NoSuchBackup, PartialList, UnknownName,
    UsageError, hints, is_caused_by,
};
use crate::api::{ApiError, Cause, LOGIN, Refusal};
use crate::listing::Unproven;
use crate::output::temporary::{self, TemporaryFileError};
use crate::settings::{ConnectionError, SettingFlaw};
use crate::terminal::file_limit;

/// Kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// Anything else on this machine.
    Local,
    /// A file is larger than the system allows.
    FileTooLarge,
    /// A temporary file cannot be written.
    TemporaryFile,
    /// Invalid command line.
    Usage,
    /// A setting is missing, invalid or contradictory.
    Setting,
    /// Looking up a setting took all of the run's time.
    LateSetting,
    /// The user has no project in the region.
    RegionWithoutProject,
    /// No backup matches, with `--fail-on-empty`.
    Empty,
    /// Nothing has the given name.
    UnknownName,
    /// No backup has this name or prefix of an id.
    NoSuchBackup,
    /// A condition of a flag is met.
    ConditionMet,
    /// The listing is not proven complete.
    Unproven,
    /// A source of the coverage could not be read, or not proven complete.
    Incomplete,
    /// Some targets failed and are missing from the output.
    Partial,
    /// A setting is invalid for HTTP.
    Setup,
    /// No connection.
    Unreachable,
    /// The host name cannot be resolved.
    UnknownHost,
    /// The certificate is not trusted.
    Untrusted,
    /// No connection through the proxy.
    Proxy,
    /// No answer in time.
    TimedOut,
    /// The answer is too large.
    TooLarge,
    /// The answer is not what the API documents.
    Unreadable,
    /// The service or IAM refused the request.
    Refused(Cause),
    /// IAM has locked the user.
    LockedUser,
    /// IAM rejects the password.
    WrongPassword,
    /// The user may not look up projects.
    MayNotLookUp,
    /// IAM has no such project, or not for this user.
    UnknownProject,
    /// IAM rejects the request.
    RejectedByIam,
    /// No connection to IAM.
    UnreachableIam,
}

/// Hint of a kind.
#[derive(Clone, Copy)]
enum Hint {
    /// The message needs no hint.
    None,
    /// A text, in which `{source}` is the source of the credentials.
    Text(&'static str),
    /// Depends on the refusal.
    Refusal(fn(&Refusal) -> String),
    /// Depends on `Retry-After` and the limit that ended the retries. The text replaces the latter.
    Retry(Option<&'static str>),
    /// Depends on the failed connection.
    Transport,
}

impl FailureKind {
    /// The table.
    fn entry(self) -> (ErrorCode, DiagnosisKind, Hint) {
        use {DiagnosisKind as D, ErrorCode as E, FailureKind as F, Hint as H};
        match self {
            F::Local => (E::Local, D::Other, H::None),
            F::FileTooLarge => (E::Local, D::Other, H::Text(file_limit::HINT)),
            F::TemporaryFile => (E::Local, D::Other, H::Text(temporary::HINT)),
            F::Usage => (E::Usage, D::Other, H::None),
            // The error of a setting has its own hint.
            F::Setting => (E::Configuration, D::Settings, H::None),
            F::LateSetting => (E::TimedOut, D::TimedOut, H::None),
            F::RegionWithoutProject => (E::Configuration, D::WrongRegion, H::None),
            F::NoSuchBackup => {
                (E::NotFound, D::Other, H::Text("cbr backups list shows the existing backups"))
            }
            F::Empty => (E::Empty, D::Other, H::None),
            F::UnknownName => (E::NotFound, D::Other, H::None),
            F::ConditionMet => (E::ConditionMet, D::Other, H::None),
            F::Incomplete => (
                E::Incomplete,
                D::Other,
                H::Text("fix what the warning names, or use --inventory none"),
            ),
            F::Partial => (
                E::Incomplete,
                D::Other,
                H::Text(
                    "fix what failed, or leave it out with --except-region; the output has the \
                     others",
                ),
            ),
            F::Unproven => (
                E::Incomplete,
                D::Other,
                H::Text("run it again; if it persists, try a smaller --page-size"),
            ),
            F::Setup => (E::Configuration, D::Settings, H::Transport),
            F::Unreachable => (
                E::Unreachable,
                D::Unreachable,
                H::Text("check the network, --endpoint or --region, and HTTPS_PROXY"),
            ),
            F::UnknownHost => (E::UnknownHost, D::Unreachable, H::Transport),
            F::Untrusted => (E::Untrusted, D::Untrusted, H::Transport),
            F::Proxy => (E::Proxy, D::Proxy, H::Transport),
            F::TimedOut => (
                E::TimedOut,
                D::TimedOut,
                H::Text("allow more time with --timeout, or more --retries"),
            ),
            F::TooLarge => (E::Unreadable, D::Unavailable, H::Text("try a smaller --page-size")),
            F::Unreadable => (
                E::Unreadable,
                D::Unavailable,
                H::Text("check that --endpoint is the CBR endpoint, and not a proxy's page"),
            ),
            F::Refused(cause) => Self::refused(cause),
            F::LockedUser => (
                E::Unauthenticated,
                D::Locked,
                H::Text(
                    "wait: too many wrong passwords lock a user for a while; every further one \
                     makes it longer",
                ),
            ),
            F::WrongPassword => (
                E::Unauthenticated,
                D::WrongPassword,
                H::Text(
                    "check user, password and domain; users of HUAWEI IDs and those with a second \
                     factor cannot log in like this, and need an access key",
                ),
            ),
            F::MayNotLookUp => (
                E::Forbidden,
                D::MissingPermission,
                H::Text("give --project-id: this user may not look projects up"),
            ),
            F::UnknownProject => (
                E::NotFound,
                D::WrongRegion,
                H::Text(
                    "check the region, or the name of the project: there is none, or not for this \
                     user",
                ),
            ),
            F::RejectedByIam => {
                (E::Refused, D::Other, H::Text("check CBR_IAM_ENDPOINT, or the region"))
            }
            F::UnreachableIam => (
                E::Unreachable,
                D::Unreachable,
                H::Text(
                    "check the network, HTTPS_PROXY, and CBR_IAM_ENDPOINT or the region; with an \
                     access key, no IAM is needed if you give --project-id",
                ),
            ),
        }
    }

    /// The rows of refusals.
    fn refused(cause: Cause) -> (ErrorCode, DiagnosisKind, Hint) {
        use {Cause as C, DiagnosisKind as D, ErrorCode as E, Hint as H};
        const CHECK: Hint =
            H::Text("check the credentials of {source}: access key and secret key, or token");
        match cause {
            C::ClockSkew => (E::Unauthenticated, D::ClockSkew, H::Refusal(hints::clock)),
            C::Locked => (
                E::Unauthenticated,
                D::Locked,
                H::Text(
                    "the access key of {source} is locked for five minutes after too many failures",
                ),
            ),
            C::UnknownKey => (
                E::Unauthenticated,
                D::UnknownKey,
                H::Text(
                    "the access key of {source} is unknown to this cloud: keys of the \
                     international site, Europe, Open Telekom Cloud and Flexible Engine are not \
                     interchangeable",
                ),
            ),
            C::WrongSecretKey => {
                (E::Unauthenticated, D::WrongSecretKey, H::Refusal(hints::secret_key))
            }
            C::SecurityToken => {
                (E::Unauthenticated, D::WrongCredentials, H::Refusal(hints::security_token))
            }
            C::ExpiredToken => (
                E::Unauthenticated,
                D::ExpiredToken,
                H::Text("the token has expired, or belongs to another region"),
            ),
            C::UnreadableCredentials | C::InvalidCredentials => {
                (E::Unauthenticated, D::WrongCredentials, CHECK)
            }
            C::OtherProject => (E::Forbidden, D::WrongProject, Self::PERMISSION),
            C::OtherRegion => (E::Forbidden, D::WrongRegion, Self::PERMISSION),
            C::UnverifiedAccount => (
                E::Forbidden,
                D::MissingPermission,
                H::Text("the account's owner must complete its real-name verification"),
            ),
            C::NotAuthorized => (E::Forbidden, D::MissingPermission, Self::PERMISSION),
            C::UnknownApi => (
                E::NotFound,
                D::WrongRegion,
                H::Text("check that --endpoint is the CBR endpoint of the region"),
            ),
            C::UnknownBackup => {
                (E::NotFound, D::Other, H::Text("cbr backups list shows the ids that there are"))
            }
            C::NotFound => (E::NotFound, D::Other, H::None),
            C::Rejected => (E::Refused, D::Other, H::None),
            C::Throttled => (E::Throttled, D::Throttled, H::Retry(None)),
            C::TimedOut => (E::TimedOut, D::Unavailable, H::Retry(None)),
            C::Redirected => (
                E::Failing,
                D::Unavailable,
                H::Retry(Some(
                    "redirects are not followed, since they could leak credentials; check \
                     --endpoint",
                )),
            ),
            C::NoList => (
                E::Failing,
                D::Unavailable,
                H::Retry(Some(
                    "only status 200 has a list: check --endpoint, and what is between it and cbr",
                )),
            ),
            C::Failing | C::Broken => (E::Failing, D::Unavailable, H::Retry(None)),
        }
    }

    const PERMISSION: Hint =
        Hint::Text("check --project-id, and that the user has the permission cbr:backups:list");

    /// Classifies a failure.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        if let Some(error) = error.downcast_ref::<ConnectionError>() {
            match error.flaw {
                SettingFlaw::Plain => Self::Setting,
                SettingFlaw::Late => Self::LateSetting,
                SettingFlaw::OtherRegion => Self::RegionWithoutProject,
            }
        } else if let Some(error) = error.downcast_ref::<ApiError>() {
            Self::of_api(error)
        } else if error.is::<Unproven>() {
            Self::Unproven
        } else if error.is::<Incomplete>() {
            Self::Incomplete
        } else if error.is::<PartialList>() {
            Self::Partial
        } else if error.is::<UnknownName>() {
            Self::UnknownName
        } else if error.is::<ConditionMet>() {
            Self::ConditionMet
        } else if error.is::<NoBackups>() {
            Self::Empty
        } else if error.is::<NoSuchBackup>() {
            Self::NoSuchBackup
        } else if is_caused_by(error, std::io::ErrorKind::FileTooLarge) {
            Self::FileTooLarge
        } else if error.is::<TemporaryFileError>() {
            Self::TemporaryFile
        } else if error.is::<UsageError>() || error.is::<clap::Error>() {
            Self::Usage
        } else {
            Self::Local
        }
    }

    fn of_api(error: &ApiError) -> Self {
        match error {
            ApiError::Setup { .. } => Self::Setup,
            ApiError::Unreachable { .. } => Self::Unreachable,
            ApiError::UnknownHost { .. } => Self::UnknownHost,
            ApiError::Untrusted(_) => Self::Untrusted,
            ApiError::Proxy { .. } => Self::Proxy,
            ApiError::TimedOut | ApiError::OutOfTime { .. } => Self::TimedOut,
            ApiError::TooLarge { .. } => Self::TooLarge,
            ApiError::Unreadable { .. } => Self::Unreadable,
            ApiError::Refused(refusal) => Self::Refused(refusal.cause()),
            ApiError::Identity { doing, fault, .. } => match Self::of_api(fault) {
                Self::Refused(Cause::Locked) => Self::LockedUser,
                Self::Refused(Cause::InvalidCredentials) if *doing == LOGIN => Self::WrongPassword,
                Self::Refused(Cause::NotAuthorized) => Self::MayNotLookUp,
                Self::Refused(Cause::NotFound | Cause::UnknownApi) => Self::UnknownProject,
                Self::Refused(Cause::Rejected) => Self::RejectedByIam,
                Self::Unreachable => Self::UnreachableIam,
                // IAM's gateway has the same errors as the service's.
                other => other,
            },
        }
    }

    /// Returns the error code.
    pub(super) fn code(self) -> ErrorCode {
        self.entry().0
    }

    /// Returns the diagnosis.
    pub(super) fn diagnosis(self) -> DiagnosisKind {
        self.entry().1
    }

    /// Returns the hint for a failure of this kind.
    pub(super) fn hint(self, error: &anyhow::Error) -> Option<String> {
        if let Some(error) = error.downcast_ref::<ConnectionError>() {
            return Some(error.hint.clone());
        }
        if let Some(error) = error.downcast_ref::<UsageError>() {
            return Some(error.hint.clone());
        }
        let error = error.downcast_ref::<ApiError>();
        let refusal = error.and_then(ApiError::refusal);
        let source = || refusal.map_or("", |refusal| refusal.origin.source.as_str());
        let hint = match self.entry().2 {
            Hint::None => None,
            Hint::Text(text) => Some(text.replace("{source}", source())),
            Hint::Refusal(hint) => refusal.map(hint),
            Hint::Retry(text) => refusal.map(|refusal| hints::retry(refusal, text)),
            Hint::Transport => error.and_then(hints::transport),
        }?;
        let is_of_iam = matches!(error, Some(ApiError::Identity { .. }));
        Some(if is_of_iam { hints::of_iam(&hint) } else { hint })
    }
}
