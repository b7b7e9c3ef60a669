//! What a profile of the own file gives: its settings, and its credentials from wherever it says.
//!
//! Settings cost nothing. Credentials may be in another file, in another tool's, or with a command that
//! has to run: they are only asked for when they are to be used.

use std::path::Path;

use super::credentials::{Part, Parts};
use super::home::{Home, Text};
use super::source::Source;
use super::{
    ConnectionError, Credentials, Environment, Setting, clouds, credential_command, koocli,
};
use crate::config::{Profile, is_readable_by_others};

/// Region, project and endpoints.
pub(super) fn settings(profile: &Profile<'_>) -> Source {
    let place = profile.place();
    let setting = |key: &str| Some(Setting::new(format!("{place} {key}"), profile.text(key)?));
    Source {
        region: setting("region"),
        project_id: setting("project_id"),
        endpoint: setting("endpoint"),
        iam: setting("iam_endpoint"),
        // A project goes with the keys beside it, and with any where there are none.
        lends_project: !has_credentials(profile),
        ..Source::named(&place)
    }
}

/// The same, with credentials, for which a command is run only where that may be.
pub(super) fn whole(
    profile: &Profile<'_>,
    environment: &Environment,
    home: &Home,
    runs_commands: bool,
) -> Source {
    let mut source = settings(profile);
    let asked = Asked { profile, environment, home, runs_commands };
    source.credentials = asked.credentials(&mut source);
    source
}

/// Each way to credentials, with the keys that it consists of; the first one gives it a name.
const WAYS: [&[&str]; 5] = [
    &["access_key", "secret_key", "secret_key_file", "security_token", "security_token_file"],
    &["token", "token_file"],
    &["credential_command", "credential_timeout"],
    &["koocli_profile"],
    &["cloud"],
];

/// The ways of which a profile has a key.
fn ways(profile: &Profile<'_>) -> Vec<&'static str> {
    let is_set = |key: &&&str| profile.get(key).is_some();
    WAYS.iter().filter_map(|keys| keys.iter().find(is_set).copied()).collect()
}

/// Whether a profile says anything of credentials.
pub(super) fn has_credentials(profile: &Profile<'_>) -> bool {
    !ways(profile).is_empty()
}

/// A profile whose credentials are wanted.
struct Asked<'a> {
    profile: &'a Profile<'a>,
    environment: &'a Environment,
    home: &'a Home,
    runs_commands: bool,
}

impl Asked<'_> {
    fn credentials(&self, source: &mut Source) -> Result<Option<Credentials>, ConnectionError> {
        match ways(self.profile).as_slice() {
            [] => Ok(None),
            ["credential_command" | "credential_timeout"] => self.of_command(),
            ["koocli_profile"] => {
                let name = self.profile.text("koocli_profile");
                self.of_tool(
                    source,
                    "koocli_profile",
                    koocli::read(self.environment, self.home, name),
                )
            }
            ["cloud"] => {
                let name = self.profile.text("cloud");
                self.of_tool(source, "cloud", clouds::read(self.environment, self.home, name))
            }
            [_] => self.parts(source)?.whole(),
            [first, second, ..] => Err(self.contradiction(first, second)),
        }
    }

    /// From the file itself, or the files that it names.
    fn parts(&self, source: &mut Source) -> Result<Parts, ConnectionError> {
        Ok(Parts {
            place: format!("{}: ", self.profile.place()),
            access_key: Part::new("access_key", self.profile.text("access_key")),
            secret_key: self.secret("secret_key", "secret_key_file", source)?,
            security_token: self.secret("security_token", "security_token_file", source)?,
            token: self.secret("token", "token_file", source)?,
            ..Parts::default()
        })
    }

    fn secret(
        &self,
        key: &str,
        file_key: &str,
        source: &mut Source,
    ) -> Result<Part, ConnectionError> {
        let path = self.profile.file(file_key, |name| self.home.file(name));
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
        let name = self.home.name(path);
        let refuse = |why: String| {
            let place = self.profile.place();
            Err(ConnectionError::new(
                format!("{place} {key}: {why}"),
                format!("let {key} name a file that holds nothing but the secret"),
            ))
        };
        let Text { text, .. } = match self.home.read(path) {
            Ok(Some(text)) => text,
            Ok(None) => return refuse(format!("there is no file {name}")),
            Err(why) => return refuse(format!("{name}: {why}")),
        };
        if text.0.trim().is_empty() {
            return refuse(format!("{name} is empty"));
        }
        if is_readable_by_others(path) {
            source.warnings.push(format!(
                "{name} holds a secret, and others can read it; chmod 600 {name} mends that"
            ));
        }
        Ok(Part::new(key, Some(&text.0)))
    }

    fn of_command(&self) -> Result<Option<Credentials>, ConnectionError> {
        let place = format!("{} credential_command", self.profile.place());
        let Some(command) = self.profile.get("credential_command") else {
            return Err(ConnectionError::new(
                format!(
                    "{}: credential_timeout is set, but credential_command is not",
                    self.profile.place()
                ),
                "set credential_command as well, or remove credential_timeout",
            ));
        };
        if !self.runs_commands {
            return Err(ConnectionError::new(
                format!("{place}: is not run for this"),
                "use a profile that holds its credentials",
            ));
        }
        credential_command::run(&place, command, self.profile.text("credential_timeout")).map(Some)
    }

    /// From another tool's entry, with the settings that go with them where the profile has none itself.
    fn of_tool(
        &self,
        source: &mut Source,
        key: &str,
        read: Result<Option<Source>, String>,
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
            Err(why) => return Err(refuse(why)),
        };
        let Source { name, credentials, region, project_id, project_name, iam, note, .. } = found;
        if source.endpoint.is_none() {
            source.region = source.region.take().or(region);
        }
        source.project_id = source.project_id.take().or(project_id);
        source.project_name = source.project_name.take().or(project_name);
        source.iam = source.iam.take().or(iam);
        match credentials {
            Ok(None) => {
                let why = note.unwrap_or_else(|| "it holds no credentials".to_owned());
                Err(refuse(format!("{name}: {why}")))
            }
            whole => whole,
        }
    }

    fn contradiction(&self, first: &str, second: &str) -> ConnectionError {
        let place = self.profile.place();
        ConnectionError::new(
            format!("{place}: {first} is set, and so is {second}: which to use is not clear"),
            format!("remove {first} or {second}"),
        )
    }
}
