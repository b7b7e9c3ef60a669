//! The spool keeps rows until the list is complete: in memory, then in a temporary file, which is
//! removed.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};

use crate::harness::sandboxed;

/// More than the memory of the spool holds.
const MANY: &str = "--backups 9000";

#[test]
fn lists_larger_than_memory_are_complete() {
    let run = sandboxed(MANY, "backups list -o jsonl").run();
    assert!(run.stdout.len() > 8 << 20, "{}", run.stdout.len());
    assert_eq!(run.lines().len(), 9000);
    // Through another spool, where all keys are equal and the order is kept; and without one.
    let sorted = sandboxed(MANY, "backups list -o jsonl --sort project_id").run();
    assert!(sorted.stdout == run.stdout);
    let streamed = sandboxed(MANY, "backups list -o jsonl --stream").run();
    assert!(streamed.stdout == run.stdout);
}

/// The kernel can copy to some of these and not to others.
#[test]
fn spooled_output_is_complete_on_any_target() {
    let piped = sandboxed(MANY, "backups list -o jsonl").run().stdout;
    let to = |file: &File| {
        let list = sandboxed(MANY, "backups list -o jsonl");
        let output = list.start_with_stdout(file.try_clone().unwrap()).finish();
        list.check(&output);
    };
    let contents = |mut file: File| {
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    };

    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"before\n").unwrap();
    to(&file);
    file.write_all(b"behind\n").unwrap();
    assert!(contents(file) == format!("before\n{piped}behind\n"));

    let appended = tempfile::NamedTempFile::new().unwrap();
    fs::write(appended.path(), "before\n").unwrap();
    let file = OpenOptions::new().append(true).read(true).open(appended.path()).unwrap();
    to(&file);
    to(&file);
    assert!(contents(file) == format!("before\n{piped}{piped}"));
}

#[test]
fn a_full_disk_is_reported() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let expected = "cbr: error: cannot write to stdout: No space left on device (os error 28)\n";
    let list = sandboxed(MANY, "backups list -o jsonl").exit(1).stderr(expected);
    let output = list.start_with_stdout(full).finish();
    list.check(&output);
}

#[test]
fn a_missing_directory_is_reported() {
    for (flags, what) in [
        ("-o json", "cannot keep the rows in a temporary file in /nowhere until the last is there"),
        (
            "-o table --columns id --sort name",
            "cannot keep the backups in a temporary file in /nowhere until they are sorted",
        ),
    ] {
        let expected = format!(
            "cbr: error: {what}: No such file or directory (os error 2)\n\
             cbr: hint: set TMPDIR to a directory that can be written to and has room\n"
        );
        let run = sandboxed(MANY, &format!("backups list {flags}")).env("TMPDIR", "/nowhere");
        run.exit(1).stderr(expected).run();
    }
    // A small list needs no file.
    sandboxed("--backups 3", "backups list -o json").env("TMPDIR", "/nowhere").run();
}
