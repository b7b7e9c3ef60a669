//! JSON text of the service, read in place.
//!
//! One pass over a page checks that it is JSON (RFC 8259) and finds what is wanted in it, where it
//! stands; a value is decoded only when something prints it. `serde_json` reads the same text twice for that:
//! once to check it, once more for what it did not keep the place of. What is JSON, and what is not, is
//! what `serde_json` says, which the tests hold this module against.
//!
//! Knows nothing of backups.

mod names;
mod plain;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use memchr::memchr2;

pub(crate) use names::Names;
pub(crate) use plain::has_any;
pub(crate) use scan::Scanner;

/// The text of one JSON value, as it was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// `text` is one JSON value, with or without whitespace around it.
    pub(crate) fn new(text: &'a str) -> Self {
        Self(text.trim_ascii())
    }

    /// `text` is one JSON value, with nothing around it.
    pub(crate) fn exactly(text: &'a str) -> Self {
        Self(text)
    }

    /// The text as it was sent.
    pub(crate) fn as_sent(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Visits every field of an object, in the order of the text: its name, without quotes and escapes, and its
    /// value. A name with half of a surrogate pair keeps its escapes. `None` if this is no object.
    pub(crate) fn fields(self, mut visit: impl FnMut(Cow<'a, str>, Json<'a>)) -> Option<()> {
        let mut scanner = Scanner::new(self.0);
        scanner.object(|scanner, name| {
            visit(name, scanner.value()?);
            Some(())
        })?;
        scanner.end()
    }

    /// The elements of an array; none if this is no array.
    pub(crate) fn elements(self) -> Vec<Json<'a>> {
        let mut elements = Vec::new();
        let mut scanner = Scanner::new(self.0);
        let array = scanner.array(|scanner| {
            elements.push(scanner.value()?);
            Some(())
        });
        array.and_then(|()| scanner.end()).map_or_else(Vec::new, |()| elements)
    }

    /// The value as text: a string without its quotes and escapes, a number or boolean as it was
    /// sent (so a number of any size survives), an object or array as compact JSON. A string with half of a surrogate
    /// pair, which is valid JSON but no character, keeps its escapes.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] => decoded(self.0, has_any(inner, [b'\\'])),
            [b'{' | b'[', ..] => compact(self.0),
            _ => Cow::Borrowed(self.0),
        }
    }

    /// A string without its quotes, or a value that is no string, object or array. This is its
    /// [text](Self::text) unless there is a backslash in it; there are no quotes and control characters.
    pub(crate) fn unquoted(self) -> Option<&'a str> {
        match self.0.as_bytes() {
            [b'"', .., b'"'] => Some(inner(self.0)),
            [b'"' | b'{' | b'[', ..] => None,
            _ => Some(self.0),
        }
    }

    /// The Unicode text of a string. `None` for other values, and for half of a surrogate pair.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] => try_decoded(self.0, has_any(inner, [b'\\'])),
            _ => None,
        }
    }

    /// The value on one line. What is on one line already is not touched, whatever spaces it has.
    pub(crate) fn one_line(self) -> Cow<'a, str> {
        match memchr2(b'\n', b'\r', self.0.as_bytes()) {
            Some(_) => compact(self.0),
            None => Cow::Borrowed(self.0),
        }
    }
}

/// A string without its quotes and escapes. One with half of a surrogate pair keeps its escapes.
fn decoded(quoted: &str, has_escapes: bool) -> Cow<'_, str> {
    try_decoded(quoted, has_escapes).unwrap_or_else(|| Cow::Borrowed(inner(quoted)))
}

/// The same, but `None` if there is half of a surrogate pair.
fn try_decoded(quoted: &str, has_escapes: bool) -> Option<Cow<'_, str>> {
    if has_escapes {
        return serde_json::from_str(quoted).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner(quoted)))
}

/// A string without its quotes.
fn inner(quoted: &str) -> &str {
    quoted.get(1..quoted.len() - 1).unwrap_or_default()
}

/// `json` without the whitespace between its tokens.
fn compact(json: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut start = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (position, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b' ' | b'\t' | b'\n' | b'\r' if !in_string => {
                kept.push_str(&json[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    if start == 0 {
        return Cow::Borrowed(json);
    }
    kept.push_str(&json[start..]);
    Cow::Owned(kept)
}
