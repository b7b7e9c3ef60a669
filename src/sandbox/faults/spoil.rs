//! What happens to a listing on its way.

use std::time::Duration;

use crate::sandbox::answer::Answer;
use crate::sandbox::payload::Payload;

/// One way to spoil an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Spoil {
    InvalidJson,
    InvalidUtf8,
    BrokenGzip,
    Truncate,
    Drip(Duration),
}

impl Spoil {
    /// Spoils the text, before it is compressed.
    pub(in crate::sandbox) fn text(self, answer: &mut Answer) {
        let Payload::Whole(body) = &mut answer.payload else { return };
        match self {
            Self::InvalidJson => body.truncate(body.len() / 2),
            Self::InvalidUtf8 => {
                // Inside the first string of the first record, if there is one.
                let at = body.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
                let inside = body[at..].iter().position(|byte| *byte == b':');
                let at = inside.map_or(at, |colon| at + colon + 2);
                body.splice(at.min(body.len())..at.min(body.len()), [0xff]);
            }
            Self::BrokenGzip | Self::Truncate | Self::Drip(_) => {}
        }
    }

    /// Spoils the bytes that go out.
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
