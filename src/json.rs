//! JSON text of the service, read in place.
//!
//! A page is checked to be JSON once, when it is received. From then on its values are looked at
//! where they stand: fields are found without decoding what is around them, in half the time of a
//! second full parse, and a value is decoded only when something prints it. Text that is not JSON
//! after all gives an error or a wrong value, never a fault.
//!
//! Knows nothing of backups.

use std::borrow::Cow;
use std::ops::ControlFlow;

use memchr::memchr2;
use serde_json::value::RawValue;

/// The text of one JSON value, as it was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// `text` is one JSON value, with or without whitespace around it.
    pub(crate) fn new(text: &'a str) -> Self {
        Self(text.trim_ascii())
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
        self.fields_until(|name, value| {
            visit(name, value);
            ControlFlow::Continue(())
        })
    }

    /// Visits fields as [`fields`](Self::fields) does, until one of them is the last that is wanted. What
    /// follows it is not looked at.
    pub(crate) fn fields_until(
        self,
        mut visit: impl FnMut(&'a str, Json<'a>) -> ControlFlow<()>,
    ) -> Option<()> {
        let bytes = self.0.as_bytes();
        let mut at = after_space(bytes, 1);
        match (bytes.first()?, bytes.get(at)?) {
            (b'{', b'}') => return Some(()),
            (b'{', b'"') => {}
            _ => return None,
        }
        loop {
            let name_end = string_end(bytes, at)?;
            let colon = after_space(bytes, name_end);
            let start = after_space(bytes, colon + 1);
            let end = value_end(bytes, start)?;
            let name = self.0.get(at + 1..name_end - 1)?;
            if visit(name, Json(self.0.get(start..end)?)).is_break() {
                return Some(());
            }
            let separator = after_space(bytes, end);
            at = after_space(bytes, separator + 1);
            match (bytes[colon], bytes.get(separator)?, bytes.get(at)) {
                (b':', b',', Some(b'"')) => {}
                (b':', b'}', None) => return Some(()),
                _ => return None,
            }
        }
    }

    /// The elements of an array; none if this is no array.
    pub(crate) fn elements(self) -> Vec<Json<'a>> {
        let elements: Vec<&'a RawValue> = serde_json::from_str(self.0).unwrap_or_default();
        elements.into_iter().map(|element| Json(element.get())).collect()
    }

    /// The value as text: a string without its quotes and escapes, a number or boolean as it was
    /// sent (so a number of any size survives), an object or array as compact JSON.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.0.as_bytes() {
            [b'"', inner @ .., b'"'] => self.unescaped(inner.contains(&b'\\')),
            [b'{' | b'[', ..] => compact(self.0),
            _ => Cow::Borrowed(self.0),
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

/// The end of the value that starts at `start`.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start)? {
        b'"' => string_end(bytes, start),
        b'{' | b'[' => nested_end(bytes, start),
        _ => {
            let ends = |byte: &u8| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace();
            let length = bytes[start..].iter().position(ends)?;
            (length > 0).then_some(start + length)
        }
    }
}

/// The end of the string whose opening quote is at `start`.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The end of the object or array whose opening bracket is at `start`.
fn nested_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

/// The first position from `at` on that is not whitespace.
fn after_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
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

    #[test]
    fn text_that_is_no_json_is_no_fault() {
        let json = "{ \"é\" : [ 1, {\"]\": \"}\"} ] ,\n\"b\" : \"x \\\" \\u4e2d 中\", \"c\": -1 }";
        for (position, char) in json.char_indices() {
            for broken in ["", "\"", "\\", "{", "}", "[", "]", ",", "é"] {
                let rest = &json[position + char.len_utf8()..];
                for text in [format!("{}{broken}", &json[..position]), format!("{broken}{rest}")] {
                    let json = Json::new(&text);
                    let _ = json.fields(|_, value| drop((value.text(), value.one_line())));
                }
            }
        }
    }

    #[test]
    fn text_of_every_kind_of_value() {
        let cases = [
            (r#""autobk_b629""#, "autobk_b629"),
            (r#""""#, ""),
            (r#"" a ""#, " a "),
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
            assert_eq!(Json::new(json).text(), expected, "{json}");
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
