//! The vaults of a run, if a name of one is given or printed.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::api::inventory::{self, Listed};
use crate::api::{ApiError, Client};
use crate::errors::{Incomplete, UnknownName, UsageError};
use crate::record::inventory::Vault;
use crate::record::vault_names;
use crate::terminal::console::Console;
use crate::text::suggest;

/// Reads the vaults of each client if they are needed, and returns the id of the one with this name
/// or id for each; `None` if it has no such vault. The error of a client is in its place.
///
/// # Errors
///
/// If no client has the vault, or its name is not unique. Without a list, printed names are
/// missing, which is a warning.
pub(super) async fn read(
    vault: Option<&str>,
    needs_names: bool,
    clients: &[Arc<Client>],
    console: &Console,
) -> anyhow::Result<Vec<anyhow::Result<Option<String>>>> {
    if vault.is_none() && !needs_names {
        return Ok(clients.iter().map(|_| Ok(None)).collect());
    }
    let mut ids: Vec<anyhow::Result<Option<String>>> = Vec::with_capacity(clients.len());
    let mut known: Vec<Vault> = Vec::new();
    let mut unknown = None;
    for listed in all(clients, console).await {
        let Listed { items, is_complete } = match listed {
            Ok(listed) => listed,
            Err(error) if vault.is_none() => {
                console.warn(&format!("the names of the vaults are missing: {error}"));
                ids.push(Ok(None));
                continue;
            }
            Err(error) => {
                ids.push(Err(error.into()));
                continue;
            }
        };
        ids.push(match vault.map(|vault| find(&items, vault)) {
            None => Ok(None),
            Some(Ok(id)) => Ok(Some(id)),
            // An ambiguous name in one project is an error, whatever the others have.
            Some(Err(error)) if error.is::<UsageError>() => return Err(error),
            Some(Err(_)) if !is_complete => Err(anyhow::Error::from(Incomplete(
                "the vaults are not proven complete, and the wanted one is not among them"
                    .to_owned(),
            ))),
            Some(Err(error)) => {
                unknown = Some(error);
                Ok(None)
            }
        });
        known.extend(items);
    }
    vault_names::set(known.iter().filter_map(|it| Some((it.id.as_str(), it.name.as_deref()?))));
    match unknown {
        Some(error) if ids.iter().all(|id| matches!(id, Ok(None))) => Err(error),
        _ => Ok(ids),
    }
}

/// Reads all vaults of each client side by side. Some may be missing if a list changed meanwhile,
/// which is a warning.
pub(super) async fn all(
    clients: &[Arc<Client>],
    console: &Console,
) -> Vec<Result<Listed<Vault>, ApiError>> {
    let lists = join_all(clients.iter().map(|client| inventory::vaults(client))).await;
    if lists.iter().any(|list| list.as_ref().is_ok_and(|listed| !listed.is_complete)) {
        console.warn("the list of vaults could not be proven complete: some may be missing");
    }
    lists
}

/// Returns the id of the vault with this id, or the only one with this name.
///
/// # Errors
///
/// [`UnknownName`], or a [`UsageError`] that lists the vaults with this name.
fn find(vaults: &[Vault], wanted: &str) -> anyhow::Result<String> {
    if vaults.iter().any(|vault| vault.id == wanted) {
        return Ok(wanted.to_owned());
    }
    let named: Vec<_> =
        vaults.iter().filter(|vault| vault.name.as_deref() == Some(wanted)).collect();
    match named[..] {
        [vault] => Ok(vault.id.clone()),
        [] => {
            let names = vaults.iter().filter_map(|vault| vault.name.as_deref());
            let question = suggest::nearest(wanted, names)
                .map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
            let wanted = wanted.escape_debug();
            Err(UnknownName(format!("no vault has the name or ID `{wanted}`{question}")).into())
        }
        _ => {
            let ids: Vec<_> = named.iter().map(|vault| vault.id.as_str()).collect();
            let (count, wanted) = (ids.len(), wanted.escape_debug());
            let message = format!("{count} vaults have the name `{wanted}`: {}", ids.join(", "));
            let hint = "give one of these ids instead of the name";
            Err(UsageError::new(message, "cbr backups list").with_hint(hint).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_is_found_by_its_id_or_its_unique_name() {
        let vault = |(id, name): (&str, &str)| Vault {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            ..Vault::default()
        };
        let vaults: Vec<_> =
            [("1", "web-server"), ("2", "db"), ("3", "db"), ("4", "1")].map(vault).into();
        let cases = [
            ("web-server", Ok("1")),
            ("2", Ok("2")),
            ("1", Ok("1")),
            ("db", Err("2 vaults have the name `db`: 2, 3")),
            (
                "web-sever",
                Err("no vault has the name or ID `web-sever`; did you mean `web-server`?"),
            ),
            ("something", Err("no vault has the name or ID `something`")),
        ];
        for (wanted, expected) in cases {
            let found = find(&vaults, wanted).map_err(|error| error.to_string());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{wanted}");
        }
    }
}
