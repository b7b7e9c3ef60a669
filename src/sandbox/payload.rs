//! The bytes of an answer, and how they reach the client: at once, or in ways that go wrong.

use std::time::Duration;

use http_body_util::channel::{Channel, Sender};
use http_body_util::{Either, Full};
use hyper::body::Bytes;
use tokio::time::sleep;

use super::gzip::{self, Repeated};

/// The body of a response.
pub(super) type Body = Either<Full<Bytes>, Channel<Bytes, Cut>>;

/// Ends a connection in the middle of a body.
#[derive(Debug, thiserror::Error)]
#[error("cut off on purpose")]
pub(super) struct Cut;

/// What is sent.
#[derive(Debug)]
pub(super) enum Payload {
    Whole(Vec<u8>),
    /// The first half only, although the whole length was announced.
    Truncated(Vec<u8>),
    /// Byte by byte, with a pause after each.
    Dripping(Vec<u8>, Duration),
    /// A listing of that many bytes: always the same rows.
    Huge {
        rows: Vec<u8>,
        size: u64,
    },
    /// A listing of that many spaces, compressed.
    GzipBomb(u64),
}

impl From<Vec<u8>> for Payload {
    fn from(body: Vec<u8>) -> Self {
        Self::Whole(body)
    }
}

/// Sends pieces of a body one by one.
type Pieces = Sender<Bytes, Cut>;

/// How long the first half of a truncated body is given to arrive.
const GRACE: Duration = Duration::from_millis(20);

const HEAD: &[u8] = b"{\"backups\":[";
const TAIL: &[u8] = b"],\"count\":1663}";

impl Payload {
    /// What the length of the body is said to be; none for bodies that do not say.
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

/// Each of these ends, as `None`, when the client has gone.
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

/// Repeats `rows`, which stand behind commas, and fills up with spaces.
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

/// Spaces between the head and the tail, compressed once and sent often.
async fn bomb(size: u64, mut pieces: Pieces) -> Option<()> {
    const MEGABYTE: u64 = 1_000_000;
    let times = size.div_ceil(MEGABYTE);
    let Repeated { head, middle, tail } =
        gzip::repeat(HEAD, &vec![b' '; MEGABYTE as usize], times, TAIL);
    let middle = Bytes::from(middle);
    send(head, &mut pieces).await?;
    for _ in 0..times {
        send(middle.clone(), &mut pieces).await?;
    }
    send(tail, &mut pieces).await
}
