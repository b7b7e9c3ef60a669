//! Files that another process may have created: pipes without a writer, devices, and files far
//! larger than the memory. `cbr` does not wait for them and does not read them to their end.

use std::fs;
use std::path::Path;
use std::thread;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::harness::{Cbr, PROJECT_ID, Sandbox, TOKEN, cbr};

const LIST: &str = "backups list --limit 1 -o jsonl --columns id";

const OWN: &str = "[profiles.p]\ntoken_file = 'secret'\n";

const SIZE: u64 = 3 << 30;

/// The error for each kind of file, and a function that creates one.
const KINDS: [(&str, fn(Cbr, &str) -> Cbr); 3] = [
    ("it is a pipe, not a regular file", |run, name| run.pipe(name)),
    ("it is a device, not a regular file", |run, name| run.link(name, "/dev/zero")),
    ("it is larger than 1", |run, name| run.sparse(name, SIZE)),
];

#[test]
fn named_files_must_be_regular_files() {
    let sources: [(&str, &str); 9] = [
        ("CBR_CONFIG_FILE", ""),
        ("HW_SHARED_CONFIG_FILE", ""),
        ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", ""),
        ("OS_CLIENT_CONFIG_FILE", ""),
        ("OS_CLIENT_SECURE_FILE", "--cloud c"),
        ("HUAWEICLOUD_SDK_REGIONS_FILE", "--region eu-de"),
        ("OS_CACERT", "--endpoint https://cbr.example.com"),
        ("SSL_CERT_FILE", "--endpoint https://cbr.example.com"),
        ("TZ", "--time local --endpoint http://127.0.0.1:9"),
    ];
    let clouds = "clouds: {c: {profile: otc}}";
    for (why, make) in KINDS {
        for (variable, args) in sources {
            let has_key = !args.is_empty() && !args.starts_with("--cloud");
            let run = cbr("backups list --project-id p --retries 0").args(args.split_whitespace());
            let run = if has_key { run.with_key() } else { run };
            let run = make(run, "placed").file(".config/openstack/clouds.yaml", clouds);
            let expected = match variable {
                "TZ" => ["TZ", "names an unknown time zone"],
                "CBR_CONFIG_FILE" => ["./placed", why],
                _ => [variable, why],
            };
            run.env(variable, "./placed").exit(2).stderr_holds(expected).run();
        }
    }
}

/// Default files of other kinds are not used, and the message says why.
#[test]
fn default_files_must_be_regular_files() {
    let places = [
        (".hcloud/config.json", "", ""),
        (".huaweicloud/credentials", "", ""),
        (".config/openstack/clouds.yaml", "", ""),
        ("clouds.yaml", "--cloud c", ""),
        (".config/cbr/config.toml", "", ""),
        (".huaweicloud/regions.yaml", "--region eu-de", "t"),
    ];
    for (why, make) in KINDS {
        for (place, args, token) in places {
            let run = cbr("backups list --project-id p").args(args.split_whitespace());
            let run = make(run.env("CBR_TOKEN", token), place);
            run.exit(2).stderr_holds([why]).run();
        }
    }
}

/// A directory of certificates: files of other kinds are skipped.
#[test]
fn a_directory_of_certificates_can_contain_other_files() {
    for (_, make) in KINDS {
        let run = cbr("backups list --project-id p --endpoint https://localhost:9").with_key();
        let run = make(run, "authorities/placed").env("SSL_CERT_DIR", "authorities");
        run.exit(2).stderr_holds(["SSL_CERT_DIR: authorities holds no certificate"]).run();
    }
}

/// A secret may come through a pipe, such as `<(command)`, stdin or a password manager.
#[test]
fn secrets_can_be_read_from_a_pipe() {
    let sandbox = Sandbox::start("--backups 3");
    let homes: [(&str, fn(Cbr) -> Cbr); 2] = [
        ("secret", |run| run.args(["--token-file", "secret"])),
        (".config/cbr/secret", |run| run.private_file(".config/cbr/config.toml", OWN)),
    ];
    for (path, home) in homes {
        let run = home(sandbox.cbr(LIST).pipe(path));
        let pipe = run.home().join(path);
        let writer = thread::spawn(move || fs::write(pipe, format!("{TOKEN}\n")));
        assert_eq!(run.run().lines().len(), 1, "{path}");
        writer.join().unwrap().unwrap();
    }
    let run = sandbox.cbr(LIST).args(["--token-file", "/dev/stdin"]).stdin(TOKEN);
    assert_eq!(run.run().lines().len(), 1);
    assert_eq!(sandbox.requests().len(), 3);
}

/// It fails within the time limit of the run.
#[test]
fn a_pipe_without_writer_is_an_error() {
    let list = || cbr("backups list --endpoint http://127.0.0.1:9 --timeout 0.2s --project-id p");
    let late = |name: &str| {
        format!(
            "{name} cannot be read: the pipe did not end within 0.2 s, which is all of --timeout\n"
        )
    };
    let expected = format!("cbr: error: --token-file: {}", late("secret"));
    let run = list().pipe("secret").args(["--token-file", "secret"]);
    run.exit(5).stderr_holds([expected.as_str()]).run();
    let own = ".config/cbr/config.toml";
    let expected = late("~/.config/cbr/secret");
    let run = list().pipe(".config/cbr/secret");
    let run = run.private_file(own, OWN);
    run.exit(5).stderr_holds([expected.as_str()]).run();
}

#[test]
fn devices_and_large_files_are_refused_as_secrets() {
    for (why, make) in &KINDS[1..] {
        let run = make(cbr("backups list"), "secret").args(["--token-file", "secret"]);
        let expected = format!("cbr: error: --token-file: secret cannot be read: {why}");
        run.exit(2).stderr_holds([expected.as_str()]).run();
    }
}

/// For any kind of file in place of a cache entry, the next run looks the project up again.
#[test]
fn unusable_cache_entries_are_looked_up_again() {
    let (sandbox, cache) = (Sandbox::start("--backups 3"), TempDir::new().unwrap());
    let list = || {
        let run = sandbox.cbr_by_region(LIST).env("CBR_ENDPOINT", sandbox.endpoint()).with_key();
        run.env("XDG_CACHE_HOME", cache.path())
    };
    let entries = || -> Vec<_> {
        let files = fs::read_dir(cache.path().join("cbr")).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    };
    let lookups = || {
        let requests = sandbox.requests();
        requests.iter().filter(|request| request.path.ends_with("/projects")).count()
    };
    list().run();
    let [entry] = entries().try_into().unwrap();
    let kept = fs::read(&entry).unwrap();
    assert!(String::from_utf8_lossy(&kept).contains(PROJECT_ID));
    let elsewhere = TempDir::new().unwrap();
    let copy = elsewhere.path().join("entry");
    fs::write(&copy, &kept).unwrap();
    let placed: [&dyn Fn(&Path); 4] = [
        &|path| mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap(),
        &|path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        &|path| std::os::unix::fs::symlink(&copy, path).unwrap(),
        &|path| fs::File::create(path).unwrap().set_len(SIZE).unwrap(),
    ];
    for (number, place) in placed.into_iter().enumerate() {
        fs::remove_file(&entry).unwrap();
        place(&entry);
        place(&entry.with_file_name("another"));
        list().run();
        assert_eq!(lookups(), number + 2);
        assert!(fs::symlink_metadata(&entry).unwrap().is_file(), "{number}");
        fs::remove_file(entry.with_file_name("another")).unwrap();
    }
    list().run();
    assert_eq!(lookups(), 5);
}
