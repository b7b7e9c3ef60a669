//! Precedence of the sources of credentials, region and project.

use super::*;

/// Rule 0: each source overrides all sources below it, as a whole, with its own project and its own
/// region before that of files.
#[test]
fn sources_follow_their_precedence() {
    let from_metadata = || given().metadata();
    let from_clouds = || from_metadata().clouds(1);
    let from_sdk_file = || from_clouds().sdk_file();
    let from_koocli = || from_sdk_file().koocli();
    let from_own_file = || from_koocli().own_file();
    let from_samples = || from_own_file().samples();
    let from_openstack = || from_samples().openstack();
    let from_terraform = || from_openstack().terraform();
    let from_sdk = || from_terraform().sdk();
    let from_own = || from_sdk().own();
    check([
        (from_metadata(), ["ECS metadata", "ECS metadata", "ECS metadata"]),
        (from_clouds(), [CLOUD, CLOUD, CLOUD]),
        (from_sdk_file(), [SDK_FILE, "-", SDK_FILE]),
        (from_koocli(), [KOOCLI, KOOCLI, KOOCLI]),
        (from_own_file(), [OWN_FILE, OWN_FILE_REGION, OWN_FILE_PROJECT]),
        // Region and project of the profile belong to its keys, which are not used.
        (from_samples(), ["CLOUD_SDK_*", "-", "CLOUD_SDK_PROJECT_ID"]),
        (from_openstack(), ["OS_*", "OS_REGION_NAME", "OS_PROJECT_ID"]),
        (from_terraform(), ["HW_*", "HW_REGION", "HW_PROJECT_ID"]),
        (from_sdk(), ["HUAWEICLOUD_SDK_*", "HW_REGION", "HUAWEICLOUD_SDK_PROJECT_ID"]),
        (from_own(), ["CBR_*", "HW_REGION", "CBR_PROJECT_ID"]),
    ]);
}

/// Rule 1b: a source that is selected by name overrides all keys of the environment, and its region
/// applies.
#[test]
fn explicitly_named_sources_take_precedence() {
    let all = || given().own().sdk().terraform().openstack().koocli().clouds(2).metadata();
    let other = "~/.hcloud/config.json, profile `other`";
    let region = |given: Given| given.var("CBR_REGION", "eu-west-0");
    check([
        (all().flag("--profile", "other"), [other, other, other]),
        (all().flag("--cloud", "c"), [CLOUD, CLOUD, CLOUD]),
        (all().var("CBR_PROFILE", "other"), [other, other, "CBR_PROJECT_ID"]),
        // A flag overrides a variable, and each overrides the family of the other.
        (all().flag("--cloud", "c").var("CBR_PROFILE", "other"), [CLOUD, CLOUD, CLOUD]),
        (all().flag("--profile", "other").var("OS_CLOUD", "c"), [other, other, other]),
        // OS_CLOUD is one of the OS_* variables, and takes precedence among those.
        (given().openstack().clouds(2).var("OS_CLOUD", "c"), [CLOUD, CLOUD, CLOUD]),
        (all().var("OS_CLOUD", "c"), ["CBR_*", "HW_REGION", "CBR_PROJECT_ID"]),
        // CBR_REGION overrides the region of a profile only beside CBR_PROFILE.
        (region(all()).flag("--profile", "other"), [other, other, other]),
        (region(all()).var("CBR_PROFILE", "other"), [other, "CBR_REGION", "CBR_PROJECT_ID"]),
        (all().flag("--profile", "other").flag("--region", "eu-de"), [other, "--region", other]),
    ]);
    let missing = "--profile: ~/.hcloud/config.json: no profile `x`; known: `k`, `other`";
    let found = all().flag("--profile", "x").find();
    assert_eq!(found.credentials.unwrap_err().to_string(), missing);
    let found = given().own().flag("--cloud", "x").find();
    let missing = "--cloud: no clouds.yaml, and so no cloud `x`";
    assert_eq!(found.credentials.unwrap_err().to_string(), missing);
}

/// Rule 0: half of a set is an error in every source, whatever the sources below it contain.
#[test]
fn incomplete_credentials_are_an_error_and_not_skipped() {
    let below = || given().samples().koocli().sdk_file().clouds(1).metadata();
    let cases = [
        (below().var("CBR_ACCESS_KEY", "a"), "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not"),
        (below().var("CBR_SECRET_KEY", "s"), "CBR_SECRET_KEY is set, but CBR_ACCESS_KEY is not"),
        (
            below().var("HUAWEICLOUD_SDK_AK", "a"),
            "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not",
        ),
        (below().var("HW_SECRET_KEY", "s"), "HW_SECRET_KEY is set, but HW_ACCESS_KEY is not"),
        (
            below().var("OS_AUTH_URL", OTC).var("OS_ACCESS_KEY", "a"),
            "OS_ACCESS_KEY is set, but OS_SECRET_KEY is not",
        ),
        (below().var("HW_USER_PASSWORD", "p"), "HW_USER_PASSWORD is set, but HW_USER_NAME is not"),
        (
            given().sdk_file().clouds(1).file(
                ".hcloud/config.json",
                r#"{"current":"k","profiles":[{"name":"k","mode":"AKSK","accessKeyId":"KKKKKKKKKKKKKKKKKKKK"}]}"#,
            ),
            "~/.hcloud/config.json, profile `k`: accessKeyId is set, but secretAccessKey is not",
        ),
        (
            given().clouds(1).file(".huaweicloud/credentials", "[basic]\nak = a\n"),
            "~/.huaweicloud/credentials, [basic]: ak is set, but sk is not",
        ),
    ];
    for (given, expected) in cases {
        let error = given.find().credentials.unwrap_err();
        assert_eq!(error.to_string(), expected, "{:?}", given.variables);
    }
}

