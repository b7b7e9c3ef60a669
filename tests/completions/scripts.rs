//! Completion scripts: as files, for packagers, and as printed by the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "cbr.bash"),
    ("zsh", "_cbr"),
    ("fish", "cbr.fish"),
    ("powershell", "_cbr.ps1"),
    ("elvish", "cbr.elv"),
];

#[test]
fn packaged_scripts_match_the_printed_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, file) in SCRIPTS {
        let printed = cargo_bin_cmd!("cbr").args(["completions", shell]).output().unwrap();
        assert!(printed.status.success() && printed.stderr.is_empty(), "{printed:?}");
        assert!(printed.stdout == fs::read(folder.join(file)).unwrap(), "{file} is not {shell}'s");
    }
    let present: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(present, SCRIPTS.map(|(_, file)| file.to_owned()).into());
}

#[test]
fn the_help_has_a_line_for_every_shell() {
    let help = cargo_bin_cmd!("cbr").args(["completions", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for (shell, _) in SCRIPTS {
        let lines = help.lines().filter(|line| line.starts_with(&format!("  {shell} ")));
        assert_eq!(lines.count(), 1, "{shell}: {help}");
    }
}
