//! Events of requests, for the progress display and `-v`.

use std::fmt::Debug;
use std::time::Duration;

/// Receives the events of requests, and decides how to show them.
pub(crate) trait Events: Debug + Send + Sync {
    /// Reports a line of detail; `line` is called only if it is shown.
    fn on_detail(&self, line: &dyn Fn() -> String);

    /// Reports the body of an answer; `text` is called only if it is shown.
    fn on_body(&self, text: &dyn Fn() -> String);

    /// Reports a pause and its reason.
    fn on_pause(&self, why: &str, pause: Duration);

    /// Reports that a host has sent nothing for the given time.
    fn on_silence(&self, host: &str, silence: Duration);
}
