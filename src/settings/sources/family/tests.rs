//! Variables of each family and the resulting settings, as tables.

use super::*;
use crate::settings::Setting;
use crate::settings::VARIABLES;

const OTC: (&str, &str) = ("OS_AUTH_URL", "https://iam.eu-de.otc.t-systems.com/v3");

#[test]
fn each_family_says_whether_it_holds_credentials_and_why_not() {
    let cases: &[(&Family, &[(&str, &str)], bool, &str)] = &[
        (&CBR, &[], false, ""),
        (&CBR, &[("CBR_TOKEN", "t")], true, ""),
        (&SDK, &[("HUAWEICLOUD_SDK_AK", "a"), ("HUAWEICLOUD_SDK_SK", "s")], true, ""),
        (&TERRAFORM, &[("HW_ACCESS_KEY", "a"), ("HW_SECRET_KEY", "s")], true, ""),
        (&TERRAFORM, &[("HW_REGION", "eu-de")], false, ""),
        (
            &TERRAFORM,
            &[("HW_USER_NAME", "u"), ("HW_USER_PASSWORD", "p"), ("HW_DOMAIN_NAME", "d")],
            true,
            "",
        ),
        (&TERRAFORM, &[("HW_USER_ID", "u"), ("HW_USER_PASSWORD", "p")], true, ""),
        (
            &TERRAFORM,
            &[("HW_USER_NAME", "u")],
            false,
            "HW_USER_NAME is set, but HW_USER_PASSWORD is not",
        ),
        (&TERRAFORM, &[("HW_AUTH_TOKEN", "t"), ("HW_USER_PASSWORD", "p")], true, ""),
        (&OPENSTACK, &[OTC, ("OS_TOKEN", "t")], true, ""),
        (&OPENSTACK, &[OTC, ("OS_AUTH_TOKEN", "t")], true, ""),
        (&OPENSTACK, &[OTC, ("OS_ACCESS_KEY", "a"), ("OS_SECRET_KEY", "s")], true, ""),
        (
            &OPENSTACK,
            &[OTC, ("OS_USERNAME", "u"), ("OS_PASSWORD", "p"), ("OS_DOMAIN_NAME", "d")],
            true,
            "",
        ),
        (
            &OPENSTACK,
            &[OTC, ("OS_USER_ID", "u"), ("OS_PASSWORD", "p"), ("OS_AUTH_TYPE", "v3oidc")],
            false,
            "OS_AUTH_TYPE is v3oidc, which cbr cannot use: give a password, a token or an access \
             key",
        ),
        (
            &OPENSTACK,
            &[OTC, ("OS_USERNAME", "u")],
            false,
            "OS_USERNAME is set, but OS_PASSWORD is not",
        ),
        (
            &OPENSTACK,
            &[("OS_USERNAME", "u")],
            false,
            "OS_AUTH_URL is not set, so they may belong to another cloud",
        ),
        (
            &OPENSTACK,
            &[("OS_TOKEN", "t")],
            false,
            "OS_AUTH_URL is not set, so they may belong to another cloud",
        ),
        (
            &OPENSTACK,
            &[("OS_AUTH_URL", "https://keystone.example.com:5000/v3"), ("OS_PASSWORD", "p")],
            false,
            "OS_AUTH_URL leads to another cloud (keystone.example.com); if you trust that host, \
             set CBR_IAM_ENDPOINT=https://keystone.example.com",
        ),
        (
            &OPENSTACK,
            &[("OS_AUTH_URL", "https://x.apic.eu-de.otc.t-systems.com/v3"), ("OS_TOKEN", "t")],
            false,
            "OS_AUTH_URL leads to another cloud (x.apic.eu-de.otc.t-systems.com); if you trust \
             that host, set CBR_IAM_ENDPOINT=https://x.apic.eu-de.otc.t-systems.com",
        ),
        (
            &OPENSTACK,
            &[
                ("OS_AUTH_URL", "https://keystone.example.com:5000/v3"),
                ("CBR_IAM_ENDPOINT", "https://keystone.example.com:5000"),
                ("OS_TOKEN", "t"),
            ],
            true,
            "",
        ),
        (
            &OPENSTACK,
            &[("OS_AUTH_URL", "http://iam.eu-de.otc.t-systems.com/v3"), ("OS_TOKEN", "t")],
            false,
            "OS_AUTH_URL is plain http, which anyone on the network path can read: use https",
        ),
        (
            &OPENSTACK,
            &[OTC, ("OS_AUTH_TYPE", "v3applicationcredential")],
            false,
            "OS_AUTH_TYPE asks for an application credential, which these clouds are not known to \
             accept; use an access key",
        ),
        // An incomplete set for another cloud is skipped.
        (
            &OPENSTACK,
            &[("OS_AUTH_URL", "garbage"), ("OS_ACCESS_KEY", "a")],
            false,
            "OS_AUTH_URL leads to another cloud (no host)",
        ),
        (&OPENSTACK, &[("OS_REGION_NAME", "RegionOne")], false, ""),
        (&SAMPLES, &[("CLOUD_SDK_AK", "a"), ("CLOUD_SDK_SK", "s")], true, ""),
    ];
    for (family, variables, whole, note) in cases {
        let environment = Environment::with(variables);
        let hosts = Hosts::new(&environment, &Default::default());
        let source = family.read(&environment, &hosts);
        assert_eq!(source.credentials.unwrap().is_some(), *whole, "{variables:?}");
        assert_eq!(source.note.as_deref().unwrap_or_default(), *note, "{variables:?}");
    }
}

