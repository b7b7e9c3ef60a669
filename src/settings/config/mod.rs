//! The user's own file, `~/.config/cbr/config.toml`: profiles, and other defaults for some flags.
//!
//! Read once a run, by commands that ask the service, and only if it is there. What it holds must
//! be right as a whole: a key that is not known is an error and not passed over, since a mistyped
//! `project_id` would otherwise list another project without a word. Says what a profile holds; how
//! credentials are made of that, and when they are used, is up to [`crate::settings`].
//!
//! | module | what it owns |
//! |---|---|
//! | [`key`] | the keys that there are, once: for reading, `set`, completion and help |
//! | [`document`] | TOML to entries, with line and column for whatever is wrong |
//! | [`file`](mod@file) | where the file is, who can read it, and how it is written |
//! | [`defaults`] | other defaults for flags |
//! | [`edit`] | one change to the text, which leaves the rest as it is |

mod defaults;
pub(crate) mod document;
pub(crate) mod edit;
pub(crate) mod file;
pub(crate) mod key;
mod profile;

pub(crate) use defaults::apply;
pub(crate) use document::{Config, Value};
pub(crate) use file::{OwnFile, is_readable_by_others};
pub(crate) use profile::Profile;
