//! Runs one `cbr` command against the sandbox.

use std::env;
use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};

use anyhow::Context;
use tokio::process::Command;

use super::account;
use super::server::Server;
use super::signals::Signals;

/// Variables that begin like this may name another account, and stay out of the command's
/// environment: ours, the vendor's, Terraform's, OpenStack's.
const PREFIXES: [&str; 5] = ["CBR_", "HUAWEICLOUD_", "HW_", "OS_", "CLOUD_SDK_"];

/// Runs the command with our input and output, and ends as it ends.
///
/// Ctrl-C is the command's to handle. A termination of the sandbox ends the command too, so that
/// nothing is left behind.
pub(super) async fn run(server: Server, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let program = env::current_exe().context("cannot find this program itself")?;
    let mut child = command(&program, arguments, server.address())
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    tokio::select! {
        status = child.wait() => Ok(exit_code(status?)),
        code = signals.terminated() => {
            child.kill().await?;
            Ok(code)
        }
        never = server.serve() => match never {},
    }
}

fn command(program: &Path, arguments: &[OsString], address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| !names_an_account(name)))
        .envs(account::environment(address))
        .kill_on_drop(true);
    command
}

fn names_an_account(variable: &OsStr) -> bool {
    let name = variable.as_encoded_bytes();
    // config.toml is read as usual, and the sandbox's variables override it.
    let is_kept = [&b"CBR_CONFIG_FILE"[..], b"CBR_PAGER"].contains(&name);
    !is_kept && PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

/// The command's own code; 128 and the number of the signal that ended it, as shells have it.
fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;

    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn other_accounts_stay_out_of_the_environment() {
        for name in ["CBR_TOKEN", "HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY", "OS_CLOUD", "CLOUD_SDK_AK"]
        {
            assert!(names_an_account(OsStr::new(name)), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "LANG",
            "NO_COLOR",
            "CBR_CONFIG_FILE",
            "CBR_PAGER",
            "OSTYPE",
            "MY_CBR_TOKEN",
        ] {
            assert!(!names_an_account(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn codes_pass_through_and_signals_count_from_128() {
        for (raw, code) in [(0, 0), (5 << 8, 5), (130 << 8, 130), (2, 130), (9, 137), (15, 143)] {
            assert_eq!(exit_code(ExitStatus::from_raw(raw)), ExitCode::from(code), "{raw}");
        }
    }
}
