//! Suggests the nearest known word for a mistyped one.

/// Returns the word most similar to `given`, if one is similar enough.
pub(crate) fn nearest<'a>(given: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    words
        .map(|word| (strsim::jaro_winkler(&given, &word.to_lowercase()), word))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

/// Returns the end of a message about an unknown word: the nearest word, otherwise all known words.
pub(crate) fn question(given: &str, words: &[&str]) -> String {
    let quoted = |word: &&str| format!("`{}`", word.escape_debug());
    match (nearest(given, words.iter().copied()), words) {
        (Some(word), _) => format!("; did you mean {}?", quoted(&word)),
        (None, []) => String::new(),
        (None, _) => {
            format!("; known: {}", words.iter().map(quoted).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{nearest, question};

    #[test]
    fn an_unknown_word_is_answered_with_the_known_ones() {
        let cases: [(&str, &[&str], &str); 3] = [
            ("prdo", &["prod", "test"], "; did you mean `prod`?"),
            ("zzz", &["prod", "a\u{1b}"], "; known: `prod`, `a\\u{1b}`"),
            ("zzz", &[], ""),
        ];
        for (given, words, expected) in cases {
            assert_eq!(question(given, words), expected);
        }
    }

    #[test]
    fn a_typing_error_finds_its_word_and_nonsense_finds_none() {
        let words = ["available", "error", "waiting_protect", "OS::Nova::Server"];
        let cases = [
            ("eror", Some("error")),
            ("Available", Some("available")),
            ("waiting_protected", Some("waiting_protect")),
            ("os::nova::sever", Some("OS::Nova::Server")),
            ("zzz", None),
            ("", None),
        ];
        for (given, expected) in cases {
            assert_eq!(nearest(given, words.into_iter()), expected, "{given}");
        }
    }
}
