//! JSON text of the service, read in place.
//!
//! One pass over a page checks that it is JSON (RFC 8259) and finds what is wanted in it, where it
//! stands; a value is decoded only when something prints it. `serde_json` reads the same text twice for that:
//! once to check it, once more for what it did not keep the place of. What is JSON, and what is not, is
//! what `serde_json` says, which the tests hold this module against.
//!
//! Knows nothing of backups.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

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

    pub(crate) fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Visits every field of an object, in the order of the text: its name, without quotes but as
    /// it was sent, and its value. `None` if this is no object.
    pub(crate) fn fields(self, mut visit: impl FnMut(&'a str, Json<'a>)) -> Option<()> {
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
    /// sent (so a number of any size survives), an object or array as compact JSON.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] => self.unescaped(memchr(b'\\', inner).is_some()),
            [b'{' | b'[', ..] => compact(self.0),
            _ => Cow::Borrowed(self.0),
        }
    }

    /// [`text`](Self::text), where that is found without another look at it: of a string that has neither this
    /// ASCII character nor an escape, and so no quote and no control character either, or of what is no string, object
    /// or array.
    pub(crate) fn plain_text_without(self, character: u8) -> Option<&'a str> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] if memchr2(b'\\', character, inner).is_none() => {
                self.0.get(1..inner.len() + 1)
            }
            [b'"' | b'{' | b'[', ..] => None,
            _ => Some(self.0),
        }
    }

    /// For a string with its quotes. Half of a surrogate pair is valid JSON but no character; a
    /// string that holds one keeps its escapes.
    fn unescaped(self, has_escapes: bool) -> Cow<'a, str> {
        if has_escapes && let Ok(text) = serde_json::from_str(self.0) {
            return Cow::Owned(text);
        }
        Cow::Borrowed(&self.0[1..self.0.len() - 1])
    }

    /// The value on one line. What is on one line already is not touched, whatever spaces it has.
    pub(crate) fn one_line(self) -> Cow<'a, str> {
        match memchr2(b'\n', b'\r', self.0.as_bytes()) {
            Some(_) => compact(self.0),
            None => Cow::Borrowed(self.0),
        }
    }
}

/// The names of fields that came before, in their order, each with what it means. Most objects of a list have the
/// same ones, so a name is compared to the one that is expected before it is read.
#[derive(Debug)]
pub(crate) struct Names<T>(Vec<(String, T)>);

