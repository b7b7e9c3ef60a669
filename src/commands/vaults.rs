//! The vaults of a run, where a name of one is given or printed.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::api::{ApiError, Client, inventory};
use crate::errors::UnknownName;
use crate::record::inventory::Vault;
use crate::record::vault_names;
use crate::terminal::console::Console;
use crate::text::suggest;

/// Reads the vaults of each client if they are needed, and returns the id of the one with this name
/// or id for each; `None` if it has no such vault.
///
/// # Errors
///
/// If no client has the vault, its name is not unique, or a list cannot be read. Without a list,
/// printed names are missing, which is a warning.
pub(super) async fn read(
    vault: Option<&str>,
    needs_names: bool,
    clients: &[Arc<Client>],
    console: &Console,
) -> anyhow::Result<Vec<Option<String>>> {
    let mut ids = vec![None; clients.len()];
    if vault.is_none() && !needs_names {
        return Ok(ids);
    }
    let mut known: Vec<Vault> = Vec::new();
    let mut unknown = None;
    for (index, vaults) in all(clients, console).await.into_iter().enumerate() {
        match (vaults, vault) {
            (Ok(vaults), Some(vault)) => {
                match find(&vaults, vault) {
                    Ok(id) => ids[index] = Some(id),
                    Err(error) => unknown = Some(error),
                }
                known.extend(vaults);
            }
            (Ok(vaults), None) => known.extend(vaults),
            (Err(error), None) => {
                console.warn(&format!("the names of the vaults are missing: {error}"));
            }
            (Err(error), Some(_)) => return Err(error.into()),
        }
    }
    vault_names::set(known.iter().filter_map(|it| Some((it.id.as_str(), it.name.as_deref()?))));
    match unknown {
        // A name that is not unique in one project is no choice, whatever the others have.
        Some(error) if error.is_ambiguous || ids.iter().all(Option::is_none) => {
            Err(error.unknown.into())
        }
        _ => Ok(ids),
    }
}

/// Reads all vaults of each client side by side. Some may be missing if a list changed meanwhile,
/// which is a warning.
pub(super) async fn all(
    clients: &[Arc<Client>],
    console: &Console,
) -> Vec<Result<Vec<Vault>, ApiError>> {
    let lists = join_all(clients.iter().map(|client| inventory::vaults(client))).await;
    if lists.iter().any(|list| list.as_ref().is_ok_and(|listed| !listed.is_complete)) {
        console.warn("the list of vaults could not be proven complete: some may be missing");
    }
    lists.into_iter().map(|list| list.map(|listed| listed.items)).collect()
}

/// Error for a vault that is not found.
#[derive(Debug)]
struct NotFound {
    unknown: UnknownName,
    /// Several vaults have the name.
    is_ambiguous: bool,
}

/// Returns the id of the vault with this id, or the only one with this name.
fn find(vaults: &[Vault], wanted: &str) -> Result<String, NotFound> {
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
            let unknown = UnknownName(format!("no vault has the name or ID `{wanted}`{question}"));
            Err(NotFound { unknown, is_ambiguous: false })
        }
        _ => {
            let ids: Vec<_> = named.iter().map(|vault| vault.id.as_str()).collect();
            let (count, wanted) = (ids.len(), wanted.escape_debug());
            let ids = ids.join(", ");
            let message = format!("{count} vaults have the name `{wanted}`: give one of {ids}");
            Err(NotFound { unknown: UnknownName(message), is_ambiguous: true })
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
            ("db", Err("2 vaults have the name `db`: give one of 2, 3")),
            (
                "web-sever",
                Err("no vault has the name or ID `web-sever`; did you mean `web-server`?"),
            ),
            ("something", Err("no vault has the name or ID `something`")),
        ];
        for (wanted, expected) in cases {
            let found = find(&vaults, wanted).map_err(|error| error.unknown.to_string());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{wanted}");
        }
    }
}
