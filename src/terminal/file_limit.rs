//! The limit on the size of files (`ulimit -f`): a write beyond it is an error.
//!
//! By default the signal SIGXFSZ ends the process without a message, in the middle of the output.

/// Hint for a file at the size limit.
pub(crate) const HINT: &str = "raise the limit on the size of files (ulimit -f)";

/// Makes writes beyond the limit fail in this process. Child processes keep the default.
#[cfg(unix)]
pub(crate) fn report() {
    use tokio::signal::unix::{SignalKind, signal};

    // The handler stays when its stream is dropped. If it cannot be set, the default remains.
    let _ = signal(SignalKind::from_raw(libc::SIGXFSZ));
}

/// Does nothing: there is no such limit.
#[cfg(not(unix))]
pub(crate) fn report() {}
