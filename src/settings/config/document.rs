//! TOML to entries: which keys hold what, checked as a whole.
//!
//! No message shows a value, since any may be a secret that got into the wrong line.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike, Value as Toml};

use super::key::{Key, Kind, Table};
use super::profile::Profile;
use crate::settings::ConnectionError;
use crate::text::suggest;

/// What the file holds.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file as its user would write it, with `~`; empty for what is in no file yet.
    pub(crate) name: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// In their order.
    pub(crate) entries: Vec<Entry>,
    /// The names of the profiles, in their order; also of those that are empty.
    profiles: Vec<String>,
}

/// A key with its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) table: Table,
    pub(crate) key: &'static Key,
    pub(crate) value: Value,
    /// Where the value stands.
    pub(super) place: Place,
}

/// Line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    line: usize,
    column: usize,
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

/// What is wrong, and where in the text.
struct Fault {
    at: Option<Range<usize>>,
    message: String,
}

impl Config {
    /// Reads the text of the file.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with line and column.
    pub(crate) fn parse(name: &str, path: &Path, text: &str) -> Result<Self, ConnectionError> {
        let mut config = Self {
            name: name.to_owned(),
            path: path.to_owned(),
            entries: Vec::new(),
            profiles: Vec::new(),
        };
        match config.read(text) {
            Ok(()) => Ok(config),
            Err(Fault { at, message }) => {
                let place = Place::of(text, at.map_or(0, |at| at.start));
                Err(ConnectionError::new(
                    format!("{name}, {place}: {message}"),
                    "fix that line; cbr config set --help lists the keys",
                ))
            }
        }
    }

    fn read(&mut self, source: &str) -> Result<(), Fault> {
        let document = Document::parse(source).map_err(|error| {
            // The library's message may go over several lines.
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            Fault { at: error.span(), message: format!("not TOML: {message}") }
        })?;
        for (name, item) in document.as_table().iter() {
            match name {
                "defaults" => self.read_table(source, Table::Defaults, name, item)?,
                "profiles" => {
                    for (profile, item) in table(name, item)?.iter() {
                        text("the name of the profile", profile).map_err(|why| fault(item, why))?;
                        self.profiles.push(profile.to_owned());
                        self.read_table(
                            source,
                            Table::Profile(profile.to_owned()),
                            "profiles.NAME",
                            item,
                        )?;
                    }
                }
                _ => self.read_entry(source, Table::Root, document.as_table(), name, item)?,
            }
        }
        Ok(())
    }

    fn read_table(
        &mut self,
        text: &str,
        place: Table,
        name: &str,
        item: &Item,
    ) -> Result<(), Fault> {
        let found = table(name, item)?;
        found
            .iter()
            .try_for_each(|(name, item)| self.read_entry(text, place.clone(), found, name, item))
    }

    fn read_entry(
        &mut self,
        text: &str,
        table: Table,
        around: &dyn TableLike,
        name: &str,
        item: &Item,
    ) -> Result<(), Fault> {
        let key = table.key(name).map_err(|message| {
            let at = around.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
            Fault { at, message }
        })?;
        let value = value(key, item).map_err(|message| fault(item, message))?;
        let place = Place::of(text, item.span().map_or(0, |at| at.start));
        self.entries.push(Entry { table, key, value, place });
        Ok(())
    }

    /// The value of a key.
    pub(crate) fn get(&self, table: &Table, name: &str) -> Option<&Value> {
        let found =
            self.entries.iter().find(|entry| entry.table == *table && entry.key.name == name);
        found.map(|entry| &entry.value)
    }

    /// The values of a table.
    pub(crate) fn of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.table == *table)
    }

    /// Each default for a flag, with its value.
    pub(crate) fn defaults(&self) -> impl Iterator<Item = (&'static str, String)> {
        let entries = self.of(&Table::Defaults);
        entries.map(|entry| (entry.key.name, entry.value.text()))
    }

    /// The names of the profiles.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().map(String::as_str)
    }

    /// The profile of this name.
    pub(crate) fn profile(&self, name: &str) -> Option<Profile<'_>> {
        let found = self.profiles.iter().find(|profile| *profile == name)?;
        Some(Profile::new(self, found))
    }

    /// The profile to use where none is asked for: `default_profile`, or the only one there is.
    ///
    /// # Errors
    ///
    /// `default_profile` names one that there is not.
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

    /// Whether there is something in it that nobody else should read.
    pub(super) fn holds_secrets(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.is_secret())
    }

    /// Whether it says what to run.
    pub(super) fn holds_commands(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.kind == Kind::Command)
    }
}

impl Value {
    /// As one text: what a flag would take.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Words(words) => words.join(","),
        }
    }
}

fn fault(item: &Item, message: String) -> Fault {
    Fault { at: item.span(), message }
}

fn table<'a>(name: &str, item: &'a Item) -> Result<&'a dyn TableLike, Fault> {
    item.as_table_like().ok_or_else(|| {
        fault(item, format!("{name} is a table: write [{name}] on a line of its own"))
    })
}

