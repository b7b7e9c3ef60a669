//! The limit on the size of files (`ulimit -f`): a write beyond it is an error.
//!
//! By default the signal SIGXFSZ ends the process without a message, in the middle of the output.

/// Advice for a file that may not grow.
pub(crate) const HINT: &str = "raise the limit on the size of files (ulimit -f)";

/// Makes writes beyond the limit fail, from now on and in this process only. Programs that it
/// starts keep the default.
#[cfg(unix)]
pub(crate) fn report() {
    use tokio::signal::unix::{SignalKind, signal};

    // The handler stays when its stream is dropped. Without it the default is as good as there is.
    let _ = signal(SignalKind::from_raw(libc::SIGXFSZ));
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) fn report() {}
