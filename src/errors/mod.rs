//! Maps every failure to its exit code, message and hint.

mod code;
pub(crate) mod diagnosis;
mod usage;

use std::io::{self, ErrorKind};
use std::process::ExitCode;
use std::time::Duration;

use crate::api::{
    ApiError, Class, Distrust, Flaw, LOGIN, LONGEST_RETRY_AFTER, LONGEST_WAIT, Refusal, Spent,
};
use crate::listing::Unproven;
use crate::output::temporary::{self, TemporaryFileError};
use crate::settings::{ConnectionError, Origin, SettingFlaw};
use crate::terminal::file_limit;
use crate::terminal::message::{ErrorFormat, FailureMessage, Level};
pub(crate) use code::ErrorCode;
use diagnosis::Diagnosed;
pub(crate) use usage::UsageError;

/// No backup matches, and `--fail-on-empty` makes that a failure.
#[derive(Debug, thiserror::Error)]
#[error("no backup matches")]
pub(crate) struct NoBackups;

/// The exit codes and what they mean, in the words of the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Success.
    Done = 0,
    /// A local failure.
    Local = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Not authenticated or not allowed.
    Denied = 3,
    /// The service refused the request, or there is no such backup.
    Refused = 4,
    /// The service cannot be reached or does not work.
    Unavailable = 5,
    /// The listing could not be proven complete.
    Unproven = 6,
    /// A condition of the user is met, such as `--fail-on-empty`.
    Condition = 7,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// All codes, in the order of the README's table.
    pub(crate) const ALL: [Self; 9] = [
        Self::Done,
        Self::Local,
        Self::Usage,
        Self::Denied,
        Self::Refused,
        Self::Unavailable,
        Self::Unproven,
        Self::Condition,
        Self::Interrupted,
    ];

    /// Returns the number of the exit code.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// Returns its meaning.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done; also an empty list, and a reader that closed the pipe early",
            Self::Local => "a local failure: writing the output, an unexpected fault",
            Self::Usage => "usage or configuration: bad flag, missing or contradictory setting",
            Self::Denied => "not authenticated or not allowed",
            Self::Refused => "the service refused the request, or there is no such backup",
            Self::Unavailable => {
                "unreachable, timed out, throttled or failing after the retries, or an unreadable answer"
            }
            Self::Unproven => "the listing could not be proven complete",
            Self::Condition => "no backup matches, and `--fail-on-empty` was given",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Reports a failure to the user and returns its exit code.
pub(crate) fn report(error: &anyhow::Error, format: ErrorFormat) -> Exit {
    if let Some(error) = error.downcast_ref::<clap::Error>() {
        return report_clap(error, format);
    }
    if is_closed_pipe(error) {
        return Exit::Done;
    }
    let (code, hint) = classify(error);
    let told = error.downcast_ref::<Diagnosed>().map_or(error, |diagnosed| &diagnosed.error);
    let answer = told.downcast_ref::<ApiError>();
    let refusal = answer.and_then(ApiError::refusal);
    format.print_failure(&FailureMessage {
        level: Level::Error,
        code: code.word(),
        exit_code: code.exit().code(),
        service_code: refusal.and_then(|refusal| refusal.code.clone()),
        http_status: refusal.map(|refusal| refusal.status),
        message: format!("{error:#}"),
        request_id: answer.and_then(ApiError::request_id).map(str::to_owned),
        retryable: code == ErrorCode::Incomplete || answer.is_some_and(ApiError::is_transient),
        retry_after: answer.and_then(ApiError::retry_after).map(|wait| wait.as_secs()),
        hint,
    });
    code.exit()
}

/// Reports an error of clap, which includes help and version: those go to stdout.
fn report_clap(error: &clap::Error, format: ErrorFormat) -> Exit {
    if error.use_stderr() {
        return report(&UsageError::from_clap(error, "cbr").into(), format);
    }
    match error.print() {
        Err(failure) if failure.kind() != ErrorKind::BrokenPipe => {
            let failure = anyhow::anyhow!("cannot write to stdout: {failure}");
            report(&failure, format)
        }
        _ => Exit::Done,
    }
}

/// Returns the exit code of a failure.
pub(crate) fn exit_for(error: &anyhow::Error) -> Exit {
    if is_closed_pipe(error) { Exit::Done } else { classify(error).0.exit() }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    is_caused_by(error, ErrorKind::BrokenPipe)
}

fn is_caused_by(error: &anyhow::Error, wanted: ErrorKind) -> bool {
    let failures = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    failures.map(io::Error::kind).any(|kind| kind == wanted)
}

/// The exit code and what to do about it, for a failure that is told in a report.
pub(crate) fn verdict(error: &anyhow::Error) -> (Exit, Option<String>) {
    let (code, hint) = classify(error);
    (code.exit(), hint)
}

