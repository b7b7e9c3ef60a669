//! How a run is ended from outside.

use std::io;
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::server::Server;

/// Signals that end the sandbox. As long as this exists they do nothing by themselves.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

/// 128 and the number of the signal, as shells have it.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for a termination and returns the exit code that tells of it.
    pub(super) async fn terminated(&mut self) -> ExitCode {
        self.terminate.recv().await;
        ExitCode::from(TERMINATED)
    }

    /// Waits for either signal and returns the exit code that tells of it.
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
