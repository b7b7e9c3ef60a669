//! Where strings end: many bytes of text looked at together.

use wide::u8x16;

/// Bytes of text that are looked at together: as many as a word has bits.
pub(super) const BLOCK: usize = 64;

/// Where in a block of text a string may end, or not go on as it did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Where in the text it begins: a multiple of its length.
    pub(super) start: usize,
    /// A bit for each byte, the first one lowest: whether it is a quote, a backslash or a control character.
    pub(super) special: u64,
}

impl Block {
    /// The block that begins at `start`. Behind the end of the text every byte is special.
    #[inline]
    pub(super) fn at(text: &[u8], start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let special = match rest.first_chunk() {
            Some(bytes) => special(bytes),
            None => {
                let mut bytes = [0; BLOCK];
                bytes[..rest.len()].copy_from_slice(rest);
                special(&bytes)
            }
        };
        Self { start, special }
    }
}

#[inline]
fn special(bytes: &[u8; BLOCK]) -> u64 {
    let [quote, backslash, last_control] = [b'"', b'\\', 0x1f].map(u8x16::splat);
    let (sixteens, _) = bytes.as_chunks();
    sixteens.iter().rev().fold(0, |bits, sixteen| {
        let bytes = u8x16::new(*sixteen);
        let is_control = bytes.min(last_control).simd_eq(bytes);
        let special = bytes.simd_eq(quote) | bytes.simd_eq(backslash) | is_control;
        bits << 16 | u64::from(special.to_bitmask())
    })
}
