//! `cbr help`, `-h` and `--help`: topics, commands, and their order.

use crate::harness::cbr;

/// Returns the printed help.
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
        ("regions", "  eu-de  "),
        ("completeness", "overlaps the previous one by one row"),
        ("coverage", "  unprotected  "),
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
    // An alias works too.
    assert_eq!(help("help backups ls"), help("help backups list"));
}

#[test]
fn unknown_topics_suggest_similar_ones() {
    let cases = [
        ("help exit-cods", "'exit-codes'"),
        ("help backup", "'backups'"),
        ("help backups lst", "list'"),
        ("help list", "'backups list'"),
        ("help version", "'cbr --version'"),
        (
            "help foo",
            "its topics are columns, completeness, connection, coverage, environment, errors, \
             exit-codes, filters, formats, regions, targets\n",
        ),
    ];
    for (args, near) in cases {
        cbr(args).exit(2).stderr_holds(["unrecognized subcommand", near]).run();
    }
}

#[test]
fn long_lines_are_wrapped_at_words() {
    let filters = help("help filters");
    assert!(filters.contains("and --newer-than, which cbr\n"), "{filters}");
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
    let commands = [
        "",
        "backups",
        "backups list",
        "backups show",
        "backups summary",
        "auth",
        "auth show",
        "auth check",
        "config",
        "config show",
        "config set",
        "sandbox",
        "man",
    ];
    for args in commands.iter().flat_map(|words| ["-h", "--help"].map(|flag| [words, flag])) {
        let text = help(&args.join(" "));
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part} in\n{text}"));
        assert!(place("Usage:") < place("Examples:"), "{text}");
        assert!(place("Examples:") < place("Options:"), "{text}");
    }
}

#[test]
fn short_help_has_the_common_flags_and_long_help_all() {
    let (short, long) = (help("backups list -h"), help("backups list --help"));
    for flag in [
        "--status",
        "--since",
        "--output",
        "--limit",
        "--region",
        "--latest",
        "--count",
        "--ids",
        "--name-matches",
        "--expires-before",
    ] {
        assert!(short.contains(flag) && long.contains(flag), "{flag}");
    }
    for flag in ["--member-status", "--existed-quantity-based-retention-backups", "--param"] {
        assert!(!short.contains(flag) && long.contains(flag), "{flag}");
    }
    for text in [&short, &long] {
        assert!(text.contains("cbr help connection") && !text.contains("--retries"), "{text}");
    }
    assert!(help("help connection").contains("--retries"));
    assert!(short.contains("see more with '--help'"), "{short}");
    assert!(help("backups summary -h").contains("--by"));
    assert!(help("sandbox -h").contains("--fault") && !help("sandbox -h").contains("--churn"));
    // A command with few flags shows all.
    assert!(help("backups show -h").contains("--csv-bom"));
}

#[test]
fn help_shows_formats_as_the_command_prints_them() {
    // The command, the text for json in its help, and whether it has the format ids.
    let cases = [
        ("list", "One array, a backup a line, each as the service sent it", true),
        ("show", "One object, as the service sent it", true),
        ("summary", "One array, an object a line", false),
    ];
    for (command, json, has_ids) in cases {
        let whole = [format!("backups {command} --help"), format!("man backups {command}")];
        for args in &whole {
            let text = help(args).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(json), "{args}\n{text}");
            assert_eq!(text.contains("ids: The id"), has_ids, "{args}\n{text}");
        }
        let short = help(&format!("backups {command} -h"));
        assert_eq!(short.contains("ids]"), has_ids, "{short}");
    }
    let expected = ["a summary has no ids", "cbr backups list has it"];
    cbr("backups summary -o ids").exit(2).stderr_holds(expected).run();
}

#[test]
fn flags_without_effect_are_not_in_the_help() {
    for command in ["completions", "man", "help", "config", "sandbox"] {
        for form in ["-h", "--help"] {
            let text = help(&format!("{command} {form}"));
            // The sandbox has --regions.
            let has = |flag: &str| text.replace("--regions", "").contains(flag);
            assert!(!has("--region") && !has("--quiet"), "{text}");
        }
        let expected = ["the argument '--region' has no effect on 'cbr "];
        let words = match command {
            "completions" => "completions bash",
            "config" => "config path",
            command => command,
        };
        cbr(&format!("{words} --region x")).exit(2).stderr_holds(expected).run();
    }
}

#[test]
fn filters_are_grouped_by_subject() {
    // A heading, and flags of the service and of cbr below it.
    let subjects = [
        ("Filters: name, resource, vault:", ["--resource-name ", "--vault ", "--min-size "]),
        ("Filters: time:", ["--since ", "--until ", "--expires-before "]),
        ("Filters: status and kind:", ["--status ", "--incremental ", "--automatic "]),
        ("Filters: other:", ["--checkpoint-id ", "--dec ", "--param "]),
    ];
    let text = help("backups list --help");
    let mut from = 0;
    for (heading, flags) in subjects {
        let at =
            text.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("{heading}\n{text}"));
        assert!(at > from, "{heading}");
        let (_, section) = text.split_at(at + 1);
        // The next heading is the next line without indentation.
        let body =
            section.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with(' '));
        let body = body.collect::<Vec<_>>().join("\n");
        for flag in flags {
            assert!(body.contains(flag), "{flag} is not below {heading}\n{text}");
        }
        from = at;
    }
    assert!(!text.contains("--newer-than <"), "{text}");
    let of_cbr = |text: &str, flag: &str| {
        let (_, after) = text.split_once(flag).unwrap_or_else(|| panic!("{flag}\n{text}"));
        let end = after.find("\n      --").unwrap_or(after.len());
        after[..end].contains("[checked by cbr]")
    };
    assert!(of_cbr(&text, "--min-size <GB>"), "{text}");
    assert!(!of_cbr(&text, "--status <STATUS>"), "{text}");
}
