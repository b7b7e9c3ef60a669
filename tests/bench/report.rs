//! The table, one line at a time, in Markdown.

use std::fmt;
use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use crate::process::Run;
use crate::work::{Goal, Work};

/// Bytes in a MiB, the unit of memory in the table.
const MIB: f64 = (1 << 20) as f64;

/// Prints the head of the table.
pub(crate) fn heading() -> io::Result<()> {
    let processors = thread::available_parallelism()?;
    remark(&format!(
        "\nmedian (fastest to slowest) in ms, processor time in ms per 100,000 backups, peak memory in \
         MiB, {processors} processors\n"
    ))?;
    print(["work", "cbr", "beside it", "ratio", "cpu", "memory", "goal", "met"])?;
    print(["---"; 8])
}

/// Prints one line: the work, its comparison, and whether the goal is met.
pub(crate) fn line(work: &Work, measured: &[Run], beside: &[Run]) -> io::Result<()> {
    let (ours, theirs) = (Times::of(measured), Times::of(beside));
    let memory = measured.iter().map(|run| run.memory).max().unwrap_or(0) as f64 / MIB;
    let (beside, ratio) = match work.beside {
        Some((name, _)) => {
            (format!("{name} {theirs}"), format!("{:.2}", ours.median / theirs.median))
        }
        None => (String::new(), String::new()),
    };
    let cpu = match work.program.backups() {
        0 => String::new(),
        backups => format!("{:.0}", median_cpu(measured) * 100_000.0 / backups as f64),
    };
    let met = work.goal.is_met(ours.median, theirs.median, memory);
    print([
        work.name,
        &ours.to_string(),
        &beside,
        &ratio,
        &cpu,
        &format!("{memory:.0}"),
        &work.goal.to_string(),
        if met { "yes" } else { "no" },
    ])
}

/// Prints a line outside of the table.
pub(crate) fn remark(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

fn print(cells: [&str; 8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let widths = [22, 20, 29, 5, 5, 6, 17, 3];
    for (cell, width) in cells.iter().zip(widths) {
        write!(out, "| {cell:width$} ")?;
    }
    writeln!(out, "|")?;
    out.flush()
}

/// Returns the median of the processor times, in milliseconds; 0 without runs.
fn median_cpu(runs: &[Run]) -> f64 {
    let mut times: Vec<_> = runs.iter().map(|run| run.cpu).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().map_or(0.0, in_ms)
}

/// Times of several runs, in milliseconds.
struct Times {
    median: f64,
    fastest: f64,
    slowest: f64,
}

impl Times {
    /// Returns the times of these runs; all zero without runs.
    fn of(runs: &[Run]) -> Self {
        let mut times: Vec<_> = runs.iter().map(|run| run.time).collect();
        times.sort_unstable();
        let at = |place: usize| in_ms(times.get(place).copied().unwrap_or_default());
        let last = times.len().saturating_sub(1);
        // Half-way between the two in the middle, which are the same if the number is odd.
        let median = (at(last / 2) + at(last.div_ceil(2))) / 2.0;
        Self { median, fastest: at(0), slowest: at(last) }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.median < 100.0 { 1 } else { 0 };
        let Self { median, fastest, slowest } = self;
        write!(formatter, "{median:.digits$} ({fastest:.digits$}–{slowest:.digits$})")
    }
}

impl Goal {
    fn is_met(&self, ours: f64, theirs: f64, memory: f64) -> bool {
        ours <= self.times * theirs + in_ms(self.and)
            && self.memory.is_none_or(|goal| memory <= goal as f64)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { times, and, memory } = self;
        let times = match *times {
            0.0 => None,
            part if part < 1.0 => Some(format!("1/{:.0} ×", part.recip())),
            times => Some(format!("{times} ×")),
        };
        let and = (!and.is_zero()).then(|| format!("{} ms", in_ms(*and)));
        let time: Vec<_> = times.into_iter().chain(and).collect();
        write!(formatter, "≤ {}", time.join(" + "))?;
        match memory {
            Some(memory) => write!(formatter, ", {memory} MiB"),
            None => Ok(()),
        }
    }
}

fn in_ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
