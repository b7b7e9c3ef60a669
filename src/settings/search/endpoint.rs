//! Endpoint and IAM of the service, from the sources in the order of their rank.

use super::facts::Facts;
use super::region::Region;
use crate::settings::endpoint::Endpoint;
use crate::settings::metadata;
use crate::settings::source::{Source, shared};
use crate::settings::{ConnectionError, Setting, regions};

/// The endpoint of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedEndpoint {
    pub(crate) endpoint: Endpoint,
    /// The flag, variable or file that names it or its region.
    pub(crate) origin: String,
    /// True if it is derived from the name of the region. A catalogue of IAM overrides it.
    pub(crate) is_derived: bool,
}

/// Error for a missing or invalid endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndpointError {
    pub(crate) error: ConnectionError,
    /// True if a catalogue of IAM may know it: there is no region, or an unknown one.
    pub(crate) is_open: bool,
}

impl EndpointError {
    /// Returns the error for no region beside a profile that has one, whose credentials are not
    /// used.
    pub(super) fn beside_unused(self, profile: &str, by: &str) -> Self {
        let name = profile.rsplit_once("[profiles.").and_then(|(_, name)| name.strip_suffix(']'));
        let selected = name.map_or_else(String::new, |name| format!(", or --profile {name}"));
        let message = format!("no region: {profile} has one, but the credentials are from {by}");
        let hint = format!("give --region (such as --region eu-de){selected}");
        Self { error: ConnectionError::new(message, hint), ..self }
    }
}

impl From<ConnectionError> for EndpointError {
    fn from(error: ConnectionError) -> Self {
        Self { error, is_open: false }
    }
}

/// Resolves the endpoint. One that a user wrote overrides a region, as an address of IAM does: half
/// of each would be two clouds.
///
/// # Errors
///
/// No source names an endpoint or a known region, or the endpoint is invalid.
pub(super) fn resolve_endpoint(
    sources: &[Source],
    region: Option<&Region>,
    facts: &Facts<'_>,
) -> Result<ResolvedEndpoint, EndpointError> {
    if let Some(endpoint) = shared(sources, |source| source.endpoint.as_ref()) {
        return written(endpoint);
    }
    if let Some(Region { setting, is_implied: true }) = region {
        let endpoint = sources.iter().find_map(|source| source.endpoint.as_ref());
        return endpoint.map_or_else(|| of_region(setting, sources, facts), written);
    }
    let found = sources.iter().find_map(|source| match (&source.endpoint, &source.region) {
        (Some(endpoint), _) => Some(written(endpoint)),
        (None, Some(region)) => Some(of_region(region, sources, facts)),
        (None, None) => None,
    });
    found.unwrap_or_else(|| {
        let hint = "give --region (such as --region eu-de), or set CBR_REGION";
        Err(EndpointError { error: ConnectionError::new("no region", hint), is_open: true })
    })
}

/// Returns the endpoint of a region: the one that the user names for it, or that of its cloud.
fn of_region(
    region: &Setting,
    sources: &[Source],
    facts: &Facts<'_>,
) -> Result<ResolvedEndpoint, EndpointError> {
    if let Some(endpoint) = (facts.named_endpoint)(&region.value)? {
        return written(&endpoint);
    }
    let made = |endpoint, origin| ResolvedEndpoint { endpoint, origin, is_derived: true };
    if let Some(domain) = domain(sources, region) {
        let (endpoint, origin) = Endpoint::below("cbr", region, domain)?;
        return Ok(made(endpoint, origin));
    }
    let error = match Endpoint::of_region(region) {
        Ok(endpoint) => return Ok(made(endpoint, region.origin.clone())),
        Err(error) => error,
    };
    // The cloud of the IAM runs the region; without one, only Huawei Cloud adds regions often.
    let found = match shared(sources, |source| source.iam.as_ref()) {
        Some(iam) => Endpoint::of_identity(iam).ok().and_then(|(found, origin)| {
            let origin = format!("{} and {origin}", region.origin);
            Some(made(Endpoint::beside(region, &found)?, origin))
        }),
        None => regions::further_service_host(&region.value).and_then(|host| {
            let setting = Setting::new(&region.origin, format!("https://{host}"));
            Some(made(Endpoint::parse(&setting).ok()?, setting.origin))
        }),
    };
    found.ok_or(EndpointError { error, is_open: true })
}

