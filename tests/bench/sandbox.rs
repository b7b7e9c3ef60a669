//! The sandboxes to measure against, one for each account.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::process::CBR;
use crate::work::Account;

/// The sandboxes that were started so far.
#[derive(Default)]
pub(crate) struct Sandboxes {
    /// By account and number; several targets have equal accounts.
    running: HashMap<(Account, usize), Sandbox>,
    /// Files with a profile for each of several sandboxes.
    profiles: HashMap<(Account, usize), NamedTempFile>,
}

/// A sandbox that serves until it is dropped.
pub(crate) struct Sandbox {
    server: Child,
    /// Variables with its address and an access key.
    pub(crate) environment: Vec<(String, String)>,
    /// A token, as an alternative to the key.
    pub(crate) token: String,
}

impl Sandboxes {
    /// Returns the sandbox with this account.
    pub(crate) fn with(&mut self, account: Account) -> anyhow::Result<&Sandbox> {
        self.nth(account, 0)
    }

    fn nth(&mut self, account: Account, number: usize) -> anyhow::Result<&Sandbox> {
        Ok(match self.running.entry((account, number)) {
            Entry::Occupied(running) => running.into_mut(),
            Entry::Vacant(place) => place.insert(Sandbox::start(account)?),
        })
    }

    /// Returns a file with the [profiles](Sandbox::profile) of several sandboxes with equal
    /// accounts.
    pub(crate) fn profiles(&mut self, targets: usize, account: Account) -> anyhow::Result<PathBuf> {
        if !self.profiles.contains_key(&(account, targets)) {
            let mut profiles = String::new();
            for target in 0..targets {
                writeln!(profiles, "[profiles.{}]", Sandbox::profile(target))?;
                writeln!(profiles, "region = 'region-{target}'")?;
                let sandbox = self.nth(account, target)?;
                for key in ["endpoint", "project_id", "access_key", "secret_key"] {
                    let value = sandbox.variable(&format!("CBR_{}", key.to_uppercase()))?;
                    writeln!(profiles, "{key} = '{value}'")?;
                }
            }
            let mut file = NamedTempFile::new()?;
            file.write_all(profiles.as_bytes())?;
            self.profiles.insert((account, targets), file);
        }
        let file = self.profiles.get(&(account, targets)).map(|file| file.path());
        file.map(Path::to_path_buf).context("the file was just written")
    }
}

impl Sandbox {
    /// Returns the name of the profile of a target.
    pub(crate) fn profile(target: usize) -> String {
        format!("target-{target}")
    }

    /// Returns a variable of its environment.
    pub(crate) fn variable(&self, name: &str) -> anyhow::Result<String> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).with_context(|| name.to_owned())
    }

    /// Reads the output of the sandbox up to the token, which is in a comment at its end.
    fn start(account: Account) -> anyhow::Result<Self> {
        let mut server = Command::new(CBR)
            .args(["sandbox", "--epoch", "2026-11-20", "--backups", &account.backups.to_string()])
            .args(account.options)
            .stdout(Stdio::piped())
            .spawn()?;
        let announced = server.stdout.take().context("stdout is a pipe")?;
        let mut sandbox = Self { server, environment: Vec::new(), token: String::new() };
        for line in BufReader::new(announced).lines() {
            let line = line?;
            if let Some(export) = line.strip_prefix("export ") {
                let (name, value) = export.split_once('=').context("no value")?;
                sandbox.environment.push((name.to_owned(), value.to_owned()));
            } else if let Some((_, token)) = line.split_once("export CBR_TOKEN=") {
                token.clone_into(&mut sandbox.token);
                return Ok(sandbox);
            }
        }
        anyhow::bail!("the sandbox did not start")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
