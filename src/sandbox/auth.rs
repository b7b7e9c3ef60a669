//! Authenticates requests as the gateway does, by signature or token, and names the caller.

use hyper::header::AUTHORIZATION;
use jiff::Timestamp;

use super::account::Account;
use super::cloud::Cloud;
use super::project::Project;
use super::request::ReceivedRequest;
use super::signature::{self, Denial, SECURITY_TOKEN};
use super::tokens::Tokens;

const AUTH_TOKEN: &str = "x-auth-token";
/// Header with the token that IAM checks or issues.
pub(super) const SUBJECT_TOKEN: &str = "x-subject-token";

/// Kind of credentials that a request presents, valid or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialKind {
    /// A signature of a permanent access key.
    Key,
    /// A signature of a temporary access key.
    TemporaryKey,
    Token,
    Nothing,
}

impl CredentialKind {
    pub(super) fn by(call: &ReceivedRequest) -> Self {
        let has = |name: &str| call.headers().contains_key(name);
        match (has(AUTHORIZATION.as_str()), has(SECURITY_TOKEN), has(AUTH_TOKEN)) {
            (true, false, _) => Self::Key,
            (true, true, _) => Self::TemporaryKey,
            (false, _, true) => Self::Token,
            (false, _, false) => Self::Nothing,
        }
    }

    /// Returns its name in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Key => "aksk",
            Self::TemporaryKey => "sts",
            Self::Token => "token",
            Self::Nothing => "none",
        }
    }
}

/// Who sends a request, and for which projects.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) account: &'static Account,
    pub(super) scope: CallerScope,
}

/// Projects that credentials are valid for.
#[derive(Clone, Debug)]
pub(super) enum CallerScope {
    /// A key is valid for each project of its account.
    Key,
    /// Scope of a token; `None` is the account as a whole.
    Token(Option<Project>),
}

/// Returns the access key of a signature and the account of the credentials, valid or not, for the
/// log. A key that the sandbox does not know is `unknown`: it might be a secret.
pub(super) fn presented(
    call: &ReceivedRequest,
    cloud: Cloud,
    tokens: &Tokens,
) -> (Option<&'static str>, Option<&'static str>) {
    let name = |account: &Account| account.domain.name;
    match CredentialKind::by(call) {
        CredentialKind::Nothing => (None, None),
        CredentialKind::Token => {
            let token = call.header(AUTH_TOKEN).and_then(|text| tokens.describe(text));
            (None, token.map(|token| name(token.account)))
        }
        CredentialKind::Key | CredentialKind::TemporaryKey => {
            let header = call.header(AUTHORIZATION.as_str()).unwrap_or_default();
            let access = signature::access_key(header).unwrap_or_default();
            match cloud.access_key(access) {
                Some((key, account)) => (Some(key.id), Some(name(account))),
                None => (Some("unknown"), None),
            }
        }
    }
}

/// Checks a request that arrived at the given time, and returns who sent it.
pub(super) fn check(
    call: &ReceivedRequest,
    now: Timestamp,
    cloud: Cloud,
    tokens: &Tokens,
) -> Result<Caller, Denial> {
    match CredentialKind::by(call) {
        CredentialKind::Nothing => Err(Denial::Unauthorized),
        CredentialKind::Token => {
            let token = call.header(AUTH_TOKEN).and_then(|token| tokens.admit(token, now));
            let token = token.ok_or(Denial::WrongToken)?;
            Ok(Caller { account: token.account, scope: CallerScope::Token(token.project) })
        }
        CredentialKind::Key | CredentialKind::TemporaryKey => {
            let account = signature::check(call, now, cloud)?;
            Ok(Caller { account, scope: CallerScope::Key })
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;
    use crate::sandbox::account::ACCOUNT;

    #[test]
    fn only_valid_tokens_are_accepted_without_a_signature() {
        let cloud = Cloud::Single;
        let call = |header: Option<(&str, &str)>| {
            let request = Request::get("/v3/p/backups");
            let request = match header {
                Some((name, value)) => request.header(name, value),
                None => request,
            };
            let call = ReceivedRequest::new(request.body(()).unwrap());
            check(&call, Timestamp::UNIX_EPOCH, cloud, &Tokens::new(cloud, &[])).map(drop)
        };
        assert_eq!(call(Some((AUTH_TOKEN, ACCOUNT.token))), Ok(()));
        assert_eq!(call(Some((AUTH_TOKEN, "x"))), Err(Denial::WrongToken));
        assert_eq!(call(None), Err(Denial::Unauthorized));
        assert_eq!(call(Some(("authorization", "Basic eA=="))), Err(Denial::MalformedSignature));
    }
}
