//! Human-readable output on stderr except errors: warnings, request details, progress, receipt.
//!
//! A single writer separates lines from the progress bar. Progress and the receipt line are for
//! terminals only; scripts use `--receipt`.

use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::{ArgAction, Args};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::message::{ErrorFormat, Level};
use super::screen::Screen;
use super::stdout;
use crate::text::number::grouped;
use crate::text::sanitize;

/// Flags for the messages on stderr.
#[derive(Args, Debug, Clone, Copy)]
#[command(next_help_heading = "Messages")]
pub(crate) struct ConsoleArgs {
    /// Print errors only: no progress, no summary, and no warnings except that of --insecure
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Print each request to stderr: method, path, query, status, time and request id
    ///
    /// With -vv also the beginning of the body of each answer, without the secrets of the request.
    /// Answers about logins, tokens, vaults and resources are never printed.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,

    /// Format of errors and warnings on stderr
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    error_format: ErrorFormat,
}

/// Stderr, with its verbosity.
#[derive(Debug)]
pub(crate) struct Console {
    args: ConsoleArgs,
    is_terminal: bool,
    progress: Mutex<Progress>,
}

/// The progress bar and its state.
#[derive(Debug)]
struct Progress {
    started: Instant,
    rows: u64,
    count: Option<u64>,
    /// Created after [`PROGRESS_DELAY`].
    bar: Option<ProgressBar>,
    /// Reason and end of the longest wait. Other requests may continue meanwhile.
    waits: Option<(String, Instant)>,
    /// Start of a long silence of a request, until the next page arrives.
    silent_since: Option<Instant>,
    over: bool,
}

/// Time before the progress bar appears.
const PROGRESS_DELAY: Duration = Duration::from_millis(500);

impl Default for ConsoleArgs {
    /// Returns the default flags.
    fn default() -> Self {
        Self { quiet: false, verbose: 0, error_format: ErrorFormat::Text }
    }
}

impl ConsoleArgs {
    /// Returns a console that prints nothing.
    pub(crate) fn quiet() -> Self {
        Self { quiet: true, verbose: 0, error_format: ErrorFormat::Text }
    }

    /// Returns the form of the messages.
    pub(crate) fn error_format(&self) -> ErrorFormat {
        self.error_format
    }
}

impl Console {
    /// Creates the console of a run.
    pub(crate) fn new(args: ConsoleArgs) -> Self {
        let started = Instant::now();
        let progress = Progress {
            started,
            rows: 0,
            count: None,
            bar: None,
            waits: None,
            silent_since: None,
            over: false,
        };
        let is_terminal = io::stderr().is_terminal();
        Self { args, is_terminal, progress: Mutex::new(progress) }
    }

