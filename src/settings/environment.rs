//! The environment variables that `cbr` reads, once: for look-ups and for the README.

use std::collections::HashMap;
use std::ffi::OsString;

use super::{Setting, regions};

/// Name and meaning of each variable, in the order of the README's table.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("CBR_ACCESS_KEY", "access key (AK)"),
    ("CBR_SECRET_KEY", "secret key (SK) of that access key"),
    ("CBR_SECURITY_TOKEN", "security token, when the access key is a temporary one"),
    ("CBR_TOKEN", "a token, sent as `X-Auth-Token`, instead of the keys"),
    ("CBR_PROJECT_ID", "project; `--project-id` overrides it"),
    ("CBR_REGION", "region; `--region` overrides it"),
    (
        "CBR_ENDPOINT",
        "base URL of the service, in which `{region}` is replaced; `--endpoint` overrides it",
    ),
    ("CBR_IAM_ENDPOINT", "base URL of the identity service (IAM), instead of the region's"),
    ("CBR_PROFILE", "profile, which overrides all credentials here; `--profile` overrides it"),
    ("CBR_CONFIG_FILE", "file that replaces `~/.config/cbr/config.toml`"),
    ("HUAWEICLOUD_SDK_AK", "access key, as the vendor's SDK takes it"),
    ("HUAWEICLOUD_SDK_SK", "its secret key"),
    ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "its security token"),
    ("HUAWEICLOUD_SDK_PROJECT_ID", "project of these keys"),
    ("HUAWEICLOUD_SDK_REGION", "region of these keys"),
    ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "like `CBR_IAM_ENDPOINT`, which overrides it"),
    (
        "HUAWEICLOUD_SDK_REGION_CBR_*",
        "base URL of the service in a region, such as `HUAWEICLOUD_SDK_REGION_CBR_EU_DE`",
    ),
    (
        "HUAWEICLOUD_SDK_REGIONS_FILE",
        "file with such URLs that replaces `~/.huaweicloud/regions.yaml`",
    ),
    ("HW_ACCESS_KEY", "access key, as the vendor's Terraform provider takes it"),
    ("HW_SECRET_KEY", "its secret key"),
    ("HW_SECURITY_TOKEN", "its security token"),
    ("HW_AUTH_TOKEN", "a token, if `HW_ACCESS_KEY` is not set"),
    ("HW_USER_NAME", "user who logs in, if neither is set; or `HW_USER_ID`"),
    ("HW_USER_ID", "the user's id"),
    ("HW_USER_PASSWORD", "the user's password"),
    ("HW_DOMAIN_NAME", "account of the user; or `HW_DOMAIN_ID`"),
    ("HW_DOMAIN_ID", "the account's id"),
    ("HW_PROJECT_ID", "project of these credentials"),
    ("HW_PROJECT_NAME", "its name, instead of the id"),
    ("HW_AUTH_URL", "address of IAM for these"),
    (
        "HW_CLOUD",
        "domain of the cloud, such as `myhuaweicloud.com`, for these, and for a region from the \
         next variable or that `cbr` does not know",
    ),
    ("HW_REGION_NAME", "region; also `HW_REGION` and `HUAWEICLOUD_REGION`"),
    ("HW_REGION", "the same"),
    ("HUAWEICLOUD_REGION", "the same"),
    (
        "HW_ASSUME_ROLE_AGENCY_NAME",
        "an error beside credentials of this kind: `cbr` does not ask for an agency's rights",
    ),
    ("HW_ASSUME_ROLE_DOMAIN_NAME", "the same"),
    ("HW_ASSUME_ROLE_DOMAIN_ID", "the same"),
    (
        "OS_AUTH_URL",
        "must be IAM of one of these clouds (`iam.REGION.DOMAIN`), or have the host of \
         `CBR_IAM_ENDPOINT` or of an `iam_endpoint` of your own file; otherwise no `OS_` variable \
         is used",
    ),
    ("OS_TOKEN", "a token, as OpenStack's client takes it"),
    ("OS_AUTH_TOKEN", "the same"),
    ("OS_ACCESS_KEY", "access key, where there is no such token"),
    ("OS_SECRET_KEY", "its secret key"),
    ("OS_SECURITY_TOKEN", "its security token"),
    ("OS_USERNAME", "user who logs in, where there is neither; or `OS_USER_ID`"),
    ("OS_USER_ID", "the user's id"),
    ("OS_PASSWORD", "the user's password"),
    ("OS_AUTH_TYPE", "anything but `password` and `token` turns the password off"),
    ("OS_PASSCODE", "turns the password off: `cbr` does not log in with a second factor"),
    (
        "OS_APPLICATION_CREDENTIAL_ID",
        "not used, and said so: these clouds are not known to take them",
    ),
    ("OS_APPLICATION_CREDENTIAL_NAME", "the same"),
    ("OS_USER_DOMAIN_NAME", "account of the user; also `OS_DOMAIN_NAME`"),
    ("OS_DOMAIN_NAME", "the same"),
    ("OS_USER_DOMAIN_ID", "its id; also `OS_DOMAIN_ID`"),
    ("OS_DOMAIN_ID", "the same"),
    (
        "OS_PROJECT_DOMAIN_NAME",
        "account of the project, where it is another; or `OS_PROJECT_DOMAIN_ID`. Also the user's, \
         if nothing above names that",
    ),
    ("DEFAULT_DOMAIN", "account of the user, if nothing above names it"),
    ("OS_DEFAULT_DOMAIN", "the same"),
    ("OS_PROJECT_DOMAIN_ID", "that account's id"),
    ("OS_PROJECT_ID", "project of these credentials"),
    ("OS_TENANT_ID", "the same"),
    ("OS_PROJECT_NAME", "its name, instead of the id"),
    ("OS_TENANT_NAME", "the same"),
    ("OS_REGION_NAME", "region; without `OS_AUTH_URL` only if it is one of these clouds'"),
    ("OS_REGION", "the same"),
    (
        "OS_AGENCY_NAME",
        "an error beside credentials of this kind: `cbr` does not ask for an agency's rights",
    ),
    ("OS_AGENCY_DOMAIN_NAME", "the same"),
    (
        "OS_CACERT",
        "certificate authorities to trust, as a file or as PEM text; `--ca-file` overrides it",
    ),
    ("CLOUD_SDK_AK", "access key, as the vendor's code samples take it"),
    ("CLOUD_SDK_SK", "its secret key"),
    ("CLOUD_SDK_SECURITY_TOKEN", "its security token"),
    ("CLOUD_SDK_PROJECT_ID", "project of these keys"),
    (
        "HUAWEICLOUD_ACCESS_KEY_ID",
        "not used, since it belongs to another tool; the hint says what to do",
    ),
    ("HUAWEICLOUD_ACCESS_KEY", "the same"),
    ("HUAWEI_ACCESS_KEY", "the same"),
    ("OS_CLOUD", "cloud of `clouds.yaml`; overrides the other `OS_` variables"),
    (
        "OS_CLIENT_CONFIG_FILE",
        "file that replaces `clouds.yaml` in the directories of OpenStack's client",
    ),
    ("OS_CLIENT_SECURE_FILE", "file that replaces `secure.yaml` in those directories"),
    (
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
        "file that replaces `~/.huaweicloud/credentials`; a file that a variable names must exist",
    ),
    ("HW_SHARED_CONFIG_FILE", "file that replaces `~/.hcloud/config.json`"),
    ("HW_PROFILE", "profile of that file, instead of its current one; it must exist"),
    ("CBR_ECS_METADATA", "`off`: do not request keys from the metadata service of a cloud server"),
    ("HW_INSECURE", "ignored, with a warning: only `--insecure` disables certificate checks"),
    ("OS_INSECURE", "the same"),
    (
        "HTTPS_PROXY",
        "proxy for the requests, as `http://USER:PASSWORD@HOST:PORT`; an empty one means no proxy. \
         Also `ALL_PROXY`, `NO_PROXY` for exceptions, and each in lower case",
    ),
    (
        "SSL_CERT_FILE",
        "certificate authorities to trust instead of the system's, if nothing above names any",
    ),
    ("SSL_CERT_DIR", "directories of such files"),
    (
        "NO_COLOR",
        "no colours, if it is not empty; overrides the next two, and `--color` overrides all",
    ),
    ("CLICOLOR_FORCE", "colours in pipes and files too, if it is neither empty nor 0"),
    ("CLICOLOR", "no colours on terminals either, if it is 0"),
    ("CBR_PAGER", "pager for output that is longer than the screen; empty for none"),
    ("PAGER", "the same, if `CBR_PAGER` is not set; the default is `less`"),
    ("XDG_CONFIG_HOME", "instead of `~/.config`, for files of `cbr` and of OpenStack's client"),
    ("XDG_CACHE_HOME", "instead of `~/.cache`, where project ids are cached"),
    ("TMPDIR", "instead of `/tmp`, for output that does not fit into memory until it is printed"),
    ("TZ", "time zone for `--time local`; this machine's, if it is not set"),
];

