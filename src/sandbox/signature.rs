//! Checks signatures, of which the service knows two forms.
//!
//! Recomputes the signature from the received request with the client's signer, which has its own
//! tests against the vendor's vectors.

use std::fmt::{self, Display};

use hyper::header::AUTHORIZATION;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use ring::hmac;

use super::account::{AGENCY_KEY, AccessKey, Account};
use super::cloud::Cloud;
use super::metadata;
use super::request::ReceivedRequest;
use crate::api::sign::{self, ALGORITHM, Signable};
use crate::text::hex::hex;

pub(super) const SECURITY_TOKEN: &str = "x-security-token";
const DATE: &str = "x-sdk-date";

/// Maximum deviation of a client's clock in seconds, in either direction.
const SKEW: u64 = 15 * 60;

/// Reason for a rejection, in the gateway's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Denial {
    Unauthorized,
    WrongToken,
    MalformedSignature,
    UnknownKey(String),
    WrongSecurityToken,
    Expired,
    /// Holds the canonical request as the sandbox computed it.
    WrongSignature(String),
}

impl Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Incorrect IAM authentication information: ")?;
        match self {
            Self::Unauthorized => f.write_str("Unauthorized"),
            Self::WrongToken => f.write_str("decrypt token fail"),
            Self::MalformedSignature => f.write_str("verify aksk signature fail, header malformed"),
            Self::UnknownKey(id) => write!(f, "ak {id} not exist"),
            Self::WrongSecurityToken => f.write_str("decrypt securityToken fail"),
            Self::Expired => f.write_str("calc ak sk signature fail:signature expired"),
            Self::WrongSignature(request) => write!(
                f,
                "verify aksk signature fail, canonicalRequest:{}",
                request.replace('\n', "|")
            ),
        }
    }
}

/// Checks a signature, and returns the account of its key.
pub(super) fn check(
    call: &ReceivedRequest,
    now: Timestamp,
    cloud: Cloud,
) -> Result<&'static Account, Denial> {
    let authorization = call.header(AUTHORIZATION.as_str()).unwrap_or_default();
    let Authorization { access, scope, signed_headers, signature } =
        Authorization::parse(authorization).ok_or(Denial::MalformedSignature)?;
    let Some((AccessKey { secret, security_token, .. }, account)) = cloud.access_key(access) else {
        return Err(Denial::UnknownKey(access.to_owned()));
    };
    let presented = call.header(SECURITY_TOKEN);
    let is_right = if access == AGENCY_KEY.id {
        presented.is_some_and(|token| metadata::is_valid(token, now))
    } else {
        presented == security_token
    };
    if !is_right {
        return Err(Denial::WrongSecurityToken);
    }
    let date = call.header(DATE).ok_or(Denial::MalformedSignature)?;
    let sent = read_date(date).ok_or(Denial::MalformedSignature)?;
    if now.as_second().abs_diff(sent.as_second()) > SKEW {
        return Err(Denial::Expired);
    }
    let headers = signed_headers
        .split(';')
        .map(|name| call.header(name).map(|value| (name, value)))
        .collect::<Option<Vec<_>>>()
        .ok_or(Denial::MalformedSignature)?;
    // The service requires the date only. Clients in Go do not sign the host.
    if headers.iter().all(|(signed, _)| *signed != DATE) {
        return Err(Denial::MalformedSignature);
    }
    let pairs: Vec<_> =
        call.pairs().iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    let request = sign::canonical_request(&Signable {
        method: call.method().as_str(),
        path: call.path(),
        query: &sign::canonical_query(&pairs),
        headers: &headers,
        body: call.body(),
    });
    let expected = match scope {
        None => sign::signature(secret, &sign::string_to_sign(date, &request)),
        Some(scope) => scope.signature(secret, date, &request).ok_or(Denial::MalformedSignature)?,
    };
    if expected == signature { Ok(account) } else { Err(Denial::WrongSignature(request)) }
}

/// Returns the access key that an `Authorization` header names.
pub(super) fn access_key(header: &str) -> Option<&str> {
    Authorization::parse(header).map(|parsed| parsed.access)
}

