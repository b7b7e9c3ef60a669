//! Runs `cbr`, alone or in a sandbox, isolated from the machine that the tests run on.
//!
//! The environment has only the variables that a test sets; the working directory, `HOME` and
//! `TMPDIR` are an empty directory. General rules are checked after every run (see
//! [`super::rules`]), so a test states only its own expectations. Anything else is an error: for
//! example, a run may only leave files that the test names.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;
use tempfile::TempDir;

use super::csv;
use super::process::{Process, describe};
use super::request::{self, Request};
use super::rules;

/// A run of `cbr` that has not started.
pub(crate) struct Cbr {
    args: Vec<OsString>,
    env: Vec<(String, OsString)>,
    secrets: Vec<String>,
    exit: i32,
    stderr: Stderr,
    reports: bool,
    files: Vec<PathBuf>,
    made: Vec<PathBuf>,
    stdin: Option<PathBuf>,
    directory: Directory,
}

/// Expected text on stderr.
enum Stderr {
    Exactly(String),
    Holding(Vec<String>),
}

/// Directories of a run. Removed with the test.
struct Directory {
    /// Working directory, `HOME` and `TMPDIR`: the same files before and after.
    home: TempDir,
    /// Files of the harness.
    own: TempDir,
}

/// A finished run that met its expectations.
pub(crate) struct Run {
    /// Text on stdout.
    pub(crate) stdout: String,
    /// Text on stderr.
    pub(crate) stderr: String,
    /// Requests that arrived at the sandbox around it, in the order of arrival.
    pub(crate) requests: Vec<Request>,
}

/// Creates a run with these arguments, separated by blanks.
pub(crate) fn cbr(args: &str) -> Cbr {
    Cbr::new().args(args.split_whitespace())
}

/// Creates `cbr sandbox OPTIONS -- ARGS`: the command with these arguments in a sandbox with these
/// options.
pub(crate) fn sandboxed(options: &str, args: &str) -> Cbr {
    let run = Cbr::new();
    let log = run.directory.log();
    run.arg("sandbox")
        .args(fixed_epoch(options))
        .args(options.split_whitespace())
        .arg("--log")
        .arg(log)
        .arg("--")
        .args(args.split_whitespace())
}

/// Returns the flags that give a sandbox the same backups in every run, unless `options` set the
/// time of its newest backup.
pub(crate) fn fixed_epoch(options: &str) -> &'static [&'static str] {
    if options.contains("--epoch") { &[] } else { &["--epoch", "2026-11-20"] }
}

/// Returns the path of the tested program.
pub(crate) fn program() -> &'static Path {
    assert_cmd::cargo::cargo_bin!("cbr")
}

impl Cbr {
    fn new() -> Self {
        Self {
            args: Vec::new(),
            env: Vec::new(),
            secrets: Vec::new(),
            exit: 0,
            stderr: Stderr::Exactly(String::new()),
            reports: false,
            files: Vec::new(),
            made: Vec::new(),
            stdin: None,
            directory: Directory { home: TempDir::new().unwrap(), own: TempDir::new().unwrap() },
        }
    }

