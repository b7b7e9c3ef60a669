//! markdown, read back by a renderer.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::harness::{Answer, Service, sandboxed};

/// Returns the rows of the only table, with its header, as rendered.
fn rendered(text: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut tables = 0;
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => rows.last_mut().unwrap().push(String::new()),
            Event::Text(text) => rows.last_mut().unwrap().last_mut().unwrap().push_str(&text),
            Event::InlineHtml(html) if &*html == "<br>" => {
                rows.last_mut().unwrap().last_mut().unwrap().push('\n');
            }
            Event::End(
                TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell,
            ) => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(tables, 1, "{text}");
    rows
}

/// Returns the visible text of a cell: line breaks, and no other character that acts or hides.
fn visible(text: &str) -> String {
    let mut seen = String::new();
    for char in text.replace("\r\n", "\n").chars() {
        let hides = matches!(char, '\u{200b}' | '\u{feff}' | '\u{2028}' | '\u{202c}' | '\u{202e}');
        if char != '\n' && (char.is_control() || hides) {
            seen.extend(char.escape_default());
        } else {
            seen.push(char);
        }
    }
    seen
}

/// Includes all awkward names: markup, pipes, line ends, formulas.
#[test]
fn a_renderer_shows_the_original_values() {
    let list = |flags: &str| sandboxed("--backups 300", &format!("backups list {flags}")).run();
    let columns = "name,id,resource_name,status,description";
    let shown = rendered(&list(&format!("-o markdown --columns {columns}")).stdout);
    let sent = list(&format!("-o csv --columns {columns}")).csv();
    let sent: Vec<Vec<_>> =
        sent.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
    assert_eq!(shown.len(), 301);
    for (shown, sent) in shown.iter().zip(&sent) {
        assert_eq!(shown, sent);
    }
}

#[test]
fn markup_is_escaped() {
    let names = [
        "*a* **b** _c_ __d__ ~~e~~ a_b_c _x",
        "`code` ``",
        "[a](http://b) ![c](d)",
        "<script>alert(1)</script>",
        "&amp; &#32; &lt;",
        "a|b||c",
        "\\| \\\\ \\",
        "# a",
        "- a",
        "1. a",
        "> a",
        "$x$ $$y$$",
        "---",
        "|",
        "a\nb",
        "  two blanks before and after  ",
        " ",
        "<br>",
        "[^1]",
        "[ ] a",
        ":-:",
        "<http://a>",
        "~",
        "x\\",
        "中_文_",
    ];
    for name in names {
        let record = serde_json::json!({"id": "a", "name": name, "status": "s"}).to_string();
        let service = Service::answering([Answer::page(&[&record], "1")]);
        let run = service.cbr("backups list -o markdown --columns id,name,status").with_key().run();
        assert_eq!(rendered(&run.stdout)[1], ["a", name, "s"], "{}", run.stdout);
    }
}

#[test]
fn sizes_have_units_and_numbers_are_right_aligned() {
    let columns = "--columns resource_size,version,status";
    let run = sandboxed("--backups 3", &format!("backups list -o markdown {columns}")).run();
    assert_eq!(run.lines()[1], "| ---: | ---: | --- |");
    for row in &rendered(&run.stdout)[1..] {
        let size = row[0].strip_suffix(" GB").unwrap_or_else(|| panic!("{row:?}"));
        assert!(size.parse::<u32>().is_ok(), "{row:?}");
    }
}

#[test]
fn an_empty_list_is_a_table_with_its_header() {
    let run = sandboxed("--backups 0", "backups list -o markdown --columns id,name").run();
    assert_eq!(run.stdout, "| id | name |\n| --- | --- |\n");
    assert_eq!(rendered(&run.stdout), [["id", "name"]]);
}
