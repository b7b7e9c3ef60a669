//! Body of an answer, validated as UTF-8 chunk by chunk while the bytes are in the cache.

use std::mem;
use std::string::FromUtf8Error;

/// Bytes validated at once: a quarter of a usual L1 cache.
const PIECE: usize = 16 << 10;

/// The bytes received so far.
#[derive(Debug, Default)]
pub(crate) struct Utf8Body {
    text: String,
    /// Bytes after the text: an incomplete character, or everything from the first invalid byte on.
    rest: Vec<u8>,
    is_broken: bool,
}

impl Utf8Body {
    /// Creates an empty body that uses `memory`.
    pub(crate) fn within(mut memory: Vec<u8>) -> Self {
        memory.clear();
        Self { text: String::from_utf8(memory).unwrap_or_default(), ..Self::default() }
    }

    /// Returns the length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.text.len() + self.rest.len()
    }

    /// Appends the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.rest.is_empty() {
            return self.read(bytes);
        }
        self.rest.extend_from_slice(bytes);
        if !self.is_broken {
            let bytes = mem::take(&mut self.rest);
            self.read(&bytes);
        }
    }

    fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, behind) = bytes.split_at(bytes.len().min(PIECE));
            let error = match str::from_utf8(piece) {
                Ok(text) => {
                    self.text.push_str(text);
                    bytes = behind;
                    continue;
                }
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            self.text.push_str(str::from_utf8(valid).unwrap_or_default());
            self.is_broken = error.error_len().is_some();
            // A character that a piece cuts begins the next piece.
            if self.is_broken || behind.is_empty() {
                rest.clone_into(&mut self.rest);
                return;
            }
            bytes = rest;
        }
    }

    /// Returns the text.
    ///
    /// # Errors
    ///
    /// It is not UTF-8.
    pub(crate) fn into_text(self) -> Result<String, FromUtf8Error> {
        if self.rest.is_empty() { Ok(self.text) } else { String::from_utf8(self.into_bytes()) }
    }

    /// Returns all bytes, valid or not.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.text.into_bytes();
        bytes.extend(self.rest);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uses bytes of all kinds, in chunks of all lengths, also around the length of a piece.
    #[test]
    fn chunked_validation_equals_validation_at_once() {
        let parts: [&[u8]; 10] = [
            b"a",
            b"\0",
            "é".as_bytes(),
            "中".as_bytes(),
            "🚀".as_bytes(),
            b"plain text",
            b"\xff",
            b"\xe4\xb8",
            b"\xf0\x9f\x9a",
            b"\xed\xa0\x80",
        ];
        let mut rng = fastrand::Rng::with_seed(9);
        let (mut good, mut bad) = (0, 0);
        for round in 0..600 {
            let kinds = if round % 2 == 0 { 6 } else { parts.len() };
            let mut bytes = vec![b'x'; [0, PIECE - 4, 2 * PIECE - 4][rng.usize(..3)]];
            (0..rng.usize(..12)).for_each(|_| bytes.extend(parts[rng.usize(..kinds)]));
            let mut body = Utf8Body::within(vec![1, 2, 3]);
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let most = if rng.bool() { 6 } else { rest.len() };
                let (chunk, behind) = rest.split_at(rng.usize(1..=most.min(rest.len())));
                body.push(chunk);
                rest = behind;
            }
            assert_eq!(body.len(), bytes.len());
            let (expected, actual) = (String::from_utf8(bytes), body.into_text());
            *(if expected.is_ok() { &mut good } else { &mut bad }) += 1;
            assert_eq!(actual, expected);
        }
        assert!(good > 100 && bad > 100, "{good} {bad}");
    }
}
