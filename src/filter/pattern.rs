//! Patterns for names: a glob that the whole name fits, or a regular expression between slashes.

use std::fmt;
use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};

/// Something that names match or do not.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    given: String,
    regex: Regex,
}

impl Pattern {
    pub(super) fn matches(&self, name: &str) -> bool {
        self.regex.is_match(name)
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let between = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
        let regex = match between {
            _ if text.is_empty() => {
                return Err(
                    "the pattern is empty; leave the flag out to not filter by it".to_owned()
                );
            }
            Some("") => return Err("nothing between the slashes".to_owned()),
            Some(regex) => RegexBuilder::new(regex).build(),
            None => RegexBuilder::new(&anchored(text)).dot_matches_new_line(true).build(),
        };
        let regex = regex.map_err(|error| format!("not a regular expression: {error}"))?;
        Ok(Self { given: text.to_owned(), regex })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.given)
    }
}

/// A glob as a regular expression: `*` is any text, `?` any one character, a backslash takes the next
/// character as it is, and so is everything else.
fn anchored(glob: &str) -> String {
    let mut regex = String::from("^");
    let mut chars = glob.chars();
    while let Some(char) = chars.next() {
        match char {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '\\' => {
                let literal = chars.next().unwrap_or('\\');
                regex.push_str(&regex_lite::escape(literal.encode_utf8(&mut [0; 4])));
            }
            other => regex.push_str(&regex_lite::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push('$');
    regex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_fits_the_whole_name_and_a_regular_expression_any_part() {
        let cases = [
            ("web-*", "web-01", true),
            ("web-*", "web-", true),
            ("web-*", "my-web-01", false),
            ("*web*", "my-web-01", true),
            ("web-?", "web-1", true),
            ("web-?", "web-12", false),
            ("web-?", "web-前", true),
            ("web", "Web", false),
            ("a.b", "a.b", true),
            ("a.b", "axb", false),
            ("[a]+", "[a]+", true),
            ("[a]+", "aa", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("a\\", "a\\", true),
            ("*", "", true),
            ("a*z", "a\nz", true),
            ("*备份*", "夜间备份_核心", true),
            ("/web/", "my-web-01", true),
            ("/^web-\\d+$/", "web-01", true),
            ("/^web-\\d+$/", "web-0x", false),
            ("/(?i)WEB/", "web", true),
            ("/", "/", true),
            ("/a", "/a", true),
            ("/a/b/", "xa/bx", true),
        ];
        for (pattern, name, expected) in cases {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(pattern.matches(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        let cases =
            [("", "empty"), ("//", "between the slashes"), ("/(/", "not a regular expression")];
        for (text, expected) in cases {
            let error = text.parse::<Pattern>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
