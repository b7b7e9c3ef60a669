//! `cbr config`, and the defaults for flags in its file.

mod defaults;
mod edit;
mod init;
mod show;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::harness::{Cbr, cbr};

const OWN: &str = ".config/cbr/config.toml";

/// A file that exists for several runs.
struct File {
    directory: TempDir,
}

impl File {
    fn new(text: &str) -> Self {
        let file = Self { directory: TempDir::new().unwrap() };
        fs::write(file.path(), text).unwrap();
        file
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("config.toml")
    }

    fn cbr(&self, args: &str) -> Cbr {
        cbr(args).env("CBR_CONFIG_FILE", self.path())
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

const FILE: &str = "# mine\ndefault_profile = 'prod' # the usual one\n\n# where\n[profiles.prod]\n\
                    region   = 'eu-de'   # Germany\n# at last\nproject_id = \"p\"\n\n\
                    [profiles.'a.b']\nregion = 'eu-nl'\n";
