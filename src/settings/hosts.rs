//! Hosts that credentials may be sent to: those of known clouds, and those that the user names.
//!
//! Customers of these clouds can have names below the same domains, such as those of buckets and
//! API gateways. A host is trusted by its exact form only, never by its domain.

use std::net::IpAddr;

use reqwest::Url;

use super::config::OwnFile;
use super::{Environment, regions};

/// Returns the host of an `https` URL, or of an `http` URL to this machine. Credentials must not be
/// sent to any other URL.
pub(super) fn host_of(url: &str) -> Option<String> {
    // With an `@`, the apparent host may be part of a password.
    let url = Url::parse(url).ok().filter(|parsed| is_private(parsed) && !url.contains('@'))?;
    url.host_str().map(str::to_owned)
}

fn is_private(url: &Url) -> bool {
    let address = url.host_str().and_then(|host| host.parse::<IpAddr>().ok());
    let is_here = address.is_some_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

/// Trusted IAM hosts: those of known clouds, and those that the user names in settings of `cbr`,
/// such as that of a private cloud.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    named: Vec<String>,
}

impl Hosts {
    /// Hosts of `CBR_IAM_ENDPOINT` and of any profile in config.toml.
    pub(super) fn new(environment: &Environment, own: &OwnFile) -> Self {
        let config = own.config.as_ref();
        let profiles = config.into_iter().flat_map(|config| {
            config.profiles().filter_map(|name| config.profile(name)?.text("iam_endpoint"))
        });
        let urls = environment.get("CBR_IAM_ENDPOINT").into_iter().chain(profiles);
        Self { named: urls.filter_map(host_of).collect() }
    }

    /// Returns why credentials must not be sent to this address; `None` for a trusted host. The
    /// address is the subject of the text.
    pub(super) fn refuse(&self, url: &str) -> Option<String> {
        if url.contains('@') {
            return Some("holds a user name or password".to_owned());
        }
        let Some(host) = host_of(url) else {
            let is_plain = Url::parse(url).is_ok_and(|url| url.scheme() == "http");
            return Some(if is_plain {
                "is plain http, which anyone on the network path can read: use https".to_owned()
            } else {
                "leads to another cloud (no host)".to_owned()
            });
        };
        let is_trusted = regions::of_identity(&host).is_some() || self.named.contains(&host);
        (!is_trusted).then(|| {
            let host = host.escape_debug();
            format!("leads to another cloud ({host}); {}", Self::allow(&host.to_string()))
        })
    }

    /// Returns true if the user names the host of this address.
    pub(super) fn names(&self, url: &str) -> bool {
        host_of(url).is_some_and(|host| self.named.contains(&host))
    }

    /// Returns a hint on how to trust a host.
    pub(super) fn allow(host: &str) -> String {
        format!("if you trust that host, set CBR_IAM_ENDPOINT=https://{host}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_hosts_are_trusted_by_their_exact_form() {
        let cases = [
            ("https://iam.eu-de.otc.t-systems.com/v3", true),
            ("https://iam.eu-de.otc.t-systems.com:443/v3", true),
            ("https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", true),
            ("https://iam.eu-ch2.sc.otc.t-systems.com/v3", true),
            ("https://IAM.cn-north-4.MyHuaweiCloud.com", true),
            ("https://iam.myhuaweicloud.com", true),
            ("https://iam.myhwclouds.com/v3", true),
            ("https://iam.cn-north-1.myhwclouds.com/v3", true),
            ("https://iam.evilmyhwclouds.com/v3", false),
            ("https://x.iam.myhwclouds.com/v3", false),
            ("https://myhwclouds.com/v3", false),
            // A region that is not in the table.
            ("https://iam.eu-x1.otc.t-systems.com", true),
            ("https://iam.eu-west-101.myhuaweicloud.eu:443", true),
            ("https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3", true),
            ("http://iam.eu-de.otc.t-systems.com/v3", false),
            // Names that customers can have.
            ("https://0123abcd.apic.eu-de.otc.t-systems.com/v3", false),
            ("https://iam.apic.eu-de.otc.t-systems.com/v3", false),
            ("https://iam.obs.eu-de.otc.t-systems.com/v3", false),
            ("https://iam.obs.myhuaweicloud.com/v3", false),
            ("https://iam.eu-de.obs.otc.t-systems.com/v3", false),
            ("https://x.iam.eu-de.otc.t-systems.com/v3", false),
            ("https://iam-pub.eu-de.otc.t-systems.com/v3", false),
            ("https://iamx.eu-de.otc.t-systems.com/v3", false),
            ("https://cbr.eu-de.otc.t-systems.com/v3", false),
            ("https://iam.otc.t-systems.com", false),
            ("https://iam.eu-de.otc.t-systems.com.", false),
            ("https://iam.eu-de.evilotc.t-systems.com", false),
            ("https://iam.eu-de.otc.t-systems.com.example.com", false),
            ("https://iam.myhuaweicloud.com@example.com", false),
            ("https://myhuaweicloud.com", false),
            ("iam.eu-de.otc.t-systems.com", false),
            ("", false),
        ];
        for (url, expected) in cases {
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
        let plain = "is plain http, which anyone on the network path can read: use https";
        let other = "leads to another cloud (keystone.example.com); if you trust that host, set \
                     CBR_IAM_ENDPOINT=https://keystone.example.com";
        let loopback = "leads to another cloud (127.0.0.1); if you trust that host, set \
                        CBR_IAM_ENDPOINT=https://127.0.0.1";
        let cases = [
            (&hosts, "https://iam.example.com/v3", None),
            (&hosts, "https://keystone.example.com/v3", Some(other)),
            (&hosts, "http://iam.example.com:5000/v3", Some(plain)),
            (&here, "http://127.0.0.1:1/v3", None),
            (&hosts, "http://127.0.0.1:1/v3", Some(loopback)),
            (&hosts, "garbage", Some("leads to another cloud (no host)")),
            (&hosts, "https://u:2/x@iam.example.com", Some("holds a user name or password")),
            (&hosts, "https://u:p@iam.example.com", Some("holds a user name or password")),
        ];
        for (hosts, url, expected) in cases {
            assert_eq!(hosts.refuse(url).as_deref(), expected, "{url}");
        }
    }
}