/// Variables that were set when the program started. An empty one counts as not set. Blanks and
/// line ends around a value are dropped, since secrets of build servers often end in one.
pub(crate) struct Environment(HashMap<String, String>);

/// Prefix of variables that name the endpoint of a region.
const ENDPOINTS: &str = "HUAWEICLOUD_SDK_REGION_CBR_";

impl Environment {
    /// Reads the variables of this process.
    pub(crate) fn of_process() -> Self {
        let text = |text: OsString| text.to_string_lossy().into_owned();
        Self::new(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    fn new(variables: impl Iterator<Item = (String, String)>) -> Self {
        let ours = variables.filter(|(name, _)| {
            name.starts_with(ENDPOINTS) || VARIABLES.iter().any(|(known, _)| known == name)
        });
        let trimmed = ours.map(|(name, value)| (name, value.trim().to_owned()));
        Self(trimmed.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Returns the endpoint of a region in a variable of the vendor's SDK; the first of several
    /// that are separated by commas.
    pub(super) fn endpoint_of(&self, region: &str) -> Option<Setting> {
        let name = format!("{ENDPOINTS}{}", region.to_uppercase().replace('-', "_"));
        let endpoint = self.get(&name)?.split(',').next()?.trim().to_owned();
        Some(Setting::new(name, endpoint))
    }

    /// Returns true if the endpoint of a region is known to `cbr`, or set in a variable.
    pub(super) fn has_endpoint(&self, region: &str) -> bool {
        let is_named = self.endpoint_of(region).is_some() || self.get("HW_CLOUD").is_some();
        is_named || regions::service_host(region).is_some()
    }

    /// Returns the value of a variable of [`VARIABLES`].
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the first of these variables that is set.
    pub(super) fn first(&self, names: &[&str]) -> Option<Setting> {
        names.iter().find_map(|name| Some(Setting::new(*name, self.get(name)?)))
    }

    /// Creates an environment of these variables, for tests.
    #[cfg(test)]
    pub(super) fn with(variables: &[(&str, &str)]) -> Self {
        Self::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_of_a_region_has_a_variable_of_its_own() {
        let name = "HUAWEICLOUD_SDK_REGION_CBR_CN_NORTH_4";
        let environment = Environment::with(&[(name, " https://a , https://b ")]);
        let endpoint = environment.endpoint_of("cn-north-4");
        assert_eq!(endpoint, Some(Setting::new(name, "https://a")));
        assert_eq!(environment.endpoint_of("cn-north-1"), None);
    }
}
