//! `cargo bench`: how fast `cbr` is and how much memory it takes, beside a floor that no client can
//! beat.
//!
//! Whole processes are measured, from start to exit, against `cbr sandbox` on loopback. The floor
//! runs in turn with them: a bare client that requests the same pages with the same concurrency and
//! throws the answers away. The server runs on the same machine, and its work is part of both
//! times. Where `curl` is installed, it fetches the same pages too.
//!
//! - [`work`]: what is measured, and the goal of each;
//! - [`process`]: one run of one program;
//! - [`sandbox`]: the server; [`floor`]: the bare client;
//! - [`report`]: the lines of the table.
//!
//! A missed goal is reported and is not an error: times depend on the machine.

mod floor;
mod process;
mod report;
mod sandbox;
mod work;

use std::env;

use clap::Parser;

use process::Run;
use sandbox::Sandboxes;
use work::{WORKS, Work};

/// Measures `cbr` against its sandbox and prints a Markdown table
#[derive(Parser)]
struct Args {
    /// Measure only work with this text in its name
    name: Option<String>,

    /// Measure a third of the runs, and skip slow work
    #[arg(long)]
    quick: bool,
}

/// Argument that `cargo bench` adds, and `cargo test --benches` does not.
const BENCH: &str = "--bench";

fn main() -> anyhow::Result<()> {
    if let Some(backups) = floor::requested() {
        return floor::fetch(backups);
    }
    if !env::args().any(|argument| argument == BENCH) {
        return Ok(report::remark("a test build tells nothing about speed; run cargo bench")?);
    }
    let args = Args::parse_from(env::args().filter(|argument| argument != BENCH));
    report::heading()?;
    let mut sandboxes = Sandboxes::default();
    for work in WORKS.iter().filter(|work| args.selects(work)) {
        if let Some((name, _)) = work.beside.filter(|(_, it)| !process::is_installed(it)) {
            report::remark(&format!("{}: skipped, {name} is not installed", work.name))?;
            continue;
        }
        let (measured, beside) = measure(work, args.runs_of(work), &mut sandboxes)?;
        report::line(work, &measured, &beside)?;
    }
    Ok(())
}

impl Args {
    fn selects(&self, work: &Work) -> bool {
        let named = self.name.as_ref().is_none_or(|name| work.name.contains(name.as_str()));
        named && !(self.quick && work.is_slow())
    }

    fn runs_of(&self, work: &Work) -> usize {
        if self.quick { work.runs().div_ceil(3) } else { work.runs() }
    }
}

/// Runs a work and its comparison in turn, so that a slow machine slows both. The first run of each
/// is a warm-up and does not count.
fn measure(
    work: &Work,
    runs: usize,
    sandboxes: &mut Sandboxes,
) -> anyhow::Result<(Vec<Run>, Vec<Run>)> {
    let mut measured = Vec::new();
    let mut beside = Vec::new();
    for _ in 0..=runs {
        measured.push(process::run(&work.program, sandboxes)?);
        if let Some((_, neighbour)) = &work.beside {
            beside.push(process::run(neighbour, sandboxes)?);
        }
    }
    let counted = |runs: Vec<Run>| runs.into_iter().skip(1).collect();
    Ok((counted(measured), counted(beside)))
}