/// A source that cannot be used is skipped as a whole.
#[test]
fn unusable_sources_are_skipped_with_all_their_settings() {
    let foreign = "https://keystone.example.com/v3";
    check([
        (given().openstack().var("OS_AUTH_URL", foreign).sdk_file(), [SDK_FILE, "-", SDK_FILE]),
        (
            given().var("OS_TOKEN", "t").var("OS_REGION_NAME", "x").sdk_file(),
            [SDK_FILE, "-", SDK_FILE],
        ),
        (given().encrypted_koocli().sdk_file(), [SDK_FILE, "-", SDK_FILE]),
        (given().file(".hcloud/config.json", "{").sdk_file(), [SDK_FILE, "-", SDK_FILE]),
        (
            given().file(".huaweicloud/credentials", "[global]\nak=a\n").clouds(1),
            [CLOUD, CLOUD, CLOUD],
        ),
        (given().clouds(2).metadata(), ["ECS metadata", "ECS metadata", "ECS metadata"]),
    ]);
}

/// A region applies to any family; a project belongs to its keys.
#[test]
fn a_region_applies_to_any_keys_and_a_project_to_its_own() {
    let both = |given: Given| given.var("CBR_REGION", "eu-nl").var("CBR_PROJECT_ID", "p");
    let flags = |given: Given| given.flag("--region", "eu-de").flag("--project-id", "p");
    let elsewhere = || given().var("HW_REGION", "eu-nl").var("HW_PROJECT_ID", "p");
    check([
        (elsewhere().sdk_file(), [SDK_FILE, "HW_REGION", SDK_FILE]),
        (elsewhere().var("CBR_TOKEN", "t"), ["CBR_*", "HW_REGION", "-"]),
        (elsewhere().koocli(), [KOOCLI, "HW_REGION", KOOCLI]),
        (elsewhere().metadata(), ["ECS metadata", "HW_REGION", "ECS metadata"]),
        // A setting for cbr applies to any credentials.
        (both(given().terraform()), ["HW_*", "CBR_REGION", "CBR_PROJECT_ID"]),
        (both(given().koocli()), [KOOCLI, "CBR_REGION", "CBR_PROJECT_ID"]),
        (flags(both(given().terraform())), ["HW_*", "--region", "--project-id"]),
        (flags(given().clouds(1)), [CLOUD, "--region", "--project-id"]),
    ]);
    let names = ["HW_REGION_NAME", "HW_REGION", "HUAWEICLOUD_REGION", "OS_REGION_NAME"];
    for (number, name) in names.iter().enumerate() {
        let below = names[number..].iter().rev();
        let given =
            below.fold(given().var("OS_AUTH_URL", OTC), |given, name| given.var(name, "eu-de"));
        assert_eq!(given.find().region.unwrap().origin, *name);
    }
}

#[test]
fn keys_of_variables_take_no_region_from_a_profile_with_other_keys() {
    let keys = || given().var("HW_ACCESS_KEY", "a").var("HW_SECRET_KEY", "s").own_file();
    let error = keys().find().endpoint.unwrap_err().error;
    assert_eq!(
        error.to_string(),
        format!("no region: {OWN_FILE} has one, but the credentials are from HW_*")
    );
    assert_eq!(error.hint, "give --region (such as --region eu-de), or --profile a");
    // With another region, nothing of the profile is used either.
    let found = keys().var("HW_REGION", "eu-nl").find();
    assert_eq!(found.endpoint.unwrap().origin, "HW_REGION");
    // An endpoint belongs to the keys as well.
    let profile = "access_key='a'\nsecret_key='s'\nendpoint='https://e'\n";
    let own = |given: Given, text: &str| {
        given.file(".config/cbr/config.toml", &format!("[profiles.a]\n{text}"))
    };
    let found = own(given().terraform(), profile).find();
    assert_eq!(found.endpoint.unwrap().origin, "HW_REGION");
    // A profile without credentials is for those of any source.
    let found =
        own(given().var("HW_ACCESS_KEY", "a").var("HW_SECRET_KEY", "s"), "region='eu-de'\n");
    assert_eq!(found.find().region.unwrap().origin, OWN_FILE_REGION);
}
