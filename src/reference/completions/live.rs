//! Values that only the service knows: the ids and names in the newest backups.
//!
//! A press of Tab must be quick and harmless. A small request is sent first, then larger ones while
//! there is time, and none while the answer is fresh. After [`LIMIT`] or a failure, the values so
//! far are offered, without a message. No request is sent with credentials that must be fetched
//! first: no password is sent, no command is run, and only what an earlier run has cached is used.
//! After a failure, no request is sent for [`FAILURE_LASTS`], since a few failures lock an access
//! key; if that cannot be recorded, nothing is sent at all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant, SystemTime};
use std::{env, io, thread};

use clap::{Arg, Command, FromArgMatches as _};
use etcetera::BaseStrategy as _;
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::api::{Backups, Client, ClientOptions, Identity, RequestLog, RetryPolicy};
use crate::auth::iam::{self, Cache};
use crate::listing::{Order, PageRequest, Source as _};
use crate::record::row::Row;
use crate::settings::config::OwnFile;
use crate::settings::{
    ConnectionArgs, Credentials, Endpoint, Environment, Home, Metadata, Resolution,
};
use crate::terminal::console::{Console, ConsoleArgs};
use crate::text::hex::hex;
use crate::text::private_file::PrivateDirectory;
use crate::text::sanitize;

/// Variable that turns requests off.
const OFFLINE: &str = "CBR_COMPLETE_OFFLINE";
/// Time limit for all requests.
const LIMIT: Duration = Duration::from_millis(900);
/// Number of backups in the first request, which is quick.
const FIRST_ROWS: u64 = 200;
/// Number of backups in each further request, the maximum of the service.
const MORE_ROWS: u64 = 1000;
/// Maximum number of backups in total: the list is not read to its end for a press of Tab.
const MOST_ROWS: u64 = 5200;
/// Time for which an answer is reused.
const ANSWER_LASTS: Duration = Duration::from_secs(60);
/// Time without requests after a failure; an access key is locked for as long.
const FAILURE_LASTS: Duration = Duration::from_secs(300);

/// Field of a backup that completes a flag.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Id,
    Vault,
    Resource,
    ResourceName,
    Checkpoint,
}

/// Endpoint and identity of the requests.
struct Connection {
    endpoint: Endpoint,
    access: Identity,
    options: ClientOptions,
}

/// The cached fields of a backup. A field that is missing or of another type is not offered.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Seen {
    id: Option<String>,
    name: Option<String>,
    vault_id: Option<String>,
    resource_id: Option<String>,
    resource_name: Option<String>,
    resource_type: Option<String>,
    checkpoint_id: Option<String>,
    created_at: Option<String>,
}

/// The last request and its result.
#[derive(Debug, Deserialize, Serialize)]
struct LastRequest {
    /// Hash of endpoint and identity.
    key: String,
    /// In seconds since 1970.
    at: u64,
    /// `None` if it failed or has no answer yet.
    seen: Option<Vec<Seen>>,
}

impl Field {
    /// Returns the field to offer for a flag or argument, if any.
    pub(super) fn of(arg: &Arg) -> Option<Self> {
        Some(match arg.get_id().as_str() {
            "id" => Self::Id,
            "vault_id" => Self::Vault,
            "resource_id" => Self::Resource,
            "resource_name" => Self::ResourceName,
            "checkpoint_id" => Self::Checkpoint,
            _ => return None,
        })
    }

    /// Returns the value of a backup and a description.
    fn of_backup(self, seen: &Seen) -> Option<(String, String)> {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (value, help) = match self {
            Self::Id => (&seen.id, format!("{} {}", text(&seen.name), text(&seen.created_at))),
            Self::Vault => (&seen.vault_id, format!("holds {}", text(&seen.resource_name))),
            Self::Resource => (&seen.resource_id, text(&seen.resource_name)),
            Self::ResourceName => (&seen.resource_name, text(&seen.resource_type)),
            Self::Checkpoint => (&seen.checkpoint_id, text(&seen.created_at)),
        };
        let value = value.clone().filter(|value| is_plain(value))?;
        Some((value, sanitize::visible(help.trim()).into_owned()))
    }
}

/// Returns true if untrusted text is safe on a command line. Text that a shell would interpret is
/// not offered. The scripts quote single spaces; where one does not, no part is a flag.
fn is_plain(value: &str) -> bool {
    let fits = |char: char| char.is_alphanumeric() || "-_.".contains(char);
    let is_word = |word: &str| !word.is_empty() && !word.starts_with('-') && word.chars().all(fits);
    value.split(' ').all(is_word)
}

/// Returns the values to offer, each once, with a description; `words` is the line so far.
pub(super) fn values(field: Field, command: &Command, words: &[OsString]) -> Vec<(String, String)> {
    if env::var_os(OFFLINE).is_some_and(|value| !value.is_empty() && value != "0") {
        return Vec::new();
    }
    let (command, words) = (command.clone(), words.to_vec());
    let (start, (sender, receiver)) = (Instant::now(), mpsc::channel());
    // A thread of its own, so that nothing can block the shell, not even slow DNS.
    thread::spawn(move || load(command, &words, start + LIMIT, &sender));
    let mut values = BTreeMap::new();
    while let Ok(seen) = receiver.recv_timeout(LIMIT.saturating_sub(start.elapsed())) {
        // Of several backups with one value, the newest is first and describes it.
        for (value, help) in seen.iter().filter_map(|seen| field.of_backup(seen)) {
            values.entry(value).or_insert(help);
        }
    }
    values.into_iter().collect()
}

