//! Creates a client from the settings, through IAM if they are incomplete.

use std::slice;
use std::sync::Arc;

use super::account::Sessions;
use super::cache::Cache;
use super::login::{self, Region, Scope};
use super::renewal::{CachedProject, Logins, Projects};
use super::{Iam, IamProject, project};
use crate::api::{Client, ClientOptions, CredentialRefresh, Identity};
use crate::settings::{
    ConnectionError, Credentials, Endpoint, EndpointError, NameOrId, Project, Resolution,
    ResolvedEndpoint, Setting,
};

/// Returns a client for the service. Requests from IAM what the settings lack.
///
/// # Errors
///
/// Names the flag, variable or file that is missing or invalid, or the request to IAM that failed.
pub(crate) async fn connect(
    resolution: Resolution,
    cache: Cache,
    sessions: &Sessions,
    options: &ClientOptions,
) -> anyhow::Result<Client> {
    resolution.check()?;
    let catalog_region = Region::of(&resolution);
    let Resolution { credentials, region, project, endpoint, iam, .. } = resolution;
    let ((credentials, _), project) = (credentials?, project?);
    let is_region = matches!(&project, Project::Named(name) if region.as_ref() == Some(name));
    let region = catalog_region;
    let iam_for = |credentials: &Credentials| {
        let (endpoint, _) = iam.clone()?;
        let (credentials, options) = (credentials.clone(), options.clone());
        Ok::<_, ConnectionError>(Iam { endpoint, credentials, options })
    };
    let (endpoint, identity, refresh): (_, _, Option<Arc<dyn CredentialRefresh>>) =
        match (credentials, project) {
            (Credentials::Password(login), project) => {
                let project = match project {
                    Project::Id(id) => NameOrId::Id(id.value),
                    Project::Named(name) => NameOrId::Name(name.value),
                    Project::OfToken => return Err(no_project().into()),
                };
                let iam = iam_for(&Credentials::Password(login.clone()))?;
                // Older versions cached tokens there.
                cache.sweep();
                let known = sessions.take(&iam, slice::from_ref(&project));
                let logins = Logins::new(iam.clone(), login, project, region);
                let session = match known {
                    Some(session) => session,
                    None => sessions.log_in(&iam, logins.log_in()).await?,
                };
                let endpoint = endpoint_of(endpoint, Some(&session.scope))?;
                (endpoint, session.access(), Some(Arc::new(logins)))
            }
            (credentials, Project::Id(id)) => {
                let identity = Identity { credentials, project_id: Some(id.value) };
                (endpoint_of(endpoint, None)?, identity, None)
            }
            (credentials, Project::OfToken) => {
                let scope = login::scope_of(&iam_for(&credentials)?, &region).await?;
                let endpoint = endpoint_of(endpoint, Some(&scope))?;
                let project = scope.project.ok_or_else(no_project)?;
                (endpoint, Identity { credentials, project_id: Some(project.id) }, None)
            }
            (credentials, Project::Named(name)) => {
                let access_key = match &credentials {
                    Credentials::Key { access_key, .. } => access_key.as_str(),
                    Credentials::Token(_) | Credentials::Password(_) => {
                        return Err(no_project().into());
                    }
                };
                let projects =
                    Projects::new(iam_for(&credentials)?, access_key, name, is_region, cache);
                let endpoint = endpoint_of(endpoint, None)?;
                match projects.cached() {
                    Some(id) => {
                        let identity = projects.access(id.clone());
                        (endpoint, identity, Some(Arc::new(CachedProject { projects, id })))
                    }
                    None => (endpoint, projects.access(projects.find().await?), None),
                }
            }
        };
    Ok(Client::new(endpoint, identity, refresh, options)?)
}

/// Returns endpoint and identity without a request to IAM, from the settings and the cache. `None`
/// if a request is needed.
pub(crate) fn connect_from_cache(
    resolution: Resolution,
    cache: Cache,
    options: &ClientOptions,
) -> Option<(Endpoint, Identity)> {
    resolution.check().ok()?;
    let Resolution { credentials, region, project, endpoint, iam, .. } = resolution;
    let ((credentials, _), project) = (credentials.ok()?, project.ok()?);
    let is_region = matches!(&project, Project::Named(name) if region.as_ref() == Some(name));
    let iam_for = || {
        let (endpoint, _) = iam.ok()?;
        Some(Iam { endpoint, credentials: credentials.clone(), options: options.clone() })
    };
    match (&credentials, project) {
        // A password needs a login first.
        (Credentials::Password(_), _) => None,
        (_, Project::Id(id)) => {
            let identity = Identity { credentials, project_id: Some(id.value) };
            Some((endpoint_of(endpoint, None).ok()?, identity))
        }
        (Credentials::Key { access_key, .. }, Project::Named(name)) => {
            let projects = Projects::new(iam_for()?, access_key, name, is_region, cache);
            Some((endpoint_of(endpoint, None).ok()?, projects.access(projects.cached()?)))
        }
        (Credentials::Key { .. }, Project::OfToken) | (Credentials::Token(_), _) => None,
    }
}

/// Requests the project from IAM, for a diagnosis: that of the token, or of the region.
///
/// # Errors
///
/// The request failed, or there is no such project.
pub(crate) async fn scope(
    credentials: &Credentials,
    iam: &Endpoint,
    region: Option<&Setting>,
    options: &ClientOptions,
) -> anyhow::Result<Option<IamProject>> {
    let (credentials, options) = (credentials.clone(), options.clone());
    let iam = Iam { endpoint: iam.clone(), credentials, options };
    match (&iam.credentials, region) {
        (Credentials::Token(_), _) => Ok(login::scope_of(&iam, &Region::default()).await?.project),
        (Credentials::Key { .. }, Some(region)) => {
            let id = project::find(&iam, region, true).await?;
            Ok(Some(IamProject { id, name: region.value.clone() }))
        }
        _ => Ok(None),
    }
}

/// Returns the cached id of the project.
pub(crate) fn cached_project(resolution: &Resolution, cache: &Cache) -> Option<String> {
    let (credentials, _) = resolution.credentials.as_ref().ok()?;
    let (iam, _) = resolution.iam.as_ref().ok()?;
    match (credentials, &resolution.project) {
        (Credentials::Key { access_key, .. }, Ok(Project::Named(name))) => {
            Projects::cached_in(cache, access_key, iam, name)
        }
        _ => None,
    }
}

/// Returns the endpoint of the user, else of the catalogue, else of the region.
fn endpoint_of(
    endpoint: Result<ResolvedEndpoint, EndpointError>,
    scope: Option<&Scope>,
) -> Result<Endpoint, ConnectionError> {
    let in_catalog = || scope.and_then(Scope::endpoint);
    match endpoint {
        Ok(resolved) if resolved.is_derived => Ok(in_catalog().unwrap_or(resolved.endpoint)),
        Ok(resolved) => Ok(resolved.endpoint),
        Err(EndpointError { error, is_open: true }) => in_catalog().ok_or(error),
        Err(EndpointError { error, is_open: false }) => Err(error),
    }
}

fn no_project() -> ConnectionError {
    ConnectionError::new(
        "the token is for a whole account, and not for a project",
        "get one for the project of the region, or use an identity key",
    )
}
