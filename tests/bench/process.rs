//! One run of one program, from its start to its exit.

use std::env;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::floor;
use crate::sandbox::Sandboxes;
use crate::work::Program;

/// The measured program, in a release build.
pub(crate) const CBR: &str = env!("CARGO_BIN_EXE_cbr");

/// Resources that a run used.
pub(crate) struct Run {
    pub(crate) time: Duration,
    /// Peak memory in bytes.
    pub(crate) memory: u64,
}

/// Runs a program to its end and throws its output away.
///
/// # Errors
///
/// If it fails: the time of a failure means nothing.
pub(crate) fn run(program: &Program, sandboxes: &mut Sandboxes) -> anyhow::Result<Run> {
    let mut command = command(program, sandboxes)?;
    let start = Instant::now();
    let mut child = command.spawn()?;
    let end = child.wait4()?;
    let time = start.elapsed();
    anyhow::ensure!(end.status.success(), "{command:?}: {}", end.status);
    Ok(Run { time, memory: end.rusage.maxrss })
}

/// Creates a command with an environment of its own, so that no proxy or setting of this machine
/// affects it.
fn command(program: &Program, sandboxes: &mut Sandboxes) -> anyhow::Result<Command> {
    let mut command = match program {
        Program::Floor(_) => Command::new(env::current_exe()?),
        Program::Version | Program::List(..) | Program::Coverage(_) => Command::new(CBR),
    };
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null());
    match program {
        Program::Version => {
            command.arg("--version");
        }
        Program::List(format_and_options, account) => {
            let sandbox = sandboxes.with(*account)?;
            command.args(["backups", "list", "-o"]).args(*format_and_options);
            command.envs(sandbox.environment.iter().cloned());
        }
        Program::Coverage(account) => {
            let sandbox = sandboxes.with(*account)?;
            command.args(["backups", "coverage"]);
            command.envs(sandbox.environment.iter().cloned());
        }
        Program::Floor(account) => {
            let sandbox = sandboxes.with(*account)?;
            command.arg(floor::COMMAND).arg(account.backups.to_string());
            command.envs(sandbox.environment.iter().cloned()).env(floor::TOKEN, &sandbox.token);
        }
    }
    Ok(command)
}
