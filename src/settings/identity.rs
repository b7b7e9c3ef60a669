//! Endpoint of the identity service (IAM) of a cloud: it issues tokens and knows the projects of an
//! account.
//!
//! No request goes to a guessed address: it belongs to a known region, or a user named it.
//!
//! Sources: the endpoint tables of the clouds; the table of Huawei Cloud's SDK, which has no host
//! for some of the newer regions.

use super::{ConnectionError, Endpoint, Setting, region};

/// Regions without an IAM host of their own: the host of the whole cloud knows them.
const WITHOUT: [&str; 6] = [
    "af-north-1",
    "ap-southeast-5",
    "cn-north-11",
    "cn-south-4",
    "cn-southwest-3",
    "ru-northwest-2",
];

/// Returns the IAM host of a known region.
pub(super) fn host(region: &str) -> Option<String> {
    if WITHOUT.contains(&region) {
        return Some("iam.myhuaweicloud.com".to_owned());
    }
    let host = region::host(region)?;
    let rest = host.strip_prefix("cbr.")?;
    // The Swiss cloud has another name for it.
    Some(if region == "eu-ch2" { format!("iam-pub.{rest}") } else { format!("iam.{rest}") })
}

/// Returns the error for an unknown IAM address, with the reason.
pub(super) fn unknown(why: &str) -> ConnectionError {
    ConnectionError::new(
        format!("no address of the identity service (IAM): {why}"),
        "set CBR_IAM_ENDPOINT, such as https://iam.eu-de.otc.t-systems.com; with an access key or a \
         token, --project-id makes do without it",
    )
}

/// Returns the IAM endpoint of a region.
///
/// # Errors
///
/// Nobody says where it is.
pub(super) fn of_region(
    region: Option<&Setting>,
    cloud: Option<&Setting>,
) -> Result<(Endpoint, String), ConnectionError> {
    let region = region.ok_or_else(|| unknown("no region"))?;
    if let Some(cloud) = cloud {
        return Endpoint::below("iam", region, cloud);
    }
    let host = host(&region.value).ok_or_else(|| {
        unknown(&format!("{}: unknown region `{}`", region.origin, region.value.escape_debug()))
    })?;
    let setting = Setting::new(&region.origin, format!("https://{host}"));
    Ok((Endpoint::parse(&setting)?, setting.origin))
}

/// Parses an IAM address that a user wrote, often with the API version at its end.
///
/// # Errors
///
/// It is none, or secrets must not be sent to it.
pub(super) fn at(setting: &Setting) -> Result<(Endpoint, String), ConnectionError> {
    let value = setting.value.trim_end_matches('/');
    let value = value.strip_suffix("/v3").unwrap_or(value);
    let endpoint = Endpoint::parse(&Setting::new(&setting.origin, value)).map_err(|error| {
        ConnectionError { hint: error.hint.replace("//cbr.", "//iam."), ..error }
    })?;
    Ok((endpoint, setting.origin.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_iam() {
        let cases = [
            ("cn-north-4", "iam.cn-north-4.myhuaweicloud.com"),
            ("cn-north-11", "iam.myhuaweicloud.com"),
            ("eu-west-101", "iam.eu-west-101.myhuaweicloud.eu"),
            ("eu-de", "iam.eu-de.otc.t-systems.com"),
            ("eu-nl", "iam.eu-nl.otc.t-systems.com"),
            ("eu-ch2", "iam-pub.eu-ch2.sc.otc.t-systems.com"),
            ("eu-west-0", "iam.eu-west-0.prod-cloud-ocb.orange-business.com"),
            ("ae-ad-1", "iam.ae-ad-1.g42cloud.com"),
        ];
        for (name, expected) in cases {
            assert_eq!(host(name).as_deref(), Some(expected), "{name}");
        }
        assert!(region::names().all(|name| host(name).is_some()));
        assert_eq!(host("mars-1"), None);
    }

    #[test]
    fn an_address_may_end_in_the_version() {
        let at = |value: &str| match at(&Setting::new("OS_AUTH_URL", value)) {
            Ok((endpoint, _)) => endpoint.base().to_owned(),
            Err(error) => error.to_string(),
        };
        let cases = [
            ("https://iam.example.com", "https://iam.example.com"),
            ("https://iam.example.com/v3", "https://iam.example.com"),
            ("https://iam.example.com:443/v3/", "https://iam.example.com"),
            ("http://127.0.0.1:1/v3", "http://127.0.0.1:1"),
            (
                "http://iam.example.com/v3",
                "OS_AUTH_URL: `http://iam.example.com` would send credentials unencrypted",
            ),
            (
                "https://iam.example.com/v2.0",
                "OS_AUTH_URL: `https://iam.example.com…` has more than scheme, host and port",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(at(value), expected, "{value}");
        }
    }
}
