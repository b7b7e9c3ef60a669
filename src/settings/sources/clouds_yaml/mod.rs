//! OpenStack's files: `clouds.yaml`, and `secure.yaml`, which overrides it.
//!
//! Entries of other clouds are skipped, and endpoints of these files are ignored. A file of the
//! current directory never decides where the secrets of another directory are sent.

use std::fs;
use std::path::{Path, PathBuf};

use saphyr::Yaml;

use super::given_file::{self, FileError};
use super::selected;
use super::yaml::{self, Node};
use crate::settings::credentials::{Part, Parts, TokenPrecedence};
use crate::settings::home::{Home, Text};
use crate::settings::hosts::Hosts;
use crate::settings::lookup::Lookup;
use crate::settings::source::Source;
use crate::settings::{Context, Environment, Setting, hosts, login};
use crate::text::suggest;

/// Which cloud is selected, and how.
#[derive(Debug, Clone, Copy)]
pub(in crate::settings) enum Wanted<'a> {
    /// The only one there is.
    Only,
    /// Named by a profile of config.toml, which applies in any directory.
    OfProfile(&'a str),
    /// Selected for this run, by `--cloud` or `OS_CLOUD`.
    Asked(&'a str),
}

impl<'a> Wanted<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            Self::Only => None,
            Self::OfProfile(name) | Self::Asked(name) => Some(name),
        }
    }
}

/// Looks up the cloud that `OS_CLOUD` selects, unless an earlier source decides.
pub(in crate::settings) fn look_up_selected(
    context: &Context<'_>,
    is_decided: bool,
) -> Option<Lookup> {
    let Context { environment, home, hosts, .. } = context;
    let name = environment.get("OS_CLOUD").filter(|_| !is_decided)?;
    let read = read(environment, home, hosts, Wanted::Asked(name));
    Some(selected::named("OS_CLOUD", read, context, is_decided))
}

/// Looks up the only cloud of the file.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let Context { environment, home, hosts, .. } = context;
    Some(Lookup::file("clouds.yaml", context, is_decided, || {
        read(environment, home, hosts, Wanted::Only)
    }))
}

/// Reads the selected cloud.
///
/// # Errors
///
/// There is a file, and it cannot be read or has no such cloud.
pub(in crate::settings) fn read(
    environment: &Environment,
    home: &Home,
    hosts: &Hosts,
    wanted: Wanted<'_>,
) -> Result<Option<Source>, FileError> {
    // A file of the current directory may be anybody's and decides where the password is sent, so
    // it counts only if the user selects a cloud for this run.
    let asked = matches!(wanted, Wanted::Asked(_));
    let directories: Vec<_> =
        asked.then(PathBuf::new).into_iter().chain(home.openstack()).collect();
    let clouds = find(environment, home, "OS_CLIENT_CONFIG_FILE", &directories, "clouds")?;
    let Some(clouds) = clouds else {
        return match wanted.name() {
            Some(wanted) => {
                Err(format!("no clouds.yaml, and so no cloud `{}`", wanted.escape_debug()).into())
            }
            None => Ok(None),
        };
    };
    let secure = find(environment, home, "OS_CLIENT_SECURE_FILE", &directories, "secure")?;
    let mut source = source(&clouds, secure.as_ref(), hosts, wanted.name())?;
    if let Some(file) = &mut source.ca_file {
        file.value = home.expand(&file.value);
    }
    Ok(Some(source))
}

/// Finds the file that a variable names, or else the first of this name.
fn find(
    environment: &Environment,
    home: &Home,
    variable: &str,
    directories: &[PathBuf],
    name: &str,
) -> Result<Option<CloudsFile>, FileError> {
    match given_file::named(environment, home, variable)? {
        Some(file) => {
            let directory = given_file::path(environment, home, variable);
            let directory = directory.as_deref().and_then(Path::parent).map(whole);
            Ok(Some(CloudsFile { file, directory, place: Location::Named }))
        }
        None => Ok(first(home, directories, name)?),
    }
}

/// Returns the name of the file and of its clouds; none if it cannot be read.
pub(in crate::settings) fn names(environment: &Environment, home: &Home) -> (String, Vec<String>) {
    let directories: Vec<_> = std::iter::once(PathBuf::new()).chain(home.openstack()).collect();
    let found = find(environment, home, "OS_CLIENT_CONFIG_FILE", &directories, "clouds");
    let found = found.ok().flatten();
    let Some(CloudsFile { file, .. }) = found else { return (String::new(), Vec::new()) };
    let parsed = parse(&file).ok();
    let clouds = parsed.as_ref().and_then(|parsed| Node::new(parsed).get("clouds"));
    let names = clouds.into_iter().flat_map(|clouds| clouds.entries()).map(|(name, _)| name);
    // Completion prints each as a word on a line.
    let names = names.filter(|name| !name.contains(char::is_control)).map(str::to_owned).collect();
    (file.name.clone(), names)
}

