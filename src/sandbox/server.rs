//! Loopback socket and its connections; the command that runs in the sandbox; signals.

use std::convert::Infallible;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::announcement;
use super::args::SandboxArgs;
use super::cloud::Cloud;
use super::service::Service;

/// A bound socket that does not serve yet.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    cloud: Cloud,
    service: Arc<Service>,
}

/// Pause after a failed `accept`, for example without free file descriptors.
const PAUSE: Duration = Duration::from_millis(10);

impl Server {
    /// Binds the port. Clients can connect, and are served by [`Server::serve`].
    pub(super) async fn bind(args: &SandboxArgs) -> anyhow::Result<Self> {
        let service = Service::new(args).with_context(|| match &args.log {
            Some(path) => format!("cannot open the log {}", path.display()),
            None => "cannot start the sandbox".to_owned(),
        })?;
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("cannot listen on {wanted}"))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, cloud: args.cloud(), service: Arc::new(service) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// Accepts connections forever.
    pub(super) async fn serve(self) -> Infallible {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(connection(stream, Arc::clone(&self.service)));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// Serves one connection: HTTP/1.1 or HTTP/2, whichever the client speaks.
async fn connection(stream: TcpStream, service: Arc<Service>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let answer = service_fn(|request| {
        let service = Arc::clone(&service);
        async move { service.serve(request).await }
    });
    // The client notices errors of its connection.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), answer)
        .await;
    Ok(())
}

/// Prefixes of variables that can name another account: of cbr, the vendor, Terraform, OpenStack.
/// They are removed from the command's environment.
const PREFIXES: [&str; 5] = ["CBR_", "HUAWEICLOUD_", "HW_", "OS_", "CLOUD_SDK_"];

/// Runs a `cbr` command with these arguments in the sandbox.
pub(super) async fn run_command(
    server: Server,
    arguments: &[OsString],
) -> anyhow::Result<ExitCode> {
    let program = env::current_exe().context("cannot find this program itself")?;
    run(server, &program, arguments).await
}

/// Runs the user's shell in the sandbox, after a note on stderr.
pub(super) async fn run_shell(server: Server, backups: u32) -> anyhow::Result<ExitCode> {
    let shell = env::var_os("SHELL").filter(|shell| !shell.is_empty());
    let shell = PathBuf::from(shell.unwrap_or_else(|| "sh".into()));
    let note = format!(
        "cbr: sandbox with {backups} backups at http://{}\n\
         cbr: commands in this shell use it, such as: cbr backups list\n\
         cbr: exit the shell to stop the sandbox\n",
        server.address()
    );
    // The shell works without the note.
    let _ = io::stderr().write_all(note.as_bytes());
    run(server, &shell, &[]).await
}

/// Runs a program with the same standard streams, and returns its exit code.
///
/// The program handles Ctrl-C itself. If the sandbox is terminated, so is the program.
async fn run(server: Server, program: &Path, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let mut child = command(program, arguments, &server)
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

fn command(program: &Path, arguments: &[OsString], server: &Server) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| !names_an_account(name)))
        .envs(announcement::environment(server.address, server.cloud))
        .kill_on_drop(true);
    command
}

fn names_an_account(variable: &OsStr) -> bool {
    let name = variable.as_encoded_bytes();
    // config.toml is read as usual, and the sandbox's variables override it.
    let is_kept = [&b"CBR_CONFIG_FILE"[..], b"CBR_PAGER"].contains(&name);
    !is_kept && PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

/// Returns the command's exit code or, as shells do, 128 plus the number of its signal.
fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;

    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Signals that end the sandbox. While this exists, they have no other effect.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

/// Exit codes as in shells: 128 plus the number of the signal.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for a termination and returns its exit code.
    pub(super) async fn terminated(&mut self) -> ExitCode {
        self.terminate.recv().await;
        ExitCode::from(TERMINATED)
    }

    /// Waits for either signal and returns its exit code.
    async fn any(&mut self) -> ExitCode {
        tokio::select! {
            _ = self.interrupt.recv() => ExitCode::from(INTERRUPTED),
            _ = self.terminate.recv() => ExitCode::from(TERMINATED),
        }
    }
}

/// Serves until Ctrl-C or a termination.
pub(super) async fn serve_until_interrupted(server: Server, mut signals: Signals) -> ExitCode {
    tokio::select! {
        code = signals.any() => code,
        never = server.serve() => match never {},
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn variables_of_other_accounts_are_removed() {
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
    fn exit_codes_are_kept_and_signals_become_128_plus_number() {
        for (raw, code) in [(0, 0), (5 << 8, 5), (130 << 8, 130), (2, 130), (9, 137), (15, 143)] {
            assert_eq!(exit_code(ExitStatus::from_raw(raw)), ExitCode::from(code), "{raw}");
        }
    }
}
