//! A source that the user names must exist: files of variables, profiles, and the metadata service
//! that a profile selects.

use super::*;

const AGENCY: &str =
    r#"{"current":"s","profiles":[{"name":"s","mode":"ecsAgency","region":"cn-north-1"}]}"#;

/// A profile that selects the server's own keys uses the metadata service in its place, and sources
/// of lower precedence are not read.
#[test]
fn a_profile_may_lead_to_the_metadata_service() {
    let server = "~/.hcloud/config.json, profile `s`";
    let koocli = |given: Given| given.file(".hcloud/config.json", AGENCY);
    let own = |given: Given| {
        given.file(
            ".config/cbr/config.toml",
            "[profiles.p]\nkoocli_profile = 's'\nproject_id = 'pp'",
        )
    };
    let place = "~/.config/cbr/config.toml [profiles.p]";
    let project = "~/.config/cbr/config.toml [profiles.p] project_id";
    check([
        (koocli(given().sdk_file()).metadata(), [server, server, "ECS metadata"]),
        (koocli(given().own()).metadata().flag("--profile", "s"), [server, server, "ECS metadata"]),
        (
            koocli(given().sdk_file()).metadata().var("HW_PROFILE", "s"),
            [server, server, "ECS metadata"],
        ),
        (own(koocli(given())).metadata(), [place, server, project]),
        (koocli(given().own()).metadata(), ["CBR_*", "-", "CBR_PROJECT_ID"]),
    ]);
    let unasked = |given: Given| Given { metadata: Metadata::NotRequested, ..given };
    let found = unasked(koocli(given().sdk_file())).find();
    assert!(found.metadata_to_request.is_some());
    let expected = format!("{server}: ECS metadata would be requested");
    assert_eq!(found.credentials.unwrap_err().to_string(), expected);
    let nobody = koocli(given().sdk_file()).find().credentials.unwrap_err().to_string();
    let expected =
        format!("{server}: its mode is ecsAgency, and ECS metadata gives no keys (nobody answers)");
    assert_eq!(nobody, expected);
    let off = unasked(koocli(given())).var("CBR_ECS_METADATA", "off").find();
    let expected = format!("{server}: its mode is ecsAgency, and CBR_ECS_METADATA is off");
    assert_eq!(off.credentials.unwrap_err().to_string(), expected);
}

/// A file or profile that the user names is not replaced by another one.
#[test]
fn a_file_named_by_a_variable_must_exist() {
    let cases = [
        (
            given().var("HW_SHARED_CONFIG_FILE", "~/k"),
            "HW_SHARED_CONFIG_FILE: there is no file ~/k",
        ),
        (
            given().var("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "~/f"),
            "HUAWEICLOUD_SDK_CREDENTIALS_FILE: there is no file ~/f",
        ),
        (
            given().var("OS_CLIENT_CONFIG_FILE", "/no/c"),
            "OS_CLIENT_CONFIG_FILE: there is no file /no/c",
        ),
        (
            given().clouds(1).var("OS_CLIENT_SECURE_FILE", "~/s"),
            "OS_CLIENT_SECURE_FILE: there is no file ~/s",
        ),
        (
            given().koocli().var("HW_PROFILE", "x"),
            "HW_PROFILE: ~/.hcloud/config.json: no profile `x`; known: `k`, `other`",
        ),
        (given().var("HW_PROFILE", "x"), "HW_PROFILE: there is no file with profiles"),
    ];
    for (given, expected) in cases {
        let found = given.metadata().find();
        assert_eq!(found.credentials.unwrap_err().to_string(), expected);
    }
    let regions = given().own().var("CBR_REGION", "eu-de");
    let regions = regions.var("HUAWEICLOUD_SDK_REGIONS_FILE", "~/r").find();
    let message = "HUAWEICLOUD_SDK_REGIONS_FILE: there is no file ~/r";
    assert_eq!(regions.endpoint.unwrap_err().error.to_string(), message);
    let named = given().file("k", AGENCY).var("HW_SHARED_CONFIG_FILE", "~/k").metadata();
    check([(named, ["~/k, profile `s`", "~/k, profile `s`", "ECS metadata"])]);
    // With credentials from an earlier source, it is not needed.
    check([(given().own().var("HW_SHARED_CONFIG_FILE", "~/k"), ["CBR_*", "-", "CBR_PROJECT_ID"])]);
}