fn classify(error: &anyhow::Error) -> (ErrorCode, Option<String>) {
    if let Some(error) = error.downcast_ref::<ConnectionError>() {
        let code = if error.flaw == SettingFlaw::Late {
            ErrorCode::TimedOut
        } else {
            ErrorCode::Configuration
        };
        return (code, Some(error.hint.clone()));
    }
    if let Some(error) = error.downcast_ref::<ApiError>() {
        let hint = match error {
            ApiError::Identity { doing, fault, .. } => hint_for_identity(doing, fault),
            _ => hint_for(error),
        };
        return (ErrorCode::of(error), clock_hint(error).or(hint));
    }
    if let Some(diagnosed) = error.downcast_ref::<Diagnosed>() {
        let (code, hint) = classify(&diagnosed.error);
        return (code, diagnosed.hint.clone().or(hint));
    }
    if error.is::<Unproven>() {
        let hint = "run it again; if it persists, try a smaller --page-size";
        return (ErrorCode::Incomplete, Some(hint.to_owned()));
    }
    if error.is::<NoBackups>() {
        return (ErrorCode::Empty, None);
    }
    if is_caused_by(error, ErrorKind::FileTooLarge) {
        return (ErrorCode::Local, Some(file_limit::HINT.to_owned()));
    }
    if error.is::<TemporaryFileError>() {
        return (ErrorCode::Local, Some(temporary::HINT.to_owned()));
    }
    if let Some(error) = error.downcast_ref::<UsageError>() {
        return (ErrorCode::Usage, Some(error.hint.clone()));
    }
    (ErrorCode::Local, None)
}

/// What to do about a signature that a wrong clock has spoilt.
fn clock_hint(error: &ApiError) -> Option<String> {
    let clock = diagnosis::skewed_clock(error)?;
    Some(format!("{clock}; set it right: a signature is good for 15 minutes only"))
}

/// What to do about what IAM did not give.
fn hint_for_identity(doing: &str, fault: &ApiError) -> Option<String> {
    let hint = match fault {
        ApiError::Refused(refusal) if diagnosis::is_locked(refusal) => {
            "wait: too many wrong passwords lock a user for a while; every further one makes it longer"
        }
        // The gateway before it has its own words, and the same for all services.
        ApiError::Refused(refusal) if refusal.code_number() == Some("0301") => {
            return hint_for(fault);
        }
        ApiError::Refused(refusal) => match refusal.status {
            401 if doing != LOGIN => return hint_for(fault),
            401 => {
                "check user, password and domain; users of HUAWEI IDs and those with a second factor \
                 cannot log in like this, and need an access key"
            }
            403 => "give --project-id: this user may not look projects up",
            404 => {
                "check the region, or the name of the project: there is none, or not for this user"
            }
            400..500 => "check CBR_IAM_ENDPOINT, or the region",
            _ => return hint_for(fault),
        },
        ApiError::Unreachable { .. } => {
            "check the network, HTTPS_PROXY, and CBR_IAM_ENDPOINT or the region; with an access key, \
             --project-id makes do without IAM"
        }
        _ => return hint_for(fault).map(|hint| of_iam(&hint)),
    };
    Some(hint.to_owned())
}

/// Rewords a hint about the service for IAM.
fn of_iam(hint: &str) -> String {
    hint.replace("--endpoint", "CBR_IAM_ENDPOINT").replace("the CBR endpoint", "that of IAM")
}

/// What to do about it, where that is more than reading the message again.
fn hint_for(error: &ApiError) -> Option<String> {
    let hint = match error {
        ApiError::Refused(refusal) => return hint_for_refusal(refusal, error.class()),
        ApiError::Setup { hint, .. } => hint,
        ApiError::Unreachable { .. } => {
            "check the network, --endpoint or --region, and HTTPS_PROXY"
        }
        ApiError::Proxy { variable, wants_password: true, has_password: true, .. } => {
            return Some(format!(
                "check the user name and password in {variable}; in a URL, @, : and / in them are \
                 written as %40, %3A and %2F"
            ));
        }
        ApiError::Proxy { variable, wants_password: true, .. } => {
            return Some(format!("write {variable} as http://USER:PASSWORD@HOST:PORT"));
        }
        ApiError::Proxy { variable, .. } => {
            return Some(format!(
                "check {variable}, and that the proxy lets the service through; hosts in NO_PROXY \
                 are reached without it"
            ));
        }
        ApiError::Untrusted(distrust) => return Some(hint_for_distrust(distrust)),
        ApiError::UnknownHost { host, origin } => {
            return Some(match origin {
                Some(origin) => {
                    format!(
                        "check {origin}, which leads to {host}, and this machine's name service"
                    )
                }
                None => format!("check the name {host}, and this machine's name service"),
            });
        }
        ApiError::TimedOut | ApiError::OutOfTime { .. } => {
            "allow more time with --timeout, or more --retries"
        }
        ApiError::TooLarge { .. } => "try a smaller --page-size",
        ApiError::Unreadable { .. } => {
            "check that --endpoint is the CBR endpoint, and not a proxy's page"
        }
        ApiError::Identity { fault, .. } => return hint_for(fault),
    };
    Some(hint.to_owned())
}

