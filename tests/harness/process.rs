//! One process from its start to its end, in its own process group, with a time limit. It ends with
//! its test.

use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::rules;

/// No run takes nearly as long; one that does hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// A started process.
pub(crate) struct Process {
    child: Option<Child>,
    group: u32,
    /// Dropped when the process has ended.
    running: Option<Sender<()>>,
    /// Returns whether it had to end the process.
    watchdog: Option<JoinHandle<bool>>,
    shown: String,
}

impl Process {
    /// Starts a command with stdout and stderr captured and stdin empty.
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::start_as_it_is(command)
    }

    /// Starts a command whose stdin, stdout and stderr are set.
    pub(crate) fn start_as_it_is(command: &mut Command) -> Self {
        let shown = format!("{command:?}");
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            panic!("cannot start {shown}: {error}");
        });
        let group = child.id();
        let (running, ended) = mpsc::channel::<()>();
        let watchdog = thread::spawn(move || {
            let hangs = ended.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout);
            if hangs {
                send("KILL", group);
            }
            hangs
        });
        Self { child: Some(child), group, running: Some(running), watchdog: Some(watchdog), shown }
    }

    /// Sends a signal to the process and all that it started, as a terminal does with Ctrl-C.
    pub(crate) fn signal(&self, name: &str) {
        send(name, self.group);
    }

    /// Returns the lines of stdout as they are printed, until the process ends.
    pub(crate) fn stdout(&mut self) -> impl Iterator<Item = String> + use<> {
        let stdout = self.child.as_mut().and_then(|child| child.stdout.take());
        lines(stdout.expect("it is taken once"))
    }

    /// Returns the lines of stderr as they are printed, until the process ends.
    pub(crate) fn stderr(&mut self) -> impl Iterator<Item = String> + use<> {
        let stderr = self.child.as_mut().and_then(|child| child.stderr.take());
        lines(stderr.expect("it is taken once"))
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Output {
        let child = self.child.take().expect("it finishes once");
        let output = child.wait_with_output().unwrap();
        self.running = None;
        let hung = self.watchdog.take().expect("it finishes once").join().unwrap();
        assert!(!hung, "{} did not end in {LIMIT:?}: {}", self.shown, describe(&output));
        let printed = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        // Only a sandbox prints credentials: its own, which are no secret.
        if !printed[0].starts_with("# A CBR endpoint on this machine") {
            let shown = rules::shown_secrets(&printed[0], &printed[1], &[]);
            assert_eq!(shown, Vec::<String>::new(), "{} {}", self.shown, describe(&output));
        }
        output
    }

    /// Ends the process with a signal.
    pub(crate) fn end_with(self, signal: &str) -> Output {
        self.signal(signal);
        self.finish()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            send("KILL", self.group);
            let _ = child.wait();
        }
    }
}

fn lines(stream: impl Read) -> impl Iterator<Item = String> {
    BufReader::new(stream).lines().map_while(Result::ok)
}

/// Sends a signal with the shell's `kill`: the standard library can only send SIGKILL.
fn send(signal: &str, group: u32) {
    let kill = format!("kill -s {signal} -- -{group}");
    let _ = Command::new("/bin/sh").args(["-c", &kill]).stderr(Stdio::null()).status();
}

/// Returns all output of a process, for the message of a failed test.
pub(crate) fn describe(output: &Output) -> String {
    format!(
        "{}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    )
}
