//! The content encoding of a body: none, or gzip with any number of members (RFC 1952).
//!
//! The HTTP client reads the first member only and drops the others without an error.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::ApiError;
use super::utf8_body::Utf8Body;

/// The value of `Accept-Encoding`.
pub(super) const ACCEPTED: &str = "gzip";

/// Decodes a body chunk by chunk.
pub(super) enum BodyDecoder {
    /// Not compressed.
    Plain(Bounded),
    /// Compressed.
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// A body with a size limit in bytes.
pub(super) struct Bounded {
    body: Utf8Body,
    limit: usize,
    is_exceeded: bool,
}

impl BodyDecoder {
    /// Creates a decoder into `body`, of up to `limit` bytes, for the encoding in `headers`.
    pub(super) fn new(headers: &HeaderMap, body: Utf8Body, limit: usize) -> Self {
        let bounded = Bounded { body, limit, is_exceeded: false };
        let encoding = headers.get(CONTENT_ENCODING).map_or(&b""[..], |value| value.as_bytes());
        if [&b"gzip"[..], b"x-gzip"].iter().any(|gzip| encoding.eq_ignore_ascii_case(gzip)) {
            Self::Gzip(Box::new(MultiGzDecoder::new(bounded)))
        } else {
            Self::Plain(bounded)
        }
    }

    /// Decodes the next bytes.
    ///
    /// # Errors
    ///
    /// The bytes are not gzip, or the body exceeds the limit.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        let written = match self {
            Self::Plain(bounded) => bounded.write_all(bytes),
            Self::Gzip(gzip) => gzip.write_all(bytes),
        };
        written.map_err(|error| self.fault(&error))
    }

    /// Returns the whole body.
    ///
    /// # Errors
    ///
    /// The last member is cut short or damaged, or the body exceeds the limit.
    pub(super) fn finish(mut self) -> Result<Utf8Body, ApiError> {
        if let Self::Gzip(gzip) = &mut self {
            let finished = gzip.try_finish();
            finished.map_err(|error| self.fault(&error))?;
        }
        Ok(std::mem::take(&mut self.bounded().body))
    }

    fn bounded(&mut self) -> &mut Bounded {
        match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(gzip) => gzip.get_mut(),
        }
    }

    fn fault(&mut self, error: &io::Error) -> ApiError {
        let Bounded { limit, is_exceeded, .. } = *self.bounded();
        if is_exceeded {
            return ApiError::TooLarge { limit };
        }
        // Another attempt may return the whole body.
        ApiError::unreadable(format!("damaged gzip: {error}"), "", None, true)
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.body.len() + bytes.len() > self.limit {
            self.is_exceeded = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.body.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const LIMIT: usize = 1000;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// Decodes chunks of `size` bytes.
    fn decoded(encoding: Option<&'static str>, body: &[u8], size: usize) -> Result<String, String> {
        let headers = encoding.map(|encoding| (CONTENT_ENCODING, encoding.parse().unwrap()));
        let headers = headers.into_iter().collect();
        let mut decoder = BodyDecoder::new(&headers, Utf8Body::default(), LIMIT);
        let pushed = body.chunks(size).try_for_each(|chunk| decoder.push(chunk));
        let body = pushed.and_then(|()| decoder.finish()).map_err(|error| error.to_string())?;
        Ok(body.into_text().unwrap())
    }

    #[test]
    fn all_members_are_read_in_chunks_of_any_size() {
        let text = r#"{"backups":[{"id":"é"}],"count":1}"#;
        let bodies = [
            gzip(text),
            [gzip(&text[..10]), gzip(&text[10..])].concat(),
            [gzip(""), gzip(&text[..1]), gzip(""), gzip(&text[1..]), gzip("")].concat(),
        ];
        for body in &bodies {
            for size in 1..=body.len() {
                for encoding in ["gzip", "x-gzip", "GZIP"] {
                    assert_eq!(decoded(Some(encoding), body, size).as_deref(), Ok(text));
                }
            }
        }
        for encoding in [None, Some("identity"), Some("br")] {
            assert_eq!(decoded(encoding, text.as_bytes(), 7).as_deref(), Ok(text));
        }
    }

    #[test]
    fn damaged_members_are_errors() {
        let whole = [gzip("first"), gzip("second")].concat();
        let ends = [gzip("first").len(), whole.len()];
        let mut bodies: Vec<Vec<u8>> = (0..whole.len())
            .filter(|end| !ends.contains(end))
            .map(|end| whole[..end].to_vec())
            .collect();
        bodies.push([&whole[..], b"\0"].concat());
        bodies.push([&whole[..], b"garbage that is no member"].concat());
        bodies.push(b"no gzip at all, and longer than a header".to_vec());
        for at in [0, 1, 2, 12, ends[0] - 8, ends[0] - 1, ends[0], ends[1] - 1] {
            let mut body = whole.clone();
            body[at] ^= 0x55;
            bodies.push(body);
        }
        for body in bodies {
            for size in [1, 3, body.len().max(1)] {
                let error = decoded(Some("gzip"), &body, size).unwrap_err();
                assert!(error.starts_with("unreadable answer: damaged gzip: "), "{error} {body:?}");
            }
        }
    }

    #[test]
    fn no_body_exceeds_the_limit() {
        let (most, more) = ("x".repeat(LIMIT), "x".repeat(LIMIT + 1));
        for size in [1, 100, 10_000] {
            assert_eq!(decoded(None, most.as_bytes(), size).as_deref(), Ok(&*most));
            assert_eq!(decoded(Some("gzip"), &gzip(&most), size).as_deref(), Ok(&*most));
            for (encoding, body) in [
                (None, more.clone().into_bytes()),
                (Some("gzip"), gzip(&more)),
                (Some("gzip"), [gzip(&most), gzip("x")].concat()),
            ] {
                let error = decoded(encoding, &body, size).unwrap_err();
                assert!(error.starts_with("unreadable answer: more than"), "{error}");
            }
        }
    }
}
