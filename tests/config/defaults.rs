//! Defaults of flags: which commands they apply to, and what overrides them.

use super::{File, OWN};
use crate::harness::{Sandbox, cbr};

/// The output and the requests of a listing with these defaults.
#[test]
fn defaults_replace_absent_flags() {
    let ids = "{\"id\":";
    let names = "{\"name\":";
    let cases: [(&str, &str, &str, &[(u64, u64)]); 14] = [
        ("", "", "RESOURCE ", &[(0, 1000)]),
        ("output = 'jsonl'", "", "{\"checkpoint_id\":", &[(0, 1000)]),
        ("output = 'jsonl'", "-o csv", "id,name,checkpoint_id", &[(0, 1000)]),
        ("output = 'jsonl'\ncolumns = ['name']", "", names, &[(0, 1000)]),
        ("output = 'jsonl'\ncolumns = 'name, id'", "-o jsonl", names, &[(0, 1000)]),
        ("output = 'jsonl'\ncolumns = 'name'", "--columns id", ids, &[(0, 1000)]),
        // A script with a format of its own relies on all of its fields.
        ("columns = ['name']", "", "NAME\n", &[(0, 1000)]),
        ("columns = ['name']", "-o table", "NAME\n", &[(0, 1000)]),
        ("columns = ['name']", "-o csv", "id,name,checkpoint_id", &[(0, 1000)]),
        ("output = 'csv'\ncolumns = ['name']", "", "name\n", &[(0, 1000)]),
        ("output = 'csv'\ncolumns = ['name']", "-o table", "RESOURCE ", &[(0, 1000)]),
        ("page_size = 4", "", "RESOURCE ", &[(0, 4), (3, 4)]),
        (
            "page_size = 4\nconcurrency = 1\nretries = 0\ntimeout = '1m'",
            "--page-size 10",
            "RESOURCE ",
            &[(0, 10)],
        ),
        ("page_size = 4", "--page-size 1000", "RESOURCE ", &[(0, 1000)]),
    ];
    for (defaults, args, begin, windows) in cases {
        let run = crate::harness::sandboxed("--backups 6", "backups list");
        let run = run.args(args.split_whitespace()).file(OWN, &format!("[defaults]\n{defaults}\n"));
        let run = run.run();
        assert!(run.stdout.starts_with(begin), "{defaults} {args}: {}", run.stdout);
        assert_eq!(run.windows(), windows, "{defaults} {args}");
    }
}

/// Columns of a list do not apply to a single record, and other commands have their own formats.
#[test]
fn defaults_apply_to_lists_only() {
    let text = "[defaults]\noutput = 'json'\ncolumns = ['name']\n";
    let sandbox = Sandbox::start("--backups 3");
    let list = sandbox.cbr("backups list").with_key().file(OWN, text).run().json();
    assert_eq!(list[0].as_object().unwrap().len(), 1);
    let listed = sandbox.cbr("backups list --limit 1 --columns id").with_key().file(OWN, text);
    let id = listed.run().json()[0]["id"].as_str().unwrap().to_owned();
    let shown = sandbox.cbr("backups show").arg(&id).with_key().file(OWN, text).run().json();
    assert!(shown.as_object().unwrap().len() > 10);
    // A single backup is not printed as a table.
    for output in ["table", "wide", "ids"] {
        let text = format!("[defaults]\noutput = '{output}'\n");
        let shown = sandbox.cbr("backups show").arg(&id).with_key().file(OWN, &text).run();
        assert!(shown.lines().len() > 20, "{output}: {}", shown.stdout);
    }
    let text = "[defaults]\noutput = 'ids'\n";
    assert_eq!(sandbox.cbr("backups summary").with_key().file(OWN, text).run().lines().len(), 2);
    let settings = sandbox.cbr("auth show").with_key().file(OWN, text).run();
    assert!(settings.stdout.starts_with("SETTING"));
}

/// In a conflict, a default counts like the flag.
#[test]
fn conflicts_between_flags_are_reported_despite_defaults() {
    let run = cbr("backups list --stream").file(OWN, "[defaults]\noutput = 'json'\n");
    run.exit(2).stderr_holds(["'--stream' cannot be used with '--output json'"]).run();
    let sandbox = Sandbox::start("--backups 3");
    let run = sandbox.cbr("backups list --stream").with_key();
    run.file(OWN, "[defaults]\noutput = 'csv'\n").run();
}

#[test]
fn a_flag_that_contradicts_a_default_names_the_file_and_the_key() {
    let file = File::new("[defaults]\noutput = \"json\"\n");
    let default = [", line 2, column 10: defaults.output: ", "'--no-headers'"];
    file.cbr("backups list --no-headers").exit(2).stderr_holds(default).run();
    let flags = ["'--no-headers'", "hint: see 'cbr backups list --help'"];
    file.cbr("backups list --no-headers -o json").exit(2).stderr_holds(flags).run();
}