/// Keys of the project, with its old names, in `auth` and beside it.
const PROJECT_ID: [&[&str]; 4] =
    [&["auth", "project_id"], &["auth", "tenant_id"], &["project_id"], &["tenant_id"]];
const PROJECT_NAME: [&[&str]; 4] =
    [&["auth", "project_name"], &["auth", "tenant_name"], &["project_name"], &["tenant_name"]];

/// A file, and where it was found.
struct CloudsFile {
    file: Text,
    directory: Option<PathBuf>,
    place: Location,
}

/// Where a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Location {
    /// Named by a variable.
    Named,
    /// In the current directory, where anybody may have put it.
    Here,
    /// In one of the directories of OpenStack's settings.
    Settings,
}

impl CloudsFile {
    /// Returns true if one of them may decide where the secrets of the other are sent: files of one
    /// directory, or a file that the user names with one outside the current directory.
    fn goes_with(&self, other: &Self) -> bool {
        let places = [self.place, other.place];
        let is_chosen = places.contains(&Location::Named) && !places.contains(&Location::Here);
        is_chosen || self.directory == other.directory
    }
}

/// Resolves the links of a directory, for comparison.
fn whole(directory: &Path) -> PathBuf {
    let name = if directory == Path::new("") { Path::new(".") } else { directory };
    fs::canonicalize(name).unwrap_or_else(|_| directory.to_owned())
}

/// Finds the first file of this name.
fn first(home: &Home, directories: &[PathBuf], name: &str) -> Result<Option<CloudsFile>, String> {
    let paths = directories.iter().flat_map(|directory| {
        ["yaml", "yml", "json"].map(|suffix| directory.join(Path::new(name).with_extension(suffix)))
    });
    for path in paths {
        let file = home.read(&path).map_err(|error| format!("{}: {error}", home.name(&path)))?;
        if let Some(file) = file {
            let directory = path.parent();
            let is_here = directory == Some(Path::new(""));
            let place = if is_here { Location::Here } else { Location::Settings };
            return Ok(Some(CloudsFile { file, directory: directory.map(whole), place }));
        }
    }
    Ok(None)
}

fn source(
    clouds: &CloudsFile,
    secure: Option<&CloudsFile>,
    hosts: &Hosts,
    wanted: Option<&str>,
) -> Result<Source, String> {
    let name = &clouds.file.name;
    let parsed = parse(&clouds.file)?;
    let all = Node::new(&parsed).get("clouds").ok_or_else(|| format!("{name}: no `clouds`"))?;
    let (chosen, entry) = choose(all, wanted).map_err(|error| format!("{name}: {error}"))?;
    let parsed = secure.map(|secure| parse(&secure.file)).transpose()?;
    let over = parsed.as_ref().and_then(|secure| Node::new(secure).get("clouds")?.get(chosen));
    let name = format!("{name}, cloud `{}`", chosen.escape_debug());
    let here = [Some(clouds), secure.filter(|_| over.is_some())];
    let here = here.into_iter().flatten().filter(|found| found.place == Location::Here);
    let here = here.map(|found| found.file.name.as_str()).collect();
    let apart = secure.filter(|secure| over.is_some() && !clouds.goes_with(secure));
    let apart = apart.map(|secure| secure.file.name.as_str());
    Ok(Cloud { entry, over, here, apart, hosts }.source(&name))
}

fn parse(Text { name, text }: &Text) -> Result<Yaml<'_>, String> {
    yaml::parse(&text.0).map_err(|error| format!("{name}: {error}"))
}

/// Returns the selected cloud, or the only one.
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

/// An entry of `clouds.yaml`, and the one of `secure.yaml` that overrides it.
struct Cloud<'a> {
    entry: Node<'a>,
    over: Option<Node<'a>>,
    /// Which of the two files are in the current directory.
    here: Vec<&'a str>,
    /// The name of `secure.yaml`, if it is of another directory.
    apart: Option<&'a str>,
    hosts: &'a Hosts,
}

