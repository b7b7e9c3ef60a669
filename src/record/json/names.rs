//! Names of fields that are expected, so that they need not be read.

use std::array;

/// The names of fields that came before, in their order, each with what it means. Most objects of a list have the
/// same ones, so the text is compared to those that are expected before a name is read from it.
#[derive(Debug)]
pub(crate) struct Names<T>(Vec<Known<T>>);

/// A name that came before.
#[derive(Debug)]
pub(super) struct Known<T> {
    name: String,
    expected: Expected,
    pub(super) meaning: T,
    /// The names in objects that stood under it.
    pub(super) inner: Names<()>,
}

/// Names that are kept. An object with more is a strange one: those that would follow are forgotten.
pub(super) const MOST: usize = 64;

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Names<T> {
    /// The name that `text` begins with, if it is one of those from `place` on and stands there as it did when it
    /// came first: its place, and the length of what stands there, up to the value.
    #[inline]
    pub(super) fn expected(&self, place: usize, text: &[u8; LONGEST]) -> Option<(usize, usize)> {
        let text = words(text);
        let further = self.0.get(place..)?;
        let expected = further.iter().zip(place..).find(|(known, _)| known.expected.begins(&text));
        expected.map(|(known, place)| (place, known.expected.length))
    }

    /// The place of a name, of those from `place` on, where it is noted if it is new. `text` is the name with what
    /// stands around it, up to its value.
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
        let place = place.min(MOST - 1);
        if self.0.len() == MOST {
            self.0.truncate(place);
        }
        let (expected, meaning) = (Expected::new(text), meaning(name));
        let known = Known { name: name.to_owned(), expected, meaning, inner: Names::default() };
        self.0.insert(place, known);
        place
    }

    #[inline]
    pub(super) fn get(&mut self, place: usize) -> Option<&mut Known<T>> {
        self.0.get_mut(place)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A text to compare others to, without a call for each of many short comparisons.
#[derive(Debug)]
struct Expected {
    length: usize,
    words: [u64; WORDS],
    /// The bits that the text tells. The rest is what follows it.
    masks: [u64; WORDS],
}

const WORDS: usize = 4;

/// The bytes of text that are compared. With quotes and colon, the longest name that the API documents has 25.
pub(super) const LONGEST: usize = 8 * WORDS;

impl Expected {
    /// What is longer than [`LONGEST`] is never found.
    fn new(text: &str) -> Self {
        // This byte is in no text.
        let (mut bytes, mut told) = ([0xff; LONGEST], [0xff; LONGEST]);
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
fn words(bytes: &[u8; LONGEST]) -> [u64; WORDS] {
    let (eights, _) = bytes.as_chunks();
    array::from_fn(|at| u64::from_le_bytes(eights[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_expected_from_its_place_on_as_it_stood_there_first() {
        let mut names = Names::default();
        let long = format!("\"{}\":", "n".repeat(LONGEST - 3));
        let too_long = format!("\"{}\":", "m".repeat(LONGEST - 2));
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
            let mut bytes = [b' '; LONGEST];
            let shown = text.len().min(LONGEST);
            bytes[..shown].copy_from_slice(&text.as_bytes()[..shown]);
            let found = names.expected(place, &bytes).map(|(place, _)| place);
            assert_eq!(found, expected, "{place} {text:?}");
        }
    }
}
