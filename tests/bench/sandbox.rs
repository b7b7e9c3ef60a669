//! The sandboxes to measure against, one for each account.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::process::CBR;
use crate::work::Account;

/// The sandboxes that were started so far.
#[derive(Default)]
pub(crate) struct Sandboxes(HashMap<Account, Sandbox>);

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
        Ok(match self.0.entry(account) {
            Entry::Occupied(running) => running.into_mut(),
            Entry::Vacant(place) => place.insert(Sandbox::start(account)?),
        })
    }
}

impl Sandbox {
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
