//! YAML as the settings of other tools use it: maps whose values are text.

use std::collections::HashSet;

use saphyr::{Yaml, YamlLoader};
use saphyr_parser::{Marker, Parser};

/// Key whose maps are merged into the map that holds it.
const MERGE: &str = "<<";

/// A value of any type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a>(&'a Yaml<'a>);

/// Parses the first document. Scalars stay as written: an id such as `12e4` is not a number.
///
/// # Errors
///
/// Position of the syntax error, without the text; for a duplicate key, its name.
pub(super) fn parse(text: &str) -> Result<Yaml<'_>, String> {
    let mut loader = YamlLoader::default();
    loader.early_parse(false);
    let mut parser = Parser::new_from_str(text);
    let parsed = parser.load(&mut loader, false).map_err(|error| error.clone());
    let error = parsed.err().or_else(|| loader.error().cloned());
    if let Some(error) = error {
        if error.info() == DUPLICATE {
            let key = word_at(text, error.marker()).map(|key| format!(" `{key}`"));
            return Err(format!(
                "the key{} is there twice, at line {}",
                key.unwrap_or_default(),
                error.marker().line()
            ));
        }
        return Err(format!("not YAML, at line {}", error.marker().line()));
    }
    let document = loader.into_documents().into_iter().next().unwrap_or(Yaml::BadValue);
    match repeated_key(&document) {
        // The name of a key is not a secret, but a text in its place can be one.
        Some(key) if is_plain(key) => {
            Err(format!("the key `{key}` is there twice, in different quotes"))
        }
        Some(_) => Err("a key is there twice, in different quotes".to_owned()),
        None => Ok(document),
    }
}

/// Returns a key that a map holds twice, written differently. The parser compares keys as written.
fn repeated_key<'a>(yaml: &'a Yaml<'_>) -> Option<&'a str> {
    let map = yaml.as_mapping();
    let mut known = HashSet::new();
    let keys = map.into_iter().flatten().filter_map(|(key, _)| Node(key).raw());
    let values = map.into_iter().flatten().map(|(_, value)| value);
    let items = yaml.as_vec().into_iter().flatten();
    keys.into_iter()
        .find(|key| !known.insert(*key))
        .or_else(|| values.chain(items).find_map(repeated_key))
}

/// Message of the parser for a key that a map holds twice.
const DUPLICATE: &str = "duplicated key in mapping";

/// Returns the key at a position; `None` if it is not a key.
fn word_at<'a>(text: &'a str, marker: &Marker) -> Option<&'a str> {
    let line = text.lines().nth(marker.line().checked_sub(1)?)?;
    let (start, _) = line.char_indices().nth(marker.col())?;
    let (key, _) = line.get(start..)?.split_once(':')?;
    let key = key.trim().trim_matches(['"', '\'']);
    is_plain(key).then_some(key)
}

/// Returns true for a word that can be the name of a setting.
fn is_plain(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    !key.is_empty() && key.bytes().all(is_plain)
}

impl<'a> Node<'a> {
    pub(super) fn new(yaml: &'a Yaml<'a>) -> Self {
        Self(yaml)
    }

    /// Returns keys and values of a map, in order, then those merged with `<<`; nothing for other
    /// values.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.merged().into_iter()
    }

    /// Returns the entries, including those of one merged map or a list of them. Of equal keys, the
    /// first counts.
    fn merged(self) -> Vec<(&'a str, Self)> {
        let entries = self.0.as_mapping().into_iter().flatten();
        let entries = entries.filter_map(|(key, value)| Some((Node(key).raw()?, Node(value))));
        let (merges, mut found): (Vec<_>, Vec<_>) = entries.partition(|(key, _)| *key == MERGE);
        let merges = merges.into_iter().flat_map(|(_, maps)| {
            let listed: Vec<_> = maps.items().collect();
            if listed.is_empty() { vec![maps] } else { listed }
        });
        let mut known: HashSet<_> = found.iter().map(|(key, _)| *key).collect();
        for map in merges {
            found.extend(map.merged().into_iter().filter(|(key, _)| known.insert(key)));
        }
        found
    }

    /// Returns the items of a list, in order; nothing for other values.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.0.as_vec().into_iter().flatten().map(Node)
    }

    /// Returns the value of a key.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Returns a scalar that is not empty.
    pub(super) fn text(self) -> Option<&'a str> {
        let text = self.raw()?.trim();
        (!text.is_empty() && !matches!(text, "~" | "null")).then_some(text)
    }

    fn raw(self) -> Option<&'a str> {
        match self.0 {
            Yaml::Representation(text, ..) => Some(text),
            Yaml::Tagged(_, inner) => Node(inner).raw(),
            _ => self.0.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_text_as_it_is_written() {
        let cases = [
            ("a: x", Some("x")),
            ("a: 0123", Some("0123")),
            ("a: 12e4", Some("12e4")),
            ("a: true", Some("true")),
            ("a: '100%'", Some("100%")),
            ("a: \"x\"  # c", Some("x")),
            ("a: !!str 7", Some("7")),
            ("b: &b {a: x}\n<<: *b", Some("x")),
            ("b: &b {a: x}\nc: &c {a: y}\n<<: [*b, *c]", Some("x")),
            ("b: &b {d: x}\nc: &c {a: y}\n<<: [*b, *c]", Some("y")),
            ("b: &b {a: x}\nc: &c {<<: *b}\n<<: *c", Some("x")),
            ("b: &b {a: x}\nc: &c {<<: [*b]}\n<<: [*c]", Some("x")),
            ("b: &b {a: x}\n<<: *b\na: y", Some("y")),
            ("{\"a\": \"x\"}", Some("x")),
            ("a:", None),
            ("a: ~", None),
            ("a: null", None),
            ("a: ''", None),
            ("a: [x]", None),
            ("b: x", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let yaml = parse(text).unwrap();
            assert_eq!(Node::new(&yaml).get("a").and_then(Node::text), expected, "{text}");
        }
    }

    #[test]
    fn syntax_errors_have_a_position_and_no_text() {
        let cases = [
            ("a: 1\nb: [hunter2", "not YAML, at line 3"),
            ("a: 1\na: hunter2", "the key `a` is there twice, at line 2"),
            (
                "c:\n  user-name: x\n  user-name: hunter2\n",
                "the key `user-name` is there twice, at line 3",
            ),
            ("{a: x, b: {d: 1, d: hunter2}}", "the key `d` is there twice, at line 1"),
            ("\"a\": 1\n\"a\": hunter2", "the key `a` is there twice, at line 2"),
            ("a: 1\n\"a\": hunter2", "the key `a` is there twice, in different quotes"),
            ("{b: [{'a': 1, \"a\": hunter2}]}", "the key `a` is there twice, in different quotes"),
            ("c: {hunter2 x: 1, 'hunter2 x': 2}", "a key is there twice, in different quotes"),
            ("ä: 1\nä: hunter2", "the key is there twice, at line 2"),
            ("hunter2 x: 1\nhunter2 x: 2", "the key is there twice, at line 2"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
    }
}
