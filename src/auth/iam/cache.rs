//! Cache of project ids: one small file per entry, readable by its owner only, in the user's cache
//! directory. A lost entry costs one request, so errors are ignored.
//!
//! The name of a file is a hash of what the entry belongs to, and each entry expires. Holds no
//! secrets: entries of older versions, which could hold a sealed token, are removed.

use std::fs;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use jiff::Timestamp;
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::text::hex::hex;
use crate::text::private_file::PrivateDirectory;

/// The directory of the entries.
#[derive(Debug, Clone)]
pub(crate) struct Cache(Option<PathBuf>);

/// What an entry belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

#[derive(Serialize, Deserialize)]
struct Entry {
    until: Timestamp,
    project_id: String,
}

impl Name {
    /// Returns the hash of the parts. Lengths are hashed too, so the split matters.
    pub(super) fn of(parts: &[&str]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        Self(hex(context.finish().as_ref()))
    }
}

impl Cache {
    /// Returns the cache of the user of this process.
    pub(crate) fn of_process() -> Self {
        let strategy = etcetera::choose_base_strategy().ok();
        Self(strategy.map(|strategy| strategy.cache_dir().join("cbr")))
    }

    /// Returns the project id of an entry that has not expired.
    pub(super) fn read(&self, name: &Name) -> Option<String> {
        let entry = read(&self.open()?, &name.0)?;
        (Timestamp::now() < entry.until).then_some(entry.project_id)
    }

    /// Saves a project id until `until`. If that fails, the next run requests it again.
    pub(super) fn write(&self, name: &Name, until: Timestamp, project_id: String) {
        let directory = self.0.as_deref().and_then(|path| PrivateDirectory::create(path).ok());
        let Some(directory) = directory else { return };
        sweep(&directory);
        if let Ok(entry) = serde_json::to_vec(&Entry { until, project_id }) {
            let _ = directory.write(&name.0, &entry);
        }
    }

    /// Removes entries that have expired or that an older version wrote.
    pub(super) fn sweep(&self) {
        if let Some(directory) = self.open() {
            sweep(&directory);
        }
    }

    /// Removes an entry.
    pub(super) fn remove(&self, name: &Name) {
        if let Some(directory) = &self.0 {
            let _ = fs::remove_file(directory.join(&name.0));
        }
    }

    fn open(&self) -> Option<PrivateDirectory> {
        PrivateDirectory::open(self.0.as_deref()?)
    }
}

fn read(directory: &PrivateDirectory, name: &str) -> Option<Entry> {
    serde_json::from_slice(&directory.read(name).ok()?).ok()
}

/// Removes entries that have expired or cannot be read; an older version's entry cannot. Other
/// files stay.
fn sweep(directory: &PrivateDirectory) {
    let now = Timestamp::now();
    for file in fs::read_dir(directory.path()).into_iter().flatten().flatten() {
        let name = file.file_name();
        let Some(name) = name.to_str().filter(|name| is_entry(name)) else { continue };
        if read(directory, name).is_none_or(|entry| entry.until <= now) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Returns true if a file is named like an entry: 64 hexadecimal digits.
fn is_entry(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use tempfile::TempDir;

    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    #[test]
    fn names_differ_with_every_part_and_hide_it() {
        let names = [
            Name::of(&["a", "b"]),
            Name::of(&["ab", ""]),
            Name::of(&["", "ab"]),
            Name::of(&["a", "c"]),
            Name::of(&["a", "b", ""]),
        ];
        for (number, name) in names.iter().enumerate() {
            assert_eq!(name.0.len(), 64);
            assert!(names.iter().skip(number + 1).all(|other| other != name), "{number}");
        }
    }

    #[test]
    fn an_entry_lives_until_its_end() {
        let directory = TempDir::new().unwrap();
        let cache = Cache(Some(directory.path().join("cbr")));
        let (name, other) = (Name::of(&["a"]), Name::of(&["b"]));
        assert_eq!(cache.read(&name), None);
        let now = Timestamp::now();
        cache.write(&name, now + DAY, "x".to_owned());
        assert_eq!(cache.read(&name).as_deref(), Some("x"));
        assert_eq!(cache.read(&other), None);
        cache.write(&name, now - DAY, "y".to_owned());
        assert_eq!(cache.read(&name), None);
        cache.write(&other, now + DAY, "z".to_owned());
        let files = fs::read_dir(directory.path().join("cbr")).unwrap().count();
        assert_eq!(files, 1, "what has ended is gone");
        cache.remove(&other);
        assert_eq!(cache.read(&other), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_that_others_can_enter_is_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = TempDir::new().unwrap();
        let cache = Cache(Some(directory.path().to_owned()));
        let name = Name::of(&["a"]);
        let until = Timestamp::now() + DAY;
        for (mode, kept) in [(0o755, false), (0o770, false), (0o700, true)] {
            fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
            cache.write(&name, until, "x".to_owned());
            assert_eq!(cache.read(&name).is_some(), kept, "{mode:o}");
        }
        let file = fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn entries_of_older_versions_are_removed() {
        let directory = TempDir::new().unwrap();
        let cache = Cache(Some(directory.path().join("cbr")));
        let now = Timestamp::now();
        cache.write(&Name::of(&["new"]), now + DAY, "p".to_owned());
        let path = |name: &str| directory.path().join("cbr").join(name);
        let (old, other) = (path(&Name::of(&["old"]).0), path("completions.json"));
        let text = r#"{"until":"2100-01-01T00:00:00Z","value":"00ff"}"#;
        for file in [&old, &other] {
            fs::write(file, text).unwrap();
        }
        cache.sweep();
        assert!(!old.exists());
        assert!(other.exists(), "other files stay");
        assert_eq!(cache.read(&Name::of(&["new"])).as_deref(), Some("p"));
    }
}
