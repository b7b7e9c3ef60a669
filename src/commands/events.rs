//! Shows the events of requests on the console.

use std::time::Duration;

use crate::api::Events;
use crate::terminal::console::Console;

impl Events for Console {
    fn on_detail(&self, line: &dyn Fn() -> String) {
        self.detail(line);
    }

    fn on_body(&self, text: &dyn Fn() -> String) {
        self.body(text);
    }

    fn on_pause(&self, why: &str, pause: Duration) {
        self.waits(why, pause);
    }

    fn on_silence(&self, host: &str, silence: Duration) {
        self.silent(host, silence);
    }
}
