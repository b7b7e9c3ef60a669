//! The pager: when it is used, and the output if it ends early or fails.

use crate::harness::{cbr, sandboxed, terminal};

/// A pager that marks its output.
const MARKS: &str = "sed s/^/PAGED:/";

/// Lists this many backups on a terminal of 24 rows, with `setting` in front of the command.
fn list(setting: &str, backups: usize, flags: &str) -> String {
    let list = format!(
        "cbr sandbox --epoch 2026-11-20 --backups {backups} -- backups list --color never {flags}"
    );
    terminal(80, &format!("{setting} {list} -q"))
}

fn is_paged(shown: &str) -> bool {
    let marked = shown.lines().filter(|line| line.starts_with("PAGED:")).count();
    assert!(marked == 0 || marked == shown.lines().count(), "{shown}");
    marked > 0
}

#[test]
fn only_long_or_wide_output_on_a_terminal_is_paged() {
    let setting = format!("CBR_PAGER=\"{MARKS}\"");
    let cases = [
        (22, "", false),
        (23, "", true),
        (23, "--no-headers --columns id", false),
        (24, "--no-headers --columns id", true),
        (300, "", true),
        (300, "--no-pager", false),
        (300, "-o wide", true),
        // A table with lines wider than the screen is paged even if it is short: less cuts its
        // lines.
        (9, "-o wide", true),
        (1, "-o wide", true),
        (1, "", false),
        (1, "-o long", true),
        (300, "-o csv", false),
        (300, "-o tsv", false),
        (300, "-o json", false),
        (300, "-o jsonl", false),
        (300, "-o yaml", false),
        (300, "-o markdown", false),
        (300, "-o ids", false),
    ];
    for (backups, flags, paged) in cases {
        assert_eq!(is_paged(&list(&setting, backups, flags)), paged, "{backups} {flags}");
    }
    // In a pipe there is no pager.
    let run = sandboxed("--backups 300", "backups list").env("CBR_PAGER", MARKS).run();
    assert!(!is_paged(&run.stdout));
}

#[test]
fn paged_output_equals_printed_output() {
    let plain = list("", 2500, "");
    let paged = list(&format!("CBR_PAGER=\"{MARKS}\""), 2500, "");
    assert_eq!(paged.replace("PAGED:", ""), plain);
}

#[test]
fn single_records_are_paged_too() {
    let id = sandboxed("--backups 1", "backups list -o ids").run().stdout;
    let show = |flags: &str| {
        let id = id.trim();
        let show =
            format!("cbr sandbox --epoch 2026-11-20 --backups 1 -- backups show {id} {flags}");
        is_paged(&terminal(80, &format!("CBR_PAGER=\"{MARKS}\" {show}")))
    };
    assert!(show(""));
    assert!(!show("-o yaml"));
}

#[test]
fn long_help_on_a_terminal_is_paged() {
    let cases = [
        ("backups list --help", true),
        ("backups list -h", true),
        ("help backups list", true),
        ("help filters", true),
        ("help", true),
        ("backups list --help --no-pager", false),
        ("help filters --no-pager", false),
        ("config path -h", false),
        ("--version", false),
    ];
    for (args, paged) in cases {
        let help = |setting: &str, flag: &str| {
            terminal(80, &format!("{setting} cbr {args} --color never {flag}"))
        };
        let shown = help(&format!("CBR_PAGER=\"{MARKS}\""), "");
        assert_eq!(is_paged(&shown), paged, "{args}\n{shown}");
        // All of it.
        assert_eq!(shown.replace("PAGED:", ""), help("CBR_PAGER=cat", ""), "{args}");
        assert!(shown.lines().count() >= if paged { 24 } else { 1 }, "{args}");
    }
    // Nobody is there to page.
    for args in ["backups list --help", "help filters"] {
        assert!(!is_paged(&cbr(args).env("CBR_PAGER", MARKS).run().stdout), "{args}");
    }
    // A pager that is left early is no failure, and one that is missing hides nothing.
    let left = terminal(80, "CBR_PAGER=\"head -n 3\" cbr backups list --help");
    assert_eq!(left.lines().count(), 3);
    let plain = terminal(80, "CBR_PAGER=cat cbr help filters");
    let shown = terminal(80, "CBR_PAGER=no-such-pager cbr help filters 2>&1");
    assert!(shown.starts_with("cbr: warning: CBR_PAGER: cannot use `no-such-pager`"), "{shown}");
    assert!(shown.ends_with(&plain), "{shown}");
}

