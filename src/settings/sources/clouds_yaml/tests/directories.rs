//! Files of different directories: which of their settings are used.

use std::path::PathBuf;

use super::*;

#[test]
fn ca_files_are_used_and_checks_stay_on() {
    let unchecked = "clouds.yaml, cloud `a`: `verify: false` is ignored: only --insecure disables \
                     certificate checks";
    let used = "clouds.yaml, cloud `a`: clouds.yaml of the current directory is used, and the \
                credentials go to Open Telekom Cloud";
    let here =
        "clouds.yaml, cloud `a`: `cacert` of the current directory is ignored; give --ca-file";
    let cases: [(&str, bool, Option<&str>, &[&str]); 6] = [
        ("cacert: ca.pem", false, Some("ca.pem"), &[]),
        ("cacert: ca.pem, verify: true", false, Some("ca.pem"), &[]),
        ("cacert: ca.pem, verify: False", false, Some("ca.pem"), &[unchecked]),
        ("verify: no", false, None, &[unchecked]),
        ("cacert: ca.pem, verify: off", true, None, &[used, unchecked, here]),
        ("region_name: x", true, None, &[used]),
    ];
    for (settings, is_here, ca_file, warnings) in cases {
        let text = format!("clouds: {{a: {{profile: otc, {settings}, auth: {{token: t}}}}}}");
        let place = if is_here { Location::Here } else { Location::Settings };
        let found = CloudsFile { place, ..file("clouds.yaml", &text) };
        let source = source(&found, None, &Hosts::default(), None, Requested::default()).unwrap();
        let found = source.ca_file.map(|file| file.value);
        assert_eq!(found.as_deref(), ca_file, "{settings}");
        assert_eq!(source.cautions, warnings, "{settings}");
    }
}

/// The warning names the files of the current directory that are used, and the host that gets the
/// secrets.
#[test]
fn files_of_the_current_directory_are_named_with_the_host() {
    let clouds = format!("clouds: {{a: {{auth: {{{OTC}, token: t}}}}}}");
    let message = |places: [Location; 2], secure: &str| {
        let clouds = CloudsFile { place: places[0], ..file("clouds.yaml", &clouds) };
        let secure = CloudsFile { place: places[1], ..file("secure.yaml", secure) };
        source(&clouds, Some(&secure), &Hosts::default(), None, Requested::default())
            .unwrap()
            .cautions
    };
    let expected = |files: &str| {
        vec![format!(
            "clouds.yaml, cloud `a`: {files} used, and the credentials go to \
             iam.eu-de.otc.t-systems.com"
        )]
    };
    let secure = "clouds: {a: {auth: {token: s}}}";
    let other = "clouds: {b: {}}";
    assert_eq!(
        message([Location::Here, Location::Here], other),
        expected("clouds.yaml of the current directory is")
    );
    assert_eq!(
        message([Location::Here, Location::Here], secure),
        expected("clouds.yaml and secure.yaml of the current directory are")
    );
    assert_eq!(
        message([Location::Here, Location::Settings], other),
        expected("clouds.yaml of the current directory is")
    );
    assert!(message([Location::Settings, Location::Here], other).is_empty());
    assert!(message([Location::Settings, Location::Settings], secure).is_empty());
}

/// Otherwise a user who can write one of the two files would get the secrets of the other.
#[test]
fn secrets_of_one_directory_do_not_go_to_an_address_of_another() {
    use Location::{Here, Named, Settings};

    let secure = "clouds: {a: {auth: {token: s}}}";
    let address = "clouds: {a: {auth: {auth_url: 'https://iam.eu-nl.otc.t-systems.com'}}}";
    let refused = |host: &str| {
        format!(
            "it is not combined with secure.yaml, which is in another directory, and secrets would \
             go to {host}; if you trust that host, set CBR_IAM_ENDPOINT=https://{host}"
        )
    };
    let [de, nl] =
        ["eu-de", "eu-nl"].map(|region| refused(&format!("iam.{region}.otc.t-systems.com")));
    let trusted = Environment::with(&[("CBR_IAM_ENDPOINT", "https://iam.eu-de.otc.t-systems.com")]);
    let trusted = Hosts::new(&trusted, &Default::default());
    let nobody = Hosts::default();
    let cases = [
        ((Here, "c"), (Settings, "s"), secure, &nobody, Some(&de)),
        ((Here, "c"), (Settings, "s"), secure, &trusted, None),
        ((Here, "c"), (Named, "s"), secure, &nobody, Some(&de)),
        ((Settings, "c"), (Here, "s"), secure, &nobody, Some(&de)),
        ((Named, "c"), (Here, "s"), secure, &nobody, Some(&de)),
        ((Settings, "c"), (Settings, "s"), secure, &nobody, Some(&de)),
        ((Settings, "c"), (Here, "s"), address, &nobody, Some(&nl)),
        ((Settings, "c"), (Here, "s"), address, &trusted, Some(&nl)),
        ((Here, "c"), (Here, "c"), secure, &nobody, None),
        ((Settings, "c"), (Settings, "c"), secure, &nobody, None),
        ((Named, "c"), (Here, "c"), secure, &nobody, None),
        ((Named, "c"), (Settings, "s"), secure, &nobody, None),
        ((Settings, "c"), (Named, "s"), secure, &nobody, None),
        ((Named, "c"), (Named, "s"), secure, &nobody, None),
        // `secure.yaml` has no secret of this cloud.
        ((Here, "c"), (Settings, "s"), "clouds: {b: {auth: {token: s}}}", &nobody, None),
    ];
    for (clouds, over, text, hosts, expected) in cases {
        let found = |(place, directory): (Location, &str), name: &str, text: &str| {
            let directory = Some(PathBuf::from(directory));
            CloudsFile { place, directory, ..file(name, text) }
        };
        let entry = format!("clouds: {{a: {{auth: {{{OTC}, token: t}}}}}}");
        let [clouds_at, over_at] = [clouds, over].map(|(place, directory)| (place, directory));
        let clouds = found(clouds, "clouds.yaml", &entry);
        let source = source(
            &clouds,
            Some(&found(over, "secure.yaml", text)),
            hosts,
            None,
            Requested::default(),
        )
        .unwrap();
        let message = format!("{clouds_at:?} {over_at:?} {text}");
        assert_eq!(source.note.as_ref(), expected, "{message}");
        assert_eq!(source.credentials.unwrap().is_some(), expected.is_none(), "{message}");
        assert_eq!(source.iam.is_some(), expected.is_none(), "{message}");
    }
    let here = CloudsFile {
        place: Here,
        directory: Some("c".into()),
        ..file("clouds.yaml", "clouds: {a: {profile: otc}}")
    };
    let source =
        source(&here, Some(&file("secure.yaml", secure)), &nobody, None, Requested::default())
            .unwrap();
    let message = "it is not combined with secure.yaml, which is in another directory; if you trust \
                both files, set OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE to them";
    assert_eq!(source.note.as_deref(), Some(message));
}
