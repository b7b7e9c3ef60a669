//! `-q` and `-v`: messages other than errors, without secrets. No message acts on the terminal.

use serde_json::Value;

use crate::harness::{
    Cbr, DOMAIN, PASSWORD, SECURITY_TOKEN, Sandbox, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
    TOKEN, USER, sandboxed, terminal,
};

const PATH: &str = "/v3/5a4db0c5000000000000000000000001/backups";

/// Returns the lines that `-v` prints, without the times.
fn details(run: Cbr) -> Vec<String> {
    let run = run.stderr_holds(["cbr: debug: "]).run();
    let untimed = |line: &str| {
        let words = line.split(' ').collect::<Vec<_>>();
        let time = words.iter().position(|word| word.starts_with("ms"));
        let mut words = words;
        if let Some(time) = time {
            words[time - 1] = "N";
        }
        words.join(" ")
    };
    run.stderr.lines().map(untimed).collect()
}

#[test]
fn verbose_reports_each_request() {
    let query = "limit=1000&offset=0&sort=created_at%3Adesc%2Cid%3Adesc&status=error";
    let run =
        sandboxed("--backups 3 --fault 503=0@1 --fault reset@2", "backups list -v --status error");
    let lines = details(run);
    let [failed, first_pause, reset, _second_pause, answered] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    let get = format!("cbr: debug: GET {PATH}?{query}");
    assert_eq!(*failed, format!("{get}: 503 APIGW.0613, N ms, request {:032}", 1));
    assert_eq!(first_pause, "cbr: debug: 503 APIGW.0613: again in 0.0 s");
    assert_eq!(*reset, format!("{get}: no answer, N ms"));
    assert_eq!(*answered, format!("{get}: 200, N ms, request {:032}", 3));
}

#[test]
fn verbose_shows_no_secret() {
    let sandbox = Sandbox::start("--backups 3");
    let runs = [
        sandbox.cbr("backups list -v").with_key(),
        sandbox.cbr("backups list -v").secret("CBR_TOKEN", TOKEN),
        sandbox
            .cbr("backups list -v")
            .secret("CBR_ACCESS_KEY", TEMPORARY_ACCESS_KEY)
            .secret("CBR_SECRET_KEY", TEMPORARY_SECRET_KEY)
            .secret("CBR_SECURITY_TOKEN", SECURITY_TOKEN),
    ];
    for run in runs {
        assert_eq!(details(run).len(), 1);
    }
}

