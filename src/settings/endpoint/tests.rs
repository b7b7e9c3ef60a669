//! Endpoints that are accepted or rejected, and those that follow from a region.

use super::*;

fn parse(value: &str) -> Result<Endpoint, String> {
    let setting = Setting::new("--endpoint", value);
    Endpoint::parse(&setting).map_err(|error| error.to_string())
}

#[test]
fn https_anywhere_and_http_to_this_machine() {
    let cases = [
        ("https://cbr.eu-de.otc.t-systems.com", "cbr.eu-de.otc.t-systems.com"),
        ("https://cbr.eu-de.otc.t-systems.com:443/", "cbr.eu-de.otc.t-systems.com"),
        ("https://example.com:8443", "example.com:8443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.9.9.9", "127.9.9.9"),
        ("http://[::1]:80", "[::1]"),
        ("http://localhost:1", "localhost:1"),
    ];
    for (value, host) in cases {
        assert_eq!(parse(value).map(|endpoint| endpoint.host()), Ok(host.to_owned()), "{value}");
    }
}

#[test]
fn a_domain_gives_the_host_of_a_region() {
    let below = |region: &str, domain: &str| {
        let (region, cloud) = (Setting::new("R", region), Setting::new("HW_CLOUD", domain));
        match Endpoint::below("cbr", &region, &cloud) {
            Ok((endpoint, origin)) => format!("{} of {origin}", endpoint.base()),
            Err(error) => error.to_string(),
        }
    };
    let cases = [
        ("mars-1", "example.com", "https://cbr.mars-1.example.com of R and HW_CLOUD"),
        ("mars-1", "a@b.com", "HW_CLOUD cannot be a part of a host"),
        ("mars-1", "example.com/x", "HW_CLOUD cannot be a part of a host"),
        ("", "example.com", "R: `` cannot be a part of a host"),
        ("x.apic.eu-de", "example.com", "R: `x.apic.eu-de` cannot be a part of a host"),
        ("a/b", "example.com", "R: `a/b` cannot be a part of a host"),
    ];
    for (region, domain, expected) in cases {
        assert_eq!(below(region, domain), expected);
    }
}

#[test]
fn an_unknown_region_is_beside_the_iam_of_a_known_cloud() {
    let cases = [
        ("https://iam.eu-de.otc.t-systems.com", Some("https://cbr.eu-x1.otc.t-systems.com")),
        (
            "https://iam-pub.eu-ch2.sc.otc.t-systems.com",
            Some("https://cbr.eu-x1.sc.otc.t-systems.com"),
        ),
        ("https://iam.myhuaweicloud.com", Some("https://cbr.eu-x1.myhuaweicloud.com")),
        ("https://iam.cn-north-4.myhuaweicloud.com", Some("https://cbr.eu-x1.myhuaweicloud.com")),
        ("https://iam.example.com", None),
        ("https://iam.eu-de.example.com", None),
        ("https://iam.apic.eu-de.otc.t-systems.com", None),
        ("https://iam.eu-de.apic.otc.t-systems.com", None),
        ("http://127.0.0.1:1", None),
    ];
    let region = Setting::new("r", "x.apic.eu-de");
    let otc = Endpoint::parse(&Setting::new("i", "https://iam.eu-de.otc.t-systems.com")).unwrap();
    assert_eq!(Endpoint::beside(&region, &otc), None);
    for (iam, expected) in cases {
        let iam = Endpoint::parse(&Setting::new("i", iam)).unwrap();
        let beside = Endpoint::beside(&Setting::new("r", "eu-x1"), &iam);
        assert_eq!(beside.as_ref().map(Endpoint::base), expected, "{iam:?}");
    }
}

#[test]
fn the_catalogue_of_a_known_cloud_names_hosts_of_that_cloud() {
    let otc = "https://iam.eu-de.otc.t-systems.com";
    let cases = [
        (otc, "https://cbr.eu-de.otc.t-systems.com", true),
        (otc, "https://cbr.eu-x1.otc.t-systems.com", true),
        (otc, "https://cbr.eu-de.apic.otc.t-systems.com", false),
        (otc, "https://0123abcd.apic.eu-de.otc.t-systems.com", false),
        (otc, "https://cbr.cn-north-4.myhuaweicloud.com", false),
        (otc, "https://cbr.example.com", false),
        ("https://iam.myhuaweicloud.com", "https://cbr.cn-north-4.myhuaweicloud.com", true),
        // The user names this host.
        ("https://iam.example.com", "https://cbr.example.com", true),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", true),
    ];
    let parse = |url| Endpoint::parse(&Setting::new("", url)).unwrap();
    for (iam, service, expected) in cases {
        assert_eq!(parse(iam).lists(&parse(service)), expected, "{iam} {service}");
    }
}

#[test]
fn what_a_catalogue_gives_ends_in_version_and_project_or_not() {
    let cases = [
        ("https://cbr.example.com", Some("https://cbr.example.com")),
        ("https://cbr.example.com/v3/", Some("https://cbr.example.com")),
        ("https://cbr.example.com/v3/0605767b5780", Some("https://cbr.example.com")),
        ("https://cbr.example.com/v3/$(tenant_id)s", Some("https://cbr.example.com")),
        ("http://127.0.0.1:1/v3/p", Some("http://127.0.0.1:1")),
        ("http://cbr.example.com/v3", None),
        ("https://cbr.example.com/v1/p", None),
        ("https://cbr.example.com/v3/p/q", None),
        ("https://a:b@cbr.example.com", None),
        ("cbr", None),
    ];
    for (url, expected) in cases {
        let endpoint = Endpoint::of_catalog(url);
        assert_eq!(endpoint.as_ref().map(Endpoint::base), expected, "{url}");
    }
}

#[test]
fn unsafe_and_invalid_endpoints_are_rejected() {
    let cases = [
        ("cbr.eu-de.otc.t-systems.com", "is not a URL"),
        ("ftp://example.com", "is not an https URL"),
        ("http://example.com", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("http://localhost.example.com", "unencrypted"),
        ("https://example.com/v3", "more than scheme, host and port"),
        ("https://example.com/?a=b", "more than scheme, host and port"),
        ("https://example.com/?token=secret", "`https://example.com…` has more than"),
        ("https://example.com#secret", "`https://example.com…` has more than"),
        ("http://example.com/?token=secret", "`http://example.com…` has more than"),
        ("https://user:secret@example.com", "user name or password"),
        ("https://user:1/secret@example.com", "user name or password"),
        ("secret@example.com", "user name or password"),
        ("secret", "is not a URL"),
        ("secret:secret", "is not an https URL"),
        ("", "is not a URL"),
    ];
    for (value, expected) in cases {
        let error = parse(value).unwrap_err();
        assert!(error.contains(expected), "{value}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn an_address_of_iam_may_end_in_the_version() {
    let at = |value: &str| match Endpoint::of_identity(&Setting::new("OS_AUTH_URL", value)) {
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
