//! The endpoints of service and IAM, which must belong to one cloud.

use super::*;

/// A profile with the endpoints of an unknown cloud.
pub(super) const PLACE: &str =
    "[profiles.p]\nendpoint = 'https://p'\niam_endpoint = 'https://i'\ntoken = 't'";

/// Endpoints of different clouds would expose the secrets of one to the other.
#[test]
fn service_and_iam_are_of_one_cloud() {
    let place = || given().file(".config/cbr/config.toml", PLACE);
    let own = || given().var("CBR_ENDPOINT", "https://e").var("CBR_IAM_ENDPOINT", "https://f");
    let cases = [
        (place(), ["https://p", "https://i"]),
        (place().flag("--region", "x-1"), ["https://p", "https://i"]),
        (place().flag("--profile", "p").flag("--region", "x-1"), ["https://p", "https://i"]),
        (own().flag("--region", "x-1"), ["https://e", "https://f"]),
        (own().terraform(), ["https://e", "https://f"]),
        // The domain of another tool applies to its own region, and to an unknown region.
        (
            given().own().var("HW_REGION", "x-1").var("HW_CLOUD", "example.com"),
            ["https://cbr.x-1.example.com", "https://iam.x-1.example.com"],
        ),
        (
            given().own().var("CBR_REGION", "x-1").var("HW_CLOUD", "example.com"),
            ["https://cbr.x-1.example.com", "https://iam.x-1.example.com"],
        ),
        (
            given().own().var("CBR_REGION", "eu-de").var("HW_CLOUD", "example.com"),
            ["https://cbr.eu-de.otc.t-systems.com", "https://iam.eu-de.otc.t-systems.com"],
        ),
    ];
    for (given, expected) in cases {
        let found = given.find();
        let (endpoint, (iam, _)) = (found.endpoint.unwrap().endpoint, found.iam.unwrap());
        assert_eq!([endpoint.base(), iam.base()], expected, "{:?}", given.variables);
    }
}

#[test]
fn an_address_can_depend_on_the_region() {
    let at =
        |address: &str| given().own().var("CBR_ENDPOINT", address).var("CBR_IAM_ENDPOINT", address);
    let cases = [
        (
            at("https://cbr.{region}.example.com").flag("--region", "x-1"),
            "https://cbr.x-1.example.com",
        ),
        (
            at("https://gateway.example.com/{region}").var("CBR_REGION", "x-1"),
            "https://gateway.example.com/x-1",
        ),
        // A known region is no contradiction: the address follows it.
        (
            at("https://gateway.example.com/{region}").flag("--region", "eu-de"),
            "https://gateway.example.com/eu-de",
        ),
        (at("http://127.0.0.1:1/{region}/").flag("--region", "eu-de"), "http://127.0.0.1:1/eu-de"),
    ];
    for (given, expected) in cases {
        let found = given.find();
        let (endpoint, (iam, _)) = (found.endpoint.unwrap().endpoint, found.iam.unwrap());
        assert_eq!([endpoint.base(), iam.base()], [expected; 2], "{:?}", given.variables);
    }
    let refused = [
        (at("https://e.example.com/{region}"), "has {region} in it, which needs a region"),
        (at("https://e.example.com/{region}").flag("--region", "a/../b"), "has {region} in it"),
        (at("https://e.example.com/{region}/x").flag("--region", "x-1"), "has more than scheme"),
        (at("https://{region}@e.example.com").flag("--region", "x-1"), "holds a user name"),
        (at("https://e.example.com/v3").flag("--region", "x-1"), "has more than scheme"),
    ];
    for (given, expected) in refused {
        let error = given.find().endpoint.unwrap_err().error.to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Terraform's provider reads this variable beside keys of its own name.
#[test]
fn a_region_of_ours_counts_whatever_else_is_set() {
    let os = |region: &str| given().own().var("OS_REGION_NAME", region);
    let origin = |given: Given| given.find().region.map(|region| region.origin);
    let cases = [
        (os("eu-de"), Some("OS_REGION_NAME")),
        (os("eu-de").var("HW_REGION", "eu-nl"), Some("HW_REGION")),
        (os("RegionOne"), None),
        (os("x-1").var("HUAWEICLOUD_SDK_REGION_CBR_X_1", "https://x"), Some("OS_REGION_NAME")),
        (os("x-1").var("HW_CLOUD", "example.com"), Some("OS_REGION_NAME")),
        (os("eu-de").var("OS_AUTH_URL", "https://keystone.example.com"), None),
    ];
    for (given, expected) in cases {
        assert_eq!(origin(given).as_deref(), expected);
    }
    // A project belongs to its keys.
    let project = given().own().var("OS_PROJECT_ID", "p").find().project.unwrap();
    assert!(matches!(project, Project::Id(id) if id.origin == "CBR_PROJECT_ID"));
}

#[test]
fn an_endpoint_overrides_a_region() {
    let of_region = "HUAWEICLOUD_SDK_REGION_CBR_EU_DE";
    let region = || given().var("CBR_REGION", "eu-de");
    let regions = |given: Given| {
        given.file(".huaweicloud/regions.yaml", "CBR: [{id: eu-de, endpoint: 'https://f'}]")
    };
    let cases = [
        (region(), "https://cbr.eu-de.otc.t-systems.com", "CBR_REGION"),
        (regions(region()), "https://f", "~/.huaweicloud/regions.yaml"),
        (regions(region()).var(of_region, "https://v,https://w"), "https://v", of_region),
        (regions(region()).var("CBR_ENDPOINT", "https://e"), "https://e", "CBR_ENDPOINT"),
        (
            region().var("CBR_ENDPOINT", "https://e").flag("--endpoint", "https://g"),
            "https://g",
            "--endpoint",
        ),
        // A region of the same level, or one without a known host, is only a name.
        (region().var("CBR_ENDPOINT", "https://e"), "https://e", "CBR_ENDPOINT"),
        (
            given().var("CBR_ENDPOINT", "https://e").flag("--region", "private-1"),
            "https://e",
            "CBR_ENDPOINT",
        ),
    ];
    for (given, expected, origin) in cases {
        let found = given.find().endpoint.unwrap();
        assert_eq!((found.endpoint.base(), found.origin.as_str()), (expected, origin));
    }
}

#[test]
fn a_region_that_contradicts_an_endpoint_of_lower_precedence_is_an_error() {
    let eu_nl = "--region eu-nl leads to cbr.eu-nl.otc.t-systems.com, but ";
    let cases = [
        (given().var("CBR_ENDPOINT", "https://e"), "CBR_ENDPOINT is https://e"),
        (
            given().file(".config/cbr/config.toml", PLACE),
            "~/.config/cbr/config.toml [profiles.p] endpoint is https://p",
        ),
    ];
    for (given, expected) in cases {
        let found = given.flag("--region", "eu-nl").find().endpoint.unwrap_err();
        assert_eq!(found.error.to_string(), format!("{eu_nl}{expected}"));
    }
}
