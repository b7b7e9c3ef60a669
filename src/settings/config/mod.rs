//! The user's config.toml, `~/.config/cbr/config.toml`: profiles, and defaults for some flags.
//!
//! Commands that send requests read it once a run. It must be valid as a whole: an unknown key is
//! an error, since a mistyped `project_id` would otherwise list another project.
//! [`crate::settings`] decides how and when the credentials of a profile are used.
//!
//! | module | what it owns |
//! |---|---|
//! | [`key`] | the table of keys: for reading, `set`, completion and help |
//! | [`document`] | content of the file: entries and names of profiles |
//! | [`profile`](mod@profile) | one profile, and which one is used |
//! | [`parse`](mod@parse) | TOML to content; errors have line and column |
//! | [`position`] | line and column |
//! | [`file`](mod@file) | path, permissions, reading and writing |
//! | [`group`] | groups of targets |
//! | [`defaults`] | defaults for flags |
//! | [`edit`] | one change to the text; the rest stays unchanged |

mod defaults;
pub(crate) mod document;
pub(crate) mod edit;
pub(crate) mod file;
pub(super) mod group;
pub(crate) mod key;
mod parse;
mod position;
mod profile;

pub(crate) use defaults::apply;
pub(crate) use document::{Config, Value};
pub(crate) use file::{OwnFile, is_readable_by_others};
pub(crate) use profile::Profile;
