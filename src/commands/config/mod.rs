//! `cbr config`: path, content and changes of the configuration file.
//!
//! | module | what it owns |
//! |---|---|
//! | [`init`](mod@init) | the dialog that creates a profile |
//! | [`list`] | keys and profiles as tables |
//!
//! Secrets are not accepted as arguments, which others see in the list of processes and which stay
//! in the shell's history. No secret is shown.

mod init;
mod list;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::{Map, Value as Json};

use crate::cli::config::{ConfigCommand, Format, GetArgs, SetArgs, UnsetArgs};
use crate::settings::config::document::{Config, Entry, Value};
use crate::settings::config::edit;
use crate::settings::config::file::{self, Lock};
use crate::settings::config::key::{Table, ValueKind, bare};
use crate::settings::{ConnectionError, Environment, Home, Text, regions, shown_address};
use crate::terminal::console::Console;
use crate::text::{secret, suggest};
pub(crate) use init::init;

/// Replaces a secret.
const HIDDEN: &str = "(not shown)";

/// Runs the command. `check` checks that the flags accept their defaults in the file.
///
/// # Errors
///
/// The file is broken or cannot be written, or there is no such key or value.
pub(crate) fn run(
    command: ConfigCommand,
    console: &Console,
    check: impl Fn(&Config) -> Result<(), ConnectionError>,
) -> anyhow::Result<()> {
    let home = Home::of_process();
    let path = file::path(&Environment::of_process(), &home)?;
    let file = File { path, home, console };
    match command {
        ConfigCommand::Path => print(&format!("{}\n", file.path.display())),
        ConfigCommand::Show(args) => {
            let config = file.load()?;
            config.iter().try_for_each(&check)?;
            show(config.as_ref(), args.output)
        }
        ConfigCommand::List => list::keys(file.load()?.as_ref()),
        ConfigCommand::Profiles => list::profiles(file.load()?.as_ref()),
        ConfigCommand::Get(args) => file.get(&args),
        // It sends a request, see `init`.
        ConfigCommand::Init(_) => Ok(()),
        ConfigCommand::Set(args) => file.set(&args, check),
        ConfigCommand::Unset(args) => file.unset(&args, check),
    }
}

/// The file and the console for warnings.
struct File<'a> {
    path: PathBuf,
    home: Home,
    console: &'a Console,
}

impl File<'_> {
    fn name(&self) -> String {
        self.home.name(&self.path)
    }

    fn load(&self) -> Result<Option<Config>, ConnectionError> {
        let config = file::load(&self.home, &self.path)?;
        if config.is_none() {
            self.console.warn(&format!("there is no file {}", self.name()));
        }
        Ok(config)
    }

    /// Prints the value of a key; a secret as `set`.
    fn get(&self, args: &GetArgs) -> anyhow::Result<()> {
        let given = args.key.escape_debug();
        let refuse = |why| ConnectionError::new(why, "cbr config list prints all keys");
        let path = edit::Path::parse(&args.key).map_err(|why| refuse(format!("{given}: {why}")))?;
        let key = path.key.ok_or_else(|| refuse(format!("{given} is a table, not a key")))?;
        let config = self.load()?;
        let mut entries = config.iter().flat_map(|config| &config.entries);
        let entry = entries.find(|it| it.table == path.table && it.key.name == key.name);
        let entry =
            entry.ok_or_else(|| refuse(format!("{given} is not set in {}", self.name())))?;
        print(&format!("{}\n", list::value(entry)))
    }

    fn set(
        &self,
        args: &SetArgs,
        check: impl Fn(&Config) -> Result<(), ConnectionError>,
    ) -> anyhow::Result<()> {
        let given = args.key.escape_debug().to_string();
        let refuse = |why| ConnectionError::new(why, "cbr config set --help lists the keys");
        let path = edit::Path::parse(&args.key).map_err(|why| refuse(format!("{given}: {why}")))?;
        let Some(key) = path.key else {
            return Err(refuse(format!("{given} is a table, not a key")).into());
        };
        // Rejects a broken file before the user types a secret.
        self.text()?;
        let value = if !key.is_secret() {
            edit::value(&given, key, &args.values)
        } else if args.values.is_empty() {
            edit::value(&given, key, &[secret::ask(key.name)?])
        } else {
            return Err(ConnectionError::new(
                format!(
                    "{given} is a secret, and others can see arguments: in the list of processes, \
                     and in the shell's history"
                ),
                format!(
                    "cbr config set {given} prompts for it; cbr config set {given} < FILE reads it"
                ),
            )
            .into());
        };
        let value = value.map_err(refuse)?;
        if path.table == Table::Defaults {
            // Checked alone, since the value has no line in the file yet.
            let alone = edit::set("", &path.table, key, &value).map_err(refuse)?;
            check(&Config::parse("", &self.path, &alone)?)?;
        }
        // The file is not locked while the user types.
        let lock = self.lock()?;
        let before = self.text()?;
        let after =
            edit::set(&before, &path.table, key, &value).map_err(|why| self.unchanged(&why))?;
        let config = self.write(&after, &lock, check)?;
        self.remark(&config, &path.table, key.name);
        Ok(())
    }

    fn unset(
        &self,
        args: &UnsetArgs,
        check: impl Fn(&Config) -> Result<(), ConnectionError>,
    ) -> anyhow::Result<()> {
        let given = args.key.escape_debug();
        let refuse = |why| ConnectionError::new(why, "cbr config show prints what is set");
        let path = edit::Path::parse(&args.key).map_err(|why| refuse(format!("{given}: {why}")))?;
        let lock = self.lock()?;
        let before = self.text()?;
        let after = edit::unset(&before, &path).map_err(|why| self.unchanged(&why))?;
        let after =
            after.ok_or_else(|| refuse(format!("{given} is not set in {}", self.name())))?;
        let config = self.write(&after, &lock, check)?;
        if matches!(path.table, Table::Profile(_)) {
            self.remark_default_profile(&config);
        }
        Ok(())
    }

    /// Returns the text of the file, which must be valid before it is changed.
    fn text(&self) -> Result<String, ConnectionError> {
        let Some(Text { name, text }) = file::text(&self.home, &self.path)? else {
            return Ok(String::new());
        };
        Config::parse(&name, &self.path, &text.0)?;
        Ok(text.0)
    }

    /// Locks the file against other runs, from reading to writing.
    fn lock(&self) -> anyhow::Result<Lock> {
        Lock::wait(&self.path).with_context(|| format!("cannot write {}", self.name()))
    }

    /// Writes the text if it is valid.
    fn write(
        &self,
        text: &str,
        lock: &Lock,
        check: impl Fn(&Config) -> Result<(), ConnectionError>,
    ) -> anyhow::Result<Config> {
        let config = Config::parse(&self.name(), &self.path, text)?;
        check(&config)?;
        file::write(&self.path, text, lock)
            .with_context(|| format!("cannot write {}", self.name()))?;
        Ok(config)
    }

    fn unchanged(&self, why: &str) -> ConnectionError {
        ConnectionError::new(format!("{}: {why}", self.name()), "fix that file; it was not changed")
    }

    fn remark_default_profile(&self, config: &Config) {
        if let Err(error) = config.default_profile() {
            self.console.warn(&error.to_string());
        }
    }

    /// Warns of valid values that are probably mistakes.
    fn remark(&self, config: &Config, table: &Table, key: &str) {
        if key == "default_profile" {
            self.remark_default_profile(config);
        }
        if key == "region"
            && let Some(Value::Text(region)) = config.get(table, key)
            && let Some(question) = unknown_region(region)
        {
            self.console.warn(&format!("{question}; it needs an endpoint"));
        }
    }
}

