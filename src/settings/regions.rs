//! The table of regions: the cloud that runs each, and its hosts.
//!
//! To add a region, add its line to [`REGIONS`]; a cloud is the domain below which it has its
//! hosts. Sources: the region table of Huawei Cloud's SDK for CBR; the endpoint tables of Open
//! Telekom Cloud, Flexible Engine and the other sister clouds. Where they disagree, the cloud that
//! runs the region wins.

use Identity::{Cloud, Named, Regional};

// Domain of each cloud. The host of a service is `SERVICE.REGION.DOMAIN`.
const ALPHA_EDGE: &str = "alphaedge.tmone.com.my";
const FLEXIBLE_ENGINE: &str = "prod-cloud-ocb.orange-business.com";
const G42: &str = "g42cloud.com";
const HUAWEI_CLOUD: &str = "myhuaweicloud.com";
const HUAWEI_CLOUD_EUROPE: &str = "myhuaweicloud.eu";
const OTC: &str = "otc.t-systems.com";
const SBERCLOUD: &str = "hc.sbercloud.ru";
const SWISS_OTC: &str = "sc.otc.t-systems.com";

// Former domain of `HUAWEI_CLOUD`, which still serves its IAM.
const FORMER_HUAWEI_CLOUD: &str = "myhwclouds.com";

/// A region that has the backup service: its name, the domain of its cloud, and its IAM.
struct Region(&'static str, &'static str, Identity);

/// Which host is the IAM of a region.
#[derive(Clone, Copy)]
enum Identity {
    /// `iam.REGION.DOMAIN`.
    Regional,
    /// `iam.DOMAIN`, since the vendor's SDK has none for the region.
    Cloud,
    /// `NAME.REGION.DOMAIN`.
    Named(&'static str),
}

const REGIONS: &[Region] = &[
    Region("af-north-1", HUAWEI_CLOUD, Cloud),
    Region("af-south-1", HUAWEI_CLOUD, Regional),
    Region("ap-southeast-1", HUAWEI_CLOUD, Regional),
    Region("ap-southeast-2", HUAWEI_CLOUD, Regional),
    Region("ap-southeast-3", HUAWEI_CLOUD, Regional),
    Region("ap-southeast-4", HUAWEI_CLOUD, Regional),
    Region("ap-southeast-5", HUAWEI_CLOUD, Cloud),
    Region("cn-east-2", HUAWEI_CLOUD, Regional),
    Region("cn-east-3", HUAWEI_CLOUD, Regional),
    Region("cn-east-4", HUAWEI_CLOUD, Regional),
    Region("cn-east-5", HUAWEI_CLOUD, Regional),
    Region("cn-north-1", HUAWEI_CLOUD, Regional),
    Region("cn-north-11", HUAWEI_CLOUD, Cloud),
    Region("cn-north-12", HUAWEI_CLOUD, Regional),
    Region("cn-north-2", HUAWEI_CLOUD, Regional),
    Region("cn-north-4", HUAWEI_CLOUD, Regional),
    Region("cn-north-9", HUAWEI_CLOUD, Regional),
    Region("cn-south-1", HUAWEI_CLOUD, Regional),
    Region("cn-south-2", HUAWEI_CLOUD, Regional),
    Region("cn-south-4", HUAWEI_CLOUD, Cloud),
    Region("cn-southwest-2", HUAWEI_CLOUD, Regional),
    Region("cn-southwest-3", HUAWEI_CLOUD, Cloud),
    Region("la-north-2", HUAWEI_CLOUD, Regional),
    Region("la-south-2", HUAWEI_CLOUD, Regional),
    Region("me-east-1", HUAWEI_CLOUD, Regional),
    Region("na-mexico-1", HUAWEI_CLOUD, Regional),
    Region("ru-northwest-2", HUAWEI_CLOUD, Cloud),
    Region("sa-brazil-1", HUAWEI_CLOUD, Regional),
    Region("tr-west-1", HUAWEI_CLOUD, Regional),
    Region("ae-ad-1", G42, Regional),
    Region("eu-ch2", SWISS_OTC, Named("iam-pub")),
    Region("eu-de", OTC, Regional),
    Region("eu-nl", OTC, Regional),
    Region("eu-west-0", FLEXIBLE_ENGINE, Regional),
    Region("eu-west-101", HUAWEI_CLOUD_EUROPE, Regional),
    Region("my-kualalumpur-1", ALPHA_EDGE, Regional),
    Region("ru-moscow-1", SBERCLOUD, Regional),
];

/// Returns the host of a service in a region of the table, or in one that follows the naming of
/// Huawei Cloud Europe.
fn host(name: &str, host: impl Fn(&str, &str, Identity) -> String) -> Option<String> {
    if let Some(Region(name, domain, identity)) = REGIONS.iter().find(|region| region.0 == name) {
        return Some(host(name, domain, *identity));
    }
    // Further regions are named `eu-west-1` and two digits.
    let digits = name.strip_prefix("eu-west-1")?;
    let is_european = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_european.then(|| host(name, HUAWEI_CLOUD_EUROPE, Regional))
}

/// Returns the names of all regions of the table.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|region| region.0)
}

