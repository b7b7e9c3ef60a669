//! Regions that have the service, each with its host.
//!
//! Sources: the region table of Huawei Cloud's SDK for CBR; the endpoint tables of Open Telekom
//! Cloud, Flexible Engine and the other sister clouds. Where they disagree, the cloud that runs the
//! region wins.

/// Regions of Huawei Cloud, at `cbr.REGION.myhuaweicloud.com`.
const HUAWEI_CLOUD: [&str; 29] = [
    "af-north-1",
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-east-5",
    "cn-north-1",
    "cn-north-11",
    "cn-north-12",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-south-2",
    "cn-south-4",
    "cn-southwest-2",
    "cn-southwest-3",
    "la-north-2",
    "la-south-2",
    "me-east-1",
    "na-mexico-1",
    "ru-northwest-2",
    "sa-brazil-1",
    "tr-west-1",
];

/// Regions with a host of another form.
const OTHERS: [(&str, &str); 8] = [
    ("ae-ad-1", "cbr.ae-ad-1.g42cloud.com"),
    ("eu-ch2", "cbr.eu-ch2.sc.otc.t-systems.com"),
    ("eu-de", "cbr.eu-de.otc.t-systems.com"),
    ("eu-nl", "cbr.eu-nl.otc.t-systems.com"),
    ("eu-west-0", "cbr.eu-west-0.prod-cloud-ocb.orange-business.com"),
    ("eu-west-101", "cbr.eu-west-101.myhuaweicloud.eu"),
    ("my-kualalumpur-1", "cbr.my-kualalumpur-1.alphaedge.tmone.com.my"),
    ("ru-moscow-1", "cbr.ru-moscow-1.hc.sbercloud.ru"),
];

/// Returns the host of the service in a region.
pub(crate) fn host(region: &str) -> Option<String> {
    if HUAWEI_CLOUD.contains(&region) {
        return Some(format!("cbr.{region}.myhuaweicloud.com"));
    }
    let other = OTHERS.iter().find(|(name, _)| *name == region);
    other.map(|(_, host)| (*host).to_owned()).or_else(|| host_in_europe(region))
}

/// Further regions of Huawei Cloud Europe, which are named `eu-west-1` and two digits.
fn host_in_europe(region: &str) -> Option<String> {
    let digits = region.strip_prefix("eu-west-1")?;
    let is_one = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| format!("cbr.{region}.myhuaweicloud.eu"))
}

/// Returns true if `text` has the form of a region's name: two letters, then one or two words, such
/// as `eu-de` and `cn-north-4`.
pub(super) fn is_name(text: &str) -> bool {
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

/// Every known region, for suggestions and completion.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    HUAWEI_CLOUD.into_iter().chain(OTHERS.into_iter().map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_has_its_own_host() {
        let cases = [
            ("cn-north-4", Some("cbr.cn-north-4.myhuaweicloud.com")),
            ("eu-west-101", Some("cbr.eu-west-101.myhuaweicloud.eu")),
            ("eu-west-102", Some("cbr.eu-west-102.myhuaweicloud.eu")),
            ("eu-west-1x2", None),
            ("eu-west-1", None),
            ("eu-de", Some("cbr.eu-de.otc.t-systems.com")),
            ("eu-nl", Some("cbr.eu-nl.otc.t-systems.com")),
            ("eu-ch2", Some("cbr.eu-ch2.sc.otc.t-systems.com")),
            ("eu-west-0", Some("cbr.eu-west-0.prod-cloud-ocb.orange-business.com")),
            ("mars-1", None),
            ("", None),
        ];
        for (region, expected) in cases {
            assert_eq!(host(region).as_deref(), expected, "{region}");
        }
    }

    #[test]
    fn every_known_region_has_the_form_of_a_name() {
        assert!(names().all(is_name));
        for other in
            ["obs", "apic", "x.eu-de", "eu-de.x", "eu", "eu-", "-de", "a-b-c-d", "eur-de", ""]
        {
            assert!(!is_name(other), "{other}");
        }
    }

    #[test]
    fn no_region_is_listed_twice() {
        let mut all: Vec<_> = names().collect();
        let number = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), number);
    }
}
