//! Credentials by flags: the access key, and secrets from files or stdin.

use serde_json::Value;

use crate::harness::{
    ACCESS_KEY, Cbr, PROJECT_ID, SECRET_KEY, SECURITY_TOKEN, Sandbox, TEMPORARY_ACCESS_KEY,
    TEMPORARY_SECRET_KEY, TOKEN, cbr, script,
};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

/// Adds the files that the flags name.
fn given(run: Cbr) -> Cbr {
    run.private_file("sk", &format!("{SECRET_KEY}\n"))
        .private_file("sk2", TEMPORARY_SECRET_KEY)
        .private_file("sts", SECURITY_TOKEN)
        .private_file("token", TOKEN)
}

#[test]
fn each_kind_of_credentials_can_be_given() {
    let sandbox = Sandbox::start("--backups 3");
    let key = format!("--access-key {ACCESS_KEY}");
    let temporary = format!("--access-key {TEMPORARY_ACCESS_KEY} --security-token-file sts");
    let cases = [
        (format!("{key} --secret-key-file sk"), "", "aksk"),
        (format!("{key} --secret-key-file ~/sk"), "", "aksk"),
        (format!("{key} --secret-key-file -"), SECRET_KEY, "aksk"),
        (format!("{temporary} --secret-key-file sk2"), "", "sts"),
        (format!("{temporary} --secret-key-file -"), TEMPORARY_SECRET_KEY, "sts"),
        ("--token-file token".to_owned(), "", "token"),
        ("--token-file -".to_owned(), TOKEN, "token"),
    ];
    for (number, (flags, stdin, auth)) in cases.iter().enumerate() {
        let run = given(sandbox.cbr(LIST)).args(flags.split_whitespace()).stdin(stdin);
        run.hides(SECRET_KEY).hides(TOKEN).run();
        let requests = sandbox.requests();
        assert_eq!(requests.len(), number + 1, "{flags}");
        assert_eq!((requests[number].auth.as_str(), requests[number].status), (*auth, Some(200)));
    }
    // Flags in front of the command work as well.
    let flags = format!("{key} --secret-key-file sk");
    given(sandbox.cbr("")).args(flags.split_whitespace()).args(LIST.split_whitespace()).run();
}

#[test]
fn missing_flags_are_errors_before_any_request() {
    let key = "--access-key SANDBOXACCESSKEY0001";
    let cases = [
        (
            key.to_owned(),
            "--access-key is given, but the secret key is not, and stdin is no terminal to ask for \
             it at",
            "give it with --secret-key-file FILE, or --secret-key-file - to read it from stdin",
        ),
        (
            "--secret-key-file sk".to_owned(),
            "--secret-key-file is set, but --access-key is not",
            "set --access-key as well, or leave out --secret-key-file",
        ),
        (
            format!("{key} --secret-key-file sk --token-file token"),
            "--token-file is set, and so are keys: which to use is not clear",
            "leave out --token-file, or leave out --access-key, --secret-key-file and \
             --security-token-file",
        ),
        (
            format!("{key} --secret-key-file none"),
            "--secret-key-file: there is no file none",
            "let --secret-key-file name a file that holds nothing but the secret, or - for stdin",
        ),
        (
            "--token-file -".to_owned(),
            "--token-file: nothing came from stdin",
            "let --token-file name a file that holds nothing but the secret, or - for stdin",
        ),
        (
            format!("{key} --secret-key-file - --security-token-file -"),
            "--secret-key-file and --security-token-file cannot both be read from stdin",
            "give one of them as a file",
        ),
    ];
    let sandbox = Sandbox::start("--backups 3");
    for (flags, error, hint) in cases {
        let shown = format!("cbr: error: {error}\ncbr: hint: {hint}\n");
        let run = given(sandbox.cbr(LIST)).args(flags.split_whitespace());
        run.exit(2).stderr(shown).run();
    }
    assert!(sandbox.requests().is_empty());
}

