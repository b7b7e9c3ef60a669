//! Buffer for rendered rows until the last one is known.
//!
//! Kept in memory up to [`IN_MEMORY`], then in an unnamed file in the directory for temporary files
//! (`TMPDIR`). The file disappears with the process, even after a crash. Knows nothing but bytes.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, Write};
use std::mem;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;

use anyhow::Context as _;
use memchr::memchr;
use tempfile::{SpooledData, SpooledTempFile};

use super::Output;
use super::temporary::TemporaryFileError;

/// Number of bytes kept in memory: more than a thousand backups as json.
const IN_MEMORY: usize = 2 << 20;

/// Number of bytes read from or written to a file at once.
const CHUNK: usize = 256 << 10;

/// Context that distinguishes errors of the temporary file from those of stdout.
pub(super) const SPOOL_ERROR: TemporaryFileError = TemporaryFileError::Rows;

/// A queue of bytes: written first, then read once.
pub(super) struct Spool(BufWriter<SpooledTempFile>);

impl Spool {
    pub(super) fn new() -> Self {
        Self(BufWriter::with_capacity(CHUNK, SpooledTempFile::new(IN_MEMORY)))
    }

    /// Ends writing and returns a reader of lines. Everything written must be lines of UTF-8 text.
    pub(super) fn into_lines(self) -> anyhow::Result<Lines> {
        let reader = BufReader::with_capacity(CHUNK, self.written()?);
        Ok(Lines { reader, text: String::new(), next: 0 })
    }

    /// Copies everything to `out`.
    pub(super) fn copy_to(self, out: &mut dyn Output) -> anyhow::Result<()> {
        match self.written()?.into_inner() {
            SpooledData::InMemory(bytes) => out.write_all(bytes.get_ref())?,
            SpooledData::OnDisk(file) => copy(file, out)?,
        }
        out.flush()?;
        Ok(())
    }

    /// Flushes the buffer and rewinds the file for reading.
    fn written(self) -> anyhow::Result<SpooledTempFile> {
        let mut file =
            self.0.into_inner().map_err(|error| error.into_error()).context(SPOOL_ERROR)?;
        file.rewind().context(SPOOL_ERROR)?;
        Ok(file)
    }
}

fn copy(file: File, out: &mut dyn Output) -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(out) = out.descriptor()? {
        copy_within_kernel(&file, out);
    }
    let mut reader = BufReader::with_capacity(CHUNK, file);
    loop {
        let chunk = reader.fill_buf().context(SPOOL_ERROR)?;
        if chunk.is_empty() {
            return Ok(());
        }
        out.write_all(chunk)?;
        let written_bytes = chunk.len();
        reader.consume(written_bytes);
    }
}

/// Copies as much as possible inside the kernel, which takes a quarter of the time. Errors are
/// ignored: the ordinary copy of the rest reports them.
#[cfg(target_os = "linux")]
fn copy_within_kernel(file: &File, out: BorrowedFd<'_>) {
    const AT_ONCE: usize = 1 << 30;
    loop {
        match rustix::fs::sendfile(out, file, None, AT_ONCE) {
            Err(rustix::io::Errno::INTR) => {}
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Reads lines, in large chunks.
pub(super) struct Lines {
    reader: BufReader<SpooledTempFile>,
    text: String,
    /// Offset of the next line in `text`.
    next: usize,
}

impl Lines {
    /// Returns the next line without its line feed, or `None` after the last.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<&str>> {
        if self.next == self.text.len() {
            let mut bytes = mem::take(&mut self.text).into_bytes();
            bytes.clear();
            self.reader.by_ref().take(CHUNK as u64).read_to_end(&mut bytes).context(SPOOL_ERROR)?;
            self.reader.read_until(b'\n', &mut bytes).context(SPOOL_ERROR)?;
            (self.text, self.next) = (String::from_utf8(bytes)?, 0);
        }
        let text = &self.text[self.next..];
        let Some(length) = memchr(b'\n', text.as_bytes()) else { return Ok(None) };
        self.next += length + 1;
        Ok(Some(&text[..length]))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_in_memory_and_in_a_file() {
        for size in [0, 1, IN_MEMORY - 1, IN_MEMORY + CHUNK + 1] {
            let bytes: Vec<u8> = (0..size).map(|position| (position % 251) as u8).collect();
            let mut spool = Spool::new();
            for part in bytes.chunks(1000) {
                spool.write_all(part).unwrap();
            }
            let mut copy = Vec::new();
            spool.copy_to(&mut copy).unwrap();
            assert!(copy == bytes, "{size}");
        }
    }

    #[test]
    fn lines_are_read_as_they_were_written() {
        for rows in [0, 1, 30_000] {
            let lines: Vec<_> = (0..rows).map(|row| "é".repeat(row % 97)).collect();
            let mut spool = Spool::new();
            lines.iter().for_each(|line| writeln!(spool, "{line}").unwrap());
            let mut read = spool.into_lines().unwrap();
            for line in &lines {
                assert_eq!(read.next().unwrap(), Some(&**line));
            }
            assert_eq!(read.next().unwrap(), None);
            assert_eq!(read.next().unwrap(), None);
        }
    }
}
