//! OpenStack's files: `clouds.yaml`, and `secure.yaml`, which overrides it.
//!
//! Entries of other clouds are skipped, and endpoints of these files are ignored. A file of the
//! current directory never decides where the secrets of another directory are sent.

mod cloud;
mod file;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use saphyr::Yaml;

use crate::settings::given_file::FileError;
use crate::settings::home::{Home, Text};
use crate::settings::hosts::Hosts;
use crate::settings::lookup::Lookup;
use crate::settings::source::Source;
use crate::settings::yaml::{self, Node};
use crate::settings::{Context, Environment};
use crate::text::suggest;
use cloud::{Cloud, Requested};
use file::{CloudsFile, Location};

/// Which cloud is selected, and how.
#[derive(Debug, Clone, Copy)]
pub(in crate::settings) enum Wanted<'a> {
    /// The only one in the file.
    Only,
    /// Named by a profile of config.toml, which applies in any directory.
    OfProfile(&'a str),
    /// Selected for this run, by `--cloud` or `OS_CLOUD`.
    OfRun(&'a str),
}

impl<'a> Wanted<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            Self::Only => None,
            Self::OfProfile(name) | Self::OfRun(name) => Some(name),
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
    let read = read(environment, home, hosts, Wanted::OfRun(name), args.region.as_deref());
    Some(Lookup::entry("OS_CLOUD", read, context, is_decided))
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
    // A file of the current directory may belong to another user and decides where the password is
    // sent, so it counts only if the user selects a cloud for this run.
    let is_of_run = matches!(wanted, Wanted::OfRun(_));
    let directories: Vec<_> =
        is_of_run.then(PathBuf::new).into_iter().chain(home.openstack()).collect();
    let clouds = file::find(environment, home, "OS_CLIENT_CONFIG_FILE", &directories, "clouds")?;
    let Some(clouds) = clouds else {
        return match wanted.name() {
            Some(wanted) => {
                Err(format!("no clouds.yaml, and so no cloud `{}`", wanted.escape_debug()).into())
            }
            None => Ok(None),
        };
    };
    let secure = file::find(environment, home, "OS_CLIENT_SECURE_FILE", &directories, "secure")?;
    let usual = ["CBR_REGION", "OS_REGION_NAME", "OS_REGION"];
    let usual = usual.iter().find_map(|name| environment.get(name));
    let regions = Requested { region, usual };
    let mut source = source(&clouds, secure.as_ref(), hosts, wanted.name(), regions)?;
    if let Some(file) = &mut source.ca_file {
        file.value = home.expand(&file.value);
    }
    Ok(Some(source))
}

/// Returns the name of the file and of its clouds; none if it cannot be read.
pub(in crate::settings) fn names(environment: &Environment, home: &Home) -> (String, Vec<String>) {
    let directories: Vec<_> = std::iter::once(PathBuf::new()).chain(home.openstack()).collect();
    let found = file::find(environment, home, "OS_CLIENT_CONFIG_FILE", &directories, "clouds");
    let found = found.ok().flatten();
    let Some(CloudsFile { file, .. }) = found else { return (String::new(), Vec::new()) };
    let parsed = parse(&file).ok();
    let clouds = parsed.as_ref().and_then(|parsed| Node::new(parsed).get("clouds"));
    let names = clouds.into_iter().flat_map(|clouds| clouds.entries()).map(|(name, _)| name);
    // Completion prints one name a line.
    let names = names.filter(|name| !name.contains(char::is_control)).map(str::to_owned).collect();
    (file.name.clone(), names)
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
