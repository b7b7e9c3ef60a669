//! `cbr backups check`: always one line and an exit code.

use std::process::Command;

use super::RECENT;
use crate::harness::{Cbr, cbr, sandboxed};
use crate::host;

/// Returns code and stdout of a check, and asserts that the first line has the form of a plugin's.
fn checked(run: &Cbr) -> (i32, String) {
    let output = run.start().finish();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().unwrap();
    let word = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::try_from(code).unwrap()];
    assert!(stdout.starts_with(&format!("CBR {word} - ")), "{code} {stdout:?}");
    assert!(stdout.ends_with('\n') && stdout.lines().count() <= 22, "{stdout}");
    assert!(stdout.matches('|').count() <= 1, "{stdout}");
    (code, stdout)
}

fn check(options: &str, flags: &str) -> (i32, String) {
    checked(&sandboxed(&format!("{RECENT} {options}"), &format!("backups check {flags}")))
}

#[test]
fn each_status_has_its_code() {
    let cases = [
        (
            "",
            "--inventory none --warning 400d --resource-name-matches volume-0004",
            0,
            "1 of 1 resources have a recent usable backup | ok=1 warning=0 critical=0 unknown=0 \
             oldest=",
        ),
        (
            "",
            "--warning 1s --critical 400d --resource-name-matches volume-0004",
            1,
            "1 of 1 resources have no recent usable backup | ok=0 warning=1",
        ),
        (
            "",
            "--warning 1s --critical 2s --resource-name-matches volume-0004",
            2,
            "1 of 1 resources have no recent",
        ),
        ("", "", 2, "have no recent usable backup | ok="),
        ("", "--inventory none --warning 400d", 3, "have no recent usable backup"),
        ("", "--vault nowhere", 3, "no resource is selected"),
        ("--backups 0", "--inventory none", 3, "there are no resources"),
        (
            "--source-fault vaults=403",
            "--warning 400d --critical 500d --resource-type volume",
            3,
            "the vaults cannot be read",
        ),
        ("--fault end=0@*", "", 3, "could not be proven complete"),
        ("--fault 403@*", "", 3, "HTTP 403"),
        ("--fault hang@*", "--timeout 200ms", 3, "no answer from the service in time"),
        ("", "--receipt /nowhere/receipt", 3, "cannot write /nowhere/receipt"),
    ];
    for (options, flags, code, text) in cases {
        let (found, stdout) = check(options, flags);
        assert_eq!(found, code, "{options} {flags} {stdout}");
        assert!(stdout.lines().next().unwrap().contains(text), "{options} {flags} {stdout}");
    }
}

#[test]
fn usage_and_settings_errors_are_unknown() {
    let cases = [
        ("backups check --nope", "unexpected argument '--nope' found"),
        ("--nope backups check", "--nope"),
        ("backups check --warning soon", "--warning"),
        ("backups check --warning 3d --critical 2d", "--warning is more than --critical"),
        ("backups check", "no credentials"),
    ];
    for (line, text) in cases {
        let (code, stdout) = checked(&cbr(line));
        assert_eq!(code, 3, "{line}");
        assert!(stdout.lines().next().unwrap().contains(text), "{line} {stdout}");
    }
    let broken = cbr("backups check").file(".config/cbr/config.toml", "defaults = 7\n");
    assert_eq!(checked(&broken).0, 3);
}

#[test]
fn rejected_credentials_are_unknown() {
    let run = sandboxed(RECENT, "--access-key NOBODY --secret-key-file - backups check");
    let (code, stdout) = checked(&run.stdin("wrong\n"));
    assert_eq!(code, 3, "{stdout}");
}

/// Runs it as monitoring does: through a plugin that runs another one and reads its exit code.
#[test]
fn a_plugin_runner_understands_it() {
    let negate = "/usr/lib/nagios/plugins/negate";
    if !std::path::Path::new(negate).is_file() {
        host::skip("monitoring-plugins-basic", "is not installed");
        return;
    }
    for (flags, code) in [
        ("--inventory none --warning 400d --resource-name-matches volume-0004", 0),
        ("--warning 1s --critical 400d --resource-name-matches volume-0004", 1),
        ("", 2),
        ("--nope", 3),
    ] {
        let inner = sandboxed(RECENT, &format!("backups check {flags}"));
        let inner = inner.command();
        // It reverses OK and CRITICAL, except for a status that a flag keeps or replaces.
        let mut runner = Command::new(negate);
        runner.args(["-t", "60", "-o", "CRITICAL", "-c", "OK", "-w", "WARNING", "-u", "UNKNOWN"]);
        runner.arg("-s").arg(inner.get_program()).args(inner.get_args());
        runner.env_clear();
        for (name, value) in inner.get_envs() {
            runner.env(name, value.unwrap_or_default());
        }
        let output = runner.output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let swapped = [2, 1, 0, 3][code];
        assert_eq!(output.status.code(), Some(swapped), "{flags} {stdout}");
        let word = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::try_from(swapped).unwrap()];
        assert!(stdout.starts_with(&format!("CBR {word} - ")), "{stdout}");
    }
}
