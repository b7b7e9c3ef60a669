//! Search for the end of strings, several bytes at once.

use wide::u8x16;

/// Number of bytes compared at once. Most strings of a backup are at most twice as long.
pub(super) const LANES: usize = 16;

/// Returns the offset and value of the first quote, backslash or control character from `at` on.
#[inline(always)]
pub(super) fn next_special(text: &[u8], mut at: usize) -> Option<(usize, u8)> {
    while let Some(bytes) = text.get(at..)?.first_chunk::<LANES>() {
        let special = special(*bytes);
        if special != 0 {
            let index = special.trailing_zeros() as usize % LANES;
            return Some((at + index, bytes[index]));
        }
        at += LANES;
    }
    next_special_near_end(text, at)
}

/// Returns true if the text contains one of these bytes. Faster than a call of `memchr` for short
/// texts.
#[inline]
pub(crate) fn has_any<const N: usize>(text: &[u8], wanted: [u8; N]) -> bool {
    let found = |bytes: [u8; LANES]| {
        let bytes = u8x16::new(bytes);
        wanted.iter().fold(u8x16::ZERO, |any, byte| any | bytes.simd_eq(u8x16::splat(*byte)))
    };
    // The last bytes may be compared twice.
    if let Some(last) = text.last_chunk() {
        let (chunks, _) = text.as_chunks();
        let all = chunks.iter().fold(found(*last), |any, chunk| any | found(*chunk));
        return all.to_bitmask() != 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        let mut both = [0; LANES];
        both[..8].copy_from_slice(first);
        both[8..].copy_from_slice(last);
        return found(both).to_bitmask() != 0;
    }
    text.iter().any(|byte| wanted.contains(byte))
}

/// Returns a bit mask of the special bytes; the first byte is the lowest bit.
#[inline(always)]
fn special(bytes: [u8; LANES]) -> u32 {
    let [quote, backslash, last_control] = [b'"', b'\\', 0x1f].map(u8x16::splat);
    let bytes = u8x16::new(bytes);
    let is_control = bytes.min(last_control).simd_eq(bytes);
    (bytes.simd_eq(quote) | bytes.simd_eq(backslash) | is_control).to_bitmask()
}

/// Same as [`next_special`], for the last bytes of a text.
#[cold]
#[inline(never)]
fn next_special_near_end(text: &[u8], at: usize) -> Option<(usize, u8)> {
    let rest = text.get(at..)?;
    let index = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
    Some((at + index, rest[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_byte_is_found_at_any_position() {
        for length in 0..3 * LANES {
            let text = vec![b'a'; length];
            assert!(!has_any(&text, [b',', b'\\']), "{length}");
            for at in 0..length {
                let mut text = text.clone();
                text[at] = b'\\';
                assert!(has_any(&text, [b',', b'\\']), "{length} {at}");
                assert!(!has_any(&text, [b',']), "{length} {at}");
            }
        }
    }
}
