//! Patterns for names: a shell glob for the whole name, or a regular expression between slashes.

use std::fmt;
use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};

/// A pattern for names, with the text that the user gave.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    given: String,
    regex: Regex,
}

impl Pattern {
    /// Returns true if the name matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
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
            None => {
                let regex =
                    RegexBuilder::new(&glob_to_regex(text)?).dot_matches_new_line(true).build();
                return Ok(Self { given: text.to_owned(), regex: regex.map_err(invalid_set)? });
            }
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

/// Converts a glob to a regular expression. `*` is any text, `?` any character, `[a-z]` one of
/// these and `[!a-z]` one of the others. A backslash makes the next character literal.
///
/// # Errors
///
/// If a set in brackets is invalid or not closed.
fn glob_to_regex(glob: &str) -> Result<String, String> {
    let mut regex = String::from("^");
    let mut rest = glob.chars();
    while let Some(char) = rest.next() {
        match char {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '\\' => push_literal(&mut regex, rest.next().unwrap_or('\\')),
            '[' => match set(rest.as_str())? {
                Some((set, after)) => {
                    regex.push_str(&set);
                    rest = after.chars();
                }
                None => {
                    return Err(
                        "a [ is not closed; a backslash before it makes it literal".to_owned()
                    );
                }
            },
            other => push_literal(&mut regex, other),
        }
    }
    regex.push('$');
    Ok(regex)
}

/// Converts the text after an opening bracket to a set in a regular expression. Returns the set and
/// the text after it, or `None` if the bracket is not closed.
///
/// # Errors
///
/// If the set contains a character class such as `[:alpha:]`.
fn set(text: &str) -> Result<Option<(String, &str)>, String> {
    let (negation, inside) =
        text.strip_prefix(['!', '^']).map_or(("", text), |inside| ("^", inside));
    let mut set = format!("[{negation}");
    let mut rest = inside.chars();
    let mut is_first = true;
    while let Some(char) = rest.next() {
        match char {
            // A bracket right after the opening one is a member of the set.
            ']' if !is_first => return Ok(Some((set + "]", rest.as_str()))),
            '[' if rest.as_str().starts_with([':', '.', '=']) => {
                return Err(format!(
                    "sets such as [a-z] have no `[{}` inside; a regular expression between slashes \
                     may",
                    &rest.as_str()[..1]
                ));
            }
            '-' if !is_first && !rest.as_str().starts_with(']') => set.push('-'),
            '\\' => push_literal(&mut set, rest.next().unwrap_or('\\')),
            other => push_literal(&mut set, other),
        }
        is_first = false;
    }
    Ok(None)
}

fn push_literal(regex: &mut String, char: char) {
    regex.push_str(&regex_lite::escape(char.encode_utf8(&mut [0; 4])));
}

fn invalid_set(error: regex_lite::Error) -> String {
    format!("invalid set in brackets: {error}; a backslash before [ makes it literal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names_and_regexes_any_part() {
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
            ("[ab]*", "b1", true),
            ("[ab]*", "c1", false),
            ("x[a-c]", "xb", true),
            ("x[a-c]", "x-", false),
            ("x[!a-c]", "xd", true),
            ("x[!a-c]", "xb", false),
            ("x[^a]", "xa", false),
            ("x[!a]", "x", false),
            ("x[]a]", "x]", true),
            ("x[!]a]", "x]", false),
            ("x[a-]", "x-", true),
            ("x[-a]", "x-", true),
            ("x[\\]a]", "x]", true),
            ("x[\\-a]z", "x-z", true),
            ("x[[a]", "x[", true),
            ("x[&&~~-]", "x&", true),
            ("x[*?]", "xy", false),
            ("x[*?]", "x*", true),
            ("[备份]*", "备1", true),
            ("a.[b]c", "a.bc", true),
            ("\\[a", "[a", true),
            ("a\\[]", "a[]", true),
            ("a]", "a]", true),
            ("\\[a]", "[a]", true),
            ("[a]+", "a+", true),
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
    fn invalid_patterns_are_rejected() {
        let cases = [
            ("", "empty"),
            ("//", "between the slashes"),
            ("/(/", "not a regular expression"),
            ("[a", "a [ is not closed"),
            ("a[]", "a [ is not closed"),
            ("x[z-a]", "a backslash before [ makes it literal"),
            ("x[[:alpha:]]", "a regular expression between slashes may"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Pattern>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
