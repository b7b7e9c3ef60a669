//! Writes a JSON object straight into the buffer of an answer.
//!
//! A page has a thousand records; a tree of values for each would cost more than all the rest.

use super::clock::{self, Form, Micros};
use super::uuid::{self, Uuid};

/// An object that is being written. It ends with [`Object::close`].
pub(super) struct Object<'a> {
    out: &'a mut Vec<u8>,
    nulls: Nulls,
}

/// What becomes of a key without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    Written,
    LeftOut,
}

/// What can be the value of a member.
pub(super) trait Json {
    fn write(&self, out: &mut Vec<u8>);
}

/// JSON already.
pub(super) struct Raw(pub(super) &'static str);

/// A time in one of its forms.
pub(super) struct Time(pub(super) Micros, pub(super) Form);

impl<'a> Object<'a> {
    pub(super) fn open(nulls: Nulls, out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, nulls }
    }

    pub(super) fn close(self) {
        self.out.push(b'}');
    }

    /// Begins a member; its value goes into the buffer that is returned.
    pub(super) fn member(&mut self, key: &'static str) -> &mut Vec<u8> {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(super) fn set(&mut self, key: &'static str, value: impl Json) {
        value.write(self.member(key));
    }

    /// A member that may have no value.
    pub(super) fn set_if(&mut self, key: &'static str, value: Option<impl Json>) {
        match (value, self.nulls) {
            (Some(value), _) => self.set(key, value),
            (None, Nulls::Written) => self.set(key, Raw("null")),
            (None, Nulls::LeftOut) => {}
        }
    }
}

impl Json for Raw {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

impl Json for bool {
    fn write(&self, out: &mut Vec<u8>) {
        Raw(if *self { "true" } else { "false" }).write(out);
    }
}

impl Json for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.to_string().as_bytes());
    }
}

impl Json for &str {
    fn write(&self, out: &mut Vec<u8>) {
        text(self, out);
    }
}

impl Json for Uuid {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        out.extend_from_slice(&self.digits());
        out.push(b'"');
    }
}

impl Json for Time {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        clock::write(self.0, self.1, out);
        out.push(b'"');
    }
}

/// Appends a string with its quotes.
fn text(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if value.bytes().any(must_be_escaped) {
        value.bytes().for_each(|byte| escaped(byte, out));
    } else {
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b'"');
}

fn must_be_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escaped(byte: u8, out: &mut Vec<u8>) {
    match byte {
        0..0x20 => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&uuid::HEX[usize::from(byte)]);
        }
        _ if must_be_escaped(byte) => out.extend_from_slice(&[b'\\', byte]),
        _ => out.push(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_back() {
        for value in ["", "plain", "a \"b\" \\ c", "\u{0}\n\t\u{1b}\u{7f}", "夜间 🚀 \u{202e}"]
        {
            let mut out = Vec::new();
            text(value, &mut out);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), value);
        }
    }
}
