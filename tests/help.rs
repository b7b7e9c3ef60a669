//! `cbr help`, `-h` and `--help`: topics, commands, and what is where.

use crate::harness::cbr;

/// What is printed, which must not be wider than a terminal that is none has.
fn help(args: &str) -> String {
    cbr(args).run().stdout
}

#[test]
fn each_topic_is_explained() {
    let topics = [
        ("exit-codes", "  6    the listing could not be proven complete\n"),
        ("environment", "CBR_SECRET_KEY"),
        ("filters", "--used-percent PERCENT"),
        ("formats", "  jsonl  "),
        ("columns", "  scheduled_operation_id  "),
        ("errors", "  unknown_host  "),
        ("completeness", "begins with the last row of the one before it"),
    ];
    let whole = help("help");
    for (topic, part) in topics {
        assert!(whole.contains(&format!("cbr help {topic} ")), "{topic} is not in\n{whole}");
        let text = help(&format!("help {topic}"));
        assert!(text.contains(part), "{part:?} is not in\n{text}");
        assert!(text.contains("\nExample"), "{text}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
    }
}

#[test]
fn a_command_is_explained_as_by_its_flag() {
    for command in ["backups", "backups list", "backups show", "auth", "man", "help"] {
        let by_flag = help(&format!("{command} --help"));
        assert_eq!(help(&format!("help {command}")).trim_end(), by_flag.trim_end(), "{command}");
    }
    assert_eq!(help("help").trim_end(), help("--help").trim_end());
    // By the other name, too.
    assert_eq!(help("help backups ls"), help("help backups list"));
}

#[test]
fn what_is_not_there_is_told_with_what_is_near() {
    let cases = [
        ("help exit-cods", "'exit-codes'"),
        ("help backup", "'backups'"),
        ("help backups lst", "list'"),
        ("help list", "'backups list'"),
        ("help version", "'cbr --version'"),
        (
            "help foo",
            "its topics are columns, completeness, environment, errors, exit-codes, filters, formats\n",
        ),
    ];
    for (args, near) in cases {
        cbr(args).exit(2).stderr_holds(["unrecognized subcommand", near]).run();
    }
}

#[test]
fn lines_break_where_the_text_does() {
    let filters = help("help filters");
    assert!(filters.contains("and so are days. Also --start-time\n"), "{filters}");
    let summary = help("backups summary --help");
    assert!(!summary.contains("\nbacked up\n"), "{summary}");
    let config = help("config set --help");
    let keys: Vec<_> = config.lines().skip_while(|line| *line != "Keys:").skip(1).collect();
    let keys: Vec<_> = keys.into_iter().take_while(|line| !line.is_empty()).collect();
    assert!(keys.len() > 20, "{config}");
    let continued = " ".repeat(38);
    for line in keys {
        let is_key = line[..38].trim_start().contains(['.', '_']);
        assert!(line.len() <= 80 && (is_key || line.starts_with(&continued)), "{line}\n{config}");
    }
}

#[test]
fn examples_come_before_flags() {
    for args in ["-h", "--help", "backups list -h", "backups list --help", "man --help"] {
        let text = help(args);
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part} in\n{text}"));
        assert!(place("Usage:") < place("Examples:"), "{text}");
        assert!(place("Examples:") < place("Options:"), "{text}");
    }
}

#[test]
fn the_short_help_has_what_is_needed_day_by_day_and_the_long_one_all() {
    let (short, long) = (help("backups list -h"), help("backups list --help"));
    for flag in ["--status", "--since", "--output", "--limit", "--region"] {
        assert!(short.contains(flag) && long.contains(flag), "{flag}");
    }
    for flag in ["--member-status", "--existed-quantity-based-retention-backups", "--retries"] {
        assert!(!short.contains(flag) && long.contains(flag), "{flag}");
    }
    assert!(short.contains("see more with '--help'"), "{short}");
    // One that has none of those shows all.
    assert!(help("sandbox -h").contains("--fault"));
}

#[test]
fn flags_that_are_refused_are_not_shown() {
    for command in ["completions", "man", "help", "config", "sandbox"] {
        for form in ["-h", "--help"] {
            let text = help(&format!("{command} {form}"));
            assert!(!text.contains("--region") && !text.contains("--quiet"), "{text}");
        }
        let told = ["'--region' is for commands that ask the service"];
        let words = match command {
            "completions" => "completions bash",
            "config" => "config path",
            command => command,
        };
        cbr(&format!("{words} --region x")).exit(2).stderr_holds(told).run();
    }
}