/// Sends the fields of the newest backups, from the cache or from the service, as they arrive.
fn load(
    command: Command,
    words: &[OsString],
    deadline: Instant,
    sender: &Sender<Vec<Seen>>,
) -> Option<()> {
    let connection = connection(command, words, deadline)?;
    let key = key(&connection);
    let directory = directory()?;
    if let Some(memory) = recall(&directory).filter(|memory| memory.key == key && memory.is_fresh())
    {
        return sender.send(memory.seen?).ok();
    }
    let memory = |seen| LastRequest { key: key.clone(), at: now(), seen };
    remember(&directory, &memory(None)).ok()?;
    let mut all = Vec::new();
    request(connection, |seen| {
        all.extend(seen.iter().cloned());
        remember(&directory, &memory(Some(all.clone()))).ok()?;
        sender.send(seen).ok()
    })
}

/// Returns endpoint and identity of the line; `None` if they are not available at once.
fn connection(command: Command, words: &[OsString], deadline: Instant) -> Option<Connection> {
    let matches = command.ignore_errors(true).try_get_matches_from(words).ok()?;
    let mut args = ConnectionArgs::from_arg_matches(&matches).ok()?;
    args.settle();
    if args.names_several() {
        return None;
    }
    // No prompt for a secret, and no reading of stdin, in the middle of a line.
    if args.credentials.first_given().is_some() {
        return None;
    }
    args.own_file = OwnFile::of_process();
    args.runs_no_command = true;
    if args.own_file.problem.is_some() {
        return None;
    }
    let environment = Environment::of_process();
    let resolution =
        Resolution::new(&args, &environment, Home::of_process, &Metadata::NotRequested);
    let options = ClientOptions {
        retry_policy: RetryPolicy { retries: 0, deadline: Some(deadline) },
        log: Arc::new(RequestLog::new(Arc::new(Console::new(ConsoleArgs::quiet())))),
        trust: resolution.trust.clone(),
        origin: Arc::new(resolution.origin()),
        session: None,
        throttle: Arc::default(),
    };
    let (endpoint, access) = iam::connect_from_cache(resolution, Cache::of_process(), &options)?;
    Some(Connection { endpoint, access, options })
}

/// Requests the newest backups, then older ones, without retries, and sends them on.
fn request(connection: Connection, mut found: impl FnMut(Vec<Seen>) -> Option<()>) -> Option<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let Connection { endpoint, access, options } = connection;
    let client = Arc::new(Client::new(endpoint, access, None, &options).ok()?);
    let asked = runtime.block_on(async {
        let newest = Backups::newest(&client, FIRST_ROWS).await.ok()?;
        let mut ask = PageRequest { offset: 0, limit: FIRST_ROWS };
        let mut rows = newest.len() as u64;
        found(newest)?;
        let older = Backups::new(Arc::clone(&client), Vec::new(), Order::default());
        while rows == ask.limit && ask.offset + ask.limit < MOST_ROWS {
            ask = PageRequest { offset: ask.offset + ask.limit, limit: MORE_ROWS };
            let page = older.page(ask).await.ok()?;
            rows = page.records.len() as u64;
            let indexes: Vec<_> = page.records.iter().map(|record| record.index).collect();
            let read = |row: Row<'_>| serde_json::from_str(row.json()).ok();
            found(page.rows.at(&indexes).filter_map(read).collect())?;
        }
        Some(())
    });
    // Does not wait for a pending DNS lookup.
    runtime.shutdown_background();
    asked
}

/// Name of the file of the last request.
const MEMORY: &str = "completions.json";

/// Returns the cache directory; `None` if others can enter it.
fn directory() -> Option<PrivateDirectory> {
    let path = etcetera::choose_base_strategy().ok()?.cache_dir().join("cbr");
    PrivateDirectory::create(&path).ok()
}

fn recall(directory: &PrivateDirectory) -> Option<LastRequest> {
    serde_json::from_slice(&directory.read(MEMORY).ok()?).ok()
}

fn remember(directory: &PrivateDirectory, memory: &LastRequest) -> io::Result<()> {
    directory.write(MEMORY, &serde_json::to_vec(memory)?)
}

impl LastRequest {
    fn is_fresh(&self) -> bool {
        let lasts = if self.seen.is_some() { ANSWER_LASTS } else { FAILURE_LASTS };
        now().abs_diff(self.at) < lasts.as_secs()
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// Returns a hash of all that the answer depends on. It does not reveal the secrets in it, which
/// are long and random.
fn key(connection: &Connection) -> String {
    let Identity { credentials, project_id } = &connection.access;
    let mut parts = vec![connection.endpoint.base(), project_id.as_deref().unwrap_or_default()];
    match credentials {
        // Not reached: a password needs a login first, so there is no connection.
        Credentials::Password(_) => {}
        Credentials::Token(token) => parts.push(token.reveal()),
        Credentials::Key { access_key, secret_key, security_token } => {
            parts.extend([access_key.as_str(), secret_key.reveal()]);
            parts.extend(security_token.as_ref().map(|token| token.reveal()));
        }
    }
    let hash = digest::digest(&digest::SHA256, parts.join("\n").as_bytes());
    hex(hash.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_could_take_for_something_else_is_not_offered() {
        for value in ["ecs-1", "数据库.主", "a_b", "0f", "web front 2"] {
            assert!(is_plain(value), "{value}");
        }
        for value in [
            "",
            "-rf",
            "a -rf",
            " a",
            "a ",
            "a  b",
            "$(id)",
            "`id`",
            "a;b",
            "a'b",
            "a\"b",
            "a\tb",
            "a*",
            "~",
            "a=b",
            "a,b",
            "a\u{202e}b",
        ] {
            assert!(!is_plain(value), "{value}");
        }
    }
}