/// Parses `20240229T081530Z`.
fn read_date(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

/// The parts of an `Authorization` header.
struct Authorization<'a> {
    access: &'a str,
    /// Scope of a derived key, in the second documented form.
    scope: Option<Scope<'a>>,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let mut parts = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?.split(',');
        let first = parts.next()?.trim();
        let (access, scope) = match first.strip_prefix("Access=") {
            Some(access) => (access, None),
            None => {
                let (access, scope) = first.strip_prefix("Credential=")?.split_once('/')?;
                (access, Some(Scope(scope)))
            }
        };
        let mut part = |name| parts.next()?.trim().strip_prefix(name);
        let signed_headers = part("SignedHeaders=")?;
        let signature = part("Signature=")?;
        parts.next().is_none().then_some(Self { access, scope, signed_headers, signature })
    }
}

/// Scope of a derived key: `DATE/REGION/SERVICE/sdk_request`. Region and service may be empty, as
/// in the requests of the Go client of Open Telekom Cloud.
///
/// Source: API reference of the Data Ingestion Service, "AK/SK-based authentication".
struct Scope<'a>(&'a str);

impl Scope<'_> {
    /// Returns the signature with the key that is derived from `secret` for this scope; `None` if
    /// the scope is not as documented.
    fn signature(&self, secret: &str, date: &str, request: &str) -> Option<String> {
        let [day, region, service, end] = self.0.split('/').collect::<Vec<_>>().try_into().ok()?;
        if end != "sdk_request" || !date.starts_with(day) || day.len() != 8 {
            return None;
        }
        let plain = sign::string_to_sign(date, request);
        let (head, hash) = plain.rsplit_once('\n')?;
        let text = format!("{head}\n{}\n{hash}", self.0);
        let mut key = format!("SDK{secret}").into_bytes();
        for part in [day, region, service, end, &text] {
            let derived = hmac::Key::new(hmac::HMAC_SHA256, &key);
            key = hmac::sign(&derived, part.as_bytes()).as_ref().to_vec();
        }
        Some(hex(&key))
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;
    use crate::sandbox::account::{PERMANENT_KEY, TEMPORARY_KEY};

    const HOST: &str = "127.0.0.1:4321";
    const PATH: &str = "/v3/p/backups";
    const WHEN: &str = "20240229T081530Z";

    /// Checks a request that arrived at a time.
    fn check(call: &ReceivedRequest, now: Timestamp) -> Result<(), Denial> {
        super::check(call, now, Cloud::Single).map(drop)
    }

    /// A signed request whose parts can be tampered with.
    struct Forgery {
        key: AccessKey,
        date: &'static str,
        signed: Vec<&'static str>,
        query: &'static str,
        extra: Vec<(&'static str, &'static str)>,
    }

    impl Forgery {
        fn honest(key: AccessKey) -> Self {
            let extra = key.security_token.map(|token| (SECURITY_TOKEN, token));
            let mut signed = vec!["host", DATE];
            signed.extend(extra.map(|(name, _)| name));
            let query = "limit=5&status=available&status=error";
            Self { key, date: WHEN, signed, query, extra: extra.into_iter().collect() }
        }

        fn check(&self) -> Result<(), Denial> {
            let mut all = vec![("host", HOST), (DATE, self.date)];
            all.extend(&self.extra);
            let headers: Vec<_> =
                all.iter().copied().filter(|(name, _)| self.signed.contains(name)).collect();
            let signable = Signable {
                method: "GET",
                path: PATH,
                query: "limit=5&status=available&status=error",
                headers: &headers,
                body: &[],
            };
            let authorization =
                sign::authorization(self.key.id, self.key.secret, self.date, &signable);
            let mut request = Request::get(format!("{PATH}?{}", self.query));
            for (name, value) in all {
                request = request.header(name, value);
            }
            let request = request.header(AUTHORIZATION, authorization).body(()).unwrap();
            check(&ReceivedRequest::new(request), read_date(WHEN).unwrap())
        }
    }

    #[test]
    fn valid_signatures_of_both_keys_are_accepted() {
        assert_eq!(Forgery::honest(PERMANENT_KEY).check(), Ok(()));
        assert_eq!(Forgery::honest(TEMPORARY_KEY).check(), Ok(()));
        let reordered = Forgery {
            query: "status=error&limit=5&status=available",
            ..Forgery::honest(PERMANENT_KEY)
        };
        assert_eq!(reordered.check(), Ok(()), "the canonical query is sorted");
        let only_date = Forgery { signed: vec![DATE], ..Forgery::honest(PERMANENT_KEY) };
        assert_eq!(only_date.check(), Ok(()), "the host is optional");
    }

    /// The second documented form. The expected signature was computed with another program.
    #[test]
    fn signatures_of_a_derived_key_are_accepted() {
        let signature =
            |scope: &str| Scope(scope).signature("SKEXAMPLE", WHEN, "GET\n/v3/p/backups/\n\n");
        let cases = [
            (
                "20240229///sdk_request",
                Some("f24f91b27eb2a8bbbfb2d35eefbb3d796b19c31da23615ab378fb6186f6a1692"),
            ),
            (
                "20240229/eu-de/cbr/sdk_request",
                Some("80cae70d2843bc310b88c0d558e8880799e3da1649dd055ebe8bd6ddea7f5fc8"),
            ),
            ("20240228///sdk_request", None),
            ("20240229//sdk_request", None),
            ("20240229///request", None),
            ("///sdk_request", None),
            ("", None),
        ];
        for (scope, expected) in cases {
            assert_eq!(signature(scope).as_deref(), expected, "{scope}");
        }
        let check_scope = |secret: &str, scope: &str| {
            let headers = [(DATE, WHEN)];
            let request = sign::canonical_request(&Signable {
                method: "GET",
                path: PATH,
                query: "",
                headers: &headers,
                body: &[],
            });
            let signature = Scope(scope).signature(secret, WHEN, &request).unwrap_or_default();
            let authorization = format!(
                "{ALGORITHM} Credential={}/{scope}, SignedHeaders={DATE}, Signature={signature}",
                PERMANENT_KEY.id
            );
            let request = Request::get(PATH).header("host", HOST).header(DATE, WHEN);
            let request = request.header(AUTHORIZATION, authorization).body(()).unwrap();
            check(&ReceivedRequest::new(request), read_date(WHEN).unwrap())
        };
        let secret = PERMANENT_KEY.secret;
        assert_eq!(check_scope(secret, "20240229///sdk_request"), Ok(()));
        assert_eq!(check_scope(secret, "20240229/eu-de/cbr/sdk_request"), Ok(()));
        assert!(matches!(
            check_scope("x", "20240229///sdk_request"),
            Err(Denial::WrongSignature(_))
        ));
        assert_eq!(check_scope(secret, "20240228///sdk_request"), Err(Denial::MalformedSignature));
    }

    #[test]
    fn tampered_requests_are_rejected() {
        let honest = || Forgery::honest(PERMANENT_KEY);
        let temporary = || Forgery::honest(TEMPORARY_KEY);
        let stranger = AccessKey { id: "NOBODY", ..PERMANENT_KEY };
        let unknown = Forgery { key: stranger, ..honest() };
        assert_eq!(unknown.check(), Err(Denial::UnknownKey("NOBODY".into())));
        let wrong_secret = AccessKey { secret: "wrong", ..PERMANENT_KEY };
        let forged = Forgery { key: wrong_secret, ..honest() }.check().unwrap_err().to_string();
        assert!(
            forged.contains(
                "verify aksk signature fail, canonicalRequest:GET|/v3/p/backups/|limit=5&"
            ),
            "{forged}"
        );
        let changed = Forgery { query: "limit=6&status=available&status=error", ..honest() };
        assert!(matches!(changed.check(), Err(Denial::WrongSignature(_))));
        for date in ["20240229T083031Z", "20240229T080029Z", "20230229T081530Z"] {
            assert!(Forgery { date, ..honest() }.check().is_err(), "{date}");
        }
        assert_eq!(Forgery { date: "20240229T083031Z", ..honest() }.check(), Err(Denial::Expired));
        for date in ["20240229T083030Z", "20240229T080030Z"] {
            assert_eq!(Forgery { date, ..honest() }.check(), Ok(()), "{date}");
        }
        let unsigned = Forgery { signed: vec!["host"], ..honest() };
        assert_eq!(unsigned.check(), Err(Denial::MalformedSignature));
        let lost = Forgery { extra: vec![], ..temporary() };
        assert_eq!(lost.check(), Err(Denial::WrongSecurityToken));
        let wrong = Forgery { extra: vec![(SECURITY_TOKEN, "x")], ..temporary() };
        assert_eq!(wrong.check(), Err(Denial::WrongSecurityToken));
    }
}
