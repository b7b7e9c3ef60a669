//! ids: one id a line, and nothing else.

use crate::harness::{Answer, Service, sandboxed};

#[test]
fn each_id_is_on_its_own_line() {
    let list = |flags: &str| sandboxed("--backups 300", &format!("backups list {flags}")).run();
    let records = list("-o json").json();
    let sent: Vec<_> =
        records.as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(list("-o ids").lines(), sent);
    assert_eq!(list("-o ids --stream --page-size 40").lines(), sent);
    assert_eq!(list("-o ids --limit 2 --offset 1").lines(), sent[1..3]);
    assert_eq!(sandboxed("--backups 0", "backups list -o ids").run().stdout, "");
}

#[test]
fn ids_with_line_breaks_stay_on_one_line() {
    let service = Service::answering([Answer::page(&[r#"{"id":"a\nb\u001b[31m"}"#], "1")]);
    let run = service.cbr("backups list -o ids").with_key().run();
    assert_eq!(run.stdout, "a\\nb\\u{1b}[31m\n");
}

/// The flag is the same as the format, whatever the default format is.
#[test]
fn the_ids_flag_equals_the_format() {
    let own_file = (".config/cbr/config.toml", "[defaults]\noutput = 'wide'\n");
    let expected = sandboxed("--backups 20", "backups list -o ids").run().stdout;
    for flags in ["--ids", "--ids --stream"] {
        let run = sandboxed("--backups 20", &format!("backups list {flags}"));
        assert_eq!(run.file(own_file.0, own_file.1).run().stdout, expected, "{flags}");
    }
}
