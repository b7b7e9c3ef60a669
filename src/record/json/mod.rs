//! JSON text of the service, parsed in place.
//!
//! One pass over a page validates the JSON (RFC 8259) and locates the wanted values. A value is
//! decoded only when printed. `serde_json` would need a second pass, since it does not keep
//! positions. The tests check that this module accepts exactly what `serde_json` accepts.
//!
//! Knows nothing of backups.

mod plain;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use memchr::memchr2;

pub(crate) use plain::has_any;
pub(crate) use scan::Scanner;

/// The text of one JSON value, as sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Wraps the text of one JSON value, with or without surrounding whitespace.
    pub(crate) fn new(text: &'a str) -> Self {
        Self(text.trim_ascii())
    }

    /// Wraps the text of one JSON value without surrounding whitespace.
    pub(crate) fn exactly(text: &'a str) -> Self {
        Self(text)
    }

    /// Returns the text as sent.
    pub(crate) fn as_sent(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Visits the name and value of every field of an object, in the order of the text. Names are
    /// unquoted and unescaped; a name with half of a surrogate pair keeps its escapes. Returns
    /// `None` if the value is not an object.
    pub(crate) fn fields(self, mut visit: impl FnMut(Cow<'a, str>, Json<'a>)) -> Option<()> {
        let mut scanner = Scanner::new(self.0);
        scanner.object(|scanner, name| {
            visit(name, scanner.value()?);
            Some(())
        })?;
        scanner.end()
    }

    /// Returns the elements of an array; empty if the value is not an array.
    pub(crate) fn elements(self) -> Vec<Json<'a>> {
        let mut elements = Vec::new();
        let mut scanner = Scanner::new(self.0);
        let array = scanner.array(|scanner| {
            elements.push(scanner.value()?);
            Some(())
        });
        array.and_then(|()| scanner.end()).map_or_else(Vec::new, |()| elements)
    }

    /// Returns the value as text. A string loses its quotes and escapes. A number of any size or a
    /// boolean is unchanged. An object or array is compact JSON. A string with half of a surrogate
    /// pair, which is valid JSON but not a character, keeps its escapes.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] => decoded(self.0, has_any(inner, [b'\\'])),
            [b'{' | b'[', ..] => compact(self.0),
            _ => Cow::Borrowed(self.0),
        }
    }

    /// Returns a string without its quotes, or a value that is not a string, object or array. It
    /// equals [`text`](Self::text) unless it contains a backslash. It never contains quotes or
    /// control characters.
    pub(crate) fn unquoted(self) -> Option<&'a str> {
        match self.0.as_bytes() {
            [b'"', .., b'"'] => Some(inner(self.0)),
            [b'"' | b'{' | b'[', ..] => None,
            _ => Some(self.0),
        }
    }

    /// Returns the Unicode text of a string. `None` for other values, and for half of a surrogate
    /// pair.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] => try_decoded(self.0, has_any(inner, [b'\\'])),
            _ => None,
        }
    }

    /// Returns the value on one line. A value without line breaks is unchanged, including its
    /// spaces.
    pub(crate) fn one_line(self) -> Cow<'a, str> {
        match memchr2(b'\n', b'\r', self.0.as_bytes()) {
            Some(_) => compact(self.0),
            None => Cow::Borrowed(self.0),
        }
    }
}

/// Unquotes and unescapes a string. One with half of a surrogate pair keeps its escapes.
fn decoded(quoted: &str, has_escapes: bool) -> Cow<'_, str> {
    try_decoded(quoted, has_escapes).unwrap_or_else(|| Cow::Borrowed(inner(quoted)))
}

/// Same as [`decoded`], but returns `None` for half of a surrogate pair.
fn try_decoded(quoted: &str, has_escapes: bool) -> Option<Cow<'_, str>> {
    if has_escapes {
        return serde_json::from_str(quoted).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner(quoted)))
}

/// Returns a string without its quotes.
fn inner(quoted: &str) -> &str {
    quoted.get(1..quoted.len() - 1).unwrap_or_default()
}

/// Removes the whitespace between the tokens of `json`.
fn compact(json: &str) -> Cow<'_, str> {
    let mut compacted = String::new();
    let mut start = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (position, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b' ' | b'\t' | b'\n' | b'\r' if !in_string => {
                compacted.push_str(&json[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    if start == 0 {
        return Cow::Borrowed(json);
    }
    compacted.push_str(&json[start..]);
    Cow::Owned(compacted)
}
