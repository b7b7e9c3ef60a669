//! OpenStack's files: `clouds.yaml`, and `secure.yaml` over it.
//!
//! Only what leads to a cloud with this service is used. Endpoints of these files are not: a file that
//! came with a directory must not decide where the secrets of another go.

use std::path::{Path, PathBuf};

use saphyr::Yaml;

use super::credentials::{Both, Part, Parts};
use super::home::{Home, Text};
use super::source::Source;
use super::yaml::{self, Node};
use super::{Environment, Setting, cloud, login};
use crate::suggest;

/// The cloud of this name, or the only one there is.
///
/// # Errors
///
/// There is a file, and it cannot be read or has no such cloud; in words for a user.
pub(super) fn read(
    environment: &Environment,
    home: &Home,
    wanted: Option<&str>,
) -> Result<Option<Source>, String> {
    let given = environment.get("OS_CLIENT_CONFIG_FILE").map(PathBuf::from);
    // A file of the current directory may be anybody's: it counts for those who ask for one.
    let asked = wanted.is_some() || given.is_some();
    let directories: Vec<_> =
        asked.then(PathBuf::new).into_iter().chain(home.openstack()).collect();
    let Some(clouds) = first(home, given, &directories, "clouds")? else {
        return match wanted {
            Some(wanted) => {
                Err(format!("no clouds.yaml, and so no cloud `{}`", wanted.escape_debug()))
            }
            None => Ok(None),
        };
    };
    let given = environment.get("OS_CLIENT_SECURE_FILE").map(PathBuf::from);
    let secure = first(home, given, &directories, "secure")?;
    let mut source = source(&clouds, secure.as_ref(), wanted)?;
    if let Some(file) = &mut source.ca_file {
        file.value = home.expand(&file.value);
    }
    Ok(Some(source))
}

/// The name of the file, and the names of its clouds; none where it cannot be read.
pub(super) fn names(environment: &Environment, home: &Home) -> (String, Vec<String>) {
    let given = environment.get("OS_CLIENT_CONFIG_FILE").map(PathBuf::from);
    let directories: Vec<_> = std::iter::once(PathBuf::new()).chain(home.openstack()).collect();
    let found = first(home, given, &directories, "clouds").ok().flatten();
    let Some(Found { file, .. }) = found else { return (String::new(), Vec::new()) };
    let parsed = parse(&file).ok();
    let clouds = parsed.as_ref().and_then(|parsed| Node::new(parsed).get("clouds"));
    let names = clouds.into_iter().flat_map(|clouds| clouds.entries()).map(|(name, _)| name);
    // Each is to be a word on a line.
    let names = names.filter(|name| !name.contains(char::is_control)).map(str::to_owned).collect();
    (file.name.clone(), names)
}

/// A file, and where it was found.
struct Found {
    file: Text,
    /// In the current directory, where nobody put it for us.
    is_here: bool,
}

/// The first file of this name that there is.
fn first(
    home: &Home,
    given: Option<PathBuf>,
    directories: &[PathBuf],
    name: &str,
) -> Result<Option<Found>, String> {
    let names = directories.iter().flat_map(|directory| {
        ["yaml", "yml", "json"].map(|suffix| directory.join(Path::new(name).with_extension(suffix)))
    });
    let given = given.map(|path| (path, false));
    let names = names.map(|path| {
        let is_here = path.parent() == Some(Path::new(""));
        (path, is_here)
    });
    for (path, is_here) in given.into_iter().chain(names) {
        let file = home.read(&path).map_err(|error| format!("{}: {error}", home.name(&path)))?;
        if let Some(file) = file {
            return Ok(Some(Found { file, is_here }));
        }
    }
    Ok(None)
}

