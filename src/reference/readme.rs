//! The table of exit codes in README.md, generated from the code.
//!
//! `CBR_UPDATE=1 cargo test readme` updates it. It is between `<!-- exit codes -->` and `<!--
//! end -->`.

use std::{env, fs};

use crate::errors::Exit;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_code() {
    let readme = fs::read_to_string(PATH).unwrap();
    let current = with_table(&readme, "exit codes", &exit_codes());
    if env::var_os("CBR_UPDATE").is_some() {
        fs::write(PATH, current).unwrap();
    } else {
        assert!(readme == current, "out of date: CBR_UPDATE=1 cargo test readme");
    }
}

fn exit_codes() -> String {
    let rows = Exit::all().map(|(exit, meaning)| [exit.code().to_string(), meaning.to_owned()]);
    table(["code", "meaning"], rows)
}

fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let line = |cells: &[String; N]| format!("| {} |\n", cells.join(" | "));
    let head = [headings.map(str::to_owned), headings.map(|_| "---".to_owned())];
    head.iter().map(line).chain(rows.into_iter().map(|row| line(&row))).collect()
}

/// Returns the text with this table between its comments.
fn with_table(readme: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- {name} -->\n");
    let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("no end: {name}"));
    format!("{before}{begin}\n{table}\n<!-- end -->{after}")
}
