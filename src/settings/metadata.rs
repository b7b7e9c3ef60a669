//! Metadata service of a cloud server (ECS). Any program on a server with an agency may use it.
//!
//! Owns its address, and the settings in its answer. Sends no requests: [`api`](crate::api) does,
//! if no other source has credentials.

use super::source::Source;
use super::{ConnectionError, Credentials, Endpoint, Environment, Setting, address};

/// Its name in the list of sources.
pub(super) const NAME: &str = "ECS metadata";

/// Variable that disables it, or names another address on this machine.
pub(super) const VARIABLE: &str = "CBR_ECS_METADATA";

/// Link-local address: each server has its own service behind it. The only address besides this
/// machine's that plain http may use.
const ADDRESS: &str = "http://169.254.169.254";

/// Address of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetadataAddress(String);

impl MetadataAddress {
    /// Returns the address; `None` if a user has disabled it.
    ///
    /// # Errors
    ///
    /// The variable is neither `off` nor an address of this machine.
    pub(super) fn new(environment: &Environment) -> Result<Option<Self>, ConnectionError> {
        let value = match environment.get(VARIABLE) {
            None => return Ok(Some(Self(ADDRESS.to_owned()))),
            Some("off") => return Ok(None),
            Some(value) => value,
        };
        let endpoint = Endpoint::parse(&Setting::new(VARIABLE, value)).ok();
        match endpoint.filter(|endpoint| endpoint.is_loopback() && !endpoint.is_https()) {
            Some(endpoint) => Ok(Some(Self(endpoint.base().to_owned()))),
            // The response provides credentials, so it must come from this machine.
            None => {
                let shown = address::without_secrets(value).map(|address| format!(": `{address}`"));
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
    NotRequested,
    /// It has no credentials, or there is no such service; in words for a user.
    Nothing(String),
    /// It has credentials.
    Available(Server),
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
    pub(super) fn source(&self) -> Source {
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
