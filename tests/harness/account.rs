//! The sandbox's account. Its secrets are fixed and public; see `cbr sandbox`.

use super::cbr::Cbr;

pub(crate) const PROJECT_ID: &str = "5a4db0c5000000000000000000000001";

pub(crate) const REGION: &str = "sandbox-1";
pub(crate) const OTHER_PROJECT_ID: &str = "5a4db0c5000000000000000000000002";

pub(crate) const USER: &str = "sandbox-user";
pub(crate) const USER_ID: &str = "5a4db0c5000000000000000000000004";
pub(crate) const DOMAIN: &str = "sandbox-account";
pub(crate) const PASSWORD: &str = "sandbox-password-that-is-not-a-secret";

pub(crate) const ACCESS_KEY: &str = "SANDBOXACCESSKEY0001";
pub(crate) const SECRET_KEY: &str = "sandbox-secret-key-that-is-not-a-secret1";

pub(crate) const TEMPORARY_ACCESS_KEY: &str = "SANDBOXTEMPORARY0002";
pub(crate) const TEMPORARY_SECRET_KEY: &str = "sandbox-secret-key-that-is-not-a-secret2";
pub(crate) const SECURITY_TOKEN: &str = "sandbox-security-token-that-is-not-a-secret";

pub(crate) const TOKEN: &str = "sandbox-token-that-is-not-a-secret";

/// Access key and secret of the main account.
pub(crate) const KEY: (&str, &str) = (ACCESS_KEY, SECRET_KEY);

/// The token of the second account of `--regions`.
pub(crate) const SECOND_TOKEN: &str = "sandbox-token-2-that-is-not-a-secret";

/// Access key and secret of the second account.
pub(crate) const SECOND_KEY: (&str, &str) =
    ("SANDBOXSECONDKEY0004", "sandbox-secret-key-that-is-not-a-secret4");

/// Projects of `--regions`, named `sandbox-N` and `sandbox-N_team`; see `cbr sandbox --help`.
pub(crate) mod projects {
    pub(crate) const SANDBOX_1: &str = super::PROJECT_ID;
    pub(crate) const SANDBOX_1_TEAM: &str = super::OTHER_PROJECT_ID;
    pub(crate) const SANDBOX_2: &str = "5a4db0c5000000000000000000000021";
    pub(crate) const SANDBOX_2_TEAM: &str = "5a4db0c5000000000000000000000022";
    pub(crate) const SANDBOX_3: &str = "5a4db0c5000000000000000000000031";
    /// Disabled.
    pub(crate) const SANDBOX_3_OLD: &str = "5a4db0c5000000000000000000000032";
    /// Status 403.
    pub(crate) const SANDBOX_3_DENIED: &str = "5a4db0c5000000000000000000000033";
    /// Status 429 for every third listing.
    pub(crate) const SANDBOX_4: &str = "5a4db0c5000000000000000000000041";
    /// No backups.
    pub(crate) const SANDBOX_5: &str = "5a4db0c5000000000000000000000051";
    /// Status 500.
    pub(crate) const SANDBOX_6: &str = "5a4db0c5000000000000000000000061";
    /// Of no region.
    pub(crate) const MOS: &str = "5a4db0c5000000000000000000000071";
    /// `sandbox-1` of the second account.
    pub(crate) const SECOND_1: &str = "5a4db0c5000000000000000000000111";
    /// `sandbox-2` of the second account.
    pub(crate) const SECOND_2: &str = "5a4db0c5000000000000000000000121";
}

impl Cbr {
    /// Sets the access key of the sandbox's user.
    pub(crate) fn with_key(self) -> Self {
        self.env("CBR_ACCESS_KEY", ACCESS_KEY).env("CBR_SECRET_KEY", SECRET_KEY)
    }
}