/// Returns a message about a region that is not known, with the nearest one that is.
fn unknown_region(region: &str) -> Option<String> {
    if regions::service_host(region).is_some() {
        return None;
    }
    let nearest = suggest::nearest(region, regions::names());
    let question = nearest.map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
    Some(format!("`{}` is not a known region{question}", region.escape_debug()))
}

/// Prints the entries, each table with its heading.
fn show(config: Option<&Config>, format: Format) -> anyhow::Result<()> {
    let entries = config.map(|config| config.entries.as_slice()).unwrap_or_default();
    let groups: Vec<_> = config.iter().flat_map(|config| config.groups()).collect();
    match format {
        Format::Toml => print(&(toml(entries) + &groups_as_toml(&groups))),
        Format::Json => {
            let mut document = json(entries);
            if !groups.is_empty() {
                let groups = groups.into_iter().map(|(name, targets)| (name.to_owned(), targets));
                document["groups"] = Json::Object(groups.collect());
            }
            print(&format!("{document:#}\n"))
        }
    }
}

/// Formats the targets of each group.
fn groups_as_toml(groups: &[(&str, Json)]) -> String {
    let mut text = String::new();
    for (name, targets) in groups {
        for target in targets.as_array().into_iter().flatten() {
            text.push_str(&format!("\n[[groups.{}]]\n", bare(name)));
            for (key, value) in target.as_object().into_iter().flatten() {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
    }
    text
}

fn toml(entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut tables: Vec<&Table> = Vec::new();
    tables.extend([&Table::Root, &Table::Defaults]);
    for entry in entries {
        if !tables.contains(&&entry.table) {
            tables.push(&entry.table);
        }
    }
    for table in tables {
        let mut entries = entries.iter().filter(|entry| entry.table == *table).peekable();
        if entries.peek().is_some() && *table != Table::Root {
            let gap = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}{table}\n"));
        }
        for entry in entries {
            text.push_str(&format!("{} = {}\n", entry.key.name, redacted(entry)));
        }
    }
    text
}

fn json(entries: &[Entry]) -> Json {
    let mut root = Map::new();
    for entry in entries {
        let mut place = &mut root;
        for name in entry.table.path() {
            let next = place.entry(name).or_insert_with(|| Json::Object(Map::new()));
            let Json::Object(next) = next else { return Json::Null };
            place = next;
        }
        place.insert(entry.key.name.to_owned(), redacted(entry));
    }
    Json::Object(root)
}

/// Returns a value without secrets. JSON texts, numbers and lists are valid TOML too.
fn redacted(Entry { key, value, .. }: &Entry) -> Json {
    match (key.kind, value) {
        (ValueKind::Secret, _) => HIDDEN.into(),
        (ValueKind::AccessKey, value) => secret::shortened(&value.text()).into(),
        (ValueKind::Address, value) => {
            shown_address(&value.text()).unwrap_or_else(|| HIDDEN.to_owned()).into()
        }
        // Its arguments may hold a secret.
        (ValueKind::Command, Value::Words(words)) => {
            let hidden = words.iter().skip(1).map(|_| HIDDEN);
            words.iter().take(1).map(String::as_str).chain(hidden).collect()
        }
        (ValueKind::Command, Value::Text(line)) => match line.split_once(' ') {
            Some((program, _)) if program.contains('=') => HIDDEN.into(),
            Some((program, _)) => format!("{program} {HIDDEN}").into(),
            None => line.as_str().into(),
        },
        (_, Value::Text(text)) => text.as_str().into(),
        (_, Value::Number(number)) => (*number).into(),
        (_, Value::Words(words)) => words.iter().map(String::as_str).collect(),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    io::stdout().lock().write_all(text.as_bytes()).context("cannot write to stdout")
}
