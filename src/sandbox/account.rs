//! The accounts of the sandbox: their users, keys and tokens.
//!
//! Fixed, so that scripts can contain them, and obviously not secret.

use super::project::Owner;

/// An account with one user.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) owner: Owner,
    /// The account itself, which IAM calls a domain.
    pub(super) domain: Identity,
    /// The user who can log in.
    pub(super) user: Identity,
    pub(super) password: &'static str,
    /// A valid `X-Auth-Token`, and the beginning of those from logins.
    pub(super) token: &'static str,
    pub(super) keys: &'static [AccessKey],
}

/// An IAM object with id and name.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

/// An access key with its secrets.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessKey {
    pub(super) id: &'static str,
    pub(super) secret: &'static str,
    /// Expected `X-Security-Token`. Only temporary keys have one.
    pub(super) security_token: Option<&'static str>,
}

/// Permanent key of a user.
pub(super) const PERMANENT_KEY: AccessKey = AccessKey {
    id: "SANDBOXACCESSKEY0001",
    secret: "sandbox-secret-key-that-is-not-a-secret1",
    security_token: None,
};

/// Temporary key, as an agency or a login issues it.
pub(super) const TEMPORARY_KEY: AccessKey = AccessKey {
    id: "SANDBOXTEMPORARY0002",
    secret: "sandbox-secret-key-that-is-not-a-secret2",
    security_token: Some("sandbox-security-token-that-is-not-a-secret"),
};

/// Key of a server's agency, as the metadata service issues it. `security_token` is the prefix of
/// every issued one.
pub(super) const AGENCY_KEY: AccessKey = AccessKey {
    id: "SANDBOXAGENCYKEY0003",
    secret: "sandbox-secret-key-that-is-not-a-secret3",
    security_token: Some("sandbox-security-token-until-"),
};

/// Permanent key of the user of the second account.
pub(super) const SECOND_KEY: AccessKey = AccessKey {
    id: "SANDBOXSECONDKEY0004",
    secret: "sandbox-secret-key-that-is-not-a-secret4",
    security_token: None,
};

/// The main account.
pub(super) static ACCOUNT: Account = Account {
    owner: Owner::First,
    domain: Identity { id: "5a4db0c5000000000000000000000003", name: "sandbox-account" },
    user: Identity { id: "5a4db0c5000000000000000000000004", name: "sandbox-user" },
    password: "sandbox-password-that-is-not-a-secret",
    token: "sandbox-token-that-is-not-a-secret",
    keys: &[PERMANENT_KEY, TEMPORARY_KEY, AGENCY_KEY],
};

/// The second account of `--regions`.
pub(super) static SECOND_ACCOUNT: Account = Account {
    owner: Owner::Second,
    domain: Identity { id: "5a4db0c5000000000000000000000103", name: "sandbox-account-2" },
    user: Identity { id: "5a4db0c5000000000000000000000104", name: "sandbox-user-2" },
    password: "sandbox-password-2-that-is-not-a-secret",
    token: "sandbox-token-2-that-is-not-a-secret",
    keys: &[SECOND_KEY],
};

impl Account {
    /// Returns the account that owns a project.
    pub(super) fn of(owner: Owner) -> &'static Self {
        match owner {
            Owner::First => &ACCOUNT,
            Owner::Second => &SECOND_ACCOUNT,
        }
    }
}
