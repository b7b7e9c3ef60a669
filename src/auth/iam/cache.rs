//! Cache of project ids: one small file per entry, readable by its owner only, in the user's cache
//! directory. A lost entry costs one request, so errors are ignored.
//!
//! The name of a file is a hash of what the entry belongs to, and each entry expires. Holds no
//! secrets: entries of older versions, which could hold a sealed token, are removed.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jiff::Timestamp;
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::text::hex::hex;
use crate::text::small_file;

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
    /// The same for the same parts only.
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
    /// That of the user of this process.
    pub(crate) fn of_process() -> Self {
        let strategy = etcetera::choose_base_strategy().ok();
        Self(strategy.map(|strategy| strategy.cache_dir().join("cbr")))
    }

    /// Returns the project id of an entry that has not expired.
    pub(super) fn read(&self, name: &Name) -> Option<String> {
        let directory = self.0.as_deref().filter(|directory| is_private(directory))?;
        let entry = read(&directory.join(&name.0))?;
        (Timestamp::now() < entry.until).then_some(entry.project_id)
    }

    /// Saves a project id until `until`.
    pub(super) fn write(&self, name: &Name, until: Timestamp, project_id: String) {
        let Some(directory) = &self.0 else { return };
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        // Whatever fails here, the next run asks again.
        if builder.create(directory).is_err() || !is_private(directory) {
            return;
        }
        sweep(directory);
        let _ = write(directory, name, &Entry { until, project_id });
    }

    /// Removes entries that have expired or that an older version wrote.
    pub(super) fn sweep(&self) {
        if let Some(directory) = self.0.as_deref().filter(|directory| is_private(directory)) {
            sweep(directory);
        }
    }

    /// Forgets what was kept under that name.
    pub(super) fn remove(&self, name: &Name) {
        if let Some(directory) = &self.0 {
            let _ = fs::remove_file(directory.join(&name.0));
        }
    }
}

/// Whether nobody else can have put anything in there.
fn is_private(directory: &Path) -> bool {
    let Ok(metadata) = fs::symlink_metadata(directory) else { return false };
    #[cfg(unix)]
    let is_closed = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 == 0;
    #[cfg(not(unix))]
    let is_closed = true;
    metadata.is_dir() && is_closed
}

fn read(path: &Path) -> Option<Entry> {
    serde_json::from_slice(&small_file::read_cached(path).ok()?).ok()
}

/// Whole or not at all, and from the start with the rights of a file that only its user may read.
fn write(directory: &Path, name: &Name, entry: &Entry) -> anyhow::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&serde_json::to_vec(entry)?)?;
    file.persist(directory.join(&name.0))?;
    Ok(())
}

/// Removes entries that have expired or cannot be read; an older version's entry cannot. Other
/// files stay.
fn sweep(directory: &Path) {
    let now = Timestamp::now();
    for file in fs::read_dir(directory).into_iter().flatten().flatten() {
        if !is_name(&file.file_name()) {
            continue;
        }
        if read(&file.path()).is_none_or(|entry| entry.until <= now) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Returns whether a file is named like an entry: 64 hexadecimal digits.
fn is_name(name: &OsStr) -> bool {
    name.len() == 64 && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit)
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