/// Returns the origin of a setting in the output of `auth show`.
fn origin(shown: &Value, setting: &str) -> String {
    let settings = shown["settings"].as_array().unwrap();
    let found = settings.iter().find(|line| line["setting"] == setting).unwrap();
    found["origin"].as_str().unwrap_or("-").to_owned()
}

/// They override all other sources. A profile then gives the endpoint and no project.
#[test]
fn credential_flags_override_all_sources() {
    let own = "[profiles.p]\nregion = 'eu-de'\nproject_id = 'theirs'\naccess_key = 'a'\n\
               secret_key = 'b'\n";
    let show = |args: &str| {
        let run = given(cbr("auth show -o json --quiet --access-key HPUAABBCCDDEEFFGGWYH"));
        run.args(["--secret-key-file", "sk"]).args(args.split_whitespace()).with_key()
    };
    let file = ".config/cbr/config.toml";
    let shown = show("").env("CBR_PROJECT_ID", PROJECT_ID).run().json();
    assert_eq!(origin(&shown, "access_key"), "--access-key and --secret-key-file");
    assert_eq!(origin(&shown, "secret_key"), "--access-key and --secret-key-file");
    assert_eq!(origin(&shown, "project_id"), "CBR_PROJECT_ID");
    let run = cbr("auth show -o json --token-file -").stdin(TOKEN).hides(TOKEN).run();
    assert_eq!(origin(&run.json(), "token"), "--token-file -");
    let run = cbr("backups list --dry-run --region eu-de --project-id p --token-file -");
    let run = run.stdin(TOKEN).hides(TOKEN).run();
    assert!(run.stdout.contains("\n# The credentials are from --token-file -.\n"));
    for run in [show("--profile p"), show("").env("CBR_PROFILE", "p")] {
        let shown = run.private_file(file, own).run().json();
        assert_eq!(origin(&shown, "access_key"), "--access-key and --secret-key-file");
        assert_eq!(origin(&shown, "region"), format!("~/{file} [profiles.p] region"));
        assert!(origin(&shown, "project_id").starts_with("looked up by the name eu-de"), "{shown}");
    }
    // A profile without keys gives the project.
    let place = "[profiles.p]\nregion = 'eu-de'\nproject_id = 'mine'\n";
    let shown = show("--profile p").private_file(file, place).run().json();
    assert_eq!(origin(&shown, "project_id"), format!("~/{file} [profiles.p] project_id"));
    let shown = "cbr: error: --profile: ~/.config/cbr/config.toml: no profile `q`; known: `p`\n";
    let run = given(cbr(LIST)).args(["--token-file", "token", "--profile", "q"]);
    run.private_file(file, own).exit(2).stderr_holds([shown]).run();
    let shown =
        "cbr: warning: sk holds a secret, and others can read it; chmod 600 sk fixes that\n";
    let run = cbr("auth show --access-key HPUAABBCCDDEEFFGGWYH --secret-key-file sk");
    run.file("sk", SECRET_KEY).stderr(shown).run();
}

/// On a terminal it prompts for the secret key, without an echo.
#[test]
fn typed_secret_keys_are_not_echoed() {
    if crate::host::find("script").is_none() {
        return;
    }
    // The key is typed once the terminal has turned echo off.
    let shown = script(
        "mkfifo keys; (for i in $(seq 400); do
           stty -F \"$(cat tty 2>/dev/null)\" -a 2>/dev/null | grep -q -- '-echo ' && break
           sleep 0.05
         done; echo hunter2) > keys &
         script --quiet --return --command \
           'tty > tty; cbr auth show --region eu-de --access-key HPUAABBCCDDEEFFGGWYH' /dev/null < keys
         code=$?; rm keys tty; exit $code",
    );
    assert_eq!(shown.code, Some(0), "{}", shown.stdout);
    assert!(shown.stdout.contains("secret key: "), "{}", shown.stdout);
    assert!(shown.stdout.contains("--access-key and what was typed"), "{}", shown.stdout);
    assert!(!shown.stdout.contains("hunter2"), "{}", shown.stdout);
}
