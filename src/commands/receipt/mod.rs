//! The receipt of a listing: what was proven, and how. A human-readable line, and a JSON file for
//! scripts.

mod digest;
mod line;
mod target;

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use jiff::{Timestamp, Unit};
use serde::Serialize;
use serde_json::Value;

use crate::api::{Pair, RequestLog};
use crate::errors;
use crate::listing;
use crate::settings::Skipped;

pub(crate) use digest::{Digest, Digested};
use target::SkippedProject;
pub(crate) use target::TargetReceipt;

/// The receipt of a running listing.
pub(crate) struct Receipt {
    file: Option<(PathBuf, File)>,
    clock: Instant,
    started_at: Timestamp,
}

/// Counts of a listing, complete or not.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// What was read from the service.
    pub(crate) listing: listing::Statistics,
    /// True if there are filters that the service does not apply.
    pub(crate) filtered: bool,
    /// Rows that match these filters.
    pub(crate) matched: u64,
    /// Rows that were printed or summarized.
    pub(crate) rows: u64,
    /// Reading ended before the list did, with enough rows.
    pub(crate) stopped: bool,
    /// Columns that were hidden to fit the screen.
    pub(crate) hidden_columns: usize,
    /// Time when the rows were ready to be printed, before a pager is read.
    pub(crate) ready: Option<Instant>,
}

/// Outcome of a listing.
pub(crate) struct Outcome<'a> {
    /// Its counts.
    pub(crate) counts: Counts,
    /// The filters as they were sent.
    pub(crate) query: &'a [Pair],
    /// The filters of `cbr`.
    pub(crate) filter: Vec<Pair>,
    /// The requested order.
    pub(crate) sort: String,
    /// Value of `--limit`.
    pub(crate) limit: Option<u64>,
    /// Value of `--offset`.
    pub(crate) offset: u64,
    /// Value of `--latest`.
    pub(crate) latest: Option<u64>,
    /// Value of `--per`.
    pub(crate) per: Option<&'a str>,
    /// The requests that were sent.
    pub(crate) log: &'a RequestLog,
    /// What was printed.
    pub(crate) digest: &'a Digest,
    /// The block of each target.
    pub(crate) targets: &'a [TargetReceipt],
    /// Projects that were not read.
    pub(crate) skipped: &'a [Skipped],
    /// Inputs of a coverage.
    pub(crate) coverage: Option<Value>,
    /// The failure, if any.
    pub(crate) error: Option<&'a anyhow::Error>,
}

/// Content of the file. Fields are only ever added.
#[derive(Serialize)]
struct ReceiptFile<'a> {
    /// The whole list was read, proven and written: nothing was cut off by `limit` or `offset`.
    complete: bool,
    /// The requested part was read, proven and written.
    proven: bool,
    /// Number of bytes that were printed.
    bytes: u64,
    /// SHA-256 of these bytes, in hexadecimal.
    sha256: String,
    /// Printed or summarized.
    rows: u64,
    /// Read from the service.
    listed: u64,
    /// Rows of these that match the filters of `cbr`.
    matched: u64,
    /// Reading ended with enough rows for `limit` or `latest`: more may match than `matched`
    /// counts.
    stopped_early: bool,
    count: Option<u64>,
    limit: Option<u64>,
    offset: u64,
    latest: Option<u64>,
    per: Option<&'a str>,
    pages: u64,
    requests: u64,
    retries: u64,
    hedged: u64,
    seams_mended: u64,
    duplicates: u64,
    /// Number of times that the list was read again because it changed too much.
    rereads: u32,
    out_of_order: bool,
    started_at: String,
    ended_at: String,
    query: &'a [Pair],
    filter: &'a [Pair],
    sort: &'a str,
    request_ids: Vec<String>,
    targets: &'a [TargetReceipt],
    skipped: Vec<SkippedProject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'a Value>,
    error: Option<Failure>,
}

