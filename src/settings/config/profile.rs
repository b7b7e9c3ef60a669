//! One profile of config.toml, with its name in messages, and which one is used.

use std::path::PathBuf;

use super::document::{Config, Value};
use super::key::Table;
use crate::settings::ConnectionError;
use crate::text::suggest;

/// A profile.
#[derive(Debug)]
pub(crate) struct Profile<'a> {
    config: &'a Config,
    table: Table,
}

impl<'a> Profile<'a> {
    fn new(config: &'a Config, name: &str) -> Self {
        Self { config, table: Table::Profile(name.to_owned()) }
    }

    /// Returns file and table, such as `~/.config/cbr/config.toml [profiles.prod]`.
    pub(crate) fn place(&self) -> String {
        format!("{} {}", self.config.name, self.table)
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.config.get(&self.table, key)
    }

    /// Returns the value of a key that takes one text.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Words(_) => None,
        }
    }

    /// Returns the path that a key names, relative to `~` or to the directory of config.toml.
    pub(crate) fn file(
        &self,
        key: &str,
        home: impl FnOnce(&str) -> Option<PathBuf>,
    ) -> Option<PathBuf> {
        let name = self.text(key)?;
        let below_home = name.strip_prefix("~/").and_then(home);
        Some(below_home.unwrap_or_else(|| self.config.path.with_file_name("").join(name)))
    }
}

impl Config {
    /// Returns the profile of this name.
    pub(crate) fn profile(&self, name: &str) -> Option<Profile<'_>> {
        let found = self.profiles.iter().find(|profile| *profile == name)?;
        Some(Profile::new(self, found))
    }

    /// Returns the profile to use if none is selected: `default_profile`, or the only one.
    ///
    /// # Errors
    ///
    /// `default_profile` names an unknown profile.
    pub(crate) fn default_profile(&self) -> Result<Option<Profile<'_>>, ConnectionError> {
        let Some(Value::Text(wanted)) = self.get(&Table::Root, "default_profile") else {
            let only = self.profiles.first().filter(|_| self.profiles.len() == 1);
            return Ok(only.map(|name| Profile::new(self, name)));
        };
        let found = self.profile(wanted).map(Some);
        found.ok_or_else(|| {
            let names: Vec<_> = self.profiles().collect();
            ConnectionError::new(
                format!(
                    "{}: default_profile: no profile `{}`{}",
                    self.name,
                    wanted.escape_debug(),
                    suggest::question(wanted, &names)
                ),
                "give it the name of one of the file's profiles, or choose one with --profile",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse("F", Path::new("F"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn one_profile_needs_no_default_and_several_do() {
        let default = |text| {
            let config = parse(text).unwrap();
            let profile = config.default_profile().map_err(|error| error.to_string())?;
            Ok(profile.map(|profile| profile.place()))
        };
        let cases = [
            ("", Ok(None)),
            ("[profiles.a]", Ok(Some("F [profiles.a]".to_owned()))),
            ("[profiles.a]\n[profiles.b]", Ok(None)),
            (
                "default_profile = 'a b'\n[profiles.a]\n[profiles.'a b']",
                Ok(Some("F [profiles.\"a b\"]".to_owned())),
            ),
            (
                "default_profile = 'c'\n[profiles.a]",
                Err("F: default_profile: no profile `c`; known: `a`".to_owned()),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(default(text), expected, "{text}");
        }
    }
}