/// Returns the note for an endpoint derived from a region that `cbr` does not know.
pub(super) fn further_region(
    found: &ResolvedEndpoint,
    Setting { origin, value }: &Setting,
) -> Option<String> {
    let host = regions::further_service_host(value).filter(|_| found.is_derived)?;
    (found.endpoint.host() == host).then(|| {
        let base = found.endpoint.base();
        format!(
            "{origin}: cbr does not know the region `{value}`, and takes it for one of Huawei Cloud: \
             {base}; --endpoint overrides that"
        )
    })
}

/// Returns an endpoint that a user wrote.
fn written(setting: &Setting) -> Result<ResolvedEndpoint, EndpointError> {
    let endpoint = Endpoint::parse(setting)?;
    Ok(ResolvedEndpoint { endpoint, origin: setting.origin.clone(), is_derived: false })
}

/// Resolves the address of IAM, with its origin.
///
/// # Errors
///
/// No source names it or a known region.
pub(super) fn identity(
    sources: &[Source],
    region: Option<&Setting>,
    endpoint: Option<&ResolvedEndpoint>,
) -> Result<(Endpoint, String), ConnectionError> {
    if let Some(iam) = shared(sources, |source| source.iam.as_ref()) {
        return Endpoint::of_identity(iam);
    }
    // Keys of a service on this machine are not for the IAM of the region.
    if endpoint.is_some_and(|found| found.endpoint.is_loopback()) {
        return Err(no_identity("the endpoint is on this machine"));
    }
    let region = region.ok_or_else(|| no_identity("no region"))?;
    if let Some(domain) = domain(sources, region) {
        return Endpoint::below("iam", region, domain);
    }
    let known = regions::identity_host(&region.value);
    let Some(host) = known.or_else(|| regions::further_identity_host(&region.value)) else {
        let Setting { origin, value } = region;
        return Err(no_identity(&format!("{origin}: unknown region `{}`", value.escape_debug())));
    };
    let setting = Setting::new(&region.origin, format!("https://{host}"));
    Ok((Endpoint::parse(&setting)?, setting.origin))
}

/// Returns the error for an unknown address of IAM, with the reason.
fn no_identity(why: &str) -> ConnectionError {
    ConnectionError::new(
        format!("no address of the identity service (IAM): {why}"),
        "set CBR_IAM_ENDPOINT, such as https://iam.eu-de.otc.t-systems.com; with an access key or a \
         token, no IAM is needed if you give --project-id",
    )
}

/// Returns the domain of the user's cloud. Beside keys of another tool, it applies to the region of
/// the same source and to regions that are not known.
fn domain<'a>(sources: &'a [Source], region: &Setting) -> Option<&'a Setting> {
    shared(sources, |source| source.cloud.as_ref()).or_else(|| {
        let is_open = regions::service_host(&region.value).is_none();
        let mut sources =
            sources.iter().filter(|source| is_open || source.region.as_ref() == Some(region));
        sources.find_map(|source| source.cloud.as_ref())
    })
}

/// Returns an error if a region from a source of higher rank than the endpoint's leads to another
/// host. The region of a server is not chosen by the user.
pub(super) fn contradiction(
    sources: &[Source],
    found: &ResolvedEndpoint,
) -> Option<ConnectionError> {
    let ResolvedEndpoint { endpoint, origin: other, .. } = found;
    let region = sources.iter().position(|source| source.region.is_some())?;
    let named = sources.iter().position(|source| {
        source.endpoint.as_ref().is_some_and(|endpoint| endpoint.origin == *other)
    })?;
    let Setting { origin, value } = sources.get(region)?.region.as_ref()?;
    let host = regions::service_host(value).filter(|_| origin != metadata::NAME)?;
    (region < named && host != endpoint.host()).then(|| {
        let base = endpoint.base();
        ConnectionError::new(
            format!("{origin} {value} leads to {host}, but {other} is {base}"),
            "leave one of them out, or give both as flags",
        )
    })
}
