//! On a terminal: lines fit its width, and text that could act on it does not, in any format.

use unicode_width::UnicodeWidthStr as _;

use crate::harness::{ACCESS_KEY, Answer, PROJECT_ID, SECRET_KEY, Service, script, terminal};

fn list(columns: usize, flags: &str) -> String {
    let list = format!(
        "cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list --color never {flags}"
    );
    terminal(columns, &format!("{list} 2>/dev/null"))
}

#[test]
fn a_table_fits_the_width_and_keeps_every_row() {
    let ids = script("cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list -o ids").stdout;
    for columns in [40, 60, 80, 120, 160, 200, 500] {
        let shown = list(columns, "");
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 1 + 200, "{columns}");
        assert!(lines[0].starts_with("RESOURCE "), "{columns}: {}", lines[0]);
        for line in &lines {
            assert!(line.width() <= columns, "{columns}: {line}");
        }
        for (line, id) in lines[1..].iter().zip(ids.lines()) {
            // A time is never cut. On the narrowest screen, it is hidden.
            let time = line.split("  ").map(str::trim).find(|cell| cell.starts_with("2026-"));
            assert_eq!(time.is_some(), columns > 40, "{columns}: {line}");
            let is_whole = |time| jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", time).is_ok();
            assert!(time.is_none_or(is_whole), "{columns}: {line}");
            // An id is complete or has 8 characters.
            let id = if columns < 500 { &id[..8] } else { id };
            if columns >= 80 {
                assert!(line.ends_with(&format!("  {id}")), "{columns}: {line}");
            }
        }
    }
}

#[test]
fn a_summary_by_any_group_fits_the_width() {
    for columns in [40, 60, 80] {
        for group in ["resource", "vault", "type", "status", "checkpoint", "day", "month"] {
            let summary = "cbr sandbox --epoch 2026-11-20 -- backups summary --color never";
            let shown = terminal(columns, &format!("{summary} --by {group} 2>/dev/null"));
            assert!(shown.lines().count() > 2, "{shown}");
            for line in shown.lines() {
                assert!(line.width() <= columns, "{columns} {group}: {line}");
            }
        }
    }
}

#[test]
fn at_80_columns_the_least_important_columns_are_hidden() {
    let shown = list(80, "--limit 2");
    let expected = "\
RESOURCE       STATUS     CREATED (UTC)     EXPIRES (UTC)     TYPE    ID …
ecs-dbfd-0018  available  2026-11-19 20:29  -                 server  7b2bf477
volume-0003    available  2026-11-18 17:33  2026-12-18 17:33  volume  1b95ab67
";
    assert_eq!(shown, expected);
}

/// Lists backups with long Chinese and Latin names on a terminal.
fn long_names(columns: usize) -> String {
    let record = |id: &str, name: &str| {
        format!(
            r#"{{"id":"{id}","name":"{name}","resource_name":"{name}","status":"available",
                "resource_type":"OS::Nova::Server","resource_size":40,
                "created_at":"2026-11-19T23:57:42.065135","expired_at":"2026-12-19T23:57:42"}}"#
        )
    };
    let records = [
        record("b1c4afd9-e7a6-4888-9010-c2bac3aa7910", &"备份".repeat(150)),
        record("a1c4afd9-e7a6-4888-9010-c2bac3aa7910", &"x".repeat(300)),
    ];
    let records = [records[0].as_str(), records[1].as_str()];
    let service = Service::answering([Answer::page(&records, "2")]);
    let settings = format!(
        "CBR_ENDPOINT={} CBR_PROJECT_ID={PROJECT_ID} CBR_ACCESS_KEY={ACCESS_KEY} \
         CBR_SECRET_KEY={SECRET_KEY}",
        service.endpoint()
    );
    terminal(columns, &format!("{settings} cbr backups list --color never 2>/dev/null"))
}

