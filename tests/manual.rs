//! The manual page, as groff typesets it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin_cmd;

use crate::host;

/// The page as it is on a terminal of 80 columns, and what groff complains about.
fn typeset() -> Option<(String, String)> {
    let groff = host::find("groff")?;
    let page = cargo_bin_cmd!("cbr").arg("man").output().unwrap();
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

#[test]
fn groff_typesets_it_without_a_warning() {
    let Some((page, complaints)) = typeset() else { return };
    assert_eq!(complaints, "");
    // Each line without its indentation, and with single blanks.
    let lines: Vec<_> =
        page.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let page = lines.join("\n");
    for expected in [
        "CBR(1) User Commands CBR(1)\n",
        "\nNAME\ncbr - ",
        "\nSYNOPSIS\ncbr backups list [OPTIONS]\ncbr backups show [OPTIONS] <ID>\n",
        "\ncbr backups list\nList every backup that matches, newest first.\n",
        "\n--since, --start-time TIME\n",
        "\n--incremental[=BOOL]\n",
        "\n-o, --output FORMAT\nThe format to print in\n",
        "\n• jsonl: One backup a line, each as the service sent it\n",
        "\ncbr backups list --resource-type OS::Nova::Server\n",
        "\nEXIT STATUS\n0 done; also an empty list",
        "\n--retries N\nTry a request again",
        "[default: 5]\n",
        "\nENVIRONMENT\nCBR_ACCESS_KEY\naccess key (AK)\n",
        "\nEXAMPLES\ncbr sandbox -- backups list try it, without an account\n",
    ] {
        assert!(page.contains(expected), "{expected:?} is not in\n{page}");
    }
}
