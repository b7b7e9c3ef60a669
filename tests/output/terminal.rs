//! On a terminal: lines fit its width, and text that could act on it does not, in any format.

use unicode_width::UnicodeWidthStr as _;

use crate::harness::{script, terminal};

fn list(columns: usize, flags: &str) -> String {
    let list = format!(
        "cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list --color never {flags}"
    );
    terminal(columns, &format!("{list} 2>/dev/null"))
}

#[test]
fn a_table_fits_the_width_and_keeps_every_row() {
    for columns in [60, 80, 120, 160, 500] {
        let shown = list(columns, "");
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 1 + 200, "{columns}");
        for line in &lines {
            assert!(line.width() <= columns, "{columns}: {line}");
        }
        // What identifies a backup is whole.
        assert!(lines[1..].iter().all(|line| line.split(' ').next().unwrap().len() == 36));
    }
}

#[test]
fn at_80_columns_the_least_important_columns_are_hidden() {
    let shown = list(80, "--limit 2");
    let expected = "\
ID                                    RESOURCE_NAME  STATUS     CREATED_AT …
7b2bf477-f888-4a0e-a706-dd2f4d197e00  ecs-dbfd-0018  available  2026-11-19Z
1b95ab67-d980-4480-91ea-327166776b00  volume-0003    available  2026-11-18Z
";
    assert_eq!(shown, expected);
}

/// Room for all is used for all: the same as on a pipe.
#[test]
fn wide_terminals_show_the_same_columns_as_pipes() {
    let piped = script("cbr sandbox --epoch 2026-11-20 --backups 200 -- backups list").stdout;
    assert_eq!(list(500, ""), piped);
}

#[test]
fn chosen_columns_are_never_hidden() {
    let shown = list(40, "--columns id,name,status --limit 3");
    assert!(shown.starts_with("ID "), "{shown}");
    assert!(shown.lines().next().unwrap().ends_with("STATUS"), "{shown}");
}

/// The headings on a terminal of this width.
fn head(columns: usize, flags: &str) -> String {
    let shown = list(columns, &format!("--limit 3 {flags}"));
    let head = shown.lines().next().unwrap_or_default();
    head.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Who sorts or filters by something wants to see it.
#[test]
fn filtered_and_sorted_columns_are_hidden_last() {
    let cases = [
        (80, "--expires-before 900d --sort expired_at:asc", "ID STATUS CREATED_AT EXPIRED_AT …"),
        (80, "--min-size 9", "ID RESOURCE_SIZE STATUS CREATED_AT …"),
        (80, "--name-matches *", "ID NAME STATUS CREATED_AT …"),
        // What is not in the table does not get into it.
        (80, "--automatic", "ID RESOURCE_NAME STATUS CREATED_AT …"),
        // The default order is nobody's wish.
        (62, "", "ID STATUS CREATED_AT …"),
        (62, "--sort created_at:asc", "ID STATUS CREATED_AT …"),
        (50, "--sort created_at:asc", "ID CREATED_AT …"),
    ];
    for (columns, flags, expected) in cases {
        assert_eq!(head(columns, flags), expected, "{columns} {flags}");
    }
}

#[test]
fn columns_of_groups_are_hidden_before_named_ones() {
    let cases = [
        (80, "--columns default", "ID RESOURCE_NAME STATUS CREATED_AT …"),
        (80, "--columns=-id", "NAME RESOURCE_NAME RESOURCE_TYPE STATUS CREATED_AT …"),
        (80, "--columns=+vault_id", "ID VAULT_ID …"),
        (120, "--columns=+vault_id", "ID RESOURCE_NAME STATUS CREATED_AT VAULT_ID …"),
        (80, "--columns=+resource_size", "ID RESOURCE_SIZE STATUS CREATED_AT …"),
        (80, "--columns all", "ID RESOURCE_NAME STATUS CREATED_AT …"),
    ];
    for (columns, flags, expected) in cases {
        assert_eq!(head(columns, flags), expected, "{columns} {flags}");
    }
}

#[test]
fn hidden_columns_are_marked_without_a_header() {
    for columns in [60, 80, 120] {
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
        for columns in [80, 100, 120] {
            for line in summary(columns, &format!("--by {by}")).lines() {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
    }
    let expected = "\
RESOURCE_TYPE                COUNT  TOTAL_SIZE  NEWEST       NEXT_EXPIRY …
OS::Cinder::Volume             820   98,220 GB  2026-11-19Z  2026-11-";
    assert!(summary(80, "--by type").starts_with(expected), "{}", summary(80, "--by type"));
    assert!(summary(80, "--by vault -o wide").lines().next().unwrap().ends_with("NEXT_EXPIRY"));
}

/// The children are as wide as a table is, and are whole on any screen.
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
    assert!(narrow.contains("\nchildren[0]\n  id             "), "{narrow}");
    assert!(wide.contains("\nchildren\n  ID "), "{wide}");
    for text in [&narrow, &wide] {
        assert!(!text.contains('…'), "{text}");
    }
    let names = |text: &str| text.matches("OS::Cinder::Volume").count();
    assert!(names(&narrow) > 0 && names(&narrow) == names(&wide), "{narrow}{wide}");
    // The block of the record, and of all but wide values, is no wider than the screen.
    assert!(narrow.lines().all(|line| line.width() <= 80), "{narrow}");
}

/// The account's awkward names: colours, titles, reversed text, hidden characters.
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

/// The same JSON, other bytes.
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
