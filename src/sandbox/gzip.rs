//! Compressed answers, for clients that accept them.

use std::io::Write;

use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};

/// Compresses as fast as it goes: the sandbox must not be what a benchmark measures.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail; if it ever did, the client would see a broken stream.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A gzip file in three pieces, the second of which occurs any number of times.
pub(super) struct Repeated {
    pub(super) head: Vec<u8>,
    pub(super) middle: Vec<u8>,
    pub(super) tail: Vec<u8>,
}

/// The header of a gzip file: no name, no time, no system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Compresses `head`, `times` times `middle`, and `tail`, but `middle` only once.
///
/// Possible since what follows a full flush begins on a byte and refers to nothing before it.
pub(super) fn repeat(head: &[u8], middle: &[u8], times: u64, tail: &[u8]) -> Repeated {
    let mut deflate = Compress::new(Compression::fast(), false);
    let mut compress = |bytes: &[u8], flush| {
        let mut compressed = Vec::with_capacity(bytes.len() + 64);
        // Nothing to report: with room for all of it, compressing in memory does not fail.
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

/// Whether a client accepts it, by its `Accept-Encoding`.
pub(super) fn is_accepted(accept_encoding: &str) -> bool {
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

    #[test]
    fn what_was_compressed_is_read_back() {
        let mut text = String::new();
        let compressed = compress("夜间备份".repeat(100).as_bytes());
        flate2::read::GzDecoder::new(compressed.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "夜间备份".repeat(100));
    }

    #[test]
    fn what_is_repeated_is_read_back_as_often() {
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
    fn acceptance() {
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
            assert_eq!(is_accepted(header), accepted, "{header}");
        }
    }
}
