//! Endpoints that the user names for a region, as the vendor's SDKs read them: a variable, or
//! `~/.huaweicloud/regions.yaml`. They serve regions that are new or private.

use super::given_file::{self, FileError};
use super::home::{Home, Text};
use super::yaml::{self, Node};
use super::{ConnectionError, Environment, Setting};

/// Returns the endpoint that the user names for a region, in a variable or in this file.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn named(
    environment: &Environment,
    home: &Home,
    region: &str,
) -> Result<Option<Setting>, ConnectionError> {
    if let Some(endpoint) = environment.endpoint_of(region) {
        return Ok(Some(endpoint));
    }
    read(environment, home, region).map_err(|error| match error {
        FileError::Named(error) => error,
        FileError::Unusable(why) => ConnectionError::new(why, "fix that file, or give --endpoint"),
    })
}

/// Returns the endpoint that the file names for a region; the first of several.
///
/// # Errors
///
/// The file cannot be read; in words for a user.
fn read(
    environment: &Environment,
    home: &Home,
    region: &str,
) -> Result<Option<Setting>, FileError> {
    let usual = ".huaweicloud/regions.yaml";
    let file = given_file::read(environment, home, "HUAWEICLOUD_SDK_REGIONS_FILE", usual)?;
    Ok(file.map_or(Ok(None), |file| endpoint(&file, region))?)
}

fn endpoint(Text { name, text }: &Text, region: &str) -> Result<Option<Setting>, String> {
    let parsed = yaml::parse(&text.0).map_err(|error| format!("{name}: {error}"))?;
    let services = Node::new(&parsed).entries();
    let ours = services.filter(|(service, _)| service.eq_ignore_ascii_case("cbr"));
    let mut regions = ours.flat_map(|(_, regions)| regions.items());
    let is_wanted = |entry: &Node<'_>| entry.get("id").and_then(Node::text) == Some(region);
    let found = regions.find(is_wanted).and_then(|entry| {
        let first = || entry.get("endpoints")?.items().next()?.text();
        entry.get("endpoint").and_then(Node::text).or_else(first)
    });
    Ok(found.map(|value| Setting::new(name, value)))
}

#[cfg(test)]
mod tests {
    use super::super::home::Hidden;
    use super::*;

    #[test]
    fn the_first_endpoint_of_the_region_counts() {
        let cases = [
            ("CBR: [{id: r, endpoint: 'https://a'}]", Some("https://a")),
            (
                "cbr:\n- id: q\n  endpoint: https://b\n- id: r\n  endpoint: https://a",
                Some("https://a"),
            ),
            ("cbr: [{id: r, endpoints: ['https://a', 'https://b']}]", Some("https://a")),
            ("ecs: [{id: r, endpoint: 'https://a'}]", None),
            ("cbr: [{id: q, endpoint: 'https://a'}]", None),
            ("cbr: [{id: r}]", None),
            ("cbr: r", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let file = Text { name: "~/f".to_owned(), text: Hidden(text.to_owned()) };
            let expected = expected.map(|value| Setting::new("~/f", value));
            assert_eq!(endpoint(&file, "r"), Ok(expected), "{text}");
        }
        let broken = Text { name: "~/f".to_owned(), text: Hidden("[".to_owned()) };
        assert!(endpoint(&broken, "r").unwrap_err().starts_with("~/f: not YAML"));
    }
}