/// The rest of a family that belongs to another cloud is not used either.
#[test]
fn settings_of_another_cloud_are_not_taken() {
    let variables = [("OS_REGION_NAME", "RegionOne"), ("OS_PROJECT_ID", "p")];
    let source = OPENSTACK.read(&Environment::with(&variables), &Hosts::default());
    assert_eq!((source.region, source.project_id), (None, None));
    let source =
        OPENSTACK.read(&Environment::with(&[&variables[..], &[OTC]].concat()), &Hosts::default());
    assert_eq!(source.region, Some(Setting::new("OS_REGION_NAME", "RegionOne")));
    assert_eq!(source.project_id, Some(Setting::new("OS_PROJECT_ID", "p")));
}

#[test]
fn of_several_names_the_first_that_is_set_counts() {
    let variables = [("HUAWEICLOUD_REGION", "c"), ("HW_REGION", "b")];
    let source = TERRAFORM.read(&Environment::with(&variables), &Hosts::default());
    assert_eq!(source.region, Some(Setting::new("HW_REGION", "b")));
}

/// The rights of an agency are those of another account.
#[test]
fn an_agency_beside_credentials_is_an_error() {
    let terraform = [("HW_ACCESS_KEY", "a"), ("HW_SECRET_KEY", "s")];
    let openstack = [OTC, ("OS_ACCESS_KEY", "a"), ("OS_SECRET_KEY", "s")];
    let cases: &[(&Family, &[(&str, &str)], &str)] = &[
        (&TERRAFORM, &terraform, "HW_ASSUME_ROLE_AGENCY_NAME"),
        (&TERRAFORM, &terraform, "HW_ASSUME_ROLE_DOMAIN_NAME"),
        (&OPENSTACK, &openstack, "OS_AGENCY_NAME"),
    ];
    for (family, keys, variable) in cases {
        let variables = [keys, &[(*variable, "x")][..]].concat();
        let source = family.read(&Environment::with(&variables), &Hosts::default());
        let error = source.credentials.unwrap_err().to_string();
        assert!(error.starts_with(&format!("{variable} is set: ")), "{error}");
        let alone = Environment::with(&[(*variable, "x")]);
        assert_eq!(family.read(&alone, &Hosts::default()).credentials, Ok(None));
    }
}

/// [`Environment`] drops all other variables, and the help lists these.
#[test]
fn every_variable_of_a_family_is_in_the_table_of_variables() {
    for family in ALL {
        let Family {
            name: _,
            access_key,
            secret_key,
            security_token,
            token,
            both: _,
            login,
            region,
            project_id,
            project_name,
            endpoint,
            ca_file,
            insecure,
            iam,
            cloud,
            guard,
            agency,
            is_own: _,
        } = family;
        let lists = [token, region, project_id, project_name, endpoint, iam, agency];
        let single = [ca_file, insecure, cloud, guard].into_iter().flatten();
        let mut names: Vec<_> = lists.into_iter().copied().flatten().chain(single).collect();
        names.extend([access_key, secret_key, security_token]);
        if let Some(login) = login {
            names.extend([&login.user_name, &login.user_id, &login.password]);
            names.extend(login.domain_name.iter().chain(login.domain_id).chain(login.application));
        }
        for name in names {
            let is_known = VARIABLES.iter().any(|(known, _)| known == name);
            assert!(is_known, "{name} of {} is not in VARIABLES", family.name);
        }
    }
}
