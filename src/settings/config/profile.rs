//! One profile of the file, and the names under which messages speak of it.

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

    /// File and table, such as `~/.config/cbr/config.toml [profiles.prod]`.
    pub(crate) fn place(&self) -> String {
        format!("{} {}", self.config.name, self.table)
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.config.get(&self.table, key)
    }

    /// The value of a key that takes one text.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Words(_) => None,
        }
    }

    /// The file that a key names: from `~`, or else from the directory of this file.
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
