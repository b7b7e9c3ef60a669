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
use crate::settings::{Context, Environment, Setting, clouds, hosts, login};
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
    let Context { args, environment, home, hosts, .. } = context;
    let name = environment.get("OS_CLOUD").filter(|_| !is_decided)?;
    let read = read(environment, home, hosts, Wanted::Asked(name), args.region.as_deref());
    Some(selected::named("OS_CLOUD", read, context, is_decided))
}

/// Looks up the only cloud of the file.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let Context { args, environment, home, hosts, .. } = context;
    Some(Lookup::file("clouds.yaml", context, is_decided, || {
        read(environment, home, hosts, Wanted::Only, args.region.as_deref())
    }))
}

/// Reads the selected cloud, with its settings for the region that a flag or profile requests.
///
/// # Errors
///
/// There is a file, and it cannot be read or has no such cloud.
pub(in crate::settings) fn read(
    environment: &Environment,
    home: &Home,
    hosts: &Hosts,
    wanted: Wanted<'_>,
    region: Option<&str>,
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
    let usual = ["CBR_REGION", "OS_REGION_NAME", "OS_REGION"];
    let usual = usual.iter().find_map(|name| environment.get(name));
    let regions = Requested { region, usual };
    let mut source = source(&clouds, secure.as_ref(), hosts, wanted.name(), regions)?;
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

/// Keys of the project, with its old names.
const PROJECT_ID: [&str; 2] = ["project_id", "tenant_id"];
const PROJECT_NAME: [&str; 2] = ["project_name", "tenant_name"];

/// Vendors that OpenStack's client knows by name: the `profile` of each, and its first region.
const VENDORS: [(&str, &str); 2] = [("otc", "eu-de"), ("otc-swiss", "eu-ch2")];

/// Region that is requested outside the file.
#[derive(Debug, Clone, Copy, Default)]
struct Requested<'a> {
    /// That of a flag or profile, which overrides that of the cloud.
    region: Option<&'a str>,
    /// That of a variable.
    usual: Option<&'a str>,
}

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
    requested: Requested<'_>,
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
    let layers = over.into_iter().chain([entry]).collect();
    Ok(Cloud { layers, here, apart, hosts }.of_region(requested).source(&name))
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

/// An entry of `clouds.yaml`, with what overrides it.
struct Cloud<'a> {
    /// The values for the region, the entry of `secure.yaml`, and that of `clouds.yaml`: the first
    /// that has a key counts.
    layers: Vec<Node<'a>>,
    /// Which of the two files are in the current directory.
    here: Vec<&'a str>,
    /// The name of `secure.yaml`, if it is of another directory.
    apart: Option<&'a str>,
    hosts: &'a Hosts,
}

/// A cloud with the settings of one region.
struct RegionalCloud<'a> {
    cloud: Cloud<'a>,
    /// Its region by name, if there is one.
    region: Option<&'a str>,
    /// Its region if nothing leads to another, and why.
    first_region: Option<(&'a str, String)>,
    /// The address of IAM, with the region filled in.
    auth_url: Option<String>,
}

