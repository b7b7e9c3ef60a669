//! The receipt of a listing: what was proven, and how. A line for people, a JSON file for scripts.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use jiff::{Timestamp, Unit};
use serde::Serialize;

use crate::api::Journal;
use crate::exit;
use crate::listing;
use crate::number::grouped;
use crate::query::Pair;

/// The receipt while the listing is under way.
pub(crate) struct Receipt {
    file: Option<(PathBuf, File)>,
    clock: Instant,
    started_at: Timestamp,
}

/// How a listing went.
pub(crate) struct Outcome<'a> {
    /// What was listed, complete or not.
    pub(crate) listing: listing::Receipt,
    /// The filters as they were sent.
    pub(crate) query: &'a [Pair],
    /// The order that was asked for.
    pub(crate) sort: String,
    /// Rows asked for at most.
    pub(crate) limit: Option<u64>,
    /// Rows skipped.
    pub(crate) offset: u64,
    /// What was sent.
    pub(crate) journal: &'a Journal,
    /// Why it failed, if it did.
    pub(crate) error: Option<&'a anyhow::Error>,
}

/// The file's content. Fields are only ever added.
#[derive(Serialize)]
struct Document<'a> {
    /// Everything that was asked for was read, proven and written out.
    complete: bool,
    rows: u64,
    count: Option<u64>,
    limit: Option<u64>,
    offset: u64,
    pages: u64,
    requests: u64,
    retries: u64,
    seams_mended: u64,
    duplicates: u64,
    out_of_order: bool,
    started_at: String,
    ended_at: String,
    query: &'a [Pair],
    sort: &'a str,
    request_ids: Vec<String>,
    error: Option<Failure>,
}

/// The file's content until the listing is over.
#[derive(Serialize)]
struct Begun {
    complete: bool,
    started_at: String,
}

/// Why there is no complete list.
#[derive(Serialize)]
struct Failure {
    exit_code: u8,
    message: String,
}

impl Receipt {
    /// Starts the clock and the file, so that a place that cannot be written to is told before the work
    /// begins, and a run that is killed leaves no older receipt that could be taken for its own.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or is where the listing goes.
    pub(crate) fn begin(path: Option<&Path>) -> anyhow::Result<Self> {
        let started_at = Timestamp::now();
        let file = path.map(|path| {
            let mut file = open(path).with_context(|| cannot_write(path))?;
            let begun = Begun { complete: false, started_at: milliseconds(started_at) };
            write(&mut file, &begun).with_context(|| cannot_write(path))?;
            anyhow::Ok((path.to_owned(), file))
        });
        Ok(Self { file: file.transpose()?, clock: Instant::now(), started_at })
    }

    /// Writes the file, if one was asked for.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn write(self, outcome: &Outcome<'_>) -> anyhow::Result<()> {
        let Some((path, mut file)) = self.file else { return Ok(()) };
        let listing = outcome.listing;
        let document = Document {
            complete: outcome.error.is_none(),
            rows: listing.rows,
            count: listing.count,
            limit: outcome.limit,
            offset: outcome.offset,
            pages: listing.pages,
            requests: outcome.journal.requests(),
            retries: outcome.journal.retries(),
            seams_mended: listing.seams_mended,
            duplicates: listing.duplicates,
            out_of_order: listing.out_of_order,
            started_at: milliseconds(self.started_at),
            ended_at: milliseconds(Timestamp::now()),
            query: outcome.query,
            sort: &outcome.sort,
            request_ids: outcome.journal.request_ids(),
            error: outcome.error.map(|error| Failure {
                exit_code: exit::exit_for(error).code(),
                message: format!("{error:#}"),
            }),
        };
        write(&mut file, &document).with_context(|| cannot_write(&path))
    }

    /// The line for people.
    pub(crate) fn line(
        &self,
        listing: &listing::Receipt,
        limit: Option<u64>,
        retries: u64,
    ) -> String {
        let seconds = self.clock.elapsed().as_secs_f64();
        let pages = number(listing.pages, "page");
        let part =
            listing.count.filter(|count| limit == Some(listing.rows) && *count > listing.rows);
        let mut line = match part {
            Some(count) => {
                let (rows, count) = (grouped(listing.rows), number(count, "backup"));
                format!("{rows} of {count} · {pages} · {seconds:.1} s")
            }
            None => {
                let rows = number(listing.rows, "backup");
                format!("{rows} · {pages} · {seconds:.1} s · complete")
            }
        };
        let notes = [
            (listing.seams_mended, "seam", " mended"),
            (listing.duplicates, "duplicate", " dropped"),
            (retries, if retries == 1 { "retry" } else { "retrie" }, ""),
        ];
        for (count, thing, what) in notes {
            if count > 0 {
                line.push_str(&format!(" · {}{what}", number(count, thing)));
            }
        }
        line
    }
}

/// Opens the file without emptying it, since it could be one that stdout or stderr goes to.
fn open(path: &Path) -> anyhow::Result<File> {
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    #[cfg(unix)]
    {
        use std::io::{stderr, stdout};
        use std::os::fd::AsFd as _;
        use std::os::unix::fs::MetadataExt as _;

        let receipt = file.metadata()?;
        for stream in
            [stdout().as_fd().try_clone_to_owned()?, stderr().as_fd().try_clone_to_owned()?]
        {
            let other = File::from(stream).metadata()?;
            if receipt.is_file() && (receipt.dev(), receipt.ino()) == (other.dev(), other.ino()) {
                anyhow::bail!("stdout or stderr goes there; give a file of its own");
            }
        }
    }
    Ok(file)
}

/// Makes `content` all that the file holds.
fn write(file: &mut File, content: &impl Serialize) -> anyhow::Result<()> {
    if file.metadata()?.is_file() {
        file.rewind()?;
        file.set_len(0)?;
    }
    let mut json = serde_json::to_string_pretty(content)?;
    json.push('\n');
    Ok(file.write_all(json.as_bytes())?)
}

fn cannot_write(path: &Path) -> String {
    format!("--receipt: cannot write {}", path.display())
}

fn milliseconds(timestamp: Timestamp) -> String {
    timestamp.round(Unit::Millisecond).unwrap_or(timestamp).to_string()
}

/// A number of things, with the plural's `s`.
fn number(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_was_proven_and_what_it_took() {
        let listing = |rows, count, pages, seams_mended, duplicates| listing::Receipt {
            rows,
            count,
            pages,
            seams_mended,
            duplicates,
            out_of_order: false,
        };
        let cases = [
            (
                listing(1663, Some(1663), 2, 0, 0),
                None,
                0,
                "1,663 backups · 2 pages · 0.0 s · complete",
            ),
            (listing(1, Some(1), 1, 0, 0), None, 0, "1 backup · 1 page · 0.0 s · complete"),
            (listing(5, Some(150), 1, 0, 0), Some(5), 0, "5 of 150 backups · 1 page · 0.0 s"),
            (
                listing(150, Some(150), 1, 0, 0),
                Some(150),
                0,
                "150 backups · 1 page · 0.0 s · complete",
            ),
            (
                listing(9, None, 3, 1, 12),
                None,
                2,
                "9 backups · 3 pages · 0.0 s · complete · 1 seam mended · 12 duplicates dropped · 2 retries",
            ),
            (
                listing(0, Some(0), 1, 0, 0),
                None,
                1,
                "0 backups · 1 page · 0.0 s · complete · 1 retry",
            ),
        ];
        for (listing, limit, retries, expected) in cases {
            let receipt = Receipt::begin(None).unwrap();
            assert_eq!(receipt.line(&listing, limit, retries), expected);
        }
    }
}
