//! One run of one program, from its start to its exit.

use std::env;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::floor;
use crate::sandbox::{Sandbox, Sandboxes};
use crate::work::Program;

/// The measured program, in a release build.
pub(crate) const CBR: &str = env!("CARGO_BIN_EXE_cbr");

const CURL: &str = "curl";

/// Resources that a run used.
pub(crate) struct Run {
    pub(crate) time: Duration,
    /// Time on processors, of the program and of the kernel for it.
    pub(crate) cpu: Duration,
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
    let cpu = end.rusage.utime + end.rusage.stime;
    Ok(Run { time, cpu, memory: end.rusage.maxrss })
}

/// Returns true if the program is on this machine.
pub(crate) fn is_installed(program: &Program) -> bool {
    let Program::Curl(_) = program else { return true };
    let silent = Command::new(CURL).arg("--version").stdout(Stdio::null()).status();
    silent.is_ok_and(|status| status.success())
}

/// Creates a command with an environment of its own, so that no proxy or setting of this machine
/// affects it.
fn command(program: &Program, sandboxes: &mut Sandboxes) -> anyhow::Result<Command> {
    let mut command = match program {
        Program::Floor(_) => Command::new(env::current_exe()?),
        Program::Curl(_) => Command::new(CURL),
        Program::Version | Program::List(..) | Program::Targets(..) | Program::Coverage(_) => {
            Command::new(CBR)
        }
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
        Program::Targets(targets, format_and_options, account) => {
            command.args(["backups", "list", "-o"]).args(*format_and_options);
            for target in 0..*targets {
                command.args(["--profile", &Sandbox::profile(target)]);
            }
            command.env("CBR_CONFIG_FILE", sandboxes.profiles(*targets, *account)?);
        }
        Program::Curl(account) => {
            let sandbox = sandboxes.with(*account)?;
            let url = floor::url(|name| sandbox.variable(name))?;
            let (last, step) = (account.backups.saturating_sub(2), floor::STEP);
            command.args(["--silent", "--fail", "--parallel", "--parallel-max", "8"]);
            command.args(["--output", "/dev/null", "--header"]);
            command.arg(format!("x-auth-token: {}", sandbox.token));
            command.arg(format!("{url}&limit={}&offset=[0-{last}:{step}]", floor::PAGE));
        }
        Program::Floor(account) => {
            let sandbox = sandboxes.with(*account)?;
            command.arg(floor::COMMAND).arg(account.backups.to_string());
            command.envs(sandbox.environment.iter().cloned()).env(floor::TOKEN, &sandbox.token);
        }
    }
    Ok(command)
}