#[test]
fn names_shrink_to_the_width_in_cells() {
    let cases = [
        (
            40, "\
RESOURCE     STATUS     CREATED (UTC) …
备份备份备…  available  2026-11-19 23:57
xxxxxxxxxx…  available  2026-11-19 23:57
",
        ),
        (
            80, "\
RESOURCE         STATUS     CREATED (UTC)     EXPIRES (UTC)     TYPE    ID …
备份备份备份备…  available  2026-11-19 23:57  2026-12-19 23:57  server  b1c4afd9
xxxxxxxxxxxxxx…  available  2026-11-19 23:57  2026-12-19 23:57  server  a1c4afd9
",
        ),
        (
            120, "\
RESOURCE                 STATUS     CREATED (UTC)     EXPIRES (UTC)     TYPE     SIZE  NAME                     ID
备份备份备份备份备份备…  available  2026-11-19 23:57  2026-12-19 23:57  server  40 GB  备份备份备份备份备份备…  b1c4afd9
xxxxxxxxxxxxxxxxxxxxxx…  available  2026-11-19 23:57  2026-12-19 23:57  server  40 GB  xxxxxxxxxxxxxxxxxxxxxx…  a1c4afd9
",
        ),
        (
            200, "\
RESOURCE                                                         STATUS     CREATED (UTC)     EXPIRES (UTC)     TYPE     SIZE  NAME                                                             ID
备份备份备份备份备份备份备份备份备份备份备份备份备份备份备份备…  available  2026-11-19 23:57  2026-12-19 23:57  server  40 GB  备份备份备份备份备份备份备份备份备份备份备份备份备份备份备份备…  b1c4afd9
xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  available  2026-11-19 23:57  2026-12-19 23:57  server  40 GB  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  a1c4afd9
",
        ),
    ];
    for (columns, expected) in cases {
        let shown = long_names(columns);
        assert_eq!(shown, expected, "{columns}");
        assert!(shown.lines().all(|line| line.width() <= columns), "{columns}");
    }
}

/// Values differ: on a terminal, times and types are short.
#[test]
fn wide_terminals_show_the_columns_and_ids_of_pipes() {
    let piped = script("cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list").stdout;
    let shown = list(500, "");
    let head = shown.lines().next().unwrap().replace(" (UTC)", "");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&head), words(piped.lines().next().unwrap()));
    assert_eq!(shown.lines().count(), piped.lines().count());
    let first_and_last = |line: &str| {
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        [words.next(), words.next_back()].map(|word| word.unwrap().to_owned())
    };
    for (shown, piped) in shown.lines().zip(piped.lines()).skip(1) {
        assert_eq!(first_and_last(shown), first_and_last(piped), "{shown}");
    }
    assert!(piped.contains("  OS::Nova::Server  ") && shown.contains("  server  "));
    assert!(piped.contains("2026-11-18T17:33:19Z") && shown.contains("2026-11-18 17:33  "));
    assert!(!shown.contains("OS::Nova::Server"), "{shown}");
}

/// The values do not contain it.
#[test]
fn the_zone_of_short_times_is_in_their_heading() {
    for (zone, heading, time) in [
        ("UTC", "CREATED (+00:00)", "2026-11-18 17:33"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "CREATED (CET/CEST)", "2026-11-18 18:33"),
        ("CST-8", "CREATED (+08:00)", "2026-11-19 01:33"),
    ] {
        let list = "cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list --time local";
        let flags = "--limit 1 --offset 1 --columns created_at --color never 2>/dev/null";
        let shown = terminal(80, &format!("TZ={zone} {list} {flags}"));
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines, [heading, time], "{zone}");
    }
    assert!(list(80, "--limit 1 --columns created_at").starts_with("CREATED (UTC)\n"));
}

#[test]
fn the_footer_counts_hidden_columns() {
    let footer = |columns: usize, flags: &str| {
        let list = "cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list --color never";
        let shown = terminal(columns, &format!("{list} --limit 3 {flags} 2>&1"));
        let last = shown.lines().last().unwrap();
        assert!(last.starts_with("3 of 200 backups · 1 page · "), "{shown}");
        last.rsplit(" · ").next().unwrap().to_owned()
    };
    let cases = [
        (40, "", "5 columns hidden, -o wide shows all"),
        (60, "", "4 columns hidden, -o wide shows all"),
        (80, "", "2 columns hidden, -o wide shows all"),
        (80, "--no-headers", "2 columns hidden, -o wide shows all"),
        (80, "--columns=+resource_size", "2 columns hidden, -o wide shows all"),
    ];
    for (columns, flags, expected) in cases {
        assert_eq!(footer(columns, flags), expected, "{columns} {flags}");
    }
    for (columns, flags) in
        [(120, ""), (40, "-o wide"), (40, "--columns id,name"), (40, "-o csv"), (40, "-o long")]
    {
        assert!(footer(columns, flags).ends_with(" s"), "{columns} {flags}");
    }
}

