//! long: a block for each record.

use crate::harness::sandboxed;

#[test]
fn backups_are_blocks_separated_by_blank_lines() {
    let run = sandboxed("--backups 12", "backups list -o long").run();
    let blocks: Vec<_> = run.stdout.split("\n\n").collect();
    assert_eq!(blocks.len(), 12);
    let ids = sandboxed("--backups 12", "backups list -o ids").run();
    for (block, id) in blocks.iter().zip(ids.lines()) {
        let mut words = block.split_whitespace();
        assert_eq!((words.next(), words.next()), (Some("id"), Some(id)));
        assert!(block.contains("\nextend_info\n  "), "{block}");
    }
    assert_eq!(sandboxed("--backups 0", "backups list -o long").run().stdout, "");
}

#[test]
fn replication_records_are_separate_blocks() {
    let run = sandboxed("--backups 60", "backups list -o long --show-replication").run();
    let lines = run.lines();
    let heading = lines.iter().position(|line| line.starts_with("replication_records[0]")).unwrap();
    for field in ["  status ", "  destination_region ", "  destination_vault_id "] {
        assert!(lines[heading..].iter().any(|line| line.starts_with(field)), "{}", run.stdout);
    }
}

#[test]
fn blocks_have_only_the_chosen_fields() {
    let run =
        sandboxed("--backups 2", "backups list -o long --columns status,extend_info.progress")
            .run();
    let words: Vec<Vec<_>> =
        run.lines().iter().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0][0], "status");
    assert_eq!(words[1][0], "extend_info.progress");
    assert!(words[2].is_empty());
    assert_eq!(words.len(), 5);
}
