//! Events of the requests of a run, for whoever watches it.

use std::fmt::Debug;
use std::time::Duration;

/// Receives the events of requests. The client does not know how they are shown.
pub(crate) trait Events: Debug + Send + Sync {
    /// Takes a line of detail, which is made only if it is shown.
    fn on_detail(&self, line: &dyn Fn() -> String);

    /// Notes that nothing comes during a pause, and why.
    fn on_pause(&self, why: &str, pause: Duration);

    /// Reports that a host has sent nothing for so long.
    fn on_silence(&self, host: &str, silence: Duration);
}