fn source(clouds: &Found, secure: Option<&Found>, wanted: Option<&str>) -> Result<Source, String> {
    let name = &clouds.file.name;
    let parsed = parse(&clouds.file)?;
    let all = Node::new(&parsed).get("clouds").ok_or_else(|| format!("{name}: no `clouds`"))?;
    let (chosen, entry) = choose(all, wanted).map_err(|error| format!("{name}: {error}"))?;
    let parsed = secure.map(|secure| parse(&secure.file)).transpose()?;
    let over = parsed.as_ref().and_then(|secure| Node::new(secure).get("clouds")?.get(chosen));
    let name = format!("{name}, cloud `{}`", chosen.escape_debug());
    let is_here = clouds.is_here || secure.is_some_and(|secure| secure.is_here);
    Ok(Cloud { entry, over, is_here }.source(&name))
}

fn parse(Text { name, text }: &Text) -> Result<Yaml<'_>, String> {
    yaml::parse(&text.0).map_err(|error| format!("{name}: {error}"))
}

/// The cloud that is wanted, or the only one.
fn choose<'a>(clouds: Node<'a>, wanted: Option<&str>) -> Result<(&'a str, Node<'a>), String> {
    let mut entries = clouds.entries();
    if let Some(wanted) = wanted {
        let found = entries.find(|(name, _)| *name == wanted);
        return found.ok_or_else(|| {
            let names: Vec<_> = clouds.entries().map(|(name, _)| name).collect();
            let question = suggest::question(wanted, &names);
            format!("no cloud `{}`{question}", wanted.escape_debug())
        });
    }
    match (entries.next(), entries.next()) {
        (None, _) => Err("no cloud".to_owned()),
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err("several clouds; choose one with --cloud or OS_CLOUD".to_owned()),
    }
}

/// An entry of `clouds.yaml`, and the one of `secure.yaml` that lies over it.
struct Cloud<'a> {
    entry: Node<'a>,
    over: Option<Node<'a>>,
    /// Whether one of them is a file of the current directory.
    is_here: bool,
}

impl<'a> Cloud<'a> {
    fn source(&self, name: &str) -> Source {
        if let Some(note) = self.foreign() {
            return Source { note: Some(note), ..Source::named(name) };
        }
        let part = |keys: &[&[&str]]| {
            let found = keys.iter().find_map(|path| Some((path, self.text(path)?)));
            let name = found.map(|(path, _)| *path).or(keys.first().copied()).unwrap_or_default();
            Part::new(name.join("."), found.map(|(_, value)| value))
        };
        let parts = Parts {
            place: format!("{name}: "),
            access_key: part(&[&["auth", "ak"], &["auth", "access_key"], &["ak"]]),
            secret_key: part(&[&["auth", "sk"], &["auth", "secret_key"], &["sk"]]),
            security_token: part(&[&["auth", "security_token"], &["security_token"]]),
            token: part(&[&["auth", "token"]]),
            login: login::Parts {
                user_name: part(&[&["auth", "username"]]),
                user_id: part(&[&["auth", "user_id"]]),
                password: part(&[&["auth", "password"]]),
                domain_name: part(&[&["auth", "user_domain_name"], &["auth", "domain_name"]]),
                domain_id: part(&[&["auth", "user_domain_id"], &["auth", "domain_id"]]),
                project_domain_name: part(&[&["auth", "project_domain_name"]]),
                project_domain_id: part(&[&["auth", "project_domain_id"]]),
                kind: part(&[&["auth_type"]]),
            },
            both: Both::Token,
        };
        let setting = |value: Option<&str>| value.map(|value| Setting::new(name, value));
        // Who can put a file there could otherwise pose as the service.
        let ca_file = self.text(&["cacert"]);
        let is_off = |value: &str| ["false", "no", "off", "0", "n"].contains(&value);
        let verify = self.text(&["verify"]).map(str::to_ascii_lowercase);
        let caution = if verify.as_deref().is_some_and(is_off) {
            Some(format!(
                "{name}: `verify: false` has no effect: only --insecure leaves certificates unchecked"
            ))
        } else if self.is_here && ca_file.is_some() {
            Some(format!("{name}: `cacert` of the current directory has no effect; give --ca-file"))
        } else {
            None
        };
        Source {
            note: parts.note(),
            credentials: parts.whole(),
            region: setting(self.text(&["region_name"]).or_else(|| self.only_region())),
            project_id: setting(self.text(&["auth", "project_id"])),
            ca_file: setting(ca_file.filter(|_| !self.is_here)),
            caution,
            project_name: setting(self.text(&["auth", "project_name"])),
            iam: setting(self.text(&["auth", "auth_url"])),
            ..Source::named(name)
        }
    }

