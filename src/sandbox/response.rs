//! Responses: status, headers and body, the error bodies of service and gateway, and compression.

use std::fmt::{self, Display};
use std::io::Write;
use std::time::Duration;

use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use http_body_util::channel::{Channel, Sender};
use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SERVER,
};
use hyper::{Response, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

/// A response before it is sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    /// Headers besides those of every response.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) payload: Payload,
}

/// Id of a request: its number, so that runs can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId(pub(super) u64);

impl Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const JSON: &str = "application/json;charset=UTF-8";

impl Reply {
    /// Creates a 200 with a JSON document.
    pub(super) fn json(body: impl Into<Payload>) -> Self {
        Self::new(StatusCode::OK, JSON, body)
    }

    pub(super) fn new(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Payload>,
    ) -> Self {
        Self { status, content_type, headers: Vec::new(), payload: body.into() }
    }

    /// Creates an error of CBR itself, such as `9900`. Its body has no request id.
    pub(super) fn service_error(status: StatusCode, code: &str, message: &str) -> Self {
        let message = Value::from(message);
        let body = format!(r#"{{"error_code":"BackupService.{code}","error_msg":{message}}}"#);
        Self::new(status, JSON, body.into_bytes())
    }

    /// Creates an error of the gateway, such as `0301`.
    pub(super) fn gateway_error(
        status: StatusCode,
        code: &str,
        message: &str,
        request: RequestId,
    ) -> Self {
        let message = Value::from(message);
        let body = format!(
            r#"{{"error_msg":{message},"error_code":"APIGW.{code}","request_id":"{request}"}}"#
        );
        Self::new(status, JSON, body.into_bytes())
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Compresses the body, unless it is compressed or streamed.
    pub(super) fn compress(&mut self) {
        let compressed = self.headers.iter().any(|(name, _)| *name == CONTENT_ENCODING);
        if let Payload::Whole(body) = &mut self.payload
            && !compressed
        {
            *body = compress(body);
            self.headers.push((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        }
    }

    /// Converts it for hyper and adds the headers of every response.
    pub(super) fn into_response(self, request: RequestId) -> Response<Body> {
        let Self { status, content_type, headers, payload } = self;
        let length = payload.announced_length();
        let mut response = Response::new(payload.into_body());
        *response.status_mut() = status;
        let all = response.headers_mut();
        all.insert(SERVER, HeaderValue::from_static("api-gateway"));
        all.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(length) = length {
            all.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        if let Ok(request) = HeaderValue::try_from(request.to_string()) {
            all.insert(REQUEST_ID, request);
        }
        all.extend(headers);
        response
    }
}

/// Body of a response.
pub(super) type Body = Either<Full<Bytes>, Channel<Bytes, Cut>>;

/// Closes a connection in the middle of a body.
#[derive(Debug, thiserror::Error)]
#[error("cut off on purpose")]
pub(super) struct Cut;

/// Bytes of a body, and how they are sent.
#[derive(Debug)]
pub(super) enum Payload {
    Whole(Vec<u8>),
    /// Only the first half, with the whole length announced.
    Truncated(Vec<u8>),
    /// Byte by byte, with a pause after each.
    Dripping(Vec<u8>, Duration),
    /// A listing of `size` bytes that repeats its rows.
    Huge {
        rows: Vec<u8>,
        size: u64,
    },
    /// A compressed listing with this many spaces.
    GzipBomb(u64),
}

impl From<Vec<u8>> for Payload {
    fn from(body: Vec<u8>) -> Self {
        Self::Whole(body)
    }
}

/// Sender of the pieces of a body.
type Pieces = Sender<Bytes, Cut>;

/// Time for the first half of a truncated body to arrive.
const GRACE: Duration = Duration::from_millis(20);

const HEAD: &[u8] = b"{\"backups\":[";
const TAIL: &[u8] = b"],\"count\":1663}";

impl Payload {
    /// Returns the announced length; `None` if none is announced.
    pub(super) fn announced_length(&self) -> Option<usize> {
        match self {
            Self::Whole(bytes) | Self::Truncated(bytes) | Self::Dripping(bytes, _) => {
                Some(bytes.len())
            }
            Self::Huge { .. } | Self::GzipBomb(_) => None,
        }
    }

    pub(super) fn into_body(self) -> Body {
        let (pieces, body) = Channel::new(4);
        match self {
            Self::Whole(bytes) => return Either::Left(Full::from(bytes)),
            Self::Truncated(bytes) => drop(tokio::spawn(truncate(bytes, pieces))),
            Self::Dripping(bytes, pause) => drop(tokio::spawn(drip(bytes, pause, pieces))),
            Self::Huge { rows, size } => drop(tokio::spawn(huge(rows, size, pieces))),
            Self::GzipBomb(size) => drop(tokio::spawn(bomb(size, pieces))),
        }
        Either::Right(body)
    }
}

/// Sends one piece; `None` if the client has gone.
async fn send(piece: impl Into<Bytes>, pieces: &mut Pieces) -> Option<()> {
    pieces.send_data(piece.into()).await.ok()
}

async fn truncate(mut bytes: Vec<u8>, mut pieces: Pieces) -> Option<()> {
    bytes.truncate(bytes.len() / 2);
    send(bytes, &mut pieces).await?;
    sleep(GRACE).await;
    pieces.abort(Cut);
    Some(())
}

async fn drip(bytes: Vec<u8>, pause: Duration, mut pieces: Pieces) -> Option<()> {
    let bytes = Bytes::from(bytes);
    for at in 0..bytes.len() {
        send(bytes.slice(at..=at), &mut pieces).await?;
        sleep(pause).await;
    }
    Some(())
}

/// Repeats `rows`, each preceded by a comma, and pads with spaces.
async fn huge(rows: Vec<u8>, size: u64, mut pieces: Pieces) -> Option<()> {
    let rows = Bytes::from(rows);
    send(HEAD, &mut pieces).await?;
    let mut left = size.saturating_sub((HEAD.len() + TAIL.len()) as u64);
    let mut piece = rows.slice(1..);
    while left >= piece.len() as u64 {
        left -= piece.len() as u64;
        send(piece, &mut pieces).await?;
        piece = rows.clone();
    }
    send(vec![b' '; left as usize], &mut pieces).await?;
    send(TAIL, &mut pieces).await
}

/// Sends a megabyte of spaces, compressed once, many times.
async fn bomb(size: u64, mut pieces: Pieces) -> Option<()> {
    const MEGABYTE: u64 = 1_000_000;
    let times = size.div_ceil(MEGABYTE);
    let Repeated { head, middle, tail } = repeat(HEAD, &vec![b' '; MEGABYTE as usize], times, TAIL);
    let middle = Bytes::from(middle);
    send(head, &mut pieces).await?;
    for _ in 0..times {
        send(middle.clone(), &mut pieces).await?;
    }
    send(tail, &mut pieces).await
}

/// Compresses at the fastest level, since benchmarks must not measure the sandbox.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail; if it did, the client would see a broken stream.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A gzip file in three pieces, of which `middle` is repeated.
pub(super) struct Repeated {
    pub(super) head: Vec<u8>,
    pub(super) middle: Vec<u8>,
    pub(super) tail: Vec<u8>,
}

/// Header of a gzip file without name, time and system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Compresses `head`, `middle` repeated `times` times, and `tail`, with `middle` only once.
///
/// After a full flush, deflate starts at a byte boundary and refers to nothing before it.
pub(super) fn repeat(head: &[u8], middle: &[u8], times: u64, tail: &[u8]) -> Repeated {
    let mut deflate = Compress::new(Compression::fast(), false);
    let mut compress = |bytes: &[u8], flush| {
        let mut compressed = Vec::with_capacity(bytes.len() + 64);
        // With room for all of it, compressing in memory does not fail.
        let _ = deflate.compress_vec(bytes, &mut compressed, flush);
        compressed
    };
    let mut pieces = Repeated {
        head: [&HEADER[..], &compress(head, FlushCompress::Full)].concat(),
        middle: compress(middle, FlushCompress::Full),
        tail: compress(tail, FlushCompress::Finish),
    };
    let mut sum = checksum(head);
    let middle = checksum(middle);
    (0..times).for_each(|_| sum.combine(&middle));
    sum.combine(&checksum(tail));
    pieces.tail.extend_from_slice(&sum.sum().to_le_bytes());
    pieces.tail.extend_from_slice(&sum.amount().to_le_bytes());
    pieces
}

fn checksum(bytes: &[u8]) -> Crc {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum
}

/// Returns true if an `Accept-Encoding` value allows gzip.
pub(super) fn accepts_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        matches!(name.trim(), "gzip" | "*") && !refused
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn body(answer: Reply) -> String {
        match answer.payload {
            Payload::Whole(body) => String::from_utf8(body).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn error_bodies_match_the_samples() {
        let message = "Invalid vault_id provided.";
        assert_eq!(
            body(Reply::service_error(StatusCode::BAD_REQUEST, "9900", message)),
            r#"{"error_code":"BackupService.9900","error_msg":"Invalid vault_id provided."}"#
        );
        let message = "Incorrect IAM authentication information: decrypt token fail";
        assert_eq!(
            body(Reply::gateway_error(StatusCode::UNAUTHORIZED, "0301", message, RequestId(1))),
            "{\"error_msg\":\"Incorrect IAM authentication information: decrypt token fail\",\
              \"error_code\":\"APIGW.0301\",\"request_id\":\"00000000000000000000000000000001\"}"
        );
    }

    #[test]
    fn compressed_bytes_decompress_to_the_original() {
        let mut text = String::new();
        let compressed = compress("夜间备份".repeat(100).as_bytes());
        flate2::read::GzDecoder::new(compressed.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "夜间备份".repeat(100));
    }

    #[test]
    fn a_repeated_piece_decompresses_that_many_times() {
        for times in [0, 1, 7] {
            let pieces = repeat(b"head", b"middle middle middle ", times, b"tail");
            let middle = pieces.middle.repeat(usize::try_from(times).unwrap());
            let file = [pieces.head, middle, pieces.tail].concat();
            let mut text = String::new();
            flate2::read::GzDecoder::new(file.as_slice()).read_to_string(&mut text).unwrap();
            assert_eq!(text, format!("head{}tail", "middle ".repeat(3 * times as usize)));
        }
    }

    #[test]
    fn gzip_is_accepted_by_the_header() {
        for (header, accepted) in [
            ("gzip", true),
            ("gzip, deflate", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("*", true),
            ("", false),
            ("identity", false),
            ("gzip;q=0", false),
            ("x-gzip-like", false),
        ] {
            assert_eq!(accepts_gzip(header), accepted, "{header}");
        }
    }
}
