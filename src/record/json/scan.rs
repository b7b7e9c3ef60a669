//! Validates JSON text and locates values while reading it once.

use std::borrow::Cow;
use std::ops::Range;

use super::plain::next_special;
use super::{Json, decoded};

/// Parses JSON text from its beginning. Each method parses the item in its name.
///
/// On any other text a method returns `None`, and so do all later calls. So a caller that ignores a
/// failure cannot continue within a value.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    /// Offset of the next byte, or [`FAILED`].
    at: usize,
    /// The closing brackets of the objects and arrays around the current one. On the heap, so deep
    /// nesting cannot overflow the stack.
    closing: Vec<u8>,
    breaks_lines: bool,
}

/// The position after a failure: past the end of every text, so nothing can be read.
const FAILED: usize = usize::MAX;

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut scanner = Self { text, at: 0, closing: Vec::new(), breaks_lines: false };
        scanner.at = scanner.space(0);
        scanner
    }

    /// Returns the whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the offset of the next byte.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Returns true if a line break was found between tokens.
    pub(crate) fn breaks_lines(&self) -> bool {
        self.breaks_lines
    }

    /// Parses an object. `field` receives each name, unquoted and unescaped, and must parse the
    /// value. A name with half of a surrogate pair keeps its escapes.
    #[inline]
    #[must_use = "the text may be no JSON"]
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        self.items(b'{', b'}', |scanner| {
            let start = scanner.at;
            let (end, has_escapes) = scanner.string(start)?;
            let name = decoded(scanner.text.get(start..end)?, has_escapes);
            scanner.at = scanner.colon(end)?;
            field(scanner, name)
        })
    }

    /// Parses an array. `element` must parse each element.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.items(b'[', b']', element)
    }

    /// Parses any value.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn value(&mut self) -> Option<Json<'a>> {
        let range = self.range()?;
        self.text.get(range).map(Json::exactly)
    }

    /// Parses any value. Returns its byte range.
    #[inline(always)]
    #[must_use = "the text may be no JSON"]
    pub(crate) fn range(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let end = match self.get(start) {
            Some(b'{' | b'[') => self.collection(start),
            Some(first) => self.scalar(start, first),
            None => None,
        };
        self.at = end.unwrap_or(FAILED);
        Some(start..end?)
    }

    /// Succeeds if only whitespace is left.
    #[must_use = "the text may be no JSON"]
    pub(crate) fn end(mut self) -> Option<()> {
        (self.space(self.at) == self.text.len()).then_some(())
    }

    /// Parses comma-separated items between two brackets.
    #[inline(always)]
    fn items(
        &mut self,
        open: u8,
        close: u8,
        item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let read = self.try_items(open, close, item);
        if read.is_none() {
            self.at = FAILED;
        }
        read
    }

    #[inline(always)]
    fn try_items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        if self.get(self.at)? != open {
            return None;
        }
        self.at = self.space(self.at + 1);
        if self.get(self.at)? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            item(self)?;
            let at = self.space(self.at);
            match self.get(at)? {
                b',' => self.at = self.space(at + 1),
                byte => {
                    self.at = at + 1;
                    return (byte == close).then_some(());
                }
            }
        }
    }

    // The methods below parse an item at an offset and return the offset of its end. They leave
    // `self.at` alone, so that offsets stay in registers.

    /// Parses a value other than an object or array. `first` is its first byte.
    #[inline(always)]
    fn scalar(&self, at: usize, first: u8) -> Option<usize> {
        match first {
            b'"' => self.string(at).map(|(end, _)| end),
            b't' => self.word(at, b"true"),
            b'f' => self.word(at, b"false"),
            b'n' => self.word(at, b"null"),
            _ => self.number(at),
        }
    }

    /// Parses an object or array of any depth.
    fn collection(&mut self, mut at: usize) -> Option<usize> {
        self.closing.clear();
        // The bracket that closes the innermost object or array; 0 outside of all.
        let mut close = 0;
        loop {
            at = match self.get(at)? {
                open @ (b'{' | b'[') => {
                    let next = self.space(at + 1);
                    // In ASCII the closing bracket is two after the opening one.
                    let inner = open + 2;
                    if self.get(next)? == inner {
                        next + 1
                    } else {
                        self.closing.push(close);
                        close = inner;
                        at = self.name_in(close, next)?;
                        continue;
                    }
                }
                first => self.scalar(at, first)?,
            };
            // A value is complete; what follows belongs to the enclosing object or array.
            while close != 0 {
                at = self.space(at);
                let byte = self.get(at)?;
                at += 1;
                if byte == b',' {
                    at = self.space(at);
                    at = self.name_in(close, at)?;
                    break;
                }
                if byte != close {
                    return None;
                }
                close = self.closing.pop()?;
            }
            if close == 0 {
                return Some(at);
            }
        }
    }

    /// Parses the name and colon before a value, if `close` ends an object.
    #[inline(always)]
    fn name_in(&mut self, close: u8, at: usize) -> Option<usize> {
        if close == b'}' {
            let (end, _) = self.string(at)?;
            self.colon(end)
        } else {
            Some(at)
        }
    }

    /// Parses a colon and the whitespace around it.
    #[inline(always)]
    fn colon(&mut self, at: usize) -> Option<usize> {
        let at = self.space(at);
        if self.get(at)? == b':' { Some(self.space(at + 1)) } else { None }
    }

    /// Parses a quoted string. Also returns true if it has escapes.
    #[inline(always)]
    fn string(&self, at: usize) -> Option<(usize, bool)> {
        if self.get(at)? != b'"' {
            return None;
        }
        let mut has_escapes = false;
        let mut at = at + 1;
        loop {
            let (special, byte) = next_special(self.text.as_bytes(), at)?;
            at = match byte {
                b'"' => return Some((special + 1, has_escapes)),
                b'\\' => self.escape(special)?,
                // A control character.
                _ => return None,
            };
            has_escapes = true;
        }
    }

    /// Parses an escape sequence.
    #[cold]
    fn escape(&self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let digits = match bytes.get(at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
            b'u' => 4,
            _ => return None,
        };
        let end = at + 2 + digits;
        bytes.get(at + 2..end)?.iter().all(u8::is_ascii_hexdigit).then_some(end)
    }

    /// Parses a number such as `-12.5e+3`: no plus sign, no leading zero, digits around the point.
    fn number(&self, at: usize) -> Option<usize> {
        let is = |at: usize, wanted: &[u8]| self.get(at).is_some_and(|byte| wanted.contains(&byte));
        let mut at = at + usize::from(is(at, b"-"));
        at = if is(at, b"0") { at + 1 } else { self.digits(at)? };
        if is(at, b".") {
            at = self.digits(at + 1)?;
        }
        if is(at, b"eE") {
            at += 1;
            at = self.digits(at + usize::from(is(at, b"+-")))?;
        }
        Some(at)
    }

    /// Parses one or more digits.
    fn digits(&self, at: usize) -> Option<usize> {
        let digits =
            self.text.as_bytes().get(at..)?.iter().take_while(|byte| byte.is_ascii_digit());
        let number = digits.count();
        (number > 0).then_some(at + number)
    }

    #[inline(always)]
    fn word<const N: usize>(&self, at: usize, word: &[u8; N]) -> Option<usize> {
        (self.text.as_bytes().get(at..)?.first_chunk() == Some(word)).then_some(at + N)
    }

    #[inline(always)]
    fn get(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Skips whitespace. Fast if there is none, as between most tokens.
    #[inline(always)]
    fn space(&mut self, at: usize) -> usize {
        match self.get(at) {
            Some(..=b' ') => self.spaces(at),
            _ => at,
        }
    }

    /// Skips whitespace and notes line breaks.
    fn spaces(&mut self, mut at: usize) -> usize {
        while let Some(space @ (b' ' | b'\n' | b'\r' | b'\t')) = self.get(at) {
            self.breaks_lines |= matches!(space, b'\n' | b'\r');
            at += 1;
        }
        at
    }
}
