//! The words that the API's page lists for its parameters, once: for help, completion and remarks.
//!
//! The lists are open. A word that is not on one goes out as it stands, since a newer service may
//! know it; a remark on stderr says so, since a typing error would otherwise look like an empty
//! list.
//!
//! Source: API page "Querying All Backups" (ListBackups), tables of query and response parameters.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};

/// The documented words of one parameter.
pub(crate) struct Vocabulary {
    /// The flag, for messages.
    flag: &'static str,
    /// The API's words, each with the friendly one that stands for it, if any.
    words: &'static [(&'static str, Option<&'static str>)],
}

/// Values of `image_type`.
pub(crate) const IMAGE_TYPES: Vocabulary =
    Vocabulary { flag: "--image-type", words: &[("backup", None), ("replication", None)] };

/// Values of `member_status`.
pub(crate) const MEMBER_STATUSES: Vocabulary = Vocabulary {
    flag: "--member-status",
    words: &[("pending", None), ("accepted", None), ("rejected", None)],
};

/// Values of `own_type`.
pub(crate) const OWN_TYPES: Vocabulary = Vocabulary {
    flag: "--own-type",
    words: &[("private", None), ("shared", None), ("all_granted", None)],
};

/// Values of `resource_type`. Not every cloud offers every one.
pub(crate) const RESOURCE_TYPES: Vocabulary = Vocabulary {
    flag: "--resource-type",
    words: &[
        ("OS::Nova::Server", Some("server")),
        ("OS::Cinder::Volume", Some("volume")),
        ("OS::Sfs::Turbo", Some("turbo")),
        ("OS::Workspace::DesktopV2", Some("desktop")),
        ("OS::Ironic::BareMetalServer", Some("bare-metal")),
        ("OS::Native::Server", Some("native-server")),
    ],
};

/// Values of `status`.
pub(crate) const STATUSES: Vocabulary = Vocabulary {
    flag: "--status",
    words: &[
        ("available", None),
        ("protecting", None),
        ("deleting", None),
        ("restoring", None),
        ("error", None),
        ("waiting_protect", None),
        ("waiting_delete", None),
        ("waiting_restore", None),
    ],
};

impl Vocabulary {
    /// The parser for the flag's value: friendly words become the API's, others pass.
    pub(crate) const fn parser(&'static self) -> WordParser {
        WordParser(self)
    }

    /// The words to suggest: the friendly one where there is one, then the API's own.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().flat_map(|(word, friendly)| friendly.iter().copied().chain([*word]))
    }

    /// A remark on a word that is not on the list, with the nearest one that is.
    pub(crate) fn remark(&self, given: &str) -> Option<String> {
        if self.words.iter().any(|(word, _)| *word == given) {
            return None;
        }
        let flag = self.flag;
        let nearest = crate::text::suggest::nearest(given, self.offered());
        let question =
            nearest.map_or_else(String::new, |word| format!(" (did you mean `{word}`?)"));
        Some(format!(
            "{flag} {given}: not a documented value{question}; sent as it stands",
            given = given.escape_debug()
        ))
    }
}

/// Turns what the user wrote into the API's word.
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
        // As in `available, error`; no word begins or ends with a blank.
        let value = value.to_str().map_or(value, |text| OsStr::new(text.trim()));
        let given = parser.parse_ref(command, arg, value)?;
        let is_given = |word: &str| word.eq_ignore_ascii_case(&given);
        let known = self
            .0
            .words
            .iter()
            .find(|(word, friendly)| is_given(word) || friendly.is_some_and(is_given));
        Ok(known.map_or(given, |(word, _)| (*word).to_owned()))
    }

    /// The words to complete, the same. The flags hide them from the help, which would have them
    /// look like all there are.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.words.iter().flat_map(|(word, friendly)| {
            let friendly = friendly.map(|friendly| PossibleValue::new(friendly).help(*word));
            friendly.into_iter().chain([PossibleValue::new(*word)])
        })))
    }
}
