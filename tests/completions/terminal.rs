//! A shell on a pseudo-terminal, which `script` of util-linux provides.
//!
//! No fixed waits. A shell is ready when it has printed its prompt. After the keys of a test comes
//! one that the shell's start-up file binds to print a result between two marks. The shell
//! processes keys in order, so the marks also show that it is done.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

use crate::host;

/// The properties of a shell that the tests need.
pub(super) struct Shell {
    pub(super) name: &'static str,
    /// Arguments for an interactive shell.
    pub(super) interactive: &'static str,
    /// Path of its start-up file below the home directory.
    pub(super) rc: &'static str,
    /// Lines that the tests add to that file: the prompt, Ctrl-T to print the line and clear it,
    /// and Ctrl-G to print the offered values for the last word.
    pub(super) keys: &'static str,
}

/// The prompt of every shell.
const PROMPT: &str = "ready> ";

/// Marks around the output of the keys.
const MARKS: (&str, &str) = ("\x02", "\x03");

/// Time limit, far longer than any shell needs, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An interactive shell with the completions installed.
pub(super) struct Terminal {
    script: Child,
    keys: ChildStdin,
    output: Receiver<Vec<u8>>,
    /// Output that has arrived and was not read yet.
    unread: String,
    /// Output that was read.
    screen: String,
    home: TempDir,
}

impl Terminal {
    /// Installs the completions in a new home directory, as the help says, and starts the shell
    /// there. Returns `None` if this host has no such shell.
    pub(super) fn start(shell: &Shell) -> Option<Self> {
        Self::start_after(shell, &installation(shell))
    }

    /// Same as [`start`](Self::start), with other commands for the installation, which the shell
    /// runs.
    pub(super) fn start_after(shell: &Shell, installation: &str) -> Option<Self> {
        let (program, script) = (host::find(shell.name)?, host::find("script")?);
        let home = home();
        let rc = home.path().join(shell.rc);
        fs::create_dir_all(rc.parent().unwrap()).unwrap();
        let installed = hermetic(&program, &home).args(["-c", installation]).output().unwrap();
        assert!(installed.status.success() && installed.stderr.is_empty(), "{installed:?}");
        let installed = fs::read_to_string(&rc).unwrap();
        fs::write(&rc, format!("{installed}\n{}", shell.keys)).unwrap();

        // Large enough that no shell prompts before it shows all values.
        let program = program.display();
        let run = format!("stty rows 200 columns 250; exec {program} {}", shell.interactive);
        let mut script = hermetic(&script, &home)
            .args(["--quiet", "--flush", "--return", "--command", &run, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let keys = script.stdin.take().unwrap();
        let output = read(script.stdout.take().unwrap());
        let (unread, screen) = (String::new(), String::new());
        let mut terminal = Self { script, keys, output, unread, screen, home };
        terminal.read_past(PROMPT);
        Some(terminal)
    }

    /// Replaces cbr by another program, or removes it.
    pub(super) fn replace_cbr(&self, program: Option<&str>) {
        let cbr = self.home.path().join("bin/cbr");
        fs::remove_file(&cbr).unwrap();
        if let Some(program) = program {
            fs::write(&cbr, program).unwrap();
            fs::set_permissions(&cbr, Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// Returns the line after typing the text and pressing Tab.
    pub(super) fn complete(&mut self, typed: &str) -> String {
        self.press(&format!("{typed}\t\x14"))
    }

    /// Returns the values that the shell offers for the last word of the text, as Ctrl-G prints
    /// them.
    pub(super) fn offered(&mut self, typed: &str) -> String {
        self.press(&format!("{typed}\x07"))
    }

    /// Types keys and returns the output of the last one.
    fn press(&mut self, keys: &str) -> String {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self.read_past(MARKS.0);
        self.read_past(MARKS.1).replace("\r\n", "\n")
    }

    /// Returns everything that was shown so far.
    pub(super) fn screen(&self) -> &str {
        &self.screen
    }

    /// Reads past the mark and returns the text in front of it.
    fn read_past(&mut self, mark: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.unread.find(mark) {
                let rest = self.unread.split_off(at + mark.len());
                let mut text = std::mem::replace(&mut self.unread, rest);
                self.screen.push_str(&text);
                text.truncate(at);
                return text;
            }
            let patience = deadline.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.output.recv_timeout(patience) else {
                panic!("no {mark:?} after {:?}{:?}", self.screen, self.unread);
            };
            self.unread.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The shell ends when its terminal does.
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// Reads stdout in a thread and passes chunks on as they arrive.
fn read(mut stdout: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = stdout.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Creates a home directory with cbr and a few files.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["bin", "sub"] {
        fs::create_dir(home.path().join(folder)).unwrap();
    }
    for file in ["notes.jsonl", "my notes.jsonl", "sub/deep.jsonl"] {
        fs::write(home.path().join(file), "").unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_cbr"), home.path().join("bin/cbr")).unwrap();
    home
}

/// Creates a command for a program in that home directory, without the host's environment and
/// without credentials.
fn hermetic(program: &Path, home: &TempDir) -> Command {
    let bin = home.path().join("bin");
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .env("TERM", "xterm")
        .env("LC_ALL", "C.UTF-8")
        .current_dir(home.path());
    command
}

/// Returns the line for this shell in `cbr completions --help`.
fn installation(shell: &Shell) -> String {
    let help = cargo_bin_cmd!("cbr").args(["completions", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, lines) = help.split_once("\nTo install, ").unwrap();
    let mut lines = lines.lines().filter_map(|line| line.trim().split_once(' '));
    let (_, line) = lines.find(|(name, _)| *name == shell.name).unwrap();
    line.trim().to_owned()
}
