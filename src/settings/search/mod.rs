//! Resolves the settings from the list of sources.
//!
//! Sources are looked up in the order of [`SOURCES`]. The first that holds credentials decides: if
//! they are complete they are used, and if not that is an error. Any other setting comes from the
//! source of the highest [`Rank`]: flags, then a selected profile, then
//! variables of `cbr`, then the profile of config.toml whose credentials are used, then variables
//! of other tools, then the file with the credentials.
//!
//! | module | what it owns |
//! |---|---|
//! | [`resolve`](mod@resolve) | what each source holds to settings; reads nothing |
//! | [`region`] | the region, named or implied |
//! | [`endpoint`] | endpoint and IAM of the service |
//! | [`facts`] | what a resolution depends on besides the sources |

mod endpoint;
mod facts;
mod region;
mod resolve;

use super::config::OwnFile;
use super::config::key::Table;
use super::context::Context;
use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::home::Home;
use super::lookup::{Lookup, Outcome, Rank};
use super::metadata::{Metadata, MetadataAddress};
use super::project::Project;
use super::source::{Source, SourceStatus};
use super::sources::{SOURCES, family};
use super::{
    ConnectionArgs, ConnectionError, Environment, Origin, Setting, Trust, region_endpoints,
};
pub(crate) use endpoint::{EndpointError, ResolvedEndpoint};
use facts::Facts;
use resolve::resolve;

/// Each setting with its origin, or the reason for its absence.
#[derive(Debug)]
pub(crate) struct Resolution {
    /// Credentials, and the name of their source.
    pub(crate) credentials: Result<(Credentials, String), ConnectionError>,
    /// Region of the backups, if any source names it.
    pub(crate) region: Option<Setting>,
    /// True if no source names the region: the project's name, the identity host or a list of
    /// regions implies it.
    pub(crate) region_is_implied: bool,
    /// Project of the backups.
    pub(crate) project: Result<Project, ConnectionError>,
    /// Endpoint of the service.
    pub(crate) endpoint: Result<ResolvedEndpoint, EndpointError>,
    /// Address of IAM, and its origin.
    pub(crate) iam: Result<(Endpoint, String), ConnectionError>,
    /// Trusted CAs.
    pub(crate) trust: Trust,
    /// Address of the metadata service, if no other source has credentials.
    pub(crate) metadata_to_request: Option<MetadataAddress>,
    /// Status of each source of credentials, in order.
    pub(crate) statuses: Vec<SourceStatus>,
    /// Warnings.
    pub(crate) warnings: Vec<String>,
}

impl Resolution {
    /// Looks up the sources and resolves their settings.
    ///
    /// Files with credentials are opened and commands run only until a source decides, or if the
    /// user selects one. The file of endpoints is read only if a region determines the endpoint.
    /// Sends no request: `metadata` is what is known of the metadata service, and
    /// [`Resolution::metadata_to_request`] is its address if a request is needed.
    pub(crate) fn new<'a>(
        args: &'a ConnectionArgs,
        environment: &'a Environment,
        home: impl FnOnce() -> Home + 'a,
        metadata: &'a Metadata,
    ) -> Self {
        let context = Context::new(args, environment, home, metadata);
        let mut lookups: Vec<Lookup> = Vec::new();
        for look_up in SOURCES {
            let is_decided = lookups.iter().any(Lookup::decides);
            lookups.extend(look_up(&context, is_decided));
        }
        lookups.extend(default_region(&args.own_file));
        let named_endpoint =
            |region: &str| region_endpoints::named(environment, &context.home, region);
        let facts = Facts {
            environment,
            insecure: args.insecure,
            project_scope: args.project_scope,
            named_endpoint: &named_endpoint,
        };
        resolve(lookups, args.own_file.warnings.clone(), &facts)
    }

    /// Checks that all settings are present and valid, except those that IAM can provide.
    ///
    /// # Errors
    ///
    /// Names the flag, variable or file that is missing or invalid.
    pub(crate) fn check(&self) -> Result<(), ConnectionError> {
        let iam = self.iam.as_ref().err().filter(|_| self.needs_iam());
        let place = self.endpoint.as_ref().err();
        // If no catalogue knows the region either, its name is wrong.
        let is_open = |place: &&EndpointError| place.is_open && self.has_catalog() && iam.is_none();
        let error = self.credentials.as_ref().err();
        let error = error.or(place.filter(|place| !is_open(place)).map(|place| &place.error));
        let error = error.or(self.project.as_ref().err()).or(iam);
        error.map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Returns the region, or an empty text if there is none.
    pub(crate) fn region_name(&self) -> &str {
        self.region.as_ref().map_or("", |region| region.value.as_str())
    }

    /// Returns true if IAM will send a catalogue with the token. It may name the endpoint.
    pub(crate) fn has_catalog(&self) -> bool {
        let logs_in = matches!(&self.credentials, Ok((Credentials::Password(_), _)));
        logs_in || matches!(self.project, Ok(Project::OfToken))
    }

    /// Returns true if a request to IAM must precede those to the service.
    pub(crate) fn needs_iam(&self) -> bool {
        let logs_in = matches!(&self.credentials, Ok((Credentials::Password(_), _)));
        logs_in || matches!(&self.project, Ok(Project::Named(_) | Project::OfToken))
    }

    /// Returns the origin of the credentials.
    pub(crate) fn origin(&self) -> Origin {
        let Ok((credentials, source)) = &self.credentials else { return Origin::default() };
        let has_security_token =
            matches!(credentials, Credentials::Key { security_token: Some(_), .. });
        let (secret_key, security_token) = family::named(source).map_or_else(
            || (format!("the secret key of {source}"), format!("the security token of {source}")),
            |family| (family.secret_key.to_owned(), family.security_token.to_owned()),
        );
        Origin { source: source.clone(), secret_key, security_token, has_security_token }
    }
}

/// Returns the region of `[defaults]`, the last of all sources.
fn default_region(own_file: &OwnFile) -> Option<Lookup> {
    let config = own_file.config.as_ref()?;
    let region = config.get(&Table::Defaults, "region")?.text();
    let name = format!("{} [defaults]", config.name);
    let region = Some(Setting::new(format!("{name} region"), region));
    let source = Source { region, ..Source::named(&name) };
    Some(Lookup { source, outcome: Outcome::Unlisted, rank: Rank::Others })
}

#[cfg(test)]
mod tests;
