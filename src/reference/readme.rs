//! The tables of README.md, made from the code that they tell about.
//!
//! `CBR_UPDATE=1 cargo test readme` writes them anew. Each stands between `<!-- NAME -->` and
//! `<!-- end -->`.

use std::{env, fs};

use crate::errors::Exit;
use crate::record::column::COLUMNS;
use crate::settings::{VARIABLES, region};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

#[test]
fn the_tables_of_the_readme_are_those_of_the_code() {
    let readme = fs::read_to_string(PATH).unwrap();
    let tables = [
        ("columns", columns()),
        ("exit codes", exit_codes()),
        ("variables", variables()),
        ("regions", regions()),
    ];
    let current = tables
        .into_iter()
        .fold(readme.clone(), |readme, (name, table)| with_table(&readme, name, &table));
    if env::var_os("CBR_UPDATE").is_some() {
        fs::write(PATH, current).unwrap();
    } else {
        assert!(readme == current, "out of date: CBR_UPDATE=1 cargo test readme");
    }
}

fn columns() -> String {
    let rows = COLUMNS.iter().map(|column| {
        [
            format!("`{}`", column.name),
            column.help.to_owned(),
            column.visibility.shown_by().to_owned(),
        ]
    });
    table(["column", "what it is", "shown by"], rows)
}

fn exit_codes() -> String {
    let rows = Exit::ALL.iter().map(|exit| [exit.code().to_string(), exit.meaning().to_owned()]);
    table(["code", "meaning"], rows)
}

fn variables() -> String {
    let rows = VARIABLES.iter().map(|(name, meaning)| [format!("`{name}`"), (*meaning).to_owned()]);
    table(["variable", "meaning"], rows)
}

/// Those with a host of Huawei Cloud's usual form in one row, then the others.
fn regions() -> String {
    let hosts: Vec<_> =
        region::names().map(|name| (name, region::host(name).unwrap_or_default())).collect();
    let usual = |name: &str| format!("cbr.{name}.myhuaweicloud.com");
    let (huawei_cloud, others): (Vec<_>, Vec<_>) =
        hosts.into_iter().partition(|(name, host)| *host == usual(name));
    let names: Vec<_> = huawei_cloud.iter().map(|(name, _)| format!("`{name}`")).collect();
    let first = [names.join(", "), usual("REGION")];
    let others = others.into_iter().map(|(name, host)| [format!("`{name}`"), host]);
    table(["region", "host"], std::iter::once(first).chain(others))
}

fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let line = |cells: &[String; N]| format!("| {} |\n", cells.join(" | "));
    let head = [headings.map(str::to_owned), headings.map(|_| "---".to_owned())];
    head.iter().map(line).chain(rows.into_iter().map(|row| line(&row))).collect()
}

/// The text with this table in the place of what stands between its comments.
fn with_table(readme: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- {name} -->\n");
    let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("no end: {name}"));
    format!("{before}{begin}\n{table}\n<!-- end -->{after}")
}