#[test]
fn verbose_twice_shows_bodies_of_answers() {
    // Options of the sandbox, arguments, exit code, and how the body begins.
    let refused = r#"{"error_code":"BackupService.6200""#;
    let show = "backups show 00000000-0000-0000-0000-000000000000";
    let cases = [
        ("--backups 3", "backups list", 0, r#"{"backups":[{"#),
        (
            "--backups 3 --fault 503=0@1",
            "backups list --retries 0",
            5,
            r#"{"error_msg":"An error occurred"#,
        ),
        ("--backups 3", show, 4, refused),
    ];
    for (options, args, exit, begin) in cases {
        let bodies = |flag: &str| {
            let run =
                sandboxed(options, &format!("{args} {flag}")).exit(exit).stderr_holds([""]).run();
            let lines = run.stderr.lines().filter(|line| line.contains("body of "));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(bodies("-v").is_empty(), "{args}");
        let bodies = bodies("-vv");
        let [line] = bodies.as_slice() else { panic!("{args}: {bodies:?}") };
        let (request, body) =
            line.split_once(": {").map(|(request, body)| (request, format!("{{{body}"))).unwrap();
        assert!(request.starts_with(&format!("cbr: debug: body of GET {PATH}")), "{line}");
        assert!(body.starts_with(begin), "{line}");
    }
    let long =
        sandboxed("--backups 200", "backups list -vv").stderr_holds(["body of"]).run().stderr;
    let line = long.lines().find(|line| line.contains("body of ")).unwrap();
    assert!(line.ends_with(" bytes)") && line.chars().count() < 4300, "{line}");
}

/// Answers to logins and the content of vaults and resources are not logged.
#[test]
fn private_bodies_are_never_shown() {
    let sandbox = Sandbox::start("--backups 3");
    let login = sandbox
        .cbr_by_region("backups list -vv")
        .env("HW_USER_NAME", USER)
        .env("HW_USER_PASSWORD", PASSWORD)
        .env("HW_DOMAIN_NAME", DOMAIN);
    let coverage = sandbox.cbr("backups coverage --inventory all -vv").with_key();
    // A path whose request is logged without its body.
    for (run, path) in [(login, "/v3/auth/tokens"), (coverage, "/protectables/")] {
        let run = run.stderr_holds([path, "body of GET /v3/"]).run();
        let bodies = run.stderr.lines().filter(|line| line.contains("body of "));
        let of_others = |line: &&str| !line.contains(&format!("{PATH}?"));
        assert_eq!(bodies.filter(of_others).count(), 0, "{}", run.stderr);
    }
}

/// Scripts pass on names of backups, which any creator of a backup can choose. None of them acts on
/// the terminal.
#[test]
fn control_characters_in_arguments_are_escaped() {
    // A sequence that writes to the clipboard, one of a single byte, a reading order, and a line
    // that resembles one of cbr.
    let names = [
        ("\u{1b}]52;c;eA\u{7}x", r"\u{1b}]52;c;eA\u{7}x"),
        ("\u{9b}31mx", r"\u{9b}31mx"),
        ("\u{202e}gpj.x", r"\u{202e}gpj.x"),
        ("\u{200e}\u{2066}x", r"\u{200e}\u{2066}x"),
        ("x\ncbr: error: y", r"x\ncbr: error: y"),
    ];
    let sandbox = Sandbox::start("--backups 9000");
    for (name, shown) in names {
        let folder = format!("/nowhere/{name}");
        let runs: [(&str, i32, &dyn Fn(Cbr) -> Cbr); 9] = [
            ("backups list --receipt", 1, &|run| run.arg(&folder)),
            ("backups list -o json", 1, &|run| run.env("TMPDIR", &folder)),
            ("backups list", 2, &|run| run.arg(name)),
            ("backups list --limit", 2, &|run| run.arg(name)),
            ("backups list --sort", 2, &|run| run.arg(name)),
            ("backups list", 2, &|run| run.arg(format!("--{name}"))),
            ("", 2, &|run| run.arg(name)),
            ("backups list --token-file", 2, &|run| run.arg(&folder)),
            ("help", 2, &|run| run.arg(name)),
        ];
        for (number, (args, exit, more)) in runs.into_iter().enumerate() {
            let run = |format: &str| {
                let run = more(sandbox.cbr(args).with_key()).args(["--error-format", format]);
                run.exit(exit).stderr_holds([]).run().stderr
            };
            let text = run("text");
            assert!(text.contains(shown), "{number}: {text}");
            // Scripts get the name itself where possible.
            let report: Value = serde_json::from_str(&run("json")).unwrap();
            let message = report["message"].as_str().unwrap();
            assert!(message.contains(shown) || message.contains(name), "{number}: {message}");
        }
    }
}

#[test]
fn quiet_leaves_errors_only() {
    let run = sandboxed("--backups 3", "backups list -q --name a* -o jsonl").run();
    assert_eq!(run.requests[0].filters(), [("name", "a*")]);
    let run =
        sandboxed("--backups 30 --fault ignore-sort@*", "backups list --quiet -o jsonl").run();
    assert_eq!(run.lines().len(), 30);
    let expected = "cbr: error: HTTP 400 BackupService.9900: Parameter check failed. (request \
                00000000000000000000000000000001)\n";
    sandboxed("--backups 3 --fault 400@1", "-q backups list").exit(4).stderr(expected).run();
}

/// Printed to stderr for a terminal only, and not with `-q`.
#[test]
fn a_terminal_shows_the_receipt() {
    let shown = |flags: &str| {
        terminal(80, &format!("cbr sandbox --backups 30 -- backups list {flags} >/dev/null"))
    };
    let receipt = shown("--page-size 10");
    let (before, after) =
        receipt.split_once(" · 4 pages · ").unwrap_or_else(|| panic!("{receipt}"));
    assert_eq!(before, "30 backups");
    assert!(after.ends_with(" s · complete\n"), "{receipt}");
    let part = shown("--limit 5");
    assert!(part.starts_with("5 of 30 backups · 1 page · "), "{part}");
    assert_eq!(shown("-q"), "");
}