/// Returns the host of the backup service in a region.
pub(crate) fn service_host(region: &str) -> Option<String> {
    host(region, |name, domain, _| format!("cbr.{name}.{domain}"))
}

/// Returns the IAM host of a region.
pub(super) fn identity_host(region: &str) -> Option<String> {
    host(region, |name, domain, identity| match identity {
        Regional => format!("iam.{name}.{domain}"),
        Cloud => format!("iam.{domain}"),
        Named(service) => format!("{service}.{name}.{domain}"),
    })
}

/// Returns the region of a project with this name: that of the name, or of its part before `_`.
/// IAM names the main project of a region like the region, and others `REGION_NAME`.
pub(crate) fn of_project(name: &str) -> Option<&str> {
    let region = name.split_once('_').map_or(name, |(region, _)| region);
    service_host(region).map(|_| region)
}

/// Returns the region that the name of a project names, whether it is known or not: the name up to
/// `_`, if it has the form of a region. Private clouds have regions of longer names.
pub(super) fn region_in(project: &str) -> Option<&str> {
    let region = project.split_once('_').map_or(project, |(region, _)| region);
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_part);
    let is_region = region.split('-').count() >= 2 && region.split('-').all(is_word);
    is_region.then_some(region)
}

/// Returns the region in the name of an IAM host; `None` for hosts of a whole cloud, and for those
/// of other clouds.
pub(crate) fn region_of_identity(host: &str) -> Option<&str> {
    of_identity(host)?;
    let (_, rest) = host.split_once('.')?;
    let domains = REGIONS.iter().map(|region| region.1).chain([FORMER_HUAWEI_CLOUD]);
    let mut regions = domains.filter_map(|domain| rest.strip_suffix(domain)?.strip_suffix('.'));
    regions.find(|region| is_region_name(region))
}

/// Returns the host of the backup service in a region of Huawei Cloud that is newer than the
/// table. `None` for a name that differs in one letter from one of the table: it is mistyped.
pub(super) fn further_service_host(region: &str) -> Option<String> {
    let is_near = |known: &str| strsim::osa_distance(known, region) <= 1;
    let is_further = is_public_region_name(region) && !names().any(is_near);
    is_further.then(|| format!("cbr.{region}.{HUAWEI_CLOUD}"))
}

/// Returns the IAM host of such a region.
pub(super) fn further_identity_host(region: &str) -> Option<String> {
    further_service_host(region).map(|_| format!("iam.{HUAWEI_CLOUD}"))
}

/// Returns the domain of the cloud whose IAM is at `host`; `None` for any other host.
pub(crate) fn of_identity(host: &str) -> Option<&'static str> {
    if let Some(name) = host.strip_suffix(FORMER_HUAWEI_CLOUD) {
        return of_identity(&format!("{name}{HUAWEI_CLOUD}"));
    }
    let is_its = |region: &&Region| identity_host(region.0).as_deref() == Some(host);
    domain_of("iam", host).or_else(|| REGIONS.iter().find(is_its).map(|region| region.1))
}

/// Returns the domain of the cloud whose backup service is at `host`; `None` for any other host.
pub(crate) fn of_service(host: &str) -> Option<&'static str> {
    domain_of("cbr", host)
}

/// Returns the domain of `host` if it is exactly `SERVICE.REGION.DOMAIN`, also for regions that are
/// not in the table.
fn domain_of(service: &str, host: &str) -> Option<&'static str> {
    let rest = host.strip_prefix(service)?.strip_prefix('.')?;
    REGIONS.iter().map(|region| region.1).find(|domain| {
        let region = rest.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
        region.is_some_and(is_region_name)
    })
}

/// Returns true if `text` has the form of a region's name: two letters, then one or two words, such
/// as `eu-de` and `cn-north-4`.
pub(super) fn is_region_name(text: &str) -> bool {
    let mut words = text.split('-');
    let is_area =
        |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_word = |word: &str| {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !word.is_empty() && word.bytes().all(is_part)
    };
    words.next().is_some_and(is_area)
        && matches!(words.clone().count(), 1 | 2)
        && words.all(is_word)
}

