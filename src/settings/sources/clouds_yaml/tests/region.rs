//! The region of a cloud, and the settings that depend on it.

use super::*;
use crate::settings::sources::clouds_yaml::cloud::REGION_FIELDS;

/// Returns the region, the implied region, the project and the address of IAM.
fn regional(cloud: &str, requested: Requested<'_>) -> [String; 4] {
    let text = format!("clouds: {{a: {cloud}}}");
    let found = file("clouds.yaml", &text);
    let source = source(&found, None, &Hosts::default(), None, requested).unwrap();
    let text = |setting: Option<Setting>| setting.map_or("-".to_owned(), |setting| setting.value);
    let note = source.note.unwrap_or_default();
    assert!(note.is_empty() || note.contains("needs a region"), "{cloud}: {note}");
    [text(source.region), text(source.first_region), text(source.project_id), text(source.iam)]
}

#[test]
fn values_of_the_chosen_region_override_those_of_the_cloud() {
    let two = "regions: [{name: eu-de, values: {auth: {project_id: pd}}}, {name: eu-nl, values: \
               {auth: {project_id: pn}}}]";
    let nothing = Requested::default();
    let flag = |region| Requested { region: Some(region), usual: None };
    let usual = |region| Requested { region: None, usual: Some(region) };
    let cases = [
        ("", nothing, ["-", "eu-de", "pd"]),
        ("", flag("eu-nl"), ["-", "eu-nl", "pn"]),
        // Values of another region do not apply.
        ("", flag("eu-ch2"), ["-", "eu-de", "p"]),
        ("", usual("eu-nl"), ["-", "eu-nl", "pn"]),
        ("", usual("RegionOne"), ["-", "eu-de", "pd"]),
        ("region_name: eu-nl, ", nothing, ["eu-nl", "eu-nl", "pn"]),
        ("region-name: eu-nl, ", nothing, ["eu-nl", "eu-nl", "pn"]),
        ("region_name: eu-nl, ", usual("eu-de"), ["eu-nl", "eu-nl", "pn"]),
        ("region_name: eu-nl, ", flag("eu-de"), ["eu-nl", "eu-de", "pd"]),
        ("project_name: eu-nl_app, ", nothing, ["-", "eu-nl", "pn"]),
    ];
    for (settings, requested, expected) in cases {
        let cloud = format!("{{profile: otc, {settings}auth: {{project_id: p, token: t}}, {two}}}");
        let [region, first, project, _] = regional(&cloud, requested);
        assert_eq!([region.as_str(), &first, &project], expected, "{settings} {requested:?}");
    }
}

#[test]
fn the_region_is_filled_into_an_address() {
    let nothing = Requested::default();
    let flag = Requested { region: Some("eu-nl"), usual: None };
    let host = |region: &str| format!("https://iam.{region}.otc.t-systems.com/v3");
    let cases = [
        ("region_name: eu-de", nothing, host("eu-de")),
        ("region_name: eu-de", flag, host("eu-nl")),
        ("regions: [eu-nl, eu-de]", nothing, host("eu-nl")),
        ("project_name: eu-nl_x", nothing, host("eu-nl")),
        ("profile: otc", nothing, host("eu-de")),
        ("region_name: x.evil/", nothing, "-".to_owned()),
        ("cloud: other", nothing, "-".to_owned()),
    ];
    for (settings, requested, expected) in cases {
        for field in REGION_FIELDS {
            let url = host(field);
            let text =
                format!("clouds: {{a: {{{settings}, auth: {{auth_url: '{url}', token: t}}}}}}");
            let found = file("clouds.yaml", &text);
            let source = source(&found, None, &Hosts::default(), None, requested).unwrap();
            let iam = source.iam.map_or("-".to_owned(), |iam| iam.value);
            assert_eq!(iam, expected, "{settings} {field}");
            assert_eq!(source.note.is_some(), expected == "-", "{settings} {field}");
        }
    }
}
