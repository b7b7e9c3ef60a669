//! Reasons why a certificate is not trusted.

use std::error::Error as _;
use std::fmt;

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::settings::Trust;
use crate::text::sanitize::visible;

/// The server's certificate is not trusted for the endpoint.
#[derive(Debug)]
pub(crate) struct Distrust {
    /// The reason for the user.
    reason: String,
    /// The flaw of the certificate.
    pub(crate) flaw: Flaw,
    /// The flag or variable that names the CAs, if set.
    pub(crate) authorities: Option<String>,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// Issued for another host.
    OtherName,
    /// Issued by an unknown CA.
    UnknownAuthority,
    /// A CA certificate, as most self-signed ones are.
    OfAuthority,
    /// Something else.
    Other,
}

impl Distrust {
    /// Returns the flaw of the certificate, if that is why the connection failed.
    pub(super) fn of(error: &reqwest::Error, trust: &Trust) -> Option<Self> {
        let fault = certificate_error(error)?;
        let (flaw, reason) = match fault {
            CertificateError::ExpiredContext { not_after, .. } => {
                (Flaw::Expired, format!("it expired at {}", moment(*not_after)))
            }
            CertificateError::Expired => (Flaw::Expired, "it has expired".to_owned()),
            CertificateError::NotValidYetContext { time, not_before } => {
                let (time, from) = (moment(*time), moment(*not_before));
                (
                    Flaw::NotYetValid,
                    format!("it is valid from {from}, but this machine's time is {time}"),
                )
            }
            CertificateError::NotValidYet => (Flaw::NotYetValid, "it is not valid yet".to_owned()),
            CertificateError::NotValidForNameContext { expected, presented } => {
                let presented: Vec<_> = presented.iter().map(|name| bare(name)).collect();
                let presented = match presented.as_slice() {
                    [] => "no host".to_owned(),
                    names => visible(&names.join(", ")).into_owned(),
                };
                let expected = expected.to_str();
                (Flaw::OtherName, format!("it is for {presented}, not for {expected}"))
            }
            CertificateError::NotValidForName => {
                (Flaw::OtherName, "it is for another host".to_owned())
            }
            CertificateError::UnknownIssuer => {
                (Flaw::UnknownAuthority, "its certificate authority is unknown".to_owned())
            }
            // Issued by another CA of the same name.
            CertificateError::BadSignature => (
                Flaw::UnknownAuthority,
                "it is not signed by the trusted certificate authority of that name".to_owned(),
            ),
            // An error of the certificate verifier, which rustls does not expose as a type.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                (Flaw::OfAuthority, "it is a CA certificate, not a host certificate".to_owned())
            }
            other => (Flaw::Other, other.to_string()),
        };
        let authorities = trust.origin().map(str::to_owned);
        Some(Self { reason, flaw, authorities })
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

fn certificate_error(error: &reqwest::Error) -> Option<&CertificateError> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(fault)) = error.downcast_ref() {
            return Some(fault);
        }
        // `source()` of an I/O error skips the error that it wraps.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// Returns `cbr.example.com` for `DnsName("cbr.example.com")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

fn moment(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.map_or_else(|| "a time out of range".to_owned(), |moment| moment.to_string())
}
