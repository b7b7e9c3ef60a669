//! `cbr backups coverage --gaps`: when there was no new usable backup.

use super::{RECENT, each, objects};
use crate::harness::{Run, read_yaml, sandboxed};

fn gaps(flags: &str) -> Run {
    sandboxed(RECENT, &format!("-q backups coverage --gaps {flags}")).run()
}

#[test]
fn gaps_are_longer_than_the_flag_and_end_after_the_other() {
    let all = objects(&gaps("26h -o json"));
    assert!(all.iter().all(|row| row["length"].as_i64().is_none_or(|length| length >= 26 * 3600)));
    // Never backed up: no beginning. These come first, then the longest gaps.
    let lengths: Vec<_> =
        all.iter().map(|row| row["length"].as_i64().unwrap_or(i64::MAX)).collect();
    assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
    assert!(lengths.first() == Some(&i64::MAX) && lengths.last() < Some(&i64::MAX));
    for row in &all {
        assert_eq!(row["from"].is_null(), row["length"].is_null());
        assert!(row["from"].as_str() < row["to"].as_str(), "{row}");
    }
    let longer = objects(&gaps("30d -o json"));
    let recent = objects(&gaps("26h --since 30d -o json"));
    assert!(longer.len() < all.len() && recent.len() < all.len());
    let earliest = each(&recent, "to").into_iter().min().unwrap();
    assert!(each(&all, "to").into_iter().any(|to| to < earliest));
}

#[test]
fn every_format_prints_the_gaps() {
    let flags = "26h --since 30d --sort resource_name --limit 3";
    let expected = objects(&gaps(&format!("{flags} -o json")));
    assert_eq!(expected.len(), 3);
    let names = each(&expected, "resource_name");
    let header = gaps(&format!("{flags} -o csv")).csv().remove(0);
    assert_eq!(
        header.join(","),
        "resource_name,from,to,length,vault_name,resource_id,resource_type,vault_id"
    );
    for format in ["table", "wide", "long", "jsonl", "csv", "tsv", "yaml", "markdown"] {
        let run = gaps(&format!("{flags} -o {format}"));
        assert!(names.iter().all(|name| run.stdout.contains(name)), "{format} {}", run.stdout);
        if format == "yaml" {
            assert_eq!(read_yaml(&run.stdout).as_array().unwrap().len(), 3);
        }
    }
}
