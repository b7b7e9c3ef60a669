//! The keys of the file, once: for reading it, for `cbr config set`, for completion and for help.

use std::fmt;

use crate::settings::{check_endpoint, check_project_id};
use crate::text::suggest;
use crate::time;

/// A key of one of the tables.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What it is, for help.
    pub(crate) help: &'static str,
    /// Whether a value can be right, beyond its type; says what would work.
    pub(super) check: fn(&str) -> Result<(), String>,
}

/// What a value consists of, and whether it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A URL, of which only the host is shown: the rest may be a secret.
    Address,
    Number,
    /// A list of words, or one text that holds them with commas.
    List,
    /// The words of a command, or one line for the shell.
    Command,
    /// Not secret, but not for everybody either.
    AccessKey,
    Secret,
}

/// A table of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Table {
    /// The beginning of the file, before any table.
    Root,
    Defaults,
    /// That of the profile with this name.
    Profile(String),
}

const fn key(name: &'static str, kind: Kind, help: &'static str) -> Key {
    Key { name, kind, help, check: |_| Ok(()) }
}

const ROOT: &[Key] =
    &[key("default_profile", Kind::Text, "profile to use where none is asked for")];

/// Each stands for the flag of its name.
const DEFAULTS: &[Key] = &[
    key(
        "output",
        Kind::Text,
        "format of `backups list`; one that is no table, also of `backups show`",
    ),
    key(
        "columns",
        Kind::List,
        "columns of `backups list`, unless --output asks for another format",
    ),
    key("page_size", Kind::Number, "rows in one request"),
    key("concurrency", Kind::Number, "pages asked for at a time"),
    key("timeout", Kind::Text, "time for the whole run, such as 5m"),
    key("retries", Kind::Number, "how often a request is tried again"),
];

const PROFILE: &[Key] = &[
    key("region", Kind::Text, "region, such as eu-de"),
    Key { check: check_project_id, ..key("project_id", Kind::Text, "id of the project") },
    Key {
        check: check_endpoint,
        ..key("endpoint", Kind::Address, "base URL, in place of the region's")
    },
    Key {
        check: check_endpoint,
        ..key("iam_endpoint", Kind::Address, "base URL of the identity service (IAM)")
    },
    key("project_name", Kind::Text, "its name, in place of the id"),
    key("access_key", Kind::AccessKey, "access key (AK)"),
    key("secret_key", Kind::Secret, "its secret key (SK)"),
    key("secret_key_file", Kind::Text, "file that holds that key alone"),
    key("security_token", Kind::Secret, "security token of a temporary access key"),
    key("security_token_file", Kind::Text, "file that holds that token alone"),
    key("token", Kind::Secret, "a token, in place of keys"),
    key("token_file", Kind::Text, "file that holds that token alone"),
    key("username", Kind::Text, "user who logs in; or user_id"),
    key("user_id", Kind::Text, "the user's id"),
    key("domain_name", Kind::Text, "account of the user; or domain_id"),
    key("domain_id", Kind::Text, "the account's id"),
    key("password", Kind::Secret, "the user's password"),
    key("password_file", Kind::Text, "file that holds that password alone"),
    key("credential_command", Kind::Command, "a command that prints credentials as JSON"),
    Key {
        check: |text| time::duration(text).map(|_| ()),
        ..key("credential_timeout", Kind::Text, "how long that may take [default: 1m]")
    },
    key("koocli_profile", Kind::Text, "profile of KooCLI to take credentials from"),
    key("cloud", Kind::Text, "cloud of clouds.yaml with credentials"),
];

impl Key {
    /// Whether its value must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }
}

impl Table {
    /// The keys that can stand in it.
    pub(crate) fn keys(&self) -> &'static [Key] {
        match self {
            Self::Root => ROOT,
            Self::Defaults => DEFAULTS,
            Self::Profile(_) => PROFILE,
        }
    }

    /// One of them.
    ///
    /// # Errors
    ///
    /// There is no such key; names the one that may be meant.
    pub(super) fn key(&self, name: &str) -> Result<&'static Key, String> {
        let found = self.keys().iter().find(|key| key.name == name);
        found.ok_or_else(|| {
            let mut words: Vec<_> = self.keys().iter().map(|key| key.name).collect();
            if *self == Self::Root {
                words.extend(["defaults", "profiles"]);
            }
            format!("unknown key `{}`{}", name.escape_debug(), suggest::question(name, &words))
        })
    }

    /// The names that lead to it.
    pub(crate) fn path(&self) -> Vec<&str> {
        match self {
            Self::Root => Vec::new(),
            Self::Defaults => vec!["defaults"],
            Self::Profile(name) => vec!["profiles", name],
        }
    }
}

/// As a user would write it at the head of the table; nothing for the root.
impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Defaults => formatter.write_str("[defaults]"),
            Self::Profile(name) => write!(formatter, "[profiles.{}]", bare(name)),
        }
    }
}

/// A name as it stands in a heading: in quotes where it must.
pub(crate) fn bare(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_bare) {
        return name.to_owned();
    }
    format!("{name:?}")
}

/// Every key with what it is, for help; a profile's under `NAME`.
pub(crate) fn all() -> impl Iterator<Item = (String, &'static str)> {
    let of = |prefix: &'static str, keys: &'static [Key]| {
        keys.iter().map(move |key| (format!("{prefix}{}", key.name), key.help))
    };
    of("", ROOT).chain(of("defaults.", DEFAULTS)).chain(of("profiles.NAME.", PROFILE))
}
