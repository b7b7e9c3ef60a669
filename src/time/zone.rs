//! The local time zone: from `TZ`, or the machine's.
//!
//! `TZ` may name any file. This module reads it, since jiff could read a device or a pipe forever.

use std::env;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::text::small_file;

/// Maximum size of a zone file in bytes. The largest ones have a few thousand bytes.
const LIMIT: u64 = small_file::LIMIT;

/// Returns the zone of `TZ`, or the machine's if `TZ` is not set. `None` if it is unknown.
pub(crate) fn local() -> Option<TimeZone> {
    match env::var_os("TZ") {
        None => TimeZone::try_system().ok(),
        Some(value) => named(value.to_str()?),
    }
}

/// Returns the zone of a value of `TZ`: rules, a name such as `Europe/Berlin`, or a file. Names and
/// files may begin with `:`. An empty value means UTC.
pub(crate) fn named(value: &str) -> Option<TimeZone> {
    if value.is_empty() {
        return Some(TimeZone::UTC);
    }
    let path = value.strip_prefix(':').unwrap_or(value);
    let rules = || TimeZone::posix(value).ok();
    let name = || {
        let name = path.rsplit_once("zoneinfo/").map_or(path, |(_, name)| name);
        TimeZone::get(name).ok()
    };
    let file = || {
        let bytes = small_file::read(Path::new(path), LIMIT).ok()?;
        TimeZone::tzif("", &bytes).ok()
    };
    rules().or_else(name).or_else(file)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use tempfile::TempDir;

    use super::*;

    /// A zone one hour ahead of UTC, as `zic` writes it.
    fn cet() -> Vec<u8> {
        let [types, letters] = [1_u32, 4].map(u32::to_be_bytes);
        let offset = 3600_i32.to_be_bytes();
        let zone = [b"TZif2", &[0; 31][..], &types, &letters, &offset, &[0; 2], b"CET\0"].concat();
        [&zone[..], &zone, b"\nCET-1\n"].concat()
    }

    #[test]
    fn rules_names_and_regular_files_are_zones() {
        let directory = TempDir::new().unwrap();
        let path = |name: &str| directory.path().join(name).display().to_string();
        fs::write(path("cet"), cet()).unwrap();
        fs::write(path("words"), "words").unwrap();
        File::create(path("sparse")).unwrap().set_len(3 << 30).unwrap();
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let of = |name: &str| path(name);
        let cases = [
            (String::new(), Some(0)),
            ("UTC".to_owned(), Some(0)),
            ("CET-1".to_owned(), Some(3600)),
            ("CET-1CEST,M3.5.0,M10.5.0/3".to_owned(), Some(3600)),
            (of("cet"), Some(3600)),
            (format!(":{}", of("cet")), Some(3600)),
            ("CET-1CEST".to_owned(), None),
            ("Nowhere/Atlantis".to_owned(), None),
            (of("words"), None),
            (of("sparse"), None),
            (of("pipe"), None),
            ("/dev/zero".to_owned(), None),
            (":/dev/zero".to_owned(), None),
            (of("zoneinfo/pipe"), None),
            (directory.path().display().to_string(), None),
        ];
        for (value, expected) in cases {
            let winter = jiff::Timestamp::from_second(1_800_000_000).unwrap();
            let offset = named(&value).map(|zone| zone.to_offset(winter).seconds());
            assert_eq!(offset, expected, "{value}");
        }
    }
}