impl<'a> Cloud<'a> {
    /// Chooses the region: that of a flag, of the cloud, of a variable, of the project's name or of
    /// the identity host, or the first of the list. Its values override those of the cloud.
    fn of_region(mut self, requested: Requested<'_>) -> RegionalCloud<'a> {
        let regions: Vec<_> = self.layers.iter().find_map(|layer| get(*layer, "regions")).map_or(
            Vec::new(),
            |regions| {
                let name = |region: Node<'a>| region.text().or_else(|| region.get("name")?.text());
                regions.items().filter_map(|region| Some((name(region)?, region))).collect()
            },
        );
        let own = self.text(&["region_name"]);
        let project = self.first(&PROJECT_NAME).and_then(|(_, name)| clouds::of_project(name));
        let host = self.first(&["auth_url"]).and_then(|(_, url)| hosts::host_of(url));
        let host = host.as_deref().and_then(clouds::region_of_identity);
        let listed = |name: &str| regions.iter().find(|(listed, _)| *listed == name).copied();
        let chosen = match requested.region.or(own) {
            Some(name) => listed(name),
            None => [requested.usual, project, host]
                .into_iter()
                .flatten()
                .find_map(listed)
                .or(regions.first().copied()),
        };
        if let Some(values) = chosen.and_then(|(_, region)| region.get("values")) {
            self.layers.insert(0, values);
        }
        let only = regions.first().filter(|_| regions.len() == 1).map(|(name, _)| *name);
        let vendor = self.vendor();
        let first_region = chosen
            .map(|(name, _)| (name, "first of regions".to_owned()))
            .or_else(|| vendor.map(|(vendor, region)| (region, format!("profile {vendor}"))));
        let filled = requested.region.or(self.text(&["region_name"])).or(project);
        let filled = filled.or(first_region.as_ref().map(|(name, _)| *name));
        let auth_url = self.first(&["auth_url"]).map(|(_, url)| match filled {
            Some(region) => {
                REGION_FIELDS.iter().fold(url.to_owned(), |url, field| url.replace(field, region))
            }
            None => url.to_owned(),
        });
        let region = self.text(&["region_name"]).or(only);
        RegionalCloud { cloud: self, region, first_region, auth_url }
    }

    /// Returns the vendor of the cloud and its first region.
    fn vendor(&self) -> Option<(&'static str, &'static str)> {
        let name = self.text(&["profile"]).or_else(|| self.text(&["cloud"]))?;
        VENDORS.into_iter().find(|(vendor, _)| *vendor == name)
    }

    /// Returns the first of these keys that is set, in `auth` or else beside it, with its path.
    fn first(&self, keys: &[&str]) -> Option<(String, &'a str)> {
        let inside =
            keys.iter().find_map(|key| Some((format!("auth.{key}"), self.text(&["auth", key])?)));
        inside.or_else(|| keys.iter().find_map(|key| Some(((*key).to_owned(), self.text(&[key])?))))
    }

    fn text(&self, path: &[&str]) -> Option<&'a str> {
        let below = |node: &Node<'a>| path.iter().try_fold(*node, |node, key| get(node, key));
        self.layers.iter().find_map(|layer| below(layer)?.text())
    }

    fn part(&self, keys: &[&str]) -> Part {
        match self.first(keys) {
            Some((path, value)) => Part::new(path, Some(value)),
            None => Part::new(format!("auth.{}", keys.first().unwrap_or(&"")), None),
        }
    }
}

/// What OpenStack's client replaces by the region in an address.
const REGION_FIELDS: [&str; 2] = ["{region_name}", "%(region_name)s"];

/// Returns the value of a key, which may be written with hyphens.
fn get<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    node.get(key).or_else(|| node.get(&key.replace('_', "-")))
}

