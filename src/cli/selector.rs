//! How a user names one backup: by its id, the beginning of its id, or its name.

/// Minimum length of a prefix of an id, as tables print it.
const SHORTEST_PREFIX: usize = 8;
/// Length of an id with dashes.
const ID_LENGTH: usize = 36;
/// Maximum number of characters of a name that the service filters by.
const LONGEST_NAME: usize = 255;

/// One backup, as named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// A whole id.
    Id(String),
    /// The first 8 or more characters of an id. It may be a name too.
    Prefix(String),
    /// A whole name.
    Name(String),
}

impl Selector {
    /// Parses an id, a prefix of one, or a name. Only an id becomes a segment of a path.
    ///
    /// # Errors
    ///
    /// The text cannot be any of them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let hex = |byte: u8| byte.is_ascii_hexdigit();
        let is_dash = |index: usize| [8, 13, 18, 23].contains(&index);
        let has_dashes =
            text.bytes().enumerate().all(|(index, byte)| (byte == b'-') == is_dash(index));
        if text.is_empty() {
            return Err("the value is empty; give an id, the first 8 characters of one, or a name"
                .to_owned());
        }
        if text.len() == 32 && text.bytes().all(hex) {
            return Ok(Self::Id(text.to_owned()));
        }
        if has_dashes && text.bytes().all(|byte| hex(byte) || byte == b'-') {
            match text.len() {
                ID_LENGTH => return Ok(Self::Id(text.to_owned())),
                SHORTEST_PREFIX..ID_LENGTH => return Ok(Self::Prefix(text.to_lowercase())),
                _ => {}
            }
        }
        if has_dashes && text.len() == ID_LENGTH {
            return Err(
                "not an id, which looks like 6df2b54c-dd62-4059-a07c-1b8f24f2725d".to_owned()
            );
        }
        if text.contains('*') {
            return Err(
                "a name is literal; 'cbr backups list --name-matches' takes a pattern".to_owned()
            );
        }
        if text.chars().any(char::is_control) || text.trim() != text {
            return Err("neither an id nor a name: it has control characters, or blanks at an end"
                .to_owned());
        }
        match text.chars().count() {
            ..=LONGEST_NAME => Ok(Self::Name(text.to_owned())),
            length => Err(format!(
                "{length} characters, but a name has at most {LONGEST_NAME} and an id {ID_LENGTH}"
            )),
        }
    }

    /// Returns the text that the user gave.
    pub(crate) fn text(&self) -> &str {
        let (Self::Id(text) | Self::Prefix(text) | Self::Name(text)) = self;
        text
    }

    /// Returns true if a backup with this id and name is meant.
    pub(crate) fn matches(&self, id: &str, name: &str) -> bool {
        match self {
            Self::Id(wanted) => id == wanted,
            // Hexadecimal digits may be a name too.
            Self::Prefix(prefix) => {
                let start = id.get(..prefix.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(prefix)) || name == prefix
            }
            Self::Name(wanted) => name == wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_prefixes_and_names_are_told_apart() {
        const ID: &str = "7b2bf477-f888-4a0e-a706-dd2f4d197e00";
        let (id, prefix, name) = (Selector::Id, Selector::Prefix, Selector::Name);
        let cases: [(&str, fn(String) -> Selector); 13] = [
            (ID, id),
            ("7b2bf477f8884a0ea706dd2f4d197e00", id),
            (&ID[..8], prefix),
            (&ID[..9], prefix),
            (&ID[..35], prefix),
            (&ID[..7], name),
            ("7b2bf477f", name),
            ("7b2bf47z", name),
            ("autobk_e000", name),
            ("nightly of web 1", name),
            ("备份", name),
            ("..", name),
            ("a/b?c=d#e", name),
        ];
        for (text, kind) in cases {
            assert_eq!(Selector::parse(text), Ok(kind(text.to_owned())), "{text}");
        }
        assert_eq!(Selector::parse("7B2BF477"), Ok(prefix("7b2bf477".to_owned())));
    }

    #[test]
    fn invalid_selectors_are_rejected() {
        let long = "a".repeat(256);
        let cases = [
            ("", "the value is empty"),
            ("7b2bf477-f888-4a0e-a706-dd2f4d197e0x", "not an id"),
            ("auto*", "--name-matches"),
            (" a", "blanks at an end"),
            ("a\nb", "control characters"),
            (&long, "at most 255"),
        ];
        for (text, expected) in cases {
            let error = Selector::parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_prefix_matches_ids_and_a_name_only_names() {
        let cases = [
            ("7b2bf477", "7b2bf477-f888", "web", true),
            ("7b2bf477", "7B2BF477-f888", "web", true),
            ("7b2bf477", "8b2bf477-f888", "web", false),
            ("7b2bf477", "8b2bf477-f888", "7b2bf477", true),
            ("web", "7b2bf477-f888", "web", true),
            ("web", "7b2bf477-f888", "web-1", false),
        ];
        for (text, id, name, expected) in cases {
            assert_eq!(Selector::parse(text).unwrap().matches(id, name), expected, "{text} {id}");
        }
    }
}
