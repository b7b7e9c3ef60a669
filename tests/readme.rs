//! README.md: its commands are run against a sandbox, and must print the shown output.
//!
//! Commands that begin with `cargo` are for `.ci/run`: they would build the program inside its own
//! test.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{ACCESS_KEY, PROJECT_ID, Process, SECRET_KEY, Sandbox, program};
use crate::host;

const README: &str = include_str!("../README.md");

/// A block of the README, with its heading.
struct Block {
    heading: &'static str,
    language: &'static str,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
        } else if let Some(language) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { heading, language, text: text.join("\n") });
        }
    }
    blocks
}

/// Returns the first block of this language under this heading.
fn block(heading: &str, language: &str) -> String {
    let mut blocks = blocks().into_iter();
    let wanted = blocks.find(|block| block.heading == heading && block.language == language);
    wanted.unwrap_or_else(|| panic!("no {language} under {heading}")).text
}

/// Creates a shell command for a user whose settings lead to the sandbox.
fn shell(command: &str, sandbox: &Sandbox, home: &Path) -> Command {
    let beside = program().parent().unwrap().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = [beside].into_iter().chain(env::split_paths(&path));
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-eu", "-c", command])
        .current_dir(home)
        .env_clear()
        .env("PATH", env::join_paths(path).unwrap())
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("CBR_ECS_METADATA", "off")
        .env("NO_COLOR", "1")
        .env("PAGER", "cat")
        .env("CBR_ENDPOINT", sandbox.endpoint())
        .env("CBR_PROJECT_ID", PROJECT_ID)
        .env("CBR_ACCESS_KEY", ACCESS_KEY)
        .env("CBR_SECRET_KEY", SECRET_KEY);
    shell
}

/// Runs a command in an empty directory, and asserts success without messages. Returns the output,
/// and the content of the created files.
fn outcome(command: &str, sandbox: &Sandbox) -> Vec<Vec<u8>> {
    let home = TempDir::new().unwrap();
    let output = Process::start(&mut shell(command, sandbox, home.path())).finish();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{command}\n{complaints}");
    // Ids of projects are cached in a directory.
    let files = fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.is_file()).map(|path| fs::read(path).unwrap());
    files.chain([output.stdout]).filter(|bytes| !bytes.is_empty()).collect()
}

/// An example without results would show nothing. For `jq`, `null` and `[]` count as nothing.
#[test]
fn each_example_prints_output() {
    if host::find("jq").is_none() {
        return;
    }
    let sandbox = Sandbox::start("");
    let examples = block("Cookbook", "sh");
    let examples: Vec<_> = examples.split("\n\n").collect();
    assert_eq!(examples.len(), 7);
    for example in examples {
        let outcome = outcome(example, &sandbox);
        assert!(!outcome.is_empty(), "{example}");
        for nothing in ["null\n", "[]\n", "false\n"] {
            assert!(!outcome.contains(&nothing.as_bytes().to_vec()), "{example}");
        }
    }
}

#[test]
fn all_other_commands_succeed() {
    let sandbox = Sandbox::start("");
    let commands = blocks().into_iter().filter(|block| {
        block.language == "sh" && block.heading != "Cookbook" && !block.text.starts_with("cargo ")
    });
    for command in commands {
        outcome(&command.text, &sandbox);
    }
}

/// The README leaves out lines in the middle, and gives their number.
#[test]
fn the_quick_start_output_is_as_shown() {
    let Some(script) = host::find("script") else { return };
    let command = block("Quick start", "sh");
    let command = command.strip_prefix("cargo run --locked -- sandbox").expect("it builds cbr");
    let (sandbox, home) = (Sandbox::start(""), TempDir::new().unwrap());
    let mut screen =
        shell("exec \"$0\" --quiet --return --command \"$1\" /dev/null", &sandbox, home.path());
    screen
        .arg(script)
        .arg(format!("stty columns 110 rows 50; cbr sandbox --epoch 2026-11-20{command}"));
    let output = Process::start(&mut screen).finish();
    let printed = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
    let printed: Vec<_> = printed.lines().collect();

    let shown = block("Quick start", "text");
    let shown: Vec<_> = shown.lines().collect();
    let gap = shown.iter().position(|line| line.starts_with('[')).expect("lines are left out");
    let (first, last) = (&shown[..gap], &shown[gap + 1..]);
    let left_out = printed.len() - first.len() - last.len();
    assert_eq!(shown[gap], format!("[{left_out} more lines]"));
    assert_eq!(printed[..gap], *first);
    let end = &printed[gap + left_out..];
    assert_eq!(without_time(end), without_time(last));
}

/// Removes the elapsed time, which differs each time.
fn without_time(lines: &[&str]) -> Vec<Vec<String>> {
    let parts = |line: &&str| {
        let parts = line.split(" · ").filter(|part| !part.ends_with(" s"));
        parts.map(str::to_owned).collect()
    };
    lines.iter().map(parts).collect()
}
