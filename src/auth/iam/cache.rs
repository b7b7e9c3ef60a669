//! What is kept between runs: one small file an entry, for its user's eyes only, in the user's cache
//! directory. Losing it costs a request; nothing that goes wrong with it is a failure.
//!
//! The name of a file is a hash of what the entry belongs to, and each entry ends. Whoever writes one
//! removes those that have ended.

use std::fs::{self, DirBuilder};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jiff::{SignedDuration, Timestamp};
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
    value: String,
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

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Cache {
    /// That of the user of this process.
    pub(crate) fn of_process() -> Self {
        let strategy = etcetera::choose_base_strategy().ok();
        Self(strategy.map(|strategy| strategy.cache_dir().join("cbr")))
    }

    /// What was kept under that name, unless it ends within `margin`.
    pub(super) fn read(&self, name: &Name, margin: SignedDuration) -> Option<String> {
        let directory = self.0.as_deref().filter(|directory| is_private(directory))?;
        let entry = read(&directory.join(&name.0))?;
        let end = entry.until.checked_sub(margin).ok()?;
        (Timestamp::now() < end).then_some(entry.value)
    }

    /// Keeps a value until then.
    pub(super) fn write(&self, name: &Name, until: Timestamp, value: String) {
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
        let _ = write(directory, name, &Entry { until, value });
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

/// Removes what has ended.
fn sweep(directory: &Path) {
    let now = Timestamp::now();
    for file in fs::read_dir(directory).into_iter().flatten().flatten() {
        if read(&file.path()).is_some_and(|entry| entry.until <= now) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// The bytes that [`hex`] wrote.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(*pair.get(1)?)?).ok()).collect()
}

#[cfg(test)]
mod tests {
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
        assert_eq!(cache.read(&name, SignedDuration::ZERO), None);
        let now = Timestamp::now();
        cache.write(&name, now + DAY, "x".to_owned());
        assert_eq!(cache.read(&name, SignedDuration::ZERO).as_deref(), Some("x"));
        assert_eq!(cache.read(&other, SignedDuration::ZERO), None);
        assert_eq!(cache.read(&name, DAY * 2), None, "it ends soon");
        cache.write(&name, now - DAY, "y".to_owned());
        assert_eq!(cache.read(&name, SignedDuration::ZERO), None);
        cache.write(&other, now + DAY, "z".to_owned());
        let files = fs::read_dir(directory.path().join("cbr")).unwrap().count();
        assert_eq!(files, 1, "what has ended is gone");
        cache.remove(&other);
        assert_eq!(cache.read(&other, SignedDuration::ZERO), None);
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
            assert_eq!(cache.read(&name, SignedDuration::ZERO).is_some(), kept, "{mode:o}");
        }
        let file = fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn hexadecimal_digits_there_and_back() {
        let bytes = [0, 1, 0x9f, 0xff];
        assert_eq!(hex(&bytes), "00019fff");
        assert_eq!(unhex("00019fff").as_deref(), Some(&bytes[..]));
        for text in ["0", "0g", "ä"] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
