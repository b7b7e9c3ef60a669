//! The table of keys: for reading the file, `cbr config set`, completion and help.

use std::fmt;

use crate::settings::{check_endpoint, check_project_id};
use crate::terminal::pager;
use crate::text::suggest;
use crate::time;

/// Word of [`ValueKind::NumberOrAuto`].
pub(super) const AUTO: &str = "auto";

/// A key of one of the tables.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: ValueKind,
    /// Its meaning, for help.
    pub(crate) help: &'static str,
    /// Checks a value beyond its type; the error suggests a valid one.
    pub(super) check: fn(&str) -> Result<(), String>,
}

/// Type of a value, and whether it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Text,
    /// A URL, of which only the host is shown: the rest may be a secret.
    Address,
    Number,
    /// A number, or the word `auto`.
    NumberOrAuto,
    /// A list of words, or one comma-separated text.
    List,
    /// The words of a command, or one line for the shell.
    Command,
    /// Not secret, and shown in part only.
    AccessKey,
    Secret,
}

/// A table of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Table {
    /// The keys before any table.
    Root,
    Defaults,
    /// The profile of this name.
    Profile(String),
}

const fn key(name: &'static str, kind: ValueKind, help: &'static str) -> Key {
    Key { name, kind, help, check: |_| Ok(()) }
}

const ROOT: &[Key] =
    &[key("default_profile", ValueKind::Text, "profile to use if none is selected")];

/// Defaults, each for the flag of the same name, except `pager`, which is for a variable.
const DEFAULTS: &[Key] = &[
    key("output", ValueKind::Text, "format of lists; json also of `show`"),
    key("columns", ValueKind::List, "columns of lists in that format"),
    key("sort", ValueKind::List, "order of `backups list`"),
    key("limit", ValueKind::Number, "maximum number of backups in a table"),
    key("time", ValueKind::Text, "how human-readable formats write times"),
    key("tz", ValueKind::Text, "time zone, such as Europe/Berlin"),
    Key { check: pager::check, ..key("pager", ValueKind::Text, "pager [default: PAGER or less]") },
    key("color", ValueKind::Text, "colors: auto, always or never"),
    Key { check: one_region, ..key("region", ValueKind::Text, "region unless another is given") },
    key("page_size", ValueKind::Number, "rows in one request"),
    key("concurrency", ValueKind::NumberOrAuto, "parallel requests at most, or auto"),
    key("timeout", ValueKind::Text, "time limit for the whole run, such as 5m"),
    key("retries", ValueKind::Number, "maximum number of retries per request"),
];

/// Checks that a text names one region.
fn one_region(text: &str) -> Result<(), String> {
    if text.contains([',', '*', '?', '[']) {
        let several = "write [[groups.NAME]] for several, which --group selects";
        return Err(format!("`{}` is not one region; {several}", text.escape_debug()));
    }
    Ok(())
}

const PROFILE: &[Key] = &[
    Key { check: one_region, ..key("region", ValueKind::Text, "region, such as eu-de") },
    Key { check: check_project_id, ..key("project_id", ValueKind::Text, "id of the project") },
    Key {
        check: check_endpoint,
        ..key("endpoint", ValueKind::Address, "base URL, instead of the region's")
    },
    Key {
        check: check_endpoint,
        ..key("iam_endpoint", ValueKind::Address, "base URL of the identity service (IAM)")
    },
    key("project_name", ValueKind::Text, "its name, instead of the id"),
    key("access_key", ValueKind::AccessKey, "access key (AK)"),
    key("secret_key", ValueKind::Secret, "its secret key (SK)"),
    key("secret_key_file", ValueKind::Text, "file with only that key"),
    key("security_token", ValueKind::Secret, "security token of a temporary access key"),
    key("security_token_file", ValueKind::Text, "file with only that token"),
    key("token", ValueKind::Secret, "a token, instead of keys"),
    key("token_file", ValueKind::Text, "file with only that token"),
    key("username", ValueKind::Text, "user who logs in; or user_id"),
    key("user_id", ValueKind::Text, "the user's id"),
    key("domain_name", ValueKind::Text, "account of the user; or domain_id"),
    key("domain_id", ValueKind::Text, "the account's id"),
    key("password", ValueKind::Secret, "the user's password"),
    key("password_file", ValueKind::Text, "file with only that password"),
    key("credential_command", ValueKind::Command, "command that prints credentials as JSON"),
    Key {
        check: |text| time::duration(text).map(|_| ()),
        ..key("credential_timeout", ValueKind::Text, "time limit of that command [default: 1m]")
    },
    key("koocli_profile", ValueKind::Text, "profile of KooCLI with credentials"),
    key("cloud", ValueKind::Text, "cloud of clouds.yaml with credentials"),
];

impl Key {
    /// Returns true if its value must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.kind == ValueKind::Secret
    }
}

impl Table {
    /// Returns its keys.
    pub(crate) fn keys(&self) -> &'static [Key] {
        match self {
            Self::Root => ROOT,
            Self::Defaults => DEFAULTS,
            Self::Profile(_) => PROFILE,
        }
    }

    /// Returns the key of this name.
    ///
    /// # Errors
    ///
    /// There is no such key; suggests the nearest one.
    pub(super) fn key(&self, name: &str) -> Result<&'static Key, String> {
        let found = self.keys().iter().find(|key| key.name == name);
        found.ok_or_else(|| {
            let mut words: Vec<_> = self.keys().iter().map(|key| key.name).collect();
            if *self == Self::Root {
                words.extend(["defaults", "profiles", "groups"]);
            }
            format!("unknown key `{}`{}", name.escape_debug(), suggest::question(name, &words))
        })
    }

    /// Returns the names on the path to the table.
    pub(crate) fn path(&self) -> Vec<&str> {
        match self {
            Self::Root => Vec::new(),
            Self::Defaults => vec!["defaults"],
            Self::Profile(name) => vec!["profiles", name],
        }
    }
}

/// Formats it as the heading of the table; empty for the root.
impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Defaults => formatter.write_str("[defaults]"),
            Self::Profile(name) => write!(formatter, "[profiles.{}]", bare(name)),
        }
    }
}

/// Returns a name as a heading writes it, in quotes if needed.
pub(crate) fn bare(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_bare) {
        return name.to_owned();
    }
    format!("{name:?}")
}

/// Returns every key with its meaning, for help; a profile's under `NAME`.
pub(crate) fn all() -> impl Iterator<Item = (String, &'static str)> {
    let of = |prefix: &'static str, keys: &'static [Key]| {
        keys.iter().map(move |key| (format!("{prefix}{}", key.name), key.help))
    };
    of("", ROOT).chain(of("defaults.", DEFAULTS)).chain(of("profiles.NAME.", PROFILE))
}