/// The value of a key, in the form that its kind has.
fn value(key: &Key, item: &Item) -> Result<Value, String> {
    let name = key.name;
    let wrong = |wanted: &str| {
        let found = match item.as_array() {
            Some(words) if words.is_empty() => "empty array",
            _ => item.type_name(),
        };
        Err(format!("{name} takes {wanted}, and this is {} {found}", article(found)))
    };
    match (key.kind, item.as_value()) {
        (Kind::Number, Some(Toml::Integer(number))) => Ok(Value::Number(*number.value())),
        (Kind::Number, _) => wrong("a whole number"),
        (Kind::List, Some(Toml::String(words))) => {
            let words = words.value().split(',').map(|word| text(name, word));
            words.collect::<Result<_, _>>().map(Value::Words)
        }
        (_, Some(Toml::String(value))) => Ok(Value::Text(text(name, value.value())?)),
        (Kind::List | Kind::Command, Some(Toml::Array(words))) if !words.is_empty() => {
            let words = words.iter().map(|word| match word.as_str() {
                // A word of a command can be anything.
                Some(word) if key.kind == Kind::Command => Ok(word.to_owned()),
                Some(word) => text(name, word),
                None => Err(format!("{name} takes texts in quotes")),
            });
            words.collect::<Result<_, _>>().map(Value::Words)
        }
        (Kind::List | Kind::Command, _) => wrong("a text in quotes, or an array of them"),
        (Kind::Text | Kind::Address | Kind::AccessKey | Kind::Secret, _) => {
            wrong("a text in quotes")
        }
    }
}

/// A text without blanks around it, which do not belong to any value.
pub(super) fn text(name: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{name} is empty; give it a value, or remove it"));
    }
    if text.contains(char::is_control) {
        return Err(format!("{name} holds a control character"));
    }
    Ok(text.to_owned())
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

impl Place {
    /// Of a byte of the text.
    fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse("F", Path::new("F"), text).map_err(|error| error.to_string())
    }

    /// Each profile's region.
    fn regions(text: &str) -> Vec<(String, Option<String>)> {
        let config = parse(text).unwrap();
        let region = |name: &str| config.profile(name)?.text("region").map(str::to_owned);
        config.profiles().map(|name| (name.to_owned(), region(name))).collect()
    }

    #[test]
    fn every_form_of_toml_is_read() {
        let p = |name: &str, region: &str| vec![(name.to_owned(), Some(region.to_owned()))];
        let cases = [
            ("", vec![]),
            ("# nothing\n\n", vec![]),
            ("[profiles]\n[defaults]\n", vec![]),
            ("[profiles.a]\nregion = \"r\" # c\n", p("a", "r")),
            ("[profiles.a]\r\nregion = 'r'\r\n", p("a", "r")),
            ("profiles.a.region = 'r'", p("a", "r")),
            ("profiles = {a = {region = 'r'}}", p("a", "r")),
            ("[profiles]\na = {region = '''\nr\n'''}", p("a", "r")),
            ("[profiles.\"a b.c\"]\nregion = ' r '", p("a b.c", "r")),
            ("[profiles.a]", vec![("a".to_owned(), None)]),
        ];
        for (text, expected) in cases {
            assert_eq!(regions(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_has_a_place_and_is_not_repeated() {
        let cases = [
            ("hunter2", "F, line 1, column 8: not TOML: key with no value, expected `=`"),
            (
                "[profiles.p]\ntoken = hunter2",
                "F, line 2, column 9: not TOML: string values must be quoted, expected literal string",
            ),
            ("[defaults]\n[defaults]", "F, line 2, column 2: not TOML: duplicate key"),
            (
                "[profiles.p]\ntoken = 'a'\ntoken = 'hunter2'",
                "F, line 3, column 1: not TOML: duplicate key",
            ),
            (
                "# ä\n\tprofils = 3",
                "F, line 2, column 2: unknown key `profils`; did you mean `profiles`?",
            ),
            (
                "[defaults]\ncolour = 3",
                "F, line 2, column 1: unknown key `colour`; did you mean `columns`?",
            ),
            (
                "[profiles.'ä']\nx = {regin = 'hunter2'}",
                "F, line 2, column 1: unknown key `x`; known: `region`, `project_id`, `endpoint`, `iam_endpoint`, \
                 `project_name`, `access_key`, `secret_key`, `secret_key_file`, `security_token`, \
                 `security_token_file`, `token`, `token_file`, `username`, `user_id`, `domain_name`, \
                 `domain_id`, `password`, `password_file`, `credential_command`, \
                 `credential_timeout`, `koocli_profile`, `cloud`",
            ),
            (
                "profiles = 'hunter2'",
                "F, line 1, column 12: profiles is a table: write [profiles] on a line of its own",
            ),
            (
                "[[profiles]]",
                "F, line 1, column 1: profiles is a table: write [profiles] on a line of its own",
            ),
            (
                "[profiles.'']",
                "F, line 1, column 1: the name of the profile is empty; give it a value, or remove it",
            ),
            (
                "[profiles.p]\nregion = 7",
                "F, line 2, column 10: region takes a text in quotes, and this is an integer",
            ),
            (
                "[profiles.p]\nregion = ['hunter2']",
                "F, line 2, column 10: region takes a text in quotes, and this is an array",
            ),
            (
                "[profiles.p.region]\nx = 1",
                "F, line 1, column 1: region takes a text in quotes, and this is a table",
            ),
            (
                "[profiles.p]\nregion = ' '",
                "F, line 2, column 10: region is empty; give it a value, or remove it",
            ),
            (
                "[profiles.p]\ntoken = 'hunter2\\n'\nregion = \"\\u001b\"",
                "F, line 3, column 10: region holds a control character",
            ),
            (
                "[profiles.p]\ncredential_command = [1]",
                "F, line 2, column 22: credential_command takes texts in quotes",
            ),
            (
                "[profiles.p]\ncredential_command = []",
                "F, line 2, column 22: credential_command takes a text in quotes, or an array of \
                 them, and this is an empty array",
            ),
            (
                "[defaults]\npage_size = 1.5",
                "F, line 2, column 13: page_size takes a whole number, and this is a float",
            ),
            (
                "[defaults]\npage_size = 99999999999999999999",
                "F, line 2, column 13: not TOML: integer number overflowed",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
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
