//! What a person sees on stderr besides errors: warnings, details of requests, progress, the receipt.
//!
//! One place writes there, so lines and the progress bar do not run into each other. Progress and the
//! receipt's line are for terminals only; scripts have `--receipt`.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How much to tell.
#[derive(Args, Debug, Clone, Copy)]
#[command(next_help_heading = "Messages")]
pub(crate) struct ConsoleArgs {
    /// Print errors only: no warnings, no progress, no receipt
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Print each request on stderr: method, path, query, status, time and request id
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// Stderr, and how much goes there.
#[derive(Debug)]
pub(crate) struct Console {
    args: ConsoleArgs,
    is_terminal: bool,
    progress: Mutex<Progress>,
}

/// The bar, and what it is about to show.
#[derive(Debug)]
struct Progress {
    started: Instant,
    /// There once the work has lasted for [`PATIENCE`].
    bar: Option<ProgressBar>,
    /// Why it waits, and until when.
    waits: Option<(String, Instant)>,
    over: bool,
}

/// Work that is done sooner than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

impl Console {
    /// For one run.
    pub(crate) fn new(args: ConsoleArgs) -> Self {
        let progress = Progress { started: Instant::now(), bar: None, waits: None, over: false };
        let is_terminal = io::stderr().is_terminal();
        Self { args, is_terminal, progress: Mutex::new(progress) }
    }

    /// Whether people watch: stderr is a terminal, and they did not ask for quiet.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_terminal && !self.args.quiet
    }

    /// Something that may surprise, but does not stop the run.
    pub(crate) fn warn(&self, text: &str) {
        if !self.args.quiet {
            self.line(&format!("cbr: warning: {text}"));
        }
    }

    /// Something that only those want to know who asked for it.
    pub(crate) fn detail(&self, text: impl FnOnce() -> String) {
        if self.args.verbose {
            self.line(&format!("cbr: debug: {}", text()));
        }
    }

    /// The last line of a run that people watch.
    pub(crate) fn receipt(&self, text: &str) {
        if self.is_watched() {
            self.line(text);
        }
    }

    /// Rows came in: so many of so many.
    pub(crate) fn progress(&self, rows: u64, count: Option<u64>) {
        if !self.is_watched() {
            return;
        }
        let mut progress = self.lock();
        progress.waits = None;
        if progress.over || progress.started.elapsed() < PATIENCE {
            return;
        }
        let bar = progress.bar.get_or_insert_with(new_bar);
        if let Some(count) = count {
            bar.set_length(count.max(rows));
        }
        bar.set_position(rows);
        bar.set_message("");
    }

    /// Nothing comes for a while, and why.
    pub(crate) fn waits(&self, why: &str, pause: Duration) {
        if self.is_watched() {
            self.lock().waits = Some((why.to_owned(), Instant::now() + pause));
        }
    }

    /// Shows what has not been shown yet; to be called a few times a second while the work goes on.
    pub(crate) fn tick(&self) {
        if !self.is_watched() {
            return;
        }
        let mut progress = self.lock();
        if progress.over || progress.started.elapsed() < PATIENCE {
            return;
        }
        let message = progress.waits.as_ref().map_or_else(String::new, |(why, until)| {
            let left = until.saturating_duration_since(Instant::now());
            format!("· {why}, again in {} s", left.as_secs() + 1)
        });
        let bar = progress.bar.get_or_insert_with(new_bar);
        bar.set_message(message);
        bar.tick();
    }

    /// Takes the bar off the screen. There is no progress after this.
    pub(crate) fn clear(&self) {
        let mut progress = self.lock();
        progress.over = true;
        if let Some(bar) = progress.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        // There is nowhere to tell that stderr is closed.
        let write = || {
            let _ = writeln!(io::stderr().lock(), "{text}");
        };
        match &self.lock().bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style =
        ProgressStyle::with_template("{human_pos} of {human_len} backups · {per_sec} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
