//! Values that only the service knows: the ids and names in the newest backups.
//!
//! A press of Tab must be quick, and must do no harm. So there is one small request, and no second one
//! while its answer is fresh; whatever takes longer than [`LIMIT`] or goes wrong offers nothing, without a
//! word. Nothing is asked with credentials that would first have to be fetched: no password is sent, no
//! command is run. A request that fails is not repeated for [`FAILURE_LASTS`], since a few failures lock
//! an access key; where that cannot be remembered, nothing is sent at all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io, thread};

use clap::{Arg, Command, FromArgMatches as _};
use etcetera::BaseStrategy as _;
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::api::{Access, Backups, Client, Journal, Means, Patience};
use crate::config::OwnFile;
use crate::connection::{
    ConnectionArgs, Credentials, Endpoint, Environment, Home, Metadata, Origin, Project,
    Resolution, Trust,
};
use crate::console::{Console, ConsoleArgs};
use crate::output;

/// How long it may take in all.
const LIMIT: Duration = Duration::from_millis(900);
/// How many backups are looked at.
const ROWS: u64 = 200;
/// How long an answer is used again.
const ANSWER_LASTS: Duration = Duration::from_secs(60);
/// How long nothing is asked after a failure; an access key is locked for as long.
const FAILURE_LASTS: Duration = Duration::from_secs(300);

/// What a flag wants of a backup.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Id,
    Vault,
    Resource,
    ResourceName,
    Checkpoint,
}

/// Where to ask, and as whom.
struct Connection {
    endpoint: Endpoint,
    access: Access,
    trust: Trust,
    origin: Arc<Origin>,
}

/// What is kept of a backup. Whatever is missing or of another type is not offered.
#[derive(Debug, Default, Deserialize, Serialize)]
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

/// The last request and what came of it.
#[derive(Debug, Deserialize, Serialize)]
struct Memory {
    /// Stands for where it was sent and as whom.
    key: String,
    /// In seconds since 1970.
    at: u64,
    /// `None` if it failed, or has not come back.
    seen: Option<Vec<Seen>>,
}

impl Field {
    /// What is to be offered for a flag or argument, if the service knows.
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

    /// The value of a backup, and what it is recognised by.
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
        Some((value, output::visible(help.trim()).into_owned()))
    }
}

/// Whether a text from outside can stand on a command line as it is. What would need quotes, or would do
/// something in one shell or another, is not offered.
fn is_plain(value: &str) -> bool {
    let fits = |char: char| char.is_alphanumeric() || "-_.".contains(char);
    !value.is_empty() && !value.starts_with('-') && value.chars().all(fits)
}

/// The values to offer, each once, with what it is recognised by; `words` is the line so far.
pub(super) fn values(field: Field, command: &Command, words: &[OsString]) -> Vec<(String, String)> {
    let (command, words) = (command.clone(), words.to_vec());
    let (sender, receiver) = mpsc::channel();
    // A thread of its own, so that nothing of it can hold the shell up: not even a slow name service.
    thread::spawn(move || sender.send(seen(command, &words)));
    let seen = receiver.recv_timeout(LIMIT).ok().flatten().unwrap_or_default();
    let found = seen.iter().filter_map(|seen| field.of_backup(seen));
    // Of several backups with one value the newest tells: it comes first.
    let mut values = BTreeMap::new();
    for (value, help) in found {
        values.entry(value).or_insert(help);
    }
    values.into_iter().collect()
}

/// What is in the newest backups, from memory or from the service.
fn seen(command: Command, words: &[OsString]) -> Option<Vec<Seen>> {
    let start = Instant::now();
    let connection = connection(command, words)?;
    let key = key(&connection);
    let path = path()?;
    if let Some(memory) = recall(&path).filter(|memory| memory.key == key && memory.is_fresh()) {
        return memory.seen;
    }
    let memory = |seen| Memory { key: key.clone(), at: now(), seen };
    remember(&path, &memory(None)).ok()?;
    let seen = ask(connection, start + LIMIT)?;
    let memory = memory(Some(seen));
    remember(&path, &memory).ok()?;
    memory.seen
}

