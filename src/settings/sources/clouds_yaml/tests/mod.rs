//! Entries of `clouds.yaml` and the resulting settings, as tables.

mod directories;
mod region;

use super::*;
use crate::settings::home::Hidden;
use crate::settings::{Credentials, Setting};

fn file(name: &str, text: &str) -> CloudsFile {
    let file = Text { name: name.to_owned(), text: Hidden(text.to_owned()) };
    CloudsFile { file, directory: None, place: Location::Settings }
}

const OTC: &str = "auth_url: https://iam.eu-de.otc.t-systems.com/v3";

fn read(clouds: &str, secure: &str, wanted: Option<&str>) -> Result<Source, String> {
    source(
        &file("clouds.yaml", clouds),
        Some(&file("secure.yaml", secure)),
        &Hosts::default(),
        wanted,
        Requested::default(),
    )
}

#[test]
fn secure_yaml_overrides_clouds_yaml() {
    let clouds = format!(
        "clouds:\n  a:\n    auth: {{{OTC}, project_id: 12e4, ak: A, sk: x}}\n    region_name: eu-de"
    );
    let source = read(&clouds, "clouds: {a: {auth: {sk: S}}}", None).unwrap();
    let Ok(Some(Credentials::Key { access_key, secret_key, .. })) = source.credentials else {
        panic!("{source:?}")
    };
    assert_eq!((access_key.as_str(), secret_key.reveal()), ("A", "S"));
    let setting = |value| Some(Setting::new("clouds.yaml, cloud `a`", value));
    assert_eq!((source.region, source.project_id), (setting("eu-de"), setting("12e4")));
}

#[test]
fn a_cloud_gives_credentials_or_says_why_not() {
    let cases = [
        (format!("{{auth: {{{OTC}, token: t}}}}"), ""),
        ("{profile: otc, auth: {ak: A, sk: S}}".to_owned(), ""),
        ("{profile: otc, ak: A, sk: S}".to_owned(), ""),
        (format!("{{auth: {{{OTC}, username: u, password: p, user_domain_name: d}}}}"), ""),
        (format!("{{auth: {{{OTC}, user_id: u, password: p}}}}"), ""),
        (
            format!("{{auth: {{{OTC}, username: u}}}}"),
            "auth.username is set, but auth.password is not",
        ),
        (
            "{auth: {auth_url: 'https://keystone.example.com', token: t}}".to_owned(),
            "its auth_url leads to another cloud (keystone.example.com); if you trust that host, \
             set CBR_IAM_ENDPOINT=https://keystone.example.com",
        ),
        (
            "{auth: {auth_url: 'https://x.apic.eu-de.otc.t-systems.com', token: t}}".to_owned(),
            "its auth_url leads to another cloud (x.apic.eu-de.otc.t-systems.com); if you trust \
             that host, set CBR_IAM_ENDPOINT=https://x.apic.eu-de.otc.t-systems.com",
        ),
        ("{auth: {token: t}}".to_owned(), "it has no auth_url, so it may be another cloud"),
        (
            "{auth: {auth_url: 'http://iam.eu-de.otc.t-systems.com/v3', token: t}}".to_owned(),
            "its auth_url is plain http, which anyone on the network path can read: use https",
        ),
        (
            format!(
                "{{auth_type: agency, auth: {{{OTC}, ak: A, sk: S, target_agency_name: ops}}}}"
            ),
            "its auth_type is agency: it assumes agency `ops`, which cbr cannot do",
        ),
        (
            format!("{{auth_type: v3applicationcredential, auth: {{{OTC}}}}}"),
            "auth_type asks for an application credential, which these clouds are not known to \
             accept; use an access key",
        ),
        (
            format!("{{auth: {{{OTC}, user_id: u, password: p, passcode: 123456}}}}"),
            "auth.passcode is set, and cbr does not log in with a second factor; an access key \
             needs none",
        ),
    ];
    for (cloud, note) in cases {
        let source = read(&format!("clouds: {{a: {cloud}}}"), "", None).unwrap();
        assert_eq!(source.note.as_deref().unwrap_or_default(), note, "{cloud}");
        assert_eq!(source.credentials.unwrap().is_some(), note.is_empty(), "{cloud}");
    }
    let half = read("clouds: {a: {profile: otc, auth: {ak: A}}}", "", None).unwrap();
    assert_eq!(
        half.credentials.unwrap_err().to_string(),
        "clouds.yaml, cloud `a`: auth.ak is set, but auth.sk is not"
    );
}

/// Keys beside `auth`, and the old names of a project.
#[test]
fn other_names_are_understood_in_both_places() {
    let cases = [
        ("auth: {ak: A, sk: S, security_token: T}", "A S T"),
        ("auth: {access_key: A, secret_key: S}", "A S -"),
        ("ak: A, sk: S, security_token: T", "A S T"),
        ("ak: A, sk: S, token: T", "A S T"),
        ("access_key: A, secret_key: S, token: T", "A S T"),
        ("access_key: A, secret_key: S", "A S -"),
    ];
    for (keys, expected) in cases {
        let source = read(&format!("clouds: {{a: {{profile: otc, {keys}}}}}"), "", None).unwrap();
        let Ok(Some(Credentials::Key { access_key, secret_key, security_token })) =
            source.credentials
        else {
            panic!("{keys}: {source:?}")
        };
        let token = security_token.as_ref().map_or("-", |token| token.reveal());
        assert_eq!(format!("{access_key} {} {token}", secret_key.reveal()), expected, "{keys}");
    }
    let cases = [
        ("auth: {project_id: i, project_name: n}", [Some("i"), Some("n")]),
        ("auth: {tenant_id: i, tenant_name: n}", [Some("i"), Some("n")]),
        ("project_id: i, project_name: n", [Some("i"), Some("n")]),
        ("tenant_id: i, tenant_name: n", [Some("i"), Some("n")]),
        ("auth: {tenant_id: i}, project_id: j", [Some("i"), None]),
    ];
    for (project, expected) in cases {
        let source =
            read(&format!("clouds: {{a: {{profile: otc, {project}}}}}"), "", None).unwrap();
        let found = [source.project_id, source.project_name].map(|found| found.map(|it| it.value));
        assert_eq!(found, expected.map(|value| value.map(str::to_owned)), "{project}");
    }
}