/// Names that are kept. An object with more is a strange one.
const MOST_NAMES: usize = 64;

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
        Some(Json(self.text.get(start..self.at)?))
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
const BLOCK: usize = 64;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    fn fields(json: &str) -> Option<Vec<(&str, &str)>> {
        let mut fields = Vec::new();
        Json::new(json).fields(|name, value| fields.push((name, value.as_sent())))?;
        Some(fields)
    }

    #[test]
    fn fields_of_an_object() {
        let cases = [
            ("{}", vec![]),
            (" { } ", vec![]),
            (r#"{"b":1,"a":null}"#, vec![("b", "1"), ("a", "null")]),
            (
                "{ \"a\" : [ 1, {\"]\": \"}\"} ] ,\r\n\t\"b\" : \"x \\\" y\\\\\" }",
                vec![("a", r#"[ 1, {"]": "}"} ]"#), ("b", r#""x \" y\\""#)],
            ),
            (r#"{"a\"":{},"":[]}"#, vec![(r#"a\""#, "{}"), ("", "[]")]),
            (r#"{"id":1,"id":-2.5e9}"#, vec![("id", "1"), ("id", "-2.5e9")]),
        ];
        for (json, expected) in cases {
            assert_eq!(fields(json), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        let cases = [
            "",
            "null",
            "7",
            "\"a\"",
            "[1]",
            "{",
            "{]",
            "{a:1}",
            "{\"a\"}",
            "{\"a\" 1}",
            "{\"a\":}x",
            "{\"a\":1",
            "{\"a\":1,}",
            "{\"a\":1}x",
            "{\"a\":\"",
            "{\"a\":\"\\",
            "{\"a\":[}",
            "}",
        ];
        for json in cases {
            assert_eq!(fields(json), None, "{json}");
        }
    }

    /// Text of all kinds, in `depth` levels.
    fn random(random: &mut fastrand::Rng, depth: usize) -> Value {
        let words =
            ["", "a", "\"", "\\", "{", "}", "[", "]", ",", ":", "中", "\n", "é\u{1b}", "\\\""];
        let mut word =
            || -> String { (0..random.usize(..4)).map(|_| words[random.usize(..14)]).collect() };
        let (name, text) = (word(), word());
        match random.u8(..if depth == 0 { 4 } else { 7 }) {
            0 => Value::Null,
            1 => random.bool().into(),
            2 => random.i64(..).into(),
            3 => text.into(),
            4 => (0..random.usize(..4)).map(|_| self::random(random, depth - 1)).collect(),
            _ => {
                let names = (0..random.usize(..4)).map(|at| format!("{name}{at}"));
                names.map(|name| (name, self::random(random, depth - 1))).collect()
            }
        }
    }

    #[test]
    fn fields_are_those_that_a_full_parser_finds() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut objects = 0;
        for _ in 0..5_000 {
            let value = random(&mut rng, 4);
            for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let parsed: Option<BTreeMap<String, &RawValue>> =
                    serde_json::from_str(&json).ok().flatten();
                let found = fields(&json).map(|fields| {
                    let decoded =
                        |name: &str| serde_json::from_str(&format!("\"{name}\"")).unwrap();
                    fields.into_iter().map(|(name, value)| (decoded(name), value)).collect()
                });
                objects += usize::from(parsed.is_some());
                let parsed: Option<BTreeMap<String, &str>> = parsed.map(|fields| {
                    fields.into_iter().map(|(name, value)| (name, value.get())).collect()
                });
                assert_eq!(found, parsed, "{json}");
                assert_eq!(compact(&json), value.to_string(), "{json}");
            }
        }
        assert!(objects > 1000);
    }

    /// Whether all of the text is one value.
    fn is_json(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.value().is_some() && scanner.end().is_some()
    }

    #[track_caller]
    fn agrees_with_serde(text: &str) -> bool {
        let expected = serde_json::from_str::<&RawValue>(text).is_ok();
        assert_eq!(is_json(text), expected, "{text:?}");
        // Whatever it is, looking into it is no fault.
        let json = Json::new(text);
        let _ = json.fields(|_, value| drop((value.text(), value.one_line(), value.elements())));
        expected
    }

    #[test]
    fn what_is_json_is_what_a_full_parser_says() {
        let numbers = [
            "0",
            "-0",
            "1",
            "10",
            "-1.5",
            "0.0",
            "1e5",
            "1E+5",
            "1.25e-7",
            "123456789012345678901",
        ];
        let no_numbers =
            ["", "-", "+1", "01", "-01", "1.", ".5", "1.e5", "1e", "1e+", "0x1", "1_0", "NaN", "١"];
        let strings =
            [r#""""#, r#""a""#, r#""\u4e2d\"\\\/\b\f\n\r\t""#, r#""\ud83d""#, "\"中\u{7f}\""];
        let no_strings = [
            r#"""#,
            r#""a"#,
            r#""\""#,
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            "\"\n\"",
            "\"\u{1f}\"",
            "'a'",
        ];
        let others =
            ["null", "true", "false", "[]", "{}", "[1, 2]", " \t\r\n[ ] ", r#"{"a":1 , "a":2}"#];
        let no_others = [
            "nul",
            "nulls",
            "True",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{,}",
            r#"{"a"}"#,
            "{1:2}",
            "[1]]",
            "[}",
            "\u{c}1",
            "\u{feff}1",
            "1 1",
        ];
        for text in numbers.iter().chain(&strings).chain(&others) {
            assert!(agrees_with_serde(text), "{text:?}");
        }
        for text in no_numbers.iter().chain(&no_strings).chain(&no_others) {
            assert!(!agrees_with_serde(text), "{text:?}");
        }
    }

    #[test]
    fn strings_of_every_length_end_where_they_end() {
        for length in (0..20).chain(BLOCK - 9..BLOCK + 3).chain(2 * BLOCK - 9..2 * BLOCK + 3) {
            for (at, special) in (0..=length).flat_map(|at| {
                ["\"", "\\\"", "\u{1f}", "\\", "\u{7f}", "é", "\\u00e9"]
                    .map(|special| (at, special))
            }) {
                let text =
                    format!("[\"{}{special}{}\", \"\"]", "a".repeat(at), "b".repeat(length - at));
                agrees_with_serde(&text);
            }
        }
    }

    /// Objects with the same names, with fewer, with more, in another order, twice, and far too many.
    #[test]
    fn fields_of_like_objects_are_those_of_any() {
        let mut rng = fastrand::Rng::with_seed(5);
        let all: Vec<_> = (0..MOST_NAMES + 20).map(|number| format!("n{number}")).collect();
        let mut names = Names::default();
        for round in 0..2_000 {
            let number = if round % 10 == 0 { all.len() } else { 12 };
            let mut chosen: Vec<_> = all[..number].iter().filter(|_| rng.u8(..8) > 0).collect();
            if rng.u8(..4) == 0 {
                rng.shuffle(&mut chosen);
                chosen.extend_from_within(..chosen.len().min(2));
            }
            let colon = if rng.bool() { ":" } else { " : " };
            let value = |rng: &mut fastrand::Rng| random(rng, 2).to_string();
            let json: Vec<_> =
                chosen.iter().map(|name| format!("\"{name}\"{colon}{}", value(&mut rng))).collect();
            let json = format!("{{ {} }}", json.join(" , "));
            let mut found = Vec::new();
            let mut scanner = Scanner::new(&json);
            let number = |name: &str| name[1..].parse::<usize>().unwrap();
            let like = scanner.object_like(&mut names, number, |scanner, number| {
                found.push((format!("n{number}"), scanner.value()?.as_sent()));
                Some(())
            });
            assert!(like.is_some() && scanner.end().is_some(), "{json}");
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, *value)).collect();
            assert_eq!(Some(found), fields(&json), "{json}");
            assert!(names.0.len() <= MOST_NAMES);
        }
    }

    #[test]
    fn no_depth_is_too_deep() {
        for (open, inner, close) in
            [("[", "", "]"), ("{\"a\":", "1", "}"), ("[{\"a\":[", "", "]}]")]
        {
            for levels in [1, 127, 128, 129, 100_000] {
                let (open, close) = (open.repeat(levels), close.repeat(levels));
                assert!(agrees_with_serde(&format!("{open}{inner}{close}")), "{levels}");
                assert!(!agrees_with_serde(&format!("{open}{inner}{}", &close[1..])), "{levels}");
            }
        }
    }

    #[test]
    fn broken_json_is_found_out_as_a_full_parser_does() {
        let parts = [
            "", "\"", "\\", "{", "}", "[", "]", ",", ":", "é", "\n", " ", "0", "1", "-", ".", "e",
            "u", "a", "null", "\u{1}",
        ];
        let (mut rng, mut good, mut bad) = (fastrand::Rng::with_seed(11), 0, 0);
        for _ in 0..20_000 {
            let mut json = random(&mut rng, 3).to_string();
            for _ in 0..=rng.usize(..2) {
                let boundaries: Vec<_> =
                    json.char_indices().map(|(at, _)| at).chain([json.len()]).collect();
                let start = boundaries[rng.usize(..boundaries.len())];
                let later: Vec<_> = boundaries.iter().filter(|&&at| at >= start).take(3).collect();
                let end = *later[rng.usize(..later.len())];
                json.replace_range(start..end, parts[rng.usize(..parts.len())]);
            }
            *(if agrees_with_serde(&json) { &mut good } else { &mut bad }) += 1;
        }
        assert!(good > 1000 && bad > 1000, "{good} {bad}");
    }

    #[test]
    fn text_of_every_kind_of_value() {
        let cases = [
            (r#""autobk_b629""#, "autobk_b629"),
            (r#""""#, ""),
            (r#"" a ""#, " a "),
            (r#""a, b""#, "a, b"),
            (r#""a \"b\"\n\u4e2d""#, "a \"b\"\n中"),
            (r#""half \ud83d pair""#, r"half \ud83d pair"),
            ("40", "40"),
            ("-1.50e+400", "-1.50e+400"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("true", "true"),
            ("[ ]", "[]"),
            (r#"{ "a b" : [ 1, "c \" d" ] }"#, r#"{"a b":[1,"c \" d"]}"#),
        ];
        for (json, expected) in cases {
            let value = Json::new(json);
            assert_eq!(value.text(), expected, "{json}");
            let is_plain = !json.contains(['\\', ',', '{', '[']);
            assert_eq!(value.plain_text_without(b','), is_plain.then_some(expected), "{json}");
        }
    }

    #[test]
    fn one_line_touches_only_what_has_several() {
        let cases = [
            ("{ \"a\": 1 }", "{ \"a\": 1 }"),
            ("{\n  \"a\": 1\n}", "{\"a\":1}"),
            (
                "{\r\n\t\"a b\": \"c\\\\\",\r\"d\": \" \\\" \"}",
                "{\"a b\":\"c\\\\\",\"d\":\" \\\" \"}",
            ),
        ];
        for (json, expected) in cases {
            let line = Json::new(json).one_line();
            assert_eq!(line, expected);
            assert_eq!(matches!(line, Cow::Borrowed(_)), json == expected);
        }
    }

    #[test]
    fn elements_of_an_array() {
        let texts = |json| -> Vec<_> {
            Json::new(json).elements().into_iter().map(Json::as_sent).collect()
        };
        assert_eq!(texts(r#"[ {"a": 1}, 2 ]"#), [r#"{"a": 1}"#, "2"]);
        assert!(texts("[]").is_empty() && texts("7").is_empty() && texts("{}").is_empty());
    }
}
