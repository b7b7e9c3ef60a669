//! Runs `cbr`, alone or in a sandbox, cut off from the machine that the tests run on.
//!
//! The environment is empty but for what a test sets; the working directory, `HOME` and `TMPDIR`
//! are an empty directory. What holds for every run is checked on every run (see [`super::rules`]):
//! a test says only what is particular to it, and what it does not say must not be: a file that a
//! run leaves behind is one that the test names.

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

/// A run of `cbr` before it starts.
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

/// What stderr must be.
enum Stderr {
    Exactly(String),
    Holding(Vec<String>),
}

/// Where a run takes place. Gone when the test is.
struct Directory {
    /// The working directory, `HOME` and `TMPDIR`: the same files before and after.
    home: TempDir,
    /// What the harness needs for itself.
    own: TempDir,
}

/// A run that has ended as it should.
pub(crate) struct Run {
    /// What it printed.
    pub(crate) stdout: String,
    /// What it said.
    pub(crate) stderr: String,
    /// What arrived at the sandbox around it, in the order of arrival.
    pub(crate) requests: Vec<Request>,
}

/// `cbr` with these arguments, separated by blanks.
pub(crate) fn cbr(args: &str) -> Cbr {
    Cbr::new().args(args.split_whitespace())
}

/// `cbr sandbox OPTIONS -- ARGS`: the command with these arguments in a sandbox with these options.
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

/// Returns the flags that give a sandbox the same backups in every run, unless `options` say when
/// its newest backup is from.
pub(crate) fn fixed_epoch(options: &str) -> &'static [&'static str] {
    if options.contains("--epoch") { &[] } else { &["--epoch", "2026-11-20"] }
}

