//! Cache of field names, so that expected names need not be parsed.

use std::array;

/// Field names of earlier objects in their order, each with its meaning. Most objects of a list
/// have the same names, so the text is compared with the expected ones before a name is parsed.
#[derive(Debug)]
pub(crate) struct Names<T>(Vec<CachedName<T>>);

/// A name of an earlier object.
#[derive(Debug)]
pub(super) struct CachedName<T> {
    name: String,
    expected: Prefix,
    pub(super) meaning: T,
    /// The names in objects that were values of this field.
    pub(super) inner: Names<()>,
}

/// Maximum number of cached names. An object with more is unusual; the names after the limit are
/// dropped.
pub(super) const MAX_NAMES: usize = 64;

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Names<T> {
    /// Finds a cached name from `place` on that `text` begins with, in its original spelling.
    /// Returns its index, and the length of the spelling up to the value.
    #[inline]
    pub(super) fn expected(&self, place: usize, text: &[u8; MAX_PREFIX]) -> Option<(usize, usize)> {
        let text = words(text);
        let further = self.0.get(place..)?;
        let expected = further.iter().zip(place..).find(|(known, _)| known.expected.begins(&text));
        expected.map(|(known, place)| (place, known.expected.length))
    }

    /// Returns the index of a name from `place` on, and inserts the name if it is new. `text` is
    /// the name as it was spelled, up to its value.
    pub(super) fn find(
        &mut self,
        place: usize,
        name: &str,
        text: &str,
        meaning: impl Fn(&str) -> T,
    ) -> usize {
        if let Some(further) = self.0.iter().skip(place).position(|known| known.name == name) {
            return place + further;
        }
        let place = place.min(MAX_NAMES - 1);
        if self.0.len() == MAX_NAMES {
            self.0.truncate(place);
        }
        let (expected, meaning) = (Prefix::new(text), meaning(name));
        let known =
            CachedName { name: name.to_owned(), expected, meaning, inner: Names::default() };
        self.0.insert(place, known);
        place
    }

    #[inline]
    pub(super) fn get(&mut self, place: usize) -> Option<&mut CachedName<T>> {
        self.0.get_mut(place)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A prefix for comparison, without a call for each of many short comparisons.
#[derive(Debug)]
struct Prefix {
    length: usize,
    words: [u64; WORDS],
    /// Masks of the bits that belong to the prefix.
    masks: [u64; WORDS],
}

const WORDS: usize = 4;

/// Number of compared bytes. With quotes and colon, the longest documented name has 25.
pub(super) const MAX_PREFIX: usize = 8 * WORDS;

impl Prefix {
    /// Creates a prefix. One longer than [`MAX_PREFIX`] never matches.
    fn new(text: &str) -> Self {
        // UTF-8 never contains this byte.
        let (mut bytes, mut told) = ([0xff; MAX_PREFIX], [0xff; MAX_PREFIX]);
        if let Some((same, rest)) = bytes.split_at_mut_checked(text.len()) {
            same.copy_from_slice(text.as_bytes());
            rest.fill(0);
            told[text.len()..].fill(0);
        }
        Self { length: text.len(), words: words(&bytes), masks: words(&told) }
    }

    #[inline]
    fn begins(&self, text: &[u64; WORDS]) -> bool {
        let differences = (0..WORDS).map(|at| (text[at] & self.masks[at]) ^ self.words[at]);
        differences.fold(0, |all, difference| all | difference) == 0
    }
}

#[inline]
fn words(bytes: &[u8; MAX_PREFIX]) -> [u64; WORDS] {
    let (eights, _) = bytes.as_chunks();
    array::from_fn(|at| u64::from_le_bytes(eights[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_their_first_spelling_and_order() {
        let mut names = Names::default();
        let long = format!("\"{}\":", "n".repeat(MAX_PREFIX - 3));
        let too_long = format!("\"{}\":", "m".repeat(MAX_PREFIX - 2));
        for (place, text) in ["\"id\":", " \"name\" : ", &long, &too_long].iter().enumerate() {
            assert_eq!(names.find(place, text.trim(), text, |_| ()), place);
        }
        let cases: [(usize, &str, Option<usize>); 11] = [
            (0, "\"id\":1", Some(0)),
            (0, " \"name\" : 1", Some(1)),
            (1, " \"name\" : 1", Some(1)),
            (2, " \"name\" : 1", None),
            (4, "\"id\":1", None),
            (0, "\"name\":1", None),
            (0, "\"id\" :1", None),
            (0, "\"ie\":1", None),
            (0, "\"i", None),
            (0, &long, Some(2)),
            (0, &too_long, None),
        ];
        for (place, text, expected) in cases {
            let mut bytes = [b' '; MAX_PREFIX];
            let shown = text.len().min(MAX_PREFIX);
            bytes[..shown].copy_from_slice(&text.as_bytes()[..shown]);
            let found = names.expected(place, &bytes).map(|(place, _)| place);
            assert_eq!(found, expected, "{place} {text:?}");
        }
    }
}
