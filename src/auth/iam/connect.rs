//! Settings to a client: at once where they say it all, and else through IAM.

use std::sync::Arc;

use super::cache::Cache;
use super::login::{self, Scope};
use super::renewal::{KeptProject, Logins, Projects};
use super::{Found, Iam, project};
use crate::api::{Client, ClientOptions, CredentialRefresh, Identity};
use crate::settings::{
    ConnectionError, Credentials, Endpoint, EndpointError, Named, Project, Resolution,
    ResolvedEndpoint, Setting,
};

/// A client for the service, which has found out what the settings leave to IAM.
///
/// # Errors
///
/// Names the flag, variable or file that is missing or broken; what IAM was asked for and did not
/// give.
pub(crate) async fn connect(
    resolution: Resolution,
    cache: Cache,
    means: &ClientOptions,
) -> anyhow::Result<Client> {
    resolution.check()?;
    let Resolution { credentials, region, project, endpoint, iam, .. } = resolution;
    let ((credentials, _), project) = (credentials?, project?);
    let is_region = matches!(&project, Project::Named(name) if region.as_ref() == Some(name));
    let region = region.map(|region| region.value);
    let asked = |credentials: &Credentials| {
        let (endpoint, _) = iam.clone()?;
        let (credentials, means) = (credentials.clone(), means.clone());
        Ok::<_, ConnectionError>(Iam { endpoint, credentials, means })
    };
    let (endpoint, access, renewal): (_, _, Option<Arc<dyn CredentialRefresh>>) =
        match (credentials, project) {
            (Credentials::Password(login), project) => {
                let project = match project {
                    Project::Id(id) => Named::Id(id.value),
                    Project::Named(name) => Named::Name(name.value),
                    Project::OfToken => return Err(no_project().into()),
                };
                let iam = asked(&Credentials::Password(login.clone()))?;
                // Versions before this one kept the tokens of logins there.
                cache.sweep();
                let logins = Logins::new(iam, login, project, region);
                let session = logins.log_in().await?;
                let endpoint = place(endpoint, Some(&session.scope))?;
                (endpoint, session.access(), Some(Arc::new(logins)))
            }
            (credentials, Project::Id(id)) => {
                let access = Identity { credentials, project_id: Some(id.value) };
                (place(endpoint, None)?, access, None)
            }
            (credentials, Project::OfToken) => {
                let scope = login::scope_of(&asked(&credentials)?, region.as_deref()).await?;
                let endpoint = place(endpoint, Some(&scope))?;
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
                    Projects::new(asked(&credentials)?, access_key, name, is_region, cache);
                let endpoint = place(endpoint, None)?;
                match projects.kept() {
                    Some(id) => {
                        let access = projects.access(id.clone());
                        (endpoint, access, Some(Arc::new(KeptProject { projects, id })))
                    }
                    None => (endpoint, projects.access(projects.find().await?), None),
                }
            }
        };
    Ok(Client::new(endpoint, access, renewal, means)?)
}

/// Where to ask and as whom without asking IAM: from settings that say it all, or from what an
/// earlier run has found out. `None` where something would have to be asked first.
pub(crate) fn kept(
    resolution: Resolution,
    cache: Cache,
    means: &ClientOptions,
) -> Option<(Endpoint, Identity)> {
    resolution.check().ok()?;
    let Resolution { credentials, region, project, endpoint, iam, .. } = resolution;
    let ((credentials, _), project) = (credentials.ok()?, project.ok()?);
    let is_region = matches!(&project, Project::Named(name) if region.as_ref() == Some(name));
    let asked = || {
        let (endpoint, _) = iam.ok()?;
        Some(Iam { endpoint, credentials: credentials.clone(), means: means.clone() })
    };
    match (&credentials, project) {
        // A password needs a login first.
        (Credentials::Password(_), _) => None,
        (_, Project::Id(id)) => {
            let access = Identity { credentials, project_id: Some(id.value) };
            Some((place(endpoint, None).ok()?, access))
        }
        (Credentials::Key { access_key, .. }, Project::Named(name)) => {
            let projects = Projects::new(asked()?, access_key, name, is_region, cache);
            Some((place(endpoint, None).ok()?, projects.access(projects.kept()?)))
        }
        (Credentials::Key { .. }, Project::OfToken) | (Credentials::Token(_), _) => None,
    }
}

/// What IAM says of the project, for a diagnosis: that of the token, or that of the region's name.
///
/// # Errors
///
/// What the look-up came to.
pub(crate) async fn scope(
    credentials: &Credentials,
    iam: &Endpoint,
    region: Option<&Setting>,
    means: &ClientOptions,
) -> anyhow::Result<Option<Found>> {
    let (credentials, means) = (credentials.clone(), means.clone());
    let iam = Iam { endpoint: iam.clone(), credentials, means };
    match (&iam.credentials, region) {
        (Credentials::Token(_), _) => Ok(login::scope_of(&iam, None).await?.project),
        (Credentials::Key { .. }, Some(region)) => {
            let id = project::find(&iam, region, true).await?;
            Ok(Some(Found { id, name: region.value.clone() }))
        }
        _ => Ok(None),
    }
}

/// The project's id, where it was looked up in an earlier run and is still kept.
pub(crate) fn kept_project(resolution: &Resolution, cache: &Cache) -> Option<String> {
    let (credentials, _) = resolution.credentials.as_ref().ok()?;
    let (iam, _) = resolution.iam.as_ref().ok()?;
    match (credentials, &resolution.project) {
        (Credentials::Key { access_key, .. }, Ok(Project::Named(name))) => {
            Projects::kept_in(cache, access_key, iam, name)
        }
        _ => None,
    }
}

/// Where the service is: as someone wrote it, or as the catalogue has it, or as the region's name
/// makes it.
fn place(
    endpoint: Result<ResolvedEndpoint, EndpointError>,
    scope: Option<&Scope>,
) -> Result<Endpoint, ConnectionError> {
    let in_catalog = || scope.and_then(Scope::endpoint);
    match endpoint {
        Ok(place) if place.is_made => Ok(in_catalog().unwrap_or(place.endpoint)),
        Ok(place) => Ok(place.endpoint),
        Err(EndpointError { error, is_open: true }) => in_catalog().ok_or(error),
        Err(EndpointError { error, is_open: false }) => Err(error),
    }
}

fn no_project() -> ConnectionError {
    ConnectionError::new(
        "the token is for a whole account, and not for a project",
        "get one for the project of the region, or use an access key",
    )
}
