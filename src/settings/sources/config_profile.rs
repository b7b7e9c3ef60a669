//! Profiles of config.toml: settings, and credentials from the source that the profile names.
//!
//! Reading settings has no cost. Credentials may be in another file or come from a command: they
//! are read only when used.

use std::path::Path;

use super::clouds_yaml::{self, Wanted};
use super::{credential_command, koocli, secret_file};
use crate::settings::config::{OwnFile, Profile};
use crate::settings::context::ProfileContext;
use crate::settings::credentials::Parts;
use crate::settings::given_file::FileError;
use crate::settings::lookup::{Lookup, Outcome, Rank};
use crate::settings::part::Part;
use crate::settings::source::Source;
use crate::settings::{ConnectionError, Context, Credentials, Setting, login};

/// Looks up the default profile of config.toml, unless the user selects another. Its credentials
/// are read if no earlier source decides. Without credentials, its settings fill the gaps that all
/// other sources leave.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    if context.selects_profile() {
        return None;
    }
    let OwnFile { name, config, problem, .. } = context.own();
    let profile = match (config, problem) {
        (_, Some(problem)) => Err(problem.clone()),
        (Some(config), None) => config.default_profile(),
        (None, None) => Ok(None),
    };
    let lookup = match profile {
        Err(problem) => Lookup::without_settings(name, Outcome::Invalid(problem)),
        Ok(None) => {
            let profiles = config.iter().flat_map(|config| config.profiles()).count();
            let outcome = if profiles > 1 {
                let why = "several profiles; choose one with --profile, or set default_profile";
                Outcome::Skipped(why.to_owned())
            } else {
                Outcome::NotSet(None)
            };
            Lookup::without_settings(name, outcome)
        }
        Ok(Some(profile)) if !has_credentials(&profile) || !is_decided => {
            let source = with_credentials(&profile, &context.of_profile());
            let lookup = Lookup::read(source, context, is_decided);
            match lookup.outcome {
                Outcome::NotSet(_) => {
                    let outcome = Outcome::Skipped("it holds no credentials".to_owned());
                    Lookup { outcome, ..lookup }
                }
                _ => lookup,
            }
        }
        Ok(Some(profile)) => {
            let (source, outcome) = (settings(&profile), Outcome::Outranked);
            Lookup { source, outcome, rank: Rank::Others }
        }
    };
    let rank = if lookup.decides() && !is_decided { Rank::OwnProfile } else { Rank::Others };
    Some(lookup.ranked(rank))
}

/// Rejects a config.toml with several profiles that hold credentials, if no source decides and none
/// is selected. This check precedes the metadata service: a user with profiles does not want the
/// keys of the server.
pub(in crate::settings) fn look_up_choice(
    context: &Context<'_>,
    is_decided: bool,
) -> Option<Lookup> {
    let OwnFile { name, config: Some(config), problem: None, .. } = context.own() else {
        return None;
    };
    if is_decided || context.selects_profile() || !matches!(config.default_profile(), Ok(None)) {
        return None;
    }
    let holds_credentials =
        |name: &str| config.profile(name).is_some_and(|profile| has_credentials(&profile));
    config.profiles().any(holds_credentials).then(|| {
        let names: Vec<_> =
            config.profiles().map(|name| format!("`{}`", name.escape_debug())).collect();
        let error = ConnectionError::new(
            format!("{name} has several profiles, and none is chosen: {}", names.join(", ")),
            "choose one with --profile NAME, or permanently: cbr config set default_profile NAME",
        );
        Lookup::without_settings(name, Outcome::Ambiguous(error))
    })
}

/// Returns region, project and endpoints of a profile.
pub(in crate::settings) fn settings(profile: &Profile<'_>) -> Source {
    let place = profile.place();
    let setting = |key: &str| Some(Setting::new(format!("{place} {key}"), profile.text(key)?));
    Source {
        region: setting("region"),
        project_id: setting("project_id"),
        project_name: setting("project_name"),
        endpoint: setting("endpoint"),
        iam: setting("iam_endpoint"),
        // A project belongs to the keys in its profile; without keys it applies to any.
        shares_project: !has_credentials(profile),
        ..Source::named(&place)
    }
}

/// Returns the settings of a profile with its credentials, for which a command may be run.
pub(in crate::settings) fn with_credentials(
    profile: &Profile<'_>,
    context: &ProfileContext<'_>,
) -> Source {
    let mut source = settings(profile);
    let read = |source: &mut Source| {
        source.credentials = CredentialReader { profile, context }.credentials(source);
    };
    match credential_sources(profile).as_slice() {
        // These fill other settings too, and their files can be read again.
        ["koocli_profile" | "cloud"] => read(&mut source),
        _ => context.memo.fill(&profile.place(), &mut source, read),
    }
    source
}

/// Credential sources of a profile: the keys of each, of which the first names it.
const CREDENTIAL_KEYS: [&[&str]; 6] = [
    &["access_key", "secret_key", "secret_key_file", "security_token", "security_token_file"],
    &["token", "token_file"],
    &["username", "user_id", "domain_name", "domain_id", "password", "password_file"],
    &["credential_command", "credential_timeout"],
    &["koocli_profile"],
    &["cloud"],
];

/// Returns the first key of each credential source that a profile uses.
fn credential_sources(profile: &Profile<'_>) -> Vec<&'static str> {
    let is_set = |key: &&&str| profile.get(key).is_some();
    CREDENTIAL_KEYS.iter().filter_map(|keys| keys.iter().find(is_set).copied()).collect()
}

/// Returns true if a profile names credentials.
pub(in crate::settings) fn has_credentials(profile: &Profile<'_>) -> bool {
    !credential_sources(profile).is_empty()
}

/// Reads the credentials of a profile.
struct CredentialReader<'a> {
    profile: &'a Profile<'a>,
    context: &'a ProfileContext<'a>,
}

