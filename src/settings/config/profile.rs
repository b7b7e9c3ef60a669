//! One profile of config.toml, with its name in messages.

use super::document::{Config, Value};
use super::key::Table;
use std::path::PathBuf;

/// A profile.
#[derive(Debug)]
pub(crate) struct Profile<'a> {
    config: &'a Config,
    table: Table,
}

impl<'a> Profile<'a> {
    pub(super) fn new(config: &'a Config, name: &str) -> Self {
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
