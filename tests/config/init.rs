//! `cbr config init`, which prompts for the settings of a profile.

use std::fs;

use super::{File, mode};
use crate::harness::{ACCESS_KEY, PROJECT_ID, REGION, SECRET_KEY, Sandbox, script};

#[test]
fn init_needs_a_terminal() {
    let file = File::new("");
    let run = file.cbr("config init prod").exit(2);
    run.stderr_holds([
        "cbr: error: there is no terminal to ask on\n",
        "cbr config set profiles.prod.secret_key < FILE",
        "cbr config set profiles.prod.region VALUE",
    ])
    .run();
    assert_eq!(file.text(), "");
}

/// Runs `config init` on a terminal with these settings of the sandbox, and types the answers: the
/// secret once the terminal has turned echo off.
fn init(file: &File, sandbox: &Sandbox, secret: &str, answers: &str) -> (String, Option<i32>) {
    let regions = file.directory.path().join("regions.yaml");
    let text = format!("CBR:\n  - id: {REGION}\n    endpoint: {}\n", sandbox.endpoint());
    fs::write(&regions, text).unwrap();
    let printed = script(&format!(
        "mkfifo keys; (echo {ACCESS_KEY}; for i in $(seq 400); do
           stty -F \"$(cat tty 2>/dev/null)\" -a 2>/dev/null | grep -q -- '-echo ' && break
           sleep 0.05
         done; printf '%s\\n' {secret} {answers}) > keys &
         HUAWEICLOUD_SDK_REGIONS_FILE={} CBR_CONFIG_FILE={} \\
         script --quiet --return --command 'tty > tty; cbr config init' /dev/null < keys > shown
         code=$?; sed 's/{ACCESS_KEY}/ACCESS_KEY/' shown; rm keys tty shown; exit $code",
        regions.display(),
        file.path().display()
    ));
    assert!(!printed.stdout.contains(secret), "{}", printed.stdout);
    (printed.stdout, printed.code)
}

#[test]
fn init_saves_a_profile_that_works() {
    let (file, sandbox) = (File::new(""), Sandbox::start("--backups 30"));
    let answers = format!("eu-dee {REGION} {REGION} {PROJECT_ID}");
    let (shown, code) = init(&file, &sandbox, SECRET_KEY, &answers);
    assert_eq!(code, Some(0), "{shown}");
    for part in ["did you mean eu-de?", "has 30 backups", "It is the default profile"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let text = format!(
        "[profiles.default]\naccess_key = \"{ACCESS_KEY}\"\nsecret_key = \"{SECRET_KEY}\"\n\
         region = \"{REGION}\"\nproject_id = \"{PROJECT_ID}\"\n"
    );
    assert_eq!(file.text(), text);
    assert_eq!(mode(&file.path()), 0o600);
    assert_eq!(sandbox.requests().len(), 1);
    let run = file.cbr("config init").exit(2);
    run.stderr_holds(["there is no terminal"]).run();
}

#[test]
fn init_saves_nothing_that_does_not_work_unless_confirmed() {
    for (answer, is_saved) in [("n", false), ("y", true)] {
        let (file, sandbox) = (File::new(""), Sandbox::start("--backups 30"));
        let answers = format!("{REGION} {REGION} {PROJECT_ID} {answer}");
        let (shown, code) = init(&file, &sandbox, "hunter2hunter2", &answers);
        assert_eq!(code, Some(if is_saved { 0 } else { 3 }), "{shown}");
        assert!(shown.contains("The settings do not work: HTTP 401"), "{shown}");
        assert_eq!(!file.text().is_empty(), is_saved, "{}", file.text());
    }
}
