//! Metadata service of a cloud server: the last source of credentials.

use crate::settings::lookup::{Lookup, Outcome};
use crate::settings::metadata::{NAME, VARIABLE};
use crate::settings::{Context, Metadata, MetadataAddress};

/// Looks up the service: what it answered, or that it would be requested.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    if is_decided {
        return Some(Lookup::without_settings(NAME, Outcome::NotOpened));
    }
    let outcome = match (MetadataAddress::new(context.environment), context.metadata) {
        (Err(error), _) => Outcome::Invalid(error),
        (Ok(None), _) => Outcome::Skipped(format!("{VARIABLE} is off")),
        (Ok(Some(address)), Metadata::NotRequested) => Outcome::Pending { address, referral: None },
        (Ok(Some(_)), Metadata::Nothing(why)) => Outcome::NotSet(Some(why.clone())),
        (Ok(Some(_)), Metadata::Available(server)) => {
            return Some(Lookup::read(server.source(), context, is_decided));
        }
    };
    Some(Lookup::without_settings(NAME, outcome))
}
