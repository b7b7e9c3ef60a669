//! YAML as the settings of other tools use it: maps whose values are text.

use saphyr::{Yaml, YamlLoader};
use saphyr_parser::Parser;

/// A value of any type.
#[derive(Debug, Clone, Copy)]
pub(in crate::settings) struct Node<'a>(&'a Yaml<'a>);

/// Parses the first document. Scalars stay as written: an id such as `12e4` is not a number.
///
/// # Errors
///
/// Position of the syntax error, without the text.
pub(in crate::settings) fn parse(text: &str) -> Result<Yaml<'_>, String> {
    let mut loader = YamlLoader::default();
    loader.early_parse(false);
    let mut parser = Parser::new_from_str(text);
    let parsed = parser.load(&mut loader, false).map_err(|error| error.clone());
    let error = parsed.err().or_else(|| loader.error().cloned());
    if let Some(error) = error {
        return Err(format!("not YAML, at line {}", error.marker().line()));
    }
    Ok(loader.into_documents().into_iter().next().unwrap_or(Yaml::BadValue))
}

impl<'a> Node<'a> {
    pub(in crate::settings) fn new(yaml: &'a Yaml<'a>) -> Self {
        Self(yaml)
    }

    /// Returns keys and values of a map, in order; nothing for other values.
    pub(in crate::settings) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.0.as_mapping().into_iter().flatten();
        entries.filter_map(|(key, value)| Some((Node(key).raw()?, Node(value))))
    }

    /// Returns the items of a list, in order; nothing for other values.
    pub(in crate::settings) fn items(self) -> impl Iterator<Item = Self> {
        self.0.as_vec().into_iter().flatten().map(Node)
    }

    /// Returns the value of a key, including keys merged with `<<`.
    pub(in crate::settings) fn get(self, key: &str) -> Option<Self> {
        let find = |wanted: &str| self.entries().find(|(name, _)| *name == wanted);
        find(key)
            .or_else(|| find("<<")?.1.entries().find(|(name, _)| *name == key))
            .map(|(_, value)| value)
    }

    /// Returns a scalar that is not empty.
    pub(in crate::settings) fn text(self) -> Option<&'a str> {
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
    fn what_is_broken_says_where_and_not_what() {
        for text in ["a: 1\nb: [hunter2", "a: 1\na: hunter2"] {
            let error = parse(text).unwrap_err();
            assert!(
                error.starts_with("not YAML, at line ") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