/// The footer would appear between the rows that the other program prints.
#[test]
fn piped_rows_have_no_footer_on_the_terminal() {
    let list = "cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list --limit 3";
    for flags in ["", "-o jsonl", "-o csv", "-o ids", "-o json", "-o wide"] {
        let expected = script(&format!("{list} {flags}")).stdout;
        assert_eq!(remaining(&format!("{list} {flags} | cat")), expected, "{flags}");
    }
    let summary = "cbr sandbox --epoch 2026-11-20 -- backups summary";
    let expected = script(summary).stdout;
    assert_eq!(remaining(&format!("{summary} | cat")), expected);
}

/// Returns the text that remains on a terminal: a slow machine shows progress, and erases it.
fn remaining(command: &str) -> String {
    let shown = terminal(80, command);
    shown.rsplit("\u{1b}[2K").next().unwrap_or_default().to_owned()
}

#[test]
fn chosen_columns_are_never_hidden() {
    let shown = list(40, "--columns id,name,status --limit 3");
    assert!(shown.starts_with("ID "), "{shown}");
    assert!(shown.lines().next().unwrap().ends_with("STATUS"), "{shown}");
}

/// Returns the headings on a terminal of this width.
fn head(columns: usize, flags: &str) -> String {
    let shown = list(columns, &format!("--limit 3 {flags}"));
    let head = shown.lines().next().unwrap_or_default();
    head.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A column that the user sorts or filters by is hidden last.
#[test]
fn filtered_and_sorted_columns_are_hidden_last() {
    let cases = [
        (
            80,
            "--expires-before 900d --sort expired_at:asc",
            "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) TYPE ID …",
        ),
        (80, "--min-size 9", "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) SIZE ID …"),
        (80, "--name-matches *", "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) NAME ID …"),
        // A column outside of the table is not added to it.
        (80, "--automatic", "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) TYPE ID …"),
        // The default order was not requested by the user.
        (62, "", "RESOURCE STATUS CREATED (UTC) TYPE ID …"),
        (62, "--sort created_at:asc", "RESOURCE STATUS CREATED (UTC) TYPE ID …"),
        (40, "", "RESOURCE STATUS CREATED (UTC) …"),
        (40, "--min-size 9", "RESOURCE STATUS SIZE …"),
        (40, "--name-matches *", "RESOURCE STATUS NAME …"),
        (40, "--expires-before 900d --sort expired_at:asc", "RESOURCE STATUS EXPIRES (UTC) …"),
        (30, "--sort created_at:asc", "RESOURCE CREATED (UTC) …"),
    ];
    for (columns, flags, expected) in cases {
        assert_eq!(head(columns, flags), expected, "{columns} {flags}");
    }
}

#[test]
fn columns_of_groups_are_hidden_before_named_ones() {
    let cases = [
        (80, "--columns default", "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) TYPE ID …"),
        (80, "--columns=-id", "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) TYPE NAME …"),
        (80, "--columns=+vault_id", "RESOURCE STATUS CREATED (UTC) VAULT_ID …"),
        (
            120,
            "--columns=+vault_id",
            "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) TYPE ID VAULT_ID …",
        ),
        (80, "--columns=+resource_size", "RESOURCE STATUS CREATED (UTC) EXPIRES (UTC) SIZE ID …"),
        (80, "--columns all", "ID RESOURCE TYPE STATUS CREATED (UTC) EXPIRES (UTC) …"),
    ];
    for (columns, flags, expected) in cases {
        assert_eq!(head(columns, flags), expected, "{columns} {flags}");
    }
}

#[test]
fn hidden_columns_are_marked_without_a_header() {
    for columns in [40, 60, 80] {
        let shown = list(columns, "--no-headers");
        assert_eq!(shown.lines().count(), 200, "{columns}");
        for line in shown.lines() {
            assert!(line.width() <= columns && line.ends_with(" …"), "{columns}: {line}");
        }
    }
    assert!(!list(200, "--no-headers --limit 9").contains('…'));
}

#[test]
fn a_summary_fits_the_width() {
    let summary = |columns: usize, flags: &str| {
        let command = format!(
            "cbr sandbox --epoch 2026-11-20 -- backups summary --color never {flags} 2>/dev/null"
        );
        terminal(columns, &command)
    };
    for by in ["resource", "vault", "type", "status", "checkpoint", "day", "month"] {
        for columns in [60, 80, 120, 200] {
            for line in summary(columns, &format!("--by {by}")).lines() {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
    }
    let expected = "\
TYPE           COUNT  OLDEST (UTC)      NEWEST (UTC)      NEXT_EXPIRY (UTC) …
volume           820  2026-05-24 04:47  2026-11-19 21:23  ";
    // The next expiry depends on the time of the run.
    assert!(summary(80, "--by type").starts_with(expected), "{}", summary(80, "--by type"));
    assert!(summary(80, "--by vault -o wide").lines().next().unwrap().ends_with("VAULT_ID"));
}

/// The children are a table of full width, and are complete on any screen.
#[test]
fn show_prints_all_fields_of_children() {
    let show = |columns: usize| {
        let id = "7b2bf477-f888-4a0e-a706-dd2f4d197e00";
        terminal(
            columns,
            &format!(
                "cbr sandbox --epoch 2026-11-20 -- backups show {id} --color never 2>/dev/null"
            ),
        )
    };
    let (narrow, wide) = (show(80), show(200));
    assert!(narrow.contains("\nchildren[0]\n  resource_name  "), "{narrow}");
    assert!(wide.contains("\nchildren\n  RESOURCE "), "{wide}");
    for text in [&narrow, &wide] {
        assert!(!text.contains('…'), "{text}");
    }
    let names = |text: &str| text.matches("OS::Cinder::Volume").count();
    assert!(names(&narrow) > 0 && names(&narrow) == names(&wide), "{narrow}{wide}");
    // The block of the record is no wider than the screen, except for wide values.
    assert!(narrow.lines().all(|line| line.width() <= 80), "{narrow}");
}

/// Includes the awkward names of the account: colors, titles, reversed text, hidden characters.
#[test]
fn no_format_prints_control_characters_on_a_terminal() {
    for format in ["table", "wide", "long", "json", "jsonl", "csv", "tsv", "yaml", "markdown"] {
        let shown = list(80, &format!("-o {format} --columns name,id"));
        let acts = |char: char| {
            char.is_control() && char != '\n' && (char != '\t' || format != "tsv")
                || ['\u{202e}', '\u{200b}', '\u{feff}'].contains(&char)
        };
        assert!(!shown.contains(acts), "{format}: {shown:?}");
        assert!(shown.contains("gpj.exe"), "{format}");
    }
}

#[test]
fn json_on_a_terminal_is_indented() {
    let expected = "\
[
  {
    \"id\": \"7b2bf477-f888-4a0e-a706-dd2f4d197e00\",
    \"name\": \"autobk_e000\"
  },
  {
    \"id\": \"1b95ab67-d980-4480-91ea-327166776b00\",
    \"name\": \"autobk_4a45\"
  }
]
";
    assert_eq!(list(80, "-o json --limit 2 --columns id,name"), expected);
    assert_eq!(list(80, "-o json --limit 2 --columns id,name | cat").lines().count(), 4);
    assert_eq!(list(80, "-o jsonl --limit 2 --columns id,name").lines().count(), 2);
}

/// The same JSON value, formatted differently.
#[test]
fn json_on_a_terminal_is_the_same_json() {
    let shown = list(80, "-o json --columns name,id");
    let piped = script(
        "cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list -o json --columns name,id",
    )
    .stdout;
    assert_ne!(shown, piped);
    let [shown, piped]: [serde_json::Value; 2] =
        [shown, piped].map(|text| serde_json::from_str(&text).unwrap());
    assert_eq!(shown, piped);
}

#[test]
fn color_is_used_on_terminals_without_no_color() {
    let colours = |shown: &str| shown.contains('\u{1b}');
    assert!(colours(&terminal(80, "cbr --help")));
    assert!(!colours(&terminal(80, "NO_COLOR=1 cbr --help")));
    assert!(!colours(&terminal(
        80,
        "NO_COLOR=1 cbr sandbox --epoch 2026-11-20 --backups 9 -- backups list"
    )));
    assert!(!colours(&script("cbr --help").stdout));
    let usage = "script --quiet --command \"cbr backups list --limit 0\" /dev/null";
    assert!(!colours(&script(&format!("NO_COLOR=1 {usage}")).stdout));
}
