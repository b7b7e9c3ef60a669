//! Hints that depend on more than the kind of the failure.

use std::time::Duration;

use crate::api::{
    ApiError, Class, Distrust, Flaw, LONGEST_RETRY_AFTER, LONGEST_WAIT, Refusal, Spent,
};
use crate::settings::Origin;

/// Describes the clock difference; `ahead` is in seconds.
pub(crate) fn clock_difference(ahead: i32) -> String {
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

/// Returns the hint for a throttling or failing service, from its `Retry-After` and the limit that
/// ended the retries.
pub(super) fn retry(refusal: &Refusal, text: Option<&str>) -> String {
    if let Some(pause) = refusal.wait().filter(|pause| !pause.is_zero()) {
        return wait(pause, refusal.spent);
    }
    if let Some(text) = text {
        return text.to_owned();
    }
    let hint = match (refusal.class(), refusal.spent) {
        (Class::Throttled, Some(Spent::Time)) => {
            "wait, or allow more time with --timeout: the next attempt would have come too late"
        }
        (Class::Throttled, _) => "wait, or allow more --retries",
        (_, Some(Spent::Time)) => {
            "the service is failing; try again later, or allow more time with --timeout: the next \
             attempt would have come too late"
        }
        (_, Some(Spent::Retries)) => {
            "the service is failing; try again later, or allow more --retries"
        }
        (_, None) => "the service is failing; try again later",
    };
    hint.to_owned()
}

/// Returns the hint for clocks that are too far apart.
pub(super) fn clock(refusal: &Refusal) -> String {
    let clock = clock_difference(refusal.clock_ahead.unwrap_or_default());
    format!("{clock}; correct it: a signature is valid for 15 minutes")
}

/// Returns the hint for a wrong secret key. If the clock difference is known, the clock is not the
/// cause.
pub(super) fn secret_key(refusal: &Refusal) -> String {
    let Origin { secret_key, .. } = &*refusal.origin;
    if refusal.clock_ahead.is_some() {
        format!("check {secret_key}: it does not match the access key")
    } else {
        format!("check {secret_key}, and that this machine's clock is right to 15 minutes")
    }
}

/// Returns the hint for a rejected security token.
pub(super) fn security_token(refusal: &Refusal) -> String {
    let Origin { security_token, has_security_token, .. } = &*refusal.origin;
    if *has_security_token {
        format!("check {security_token}: it has expired, or does not match the access key")
    } else {
        format!("set {security_token}: the access key is temporary and requires it")
    }
}

/// Returns the hint for a failure without an answer.
pub(super) fn transport(error: &ApiError) -> Option<String> {
    Some(match error {
        ApiError::Setup { hint, .. } => hint.clone(),
        ApiError::Proxy { variable, wants_password: true, has_password: true, .. } => format!(
            "check the user name and password in {variable}; in a URL, @, : and / in them are \
             written as %40, %3A and %2F"
        ),
        ApiError::Proxy { variable, wants_password: true, .. } => {
            format!("write {variable} as http://USER:PASSWORD@HOST:PORT")
        }
        ApiError::Proxy { variable, .. } => format!(
            "check {variable}, and that the proxy lets the service through; hosts in NO_PROXY are \
             reached without it"
        ),
        ApiError::Untrusted(distrust) => hint_for_distrust(distrust),
        ApiError::UnknownHost { host, origin: Some(origin) } => {
            format!("check {origin}, which leads to {host}, and this machine's DNS")
        }
        ApiError::UnknownHost { host, origin: None } => {
            format!("check the name {host}, and this machine's DNS")
        }
        ApiError::Identity { fault, .. } => return transport(fault),
        _ => return None,
    })
}

/// Adapts a hint about the service to IAM.
pub(super) fn of_iam(hint: &str) -> String {
    hint.replace("--endpoint", "CBR_IAM_ENDPOINT").replace("the CBR endpoint", "that of IAM")
}

fn hint_for_distrust(distrust: &Distrust) -> String {
    match (distrust.flaw, &distrust.authorities) {
        (Flaw::Expired, _) => {
            "the owner of the endpoint must renew it; check --endpoint, and this machine's clock"
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
            "check --endpoint; only the authorities of {origin} are trusted, so the one that \
             issued the service's certificate has to be there"
        ),
        (Flaw::OfAuthority, _) => {
            "the endpoint needs a certificate that is marked CA:FALSE; one that signed itself can \
             be issued so too, and given with --ca-file"
                .to_owned()
        }
        (Flaw::Other, _) => "check --endpoint, and what is on the way to it".to_owned(),
    }
}

/// Returns the hint for a service that requests a wait.
fn wait(wait: Duration, spent: Option<Spent>) -> String {
    let seconds = wait.as_secs();
    if wait > LONGEST_RETRY_AFTER {
        let (requested, then) = if wait < LONGEST_WAIT {
            (format!("{seconds} s"), "then")
        } else {
            ("a year or more".to_owned(), "later")
        };
        let longest = LONGEST_RETRY_AFTER.as_secs();
        return format!(
            "the service asks to wait {requested}, and cbr waits {longest} s at most: run it again \
             {then}"
        );
    }
    let more = match spent {
        Some(Spent::Time) => "leave that much time in --timeout",
        Some(Spent::Retries) => "allow more --retries",
        None => "leave that much time in --timeout and --retries",
    };
    format!("the service asks to wait {seconds} s: run it again then, or {more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_difference_is_described() {
        let cases = [
            (0, "this machine's clock is right"),
            (-2, "this machine's clock is right"),
            (3, "this machine's clock is 3 s ahead of the service's"),
            (-1199, "this machine's clock is 20 min behind the service's"),
            (90_000, "this machine's clock is 25 h ahead of the service's"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(clock_difference(seconds), expected);
        }
    }
}
