//! Number and hash of the bytes that were printed, for the receipt.

use std::io::{self, Write};
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{Context, SHA256};

use crate::terminal::destination::Output;
use crate::text::hex::hex;

/// Number and hash of the printed bytes. Clones share one count.
#[derive(Clone)]
pub(crate) struct Digest(Arc<Mutex<State>>);

struct State {
    bytes: u64,
    hash: Context,
}

impl Default for Digest {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State { bytes: 0, hash: Context::new(&SHA256) })))
    }
}

impl Digest {
    fn add(&self, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.bytes += bytes.len() as u64;
        state.hash.update(bytes);
    }

    /// Returns the number of bytes and their SHA-256 in hexadecimal.
    pub(super) fn finish(&self) -> (u64, String) {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.bytes, hex(state.hash.clone().finish().as_ref()))
    }
}

/// An output whose bytes are counted if there is a digest.
pub(crate) struct Digested<O> {
    output: O,
    digest: Option<Digest>,
}

impl<O: Output> Digested<O> {
    /// Wraps an output. Bytes written from now on are counted.
    pub(crate) fn new(output: O, digest: Option<Digest>) -> Self {
        Self { output, digest }
    }

    /// Returns the output.
    pub(crate) fn into_inner(self) -> O {
        self.output
    }
}

impl<O: Output> Write for Digested<O> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        if let Some(digest) = &self.digest {
            digest.add(bytes.get(..written).unwrap_or(bytes));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl<O: Output> Output for Digested<O> {
    /// Returns none if the bytes are counted: copies inside the kernel would be missed.
    #[cfg(target_os = "linux")]
    fn descriptor(&mut self) -> io::Result<Option<BorrowedFd<'static>>> {
        match self.digest {
            Some(_) => Ok(None),
            None => self.output.descriptor(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_counted_and_hashed() {
        let digest = Digest::default();
        let mut output = Digested::new(Vec::new(), Some(digest.clone()));
        output.write_all(b"ab").unwrap();
        output.write_all(b"c").unwrap();
        assert_eq!(output.into_inner(), b"abc");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.finish(), (3, expected.to_owned()));
    }
}