    /// Why this is taken to be another cloud.
    fn foreign(&self) -> Option<String> {
        let Some(url) = self.text(&["auth", "auth_url"]) else {
            // OpenStack's client knows this cloud by name.
            let vendor = self.text(&["profile"]).or_else(|| self.text(&["cloud"]));
            return (vendor != Some("otc"))
                .then(|| "it has no auth_url, so it may be another cloud".to_owned());
        };
        let host = cloud::host_of(url);
        (!host.as_deref().is_some_and(cloud::is_known)).then(|| {
            let host = host.as_deref().unwrap_or("no host").escape_debug().to_string();
            format!("its auth_url leads to another cloud ({host})")
        })
    }

    fn only_region(&self) -> Option<&'a str> {
        let mut regions = self.entry.get("regions")?.items();
        let region = regions.next()?;
        let region = region.text().or_else(|| region.get("name")?.text());
        region.filter(|_| regions.next().is_none())
    }

    fn text(&self, path: &[&str]) -> Option<&'a str> {
        let below = |node: Node<'a>| path.iter().try_fold(node, |node, key| node.get(key))?.text();
        self.over.and_then(below).or_else(|| below(self.entry))
    }
}

#[cfg(test)]
mod tests {
    use super::super::home::Hidden;
    use super::*;
    use crate::connection::Credentials;

    fn file(name: &str, text: &str) -> Found {
        let file = Text { name: name.to_owned(), text: Hidden(text.to_owned()) };
        Found { file, is_here: false }
    }

    const OTC: &str = "auth_url: https://iam.eu-de.otc.t-systems.com/v3";

    fn read(clouds: &str, secure: &str, wanted: Option<&str>) -> Result<Source, String> {
        source(&file("clouds.yaml", clouds), Some(&file("secure.yaml", secure)), wanted)
    }

    #[test]
    fn secure_lies_over_clouds() {
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
                "its auth_url leads to another cloud (keystone.example.com)",
            ),
            ("{auth: {token: t}}".to_owned(), "it has no auth_url, so it may be another cloud"),
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

    #[test]
    fn authorities_are_taken_and_checks_stay_on() {
        let unchecked = "clouds.yaml, cloud `a`: `verify: false` has no effect: only --insecure \
                         leaves certificates unchecked";
        let here = "clouds.yaml, cloud `a`: `cacert` of the current directory has no effect; give --ca-file";
        let cases = [
            ("cacert: ca.pem", false, Some("ca.pem"), None),
            ("cacert: ca.pem, verify: true", false, Some("ca.pem"), None),
            ("cacert: ca.pem, verify: False", false, Some("ca.pem"), Some(unchecked)),
            ("verify: no", false, None, Some(unchecked)),
            ("cacert: ca.pem", true, None, Some(here)),
            ("region_name: x", true, None, None),
        ];
        for (settings, is_here, ca_file, warning) in cases {
            let text = format!("clouds: {{a: {{profile: otc, {settings}, auth: {{token: t}}}}}}");
            let source = source(&Found { is_here, ..file("clouds.yaml", &text) }, None, None);
            let source = source.unwrap();
            let found = source.ca_file.map(|file| file.value);
            assert_eq!((found.as_deref(), source.caution.as_deref()), (ca_file, warning));
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
}