impl<'a> Cloud<'a> {
    fn source(&self, name: &str) -> Source {
        let note = self.foreign().or_else(|| self.mixed()).or_else(|| self.agency());
        if let Some(note) = note {
            return Source { note: Some(note), ..Source::named(name) };
        }
        let parts = self.parts(name);
        let first = |paths: &[&[&str]]| {
            let value = paths.iter().find_map(|path| self.text(path))?;
            Some(Setting::new(name, value))
        };
        let setting = |value: Option<&str>| value.map(|value| Setting::new(name, value));
        // Otherwise, anyone who can write to that directory could impersonate the service.
        let ca_file = self.text(&["cacert"]).filter(|_| self.here.is_empty());
        Source {
            note: parts.note(),
            credentials: parts.whole(),
            region: setting(self.text(&["region_name"]).or_else(|| self.only_region())),
            project_id: first(&PROJECT_ID),
            ca_file: setting(ca_file),
            cautions: self.cautions(name),
            project_name: first(&PROJECT_NAME),
            iam: setting(self.text(&["auth", "auth_url"])),
            ..Source::named(name)
        }
    }

    /// Reads the credentials. Keys beside `auth` and in it have different names.
    fn parts(&self, name: &str) -> Parts {
        let part = |paths: &[&[&str]]| {
            let found = paths.iter().find_map(|path| Some((path, self.text(path)?)));
            let name = found.map(|(path, _)| *path).or(paths.first().copied()).unwrap_or_default();
            Part::new(name.join("."), found.map(|(_, value)| value))
        };
        let access_key =
            part(&[&["auth", "ak"], &["auth", "access_key"], &["ak"], &["access_key"]]);
        let security_token = match access_key.is_set() {
            // Beside keys, a token outside of `auth` is their security token.
            true => part(&[&["auth", "security_token"], &["security_token"], &["token"]]),
            false => part(&[&["auth", "security_token"], &["security_token"]]),
        };
        Parts {
            place: format!("{name}: "),
            access_key,
            secret_key: part(&[&["auth", "sk"], &["auth", "secret_key"], &["sk"], &["secret_key"]]),
            security_token,
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
                passcode: part(&[&["auth", "passcode"]]),
                application: part(&[
                    &["auth", "application_credential_id"],
                    &["auth", "application_credential_name"],
                ]),
            },
            both: TokenPrecedence::Token,
        }
    }

    fn cautions(&self, name: &str) -> Vec<String> {
        let is_off = |value: &str| ["false", "no", "off", "0", "n"].contains(&value);
        let verify = self.text(&["verify"]).map(str::to_ascii_lowercase);
        let is_here = !self.here.is_empty();
        let host = self.text(&["auth", "auth_url"]).and_then(hosts::host_of);
        let cautions = [
            is_here.then(|| {
                let are = if self.here.len() > 1 { "are" } else { "is" };
                format!(
                    "{name}: {} of the current directory {are} used, and the credentials go to {}",
                    self.here.join(" and "),
                    host.as_deref().unwrap_or("Open Telekom Cloud").escape_debug()
                )
            }),
            verify.as_deref().is_some_and(is_off).then(|| {
                format!(
                    "{name}: `verify: false` is ignored: only --insecure disables certificate checks"
                )
            }),
            (is_here && self.text(&["cacert"]).is_some()).then(|| {
                format!("{name}: `cacert` of the current directory is ignored; give --ca-file")
            }),
        ];
        cautions.into_iter().flatten().collect()
    }

    /// Returns why this seems to be another cloud.
    fn foreign(&self) -> Option<String> {
        let Some(url) = self.text(&["auth", "auth_url"]) else {
            // OpenStack's client knows this cloud by name.
            let vendor = self.text(&["profile"]).or_else(|| self.text(&["cloud"]));
            return (vendor != Some("otc"))
                .then(|| "it has no auth_url, so it may be another cloud".to_owned());
        };
        self.hosts.refuse(url).map(|reason| format!("its auth_url {reason}"))
    }

    /// Returns why secrets of one directory are not sent to an address of another, unless the user
    /// names its host: whoever can write one of the files would get the secrets of the other.
    fn mixed(&self) -> Option<String> {
        let secure = self.apart?;
        let Some(url) = self.text(&["auth", "auth_url"]) else {
            return Some(format!(
                "it is not combined with {secure}, which is in another directory; if you trust both files, set \
                 OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE to them"
            ));
        };
        let host = hosts::host_of(url).unwrap_or_default();
        let host = host.escape_debug().to_string();
        (!self.hosts.names(url)).then(|| {
            format!(
                "it is not combined with {secure}, which is in another directory, and secrets would go to {host}; \
                 {}",
                Hosts::allow(&host)
            )
        })
    }

    /// Returns why an agency is not used: the user's own keys would list another account.
    fn agency(&self) -> Option<String> {
        let kind = self.text(&["auth_type"]).filter(|kind| kind.contains("agency"))?;
        let name = self.text(&["auth", "target_agency_name"]).unwrap_or_default();
        Some(format!(
            "its auth_type is {}: it assumes agency `{}`, which cbr cannot do",
            kind.escape_debug(),
            name.escape_debug()
        ))
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
mod tests;
