//! The manual pages, as groff typesets them and as mandoc checks them.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

use crate::harness::cbr;
use crate::host;

/// Returns the page of a command as it is on a terminal of 80 columns, and the warnings of groff.
fn typeset(command: &str) -> Option<(String, String)> {
    let groff = host::find("groff")?;
    let page = cargo_bin_cmd!("cbr").arg("man").args(command.split_whitespace()).output().unwrap();
    assert!(page.status.success());
    let mut groff = Command::new(groff)
        .args(["-man", "-Kutf8", "-Tutf8", "-ww", "-P-cbou"])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = groff.stdin.take().unwrap();
    // The page is longer than a pipe holds, but groff reads it while it writes.
    let writer = std::thread::spawn(move || stdin.write_all(&page.stdout).unwrap());
    let output = groff.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some((text(output.stdout), text(output.stderr)))
}

/// Writes all pages with `--all` to a directory that is removed with the test.
fn all() -> (TempDir, Vec<PathBuf>) {
    let directory = TempDir::new().unwrap();
    let run = cargo_bin_cmd!("cbr").args(["man", "--all"]).arg(directory.path()).output().unwrap();
    assert!(run.status.success() && run.stdout.is_empty() && run.stderr.is_empty(), "{run:?}");
    let mut pages: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    (directory, pages)
}

#[test]
fn pages_are_found_by_name() {
    let page = |words: &str| cbr(&format!("man {words}")).run().stdout;
    for (name, words) in [
        ("backups-list", "backups list"),
        ("cbr-backups-list", "backups list"),
        ("cbr-man", "man"),
        ("cbr", ""),
    ] {
        assert_eq!(page(name), page(words), "{name}");
    }
    assert_eq!(page("cbr-exit-codes"), page("exit-codes"));
    cbr("man no-page").exit(2).stderr_holds(["unrecognized subcommand 'no-page'"]).run();
}

#[test]
fn each_command_has_a_valid_page() {
    let (_directory, pages) = all();
    let names: Vec<_> =
        pages.iter().map(|page| page.file_name().unwrap().to_str().unwrap()).collect();
    for name in [
        "cbr.1",
        "cbr-auth.1",
        "cbr-backups.1",
        "cbr-backups-list.1",
        "cbr-backups-show.1",
        "cbr-config.1",
        "cbr-config-set.1",
        "cbr-help.1",
        "cbr-man.1",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let (Some(groff), Some(mandoc)) = (host::find("groff"), host::find("mandoc")) else { return };
    for page in &pages {
        let mut groff = Command::new(&groff);
        groff.args(["-man", "-Kutf8", "-Tutf8", "-ww"]).env("LC_ALL", "C.UTF-8").arg(page);
        let typeset = groff.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&typeset.stderr), "", "{}", page.display());
        let checked =
            Command::new(&mandoc).args(["-Tlint", "-Wwarning"]).arg(page).output().unwrap();
        let complaints = String::from_utf8_lossy(&checked.stdout).into_owned();
        // A version has the same pages on every machine and at any time.
        let complaints: Vec<_> =
            complaints.lines().filter(|line| !line.contains("missing date")).collect();
        assert_eq!(complaints, Vec::<&str>::new());
    }
}

#[test]
fn printed_and_written_pages_are_equal() {
    let (directory, _) = all();
    for (command, file) in [("", "cbr.1"), ("backups list", "cbr-backups-list.1")] {
        let printed =
            cargo_bin_cmd!("cbr").arg("man").args(command.split_whitespace()).output().unwrap();
        assert!(printed.stdout == fs::read(directory.path().join(file)).unwrap(), "{file}");
    }
}

#[test]
fn a_page_describes_only_its_command() {
    let Some((page, complaints)) = typeset("backups show") else { return };
    assert_eq!(complaints, "");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "NAME cbr-backups-show - Show backups",
        "SYNOPSIS cbr backups show [OPTIONS] <ID>...",
        "OPTIONS ID Backups: ids",
        "OPTIONS OF EVERY COMMAND",
        "EXIT STATUS 0 done",
        "SEE ALSO cbr(1)",
    ] {
        assert!(page.contains(part), "{part:?} is not in\n{page}");
    }
    assert!(!page.contains("--used-percent"), "{page}");
    // A group of commands names those in it.
    let Some((page, _)) = typeset("backups") else { return };
    assert!(page.contains("cbr backups list") && page.contains("cbr backups show"), "{page}");
}

/// Topics of `cbr help` other than commands.
#[test]
fn each_topic_has_a_valid_page() {
    let topics = [
        "columns",
        "completeness",
        "coverage",
        "environment",
        "errors",
        "exit-codes",
        "filters",
        "formats",
    ];
    for topic in topics {
        let Some((page, complaints)) = typeset(topic) else { return };
        assert_eq!(complaints, "", "{topic}");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = format!("CBR-{}(7)", topic.to_uppercase());
        assert!(page.starts_with(&title), "{page}");
        assert!(page.contains(&format!("NAME cbr-{topic} - ")), "{page}");
        assert!(page.contains("DESCRIPTION") && page.contains("SEE ALSO cbr(1)"), "{page}");
    }
}

#[test]
fn only_examples_are_under_their_heading() {
    let Some((page, _)) = typeset("backups summary") else { return };
    let (before, examples) = page.split_once("\nEXAMPLES\n").unwrap();
    let (examples, _) = examples.split_once("\nSEE ALSO\n").unwrap();
    let lines: Vec<_> = examples.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(lines.iter().all(|line| line.trim().starts_with("cbr backups summary")), "{lines:?}");
    let before = before.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(before.contains("NOTES Columns: the group; count;"), "{before}");
}

#[test]
fn unknown_and_unwritable_pages_are_errors() {
    let expected = ["unrecognized subcommand 'lst'", "list'"];
    cbr("man backups lst").exit(2).stderr_holds(expected).run();
    let expected = ["--all: cannot write nowhere/", "No such file or directory"];
    cbr("man --all nowhere").exit(1).stderr_holds(expected).run();
    let expected = ["--all", "[COMMAND]", "cannot be used with"];
    cbr("man backups list --all .").exit(2).stderr_holds(expected).run();
}

#[test]
fn groff_typesets_it_without_a_warning() {
    let Some((page, complaints)) = typeset("") else { return };
    assert_eq!(complaints, "");
    // Each line without its indentation, and with single blanks.
    let lines: Vec<_> =
        page.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let page = lines.join("\n");
    for expected in [
        "CBR(1) User Commands CBR(1)\n",
        "\nNAME\ncbr - ",
        "\nSYNOPSIS\ncbr backups list [OPTIONS]\ncbr backups show [OPTIONS] <ID>...\n",
        "\ncbr backups list\nList all backups that match, newest first.\n",
        "\n--since TIME\n",
        "\n--incremental [BOOL]\n",
        "\n-o, --output FORMAT\nOutput format\n",
        "\n• jsonl: One backup a line, each as the service sent it\n",
        "\ncbr backups list --resource-type OS::Nova::Server\n",
        "\nEXIT STATUS\n0 done; also an empty list",
        "\n--retries N\nMaximum number of retries",
        "[default: 5]\n",
        "\nMESSAGES\nA run that fails prints the reason",
        "\nunknown_host\n",
        "\nCOMPLETENESS\nA listing is complete, or its exit code is 6.",
        "\nENVIRONMENT\nCBR_ACCESS_KEY\naccess key (AK)\n",
        "\nEXAMPLES\ncbr sandbox -- backups list try it without an account\n",
    ] {
        assert!(page.contains(expected), "{expected:?} is not in\n{page}");
    }
}