    /// Adds one argument, which may contain blanks.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets a variable to a value that must not be printed.
    pub(crate) fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.push(value.trim().to_owned());
        self.env(name, value)
    }

    /// Adds a file to the home directory, such as `.hcloud/config.json`.
    pub(crate) fn file(mut self, name: &str, text: &str) -> Self {
        let path = self.directory.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.files.push(path);
        self
    }

    /// Adds a named pipe to the home directory.
    pub(crate) fn pipe(self, name: &str) -> Self {
        self.placed(name, |path| {
            mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap()
        })
    }

    /// Adds a symbolic link to the home directory.
    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        self.placed(name, |path| symlink(target, path).unwrap())
    }

    /// Adds a file of this size without content to the home directory.
    pub(crate) fn sparse(self, name: &str, size: u64) -> Self {
        self.placed(name, |path| File::create(path).unwrap().set_len(size).unwrap())
    }

    fn placed(mut self, name: &str, place: impl FnOnce(&Path)) -> Self {
        let path = self.directory.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        place(&path);
        self.files.push(path);
        self
    }

    /// Returns the home directory.
    pub(crate) fn home(&self) -> &Path {
        self.directory.home.path()
    }

    /// Expects the run to create this file in the home directory. If it holds a secret, it must be
    /// private.
    pub(crate) fn makes(mut self, name: &str) -> Self {
        self.made.push(self.directory.home.path().join(name));
        self
    }

    /// Adds a file to the home directory that other users cannot read.
    pub(crate) fn private_file(self, name: &str, text: &str) -> Self {
        self.file(name, text).mode(name, 0o600)
    }

    /// Sets the permissions of a file of the home directory.
    pub(crate) fn mode(self, name: &str, mode: u32) -> Self {
        let path = self.directory.home.path().join(name);
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Expects that this text is not printed, wherever it comes from.
    pub(crate) fn hides(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// Sets stdin; empty by default.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        let path = self.directory.own.path().join("stdin");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        self.stdin = Some(path);
        self
    }

    /// Sets the expected exit code; 0 by default.
    pub(crate) fn exit(mut self, code: i32) -> Self {
        self.exit = code;
        self
    }

    /// Expects output on stdout also if the run fails.
    pub(crate) fn reports(mut self) -> Self {
        self.reports = true;
        self
    }

    /// Sets the whole expected text on stderr; empty by default.
    pub(crate) fn stderr(mut self, text: impl Into<String>) -> Self {
        self.stderr = Stderr::Exactly(text.into());
        self
    }

    /// Sets parts of the expected text on stderr.
    pub(crate) fn stderr_holds<'a>(mut self, parts: impl IntoIterator<Item = &'a str>) -> Self {
        self.stderr = Stderr::Holding(parts.into_iter().map(str::to_owned).collect());
        self
    }

    /// Starts it, for tests that act meanwhile; these have to check the rules themselves.
    pub(crate) fn start(&self) -> Process {
        let mut command = self.command();
        let Some(stdin) = &self.stdin else { return Process::start(&mut command) };
        command.stdin(File::open(stdin).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Process::start_as_it_is(&mut command)
    }

    /// Starts it with another stdout.
    pub(crate) fn start_with_stdout(&self, stdout: impl Into<Stdio>) -> Process {
        Process::start_as_it_is(
            self.command().stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()),
        )
    }

    /// Returns the command of the run.
    pub(crate) fn command(&self) -> Command {
        let home = self.directory.home.path();
        let mut command = Command::new(program());
        command
            .args(&self.args)
            .env_clear()
            .env("HOME", home)
            .env("TMPDIR", home)
            // The machine of the tests may have a metadata service.
            .env("CBR_ECS_METADATA", "off")
            .env("XDG_CACHE_HOME", self.directory.cache())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(home);
        command
    }

    /// Runs it to its end, and panics unless it meets the expectations.
    pub(crate) fn run(self) -> Run {
        let output = self.start().finish();
        self.check(&output)
    }

    /// Checks the expectations after its end.
    pub(crate) fn check(self, output: &Output) -> Run {
        let home = self.directory.home.path().to_owned();
        let shown = format!("{:?}\n{}", self.args, describe(output));
        let stdout = String::from_utf8(output.stdout.clone()).expect(&shown);
        let stderr = String::from_utf8(output.stderr.clone()).expect(&shown);
        assert_eq!(output.status.code(), Some(self.exit), "{shown}");
        match &self.stderr {
            Stderr::Exactly(expected) => assert_eq!(&stderr, expected, "{shown}"),
            Stderr::Holding(parts) => {
                for part in parts {
                    assert!(stderr.contains(part), "{part:?} is not in: {shown}");
                }
            }
        }
        let rules = if self.reports { rules::broken_by_a_report } else { rules::broken };
        let mut broken = rules(self.exit, &stdout, &stderr, &self.secrets);
        for path in &self.made {
            broken.extend(rules::broken_by_file(path, true, &self.secrets));
        }
        // A file that an argument names, such as a receipt or a log, may be readable by others.
        let named = self.args.iter().map(|arg| home.join(arg));
        for path in named.filter(|path| path.is_file() && !self.files.contains(path)) {
            broken.extend(rules::broken_by_file(&path, false, &self.secrets));
        }
        assert_eq!(broken, Vec::<String>::new(), "{shown}");
        let mut expected = [self.files, self.made].concat();
        expected.sort();
        expected.dedup();
        assert_eq!(files_below(&home), expected);
        for file in files_below(&self.directory.cache()) {
            assert_eq!(rules::broken_by_file(&file, false, &self.secrets), Vec::<String>::new());
            let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{file:?}");
        }
        let requests = request::read(&self.directory.log());
        Run { stdout, stderr, requests }
    }
}

/// Returns every file in the order of the names; none if the directory does not exist.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let entries = entries.map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    let mut files: Vec<_> = entries.flat_map(below).collect();
    files.sort();
    files
}

impl Directory {
    /// Returns the cache directory: empty at first, or the test's own if it sets the variable.
    fn cache(&self) -> PathBuf {
        self.own.path().join("cache")
    }

    fn log(&self) -> PathBuf {
        self.own.path().join("requests.jsonl")
    }
}

impl Run {
    /// Returns offset and limit of each requested listing, ordered by offset: concurrent pages
    /// arrive in any order.
    pub(crate) fn windows(&self) -> Vec<(u64, u64)> {
        request::windows(&self.requests)
    }

    /// Parses stdout as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}", self.stdout);
        })
    }

    /// Parses stdout as CSV: the rows, with the header.
    pub(crate) fn csv(&self) -> Vec<Vec<String>> {
        csv::read(&self.stdout)
    }

    /// Returns the lines of stdout, and asserts that the last one is terminated.
    pub(crate) fn lines(&self) -> Vec<&str> {
        assert!(self.stdout.is_empty() || self.stdout.ends_with('\n'), "{:?}", self.stdout);
        self.stdout.split_terminator('\n').collect()
    }
}
