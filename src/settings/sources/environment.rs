//! The environment variables that `cbr` reads, once: for look-ups and for the README.

use std::collections::HashMap;
use std::ffi::OsString;

use crate::settings::{Setting, clouds};

/// Name and meaning of each variable, in the order of the README's table.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("CBR_ACCESS_KEY", "access key (AK)"),
    ("CBR_SECRET_KEY", "secret key (SK) of that access key"),
    ("CBR_SECURITY_TOKEN", "security token, when the access key is a temporary one"),
    ("CBR_TOKEN", "a token, sent as `X-Auth-Token`, in place of the keys"),
    ("CBR_PROJECT_ID", "project, where `--project-id` is not given"),
    ("CBR_REGION", "region, where `--region` is not given"),
    ("CBR_ENDPOINT", "base URL of the service, where `--endpoint` is not given"),
    ("CBR_IAM_ENDPOINT", "base URL of the identity service (IAM), where it is not the region's"),
    ("CBR_PROFILE", "profile, where `--profile` is not given; goes before all credentials here"),
    ("CBR_CONFIG_FILE", "in place of `~/.config/cbr/config.toml`"),
    ("HUAWEICLOUD_SDK_AK", "access key, as the vendor's SDK takes it"),
    ("HUAWEICLOUD_SDK_SK", "its secret key"),
    ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "its security token"),
    ("HUAWEICLOUD_SDK_PROJECT_ID", "project that goes with it"),
    ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "like `CBR_IAM_ENDPOINT`, after it"),
    (
        "HUAWEICLOUD_SDK_REGION_CBR_*",
        "base URL of the service in a region, such as `HUAWEICLOUD_SDK_REGION_CBR_EU_DE`",
    ),
    ("HUAWEICLOUD_SDK_REGIONS_FILE", "in place of `~/.huaweicloud/regions.yaml`, with such URLs"),
    ("HW_ACCESS_KEY", "access key, as the vendor's Terraform provider takes it"),
    ("HW_SECRET_KEY", "its secret key"),
    ("HW_SECURITY_TOKEN", "its security token"),
    ("HW_AUTH_TOKEN", "a token, where there is no access key of this kind"),
    ("HW_USER_NAME", "user who logs in, where there is neither; or `HW_USER_ID`"),
    ("HW_USER_ID", "the user's id"),
    ("HW_USER_PASSWORD", "the user's password"),
    ("HW_DOMAIN_NAME", "account of the user; or `HW_DOMAIN_ID`"),
    ("HW_DOMAIN_ID", "the account's id"),
    ("HW_PROJECT_ID", "project that goes with these"),
    ("HW_PROJECT_NAME", "its name, in place of the id"),
    ("HW_AUTH_URL", "where IAM is, for these"),
    (
        "HW_CLOUD",
        "domain of the cloud, such as `myhuaweicloud.com`, for these, and for a region from the next \
         variable or that `cbr` does not know",
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
        "must be IAM of one of these clouds (`iam.REGION.DOMAIN`), or have the host of `CBR_IAM_ENDPOINT` or of an \
         `iam_endpoint` of your own file; otherwise no `OS_` variable is used",
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
        "account of the project, where it is another; or `OS_PROJECT_DOMAIN_ID`",
    ),
    ("OS_PROJECT_DOMAIN_ID", "that account's id"),
    ("OS_PROJECT_ID", "project that goes with these"),
    ("OS_TENANT_ID", "the same"),
    ("OS_PROJECT_NAME", "its name, in place of the id"),
    ("OS_TENANT_NAME", "the same"),
    ("OS_REGION_NAME", "region; without `OS_AUTH_URL` only if it is one of these clouds'"),
    (
        "OS_AGENCY_NAME",
        "an error beside credentials of this kind: `cbr` does not ask for an agency's rights",
    ),
    ("OS_AGENCY_DOMAIN_NAME", "the same"),
    ("OS_CACERT", "authorities to trust, as a file or as PEM text, where `--ca-file` is not given"),
    ("CLOUD_SDK_AK", "access key, as the vendor's code samples take it"),
    ("CLOUD_SDK_SK", "its secret key"),
    ("CLOUD_SDK_SECURITY_TOKEN", "its security token"),
    ("CLOUD_SDK_PROJECT_ID", "project that goes with it"),
    ("HUAWEICLOUD_ACCESS_KEY_ID", "not used, since it is another tool's; the hint says what to do"),
    ("OS_CLOUD", "cloud of `clouds.yaml`; goes before the other `OS_` variables"),
    ("OS_CLIENT_CONFIG_FILE", "in place of `clouds.yaml` where OpenStack's client looks for it"),
    ("OS_CLIENT_SECURE_FILE", "in place of `secure.yaml` where OpenStack's client looks for it"),
    (
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
        "in place of `~/.huaweicloud/credentials`; a file that a variable names has to be there",
    ),
    ("HW_SHARED_CONFIG_FILE", "in place of `~/.hcloud/config.json`"),
    ("HW_PROFILE", "profile of that file, in place of its current one; it has to be there"),
    (
        "CBR_ECS_METADATA",
        "`off`: the metadata service of a server in the cloud is not asked for keys",
    ),
    ("HW_INSECURE", "has no effect, but a warning: certificates are checked without `--insecure`"),
    ("OS_INSECURE", "the same"),
    (
        "HTTPS_PROXY",
        "proxy for the requests, as `http://USER:PASSWORD@HOST:PORT`; an empty one means no proxy. Also `ALL_PROXY`, \
         `NO_PROXY` for exceptions, and each in small letters",
    ),
    (
        "SSL_CERT_FILE",
        "authorities to trust in place of the system's, where nothing above names any",
    ),
    ("SSL_CERT_DIR", "directories of such files"),
    (
        "NO_COLOR",
        "no colours, if it is not empty; goes before the other two, and `--color` before all",
    ),
    ("CLICOLOR_FORCE", "colours in pipes and files too, if it is neither empty nor 0"),
    ("CLICOLOR", "no colours on terminals either, if it is 0"),
    ("CBR_PAGER", "the pager for what is longer than the screen; empty for none"),
    ("PAGER", "the same, where `CBR_PAGER` is not set; where neither is, `less`"),
    ("XDG_CONFIG_HOME", "in place of `~/.config`, for files of `cbr` and of OpenStack's client"),
    ("XDG_CACHE_HOME", "in place of `~/.cache`, where project ids are cached"),
    ("TMPDIR", "in place of `/tmp`, for what does not fit into memory until it is printed"),
    ("TZ", "time zone for `--time local`; this machine's, if it is not set"),
];

