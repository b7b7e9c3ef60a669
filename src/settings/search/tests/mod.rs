//! Tables of cases for the rules of the search: the settings, and the origin that each must have.

use std::fs;

use clap::Parser;
use tempfile::TempDir;

mod endpoint;
mod named;
mod precedence;

use super::*;
use crate::settings::Server;
use crate::settings::config::OwnFile;
use crate::text::secret::Secret;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    args: ConnectionArgs,
}

/// Settings for one search.
struct Given {
    flags: Vec<&'static str>,
    variables: Vec<(&'static str, String)>,
    home: TempDir,
    metadata: Metadata,
}

/// Creates settings without any source.
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

    /// Sets both keys of a family and a project.
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
                "  {name}:\n    auth: {{auth_url: '{OTC}', token: {name}, project_id: \
                 {name}p}}\n    region_name: eu-ch2\n"
            )
        };
        let entries: String = ["c", "d"].into_iter().take(number).map(entry).collect();
        self.file(".config/openstack/clouds.yaml", &format!("clouds:\n{entries}"))
    }

    fn metadata(mut self) -> Self {
        let credentials = Credentials::Token(Secret::new("m".to_owned()));
        let (region, project_id) = (Some("af-north-1".to_owned()), Some("mp".to_owned()));
        self.metadata = Metadata::Available(Server { credentials, region, project_id });
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
        args.settle();
        Resolution::new(&args, &environment, home, &self.metadata)
    }

    /// Returns the origins of credentials, region and project, `-` for none, with the error for
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

/// Different credentials in two families cause a warning; equal ones, and files of lower
/// precedence, do not.
#[test]
fn different_families_cause_a_warning() {
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

/// Each source is listed in order, also those that were not read.
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
        "HW_*: skipped",
        "OS_*: skipped",
        "CLOUD_SDK_*: not set",
        "~/.config/cbr/config.toml: not set",
        "~/.hcloud/config.json: not read",
        "~/.huaweicloud/credentials: not read",
        "clouds.yaml: not read",
        "ECS metadata: not read",
    ];
    assert_eq!(found, expected);
    let ends = [
        (given().metadata(), "ECS metadata: used"),
        (given(), "ECS metadata: not set"),
        (given().var("CBR_ECS_METADATA", "off"), "ECS metadata: skipped"),
        (Given { metadata: Metadata::NotRequested, ..given() }, "ECS metadata: would be requested"),
    ];
    for (given, expected) in ends {
        assert_eq!(states(&given).last().unwrap(), expected);
        let asks = given.find().metadata_to_request.is_some();
        assert_eq!(asks, expected.ends_with("requested"), "{expected}");
    }
}

/// Certificates follow the same precedence.
#[test]
fn certificates_follow_the_precedence_of_sources() {
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
