//! Corruption of a listing in transit.

use std::time::Duration;

use crate::sandbox::answer::Answer;
use crate::sandbox::payload::Payload;

/// One way to corrupt an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum CorruptBody {
    InvalidJson,
    InvalidUtf8,
    BrokenGzip,
    Truncate,
    Drip(Duration),
}

impl CorruptBody {
    /// Corrupts the text before compression.
    pub(in crate::sandbox) fn text(self, answer: &mut Answer) {
        let Payload::Whole(body) = &mut answer.payload else { return };
        match self {
            Self::InvalidJson => body.truncate(body.len() / 2),
            Self::InvalidUtf8 => {
                // Inside the first string that is a value.
                let quotes = body.windows(3).position(|three| three == b"\":\"");
                let at = quotes.map_or(0, |quotes| quotes + 3);
                body.splice(at..at, [0xff]);
            }
            Self::BrokenGzip | Self::Truncate | Self::Drip(_) => {}
        }
    }

    /// Corrupts the bytes that are sent.
    pub(in crate::sandbox) fn bytes(self, answer: &mut Answer) {
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
