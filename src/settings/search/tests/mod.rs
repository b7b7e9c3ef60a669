//! Each rule of the search as a line: what is set, and where each setting then comes from.

use std::fs;

use clap::Parser;
use tempfile::TempDir;

mod named;
mod place;

use super::*;
use crate::settings::Server;
use crate::settings::config::OwnFile;
use crate::text::secret::Secret;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    args: ConnectionArgs,
}

/// What is set, before it is looked for.
struct Given {
    flags: Vec<&'static str>,
    variables: Vec<(&'static str, String)>,
    home: TempDir,
    metadata: Metadata,
}

/// Nothing but the endpoint of the service, which is not what most cases are about.
fn given() -> Given {
    let (flags, variables) = (Vec::new(), Vec::new());
    let metadata = Metadata::Nothing("nobody answers".to_owned());
    Given { flags, variables, home: TempDir::new().unwrap(), metadata }
}

const KOOCLI: &str = "~/.hcloud/config.json, profile `k`";
const SDK_FILE: &str = "~/.huaweicloud/credentials, [basic]";
const CLOUD: &str = "~/.config/openstack/clouds.yaml, cloud `c`";
const OWN_FILE: &str = "~/.config/cbr/config.toml [profiles.a]";
const OWN_FILE_REGION: &str = "~/.config/cbr/config.toml [profiles.a] region";
const OWN_FILE_PROJECT: &str = "~/.config/cbr/config.toml [profiles.a] project_id";
const OTC: &str = "https://iam.eu-de.otc.t-systems.com/v3";

impl Given {
    fn flag(mut self, flag: &'static str, value: &'static str) -> Self {
        self.flags.extend([flag, value]);
        self
    }