#[test]
fn the_first_set_variable_selects_the_pager() {
    let cases = [
        (format!("unset CBR_PAGER; PAGER=\"{MARKS}\""), true),
        (format!("CBR_PAGER=cat PAGER=\"{MARKS}\""), false),
        (format!("CBR_PAGER= PAGER=\"{MARKS}\""), false),
        ("unset CBR_PAGER; PAGER=cat".to_owned(), false),
        (format!("TERM=dumb CBR_PAGER=\"{MARKS}\""), false),
        // An argument with a blank.
        ("CBR_PAGER=\"sed \\\"s/^/PAGED:/ ; s/nothing at all//\\\"\"".to_owned(), true),
    ];
    for (setting, paged) in cases {
        assert_eq!(is_paged(&list(&setting, 60, "")), paged, "{setting}");
    }
}

#[test]
fn the_pager_of_the_file_is_between_the_variables() {
    let list = "cbr sandbox --epoch 2026-11-20 --backups 60 -- backups list --color never -q";
    // The key, variables, and whether the output is paged.
    let cases = [
        (MARKS, "", true),
        (MARKS, "PAGER=cat", true),
        ("cat", &format!("PAGER=\"{MARKS}\""), false),
        (MARKS, "CBR_PAGER=cat", false),
        ("", &format!("PAGER=\"{MARKS}\""), false),
    ];
    for (pager, variables, paged) in cases {
        let file = format!("printf \"[defaults]\\npager = \\\"{pager}\\\"\\n\" > own.toml");
        let setting =
            format!("export CBR_CONFIG_FILE=own.toml; unset CBR_PAGER PAGER; {variables}");
        let shown = terminal(80, &format!("{file}; {setting} {list}; rm own.toml"));
        assert_eq!(is_paged(&shown), paged, "{pager:?} {variables}");
    }
}

/// The user's own settings take precedence.
#[test]
fn less_gets_default_options_unless_set() {
    let pager = "CBR_PAGER=\"sh -c \\\"cat >/dev/null; echo \\$LESS \\$LESSCHARSET\\\"\"";
    assert_eq!(list(pager, 60, ""), "-FRSX utf-8\n");
    // With F, less would exit at once and cut the lines.
    assert_eq!(list(pager, 60, "-o wide"), "-RSX utf-8\n");
    assert_eq!(list(&format!("LESS=-i LESSCHARSET=latin1 {pager}"), 60, ""), "-i latin1\n");
}

#[test]
fn quitting_the_pager_is_not_an_error() {
    for pager in ["head -n 3", "sh -c \\\"exit 0\\\""] {
        for backups in [60, 9000] {
            // The harness asserts that the exit code is 0.
            let shown = list(&format!("CBR_PAGER=\"{pager}\""), backups, "");
            assert_eq!(
                shown.lines().count(),
                if pager.starts_with("head") { 3 } else { 0 },
                "{shown}"
            );
        }
    }
}

#[test]
fn an_unusable_pager_is_reported_and_bypassed() {
    let plain = list("", 1000, "");
    let cases = [
        (
            "no-such-pager -x",
            "cbr: warning: CBR_PAGER: cannot use `no-such-pager -x` as a pager: No such file or \
             directory (os error 2); printed without one\n",
        ),
        (
            "false",
            "cbr: warning: CBR_PAGER: `false` ended with exit code 1; printed without a pager\n",
        ),
        (
            "less \\\"x",
            "cbr: warning: CBR_PAGER: cannot use `less \\\"x` as a pager: a quote has no end; \
             printed without one\n",
        ),
    ];
    for (pager, warning) in cases {
        let list = "cbr sandbox --epoch 2026-11-20 --backups 1000 -- backups list --color never";
        let shown = terminal(80, &format!("CBR_PAGER=\"{pager}\" {list} 2>&1"));
        let rest = shown.strip_prefix(warning).unwrap_or_else(|| panic!("{}", &shown[..300]));
        // The line of the receipt follows.
        assert!(rest.starts_with(&plain), "{pager}");
        assert_eq!(rest[plain.len()..].lines().count(), 1, "{pager}");
    }
    // A pager that ended after showing some of it was ended by the user.
    let shown = list("CBR_PAGER=\"sh -c \\\"head -c 500000 >/dev/null; exit 3\\\"\"", 9000, "");
    assert_eq!(shown, "");
}

/// Ctrl-C goes to the pager and to cbr: only the pager reacts.
#[test]
fn the_pager_survives_an_interrupt() {
    let pager = "sh -c \\\"trap : INT; kill -INT 0; sed s/^/PAGED:/\\\"";
    let shown = list(&format!("trap : INT; CBR_PAGER=\"{pager}\""), 9000, "");
    assert!(is_paged(&shown));
    assert_eq!(shown.lines().count(), 9001);
}

#[test]
fn the_help_describes_the_pager() {
    let help = cbr("backups list --help").run().stdout;
    for part in [
        "--no-pager",
        "CBR_PAGER",
        "PAGER",
        "FRSX",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "CLICOLOR",
        "TERM",
    ] {
        assert!(help.contains(part), "{part}");
    }
}
