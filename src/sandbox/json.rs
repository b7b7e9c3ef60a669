//! Writes JSON objects into the buffer of a response.
//!
//! A page has a thousand records, so no tree of values is built.

use serde::{Serialize, Serializer};

use super::clock::{self, Form, Micros};
use super::uuid::Uuid;

/// An unfinished object; [`Object::close`] finishes it.
pub(super) struct Object<'a> {
    out: &'a mut Vec<u8>,
    nulls: Nulls,
}

/// How a key without a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    Written,
    LeftOut,
}

/// A time in one of its formats.
pub(super) struct Time(pub(super) Micros, pub(super) Form);

impl<'a> Object<'a> {
    pub(super) fn open(nulls: Nulls, out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, nulls }
    }

    pub(super) fn close(self) {
        self.out.push(b'}');
    }

    /// Begins a member and returns the buffer for its value.
    pub(super) fn member(&mut self, key: &'static str) -> &mut Vec<u8> {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(super) fn set(&mut self, key: &'static str, value: impl Serialize) {
        // Writing strings, numbers and booleans to memory does not fail.
        let _ = serde_json::to_writer(self.member(key), &value);
    }

    /// Writes a value that is JSON already.
    pub(super) fn set_raw(&mut self, key: &'static str, json: &str) {
        self.member(key).extend_from_slice(json.as_bytes());
    }

    /// Writes an optional member.
    pub(super) fn set_if(&mut self, key: &'static str, value: Option<impl Serialize>) {
        if value.is_some() || self.nulls == Nulls::Written {
            self.set(key, value);
        }
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.digits()))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Vec::with_capacity(32);
        clock::write(self.0, self.1, &mut text);
        serializer.serialize_str(&String::from_utf8_lossy(&text))
    }
}
