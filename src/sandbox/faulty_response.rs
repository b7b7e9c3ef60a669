//! Responses that replace a listing, and corruption of its body.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, HeaderValue, LOCATION, RETRY_AFTER};

use super::record::record;
use super::response::{Payload, Reply, RequestId};
use super::rows::Rows;
use super::throttle::Rate;

/// A response other than the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReplaceResponse {
    /// An error of the service, or of the gateway in front of it.
    Error {
        status: StatusCode,
        retry_after: Option<u64>,
    },
    /// An authentication that failed behind the gateway, reported as status 500.
    FailedAuthentication,
    Reset,
    Hang,
    Redirect(HeaderValue),
    Html,
    Nested,
    Huge(u64),
    GzipBomb(u64),
}

/// Outcome of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    Reply(Reply),
    /// The connection is closed.
    Reset,
    /// No response is sent.
    Hang,
}

/// Depth of the JSON of [`ReplaceResponse::Nested`].
const DEPTH: usize = 100_000;

/// Number of different rows in [`ReplaceResponse::Huge`].
const HUGE_ROWS: usize = 64;

/// Page of a captive portal.
const PAGE: &[u8] =
    b"<!DOCTYPE html>\n<html>\n<head><title>Sign in to the network</title></head>\n\
    <body><h1>Sign in</h1><p>Accept the terms of use to go on.</p></body>\n</html>\n";

impl ReplaceResponse {
    pub(super) fn outcome(&self, rows: &Rows, id: RequestId) -> Outcome {
        Outcome::Reply(match self {
            Self::Reset => return Outcome::Reset,
            Self::Hang => return Outcome::Hang,
            Self::Error { status, retry_after: None } => error(*status, id),
            Self::Error { status, retry_after: Some(seconds) } => {
                error(*status, id).with_header(RETRY_AFTER, HeaderValue::from(*seconds))
            }
            Self::FailedAuthentication => Reply::service_error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "9998",
                "Authentication failed.",
            ),
            Self::Redirect(url) => Reply::new(StatusCode::FOUND, "text/plain", Vec::new())
                .with_header(LOCATION, url.clone()),
            Self::Html => Reply::new(StatusCode::OK, "text/html; charset=utf-8", PAGE.to_vec()),
            Self::Nested => Reply::json(nested()),
            Self::Huge(size) => Reply::json(Payload::Huge { rows: newest(rows), size: *size }),
            Self::GzipBomb(size) => Reply::json(Payload::GzipBomb(*size))
                .with_header(CONTENT_ENCODING, HeaderValue::from_static("gzip")),
        })
    }
}

/// Returns the gateway's response to a request above the rate limit.
pub(super) fn throttled(rate: Rate, id: RequestId) -> Reply {
    let message =
        format!("The throttling threshold has been reached: policy user over ratelimit,{rate}");
    Reply::gateway_error(StatusCode::TOO_MANY_REQUESTS, "0308", &message, id)
}

/// Returns the most common error body of that status.
fn error(status: StatusCode, id: RequestId) -> Reply {
    let gateway = |code, message| Reply::gateway_error(status, code, message, id);
    match status.as_u16() {
        401 => gateway("0301", "Incorrect IAM authentication information: decrypt token fail"),
        403 => gateway("0302", "The IAM user is not authorized to access the API"),
        404 => {
            gateway("0101", "The API does not exist or has not been published in the environment")
        }
        429 => throttled(Rate::DEFAULT, id),
        502 => gateway("0201", "Backend unavailable"),
        503 => gateway("0613", "An error occurred while connecting to IAM"),
        504 => gateway("0201", "Backend timeout"),
        400..500 => Reply::service_error(status, "9900", "Parameter check failed."),
        _ => Reply::service_error(status, "9910", "Unknown error."),
    }
}

/// Returns the newest rows, each preceded by a comma.
fn newest(rows: &Rows) -> Vec<u8> {
    let mut newest = Vec::new();
    for row in rows.iter().take(HUGE_ROWS) {
        newest.push(b',');
        record(row, false, &mut newest);
    }
    newest
}

fn nested() -> Vec<u8> {
    let mut body = b"{\"backups\":".to_vec();
    body.resize(body.len() + DEPTH, b'[');
    body.resize(body.len() + DEPTH, b']');
    body.extend_from_slice(b",\"count\":1}");
    body
}

/// One way to corrupt an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CorruptBody {
    InvalidJson,
    InvalidUtf8,
    BrokenGzip,
    Truncate,
    Drip(Duration),
}

impl CorruptBody {
    /// Corrupts the text before compression.
    pub(super) fn text(self, answer: &mut Reply) {
        let Payload::Whole(body) = &mut answer.payload else { return };
        match self {
            Self::InvalidJson => body.truncate(body.len() / 2),
            Self::InvalidUtf8 => {
                // In the first value that is a string.
                let quotes = body.windows(3).position(|three| three == b"\":\"");
                let at = quotes.map_or(0, |quotes| quotes + 3);
                body.splice(at..at, [0xff]);
            }
            Self::BrokenGzip | Self::Truncate | Self::Drip(_) => {}
        }
    }

    /// Corrupts the bytes that are sent.
    pub(super) fn bytes(self, answer: &mut Reply) {
        if self == Self::BrokenGzip {
            answer.compress();
        }
        let Payload::Whole(body) = &mut answer.payload else { return };
        match self {
            Self::BrokenGzip => {
                let middle = body.len() / 2;
                for byte in &mut body[middle..] {
                    *byte = !*byte;
                }
            }
            Self::Truncate => answer.payload = Payload::Truncated(std::mem::take(body)),
            Self::Drip(pause) => answer.payload = Payload::Dripping(std::mem::take(body), pause),
            Self::InvalidJson | Self::InvalidUtf8 => {}
        }
    }
}