impl RegionalCloud<'_> {
    fn source(&self, name: &str) -> Source {
        let parts = self.parts(name);
        let note = self.foreign(&parts).or_else(|| self.mixed()).or_else(|| self.agency());
        if let Some(note) = note {
            return Source { note: Some(note), ..Source::named(name) };
        }
        let setting = |value: Option<&str>| value.map(|value| Setting::new(name, value));
        let first = |keys: &[&str]| setting(self.cloud.first(keys).map(|(_, value)| value));
        // Otherwise, anyone who can write to that directory could impersonate the service.
        let ca_file = self.cloud.text(&["cacert"]).filter(|_| self.cloud.here.is_empty());
        let first_region = self.first_region.as_ref();
        Source {
            note: parts.note(),
            credentials: parts.whole(),
            region: setting(self.region),
            first_region: first_region
                .map(|(region, how)| Setting::new(format!("{name} ({how})"), *region)),
            project_id: first(&PROJECT_ID),
            ca_file: setting(ca_file),
            cautions: self.cautions(name),
            project_name: first(&PROJECT_NAME),
            iam: setting(self.auth_url.as_deref()),
            ..Source::named(name)
        }
    }

    /// Reads the credentials.
    fn parts(&self, name: &str) -> Parts {
        let part = |keys: &[&str]| self.cloud.part(keys);
        let access_key = part(&["ak", "access_key"]);
        // Beside keys, a token outside of `auth` is their security token.
        let (security_token, token) = if access_key.is_set() {
            let beside = Part::new("token", self.cloud.text(&["token"]));
            let security_token = Some(part(&["security_token"])).filter(Part::is_set);
            let token = Part::new("auth.token", self.cloud.text(&["auth", "token"]));
            (security_token.unwrap_or(beside), token)
        } else {
            (part(&["security_token"]), part(&["token"]))
        };
        let kind = Part::new("auth_type", self.cloud.text(&["auth_type"]));
        Parts {
            place: format!("{name}: "),
            access_key,
            secret_key: part(&["sk", "secret_key"]),
            security_token,
            token,
            login: login::Parts {
                user_name: part(&["username", "user_name"]),
                user_id: part(&["user_id"]),
                password: part(&["password"]),
                domain_name: part(&["user_domain_name", "domain_name", "project_domain_name"]),
                domain_id: part(&["user_domain_id", "domain_id"]),
                project_domain_name: part(&["project_domain_name"]),
                project_domain_id: part(&["project_domain_id"]),
                kind,
                passcode: part(&["passcode"]),
                application: part(&["application_credential_id", "application_credential_name"]),
            },
            both: TokenPrecedence::Token,
        }
    }

    fn cautions(&self, name: &str) -> Vec<String> {
        let is_off = |value: &str| ["false", "no", "off", "0", "n"].contains(&value);
        let verify = self.cloud.text(&["verify"]).map(str::to_ascii_lowercase);
        let is_here = !self.cloud.here.is_empty();
        let host = self.auth_url.as_deref().and_then(hosts::host_of);
        let cautions = [
            is_here.then(|| {
                let are = if self.cloud.here.len() > 1 { "are" } else { "is" };
                format!(
                    "{name}: {} of the current directory {are} used, and the credentials go to {}",
                    self.cloud.here.join(" and "),
                    host.as_deref().unwrap_or("Open Telekom Cloud").escape_debug()
                )
            }),
            verify.as_deref().is_some_and(is_off).then(|| {
                format!(
                    "{name}: `verify: false` is ignored: only --insecure disables certificate checks"
                )
            }),
            (is_here && self.cloud.text(&["cacert"]).is_some()).then(|| {
                format!("{name}: `cacert` of the current directory is ignored; give --ca-file")
            }),
        ];
        cautions.into_iter().flatten().collect()
    }

    /// Returns why this seems to be another cloud.
    fn foreign(&self, parts: &Parts) -> Option<String> {
        let Some(url) = &self.auth_url else {
            if self.cloud.vendor().is_some() {
                return None;
            }
            let kind = self.cloud.text(&["auth_type"]).filter(|kind| !login::is_known(kind));
            let kind = kind.filter(|_| !parts.are_set() && self.agency().is_none());
            return Some(match kind {
                Some(kind) => format!("its auth_type {}", login::unusable(kind)),
                None => "it has no auth_url, so it may be another cloud".to_owned(),
            });
        };
        if REGION_FIELDS.iter().any(|field| url.contains(field)) {
            return Some(
                "its auth_url needs a region: give --region or set region_name".to_owned(),
            );
        }
        self.cloud.hosts.refuse(url).map(|reason| format!("its auth_url {reason}"))
    }

    /// Returns why secrets of one directory are not sent to an address of another, unless the user
    /// names its host: anyone who can write one of the files would get the secrets of the other.
    fn mixed(&self) -> Option<String> {
        let secure = self.cloud.apart?;
        let Some(url) = &self.auth_url else {
            return Some(format!(
                "it is not combined with {secure}, which is in another directory; if you trust both files, set \
                 OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE to them"
            ));
        };
        let host = hosts::host_of(url).unwrap_or_default();
        let host = host.escape_debug().to_string();
        (!self.cloud.hosts.names(url)).then(|| {
            format!(
                "it is not combined with {secure}, which is in another directory, and secrets would go to {host}; \
                 {}",
                Hosts::allow(&host)
            )
        })
    }

    /// Returns why an agency is not used: the user's own keys would list another account.
    fn agency(&self) -> Option<String> {
        let kind = self.cloud.text(&["auth_type"]).filter(|kind| kind.contains("agency"))?;
        let name =
            self.cloud.first(&["target_agency_name"]).map(|(_, name)| name).unwrap_or_default();
        Some(format!(
            "its auth_type is {}: it assumes agency `{}`, which cbr cannot do",
            kind.escape_debug(),
            name.escape_debug()
        ))
    }
}

#[cfg(test)]
mod tests;
