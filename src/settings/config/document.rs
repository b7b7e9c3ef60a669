//! Content of config.toml: entries and names of profiles.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::group::TargetGroup;
use super::key::{Key, Table, ValueKind};
use super::position::Position;

/// Content of config.toml.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Name of the file as its user would write it, with `~`; empty if there is no file yet.
    pub(crate) name: String,
    /// Its path.
    pub(super) path: PathBuf,
    /// Keys and values, in order.
    pub(crate) entries: Vec<Entry>,
    /// Names of the profiles, in order, including empty ones.
    pub(super) profiles: Vec<String>,
    /// Groups of targets, in order.
    pub(in crate::settings) groups: Vec<TargetGroup>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) table: Table,
    pub(crate) key: &'static Key,
    pub(crate) value: Value,
    /// Position of the value.
    pub(super) place: Position,
}

/// A value. `Debug` does not show it, since it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// One text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Several texts.
    Words(Vec<String>),
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hidden]")
    }
}

impl Config {
    /// Returns the default of a flag.
    pub(crate) fn default_of(&self, name: &str) -> Option<String> {
        self.get(&Table::Defaults, name).map(Value::text)
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, table: &Table, name: &str) -> Option<&Value> {
        let found =
            self.entries.iter().find(|entry| entry.table == *table && entry.key.name == name);
        found.map(|entry| &entry.value)
    }

    /// Returns each group of targets with its content, which holds no secret.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&str, Json)> {
        self.groups.iter().map(|group| (group.name.as_str(), group.to_json()))
    }

    /// Returns the file and the position of an entry.
    pub(crate) fn origin(&self, entry: &Entry) -> String {
        format!("{}, {}", self.name, entry.place)
    }

    /// Returns the entries of a table.
    pub(crate) fn of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.table == *table)
    }

    /// Returns the defaults for flags.
    pub(crate) fn defaults(&self) -> impl Iterator<Item = (&'static str, String)> {
        let entries = self.of(&Table::Defaults);
        entries.map(|entry| (entry.key.name, entry.value.text()))
    }

    /// Returns the names of the profiles.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().map(String::as_str)
    }

    /// Returns true if it holds a secret.
    pub(super) fn holds_secrets(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.is_secret())
    }

    /// Returns true if it names a command to run.
    pub(super) fn holds_commands(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.kind == ValueKind::Command)
    }
}

impl Value {
    /// Returns the value as a flag takes it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Words(words) => words.join(","),
        }
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
    fn the_file_that_the_readme_shows_is_right() {
        let readme = include_str!("../../../README.md");
        let block = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let config = parse(block).unwrap();
        assert_eq!(config.profiles().collect::<Vec<_>>(), ["prod", "sso"]);
        assert!(
            config.default_entries().next().is_some()
                && config.default_profile().unwrap().is_some()
        );
    }

    #[test]
    fn a_value_does_not_show_itself() {
        let config = parse("[profiles.p]\ntoken = 'hunter2'").unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
