//! The sandbox's only account: its projects, user, keys and token.
//!
//! Fixed, so that scripts can contain them, and obviously not secret.

use std::io::{self, Write};
use std::net::SocketAddr;

/// The project whose backups are listed.
pub(super) const PROJECT_ID: &str = "5a4db0c5000000000000000000000001";

/// Project that shares some of its backups with the account.
pub(super) const OTHER_PROJECT_ID: &str = "5a4db0c5000000000000000000000002";

/// Region; its name is the project's name.
pub(super) const REGION: &str = "sandbox-1";

/// A project of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

/// The projects of the account: the region's project first, then a subproject of it.
pub(super) const PROJECTS: [Project; 2] = [
    Project { id: PROJECT_ID, name: REGION },
    Project { id: OTHER_PROJECT_ID, name: "sandbox-1_team" },
];

/// An IAM object with id and name.
pub(super) struct Identity {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

/// The account itself, which IAM calls a domain.
pub(super) const ACCOUNT: Identity =
    Identity { id: "5a4db0c5000000000000000000000003", name: "sandbox-account" };

/// The user who can log in.
pub(super) const USER: Identity =
    Identity { id: "5a4db0c5000000000000000000000004", name: "sandbox-user" };

/// The password of that user.
pub(super) const PASSWORD: &str = "sandbox-password-that-is-not-a-secret";

/// A valid `X-Auth-Token`.
pub(super) const TOKEN: &str = "sandbox-token-that-is-not-a-secret";

/// An access key with its secrets.
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

/// Returns the access key with that id.
pub(super) fn access_key(id: &str) -> Option<AccessKey> {
    [PERMANENT_KEY, TEMPORARY_KEY, AGENCY_KEY].into_iter().find(|key| key.id == id)
}

/// Returns the environment variables that a client needs to use this sandbox.
pub(super) fn environment(address: SocketAddr) -> [(&'static str, String); 6] {
    [
        ("CBR_ENDPOINT", format!("http://{address}")),
        ("CBR_IAM_ENDPOINT", format!("http://{address}")),
        ("CBR_REGION", REGION.to_owned()),
        ("CBR_PROJECT_ID", PROJECT_ID.to_owned()),
        ("CBR_ACCESS_KEY", PERMANENT_KEY.id.to_owned()),
        ("CBR_SECRET_KEY", PERMANENT_KEY.secret.to_owned()),
    ]
}

/// Prints the environment as shell lines, flushed for a waiting reader.
pub(super) fn announce(address: SocketAddr, backups: u32) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(lines(address, backups).as_bytes())?;
    out.flush()
}

fn lines(address: SocketAddr, backups: u32) -> String {
    let exports: String = environment(address)
        .iter()
        .map(|(name, value)| format!("export {name}={value}\n"))
        .collect();
    let temporary_token = TEMPORARY_KEY.security_token.unwrap_or_default();
    format!(
        "# A CBR endpoint on this machine with {backups} backups, until interrupted.\n\
         # Put these lines into another shell, then try: cbr backups list\n\
         {exports}\
         # In place of the two keys, a token:\n\
         #   export CBR_TOKEN={TOKEN}\n\
         # or a temporary key:\n\
         #   export CBR_ACCESS_KEY={}\n\
         #   export CBR_SECRET_KEY={}\n\
         #   export CBR_SECURITY_TOKEN={temporary_token}\n\
         # or a user who logs in:\n\
         #   export HW_USER_NAME={}\n\
         #   export HW_USER_PASSWORD={PASSWORD}\n\
         #   export HW_DOMAIN_NAME={}\n\
         # or, without any of these, the metadata service of a server in the cloud:\n\
         #   export CBR_ECS_METADATA=http://{address}\n",
        TEMPORARY_KEY.id, TEMPORARY_KEY.secret, USER.name, ACCOUNT.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_lines_are_comments_or_unquoted_exports() {
        let address = SocketAddr::from(([127, 0, 0, 1], 4321));
        let lines = lines(address, 1663);
        assert!(lines.contains("export CBR_ENDPOINT=http://127.0.0.1:4321\n"));
        for line in lines.lines() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_=:/.-".contains(c);
            let export = line.strip_prefix("export ").is_some_and(|rest| rest.chars().all(plain));
            assert!(line.starts_with("# ") || export, "{line}");
        }
    }
}