/// Where to ask and as whom, as the line has it; `None` where that is not there to be used at once.
fn connection(command: Command, words: &[OsString]) -> Option<Connection> {
    let matches = command.ignore_errors(true).try_get_matches_from(words).ok()?;
    let mut args = ConnectionArgs::from_arg_matches(&matches).ok()?;
    // Nobody is asked for a secret, and no stdin is read, in the middle of a line.
    if args.credentials.first_given().is_some() {
        return None;
    }
    args.own_file = OwnFile::of_process();
    let config = args.own_file.config.as_ref();
    let runs_command = config.is_some_and(|config| {
        let mut profiles = config.profiles().filter_map(|name| config.profile(name));
        profiles.any(|profile| profile.get("credential_command").is_some())
    });
    if args.own_file.problem.is_some() || runs_command {
        return None;
    }
    let environment = Environment::of_process();
    let resolution = Resolution::new(&args, &environment, Home::of_process, &Metadata::NotAsked);
    resolution.check().ok()?;
    let Ok(Project::Id(project)) = &resolution.project else { return None };
    let (credentials, _) = resolution.credentials.clone().ok()?;
    let is_at_hand = matches!(credentials, Credentials::Key { .. } | Credentials::Token(_));
    is_at_hand.then_some(Connection {
        endpoint: resolution.endpoint.as_ref().ok()?.endpoint.clone(),
        access: Access { credentials, project_id: Some(project.value.clone()) },
        trust: resolution.trust.clone(),
        origin: Arc::new(resolution.origin()),
    })
}

/// One request, without another try.
fn ask(connection: Connection, deadline: Instant) -> Option<Vec<Seen>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let journal = Arc::new(Journal::new(Arc::new(Console::new(ConsoleArgs::quiet()))));
    let patience = Patience { retries: 0, deadline: Some(deadline) };
    let Connection { endpoint, access, trust, origin } = connection;
    let means = Means { patience, journal, trust, origin, session: None };
    let client = Client::new(endpoint, access, None, &means).ok()?;
    let seen = runtime.block_on(Backups::newest(&client, ROWS)).ok();
    // A name that is still looked up is not waited for.
    runtime.shutdown_background();
    seen
}

/// The file of the last request: in a directory that others cannot look into.
fn path() -> Option<PathBuf> {
    let directory = etcetera::choose_base_strategy().ok()?.cache_dir().join("cbr");
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&directory).ok()?;
    Some(directory.join("completions.json"))
}

fn recall(path: &Path) -> Option<Memory> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Replaces the file at once, with one that only its owner can read.
fn remember(path: &Path, memory: &Memory) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    serde_json::to_writer(&mut file, memory)?;
    file.persist(path)?;
    Ok(())
}

impl Memory {
    fn is_fresh(&self) -> bool {
        let lasts = if self.seen.is_some() { ANSWER_LASTS } else { FAILURE_LASTS };
        now().abs_diff(self.at) < lasts.as_secs()
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// A hash of all that decides what the answer is. Secrets are in it, and cannot be found from it: they
/// are long and random.
fn key(connection: &Connection) -> String {
    let Access { credentials, project_id } = &connection.access;
    let mut parts = vec![connection.endpoint.base(), project_id.as_deref().unwrap_or_default()];
    match credentials {
        Credentials::Password(_) => {}
        Credentials::Token(token) => parts.push(token.reveal()),
        Credentials::Key { access_key, secret_key, security_token } => {
            parts.extend([access_key.as_str(), secret_key.reveal()]);
            parts.extend(security_token.as_ref().map(|token| token.reveal()));
        }
    }
    let hash = digest::digest(&digest::SHA256, parts.join("\n").as_bytes());
    crate::api::sign::hex(hash.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_could_take_for_something_else_is_not_offered() {
        for value in ["ecs-1", "数据库.主", "a_b", "0f"] {
            assert!(is_plain(value), "{value}");
        }
        for value in [
            "",
            "-rf",
            "a b",
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
