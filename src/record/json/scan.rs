//! One pass over JSON text that validates it and locates values.

use std::borrow::Cow;
use std::ops::Range;

use super::names::Names;
use super::plain::plain_bytes;
use super::{Json, decoded};
/// Parses JSON text from its beginning. Each method parses the item that it is named after.
///
/// A method that meets something else returns `None`, and so do all later calls. A caller that
/// ignores a failure cannot continue in the middle of a value.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    /// Offset of the next byte, or [`FAILED`].
    at: usize,
    /// The brackets that close the open objects and arrays of the current value. Kept on the heap,
    /// so that deep nesting cannot overflow the stack.
    closing: Vec<u8>,
    breaks_lines: bool,
}

/// The position after a failure: past the end of every text, so nothing can be read.
const FAILED: usize = usize::MAX;

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut scanner = Self { text, at: 0, closing: Vec::new(), breaks_lines: false };
        scanner.skip_space();
        scanner
    }

    /// Returns the offset of the next byte.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Returns true if there was a line break between tokens so far. For cached [names](Names) this
    /// is known from the text where they first occurred.
    pub(crate) fn breaks_lines(&self) -> bool {
        self.breaks_lines
    }

    /// Parses an object. `field` receives each name, unquoted and unescaped, and must parse the
    /// value. A name with half of a surrogate pair keeps its escapes.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        self.or_fail(|scanner| {
            scanner.items(b'{', b'}', |scanner| {
                let (name, has_escapes) = scanner.name()?;
                field(scanner, decoded(name, has_escapes))
            })
        })
    }

    /// Parses an object that resembles earlier ones. `names` caches the field names. `meaning` maps
    /// a new name to its meaning. `field` receives the meaning and the byte range of each value, or
    /// `None` for null.
    #[inline]
    #[must_use = "the text may be no JSON"]
    pub(crate) fn object_like<T: Copy>(
        &mut self,
        names: &mut Names<T>,
        meaning: impl Fn(&str) -> T,
        mut field: impl FnMut(T, Option<Range<usize>>),
    ) -> Option<()> {
        self.or_fail(|scanner| {
            scanner.fields_like(names, meaning, |scanner, meaning, inner| {
                field(meaning, scanner.value_like(Some(inner))?);
                Some(())
            })
        })
    }

    /// Parses an object that resembles those with these names. `field` must parse each value, and
    /// receives the cached names of nested objects.
    #[inline(always)]
    fn fields_like<T: Copy>(
        &mut self,
        names: &mut Names<T>,
        meaning: impl Fn(&str) -> T,
        mut field: impl FnMut(&mut Self, T, &mut Names<()>) -> Option<()>,
    ) -> Option<()> {
        let (mut before, mut place) = (b'{', 0);
        loop {
            let (first, rest) = self.text.as_bytes().get(self.at..)?.split_first()?;
            let expected = rest.first_chunk().filter(|_| *first == before);
            if let Some((found, length)) = expected.and_then(|text| names.expected(place, text)) {
                self.at += 1 + length;
                // There may be more whitespace than at the first occurrence.
                self.skip_space();
                place = found;
            } else {
                self.skip_space();
                if before == b',' && self.byte(b'}').is_some() {
                    return Some(());
                }
                self.byte(before)?;
                let start = self.at;
                self.skip_space();
                if before == b'{' && self.byte(b'}').is_some() {
                    return Some(());
                }
                let (name, has_escapes) = self.name()?;
                let meaning = |name: &str| meaning(&decoded(name, has_escapes));
                place = names.find(place, name, self.text.get(start..self.at)?, meaning);
            }
            let known = names.get(place)?;
            field(self, known.meaning, &mut known.inner)?;
            (before, place) = (b',', place + 1);
        }
    }

    /// Parses any value, optimized for short values and objects with these names. Returns the byte
    /// range, or `None` inside for null.
    #[inline(always)]
    fn value_like(&mut self, names: Option<&mut Names<()>>) -> Option<Option<Range<usize>>> {
        let start = self.at;
        let first = self.peek()?;
        match (first, names) {
            (b'"', _) => self.string()?,
            (b'n', _) => self.word(b"null")?,
            (b't', _) => self.word(b"true")?,
            (b'f', _) => self.word(b"false")?,
            (b'0'..=b'9', _) => self.number()?,
            (b'{', Some(names)) => self.inner_object(names)?,
            _ => self.skip()?,
        }
        Some((first != b'n').then_some(start..self.at))
    }

    /// Parses an object nested in one that resembles others. Objects inside this one may be of any
    /// depth, so they are skipped without recursion.
    #[inline(never)]
    fn inner_object(&mut self, names: &mut Names<()>) -> Option<()> {
        self.fields_like(names, |_| (), |scanner, (), _| scanner.value_like(None).map(drop))
    }

    /// Parses an array. `element` must parse each element.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.or_fail(|scanner| scanner.items(b'[', b']', element))
    }

    /// Parses any value.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn value(&mut self) -> Option<Json<'a>> {
        self.or_fail(|scanner| {
            let start = scanner.at;
            scanner.skip()?;
            Some(Json::exactly(scanner.text.get(start..scanner.at)?))
        })
    }

    /// Runs `read` and makes its failure final.
    #[inline(always)]
    fn or_fail<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let result = read(self);
        if result.is_none() {
            self.at = FAILED;
        }
        result
    }

    /// Succeeds if only whitespace is left.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn end(mut self) -> Option<()> {
        self.skip_space();
        (self.at == self.text.len()).then_some(())
    }

    /// Skips any value, of any depth.
    fn skip(&mut self) -> Option<()> {
        self.closing.clear();
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                open @ (b'{' | b'[') => {
                    // In ASCII the closing bracket is two after the opening one.
                    let close = open + 2;
                    self.at += 1;
                    self.skip_space();
                    if self.byte(close).is_none() {
                        self.closing.push(close);
                        self.name_in(close)?;
                        continue;
                    }
                }
                _ => self.number()?,
            }
            // A value is complete; what follows belongs to the enclosing object or array.
            loop {
                let Some(&close) = self.closing.last() else { return Some(()) };
                self.skip_space();
                if self.byte(b',').is_some() {
                    self.skip_space();
                    self.name_in(close)?;
                    break;
                }
                self.byte(close)?;
                self.closing.pop();
            }
        }
    }

    /// Parses the name before a value, if `close` ends an object.
    fn name_in(&mut self, close: u8) -> Option<()> {
        if close == b'}' { self.name().map(drop) } else { Some(()) }
    }

    /// Parses a name with its colon. Returns the name with its quotes, and whether it has escapes.
    #[inline]
    fn name(&mut self) -> Option<(&'a str, bool)> {
        let start = self.at;
        let has_escapes = self.string_with_escapes()?;
        let name = self.text.get(start..self.at)?;
        self.skip_space();
        self.byte(b':')?;
        self.skip_space();
        Some((name, has_escapes))
    }

    /// Parses comma-separated items between two brackets.
    #[inline]
    fn items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.byte(open)?;
        self.skip_space();
        if self.byte(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.skip_space();
            if self.byte(close).is_some() {
                return Some(());
            }
            self.byte(b',')?;
            self.skip_space();
        }
    }

    /// Parses a string with its quotes.
    #[inline(always)]
    fn string(&mut self) -> Option<()> {
        self.string_with_escapes().map(drop)
    }

    /// Parses a string with its quotes. Returns whether it has escapes.
    #[inline(always)]
    fn string_with_escapes(&mut self) -> Option<bool> {
        self.byte(b'"')?;
        let mut has_escapes = false;
        loop {
            self.at += plain_bytes(self.text.as_bytes().get(self.at..)?);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(has_escapes);
                }
                b'\\' => {
                    has_escapes = true;
                    self.escape()?;
                }
                // A control character.
                _ => return None,
            }
        }
    }

    /// Parses an escape sequence.
    #[cold]
    fn escape(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let digits = match bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
            b'u' => 4,
            _ => return None,
        };
        let end = self.at + 2 + digits;
        let are_hex = bytes.get(self.at + 2..end)?.iter().all(u8::is_ascii_hexdigit);
        self.at = end;
        are_hex.then_some(())
    }

    /// Parses a number such as `-12.5e+3`: no plus sign, no leading zero, digits around the point.
    fn number(&mut self) -> Option<()> {
        self.byte(b'-');
        if self.byte(b'0').is_none() {
            self.digits()?;
        }
        if self.byte(b'.').is_some() {
            self.digits()?;
        }
        if self.byte(b'e').or_else(|| self.byte(b'E')).is_some() {
            self.byte(b'+').or_else(|| self.byte(b'-'));
            self.digits()?;
        }
        Some(())
    }

    /// Parses one or more digits.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    #[inline]
    fn word<const N: usize>(&mut self, word: &[u8; N]) -> Option<()> {
        let found = self.text.as_bytes().get(self.at..)?.first_chunk() == Some(word);
        self.at += N;
        found.then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Consumes this byte, if it is the next one.
    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        while let Some(space @ (b' ' | b'\n' | b'\r' | b'\t')) = self.peek() {
            self.breaks_lines |= matches!(space, b'\n' | b'\r');
            self.at += 1;
        }
    }
}
