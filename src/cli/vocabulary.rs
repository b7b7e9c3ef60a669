//! The values that the API's page lists for its parameters, once: for parsing, help and completion.
//!
//! A value that is not listed is an error, since a typing error would otherwise look like an empty
//! list; `--param` sends it anyway. Types of resources are an open list: every value of their form
//! is sent, with a warning.
//!
//! Source: API page "Querying All Backups" (ListBackups), tables of query and response parameters.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

use crate::record::resource_type::{self, ResourceType};
use crate::text::suggest;

/// The documented values of one parameter.
pub(crate) struct Vocabulary {
    /// Name of the parameter.
    parameter: &'static str,
    /// The flag, for messages.
    flag: &'static str,
    words: &'static [Word],
    /// Returns true if a value that is not listed may exist.
    is_possible: fn(&str) -> bool,
}

/// One value.
struct Word {
    /// As in the API.
    value: &'static str,
    /// Shorter, for users.
    friendly: Option<&'static str>,
    /// Names of products and words of other tools. They are accepted, not suggested.
    aliases: &'static [&'static str],
}

const fn word(value: &'static str) -> Word {
    Word { value, friendly: None, aliases: &[] }
}

/// The types of resources.
const TYPES: [Word; resource_type::RESOURCE_TYPES.len()] = {
    let mut words = [const { word("") }; resource_type::RESOURCE_TYPES.len()];
    let mut index = 0;
    while index < words.len() {
        let ResourceType { api, short, aliases } = resource_type::RESOURCE_TYPES[index];
        words[index] = Word { value: api, friendly: Some(short), aliases };
        index += 1;
    }
    words
};

/// Returns a closed vocabulary.
const fn closed(parameter: &'static str, flag: &'static str, words: &'static [Word]) -> Vocabulary {
    Vocabulary { parameter, flag, words, is_possible: |_| false }
}

/// Values of `image_type`.
pub(crate) const IMAGE_TYPES: Vocabulary =
    closed("image_type", "--image-type", &[word("backup"), word("replication")]);

/// Values of `member_status`.
pub(crate) const MEMBER_STATUSES: Vocabulary = closed(
    "member_status",
    "--member-status",
    &[word("pending"), word("accepted"), word("rejected")],
);

/// Values of `own_type`.
pub(crate) const OWN_TYPES: Vocabulary =
    closed("own_type", "--own-type", &[word("private"), word("shared"), word("all_granted")]);

/// Values of `resource_type`. Not every cloud offers every one.
pub(crate) const RESOURCE_TYPES: Vocabulary = Vocabulary {
    parameter: "resource_type",
    flag: "--resource-type",
    words: &TYPES,
    is_possible: is_resource_type,
};

/// Values of `status`.
pub(crate) const STATUSES: Vocabulary = closed(
    "status",
    "--status",
    &[
        word("available"),
        word("protecting"),
        word("deleting"),
        word("restoring"),
        word("error"),
        word("waiting_protect"),
        word("waiting_delete"),
        word("waiting_restore"),
    ],
);

/// Returns true for `OS::Service::Kind`.
fn is_resource_type(value: &str) -> bool {
    let mut parts = value.split("::");
    let is_name =
        |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric());
    parts.next() == Some("OS") && parts.clone().count() >= 2 && parts.all(is_name)
}

impl Word {
    fn matches(&self, given: &str) -> bool {
        let mut words =
            [self.value].into_iter().chain(self.friendly).chain(self.aliases.iter().copied());
        words.any(|word| word.eq_ignore_ascii_case(given))
    }
}

impl Vocabulary {
    /// Returns the parser for the flag's value, which translates friendly words to those of the
    /// API.
    pub(crate) const fn parser(&'static self) -> WordParser {
        WordParser(self)
    }

    /// Returns the words to suggest: the friendly one if there is one, then that of the API.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().flat_map(|word| word.friendly.into_iter().chain([word.value]))
    }

    /// Returns a warning for a value that is not listed, with the most similar one that is.
    pub(crate) fn remark(&self, given: &str) -> Option<String> {
        if self.words.iter().any(|word| word.value == given) {
            return None;
        }
        // What all values of a type have in common would make each of them similar.
        let own = |word: &'static str| word.strip_prefix("OS::").unwrap_or(word);
        let nearest = suggest::nearest(
            given.strip_prefix("OS::").unwrap_or(given),
            self.words.iter().map(|word| own(word.value)),
        );
        let nearest = self.words.iter().map(|word| word.value).find(|it| Some(own(it)) == nearest);
        let question =
            nearest.map_or_else(String::new, |word| format!(" (did you mean `{word}`?)"));
        Some(format!(
            "{} {}: not a documented value{question}; sent unchanged",
            self.flag,
            given.escape_debug()
        ))
    }
}

/// Parses a value of a [`Vocabulary`].
#[derive(Clone)]
pub(crate) struct WordParser(&'static Vocabulary);

impl TypedValueParser for WordParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let parser = clap::builder::NonEmptyStringValueParser::new();
        // As in `available, error`: no value begins or ends with a blank.
        let value = value.to_str().map_or(value, |text| OsStr::new(text.trim()));
        let given = parser.parse_ref(command, arg, value)?;
        if let Some(word) = self.0.words.iter().find(|word| word.matches(&given)) {
            return Ok(word.value.to_owned());
        }
        if (self.0.is_possible)(&given) {
            return Ok(given);
        }
        let known = PossibleValuesParser::new(self.0.offered());
        known.parse_ref(command, arg, value).map_err(|mut error| {
            let parameter = self.0.parameter;
            let tip = format!("'--param {parameter}={given}' sends a value that cbr does not know");
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
            error
        })
    }

    /// Returns the words to complete. The flags hide them from the help, whose text names them.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.words.iter().flat_map(|word| {
            let friendly =
                word.friendly.map(|friendly| PossibleValue::new(friendly).help(word.value));
            friendly.into_iter().chain([PossibleValue::new(word.value)])
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_one_meaning() {
        for vocabulary in [&IMAGE_TYPES, &MEMBER_STATUSES, &OWN_TYPES, &RESOURCE_TYPES, &STATUSES] {
            for word in vocabulary.words {
                let all = [word.value]
                    .into_iter()
                    .chain(word.friendly)
                    .chain(word.aliases.iter().copied());
                for name in all {
                    let meanings = vocabulary.words.iter().filter(|word| word.matches(name));
                    assert_eq!(meanings.count(), 1, "{name}");
                }
            }
        }
    }

    #[test]
    fn a_resource_type_has_three_parts_or_more() {
        for value in ["OS::Hybrid::VirtualMachine", "OS::A::B::C2"] {
            assert!(is_resource_type(value), "{value}");
        }
        for value in
            ["", "OS", "OS::Nova", "OS::::Server", "OS::Nova::", "Acme::Big::Thing", "os::a::b"]
        {
            assert!(!is_resource_type(value), "{value}");
        }
    }
}
