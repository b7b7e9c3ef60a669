//! Where rows wait until the last one is there: in memory, then in a temporary file that leaves nothing
//! behind.

use crate::harness::sandboxed;

/// More than fits into the memory that is set aside.
const MANY: &str = "--backups 9000";

#[test]
fn a_list_that_does_not_fit_into_memory_is_whole() {
    let run = sandboxed(MANY, "backups list -o jsonl").run();
    assert!(run.stdout.len() > 8 << 20, "{}", run.stdout.len());
    assert_eq!(run.lines().len(), 9000);
    // By way of another spool, where they are all equal and keep their order; and of none.
    let sorted = sandboxed(MANY, "backups list -o jsonl --sort project_id").run();
    assert!(sorted.stdout == run.stdout);
    let streamed = sandboxed(MANY, "backups list -o jsonl --stream").run();
    assert!(streamed.stdout == run.stdout);
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    for (flags, what) in [
        ("-o json", "cannot keep the rows in a temporary file in /nowhere until the last is there"),
        (
            "-o table --columns id --sort name",
            "cannot keep the backups in a temporary file in /nowhere until they are sorted",
        ),
    ] {
        let told = format!(
            "cbr: error: {what}: No such file or directory (os error 2)\n\
             cbr: hint: set TMPDIR to a directory that can be written to and has room\n"
        );
        let run = sandboxed(MANY, &format!("backups list {flags}")).env("TMPDIR", "/nowhere");
        run.exit(1).stderr(told).run();
    }
    // What fits needs none.
    sandboxed("--backups 3", "backups list -o json").env("TMPDIR", "/nowhere").run();
}
