//! Metadata service of a cloud server (ECS): the last source of credentials. Any program on a
//! server with an agency may use it.
//!
//! Owns its address, and the settings in its answer. Sends no requests: [`api`](crate::api) does,
//! if no other source has credentials.

use crate::settings::lookup::{Lookup, Outcome};
use crate::settings::source::Source;
use crate::settings::{
    ConnectionError, Context, Credentials, Endpoint, Environment, Setting, address,
};

/// Its name in the list of sources.
pub(in crate::settings) const NAME: &str = "ECS metadata";

/// Variable that disables it, or names another address on this machine.
const VARIABLE: &str = "CBR_ECS_METADATA";

/// Link-local address: each server has its own service behind it. The only address besides this
/// machine's that plain http may use.
const ADDRESS: &str = "http://169.254.169.254";

/// Looks up the service: what it answered, or that it would be requested.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    if is_decided {
        return Some(Lookup::without_settings(NAME, Outcome::NotOpened));
    }
    let outcome = match (MetadataAddress::new(context.environment), context.metadata) {
        (Err(error), _) => Outcome::Invalid(error),
        (Ok(None), _) => Outcome::Skipped(format!("{VARIABLE} is off")),
        (Ok(Some(address)), Metadata::NotAsked) => Outcome::Pending { address, referral: None },
        (Ok(Some(_)), Metadata::Nothing(why)) => Outcome::NotSet(Some(why.clone())),
        (Ok(Some(_)), Metadata::Gave(server)) => {
            return Some(Lookup::read(server.source(), context, is_decided));
        }
    };
    Some(Lookup::without_settings(NAME, outcome))
}

/// Returns the credentials of a source that refers to the service, and completes its settings with
/// those of the server.
pub(in crate::settings) fn follow(source: &mut Source, context: &Context<'_>) -> Outcome {
    let name = &source.name;
    let refused = |why: &str| {
        Outcome::Invalid(ConnectionError::new(
            format!("{name}: its mode is ecsAgency, and {why}"),
            "run it on a server with an agency, or choose a profile with keys",
        ))
    };
    match (MetadataAddress::new(context.environment), context.metadata) {
        (Err(error), _) => Outcome::Invalid(error),
        (Ok(None), _) => refused(&format!("{VARIABLE} is off")),
        (Ok(Some(address)), Metadata::NotAsked) => {
            Outcome::Pending { address, referral: Some("its mode is ecsAgency") }
        }
        (Ok(Some(_)), Metadata::Nothing(why)) => refused(&format!("{NAME} gives no keys ({why})")),
        (Ok(Some(_)), Metadata::Gave(server)) => {
            let Source { credentials, region, project_id, .. } = server.source();
            source.credentials = credentials;
            source.region = source.region.take().or(region);
            source.project_id = source.project_id.take().or(project_id);
            Outcome::of(source)
        }
    }
}

/// Address of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetadataAddress(String);

impl MetadataAddress {
    /// Returns the address; `None` if a user has disabled it.
    ///
    /// # Errors
    ///
    /// The variable is neither `off` nor an address of this machine.
    fn new(environment: &Environment) -> Result<Option<Self>, ConnectionError> {
        let value = match environment.get(VARIABLE) {
            None => return Ok(Some(Self(ADDRESS.to_owned()))),
            Some("off") => return Ok(None),
            Some(value) => value,
        };
        let endpoint = Endpoint::parse(&Setting::new(VARIABLE, value)).ok();
        match endpoint.filter(|endpoint| endpoint.is_loopback() && !endpoint.is_https()) {
            Some(endpoint) => Ok(Some(Self(endpoint.base().to_owned()))),
            // The answer decides the credentials, so it must not come from elsewhere.
            None => {
                let shown = address::shown(value).map(|address| format!(": `{address}`"));
                Err(ConnectionError::new(
                    format!(
                        "{VARIABLE}{} is not an http URL of this machine",
                        shown.unwrap_or_default()
                    ),
                    format!("unset {VARIABLE}, or set it to off or to http://127.0.0.1:PORT"),
                ))
            }
        }
    }

    /// Returns scheme, host and port, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.0
    }
}

/// State of the metadata service in a search.
#[derive(Debug)]
pub(crate) enum Metadata {
    /// No request was sent.
    NotAsked,
    /// It has no credentials, or there is no such service; in words for a user.
    Nothing(String),
    /// It has credentials.
    Gave(Server),
}

/// Settings of this server, from the service.
#[derive(Debug)]
pub(crate) struct Server {
    /// Credentials of the server's agency.
    pub(crate) credentials: Credentials,
    pub(crate) region: Option<String>,
    pub(crate) project_id: Option<String>,
}

impl Server {
    fn source(&self) -> Source {
        let setting = |value: &Option<String>| Some(Setting::new(NAME, value.as_ref()?));
        Source {
            credentials: Ok(Some(self.credentials.clone())),
            region: setting(&self.region),
            project_id: setting(&self.project_id),
            ..Source::named(NAME)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_at_its_address_or_off_or_on_this_machine() {
        let cases = [
            ("", Ok(Some(ADDRESS))),
            ("off", Ok(None)),
            ("http://127.0.0.1:4321/", Ok(Some("http://127.0.0.1:4321"))),
            ("http://[::1]:4321", Ok(Some("http://[::1]:4321"))),
            ("https://127.0.0.1:4321", Err(())),
            ("http://169.254.169.253", Err(())),
            ("http://metadata.example.com", Err(())),
            ("127.0.0.1:4321", Err(())),
            ("no", Err(())),
        ];
        for (value, expected) in cases {
            let found = MetadataAddress::new(&Environment::with(&[(VARIABLE, value)]));
            let found = found.map(|found| found.map(|found| found.base().to_owned()));
            let expected = expected.map(|expected| expected.map(str::to_owned));
            assert_eq!(found.map_err(|_| ()), expected, "{value}");
        }
    }
}
