//! The clouds that have this service: which hosts are theirs, and which ones a user has made theirs.

use std::net::IpAddr;

use reqwest::Url;

use super::Environment;
use crate::config::OwnFile;

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

/// The host of an `https` URL, or of an `http` one to this machine; nothing else may be told who a user is.
pub(super) fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(is_private)?;
    url.host_str().map(str::to_owned)
}

fn is_private(url: &Url) -> bool {
    let address = url.host_str().and_then(|host| host.parse::<IpAddr>().ok());
    let is_here = address.is_some_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

/// The hosts of IAM that count as those of our clouds: the known ones, and those that a user has named in
/// settings of this tool, since a private cloud is one of these where its user says so.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    named: Vec<String>,
}

impl Hosts {
    /// Those of `CBR_IAM_ENDPOINT` and of any profile of the own file.
    pub(super) fn new(environment: &Environment, own: &OwnFile) -> Self {
        let config = own.config.as_ref();
        let profiles = config.into_iter().flat_map(|config| {
            config.profiles().filter_map(|name| config.profile(name)?.text("iam_endpoint"))
        });
        let urls = environment.get("CBR_IAM_ENDPOINT").into_iter().chain(profiles);
        Self { named: urls.filter_map(host_of).collect() }
    }

    /// Why nobody is to be told at that address who the user is, said of the address; `None` if it is one of
    /// these hosts.
    pub(super) fn refuse(&self, url: &str) -> Option<String> {
        let Some(host) = host_of(url) else {
            let is_plain = Url::parse(url).is_ok_and(|url| url.scheme() == "http");
            return Some(if is_plain {
                "is plain http, which everybody on the way can read: write it with https".to_owned()
            } else {
                "leads to another cloud (no host)".to_owned()
            });
        };
        let is_ours = is_known(&host) || self.named.contains(&host);
        (!is_ours).then(|| format!("leads to another cloud ({})", host.escape_debug()))
    }
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
            assert_eq!(Hosts::default().refuse(url).is_none(), expected, "{url}");
        }
    }

    #[test]
    fn a_host_that_a_user_has_named_is_theirs() {
        let environment =
            Environment::with(&[("CBR_IAM_ENDPOINT", "https://iam.example.com:5000")]);
        let hosts = Hosts::new(&environment, &OwnFile::default());
        let here = Environment::with(&[("CBR_IAM_ENDPOINT", "http://127.0.0.1:1")]);
        let here = Hosts::new(&here, &OwnFile::default());
        let plain = "is plain http, which everybody on the way can read: write it with https";
        let other = "leads to another cloud (keystone.example.com)";
        let cases = [
            (&hosts, "https://iam.example.com/v3", None),
            (&hosts, "https://keystone.example.com/v3", Some(other)),
            (&hosts, "http://iam.example.com:5000/v3", Some(plain)),
            (&here, "http://127.0.0.1:1/v3", None),
            (&hosts, "http://127.0.0.1:1/v3", Some("leads to another cloud (127.0.0.1)")),
            (&hosts, "garbage", Some("leads to another cloud (no host)")),
        ];
        for (hosts, url, expected) in cases {
            assert_eq!(hosts.refuse(url).as_deref(), expected, "{url}");
        }
    }
}