/// The program that is tested.
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

    /// One more argument, which may hold blanks.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// More arguments.
    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets a variable to something that must not be seen again.
    pub(crate) fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.push(value.trim().to_owned());
        self.env(name, value)
    }

    /// A file of the home directory, such as `.hcloud/config.json`.
    pub(crate) fn file(mut self, name: &str, text: &str) -> Self {
        let path = self.directory.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.files.push(path);
        self
    }

    /// A named pipe of the home directory.
    pub(crate) fn pipe(self, name: &str) -> Self {
        self.placed(name, |path| {
            mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap()
        })
    }

    /// A symbolic link of the home directory.
    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        self.placed(name, |path| symlink(target, path).unwrap())
    }

    /// A file of the home directory with a size, and without content.
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

    /// The home directory.
    pub(crate) fn home(&self) -> &Path {
        self.directory.home.path()
    }

    /// A file of the home directory that it must make. Where that holds a secret, nobody else can
    /// read it.
    pub(crate) fn makes(mut self, name: &str) -> Self {
        self.made.push(self.directory.home.path().join(name));
        self
    }

    /// A file of the home directory that nobody else can read.
    pub(crate) fn private_file(self, name: &str, text: &str) -> Self {
        self.file(name, text).mode(name, 0o600)
    }

    /// Who can do what with a file of the home directory.
    pub(crate) fn mode(self, name: &str, mode: u32) -> Self {
        let path = self.directory.home.path().join(name);
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        self
    }

    /// What must not be seen, wherever it comes from.
    pub(crate) fn hides(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// What it reads from stdin; nothing unless said.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        let path = self.directory.own.path().join("stdin");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        self.stdin = Some(path);
        self
    }

    /// The exit code that it must end with; 0 unless said.
    pub(crate) fn exit(mut self, code: i32) -> Self {
        self.exit = code;
        self
    }

    /// It prints what it found out, also where that is a failure.
    pub(crate) fn reports(mut self) -> Self {
        self.reports = true;
        self
    }

    /// All that it must say on stderr; nothing unless said.
    pub(crate) fn stderr(mut self, text: impl Into<String>) -> Self {
        self.stderr = Stderr::Exactly(text.into());
        self
    }

    /// What it must say on stderr, among other things.
    pub(crate) fn stderr_holds<'a>(mut self, parts: impl IntoIterator<Item = &'a str>) -> Self {
        self.stderr = Stderr::Holding(parts.into_iter().map(str::to_owned).collect());
        self
    }

    /// Starts it, for tests that do something meanwhile; the rules are then theirs to keep.
    pub(crate) fn start(&self) -> Process {
        let mut command = self.command();
        let Some(stdin) = &self.stdin else { return Process::start(&mut command) };
        command.stdin(File::open(stdin).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Process::start_as_it_is(&mut command)
    }

    /// Starts it with stdout somewhere else.
    pub(crate) fn start_with_stdout(&self, stdout: impl Into<Stdio>) -> Process {
        Process::start_as_it_is(
            self.command().stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()),
        )
    }

    /// The command that a run consists of.
    pub(crate) fn command(&self) -> Command {
        let home = self.directory.home.path();
        let mut command = Command::new(program());
        command
            .args(&self.args)
            .env_clear()
            .env("HOME", home)
            .env("TMPDIR", home)
            // Where the tests run there may be a metadata service.
            .env("CBR_ECS_METADATA", "off")
            .env("XDG_CACHE_HOME", self.directory.cache())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(home);
        command
    }

    /// Runs it to its end, and fails unless it ended as it should.
    pub(crate) fn run(self) -> Run {
        let output = self.start().finish();
        self.check(&output)
    }

    /// What must hold after it has ended.
    pub(crate) fn check(self, output: &Output) -> Run {
        let home = self.directory.home.path().to_owned();
        let told = format!("{:?}\n{}", self.args, describe(output));
        let stdout = String::from_utf8(output.stdout.clone()).expect(&told);
        let stderr = String::from_utf8(output.stderr.clone()).expect(&told);
        assert_eq!(output.status.code(), Some(self.exit), "{told}");
        match &self.stderr {
            Stderr::Exactly(expected) => assert_eq!(&stderr, expected, "{told}"),
            Stderr::Holding(parts) => {
                for part in parts {
                    assert!(stderr.contains(part), "{part:?} is not in: {told}");
                }
            }
        }
        let rules = if self.reports { rules::broken_by_a_report } else { rules::broken };
        let mut broken = rules(self.exit, &stdout, &stderr, &self.secrets);
        for path in &self.made {
            broken.extend(rules::broken_by_file(path, true, &self.secrets));
        }
        // What an argument leads to, such as a receipt or a log, is for others to read.
        let named = self.args.iter().map(|arg| home.join(arg));
        for path in named.filter(|path| path.is_file() && !self.files.contains(path)) {
            broken.extend(rules::broken_by_file(&path, false, &self.secrets));
        }
        assert_eq!(broken, Vec::<String>::new(), "{told}");
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

/// Every file, in the order of the names; none where there is no directory.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let entries = entries.map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    let mut files: Vec<_> = entries.flat_map(below).collect();
    files.sort();
    files
}

impl Directory {
    /// What is kept between runs: nothing at first, and the test's own if it sets the variable.
    fn cache(&self) -> PathBuf {
        self.own.path().join("cache")
    }

    fn log(&self) -> PathBuf {
        self.own.path().join("requests.jsonl")
    }
}

impl Run {
    /// Offset and limit of each listing that was asked for, in the order of their offsets: pages
    /// that are fetched side by side arrive in any order.
    pub(crate) fn windows(&self) -> Vec<(u64, u64)> {
        request::windows(&self.requests)
    }

    /// What it printed, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}", self.stdout);
        })
    }

    /// What it printed, as CSV: the rows, the header among them.
    pub(crate) fn csv(&self) -> Vec<Vec<String>> {
        csv::read(&self.stdout)
    }

    /// The lines that it printed, each of which must have an end.
    pub(crate) fn lines(&self) -> Vec<&str> {
        assert!(self.stdout.is_empty() || self.stdout.ends_with('\n'), "{:?}", self.stdout);
        self.stdout.split_terminator('\n').collect()
    }
}
