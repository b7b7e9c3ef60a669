//! The names of the vaults, which backups do not contain.
//!
//! A run reads them once, before its rows, if a column needs them.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::json::Json;

/// JSON text of the names by the JSON text of the ids.
static NAMES: OnceLock<HashMap<String, String>> = OnceLock::new();

/// Sets the names of this run by id. Later calls have no effect.
pub(crate) fn set<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) {
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let names = names.map(|(id, name)| (json(id), json(name))).collect();
    drop(NAMES.set(names));
}

/// Returns the name of the vault with this id, if it is known.
pub(super) fn of(id: Json<'_>) -> Option<Json<'static>> {
    NAMES.get()?.get(id.as_sent()).map(|name| Json::new(name))
}
