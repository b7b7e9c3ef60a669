//! One change to the text of the file. The rest is unchanged: order, comments, blanks.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Key as Name, Table as Toml, TableLike};

use super::document::Value;
use super::key::{AUTO, Key, Table, ValueKind};
use super::parse::text;

/// A key as a user writes it, such as `profiles.prod.region`.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) table: Table,
    /// `None` for the whole table.
    pub(crate) key: Option<&'static Key>,
}

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// There is no such key; suggests the nearest one.
    pub(crate) fn parse(given: &str) -> Result<Self, String> {
        let names = Name::parse(given).map_err(|_| {
            "not a key; write defaults.output, or profiles.NAME.region with the name in quotes if \
             it holds more than letters, digits, - and _"
                .to_owned()
        })?;
        let names: Vec<_> = names.iter().map(Name::get).collect();
        let (table, key) = match names.as_slice() {
            ["defaults"] => (Table::Defaults, None),
            ["profiles", profile] => (profile_table(profile)?, None),
            ["defaults", key] => (Table::Defaults, Some(*key)),
            ["profiles", profile, key] => (profile_table(profile)?, Some(*key)),
            [key] => (Table::Root, Some(*key)),
            _ => return Err("there are keys of [defaults] and of [profiles.NAME] only".to_owned()),
        };
        let key = key.map(|key| table.key(key)).transpose()?;
        Ok(Self { table, key })
    }
}

fn profile_table(name: &str) -> Result<Table, String> {
    Ok(Table::Profile(text("the name of the profile", name)?))
}

/// Parses a value for a key, from words of the command line or from a prompt. `name` is the key as
/// the user wrote it.
///
/// # Errors
///
/// It is invalid. The message does not show it.
pub(crate) fn value(name: &str, key: &Key, words: &[String]) -> Result<Value, String> {
    let value = match (key.kind, words) {
        (_, []) => return Err(format!("{name} takes a value")),
        (ValueKind::Command, [_, _, ..]) => return Ok(Value::Words(words.to_vec())),
        (ValueKind::List, words) => {
            let parts = words.iter().flat_map(|word| word.split(','));
            let parts = parts.map(|part| text(name, part));
            Value::Words(parts.collect::<Result<_, _>>()?)
        }
        (ValueKind::NumberOrAuto, [word]) if word.trim() == AUTO => Value::Text(AUTO.to_owned()),
        (ValueKind::NumberOrAuto, [word]) => {
            let number = word.trim().parse();
            Value::Number(number.map_err(|_| format!("{name} takes a whole number or auto"))?)
        }
        (ValueKind::Number, [word]) => {
            let number = word.trim().parse();
            Value::Number(number.map_err(|_| format!("{name} takes a whole number"))?)
        }
        (_, [word]) => {
            let word = text(name, word)?;
            (key.check)(&word).map_err(|why| format!("{name}: {why}"))?;
            Value::Text(word)
        }
        (_, [_, _, ..]) => return Err(format!("{name} takes one value")),
    };
    let is_sendable = |byte: u8| byte.is_ascii_graphic();
    match (&value, key.kind) {
        (Value::Text(text), ValueKind::Secret | ValueKind::AccessKey)
            if !text.bytes().all(is_sendable) =>
        {
            Err(format!("{name} holds a blank or a letter that is not ASCII"))
        }
        _ => Ok(value),
    }
}

/// Returns the text with this value for the key.
///
/// # Errors
///
/// It is not TOML, or a table of the path is another value, which is not shown.
pub(crate) fn set(before: &str, table: &Table, key: &Key, value: &Value) -> Result<String, String> {
    let mut document = parse(before)?;
    // An empty line separates the first root key from the tables.
    let is_first = *table == Table::Root
        && !document.is_empty()
        && !document.iter().any(|(_, item)| item.is_value());
    let mut place: &mut dyn TableLike = document.as_table_mut();
    let mut inline = false;
    for name in table.path() {
        let item = place
            .entry(name)
            .or_insert_with(|| if inline { InlineTable::new().into() } else { implicit_table() });
        inline = item.is_inline_table();
        place = item.as_table_like_mut().ok_or_else(|| format!("`{name}` is not a table"))?;
    }
    let mut new: toml_edit::Value = match value {
        Value::Text(text) => text.into(),
        Value::Number(number) => (*number).into(),
        Value::Words(words) => words.iter().collect::<Array>().into(),
    };
    match place.get_mut(key.name).and_then(Item::as_value_mut) {
        Some(old) => {
            // With its trailing comment.
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            place.insert(key.name, new.into());
        }
    }
    let after = document.to_string();
    let after = if is_first { after.replacen('\n', "\n\n", 1) } else { after };
    Ok(with_line_ends_of(before, after))
}

/// Returns the text without the key, or without the whole table; `None` if it is not set.
///
/// # Errors
///
/// It is not TOML.
pub(crate) fn unset(before: &str, path: &Path) -> Result<Option<String>, String> {
    let mut document = parse(before)?;
    let mut names = path.table.path();
    names.extend(path.key.map(|key| key.name));
    let Some(last) = names.pop() else { return Ok(None) };
    let mut place: &mut dyn TableLike = document.as_table_mut();
    for name in names {
        let Some(next) = place.get_mut(name).and_then(Item::as_table_like_mut) else {
            return Ok(None);
        };
        place = next;
    }
    let removed = place.remove(last).is_some();
    Ok(removed.then(|| with_line_ends_of(before, document.to_string())))
}

fn parse(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|_| "not TOML".to_owned())
}

/// Returns a table whose heading is written only if keys follow it.
fn implicit_table() -> Item {
    let mut table = Toml::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// Returns the text with the line ends of the file.
fn with_line_ends_of(before: &str, text: String) -> String {
    if !before.contains("\r\n") {
        return text;
    }
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_where_its_table_is() {
        let cases = [
            ("", "profiles.a.region", "[profiles.a]\nregion = \"r\"\n"),
            ("", "default_profile", "default_profile = \"r\"\n"),
            ("[profiles.a]\n", "default_profile", "default_profile = \"r\"\n\n[profiles.a]\n"),
            (
                "# c\n\n[profiles.a]",
                "default_profile",
                "default_profile = \"r\"\n\n# c\n\n[profiles.a]\n",
            ),
            ("profiles.b.region = 'x'\n", "profiles.b.region", "profiles.b.region = \"r\"\n"),
            (
                "profiles.b.region = 'x'\n",
                "profiles.b.project_id",
                "profiles.b.region = 'x'\nprofiles.b.project_id = \"r\"\n",
            ),
            (
                "profiles = {b = {region = 'x'}}\n",
                "profiles.b.project_id",
                "profiles = {b = {region = 'x', project_id = \"r\" }}\n",
            ),
            (
                "profiles = {b = {}}\n",
                "profiles.a.region",
                "profiles = {b = {}, a = { region = \"r\" } }\n",
            ),
            ("[profiles.a]\n# c\n", "profiles.a.region", "[profiles.a]\nregion = \"r\"\n# c\n"),
        ];
        for (before, key, expected) in cases {
            let path = Path::parse(key).unwrap();
            let value = Value::Text("r".to_owned());
            let after = set(before, &path.table, path.key.unwrap(), &value);
            assert_eq!(after.as_deref(), Ok(expected), "{before} {key}");
        }
    }
}
