//! Throw-away entry point of the sandbox's own clone.

#[cfg_attr(not(test), expect(dead_code, reason = "only the sandbox is here"))]
mod api;
#[cfg(feature = "sandbox")]
mod sandbox;

use std::process::ExitCode;

use clap::Parser;

/// Throw-away.
#[derive(Parser)]
enum Cli {
    /// The sandbox.
    Sandbox(sandbox::SandboxArgs),
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Cli::Sandbox(args) = Cli::parse();
    sandbox::run(args).await
}
