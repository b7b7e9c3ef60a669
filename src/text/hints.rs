//! Completion candidates for flags whose parser lists no values.

use std::ffi::OsStr;

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

/// Completes one of these words.
pub(crate) fn one_of<I>(words: fn() -> I) -> ArgValueCandidates
where
    I: Iterator<Item = &'static str> + 'static,
{
    ArgValueCandidates::new(move || words().map(CompletionCandidate::new).collect::<Vec<_>>())
}

/// Completes one of these words, each with a description. `words` is called only when completing.
pub(crate) fn found(words: fn() -> Vec<(String, String)>) -> ArgValueCandidates {
    let candidate =
        |(word, help): (String, String)| CompletionCandidate::new(word).help(Some(help.into()));
    ArgValueCandidates::new(move || words().into_iter().map(candidate).collect::<Vec<_>>())
}

/// Completes a comma-separated list of these words, each with a description. For flags whose own
/// parser splits the list; clap handles `value_delimiter`.
pub(crate) fn list_of<I>(words: fn() -> I) -> ArgValueCompleter
where
    I: Iterator<Item = (String, &'static str)> + 'static,
{
    ArgValueCompleter::new(move |value: &OsStr| {
        let value = value.to_string_lossy();
        let (earlier, last) = value.split_at(value.rfind(',').map_or(0, |comma| comma + 1));
        let matching = words().filter(|(word, _)| word.starts_with(last));
        let candidate = |(word, help): (String, &'static str)| {
            CompletionCandidate::new(word).add_prefix(earlier).help(Some(help.into()))
        };
        matching.map(candidate).collect::<Vec<_>>()
    })
}