#[test]
fn one_cloud_is_chosen_or_the_only_one() {
    let two = "clouds: {a: {profile: otc, regions: [eu-de]}, b: {regions: [{name: x}, y]}}";
    let name = |wanted| read(two, "", wanted).map(|source| source.name);
    assert_eq!(name(Some("b")), Ok("clouds.yaml, cloud `b`".to_owned()));
    assert_eq!(name(Some("c")), Err("clouds.yaml: no cloud `c`; known: `a`, `b`".to_owned()));
    let several = "clouds.yaml: several clouds; choose one with --cloud or OS_CLOUD";
    assert_eq!(name(None), Err(several.to_owned()));
    assert_eq!(read(two, "", Some("a")).unwrap().region.unwrap().value, "eu-de");
    assert_eq!(read("clouds: {}", "", None).unwrap_err(), "clouds.yaml: no cloud");
    assert_eq!(read("a: b", "", None).unwrap_err(), "clouds.yaml: no `clouds`");
    assert!(read("[", "", None).unwrap_err().starts_with("clouds.yaml: not YAML"));
    assert!(read(two, "{", Some("a")).unwrap_err().starts_with("secure.yaml: not YAML"));
}

/// As in OpenStack's client.
#[test]
fn keys_beside_auth_and_with_hyphens_count() {
    let cases = [
        "username: u, password: p, user_domain_name: d, auth_url: 'URL'",
        "username: u, password: p, domain_name: d, auth_url: 'URL'",
        "username: u, password: p, project_domain_name: d, auth_url: 'URL'",
        "auth: {username: u, user-domain-name: d, auth-url: 'URL'}, password: p",
        "auth: {username: u}, password: p, user-domain-name: d, auth-url: 'URL'",
        "user-name: u, password: p, user-domain-name: d, auth-url: 'URL'",
    ];
    for keys in cases {
        let keys = keys.replace("URL", "https://iam.eu-de.otc.t-systems.com/v3");
        let source = read(&format!("clouds: {{a: {{{keys}}}}}"), "", None).unwrap();
        let Ok(Some(Credentials::Password(login))) = source.credentials else {
            panic!("{keys}: {source:?}")
        };
        assert_eq!(login.password.reveal(), "p", "{keys}");
    }
    for keys in ["token: t, auth_url: 'URL'", "auth: {auth_url: 'URL'}, token: t"] {
        let keys = keys.replace("URL", "https://iam.eu-de.otc.t-systems.com/v3");
        let source = read(&format!("clouds: {{a: {{{keys}}}}}"), "", None).unwrap();
        assert!(matches!(source.credentials, Ok(Some(Credentials::Token(_)))), "{source:?}");
    }
    // A key in `auth` overrides the same key beside it.
    let both = "clouds: {a: {profile: otc, auth: {project_id: i}, project_id: j}}";
    assert_eq!(read(both, "", None).unwrap().project_id.unwrap().value, "i");
}

#[test]
fn merged_maps_of_a_cloud_are_read() {
    let clouds = format!(
        "base: &base {{profile: otc, auth: &auth {{{OTC}, token: t}}}}\n\
         prod: &prod {{<<: *base, region_name: eu-nl}}\n\
         extra: &extra {{project_id: p}}\n\
         clouds:\n  a:\n    <<: [*extra, *prod]\n    auth: {{<<: *auth, project_name: n}}\n"
    );
    let source = read(&clouds, "", None).unwrap();
    assert!(matches!(source.credentials, Ok(Some(Credentials::Token(_)))), "{source:?}");
    let found = [source.region, source.project_id, source.project_name];
    let found = found.map(|setting| setting.unwrap().value);
    assert_eq!(found, ["eu-nl", "p", "n"]);
    let twice = "clouds:\n  a:\n    profile: otc\n    auth: {token: t}\n    profile: otc\n";
    let error = read(twice, "", None).unwrap_err();
    assert_eq!(error, "clouds.yaml: the key `profile` is there twice, at line 5");
}

#[test]
fn an_authentication_type_that_cannot_be_used_is_named() {
    let message = |kind: &str| {
        format!(
            "auth_type is {kind}, which cbr cannot use: give a password, a token or an access key"
        )
    };
    let cases = [
        (
            "auth_type: v3websso, auth: {identity_provider: x}",
            format!("its {}", message("v3websso")),
        ),
        ("auth_type: v3oidcpassword, auth: {password: p, username: u}", message("v3oidcpassword")),
        ("auth_type: v3kerberos, profile: otc", message("v3kerberos")),
        ("auth_type: v3password", "it has no auth_url, so it may be another cloud".to_owned()),
    ];
    for (cloud, expected) in cases {
        let source = read(&format!("clouds: {{a: {{{cloud}}}}}"), "", None).unwrap();
        let note = source.note.unwrap();
        assert!(note.ends_with(&expected), "{cloud}: {note}");
    }
}
