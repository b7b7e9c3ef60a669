//! `cbr config list` and `cbr config profiles`.

use clap::{Command, CommandFactory as _};

use super::redacted;
use crate::cli::Cli;
use crate::output;
use crate::settings::config::document::{Config, Entry, Value};
use crate::settings::config::key::{Key, Table, ValueKind};
use crate::terminal::stdout::Stdout;

/// Replaces an absent value.
const NONE: &str = "-";

/// Prints every key with its value, default and origin. Of a profile, only the keys that are set.
pub(super) fn keys(config: Option<&Config>) -> anyhow::Result<()> {
    let program = Cli::command();
    let mut rows = Vec::new();
    for table in [Table::Root, Table::Defaults] {
        for key in table.keys() {
            let mut entries = config.iter().flat_map(|config| config.of(&table));
            let entry = entries.find(|entry| entry.key.name == key.name);
            rows.push(row(&table, key, entry, config, &program));
        }
    }
    for entry in config.iter().flat_map(|config| &config.entries) {
        if matches!(entry.table, Table::Profile(_)) {
            rows.push(row(&entry.table, entry.key, Some(entry), config, &program));
        }
    }
    let rows = rows.iter().map(|row| row.each_ref().map(String::as_str));
    output::table(["KEY", "VALUE", "DEFAULT", "ORIGIN"], rows, &mut Stdout)
}

/// Returns a row of the table of keys.
fn row(
    table: &Table,
    key: &Key,
    entry: Option<&Entry>,
    config: Option<&Config>,
    program: &Command,
) -> [String; 4] {
    let heading = table.to_string();
    let prefix = heading.trim_matches(['[', ']']);
    let dot = if prefix.is_empty() { "" } else { "." };
    let default = default(table, key, program);
    let origin = match (entry, config) {
        (Some(entry), Some(config)) => config.origin(entry),
        _ if default.is_some() => "default".to_owned(),
        _ => NONE.to_owned(),
    };
    [
        format!("{prefix}{dot}{}", key.name),
        entry.map_or_else(|| default.clone().unwrap_or_else(|| NONE.to_owned()), value),
        default.unwrap_or_else(|| NONE.to_owned()),
        origin,
    ]
}

/// Returns the value without the file, as the flag or the help of the key states it.
fn default(table: &Table, key: &Key, program: &Command) -> Option<String> {
    let stated = |help: &str| {
        let (_, rest) = help.split_once("[default: ")?;
        Some(rest.split([']', ';']).next()?.to_owned())
    };
    if *table != Table::Defaults || key.name == "pager" {
        return stated(key.help);
    }
    let list = program.find_subcommand("backups")?.find_subcommand("list")?;
    let flag = key.name.replace('_', "-");
    let mut args = list.get_arguments().chain(program.get_arguments());
    let arg = args.find(|arg| arg.get_long() == Some(&flag))?;
    let values: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    match values.is_empty() {
        false => Some(values.join(",")),
        true => stated(&arg.get_help()?.to_string()),
    }
}

/// Returns the value of an entry as text; `set` for a secret.
pub(super) fn value(entry: &Entry) -> String {
    match (entry.key.kind, &entry.value) {
        (ValueKind::Secret, _) => "set".to_owned(),
        (
            ValueKind::Text | ValueKind::Number | ValueKind::NumberOrAuto | ValueKind::List,
            value,
        ) => value.text(),
        _ => match redacted(entry) {
            serde_json::Value::String(text) => text,
            words => words.to_string(),
        },
    }
}

/// Prints the profiles.
pub(super) fn profiles(config: Option<&Config>) -> anyhow::Result<()> {
    let Some(config) = config else {
        return output::table(["PROFILE", "REGION", "DEFAULT"], [].into_iter(), &mut Stdout);
    };
    let wanted = match config.get(&Table::Root, "default_profile") {
        Some(Value::Text(name)) => Some(name.as_str()),
        _ => config.profiles().next().filter(|_| config.profiles().count() == 1),
    };
    let row = |name| {
        let table = Table::Profile(String::from(name));
        let region = config.get(&table, "region").map_or_else(|| NONE.to_owned(), Value::text);
        let default = if wanted == Some(name) { "yes" } else { NONE };
        [name.to_owned(), region, default.to_owned()]
    };
    let rows: Vec<_> = config.profiles().map(row).collect();
    let rows = rows.iter().map(|row| row.each_ref().map(String::as_str));
    output::table(["PROFILE", "REGION", "DEFAULT"], rows, &mut Stdout)
}