/// Formats for scripts, ids and counts ignore the limit, and have exact times.
#[test]
fn display_defaults_apply_to_human_readable_formats() {
    let file = File::new(
        "[defaults]\nlimit = 3\ntime = 'relative'\nsort = ['name']\ncolumns = 'name,created_at'\n",
    );
    // Flags; the number of lines; whether times are relative.
    let cases = [
        ("", 4, true),
        ("-o table", 4, true),
        ("-o wide", 4, true),
        ("--limit 2", 3, true),
        ("--time utc", 4, false),
        ("-o csv", 31, false),
        ("-o jsonl", 30, false),
        ("-o ids", 30, false),
        ("--ids", 30, false),
        ("--count", 1, false),
        ("-o markdown", 32, true),
    ];
    let sandbox = Sandbox::start("--backups 30 --epoch 2026-11-20");
    for (flags, lines, is_relative) in cases {
        let run = sandbox.cbr(&format!("backups list {flags}")).with_key();
        let run = run.env("CBR_CONFIG_FILE", file.path()).run();
        let count = run.stdout.lines().count();
        assert!(if flags == "-o csv" { count >= lines } else { count == lines }, "{flags} {count}");
        assert_eq!(run.stdout.contains(" ago"), is_relative, "{flags}\n{}", run.stdout);
    }
    for command in ["summary", "summary -o json", "coverage", "show 00000000"] {
        let run = sandbox.cbr(&format!("backups {command}")).with_key();
        let exit = if command.starts_with("show") { 4 } else { 0 };
        run.env("CBR_CONFIG_FILE", file.path()).exit(exit).stderr_holds([]).run();
    }
}

/// Days and times without a zone in flags are in that zone too.
#[test]
fn a_default_time_zone_applies_unless_the_style_is_utc() {
    let sandbox = Sandbox::start("--epoch 2026-11-20");
    // The newest backup is at 23:57 UTC, the next day in Shanghai.
    let cases = [
        ("tz = 'Asia/Shanghai'", "", "2026-11-20", "2026-10-31T16:00:00Z"),
        ("tz = 'Asia/Shanghai'", "--time utc", "2026-11-19", "2026-11-01T00:00:00Z"),
        ("tz = 'Asia/Shanghai'", "--tz UTC", "2026-11-19", "2026-11-01T00:00:00Z"),
        ("tz = 'Asia/Shanghai'", "--time relative", "2026-11-20", "2026-10-31T16:00:00Z"),
        ("tz = 'Asia/Shanghai'\ntime = 'local'", "", "2026-11-20", "2026-10-31T16:00:00Z"),
        ("tz = 'Asia/Shanghai'\ntime = 'utc'", "", "2026-11-19", "2026-11-01T00:00:00Z"),
        ("tz = 'Asia/Shanghai'", "-o csv", "2026-11-20", "2026-10-31T16:00:00Z"),
    ];
    for (defaults, flags, day, start) in cases {
        let file = File::new(&format!("[defaults]\n{defaults}\n"));
        let before = sandbox.requests().len();
        let run = sandbox.cbr(&format!("backups summary --by day --since 2026-11-01 {flags}"));
        let run = run.with_key().env("CBR_CONFIG_FILE", file.path()).run();
        let first = run.lines().into_iter().find(|line| line.contains("2026")).unwrap();
        assert!(first.starts_with(day), "{defaults} {flags}: {first}");
        let sent = &sandbox.requests()[before];
        assert_eq!(sent.filters(), [("start_time", start)], "{defaults} {flags}");
    }
}

#[test]
fn defaults_of_time_zone_and_pager_can_be_set_and_unset() {
    let file = File::new("");
    for (key, value, invalid, why) in [
        ("defaults.tz", "Europe/Berlin", "Nowhere/Atlantis", "unknown time zone"),
        ("defaults.pager", "less -S", "less 'x", "a quote has no end"),
    ] {
        let set = |value: &str| file.cbr(&format!("config set {key}")).arg(value);
        set(value).run();
        assert_eq!(file.cbr(&format!("config get {key}")).run().stdout, format!("{value}\n"));
        set(invalid).exit(2).stderr_holds([key, why]).run();
        file.cbr(&format!("config unset {key}")).run();
        file.cbr(&format!("config get {key}")).exit(2).stderr_holds(["is not set"]).run();
    }
    let list = file.cbr("config list").run();
    let rows: Vec<Vec<_>> = list
        .lines()
        .iter()
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect())
        .collect();
    let row = vec!["defaults.pager", "PAGER or less", "PAGER or less", "default"];
    assert!(rows.contains(&row), "{}", list.stdout);
}

#[test]
fn a_default_region_is_the_last_source() {
    let file = File::new("[defaults]\nregion = 'eu-nl'\n");
    let list = |flags: &str| {
        let run = file.cbr(&format!("backups list --dry-run --project-id p {flags}"));
        run.secret("CBR_TOKEN", "hunter2-hunter2")
    };
    assert!(list("").run().stdout.starts_with("GET https://cbr.eu-nl."));
    assert!(list("--region eu-de").run().stdout.starts_with("GET https://cbr.eu-de."));
    assert!(list("").env("CBR_REGION", "eu-de").run().stdout.starts_with("GET https://cbr.eu-de."));
}
