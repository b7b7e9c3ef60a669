//! The clouds that have this service: which hosts are theirs.

use reqwest::Url;

/// Domains of Huawei Cloud and of the clouds that are built with it.
const DOMAINS: [&str; 7] = [
    "myhuaweicloud.com",
    "myhuaweicloud.eu",
    "otc.t-systems.com",
    "prod-cloud-ocb.orange-business.com",
    "g42cloud.com",
    "alphaedge.tmone.com.my",
    "hc.sbercloud.ru",
];

/// Whether a host is one of theirs. Names that merely end alike, such as `evilg42cloud.com`, are not.
pub(super) fn is_known(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let is_below = |domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    DOMAINS.into_iter().any(is_below)
}

/// The host of an `https` URL; nothing else may be told who a user is.
pub(super) fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    url.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_below_a_domain_are_known_and_others_are_not() {
        let cases = [
            ("https://iam.eu-de.otc.t-systems.com/v3", true),
            ("https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", true),
            ("https://IAM.cn-north-4.MyHuaweiCloud.com", true),
            ("https://iam.eu-west-101.myhuaweicloud.eu:443", true),
            ("https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3", true),
            ("http://iam.eu-de.otc.t-systems.com/v3", false),
            ("https://evilmyhuaweicloud.com", false),
            ("https://iam.myhuaweicloud.com.example.com", false),
            ("https://iam.myhuaweicloud.com@example.com", false),
            ("https://myhuaweicloud.com", false),
            ("iam.eu-de.otc.t-systems.com", false),
            ("", false),
        ];
        for (url, expected) in cases {
            assert_eq!(host_of(url).as_deref().is_some_and(is_known), expected, "{url}");
        }
    }
}