impl CredentialReader<'_> {
    fn credentials(&self, source: &mut Source) -> Result<Option<Credentials>, ConnectionError> {
        match credential_sources(self.profile).as_slice() {
            [] => Ok(None),
            ["credential_command" | "credential_timeout"] => self.of_command(),
            ["koocli_profile"] => {
                let ProfileContext { environment, home, .. } = self.context;
                let name = self.profile.text("koocli_profile");
                self.of_tool(source, "koocli_profile", koocli::read(environment, home, name))
            }
            ["cloud"] => {
                let ProfileContext { environment, home, hosts, .. } = self.context;
                let wanted = Wanted::OfProfile(self.profile.text("cloud").unwrap_or_default());
                let region = self.context.region.or(self.profile.text("region"));
                let read = clouds_yaml::read(environment, home, hosts, wanted, region);
                self.of_tool(source, "cloud", read)
            }
            [key] => match self.parts(source)?.whole()? {
                // Only a part of a login.
                None => Err(self.half(key, "password")),
                whole => Ok(whole),
            },
            [first, second, ..] => Err(self.contradiction(first, second)),
        }
    }

    /// Reads the parts in config.toml, or in the files that it names.
    fn parts(&self, source: &mut Source) -> Result<Parts, ConnectionError> {
        Ok(Parts {
            place: format!("{}: ", self.profile.place()),
            access_key: Part::new("access_key", self.profile.text("access_key")),
            secret_key: self.secret("secret_key", "secret_key_file", source)?,
            security_token: self.secret("security_token", "security_token_file", source)?,
            token: self.secret("token", "token_file", source)?,
            login: login::Parts {
                user_name: self.text("username"),
                user_id: self.text("user_id"),
                password: self.secret("password", "password_file", source)?,
                domain_name: self.text("domain_name"),
                domain_id: self.text("domain_id"),
                ..login::Parts::default()
            },
            ..Parts::default()
        })
    }

    fn text(&self, key: &str) -> Part {
        Part::new(key, self.profile.text(key))
    }

    fn secret(
        &self,
        key: &str,
        file_key: &str,
        source: &mut Source,
    ) -> Result<Part, ConnectionError> {
        let path = self.profile.file(file_key, |name| self.context.home.file(name));
        let value = self.profile.text(key);
        let Some(path) = path else { return Ok(Part::new(key, value)) };
        if value.is_some() {
            return Err(self.contradiction(key, file_key));
        }
        self.secret_of(file_key, &path, source)
    }

    fn secret_of(
        &self,
        key: &str,
        path: &Path,
        source: &mut Source,
    ) -> Result<Part, ConnectionError> {
        let read = secret_file::read(self.context.home, path, self.context.timeout);
        let (text, warning) = read.map_err(|unread| {
            let hint = format!("let {key} name a file that holds nothing but the secret");
            unread.error(&format!("{} {key}", self.profile.place()), &hint)
        })?;
        source.warnings.extend(warning);
        Ok(Part::new(key, Some(&text.0)))
    }

    fn of_command(&self) -> Result<Option<Credentials>, ConnectionError> {
        let place = format!("{} credential_command", self.profile.place());
        let Some(command) = self.profile.get("credential_command") else {
            return Err(self.half("credential_timeout", "credential_command"));
        };
        if !self.context.runs_commands {
            return Err(ConnectionError::new(
                format!("{place}: is not run for this"),
                "use a profile that holds its credentials",
            ));
        }
        let limit = self.profile.text("credential_timeout");
        credential_command::run(&place, command, limit, self.context.timeout).map(Some)
    }

    /// Takes credentials from an entry of another tool, with its settings where the profile has
    /// none.
    fn of_tool(
        &self,
        source: &mut Source,
        key: &str,
        read: Result<Option<Source>, FileError>,
    ) -> Result<Option<Credentials>, ConnectionError> {
        let place = self.profile.place();
        let refuse = |why: String| {
            ConnectionError::new(
                format!("{place} {key}: {why}"),
                format!("give {key} the name of an entry that has credentials, or remove it"),
            )
        };
        let found = match read {
            Ok(Some(found)) => found,
            Ok(None) => return Err(refuse("there is no such file".to_owned())),
            Err(why) => return Err(refuse(why.to_string())),
        };
        let Source { name, credentials, region, project_id, project_name, iam, note, .. } = found;
        source.first_region = found.first_region;
        source.ca_file = found.ca_file;
        source.cautions = found.cautions;
        source.refers_to_metadata = found.refers_to_metadata;
        if source.endpoint.is_none() {
            source.region = source.region.take().or(region);
        }
        source.project_id = source.project_id.take().or(project_id);
        source.project_name = source.project_name.take().or(project_name);
        source.iam = source.iam.take().or(iam);
        match credentials {
            Ok(None) if !source.refers_to_metadata => {
                let why = note.unwrap_or_else(|| "it holds no credentials".to_owned());
                Err(refuse(format!("{name}: {why}")))
            }
            whole => whole,
        }
    }

    fn half(&self, set: &str, missing: &str) -> ConnectionError {
        ConnectionError::new(
            format!("{}: {set} is set, but {missing} is not", self.profile.place()),
            format!("set {missing} as well, or remove {set}"),
        )
    }

    fn contradiction(&self, first: &str, second: &str) -> ConnectionError {
        let place = self.profile.place();
        ConnectionError::new(
            format!("{place}: {first} is set, and so is {second}: which to use is not clear"),
            format!("remove {first} or {second}"),
        )
    }
}
