//! Where strings may end: several bytes of text looked at together.

use wide::u8x16;

/// Bytes that are looked at together. Most strings of a backup are no longer than twice as many.
pub(super) const TOGETHER: usize = 16;

/// How many bytes a text begins with that are neither a quote, nor a backslash, nor a control character.
#[inline(always)]
pub(super) fn plain_bytes(text: &[u8]) -> usize {
    let mut plain = 0;
    while let Some(bytes) = text.get(plain..).and_then(|rest| rest.first_chunk()) {
        let special = special(*bytes);
        if special != 0 {
            return plain + special.trailing_zeros() as usize;
        }
        plain += TOGETHER;
    }
    plain + plain_bytes_one_by_one(&text[plain..])
}

/// Whether one of the bytes is a backslash. Shorter than a call of `memchr` for what is mostly short.
#[inline]
pub(super) fn has_backslash(text: &[u8]) -> bool {
    let (chunks, rest) = text.as_chunks::<TOGETHER>();
    let backslash = u8x16::splat(b'\\');
    let found =
        chunks.iter().fold(u8x16::ZERO, |any, bytes| any | u8x16::new(*bytes).simd_eq(backslash));
    found.to_bitmask() != 0 || rest.contains(&b'\\')
}

/// A bit for each byte, the first one lowest: whether it is special.
#[inline(always)]
fn special(bytes: [u8; TOGETHER]) -> u32 {
    let [quote, backslash, last_control] = [b'"', b'\\', 0x1f].map(u8x16::splat);
    let bytes = u8x16::new(bytes);
    let is_control = bytes.min(last_control).simd_eq(bytes);
    (bytes.simd_eq(quote) | bytes.simd_eq(backslash) | is_control).to_bitmask()
}

/// For the last bytes of a text.
#[cold]
#[inline(never)]
fn plain_bytes_one_by_one(text: &[u8]) -> usize {
    text.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count()
}
