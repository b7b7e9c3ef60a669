//! Parses TOML to entries, checked as a whole.
//!
//! No message shows a value, since any may be a secret in the wrong line. So the text is not
//! deserialized with serde, whose messages show values.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike, Value as Toml};

use super::document::{Config, Entry, Value};
use super::group::TargetGroup;
use super::key::{AUTO, Key, Table, ValueKind};
use super::position::Position;
use crate::settings::ConnectionError;

/// Error with its byte range in the text.
struct Fault {
    at: Option<Range<usize>>,
    message: String,
}

impl Config {
    /// Reads the text of the file.
    ///
    /// # Errors
    ///
    /// Names the first error, with line and column.
    pub(crate) fn parse(name: &str, path: &Path, text: &str) -> Result<Self, ConnectionError> {
        let mut config = Self {
            name: name.to_owned(),
            path: path.to_owned(),
            entries: Vec::new(),
            profiles: Vec::new(),
            groups: Vec::new(),
        };
        match config.read(text) {
            Ok(()) => Ok(config),
            Err(Fault { at, message }) => {
                let place = Position::of(text, at.map_or(0, |at| at.start));
                Err(ConnectionError::new(
                    format!("{name}, {place}: {message}"),
                    "fix that line; cbr config set --help lists the keys, cbr help targets those of groups",
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
                "groups" => {
                    for (group, item) in table(name, item)?.iter() {
                        text("the name of the group", group).map_err(|why| fault(item, why))?;
                        let read = TargetGroup::read(&self.name, group, item);
                        self.groups.push(read.map_err(|(item, why)| fault(item, why))?);
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
        let place = Position::of(text, item.span().map_or(0, |at| at.start));
        self.entries.push(Entry { table, key, value, place });
        Ok(())
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

/// Reads the value of a key, in the form of its kind.
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
        (ValueKind::Number | ValueKind::NumberOrAuto, Some(Toml::Integer(number))) => {
            Ok(Value::Number(*number.value()))
        }
        (ValueKind::NumberOrAuto, Some(Toml::String(word))) if word.value() == AUTO => {
            Ok(Value::Text(AUTO.to_owned()))
        }
        (ValueKind::NumberOrAuto, _) => wrong("a whole number or 'auto'"),
        (ValueKind::Number, _) => wrong("a whole number"),
        (ValueKind::List, Some(Toml::String(words))) => {
            let words = words.value().split(',').map(|word| text(name, word));
            words.collect::<Result<_, _>>().map(Value::Words)
        }
        (_, Some(Toml::String(value))) => Ok(Value::Text(text(name, value.value())?)),
        (ValueKind::List | ValueKind::Command, Some(Toml::Array(words))) if !words.is_empty() => {
            let words = words.iter().map(|word| match word.as_str() {
                // A word of a command can be anything.
                Some(word) if key.kind == ValueKind::Command => Ok(word.to_owned()),
                Some(word) => text(name, word),
                None => Err(format!("{name} takes texts in quotes")),
            });
            words.collect::<Result<_, _>>().map(Value::Words)
        }
        (ValueKind::List | ValueKind::Command, _) => wrong("a text in quotes, or an array of them"),
        (ValueKind::Text | ValueKind::Address | ValueKind::AccessKey | ValueKind::Secret, _) => {
            wrong("a text in quotes")
        }
    }
}

/// Returns a text without surrounding blanks.
///
/// # Errors
///
/// It is empty or holds a control character.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse("F", Path::new("F"), text).map_err(|error| error.to_string())
    }

    /// Returns the region of each profile.
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
    fn errors_have_a_position_and_show_no_value() {
        let cases = [
            ("hunter2", "F, line 1, column 8: not TOML: key with no value, expected `=`"),
            (
                "[profiles.p]\ntoken = hunter2",
                "F, line 2, column 9: not TOML: string values must be quoted, expected literal \
                 string",
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
                "F, line 2, column 1: unknown key `colour`; did you mean `color`?",
            ),
            (
                "[profiles.'ä']\nx = {regin = 'hunter2'}",
                "F, line 2, column 1: unknown key `x`; known: `region`, `project_id`, `endpoint`, \
                 `iam_endpoint`, `project_name`, `access_key`, `secret_key`, `secret_key_file`, \
                 `security_token`, `security_token_file`, `token`, `token_file`, `username`, \
                 `user_id`, `domain_name`, `domain_id`, `password`, `password_file`, \
                 `credential_command`, `credential_timeout`, `koocli_profile`, `cloud`",
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
                "F, line 1, column 1: the name of the profile is empty; give it a value, or remove \
                 it",
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
}
