//! The bodies of answers, in memory that is used again and again.
//!
//! A page is about a megabyte, and there may be a thousand of them. Fresh memory for each of them costs the
//! kernel as much time as reading the page does.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// Bodies that are kept for later: more than are under way at a time, by default.
const MOST_KEPT: usize = 24;

/// In bytes. What took more was no usual page, and its memory is better given back.
const LARGEST_KEPT: usize = 4 << 20;

/// Memory of bodies that nobody reads any more.
#[derive(Debug, Default)]
pub(super) struct BufferPool(Mutex<Vec<Vec<u8>>>);

impl BufferPool {
    /// An empty body with room for `length` bytes.
    pub(super) fn take(&self, length: usize) -> Vec<u8> {
        let mut body = self.bodies(Vec::pop).unwrap_or_default();
        body.reserve(length);
        body
    }

    fn give(&self, mut body: Vec<u8>) {
        body.clear();
        if (1..=LARGEST_KEPT).contains(&body.capacity()) {
            self.bodies(|bodies| {
                if bodies.len() < MOST_KEPT {
                    bodies.push(body);
                }
            });
        }
    }

    fn bodies<T>(&self, access: impl FnOnce(&mut Vec<Vec<u8>>) -> T) -> T {
        access(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The text of a body.
#[derive(Debug)]
pub(crate) struct Body {
    text: String,
    spare: Arc<BufferPool>,
}

impl Body {
    /// The text, whose memory goes back to `spare` once it is not needed any more.
    pub(super) fn new(text: String, spare: &Arc<BufferPool>) -> Self {
        Self { text, spare: Arc::clone(spare) }
    }

    /// Memory for another text, which is to be kept [beside](Self::beside) this one. It has room for this one.
    pub(super) fn another(&self) -> String {
        String::from_utf8(self.spare.take(self.text.len())).unwrap_or_default()
    }

    /// A text whose memory goes back to where that of this one goes.
    pub(super) fn beside(&self, text: String) -> Self {
        Self::new(text, &self.spare)
    }

    /// All of it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for Body {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.spare.give(mem::take(&mut self.text).into_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_unless_it_is_huge() {
        for (length, again) in [(1, true), (LARGEST_KEPT, true), (LARGEST_KEPT + 1, false)] {
            let spare = Arc::new(BufferPool::default());
            let mut bytes = spare.take(length);
            bytes.push(b'x');
            let capacity = bytes.capacity();
            drop(Body::new(String::from_utf8(bytes).unwrap(), &spare));
            let next = spare.take(0);
            assert!(next.is_empty());
            assert_eq!(next.capacity() == capacity, again, "{length}");
        }
    }

    #[test]
    fn not_more_is_kept_than_pages_wait() {
        let spare = Arc::new(BufferPool::default());
        let body = || Body::new("x".repeat(100), &spare);
        let bodies: Vec<_> = (0..MOST_KEPT + 3).map(|_| body()).collect();
        drop(bodies);
        assert_eq!(spare.bodies(|bodies| bodies.len()), MOST_KEPT);
    }
}
