//! On a terminal: lines fit its width, and text that could act on it does not, in any format.

use unicode_width::UnicodeWidthStr as _;

use crate::harness::{script, terminal};

fn list(columns: usize, flags: &str) -> String {
    let list = format!("cbr sandbox --backups 200 -- backups list --color never {flags}");
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
fn on_eighty_columns_the_least_important_gives_way() {
    let shown = list(80, "--limit 2");
    let expected = "\
ID                                    RESOURCE_NAME  STATUS     CREATED_AT …
7b2bf477-f888-4a0e-a706-dd2f4d197e00  ecs-dbfd-0018  available  2026-11-19T20Z
1b95ab67-d980-4480-91ea-327166776b00  volume-0003    available  2026-11-18T17Z
";
    assert_eq!(shown, expected);
}

/// Room for all is used for all: the same as on a pipe.
#[test]
fn a_terminal_that_is_wide_enough_shows_what_a_pipe_does() {
    let piped = script("cbr sandbox --backups 200 -- backups list").stdout;
    assert_eq!(list(500, ""), piped);
}

#[test]
fn chosen_columns_all_stay() {
    let shown = list(40, "--columns id,name,status --limit 3");
    assert!(shown.starts_with("ID "), "{shown}");
    assert!(shown.lines().next().unwrap().ends_with("STATUS"), "{shown}");
}

/// The account's awkward names: colours, titles, reversed text, hidden characters.
#[test]
fn nothing_acts_on_the_terminal_in_any_format() {
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
    let piped =
        script("cbr sandbox --backups 200 -- backups list -o json --columns name,id").stdout;
    assert_ne!(shown, piped);
    let [shown, piped]: [serde_json::Value; 2] =
        [shown, piped].map(|text| serde_json::from_str(&text).unwrap());
    assert_eq!(shown, piped);
}

#[test]
fn colour_is_for_terminals_and_not_with_no_color() {
    let colours = |shown: &str| shown.contains('\u{1b}');
    assert!(colours(&terminal(80, "cbr --help")));
    assert!(!colours(&terminal(80, "NO_COLOR=1 cbr --help")));
    assert!(!colours(&terminal(80, "NO_COLOR=1 cbr sandbox --backups 9 -- backups list")));
    assert!(!colours(&script("cbr --help").stdout));
    let usage = "script --quiet --command \"cbr backups list --limit 0\" /dev/null";
    assert!(!colours(&script(&format!("NO_COLOR=1 {usage}")).stdout));
}