/// Returns true if `text` has the form that Huawei Cloud gives its regions: two letters, a word and
/// a number, such as `cn-north-4`.
fn is_public_region_name(text: &str) -> bool {
    let number = text.rsplit('-').next().unwrap_or_default();
    let is_number = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_region_name(text) && text.split('-').count() == 3 && is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_or_an_identity_host_names_a_region() {
        let cases = [
            ("eu-de", Some("eu-de")),
            ("eu-de_app", Some("eu-de")),
            ("eu-de_app_2", Some("eu-de")),
            ("eu-west-101_x", Some("eu-west-101")),
            ("eu-dex", None),
            ("eu-de-app", None),
            ("MOS", None),
            ("_eu-de", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(of_project(name), expected, "{name}");
        }
        let cases = [
            ("iam.eu-de.otc.t-systems.com", Some("eu-de")),
            ("iam-pub.eu-ch2.sc.otc.t-systems.com", Some("eu-ch2")),
            ("iam.eu-x1.otc.t-systems.com", Some("eu-x1")),
            ("iam.cn-north-1.myhwclouds.com", Some("cn-north-1")),
            ("iam.myhuaweicloud.com", None),
            ("iam.myhwclouds.com", None),
            ("iam.obs.myhuaweicloud.com", None),
            ("iam.eu-de.example.com", None),
            ("cbr.eu-de.otc.t-systems.com", None),
        ];
        for (host, expected) in cases {
            assert_eq!(region_of_identity(host), expected, "{host}");
        }
    }

    #[test]
    fn new_regions_are_of_huawei_cloud_and_mistyped_ones_of_none() {
        let cases = [
            ("sa-argentina-1", true),
            ("sa-peru-1", true),
            ("sa-chile-1", true),
            ("xx-new-12", true),
            ("cn-north-3", false),
            ("cn-norht-4", false),
            ("cn-nort-4", false),
            ("eu-west-1", false),
            ("eu-fr", false),
            ("mars-1", false),
            ("RegionOne", false),
            ("eu-west-x", false),
            ("eu-west.evil-1", false),
            ("", false),
        ];
        for (region, expected) in cases {
            let found = further_service_host(region);
            let host = expected.then(|| format!("cbr.{region}.myhuaweicloud.com"));
            assert_eq!(found, host, "{region}");
            let identity = expected.then(|| "iam.myhuaweicloud.com".to_owned());
            assert_eq!(further_identity_host(region), identity, "{region}");
        }
    }

    #[test]
    fn each_cloud_has_its_own_hosts() {
        let cases = [
            ("cn-north-4", Some(["cbr.cn-north-4.", "iam.cn-north-4.", "myhuaweicloud.com"])),
            ("cn-north-11", Some(["cbr.cn-north-11.", "iam.", "myhuaweicloud.com"])),
            ("eu-west-101", Some(["cbr.eu-west-101.", "iam.eu-west-101.", "myhuaweicloud.eu"])),
            ("eu-west-102", Some(["cbr.eu-west-102.", "iam.eu-west-102.", "myhuaweicloud.eu"])),
            ("eu-west-1x2", None),
            ("eu-west-1", None),
            ("eu-de", Some(["cbr.eu-de.", "iam.eu-de.", "otc.t-systems.com"])),
            ("eu-nl", Some(["cbr.eu-nl.", "iam.eu-nl.", "otc.t-systems.com"])),
            ("eu-ch2", Some(["cbr.eu-ch2.", "iam-pub.eu-ch2.", "sc.otc.t-systems.com"])),
            (
                "eu-west-0",
                Some(["cbr.eu-west-0.", "iam.eu-west-0.", "prod-cloud-ocb.orange-business.com"]),
            ),
            ("ae-ad-1", Some(["cbr.ae-ad-1.", "iam.ae-ad-1.", "g42cloud.com"])),
            ("mars-1", None),
            ("", None),
        ];
        for (region, expected) in cases {
            let hosts = service_host(region).zip(identity_host(region));
            let expected = expected.map(|[service, identity, domain]| {
                (format!("{service}{domain}"), format!("{identity}{domain}"))
            });
            assert_eq!(hosts, expected, "{region}");
        }
    }

    /// A mistyped line would send credentials elsewhere, or reject its own hosts.
    #[test]
    fn every_line_of_the_table_is_a_region_whose_hosts_are_trusted() {
        for Region(name, domain, _) in REGIONS {
            assert!(is_region_name(name), "{name}");
            let found = REGIONS.iter().filter(|other| other.0 == *name).count();
            assert_eq!(found, 1, "{name} is listed {found} times");
            let (service, identity) = (service_host(name).unwrap(), identity_host(name).unwrap());
            assert_eq!(of_service(&service), Some(*domain), "{service}");
            assert_eq!(of_identity(&identity), Some(*domain), "{identity}");
        }
        for host in ["cbr.obs.eu-de.otc.t-systems.com", "x.cbr.eu-de.otc.t-systems.com", "cbr.x"] {
            assert_eq!(of_service(host), None, "{host}");
        }
    }

    #[test]
    fn other_words_are_no_region_names() {
        for other in
            ["obs", "apic", "x.eu-de", "eu-de.x", "eu", "eu-", "-de", "a-b-c-d", "eur-de", ""]
        {
            assert!(!is_region_name(other), "{other}");
        }
    }
}
