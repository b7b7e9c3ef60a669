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

impl Cbr {
    /// Sets the access key of the sandbox's user.
    pub(crate) fn with_key(self) -> Self {
        self.env("CBR_ACCESS_KEY", ACCESS_KEY).env("CBR_SECRET_KEY", SECRET_KEY)
    }
}
