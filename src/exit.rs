//! How a run ends: every failure to its exit code, its message and its hint, in one place.

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use crate::api::{ApiError, Class, Distrust, Flaw, Refusal};
use crate::auth::{self, Diagnosed};
use crate::command::NoBackups;
use crate::connection::{ConnectionError, Origin};
use crate::listing::Unproven;

/// The exit codes and what they mean, in the words of the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// A local failure.
    Local = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Not authenticated or not allowed.
    Denied = 3,
    /// The service refused the request, or has nothing of what was asked for.
    Refused = 4,
    /// The service cannot be reached or does not work.
    Unavailable = 5,
    /// The listing could not be proven complete.
    Unproven = 6,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// Every code, in the order of the README's table.
    pub(crate) const ALL: [Self; 8] = [
        Self::Done,
        Self::Local,
        Self::Usage,
        Self::Denied,
        Self::Refused,
        Self::Unavailable,
        Self::Unproven,
        Self::Interrupted,
    ];

    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// What it means.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done; also an empty list, and a reader that closed the pipe early",
            Self::Local => "a local failure: writing the output, an unexpected fault",
            Self::Usage => "usage or configuration: bad flag, missing or contradictory setting",
            Self::Denied => "not authenticated or not allowed",
            Self::Refused => {
                "the service refused the request, or there is no such backup; with `--fail-on-empty`, nothing that matches"
            }
            Self::Unavailable => {
                "unreachable, timed out, throttled or failing after the retries, or an unreadable answer"
            }
            Self::Unproven => "the listing could not be proven complete",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Tells a failure to the user and returns the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    if is_closed_pipe(error) {
        return Exit::Done;
    }
    let (exit, hint) = classify(error);
    say("error", &format!("{error:#}"));
    if let Some(hint) = hint {
        say("hint", &hint);
    }
    exit
}

/// Tells a usage error in clap's words; help and version go to stdout.
pub(crate) fn report_usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        return match error.print() {
            Err(failure) if failure.kind() != ErrorKind::BrokenPipe => {
                say("error", &format!("cannot write to stdout: {failure}"));
                Exit::Local
            }
            _ => Exit::Done,
        };
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    say("error", text.trim_end());
    Exit::Usage
}

/// The exit code for a failure.
pub(crate) fn exit_for(error: &anyhow::Error) -> Exit {
    if is_closed_pipe(error) { Exit::Done } else { classify(error).0 }
}

/// Writes one message to stderr: `cbr: KIND: TEXT`. There is nowhere to tell that stderr is closed.
fn say(kind: &str, text: &str) {
    let _ = writeln!(io::stderr().lock(), "cbr: {kind}: {text}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let failures = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    failures.map(io::Error::kind).any(|kind| kind == ErrorKind::BrokenPipe)
}

/// The exit code and what to do about it, for a failure that is told in a report.
pub(crate) fn verdict(error: &anyhow::Error) -> (Exit, Option<String>) {
    classify(error)
}

fn classify(error: &anyhow::Error) -> (Exit, Option<String>) {
    if let Some(error) = error.downcast_ref::<ConnectionError>() {
        return (Exit::Usage, Some(error.hint.clone()));
    }
    if let Some(error) = error.downcast_ref::<ApiError>() {
        let hint = match error {
            ApiError::Identity { fault, .. } => hint_for_identity(fault),
            _ => hint_for(error),
        };
        return (exit_of(error), clock_hint(error).or(hint));
    }
    if let Some(diagnosed) = error.downcast_ref::<Diagnosed>() {
        let (exit, hint) = classify(&diagnosed.error);
        return (exit, diagnosed.hint.clone().or(hint));
    }
    if error.is::<Unproven>() {
        let hint = "run it again; if it stays, try a smaller --page-size";
        return (Exit::Unproven, Some(hint.to_owned()));
    }
    if error.is::<NoBackups>() {
        // As for an id that no backup has: what was asked for is not there.
        return (Exit::Refused, None);
    }
    (Exit::Local, None)
}

fn exit_of(error: &ApiError) -> Exit {
    match (error, error.class()) {
        (ApiError::Identity { fault, .. }, _) => exit_of(fault),
        (ApiError::Setup { .. }, _) => Exit::Usage,
        (_, Class::Denied) => Exit::Denied,
        (_, Class::Refused) => Exit::Refused,
        (_, Class::Throttled | Class::Unavailable) => Exit::Unavailable,
    }
}

/// What to do about a signature that a wrong clock has spoilt.
fn clock_hint(error: &ApiError) -> Option<String> {
    let clock = auth::skewed_clock(error)?;
    Some(format!("{clock}; set it right: a signature is good for 15 minutes only"))
}

/// What to do about what IAM did not give.
fn hint_for_identity(fault: &ApiError) -> Option<String> {
    let hint = match fault {
        ApiError::Refused(refusal) if auth::is_locked(refusal) => {
            "wait: too many wrong passwords lock a user for a while; every further one makes it longer"
        }
        // The gateway before it has its own words, and the same for all services.
        ApiError::Refused(refusal) if refusal.code_number() == Some("0301") => {
            return hint_for(fault);
        }
        ApiError::Refused(refusal) => match refusal.status {
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

/// A hint about the service, said of IAM.
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
        ApiError::TimedOut => "allow more time with --timeout, or more --retries",
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

fn hint_for_refusal(refusal: &Refusal, class: Class) -> Option<String> {
    let message = refusal.message.as_str();
    let Origin { source, secret_key } = &*refusal.origin;
    let hint = match (refusal.code_number(), class, refusal.status) {
        (Some("0301"), ..) if message.contains("not exist") => {
            return Some(format!(
                "the access key of {source} is unknown to this cloud: keys of the international site, \
                 Europe, Open Telekom Cloud and Flexible Engine are not interchangeable"
            ));
        }
        (Some("0301"), ..) if message.contains("signature") => {
            return Some(format!(
                "check {secret_key}, and that this machine's clock is right to 15 minutes"
            ));
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
        (_, Class::Throttled, _) => "wait, or allow more --retries",
        (_, Class::Unavailable, 300..=399) => {
            "redirects are not followed, since they could leak credentials; check --endpoint"
        }
        (_, Class::Unavailable, _) => "the service is failing; try again later",
        (_, Class::Refused, _) => return None,
    };
    Some(hint.to_owned())
}
