//! `cbr sandbox -- …`: output and exit of the command are the same as without the sandbox.

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Answer, Service, cbr, program, sandboxed};

#[test]
fn the_exit_code_is_that_of_the_command() {
    for (options, command, code) in [
        ("--backups 3", "backups list", 0),
        ("--backups 3", "backups list --limit 0", 2),
        ("--backups 3 --fault 401@1", "backups list", 3),
        ("--backups 3", "backups show nothing", 4),
        ("--backups 3 --fault html@1", "backups list", 5),
        ("--backups 3 --fault end=1@*", "backups list", 6),
        ("--backups 3", "nonsense", 2),
        ("--backups 3", "--version", 0),
    ] {
        sandboxed(options, command).exit(code).stderr_holds([]).run();
    }
}

/// A terminal sends the signal to both processes. The exit code is that of the command.
#[test]
fn an_interrupted_command_ends_the_run() {
    let run = sandboxed("--backups 3 --fault 503=600@*", "backups list --verbose");
    let mut process = run.start();
    let mut stderr = process.stderr();
    assert!(stderr.any(|line| line.ends_with(": again in 600.0 s")));
    process.signal("INT");
    let run = run.exit(130).check(&process.finish());
    assert_eq!(stderr.next(), None);
    assert_eq!(run.requests.len(), 1);
}

/// Settings of other accounts are removed, whichever tool they are for.
#[test]
fn variables_of_accounts_do_not_reach_the_command() {
    let elsewhere = Service::start(|_, _| Answer::new(500, ""));
    let names = ["CBR_TOKEN", "CBR_SECURITY_TOKEN", "CBR_REGION", "HUAWEICLOUD_SDK_AK", "OS_CLOUD"];
    let run = sandboxed("--backups 3", "backups list -o jsonl");
    let run = names.iter().fold(run, |run, name| run.env(name, "other"));
    let run = run.env("CBR_ENDPOINT", elsewhere.endpoint()).run();
    assert_eq!(run.lines().len(), 3);
    assert_eq!(run.requests.len(), 1);
    assert!(elsewhere.received().is_empty());
}

/// The keys of the sandbox are not sent to another service.
#[test]
fn flags_cannot_select_another_endpoint() {
    let elsewhere = Service::start(|_, _| Answer::new(500, ""));
    let endpoint = elsewhere.endpoint();
    let profile = format!("[profiles.p]\nendpoint = '{endpoint}'\n");
    let cases = [("--endpoint", endpoint.as_str()), ("--profile", "p"), ("--cloud", "c")];
    for (flag, value) in cases {
        let expected = format!("error: the argument '{flag}' would lead out of the sandbox");
        for run in [
            sandboxed("--backups 3", &format!("{flag} {value} backups list")),
            sandboxed("--backups 3", &format!("backups list {flag}={value}")),
        ] {
            let run = run.file(".config/cbr/config.toml", &profile);
            let run = run.exit(2).stderr_holds([expected.as_str()]).run();
            assert!(run.requests.is_empty());
        }
    }
    assert!(elsewhere.received().is_empty());
    let project = "backups list -o jsonl --project-id 5a4db0c5000000000000000000000001";
    assert_eq!(sandboxed("--backups 3", project).run().lines().len(), 3);
}

/// The user's proxy cannot reach the sandbox, which is on this machine.
#[test]
fn proxy_variables_are_ignored() {
    let proxy = Service::start(|_, _| Answer::new(500, ""));
    let names =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let run = sandboxed("--backups 3", "backups list -o jsonl");
    let run = names.iter().fold(run, |run, name| run.env(name, proxy.endpoint()));
    assert_eq!(run.run().lines().len(), 3);
    assert!(proxy.received().is_empty());
    let run = sandboxed("--backups 3", "backups list -o jsonl").env("ALL_PROXY", "socks5://x");
    assert_eq!(run.run().lines().len(), 3);
}

/// The sandbox neither repeats nor changes messages of the command.
#[test]
fn messages_of_the_command_are_unchanged() {
    let expected = "cbr: error: no backup is named 'nothing'\n\
                cbr: hint: cbr backups list shows the existing backups\n";
    sandboxed("--backups 3", "backups show nothing").exit(4).stderr(expected).run();
}

#[test]
fn sandboxes_can_be_nested() {
    let run = cbr("sandbox -- sandbox --backups 7 -- backups list -o jsonl").run();
    assert_eq!(run.lines().len(), 7);
}

#[test]
fn compressed_responses_are_read() {
    let plain = sandboxed("--backups 300", "backups list -o json").run();
    let run = sandboxed("--backups 300 --gzip", "backups list -o json").run();
    assert_eq!(run.stdout, plain.stdout);
    assert_eq!(run.requests[0].headers["accept-encoding"], "gzip");
}

/// Scripts can depend on the backups of the sandbox.
#[test]
fn the_account_is_the_same_in_every_run() {
    let first = sandboxed("", "backups list -o json").run().stdout;
    assert_eq!(sandboxed("", "backups list -o json").run().stdout, first);
}

/// The epoch changes the times of the backups, but not the clock that checks signatures.
#[test]
fn the_newest_backup_is_from_now_or_from_the_given_epoch() {
    let created = |options: &str, command: &str| {
        let run = cbr("sandbox").args(options.split_whitespace()).arg("--");
        let run = run.args(command.split_whitespace()).args(["-o", "jsonl"]).run();
        let time = |line: &&str| serde_json::from_str::<Value>(line).unwrap()["created_at"].clone();
        run.lines().iter().map(time).map(|time| time.as_str().unwrap().to_owned()).collect()
    };
    let of_today: Vec<String> = created("--backups 1000", "backups list --since 1d");
    assert!((3..10).contains(&of_today.len()), "{of_today:?}");
    for failed in ["--status error", "--status error --image-type replication"] {
        let failed: Vec<String> = created("", &format!("backups list --since 7d {failed}"));
        assert!((1..10).contains(&failed.len()), "{failed:?}");
    }
    for (epoch, newest) in [("2026-11-20", "2026-11-19T"), ("2024-02-29T12:00:00Z", "2024-02-29T")]
    {
        let first: Vec<String> = created(&format!("--epoch {epoch}"), "backups list --limit 1");
        assert!(first[0].starts_with(newest), "{first:?}");
    }
}

#[test]
fn a_shell_has_the_settings_of_the_sandbox_and_sets_the_exit_code() {
    let directory = TempDir::new().unwrap();
    let shell = directory.path().join("no-shell");
    let list = format!("'{}' backups list -o ids | wc -l", program().display());
    let script = format!("{list}\nkill -INT $PPID\nexit 7\n");
    let note = "cbr: sandbox with 5 backups at http://127.0.0.1:";
    for variable in ["/bin/sh", ""] {
        let run = cbr("sandbox --backups 5 --shell").env("SHELL", variable);
        let run = run.env("PATH", "/usr/bin:/bin").env("CBR_TOKEN", "other").stdin(&script);
        let output = run.start().finish();
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!((output.status.code(), stdout.trim()), (Some(7), "5"), "{variable} {stderr}");
        assert!(stderr.starts_with(note), "{stderr}");
        assert!(stderr.ends_with("\ncbr: exit the shell to stop the sandbox\n"), "{stderr}");
    }
    let output = cbr("sandbox --backups 5 --shell").env("SHELL", &shell).start().finish();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&format!("cbr: error: cannot run {}", shell.display())), "{stderr}");
    let run = cbr("sandbox --shell -- backups list").exit(2);
    run.stderr_holds(["--shell", "cannot be used with"]).run();
}
