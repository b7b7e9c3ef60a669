//! Third-party Python packages from PyPI. Each has its own environment below the target directory,
//! where it remains for the next run.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

use crate::host;

/// The vendor's SDK, with its signer, `huaweicloudsdkcore`, of the same version.
const SDK: &str = "huaweicloudsdkcbr==3.1.219";

/// OpenStack's client, with the commands that Open Telekom Cloud adds.
const OPENSTACK: [&str; 2] = ["python-openstackclient==10.5.0", "otcextensions==0.34.8"];

/// Runs a script with the vendor's SDK and this stdin. Returns its output, or `None` if the test is
/// to be skipped.
pub(crate) fn sdk(script: &str, stdin: &str) -> Option<String> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    run_script(PYTHON.get_or_init(|| install(&[SDK])).as_ref()?, script, stdin)
}

/// The parser that Prometheus publishes.
const PROMETHEUS: &str = "prometheus_client==0.21.1";

/// Same as [`sdk`], with the parser of Prometheus.
pub(crate) fn prometheus_client(script: &str, stdin: &str) -> Option<String> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    run_script(PYTHON.get_or_init(|| install(&[PROMETHEUS])).as_ref()?, script, stdin)
}

fn run_script(python: &Path, script: &str, stdin: &str) -> Option<String> {
    let mut child = Command::new(python)
        // The SDK searches for settings, and leaves a file of its own behind.
        .env_clear()
        .env("HOME", python.parent().unwrap())
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_owned();
    let writer = thread::spawn(move || pipe.write_all(stdin.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    writer.join().unwrap().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Runs OpenStack's client with these variables and returns its output, or `None` if the test is
/// skipped.
pub(crate) fn openstack(variables: &[(&str, &str)], args: &[&str]) -> Option<String> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| install(&OPENSTACK)).as_ref()?;
    let folder = python.parent().unwrap();
    let output = Command::new(folder.join("openstack"))
        .env_clear()
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Installs packages, and returns the path of their interpreter.
fn install(packages: &[&str]) -> Option<PathBuf> {
    let python = host::find("python3")?;
    let name = packages.join("-").replace("==", "-");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    let (own, done) = (folder.join("bin/python"), folder.join("installed"));
    if done.exists() {
        return Some(own);
    }
    let _ = fs::remove_dir_all(&folder);
    let made = run(Command::new(python).args(["-m", "venv"]).arg(&folder));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "20"];
    let installed = made
        .and_then(|()| run(Command::new(&own).args(pip).args(["--retries", "1"]).args(packages)));
    match installed {
        Ok(()) => {
            fs::write(done, "").unwrap();
            Some(own)
        }
        Err(why) => {
            host::skip(
                &format!("{} of PyPI", packages.join(", ")),
                &format!("cannot be installed: {why}"),
            );
            None
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let Output { status, stderr, .. } = command.output().map_err(|error| error.to_string())?;
    let last = || String::from_utf8_lossy(&stderr).trim_end().lines().last().map(str::to_owned);
    if status.success() { Ok(()) } else { Err(last().unwrap_or_else(|| status.to_string())) }
}
