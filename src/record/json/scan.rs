//! One pass over JSON text, which checks it and finds where values stand.

use std::borrow::Cow;
use std::ops::Range;

use super::names::Names;
use super::plain::plain_bytes;
use super::{Json, decoded};
/// Reads JSON text from its beginning. Each method reads the item that it is named after.
///
/// A method that finds something else returns `None`, and all later calls return `None` too. A caller that drops a
/// failure cannot continue in the middle of a value.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    /// The next byte, or [`FAILED`].
    at: usize,
    /// The brackets that will close what is open in the value that is being read. Not on the stack of the
    /// program, which has an end.
    closing: Vec<u8>,
    breaks_lines: bool,
}

/// The position after a failure: behind the end of every text, so there is nothing to read.
const FAILED: usize = usize::MAX;

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut scanner = Self { text, at: 0, closing: Vec::new(), breaks_lines: false };
        scanner.skip_space();
        scanner
    }

    /// The byte of the text that is read next.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Whether there was a line break between tokens so far. Where [names](Names) were expected, in the text where
    /// they came first.
    pub(crate) fn breaks_lines(&self) -> bool {
        self.breaks_lines
    }

    /// An object. `field` gets the name of each field, without quotes and escapes, and has to read its value. A name
    /// with half of a surrogate pair keeps its escapes.
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

    /// An object that is like others: `names` are those of its fields that came before. `field` is told what the name
    /// of each field means, which `meaning` tells of one that is new, and where its value stands, unless that is null.
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

    /// An object like those that had these names. `field` has to read each value; it gets the names that were in
    /// objects there.
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
                // There may be more than stood there first.
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

    /// Any value, most probably a short one, or an object like those that had these names. Says where it stands,
    /// unless it is null.
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

    /// An object in one that is like others. Objects in this one may be as deep as they like, so they are no more
    /// calls.
    #[inline(never)]
    fn inner_object(&mut self, names: &mut Names<()>) -> Option<()> {
        self.fields_like(names, |_| (), |scanner, (), _| scanner.value_like(None).map(drop))
    }

    /// An array. `element` has to read each element.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.or_fail(|scanner| scanner.items(b'[', b']', element))
    }

    /// Any value.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn value(&mut self) -> Option<Json<'a>> {
        self.or_fail(|scanner| {
            let start = scanner.at;
            scanner.skip()?;
            Some(Json::exactly(scanner.text.get(start..scanner.at)?))
        })
    }

    /// Makes a failure of `read` final.
    #[inline(always)]
    fn or_fail<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let result = read(self);
        if result.is_none() {
            self.at = FAILED;
        }
        result
    }

    /// The end of the text.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn end(mut self) -> Option<()> {
        self.skip_space();
        (self.at == self.text.len()).then_some(())
    }

    /// Any value, however deep.
    fn skip(&mut self) -> Option<()> {
        self.closing.clear();
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                open @ (b'{' | b'[') => {
                    // Two further in the table of characters.
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
            // That was a value: what follows belongs to what it stands in.
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

    /// The name before a value, if that stands in an object.
    fn name_in(&mut self, close: u8) -> Option<()> {
        if close == b'}' { self.name().map(drop) } else { Some(()) }
    }

    /// A name with its colon. Returns the name with its quotes, and whether it has escapes.
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

    /// What stands between two brackets, with commas between.
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

    /// A string with its quotes.
    #[inline(always)]
    fn string(&mut self) -> Option<()> {
        self.string_with_escapes().map(drop)
    }

    /// A string with its quotes. Returns whether it has escapes.
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

    /// A backslash, and what it stands before.
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

    /// `-12.5e+3`: no plus sign, no leading zero, digits around the point.
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

    /// One digit or more.
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

    /// Reads this byte, if it is the next.
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