/// Content of the file until the listing ends, or if it cannot start.
#[derive(Serialize)]
struct UnfinishedReceipt {
    complete: bool,
    started_at: String,
    error: Option<Failure>,
}

/// Why the list is not complete.
#[derive(Serialize)]
struct Failure {
    exit_code: u8,
    message: String,
}

impl Outcome<'_> {
    /// Returns true if matching rows were cut off.
    fn is_part(&self) -> bool {
        let Counts { matched, rows, .. } = self.counts;
        let is_cut = self.limit == Some(rows)
            && (self.stopped_early() || matched > rows.saturating_add(self.offset));
        is_cut || self.offset > 0
    }

    /// Returns true if backups may match that were not read.
    fn stopped_early(&self) -> bool {
        let Counts { listing, rows, stopped, .. } = self.counts;
        let is_rest = || listing.count.is_some_and(|count| listing.rows + self.offset < count);
        stopped || (self.limit == Some(rows) && is_rest())
    }
}

impl Failure {
    fn of(error: &anyhow::Error) -> Self {
        Self { exit_code: errors::exit_for(error).code(), message: format!("{error:#}") }
    }
}

/// Writes the receipt of a run that cannot start, which replaces an older one. A receipt that
/// cannot be written is ignored: the error is reported anyway.
pub(crate) fn refuse(path: &Path, error: &anyhow::Error) {
    let started_at = milliseconds(Timestamp::now());
    let begun = UnfinishedReceipt { complete: false, started_at, error: Some(Failure::of(error)) };
    let _ = open(path).and_then(|mut file| write(&mut file, &begun));
}

impl Receipt {
    /// Starts the clock and the file: a file that cannot be written is reported before the work
    /// begins, and a killed run leaves no older receipt.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or stdout or stderr goes to it.
    pub(crate) fn begin(path: Option<&Path>) -> anyhow::Result<Self> {
        let started_at = Timestamp::now();
        let file = path.map(|path| {
            let mut file = open(path).with_context(|| cannot_write(path))?;
            let started_at = milliseconds(started_at);
            let begun = UnfinishedReceipt { complete: false, started_at, error: None };
            write(&mut file, &begun).with_context(|| cannot_write(path))?;
            anyhow::Ok((path.to_owned(), file))
        });
        Ok(Self { file: file.transpose()?, clock: Instant::now(), started_at })
    }

    /// Writes the file, if requested.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn write(self, outcome: &Outcome<'_>) -> anyhow::Result<()> {
        let Some((path, mut file)) = self.file else { return Ok(()) };
        let Counts { listing, matched, rows, .. } = outcome.counts;
        let proven = outcome.error.is_none_or(errors::is_verdict);
        let (bytes, sha256) = outcome.digest.finish();
        let document = ReceiptFile {
            complete: proven && !outcome.is_part(),
            proven,
            bytes,
            sha256,
            rows,
            listed: listing.rows,
            matched,
            stopped_early: outcome.stopped_early(),
            count: listing.count,
            limit: outcome.limit,
            offset: outcome.offset,
            latest: outcome.latest,
            per: outcome.per,
            pages: listing.pages,
            requests: outcome.log.requests(),
            retries: outcome.log.retries(),
            hedged: outcome.log.hedged(),
            seams_mended: listing.seams_mended,
            rereads: listing.rereads,
            duplicates: listing.duplicates,
            out_of_order: listing.out_of_order,
            started_at: milliseconds(self.started_at),
            ended_at: milliseconds(Timestamp::now()),
            query: outcome.query,
            filter: &outcome.filter,
            sort: &outcome.sort,
            request_ids: outcome.log.request_ids(),
            targets: outcome.targets,
            skipped: outcome.skipped.iter().map(SkippedProject::of).collect(),
            coverage: outcome.coverage.as_ref(),
            error: outcome.error.map(Failure::of),
        };
        write(&mut file, &document).with_context(|| cannot_write(&path))
    }
}

/// Opens the file without truncating it, since stdout or stderr may go to it.
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

/// Replaces the content of the file.
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
