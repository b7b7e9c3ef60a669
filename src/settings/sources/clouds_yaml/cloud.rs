//! An entry of `clouds.yaml`, with the settings of one region.

use crate::settings::credentials::{Parts, TokenPrecedence};
use crate::settings::hosts::Hosts;
use crate::settings::part::Part;
use crate::settings::source::Source;
use crate::settings::yaml::Node;
use crate::settings::{Setting, hosts, login, regions};

/// Keys of the project, with its old names.
const PROJECT_ID: [&str; 2] = ["project_id", "tenant_id"];
const PROJECT_NAME: [&str; 2] = ["project_name", "tenant_name"];

/// Vendors that OpenStack's client knows by name: the `profile` of each, and its first region.
const VENDORS: [(&str, &str); 2] = [("otc", "eu-de"), ("otc-swiss", "eu-ch2")];

/// Region that is requested outside the file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Requested<'a> {
    /// Region of a flag or profile, which overrides that of the cloud.
    pub(super) region: Option<&'a str>,
    /// Region of a variable.
    pub(super) usual: Option<&'a str>,
}

/// An entry of `clouds.yaml`, with its overrides.
pub(super) struct Cloud<'a> {
    /// The values for the region, the entry of `secure.yaml`, and that of `clouds.yaml`: the first
    /// with a key counts.
    pub(super) layers: Vec<Node<'a>>,
    /// Names of the files that are in the current directory.
    pub(super) here: Vec<&'a str>,
    /// The name of `secure.yaml`, if it is in another directory.
    pub(super) apart: Option<&'a str>,
    pub(super) hosts: &'a Hosts,
}

/// A cloud with the settings of one region.
pub(super) struct RegionalCloud<'a> {
    cloud: Cloud<'a>,
    /// Its region by name, if there is one.
    pub(super) region: Option<&'a str>,
    /// Its region if no setting selects another, and the reason.
    first_region: Option<(&'a str, String)>,
    /// The address of IAM, with the region filled in.
    auth_url: Option<String>,
}

impl<'a> Cloud<'a> {
    /// Chooses the region: that of a flag, of the cloud, of a variable, of the project's name or of
    /// the identity host, or the first of the list. Its values override those of the cloud.
    pub(super) fn of_region(mut self, requested: Requested<'_>) -> RegionalCloud<'a> {
        let regions: Vec<_> = self.layers.iter().find_map(|layer| get(*layer, "regions")).map_or(
            Vec::new(),
            |regions| {
                let name = |region: Node<'a>| region.text().or_else(|| region.get("name")?.text());
                regions.items().filter_map(|region| Some((name(region)?, region))).collect()
            },
        );
        let own = self.text(&["region_name"]);
        let project = self.first(&PROJECT_NAME).and_then(|(_, name)| regions::of_project(name));
        let host = self.first(&["auth_url"]).and_then(|(_, url)| hosts::host_of(url));
        let host = host.as_deref().and_then(regions::region_of_identity);
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

/// Placeholders in an address that OpenStack's client replaces by the region.
pub(super) const REGION_FIELDS: [&str; 2] = ["{region_name}", "%(region_name)s"];

/// Returns the value of a key, which may be written with hyphens.
fn get<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    node.get(key).or_else(|| node.get(&key.replace('_', "-")))
}

impl RegionalCloud<'_> {
    pub(super) fn source(&self, name: &str) -> Source {
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
                    "{name}: `verify: false` is ignored: only --insecure disables certificate \
                     checks"
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
                "it is not combined with {secure}, which is in another directory; if you trust \
                 both files, set OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE to them"
            ));
        };
        let host = hosts::host_of(url).unwrap_or_default();
        let host = host.escape_debug().to_string();
        (!self.cloud.hosts.names(url)).then(|| {
            format!(
                "it is not combined with {secure}, which is in another directory, and secrets \
                 would go to {host}; {}",
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
