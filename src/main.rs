//! Throw-away: only makes the modules reachable.

mod backup;
mod column;
mod json;
mod output;

use clap::Parser;
use std::io::{IsTerminal, Read, Write};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    output: output::OutputArgs,
    #[arg(long)]
    show: bool,
    #[arg(long)]
    screen: Option<usize>,
    #[arg(long, default_value_t = 1)]
    repeat: usize,
}

#[derive(serde::Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    backups: Vec<&'a serde_json::value::RawValue>,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Err(message) = cli.output.check() {
        <Cli as clap::CommandFactory>::command()
            .error(clap::error::ErrorKind::ArgumentConflict, message)
            .exit();
    }
    let screen = cli.screen.or_else(|| {
        std::io::stdout()
            .is_terminal()
            .then(|| terminal_size::terminal_size().map(|(w, _)| w.0.into()))
            .flatten()
    });
    let mut body = String::new();
    std::io::stdin().read_to_string(&mut body)?;
    let mut out = std::io::stdout().lock();
    if cli.show {
        return cli.output.show(&body, screen, &mut out);
    }
    let page: Page<'_> = serde_json::from_str(&body)?;
    let start = std::time::Instant::now();
    let mut renderer = cli.output.renderer(screen);
    for _ in 0..cli.repeat {
        for record in &page.backups {
            renderer.push(record.get())?;
        }
    }
    let pushed = start.elapsed();
    renderer.finish(&mut out)?;
    writeln!(
        std::io::stderr(),
        "{} records: push {pushed:?}, finish {:?}",
        page.backups.len() * cli.repeat,
        start.elapsed() - pushed
    )?;
    Ok(())
}
