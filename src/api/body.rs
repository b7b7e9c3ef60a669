//! Response bodies in reused buffers.
//!
//! A page is about 1 MB, and a listing may have a thousand of them. Allocating memory for each
//! takes as long as reading the page. Pages differ by a few bytes, so a buffer is slightly larger
//! than its first page. Otherwise growing it by a few bytes would double it.

use std::mem;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Maximum number of unused buffers: above the default number of pages in flight.
const MAX_UNUSED: usize = 24;

/// Largest buffer that is reused, in bytes. Larger ones are rare and are freed.
const MAX_REUSED_SIZE: usize = 4 << 20;

/// Sizes of buffers are multiples of this, in bytes.
const STEP: usize = 64 << 10;

/// Pool of unused buffers.
#[derive(Debug, Default)]
pub(super) struct BufferPool(Mutex<Vec<Vec<u8>>>);

impl BufferPool {
    /// Returns the pool that all clients of a run share.
    pub(super) fn of_process() -> &'static Arc<Self> {
        static POOL: LazyLock<Arc<BufferPool>> = LazyLock::new(Arc::default);
        &POOL
    }

    /// Returns an empty buffer with room for `length` bytes.
    pub(super) fn take(&self, length: usize) -> Vec<u8> {
        let mut body = self.with_unused(Vec::pop).unwrap_or_default();
        if body.capacity() < length {
            // Replaces a buffer that is too small, without a copy.
            body = Vec::new();
            body.reserve_exact(length.next_multiple_of(STEP));
        }
        body
    }

    fn give(&self, mut body: Vec<u8>) {
        body.clear();
        if (1..=MAX_REUSED_SIZE).contains(&body.capacity()) {
            self.with_unused(|unused| {
                if unused.len() < MAX_UNUSED {
                    unused.push(body);
                }
            });
        }
    }

    fn with_unused<T>(&self, change: impl FnOnce(&mut Vec<Vec<u8>>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Text of a body, in a buffer of the pool.
#[derive(Debug)]
pub(crate) struct Body {
    text: String,
    buffers: Arc<BufferPool>,
}

impl Body {
    /// Creates a body whose memory returns to `buffers` when it is dropped.
    pub(super) fn new(text: String, buffers: &Arc<BufferPool>) -> Self {
        Self { text, buffers: Arc::clone(buffers) }
    }

    /// Returns the text.
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
        self.buffers.give(mem::take(&mut self.text).into_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_reused_unless_they_are_large() {
        for (length, again) in [(1, true), (MAX_REUSED_SIZE, true), (MAX_REUSED_SIZE + 1, false)] {
            let buffers = Arc::new(BufferPool::default());
            let mut bytes = buffers.take(length);
            bytes.push(b'x');
            let capacity = bytes.capacity();
            drop(Body::new(String::from_utf8(bytes).unwrap(), &buffers));
            let next = buffers.take(0);
            assert!(next.is_empty());
            assert_eq!(next.capacity() == capacity, again, "{length}");
        }
    }

    #[test]
    fn buffers_are_little_larger_than_their_pages() {
        let cases = [
            (&[0][..], 0),
            (&[1], STEP),
            (&[STEP], STEP),
            (&[STEP + 1, 1], 2 * STEP),
            // Neither is the sum of both, nor twice the first.
            (&[16 * STEP, 16 * STEP + 1], 17 * STEP),
        ];
        for (lengths, expected) in cases {
            let buffers = Arc::new(BufferPool::default());
            let mut capacity = 0;
            for length in lengths {
                let bytes = buffers.take(*length);
                capacity = bytes.capacity();
                drop(Body::new(String::from_utf8(bytes).unwrap(), &buffers));
            }
            assert_eq!(capacity, expected, "{lengths:?}");
        }
    }

    #[test]
    fn the_pool_keeps_a_limited_number_of_buffers() {
        let buffers = Arc::new(BufferPool::default());
        let body = || Body::new("x".repeat(100), &buffers);
        let bodies: Vec<_> = (0..MAX_UNUSED + 3).map(|_| body()).collect();
        drop(bodies);
        assert_eq!(buffers.with_unused(|unused| unused.len()), MAX_UNUSED);
    }
}