/// The variables that were set when the program started. What is empty counts as not set, and
/// blanks and line ends around a value are dropped, since secrets of build servers often end in
/// one.
pub(crate) struct Environment(HashMap<String, String>);

/// The variables that name the endpoint of a region begin like this.
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

    /// The endpoint that a user of the vendor's SDK has named for a region; the first, where there
    /// are several with commas.
    pub(in crate::settings) fn endpoint_of(&self, region: &str) -> Option<Setting> {
        let name = format!("{ENDPOINTS}{}", region.to_uppercase().replace('-', "_"));
        let endpoint = self.get(&name)?.split(',').next()?.trim().to_owned();
        Some(Setting::new(name, endpoint))
    }

    /// Whether it is known where the service of a region is: to `cbr`, or to a user who has set one
    /// of the variables that say so.
    pub(in crate::settings) fn leads_somewhere(&self, region: &str) -> bool {
        let is_named = self.endpoint_of(region).is_some() || self.get("HW_CLOUD").is_some();
        is_named || clouds::service_host(region).is_some()
    }

    /// Returns the value of a variable of [`VARIABLES`].
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the first of these variables that is set.
    pub(in crate::settings) fn first(&self, names: &[&str]) -> Option<Setting> {
        names.iter().find_map(|name| Some(Setting::new(*name, self.get(name)?)))
    }

    /// For tests: just these variables.
    #[cfg(test)]
    pub(in crate::settings) fn with(variables: &[(&str, &str)]) -> Self {
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
