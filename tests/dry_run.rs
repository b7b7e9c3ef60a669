//! `--dry-run` and `--print-curl`: the request that would be sent, and that none is sent.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{
    ACCESS_KEY, Cbr, PROJECT_ID, Process, SECRET_KEY, SECURITY_TOKEN, Sandbox,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TOKEN, cbr, sandboxed,
};
use crate::host;

const SHOW: &str = "backups show 7b2bf477-f888-4a0e-a706-dd2f4d197e00";

/// Runs with settings for a host that does not exist.
fn nowhere(args: &str) -> Cbr {
    cbr(args).env("CBR_ENDPOINT", "https://cbr.nowhere.invalid").env("CBR_PROJECT_ID", "p1")
}

/// Removes the date, which differs each time.
fn undated(text: &str) -> String {
    let dated = |line: &&str| line.starts_with("x-sdk-date: ");
    let lines = text.lines().map(|line| if dated(&line) { "x-sdk-date: now" } else { line });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_request_is_shown_and_not_sent() {
    let run =
        nowhere("backups list --dry-run --status error,available --page-size 100 --concurrency 4");
    let stdout = undated(&run.with_key().run().stdout);
    assert_eq!(
        stdout,
        "GET https://cbr.nowhere.invalid/v3/p1/backups?limit=100&offset=0&\
         sort=created_at%3Adesc%2Cid%3Adesc&status=available&status=error\n\
         accept: application/json\n\
         x-project-id: p1\n\
         x-sdk-date: now\n\
         authorization: SDK-HMAC-SHA256 [redacted]\n\n\
         # The credentials are from CBR_*.\n\n\
         # The next pages have limit=100 and offset=99, 198, 297, … with up to 4 in parallel: \
         each overlaps the previous one by one row.\n"
    );
    let run = nowhere(&format!("{SHOW} --dry-run")).secret("CBR_TOKEN", "hunter2-hunter2").run();
    assert_eq!(
        run.stdout,
        "GET https://cbr.nowhere.invalid/v3/p1/backups/7b2bf477-f888-4a0e-a706-dd2f4d197e00\n\
         accept: application/json\n\
         x-project-id: p1\n\
         x-auth-token: [redacted]\n\n\
         # The credentials are from CBR_*.\n"
    );
}

/// The shown request is the one that is sent.
#[test]
fn the_shown_request_equals_the_sent_one() {
    for flags in [
        "",
        "--limit 5",
        "--limit 5 --sort name",
        "--sort resource_size --limit 2",
        "--offset 7 --page-size 1",
    ] {
        let args = format!("backups list --resource-type server {flags}");
        let dry = sandboxed("--backups 30", &format!("{args} --dry-run")).run();
        assert_eq!(dry.requests.len(), 0);
        let sent = sandboxed("--backups 30", &args).run();
        let first = dry.stdout.lines().next().unwrap();
        let (_, query) = first.split_once('?').unwrap();
        let mut windows = sent.windows();
        windows.sort_unstable();
        let (offset, limit) = windows[0];
        assert!(query.starts_with(&format!("limit={limit}&offset={offset}&")), "{flags}: {query}");
    }
}

#[test]
fn a_limit_within_a_page_is_one_request() {
    let run = nowhere("backups list --limit 5 --dry-run").with_key().run();
    assert!(run.stdout.ends_with("this one has all requested rows.\n"), "{}", run.stdout);
}

#[test]
fn counts_are_requested_with_one_row() {
    let query = |args: &str| {
        let stdout = nowhere(&format!("backups {args} --dry-run")).with_key().run().stdout;
        let line = stdout.lines().next().unwrap_or_default().to_owned();
        line.split_once('?').unwrap_or_else(|| panic!("{stdout}")).1.to_owned()
    };
    let order = "&sort=created_at%3Adesc%2Cid%3Adesc";
    assert_eq!(query("list --count"), format!("limit=1&offset=0{order}"));
    assert_eq!(query("list --count --min-size 5"), format!("limit=1000&offset=0{order}"));
    assert_eq!(query("summary"), format!("limit=1000&offset=0{order}"));
}

#[test]
fn no_receipt_is_written() {
    nowhere("backups list --dry-run --receipt receipt.json").with_key().run();
}

#[test]
fn a_missing_setting_is_reported() {
    let expected = ["cbr: error: no credentials"];
    nowhere("backups list --dry-run").exit(2).stderr_holds(expected).run();
    nowhere("backups list --print-curl").exit(2).stderr_holds(expected).run();
    let expected = ["--dry-run", "--print-curl", "cannot be used with"];
    nowhere("backups list --dry-run --print-curl").exit(2).stderr_holds(expected).run();
}

/// Runs as a user who logs in, in a region whose IAM is known.
fn user(args: &str) -> Cbr {
    cbr(args)
        .env("HW_USER_NAME", "somebody")
        .env("HW_DOMAIN_NAME", "somewhere")
        .secret("HW_USER_PASSWORD", "hunter2-hunter2")
        .env("HW_REGION_NAME", "eu-de")
}

#[test]
fn requests_to_iam_are_shown_and_not_sent() {
    let iam = "https://iam.eu-de.otc.t-systems.com";
    let run = user("backups list --dry-run").run();
    assert!(run.stdout.contains("/v3/PROJECT_ID/backups?"), "{}", run.stdout);
    assert!(run.stdout.contains("\nx-auth-token: [redacted]\n"), "{}", run.stdout);
    let expected = format!("\n# Before that, {iam} is asked for a token, with user and password");
    assert!(run.stdout.contains(&expected), "{}", run.stdout);
    let run = cbr("backups list --dry-run --region eu-de").with_key().run();
    let expected = format!("\n# Before that, {iam} is asked for the project id");
    assert!(run.stdout.contains(&expected), "{}", run.stdout);

    let expected = "cbr: error: --print-curl: only IAM knows the project id, and nothing is sent\n\
                cbr: hint: give it with --project-id\n";
    cbr("backups list --print-curl --region eu-de").with_key().exit(2).stderr(expected).run();
    let expected = "cbr: warning: set CBR_TOKEN to a token of the login in HW_*\n";
    let run = user("backups list --print-curl --project-id p").stderr(expected).run();
    assert!(
        run.stdout.contains("-H @- <<END\nx-auth-token: ${CBR_TOKEN:?}\nEND\n"),
        "{}",
        run.stdout
    );
}

/// Without a region the endpoint comes from the catalog, which arrives with the token.
#[test]
fn an_endpoint_from_the_catalog_has_a_placeholder() {
    // A host of a known cloud would imply the region.
    let iam = "https://iam.cloud.example";
    let user = |args| {
        user(args)
            .env("HW_REGION_NAME", "")
            .env("HW_PROJECT_NAME", "eu-de")
            .env("CBR_IAM_ENDPOINT", iam)
    };
    let run = user("backups list --dry-run").run();
    assert!(
        run.stdout.starts_with("GET https://ENDPOINT/v3/PROJECT_ID/backups?"),
        "{}",
        run.stdout
    );
    let expected = format!(
        "\n# Before that, {iam} is asked for a token, with user and password, unless it is cached; \
         its catalogue names the endpoint.\n"
    );
    assert!(run.stdout.contains(&expected), "{}", run.stdout);
    let expected = "cbr: error: --print-curl: the endpoint is only in the catalogue of IAM, and \
                nothing is sent\n\
                cbr: hint: give it with --region or --endpoint\n";
    user("backups list --print-curl").exit(2).stderr(expected).run();
}

/// Variables of each kind of user, as the sandbox names them.
const USERS: [&[(&str, &str)]; 3] = [
    &[("CBR_ACCESS_KEY", ACCESS_KEY), ("CBR_SECRET_KEY", SECRET_KEY)],
    &[
        ("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY),
        ("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY),
        ("CBR_SECURITY_TOKEN", SECURITY_TOKEN),
    ],
    &[("CBR_TOKEN", TOKEN)],
];

/// Returns the printed command, and asserts that it holds no secret: the harness would take the
/// names of the signed headers for a signature.
fn command(sandbox: &Sandbox, args: &str, user: &[(&str, &str)]) -> String {
    let run = user.iter().fold(sandbox.cbr(args), |run, (name, value)| run.env(name, value));
    let output = run.start().finish();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for (name, value) in user {
        assert!(!text.contains(value), "{name} is in\n{text}");
        assert!(text.contains(name), "{name} is not in\n{text}");
    }
    text
}

/// Runs a command in a shell with these variables.
fn run(shell: &str, command: &str, user: &[(&str, &str)]) -> (bool, String) {
    let home = TempDir::new().unwrap();
    let mut process = Command::new(host::find(shell).unwrap());
    process.args(["-c", command]).env_clear().current_dir(home.path());
    process.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(user.iter().copied());
    let output = Process::start(&mut process).finish();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_command_works_when_pasted() {
    let programs = ["curl", "openssl", "bash", "sh", "dash", "zsh"];
    if programs[..2].iter().any(|program| host::find(program).is_none()) {
        return;
    }
    let shells: Vec<_> =
        programs[2..].iter().filter(|shell| host::find(shell).is_some()).copied().collect();
    let sandbox = Sandbox::start("--backups 30");
    let list = "backups list --print-curl --limit 2 --status available,error --name";
    for user in USERS {
        for &shell in &shells {
            let command = command(&sandbox, &format!("{SHOW} --print-curl"), user);
            let (succeeded, answer) = run(shell, &command, user);
            assert!(succeeded && answer.starts_with("{\"backup\":{"), "{shell}: {answer}");
            let run_list = sandbox.cbr(list).arg("夜's `a` $b + \"c\"");
            let run_list = user.iter().fold(run_list, |run, (name, value)| run.env(name, value));
            let output = run_list.start().finish();
            let (succeeded, answer) = run(shell, &String::from_utf8(output.stdout).unwrap(), user);
            assert!(succeeded && answer.starts_with("{\"backups\":[]"), "{shell}: {answer}");
        }
    }
    assert_eq!(sandbox.requests().len(), 2 * shells.len() * USERS.len());
}

/// Every user of a machine can read the arguments of its programs.
#[test]
fn no_program_gets_a_secret_as_an_argument() {
    let programs = ["curl", "openssl", "sed", "od", "date"];
    if programs.iter().any(|program| host::find(program).is_none()) {
        return;
    }
    let sandbox = Sandbox::start("--backups 3");
    let directory = TempDir::new().unwrap();
    let log = directory.path().join("arguments");
    // Each logs its arguments, then runs the original program.
    for program in programs {
        let path = directory.path().join(program);
        let text = format!(
            "#!/bin/sh\necho \"{program} $*\" >> {}\nexec {} \"$@\"\n",
            log.display(),
            host::find(program).unwrap().display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", directory.path().display(), std::env::var("PATH").unwrap());
    for user in USERS {
        let command = command(&sandbox, &format!("{SHOW} --print-curl"), user);
        let command = format!("PATH={path}\n{command}");
        let (succeeded, answer) = run("sh", &command, user);
        assert!(succeeded && answer.starts_with("{\"backup\":{"), "{answer}");
    }
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("curl -sS") && log.contains("openssl dgst -sha256"), "{log}");
    let all = USERS.iter().copied().flatten().filter(|(name, _)| *name != "CBR_ACCESS_KEY");
    for (name, value) in all {
        assert!(!log.contains(value), "{name} is in\n{log}");
    }
    assert!(!log.contains("Signature="), "{log}");
}

/// A signature with half of a key would count as a failure, and a few failures lock it.
#[test]
fn the_command_needs_its_variables() {
    let sandbox = Sandbox::start("--backups 3");
    for user in USERS {
        let command = command(&sandbox, &format!("{SHOW} --print-curl"), user);
        for missing in 0..user.len() {
            let mut user = user.to_vec();
            user.remove(missing);
            let (succeeded, answer) = run("sh", &command, &user);
            assert!(!succeeded && answer.is_empty(), "{answer}");
        }
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn the_source_of_settings_is_named() {
    let sandbox = Sandbox::start("--backups 3");
    let output = sandbox
        .cbr("backups list --print-curl")
        .env("HW_ACCESS_KEY", ACCESS_KEY)
        .env("HW_SECRET_KEY", SECRET_KEY)
        .start()
        .finish();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "cbr: warning: set CBR_ACCESS_KEY and CBR_SECRET_KEY to the values in HW_*: the command \
         reads them\n"
    );
    let command = String::from_utf8(output.stdout).unwrap();
    assert!(!command.contains(ACCESS_KEY) && !command.contains(SECRET_KEY), "{command}");
    assert!(command.contains(PROJECT_ID), "{command}");
}
