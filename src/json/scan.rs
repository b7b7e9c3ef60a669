//! One pass over JSON text, which checks it and finds where values stand.

use super::Json;

/// The names of fields that came before, in their order, each with what it means. Most objects of a list have the
/// same ones, so a name is compared to the one that is expected before it is read.
#[derive(Debug)]
pub(crate) struct Names<T>(pub(super) Vec<(String, T)>);

/// Names that are kept. An object with more is a strange one.
pub(super) const MOST_NAMES: usize = 64;

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Names<T> {
    /// What a name means, and the place of the one that is expected to follow. `expected` is the place where this
    /// one was, so there it is noted if it is new.
    fn find(&mut self, expected: usize, name: &str, meaning: impl Fn(&str) -> T) -> (T, usize) {
        let known = self.0.iter().enumerate().skip(expected);
        let is_name = |text: &str| text[1..text.len() - 2] == *name;
        for (place, (text, meaning)) in known {
            if is_name(text) {
                return (*meaning, place + 1);
            }
        }
        let meaning = meaning(name);
        if self.0.len() == MOST_NAMES {
            return (meaning, expected);
        }
        self.0.insert(expected, (format!("\"{name}\":"), meaning));
        (meaning, expected + 1)
    }
}

/// Goes through JSON text from its beginning. Each method reads what it is named after, and is `None`
/// where that does not stand here; there is no going on after that.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The last block in which the end of a string was looked for.
    block: Block,
    /// The brackets that will close what is open in the value that is being read. Not on the stack of the
    /// program, which has an end.
    closing: Vec<u8>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let block = Block::at(text.as_bytes(), 0);
        let mut scanner = Self { text, at: 0, block, closing: Vec::new() };
        scanner.skip_space();
        scanner
    }

    /// The byte of the text that is read next.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// An object. `field` is told the name of each field, without quotes but as it was sent, and has to
    /// read its value.
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a str) -> Option<()>,
    ) -> Option<()> {
        self.items(b'{', b'}', |scanner| {
            let name = scanner.name()?;
            field(scanner, name)
        })
    }

    /// An object that is like others: `names` are those of its fields that came before. `field` is told what the name
    /// of each field means, which `meaning` tells of one that is new, and has to read its value.
    pub(crate) fn object_like<T: Copy>(
        &mut self,
        names: &mut Names<T>,
        meaning: impl Fn(&str) -> T,
        mut field: impl FnMut(&mut Self, T) -> Option<()>,
    ) -> Option<()> {
        let mut expected = 0;
        self.items(b'{', b'}', |scanner| {
            let known = names.0.get(expected).filter(|(text, _)| scanner.starts_with(text));
            let meaning = if let Some((text, meaning)) = known {
                scanner.at += text.len();
                scanner.skip_space();
                expected += 1;
                *meaning
            } else {
                let (meaning, next) = names.find(expected, scanner.name()?, &meaning);
                expected = next;
                meaning
            };
            field(scanner, meaning)
        })
    }

    /// An array. `element` has to read each element.
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.items(b'[', b']', element)
    }

    /// Any value.
    pub(crate) fn value(&mut self) -> Option<Json<'a>> {
        let start = self.at;
        self.skip()?;
        Some(Json::exactly(self.text.get(start..self.at)?))
    }

    /// Any value, of which only the place is wanted, and whether it is null.
    #[inline]
    pub(crate) fn skip_value(&mut self) -> Option<bool> {
        let first = self.peek()?;
        match first {
            b'"' => self.string()?,
            _ => self.skip()?,
        }
        Some(first == b'n')
    }

    /// The end of the text.
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
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
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

    /// A name with its colon.
    #[inline]
    fn name(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.string()?;
        let name = self.text.get(start + 1..self.at - 1)?;
        self.skip_space();
        self.byte(b':')?;
        self.skip_space();
        Some(name)
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
    #[inline]
    fn string(&mut self) -> Option<()> {
        self.byte(b'"')?;
        loop {
            self.go_to_special();
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.escape()?,
                // A control character.
                _ => return None,
            }
        }
    }

    /// Goes on to the next quote, backslash or control character, or to the end of the text or behind it.
    #[inline]
    fn go_to_special(&mut self) {
        loop {
            let within = self.at % BLOCK;
            if self.at - within != self.block.start {
                self.block = Block::at(self.text.as_bytes(), self.at - within);
            }
            let special = self.block.special >> within;
            if special != 0 {
                self.at += special.trailing_zeros() as usize;
                return;
            }
            self.at += BLOCK - within;
            if self.at >= self.text.len() {
                return;
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

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn starts_with(&self, text: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..);
        rest.is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads this byte, if it is the next.
    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }
}

/// Bytes of text that are looked at together: as many as a word has bits.
pub(super) const BLOCK: usize = 64;

/// Where in a block of text a string may end, or not go on as it did.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// Where in the text it begins: a multiple of its length.
    start: usize,
    /// A bit for each byte, the first one lowest: whether it is a quote, a backslash or a control character.
    special: u64,
}

impl Block {
    /// The block that begins at `start`. Behind the end of the text every byte is special.
    fn at(text: &[u8], start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let special = match rest.first_chunk() {
            Some(bytes) => special(bytes),
            None => {
                let mut bytes = [0; BLOCK];
                bytes[..rest.len()].copy_from_slice(rest);
                special(&bytes)
            }
        };
        Self { start, special }
    }
}

/// Each byte becomes 0 or 1 first, which the compiler does to many of them at once.
fn special(bytes: &[u8; BLOCK]) -> u64 {
    /// Moves the lowest bit of each byte of a word into its highest byte, in their order.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut marks = [0; BLOCK];
    for (mark, byte) in marks.iter_mut().zip(bytes) {
        *mark = u8::from((*byte == b'"') | (*byte == b'\\') | (*byte < 0x20));
    }
    let eights = marks.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight));
    eights.rev().fold(0, |bits, word| bits << 8 | word.wrapping_mul(GATHER) >> 56)
}