fn hint_for_distrust(distrust: &Distrust) -> String {
    match (distrust.flaw, &distrust.authorities) {
        (Flaw::Expired, _) => {
            "whoever runs the endpoint has to renew it; check --endpoint, and this machine's clock"
                .to_owned()
        }
        (Flaw::NotYetValid, _) => "check this machine's clock".to_owned(),
        (Flaw::OtherName, _) => {
            "check --endpoint: its host must be one that the certificate is for".to_owned()
        }
        (Flaw::UnknownAuthority, None) => {
            "check --endpoint; where the service, or a proxy on the way, has an authority of its \
             own, give that authority's certificate: --ca-file FILE"
                .to_owned()
        }
        (Flaw::UnknownAuthority, Some(origin)) => format!(
            "check --endpoint; only the authorities of {origin} are trusted, so the one that issued \
             the service's certificate has to be there"
        ),
        (Flaw::OfAuthority, _) => {
            "the endpoint needs a certificate that is marked CA:FALSE; one that signed itself can be \
             issued so too, and given with --ca-file"
                .to_owned()
        }
        (Flaw::Other, _) => "check --endpoint, and what is on the way to it".to_owned(),
    }
}

/// The service has said when to come back, so nothing else helps.
fn hint_for_wait(wait: Duration, spent: Option<Spent>) -> String {
    let seconds = wait.as_secs();
    if wait > LONGEST_RETRY_AFTER {
        let (asked, then) = if wait < LONGEST_WAIT {
            (format!("{seconds} s"), "then")
        } else {
            ("a year or more".to_owned(), "later")
        };
        let longest = LONGEST_RETRY_AFTER.as_secs();
        return format!(
            "the service asks to wait {asked}, and cbr waits {longest} s at most: run it again {then}"
        );
    }
    let more = match spent {
        Some(Spent::Time) => "leave that much time in --timeout",
        Some(Spent::Retries) => "allow more --retries",
        None => "leave that much time in --timeout and --retries",
    };
    format!("the service asks to wait {seconds} s: run it again then, or {more}")
}

fn hint_for_refusal(refusal: &Refusal, class: Class) -> Option<String> {
    if let (Class::Throttled | Class::Unavailable, Some(wait)) = (class, refusal.wait())
        && !wait.is_zero()
    {
        return Some(hint_for_wait(wait, refusal.spent));
    }
    let message = refusal.message.as_str();
    let Origin { source, secret_key, security_token, has_security_token } = &*refusal.origin;
    let is_late = refusal.spent == Some(Spent::Time);
    let hint = match (refusal.code_number(), class, refusal.status) {
        (Some("0301"), ..) if message.contains("not exist") => {
            return Some(format!(
                "the access key of {source} is unknown to this cloud: keys of the international site, \
                 Europe, Open Telekom Cloud and Flexible Engine are not interchangeable"
            ));
        }
        (Some("0301"), ..) if message.contains("signature") && refusal.clock_ahead.is_some() => {
            // A clock that had spoilt it would have been told before.
            return Some(format!("check {secret_key}: it is not that of the access key"));
        }
        (Some("0301"), ..) if message.contains("signature") => {
            return Some(format!(
                "check {secret_key}, and that this machine's clock is right to 15 minutes"
            ));
        }
        (Some("0301"), ..) if message.contains("securityToken") => {
            return Some(if *has_security_token {
                format!("check {security_token}: it has expired, or is not that of the access key")
            } else {
                format!("set {security_token}: the access key is a temporary one, which needs it")
            });
        }
        (Some("0301"), ..) if message.contains("reach the limit") => {
            return Some(format!(
                "the access key of {source} is locked for five minutes after too many failures"
            ));
        }
        (Some("0307"), ..) => "the token has expired, or belongs to another region",
        (Some("6200"), ..) => "cbr backups list shows the ids that there are",
        (Some("0101"), ..) => "check that --endpoint is the CBR endpoint of the region",
        (Some("8600"), Class::Denied, _) => {
            "the account's owner must complete its real-name verification"
        }
        (Some("9998"), ..) | (_, Class::Denied, 401) => {
            return Some(format!(
                "check the credentials of {source}: access key and secret key, or token"
            ));
        }
        (_, Class::Denied, _) => {
            "check --project-id, and that the user has the permission cbr:backups:list"
        }
        (_, Class::Throttled, _) if is_late => {
            "wait, or allow more time with --timeout: the next attempt would have come too late"
        }
        (_, Class::Throttled, _) => "wait, or allow more --retries",
        (_, Class::Unavailable, 300..=399) => {
            "redirects are not followed, since they could leak credentials; check --endpoint"
        }
        (_, Class::Unavailable, 200..=299) => {
            "only status 200 has a list: check --endpoint, and what stands between it and cbr"
        }
        (_, Class::Unavailable, _) if is_late => {
            "the service is failing; try again later, or allow more time with --timeout: the next attempt \
             would have come too late"
        }
        (_, Class::Unavailable, _) if refusal.spent.is_some() => {
            "the service is failing; try again later, or allow more --retries"
        }
        (_, Class::Unavailable, _) => "the service is failing; try again later",
        (_, Class::Refused, _) => return None,
    };
    Some(hint.to_owned())
}
