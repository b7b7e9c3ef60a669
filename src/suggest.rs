//! The nearest known word to a mistyped one.

/// The word most like `given`, if one is like enough to be what was meant.
pub(crate) fn nearest<'a>(given: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    words
        .map(|word| (strsim::jaro_winkler(&given, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
