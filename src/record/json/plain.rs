//! Search for the end of strings, eight bytes at once.

/// Number of bytes compared at once. Most strings of a backup are short: at most forty bytes.
pub(super) const LANES: usize = 8;
/// A word of bytes that are all 1.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGH: u64 = ONES << 7;

/// Returns the offset and value of the first quote, backslash or control character from `at` on.
#[inline(always)]
pub(super) fn next_special(text: &[u8], mut at: usize) -> Option<(usize, u8)> {
    while let Some(bytes) = text.get(at..)?.first_chunk::<LANES>() {
        let special = special(u64::from_le_bytes(*bytes));
        if special != 0 {
            let index = special.trailing_zeros() as usize / 8 % LANES;
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
    let matches = |bytes: &[u8; LANES]| {
        let word = u64::from_le_bytes(*bytes);
        wanted.iter().fold(0, |any, byte| any | equal(word, *byte))
    };
    // The last bytes may be compared twice.
    if let Some(last) = text.last_chunk() {
        let (chunks, _) = text.as_chunks();
        return chunks.iter().fold(matches(last), |any, chunk| any | matches(chunk)) != 0;
    }
    text.iter().any(|byte| wanted.contains(byte))
}

/// Marks the special bytes of a word in their highest bits, as [`equal`] does.
#[inline(always)]
fn special(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
    equal(word, b'"') | equal(word, b'\\') | control
}

/// Marks the bytes of a word that equal `byte` in their highest bits. The lowest mark is exact; a
/// borrow may mark a byte above it wrongly.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    difference.wrapping_sub(ONES) & !difference & HIGH
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

    /// Every pair of neighboring bytes: a borrow passes from the first to the second.
    #[test]
    fn the_first_special_byte_is_found_beside_any_other() {
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
        for at in 0..2 * LANES {
            for (first, second) in (0..=u8::MAX).flat_map(|a| (0..=u8::MAX).map(move |b| (a, b))) {
                let mut text = [b'a'; 2 * LANES + 2];
                (text[at], text[at + 1]) = (first, second);
                let index = text.iter().position(is_special);
                let expected = index.map(|index| (index, text[index]));
                assert_eq!(next_special(&text, 0), expected, "{at} {first} {second}");
            }
        }
    }
}