    fn var(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Both keys of a family; the whole of its credentials, with a project.
    fn keys(self, [access_key, secret_key, project_id]: [&'static str; 3]) -> Self {
        let own = access_key.to_lowercase();
        self.var(access_key, &own).var(secret_key, "s").var(project_id, &own)
    }

    fn own(self) -> Self {
        self.keys(["CBR_ACCESS_KEY", "CBR_SECRET_KEY", "CBR_PROJECT_ID"])
    }

    fn sdk(self) -> Self {
        self.keys(["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID"])
    }

    fn terraform(self) -> Self {
        self.keys(["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_PROJECT_ID"]).var("HW_REGION", "eu-nl")
    }

    fn openstack(self) -> Self {
        let keys = self.keys(["OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_PROJECT_ID"]);
        keys.var("OS_AUTH_URL", OTC).var("OS_REGION_NAME", "eu-de")
    }

    fn samples(self) -> Self {
        self.keys(["CLOUD_SDK_AK", "CLOUD_SDK_SK", "CLOUD_SDK_PROJECT_ID"])
    }

    fn koocli(self) -> Self {
        let profile = |name: &str, key: &str| {
            format!(
                r#"{{"name":"{name}","mode":"AKSK","accessKeyId":"{key}","secretAccessKey":"{key}{key}",
                "region":"cn-north-1","projectId":"kp"}}"#
            )
        };
        let profiles =
            [profile("k", "KKKKKKKKKKKKKKKKKKKK"), profile("other", "OOOOOOOOOOOOOOOOOOOO")]
                .join(",");
        self.file(".hcloud/config.json", &format!(r#"{{"current":"k","profiles":[{profiles}]}}"#))
    }

    fn encrypted_koocli(self) -> Self {
        let profile = r#"{"name":"k","mode":"AKSK","accessKeyId":"k","secretAccessKey":"s","region":"cn-north-1"}"#;
        let text = format!(r#"{{"authEncrypt":"true","current":"k","profiles":[{profile}]}}"#);
        self.file(".hcloud/config.json", &text)
    }

    fn own_file(self) -> Self {
        let profile = "access_key='a'\nsecret_key='s'\nproject_id='ap'\nregion='eu-west-101'";
        self.file(".config/cbr/config.toml", &format!("[profiles.a]\n{profile}\n"))
    }

    fn sdk_file(self) -> Self {
        self.file(".huaweicloud/credentials", "[basic]\nak = f\nsk = s\nproject_id = fp\n")
    }

    fn clouds(self, number: usize) -> Self {
        let entry = |name: &str| {
            format!(
                "  {name}:\n    auth: {{auth_url: '{OTC}', token: {name}, project_id: {name}p}}\n    \
                 region_name: eu-ch2\n"
            )
        };
        let entries: String = ["c", "d"].into_iter().take(number).map(entry).collect();
        self.file(".config/openstack/clouds.yaml", &format!("clouds:\n{entries}"))
    }

    fn metadata(mut self) -> Self {
        let credentials = Credentials::Token(Secret::new("m".to_owned()));
        let (region, project_id) = (Some("af-north-1".to_owned()), Some("mp".to_owned()));
        self.metadata = Metadata::Gave(Server { credentials, region, project_id });
        self
    }

    fn find(&self) -> Resolution {
        let mut args =
            Flags::parse_from(["cbr"].into_iter().chain(self.flags.iter().copied())).args;
        let variables: Vec<_> =
            self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let environment = Environment::with(&variables);
        let home = || Home::at(self.home.path());
        args.own_file = OwnFile::read(&environment, &home());
        Resolution::new(&args, &environment, home, &self.metadata)
    }

    /// The origins of credentials, region and project, `-` for none, with the error for
    /// credentials.
    fn origins(&self) -> [String; 3] {
        let found = self.find();
        let credentials = match found.credentials {
            Ok((_, origin)) => origin,
            Err(error) => error.to_string(),
        };
        let none = || "-".to_owned();
        let region = found.region.map_or_else(none, |region| region.origin);
        let project = match found.project {
            Ok(Project::Id(project)) => project.origin,
            _ => none(),
        };
        [credentials, region, project]
    }
}

#[track_caller]
fn check(cases: impl IntoIterator<Item = (Given, [&'static str; 3])>) {
    for (number, (given, expected)) in cases.into_iter().enumerate() {
        assert_eq!(given.origins(), expected, "case {number}: {:?}", given.variables);
    }
}

/// Rule 0: each source overrides all sources below it, as a whole, with its own project and its own
/// region before that of files.
#[test]
fn sources_go_in_their_order() {
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

/// Rule 1b: what was asked for by name beats all keys of the environment, and says where.
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
        // OS_CLOUD is one of the OS_* variables, and goes first among those.
        (given().openstack().clouds(2).var("OS_CLOUD", "c"), [CLOUD, CLOUD, CLOUD]),
        (all().var("OS_CLOUD", "c"), ["CBR_*", "HW_REGION", "CBR_PROJECT_ID"]),
        // A region that is meant for this tool overrides that of a profile only beside
        // CBR_PROFILE.
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

/// A region is where the user works, and any family's will do; a project is somebody's.
#[test]
fn a_region_may_be_anybodys_and_a_project_goes_with_its_keys() {
    let both = |given: Given| given.var("CBR_REGION", "eu-nl").var("CBR_PROJECT_ID", "p");
    let flags = |given: Given| given.flag("--region", "eu-de").flag("--project-id", "p");
    let elsewhere = || given().var("HW_REGION", "eu-nl").var("HW_PROJECT_ID", "p");
    check([
        (elsewhere().sdk_file(), [SDK_FILE, "HW_REGION", SDK_FILE]),
        (elsewhere().var("CBR_TOKEN", "t"), ["CBR_*", "HW_REGION", "-"]),
        (elsewhere().koocli(), [KOOCLI, "HW_REGION", KOOCLI]),
        (elsewhere().metadata(), ["ECS metadata", "HW_REGION", "ECS metadata"]),
        // What is meant for this tool is meant for whatever credentials it uses.
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
            given().file(".config/cbr/config.toml", place::PLACE),
            "~/.config/cbr/config.toml [profiles.p] endpoint is https://p",
        ),
    ];
    for (given, expected) in cases {
        let found = given.flag("--region", "eu-nl").find().endpoint.unwrap_err();
        assert_eq!(found.error.to_string(), format!("{eu_nl}{expected}"));
    }
}

/// Two different kinds of variables are reported; equal ones, and files below, are not.
#[test]
fn families_that_differ_are_warned_of() {
    let token = |given: Given, value| given.var("CBR_TOKEN", value);
    let other = |given: Given, value| given.var("HW_AUTH_TOKEN", value);
    let cases = [
        (other(token(given(), "a"), "b"), 1),
        (other(token(given(), "a"), "a"), 0),
        (given().own().sdk().terraform(), 2),
        (given().own().koocli().sdk_file().clouds(1).metadata(), 0),
    ];
    for (given, expected) in cases {
        let warnings = given.find().warnings;
        assert_eq!(warnings.len(), expected, "{warnings:?}");
    }
}

/// Each source has its line, in order, also those that were not looked at.
#[test]
fn every_source_is_listed() {
    let states = |given: &Given| {
        let statuses = given.find().statuses;
        statuses
            .iter()
            .map(|status| format!("{}: {}", status.source, status.state.words()))
            .collect::<Vec<_>>()
    };
    let found = states(&given().terraform().sdk().var("OS_TOKEN", "t").koocli());
    let expected = [
        "CBR_*: not set",
        "HUAWEICLOUD_SDK_*: used",
        "HW_*: passed over",
        "OS_*: passed over",
        "CLOUD_SDK_*: not set",
        "~/.config/cbr/config.toml: not set",
        "~/.hcloud/config.json: not looked at",
        "~/.huaweicloud/credentials: not looked at",
        "clouds.yaml: not looked at",
        "ECS metadata: not looked at",
    ];
    assert_eq!(found, expected);
    let ends = [
        (given().metadata(), "ECS metadata: used"),
        (given(), "ECS metadata: not set"),
        (given().var("CBR_ECS_METADATA", "off"), "ECS metadata: passed over"),
        (Given { metadata: Metadata::NotAsked, ..given() }, "ECS metadata: would be asked"),
    ];
    for (given, expected) in ends {
        assert_eq!(states(&given).last().unwrap(), expected);
        let asks = given.find().to_ask.is_some();
        assert_eq!(asks, expected.ends_with("asked"), "{expected}");
    }
}

/// The same order for the authorities that are trusted.
#[test]
fn authorities_come_from_the_nearest() {
    let cloud = |given: Given| {
        given.file(
            ".config/openstack/clouds.yaml",
            "clouds: {c: {profile: otc, cacert: ~/c.pem, auth: {token: t}}}",
        )
    };
    let os = |given: Given| given.var("OS_CACERT", "o.pem");
    let openssl = |given: Given| given.var("SSL_CERT_FILE", "s.pem");
    let cases = [
        (os(openssl(given())).flag("--ca-file", "f.pem"), Some("--ca-file")),
        (cloud(os(openssl(given()))).flag("--cloud", "c"), Some(CLOUD)),
        (cloud(os(openssl(given()))), Some("OS_CACERT")),
        (cloud(given()), Some(CLOUD)),
        (cloud(openssl(given().own())), Some("SSL_CERT_FILE")),
        (
            os(openssl(given())).var("OS_AUTH_URL", "https://keystone.example.com"),
            Some("SSL_CERT_FILE"),
        ),
        (given(), None),
    ];
    for (given, expected) in cases {
        assert_eq!(given.find().trust.origin(), expected, "{:?}", given.variables);
    }
    let home = cloud(given());
    let path = home.home.path().join("c.pem").display().to_string();
    assert_eq!(home.find().trust.name(), path);
}