    /// Returns true if a user watches: stderr is a terminal, and neither `--quiet` nor a format for
    /// scripts is set.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_terminal && !self.args.quiet && self.args.error_format == ErrorFormat::Text
    }

    /// Prints a warning, which does not stop the run.
    pub(crate) fn warn(&self, text: &str) {
        if !self.args.quiet {
            self.message(Level::Warning, text);
        }
    }

    /// Prints the outcome of a part of the run.
    pub(crate) fn info(&self, text: &str) {
        if !self.args.quiet {
            self.message(Level::Info, text);
        }
    }

    /// Prints a security warning, even with `--quiet`.
    pub(crate) fn alarm(&self, text: &str) {
        self.message(Level::Warning, text);
    }

    /// Prints a detail, with `--verbose` only.
    pub(crate) fn detail(&self, text: impl FnOnce() -> String) {
        if self.args.verbose > 0 {
            self.message(Level::Debug, &text());
        }
    }

    /// Prints the body of an answer, with `-vv` only.
    pub(crate) fn body(&self, text: impl FnOnce() -> String) {
        if self.args.verbose > 1 {
            self.message(Level::Debug, &text());
        }
    }

    fn message(&self, level: Level, text: &str) {
        self.line(&self.args.error_format.line(level, text));
    }

    /// Prints the receipt line of a watched run.
    pub(crate) fn receipt(&self, text: &str) {
        // The program that reads the pipe may print rows to the same terminal.
        if self.is_watched() && !stdout::is_pipe() {
            self.line(text);
        }
    }

    /// Updates the number of received rows and the expected total.
    pub(crate) fn progress(&self, rows: u64, count: Option<u64>) {
        if self.is_watched() {
            let mut progress = self.lock();
            progress.rows = rows;
            progress.count = count;
            progress.silent_since = None;
        }
    }

    /// Records that a request waits, and why.
    pub(crate) fn waits(&self, why: &str, pause: Duration) {
        if self.is_watched() {
            let mut progress = self.lock();
            let until = Instant::now() + pause;
            if progress.waits.as_ref().is_none_or(|(_, other)| *other < until) {
                progress.waits = Some((why.to_owned(), until));
            }
        }
    }

    /// Reports that a host has sent nothing for this time: in the progress on a terminal, otherwise
    /// as a warning.
    pub(crate) fn silent(&self, host: &str, silence: Duration) {
        if self.is_watched() {
            self.lock().silent_since = Instant::now().checked_sub(silence);
        } else {
            self.warn(&silence_text(host, silence));
        }
    }

    /// Draws the progress. Called a few times a second during the work.
    pub(crate) fn tick(&self) {
        if !self.is_watched() {
            return;
        }
        let mut progress = self.lock();
        if progress.over || progress.started.elapsed() < PROGRESS_DELAY {
            return;
        }
        let text = progress.text();
        let text = sanitize::visible(&text).into_owned();
        progress.bar.get_or_insert_with(new_bar).set_message(text);
    }

    /// Removes the bar and ends the progress.
    pub(crate) fn clear(&self) {
        let mut progress = self.lock();
        progress.over = true;
        if let Some(bar) = progress.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        let write = || self.args.error_format.write(text);
        match &self.lock().bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// Returns the rows so far and their rate, or the reason of a pause.
    fn text(&self) -> String {
        let mut text = grouped(self.rows);
        if let Some(count) = self.count {
            text.push_str(&format!(" of {}", grouped(count)));
        }
        text.push_str(" backups");
        let now = Instant::now();
        if let Some((why, until)) = self.waits.as_ref().filter(|(_, until)| *until > now) {
            let left = until.saturating_duration_since(now).as_secs_f64().ceil();
            text.push_str(&format!(" · {why}, again in {left:.0} s"));
        } else if let Some(since) = self.silent_since {
            let seconds = now.saturating_duration_since(since).as_secs();
            text.push_str(&format!(" · no answer for {seconds} s"));
        } else if self.rows > 0 {
            let rate = self.rows as f64 / self.started.elapsed().as_secs_f64();
            text.push_str(&format!(" · {}/s", grouped(rate as u64)));
        }
        text
    }
}

/// Returns the warning about a silent host.
fn silence_text(host: &str, silence: Duration) -> String {
    let seconds = silence.as_secs();
    format!("no answer from {host} for {seconds} s, still waiting (--timeout limits this)")
}

fn new_bar() -> ProgressBar {
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(Screen::stderr()), 10);
    let bar = ProgressBar::with_draw_target(None, target);
    // Cuts the message to the width of the screen, unlike "{msg}".
    bar.with_style(
        ProgressStyle::with_template("{wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_how_far_it_is_or_why_it_waits() {
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let wait = |seconds: u32| ("503".to_owned(), start + seconds * second);
        let cases = [
            (0, None, None, None, "0 backups"),
            (5_000, None, None, None, "5,000 backups · 49"),
            (5_000, Some(30_000), None, None, "5,000 of 30,000 backups · 49"),
            (1_000, Some(1663), Some(wait(7)), None, "1,000 of 1,663 backups · 503, again in 7 s"),
            (1_000, Some(1_663), Some(wait(0)), None, "1,000 of 1,663 backups · 9"),
            (1_000, Some(1_663), None, Some(12), "1,000 of 1,663 backups · no answer for 12 s"),
            (0, None, Some(wait(7)), Some(12), "0 backups · 503, again in 7 s"),
        ];
        for (rows, count, waits, silent, expected) in cases {
            let Some(started) = Instant::now().checked_sub(100 * second + second) else { return };
            let silent_since = silent.and_then(|seconds| start.checked_sub(seconds * second));
            let progress =
                Progress { started, rows, count, bar: None, waits, silent_since, over: false };
            let text = progress.text();
            assert!(text.starts_with(expected), "{text}");
        }
    }
}
